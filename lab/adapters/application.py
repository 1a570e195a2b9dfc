"""The program of lab/programs/pages.py in uWSGI, which loads it at its start; a health check asks what the model says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from archgen.model.architecture import Component, Replica
from lab.service import File, Service, shell
from lab.site import Site, listening

SERVES = ("app-server",)
PROGRAM = Path(__file__).parent.parent / "programs" / "pages.py"


def service(site: Site, replica: Replica) -> Service:
    """Return a replica of the application."""
    folder = site.directory(replica)
    component = site.component(replica.component)
    program = f"{_code_folder(site, replica, component)}/pages.py"
    own = () if component.codebase else (File(program, PROGRAM.read_text(encoding="utf-8")),)
    port = listening(site, replica.component)
    protocol = "fastcgi" if site.callers(replica.component)[0].ports[0].protocol == "fastcgi" else "http"
    return Service(
        name=replica.id,
        packages=("uwsgi-core", "uwsgi-plugin-python3", "python3-pymysql"),
        files=(*own, File(f"{folder}/settings.json", json.dumps(_settings(site, replica), indent=1))),
        run=(
            *("uwsgi", "--plugin", "python3", f"--{protocol}-socket", f":{port}", "--wsgi-file", program),
            *("--master", "--processes", "2", "--threads", "16", "--enable-threads", "--die-on-term", "--need-app"),
            *("--disable-logging", "--set-ph", f"settings={folder}/settings.json", "--listen", "100"),
        ),
        alive=shell(f"ss -Htln sport = :{port} | grep -q ."),
    )


def _code_folder(site: Site, replica: Replica, component: Component) -> str:
    if component.codebase is None:
        return site.directory(replica)
    copies = site.component(component.codebase).replicas
    return next(site.directory(copy) for copy in copies if copy.hosts == replica.hosts)


def _settings(site: Site, replica: Replica) -> dict[str, Any]:
    """Return what the program reads: its databases, its cache, and what its health check asks."""
    called = {each.ports[0].protocol: each for each in site.calls(replica.component)}
    database, cache = called["mysql"], called.get("memcached")
    replication = site.component(database.targets[0]).replication
    primary = replication.primary if replication else ()
    replicas = site.answering(replica, database)
    port = site.endpoints(replica, database)[0][1]
    balances = [each.balance for each in site.architecture.components if each.balance]
    asks = [access for balance in balances for target, access in balance.asks or () if target in database.targets]
    return {
        "readers": [[site.address(each), port] for each in replicas],
        "writers": [[site.address(each), port] for each in replicas if not primary or each.id in primary],
        "cache": site.endpoints(replica, cache)[0] if cache else None,
        "health": asks[0] if asks else None,
    }
