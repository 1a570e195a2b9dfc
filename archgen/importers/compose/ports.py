"""Published ports of services as entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from archgen.importers.addresses import Mention
from archgen.importers.catalogue import STORE_PROTOCOLS, Known
from archgen.importers.compose.own_ports import answers_at
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import Publication
from archgen.importers.facts import Fact
from archgen.importers.outside import OutsideStore
from archgen.importers.protocols import PAGES_OF_QUEUES, protocol_beside, protocol_of_port
from archgen.model.finding import Confidence
from archgen.model.kinds import KINDS

_ADMIN = {"traefik": (8080,), "caddy": (2019,), "envoy": (9901,), "haproxy": (8404, 1936, 9000, 7000, 8888)}
_WITHOUT_PAGES = {
    20: "ftp",
    21: "ftp",
    22: "ssh",
    25: "smtp",
    110: "pop3",
    143: "imap",
    465: "smtps",
    587: "smtp",
    993: "imaps",
    995: "pop3s",
    554: "tcp",
    1883: "mqtt",
    1935: "rtmp",
    1936: "tcp",
    3478: "tcp",
    5060: "tcp",
    5349: "tcp",
    8554: "tcp",
    8883: "mqtts",
}
"""The protocols of ports for shells, mail, streams of video and sound (RTSP, RTMP), calls (TURN, SIP) and messages, where no page is."""

_PAGES = (80, 443)
_PAGES_OF_STORES = (15672, 9001, 8161, 7474, 18083)
_PAGES_OF_PROXIES = (6070, 6080)
_OF_EXPORTERS = range(9100, 10_000)


def publication_entry(known: Known, port: Publication) -> dict[str, object]:
    """Return the entry of a published port; `local` on the host's own address, `admin` for a page for administrators."""
    value: dict[str, object] = {
        "protocol": _protocol(known, port),
        "port": port.published,
        "target": port.target,
    }
    queue = known.kind == "queue" and port.target in PAGES_OF_QUEUES
    if known.admin or queue or port.target in _ADMIN.get(known.product or "", ()):
        value["admin"] = True
    if port.address.startswith("127.") or port.address in ("::1", "localhost"):
        value["local"] = True
    return value


def published_entries(part: ServicePart, hosts: Mapping[str, str]) -> Iterator[Fact]:
    """Yield the entries of a service's published ports as facts, and what it calls on other hosts by the names in `hosts`.

    A port without one of the machine is published on any free one, where no visitor looks for it; one of UDP beside others serves
    the same callers.
    """
    published = [port for port in part.service.ports if port.published is not None]
    for port in [port for port in published if not port.udp] or published:
        value = publication_entry(part.guess.known, port)
        is_door = KINDS[part.kind].balances or port.published in (80, 443)
        sure: Confidence = "high" if is_door and not port.unset else "medium"
        # hosts call each other by the ports that they publish
        sure = "low" if part.service.placement.is_inner and port.published not in _PAGES else sure
        yield Fact(f"entry:{part.id}:{value['port']}", "entry", value, port.source, "ports", sure)
    yield from _calls_between_hosts(part, hosts)


def exporter_at(
    parts: Iterable[ServicePart], store: ServicePart | OutsideStore, port: int | None
) -> ServicePart | None:
    """Return the exporter that answers for a store at a port: `redis:9121` is `redis-exporter`, as what is scraped is named."""
    if port is None or isinstance(store, OutsideStore) or not store.guess.known.keeps_data:
        return None
    if port == store.guess.known.port or _answers_at(store, port):
        return None
    name = store.service.name
    found = [
        part for part in parts if KINDS[part.kind].observes and name in part.service.name and _answers_at(part, port)
    ]
    return found[0] if len(found) == 1 else None


def _calls_between_hosts(part: ServicePart, hosts: Mapping[str, str]) -> Iterator[Fact]:
    """Yield the calls of a service on one of several hosts to what `extra_hosts` gives it the address of, and another host runs."""
    service = part.service
    for name in sorted(service.extra_hosts) if service.placement.hosts else ():
        target = hosts.get(name, part.id)
        if target != part.id:
            subject = f"connection:{part.id}->{target}"
            for key, value in (("protocol", "http"), ("served", [0, "http"]), ("is_assumed", True)):
                yield Fact(subject, key, value, service.source, "extra_hosts", "medium")


def by_network_mode(parts: Iterable[ServicePart]) -> dict[str, list[ServicePart]]:
    """Return the parts of a project by whose network each is on; those on networks of the project by the empty text."""
    sharing: dict[str, list[ServicePart]] = {}
    for part in parts:
        sharing.setdefault(part.service.network_mode, []).append(part)
    return sharing


def heard_beside(
    mention: Mention,
    by_mode: Mapping[str, Iterable[ServicePart]],
    target: ServicePart | OutsideStore,
    caller: ServicePart,
) -> Mention:
    """Return a mention of what answers at a port of its target, in the network of which it is: `network_mode: service:browser`.

    What another service publishes for all on its network, and the port of a store that isn't there, is the caller itself.
    """
    port = mention.port
    if isinstance(target, OutsideStore) or (port is not None and target.guess.known.port == port):
        return mention
    network = f"service:{target.service.name}"
    beside = by_mode.get(network, ())
    found = [part.id for part in beside if port and answers_at(part.service, part.recipe, part.guess.known, port)]
    if len(found) == 1:
        return replace(mention, host=found[0])
    is_within = caller.service.network_mode == network
    return replace(mention, host=caller.id) if is_within and not _is_owner(target, port) else mention


def _is_owner(target: ServicePart, port: int | None) -> bool:
    """Return True if a port of a network may be that of the service whose network it is."""
    if port is None:
        return target.guess.known.keeps_data
    published = {each.target for each in target.service.ports if not target.service.built}
    own = replace(target.service, ports=[])
    return port not in {*STORE_PROTOCOLS, *published} or answers_at(own, target.recipe, target.guess.known, port)


def _answers_at(part: ServicePart, port: int) -> bool:
    known = part.guess.known.port == port
    return known or any(port in (each.published, each.target) for each in part.service.ports)


def _protocol(known: Known, port: Publication) -> str:
    if port.udp:
        return "udp"
    if (beside := protocol_beside(known, port.target)) is not None:
        return beside
    if port.target in (443, 8443, 9443) or (port.published == 443 and port.target != 80):
        return "https"
    takes_others = KINDS[known.kind].balances or known.kind == "mail" or KINDS[known.kind].observes
    passed_on = protocol_of_port(port.target) if takes_others else None
    if passed_on is not None:
        return passed_on
    is_of_one_protocol = (
        KINDS[known.kind].balances
        and known.protocol != "http"
        and port.target not in (*_PAGES_OF_PROXIES, *_OF_EXPORTERS)
    )
    if known.port == port.target or known.keeps_data or is_of_one_protocol:
        return "http" if port.target in _PAGES_OF_STORES else known.protocol
    return _WITHOUT_PAGES.get(port.target, "http")
