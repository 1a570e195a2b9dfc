"""HAProxy, as the model's `balance` and connections say; the sidecar may set `inter`, `fall`, `rise` and `redispatch`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from archgen.model.architecture import Balance, Connection, Replica
from lab.service import File, Service, shell
from lab.site import Site, port_of
from lab.vrrp import keepalived

SERVES = ("haproxy",)


CERTIFICATE = """\
test -s {folder}/site.pem && exit
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=lab \\
  -addext keyUsage=critical,digitalSignature,keyCertSign -addext subjectAltName={names} \\
  -keyout {folder}/key.pem -out {folder}/authority.pem
cat {folder}/authority.pem {folder}/key.pem > {folder}/site.pem
"""
"""The script that makes the site's certificate, once."""


def service(site: Site, replica: Replica) -> Service:
    """Return a replica of HAProxy."""
    folder = site.directory(replica)
    configuration = f"{folder}/haproxy.cfg"
    ports = {port_of(connection) for connection in site.callers(replica.component)}
    cluster = site.component(replica.component).cluster
    watched = cluster is not None and cluster.shared_address is not None and cluster.by == "vrrp"
    listens = " && ".join(f"ss -Htln sport = :{port} | grep -q ." for port in sorted(ports))
    return Service(
        name=replica.id,
        packages=("haproxy", "openssl"),
        files=(File(configuration, "\n".join(_lines(site, replica)) + "\n"),),
        prepare=(shell(CERTIFICATE.format(folder=site.folder, names=_names(site, replica))),),
        run=("haproxy", "-db", "-f", configuration),
        alive=shell(listens),
        beside=(keepalived(site, replica, cluster, min(ports)),) if cluster and watched else (),
    )


def _lines(site: Site, replica: Replica) -> Iterator[str]:
    settings = site.settings(replica.component)
    yield from ("global", "  maxconn 2000", "defaults", "  mode http")
    yield from ("  timeout connect 1s", "  timeout client 10s", "  timeout server 10s", "  retries 3")
    yield "  option redispatch" if settings.get("redispatch", False) else "  no option redispatch"
    for connection in site.callers(replica.component):
        yield from (
            f"listen {connection.ports[0].protocol}-{port_of(connection)}",
            f"  bind :{port_of(connection)}{_certificate(site, connection)}",
        )
        for target in site.calls(replica.component):
            yield from _backend(site, replica, target)


def _backend(site: Site, replica: Replica, target: Connection) -> Iterator[str]:
    settings = site.settings(replica.component)
    balance = site.component(replica.component).balance or Balance()
    check = balance.health_check
    yield "  balance roundrobin"
    if isinstance(check, str):
        yield f"  option httpchk {check}"
    timers = (
        f" check inter {settings.get('inter', '500ms')} fall {settings.get('fall', 2)} rise {settings.get('rise', 2)}"
    )
    servers = zip_longest(site.endpoints(replica, target), site.answering(replica, target))
    for number, (endpoint, member) in enumerate(servers):
        if endpoint is not None:
            standby = " backup" if member and {member.id, member.component} & {*balance.backup} else ""
            yield f"  server s{number} {endpoint[0]}:{endpoint[1]}{timers if check else ''}{standby}"


def _certificate(site: Site, connection: Connection) -> str:
    return f" ssl crt {site.folder}/site.pem" if connection.ports[0].protocol == "https" else ""


def _names(site: Site, replica: Replica) -> str:
    """Return the names of the certificates that are installed here, and the replica's address."""
    names = [
        name for each in site.architecture.certificates if replica.component in each.installed_on for name in each.names
    ]
    return ",".join([*(f"DNS:{name}" for name in names), f"IP:{site.address(replica)}"])
