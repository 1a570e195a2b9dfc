"""Redis: a primary and its copies. Sentinels that watch it rewrite its configuration, which is written once therefore."""

from __future__ import annotations

from archgen.model.architecture import Replica
from lab.service import File, Service, shell
from lab.site import Site, listening

SERVES = ("redis",)

CONFIGURATION = """\
port {port}
bind 0.0.0.0
protected-mode no
dir {folder}
appendonly yes
save ""
repl-diskless-sync-delay 0
repl-timeout 10
{source}
"""


def service(site: Site, replica: Replica) -> Service:
    """Return a replica of Redis."""
    folder, port = site.directory(replica), listening(site, replica.component)
    primary = _primary(site, replica)
    source = "" if primary == replica else f"replicaof {site.address(primary)} {port}"
    return Service(
        name=replica.id,
        packages=("redis-server", "redis-tools"),
        files=(File(f"{folder}/first.conf", CONFIGURATION.format(port=port, folder=folder, source=source)),),
        prepare=(
            shell(f"test -f {folder}/redis.conf || cp {folder}/first.conf {folder}/redis.conf"),
            ("chown", "-R", "redis:", folder),
        ),
        run=("redis-server", f"{folder}/redis.conf"),
        user="redis",
        alive=shell(_alive(site, replica)),
        reinstate=(shell(_reinstate(site, replica)),) if primary == replica and _sentinels(site, replica) else (),
    )


def _primary(site: Site, replica: Replica) -> Replica:
    component = site.component(replica.component)
    primary = component.replication.primary if component.replication else ()
    return next((each for each in component.replicas if each.id in primary), replica)


def _sentinels(site: Site, replica: Replica) -> list[str]:
    """Return the addresses of the Sentinels that promote a copy of it."""
    replication = site.component(replica.component).replication
    promoter = replication.by if replication else None
    components = [each for each in site.architecture.components if each.id == promoter]
    return [site.address(each) for component in components for each in component.replicas]


def _alive(site: Site, replica: Replica) -> str:
    """Return the script that succeeds once there is one primary, and this replica has all of its keys."""
    port = listening(site, replica.component)
    members = " ".join(site.address(each) for each in site.component(replica.component).replicas)
    ask = f"timeout 5 redis-cli -p {port} -h"
    return f"""
primaries=; for each in {members}; do
  if {ask} $each ROLE | head -n 1 | grep -qx master; then primaries="$primaries $each"; fi
done
set -- $primaries; test $# = 1
own={site.address(replica)}
test $1 = $own && exit
{ask} $own INFO replication | grep -q master_link_status:up
{ask} $own INFO replication | grep -q master_host:$1
test "$({ask} $own DBSIZE)" = "$({ask} $1 DBSIZE)"
"""


def _reinstate(site: Site, replica: Replica) -> str:
    """Return the script that lets the Sentinels promote this replica, unless it is the primary."""
    port, own, sentinel = listening(site, replica.component), site.address(replica), _sentinels(site, replica)[0]
    return f"""
for attempt in $(seq 60); do
  if timeout 5 redis-cli -p {port} -h {own} ROLE | head -n 1 | grep -qx master; then exit; fi
  timeout 5 redis-cli -p 26379 -h {sentinel} SENTINEL FAILOVER site || true
  sleep 1
done
exit 1
"""
