"""A member of a Patroni cluster over etcd; the sidecar may set `ttl`, `loop_wait` and `retry_timeout`, in seconds. Pure."""

from __future__ import annotations

import json
from typing import Any

from archgen.model.architecture import Replica
from lab.postgresql import BINARIES, PACKAGES, PARAMETERS, TABLES, ask, caught_up
from lab.service import File, Service, shell
from lab.site import Site, listening

REST = 8008

FILL = """\
#!/bin/sh
exec psql -X -v ON_ERROR_STOP=1 -f {folder}/tables.sql "$1"
"""


def patroni(site: Site, replica: Replica, promoter: str) -> Service:
    """Return a replica of PostgreSQL that Patroni starts, watches and promotes."""
    folder, configuration = site.directory(replica), f"{site.directory(replica)}/patroni.yml"
    replication = site.component(replica.component).replication
    is_primary = replication is not None and replica.id in replication.primary
    return Service(
        name=replica.id,
        packages=(*PACKAGES, "patroni", "python3-etcd", "python3-psycopg2", "curl"),
        files=(
            # YAML is a superset of JSON
            File(configuration, json.dumps(_configuration(site, replica, promoter), indent=1)),
            File(f"{folder}/tables.sql", TABLES),
            File(f"{folder}/fill", FILL.format(folder=folder)),
        ),
        prepare=(("chmod", "755", f"{folder}/fill"), ("chown", "-R", "postgres:", folder)),
        run=("patroni", configuration),
        user="postgres",
        alive=shell(_alive(site, replica)),
        reinstate=(shell(_reinstate(site, replica, configuration)),) if is_primary else (),
    )


def _configuration(site: Site, replica: Replica, promoter: str) -> dict[str, Any]:
    folder, own, settings = site.directory(replica), site.address(replica), site.settings(replica.component)
    members = site.component(promoter).replicas
    everyone = {"username": "lab", "password": "lab"}
    return {
        "scope": "site",
        "name": _name(replica),
        "restapi": {"listen": f"0.0.0.0:{REST}", "connect_address": f"{own}:{REST}"},
        "etcd3": {"hosts": [f"{site.address(each)}:{listening(site, promoter)}" for each in members]},
        "bootstrap": {
            "dcs": {
                "ttl": settings.get("ttl", 30),
                "loop_wait": settings.get("loop_wait", 10),
                "retry_timeout": settings.get("retry_timeout", 10),
                "postgresql": {"use_pg_rewind": True, "parameters": PARAMETERS},
            },
            "initdb": [{"encoding": "UTF8"}, {"locale": "C"}],
            "post_bootstrap": f"{folder}/fill",
        },
        "postgresql": {
            "listen": f"0.0.0.0:{listening(site, replica.component)}",
            "connect_address": f"{own}:{listening(site, replica.component)}",
            "data_dir": f"{folder}/data",
            "bin_dir": BINARIES,
            "pgpass": f"{folder}/pgpass",
            "authentication": dict.fromkeys(("superuser", "replication", "rewind"), everyone),
            "parameters": {"unix_socket_directories": folder},
            "pg_hba": ["local all all trust", "host all all all trust", "host replication all all trust"],
            "remove_data_directory_on_rewind_failure": True,
            "remove_data_directory_on_diverged_timelines": True,
        },
    }


def _name(replica: Replica) -> str:
    return replica.id.replace("@", "-")


def _alive(site: Site, replica: Replica) -> str:
    """Return the script that succeeds once Patroni has one leader and this replica is it, or has all of its rows."""
    members = [site.address(each) for each in site.component(replica.component).replicas]
    return f"""
leaders=; for each in {" ".join(members)}; do
  if curl -fsm 5 http://$each:{REST}/primary >/dev/null; then leaders="$leaders $each"; fi
done
set -- $leaders; test $# = 1
if test $1 = {site.address(replica)}; then {ask(site, replica, "SELECT title FROM pages")} | grep -q page; exit; fi
curl -fsm 5 http://{site.address(replica)}:{REST}/replica >/dev/null
{caught_up(site, replica, "$1")}
"""


def _reinstate(site: Site, replica: Replica, configuration: str) -> str:
    """Return the script that makes this replica the leader, unless it is."""
    return f"""
for attempt in $(seq 30); do
  if curl -fsm 5 http://{site.address(replica)}:{REST}/primary >/dev/null; then exit; fi
  timeout 30 patronictl -c {configuration} failover site --candidate {_name(replica)} --force || true
  sleep 2
done
exit 1
"""
