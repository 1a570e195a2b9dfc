"""Redis Sentinel, for the component that it promotes; the sidecar may set `down_after` and `failover_timeout`, in ms."""

from __future__ import annotations

from archgen.model.architecture import Component, Replica
from lab.service import File, Service, shell
from lab.site import Site, listening

SERVES = ("sentinel",)

CONFIGURATION = """\
port {port}
bind 0.0.0.0
protected-mode no
dir {folder}
sentinel monitor site {address} {watched_port} {majority}
sentinel down-after-milliseconds site {down_after}
sentinel failover-timeout site {failover_timeout}
"""


def service(site: Site, replica: Replica) -> Service:
    """Return a Sentinel."""
    folder, component = site.directory(replica), site.component(replica.component)
    settings, watched = site.settings(replica.component), _watched(site, replica)
    text = CONFIGURATION.format(
        port=listening(site, replica.component),
        folder=folder,
        address=site.address(_primary(watched)),
        watched_port=listening(site, watched.id),
        majority=len(component.replicas) // 2 + 1,
        down_after=settings.get("down_after", 30_000),
        failover_timeout=settings.get("failover_timeout", 180_000),
    )
    return Service(
        name=replica.id,
        packages=("redis-sentinel", "redis-tools"),
        files=(File(f"{folder}/first.conf", text),),
        # it writes what it learns into its configuration
        prepare=(
            shell(f"test -f {folder}/sentinel.conf || cp {folder}/first.conf {folder}/sentinel.conf"),
            ("chown", "-R", "redis:", folder),
        ),
        run=("redis-sentinel", f"{folder}/sentinel.conf"),
        user="redis",
        alive=shell(_alive(site, replica, watched)),
    )


def _watched(site: Site, replica: Replica) -> Component:
    return next(
        each
        for each in site.architecture.components
        if each.replication is not None and each.replication.by == replica.component
    )


def _primary(component: Component) -> Replica:
    primary = component.replication.primary if component.replication else ()
    return next(each for each in component.replicas if each.id in primary)


def _alive(site: Site, replica: Replica, watched: Component) -> str:
    """Return the script that succeeds once it knows all other Sentinels, all copies and the primary, and doubts none."""
    ask = f"timeout 5 redis-cli -p {listening(site, replica.component)} -h {site.address(replica)}"
    others, copies = len(site.component(replica.component).replicas) - 1, len(watched.replicas) - 1
    return f"""
{ask} INFO sentinel | grep -q sentinel_tilt:0
{ask} SENTINEL CKQUORUM site | grep -q ^OK
flags() {{ sed -n '/^flags$/{{n;p}}' | sort | uniq -c | tr -s ' ' '/' | tr -d '\\n'; }}
test "$({ask} SENTINEL MASTER site | flags)" = /1/master
test "$({ask} SENTINEL SENTINELS site | flags)" = /{others}/sentinel
test "$({ask} SENTINEL REPLICAS site | flags)" = /{copies}/slave
primary=$({ask} SENTINEL GET-MASTER-ADDR-BY-NAME site | head -n 1)
timeout 5 redis-cli -p {listening(site, watched.id)} -h $primary ROLE | head -n 1 | grep -qx master
"""
