"""Monitoring as a stand-in: an agent on each host that reports its load each second, and the service that takes it."""

from __future__ import annotations

from pathlib import Path

from archgen.model.architecture import Replica
from lab.service import File, Service, shell
from lab.site import Site, listening

SERVES = ("monitoring-agent", "monitoring", "sumo-logic")
PROGRAM = Path(__file__).parent.parent / "programs" / "measurements.py"


def service(site: Site, replica: Replica) -> Service:
    """Return an agent or the service that it reports to."""
    program = f"{site.directory(replica)}/measurements.py"
    file = File(program, PROGRAM.read_text(encoding="utf-8"))
    calls = site.calls(replica.component)
    if not calls:
        port = str(listening(site, replica.component))
        return Service(
            name=replica.id,
            packages=("python3-minimal",),
            files=(file,),
            run=("/usr/bin/python3", program, "take", port),
            alive=shell(f"ss -Htln sport = :{port} | grep -q ."),
        )
    address, number = site.endpoints(replica, calls[0])[0]
    return Service(
        name=replica.id,
        packages=("python3-minimal",),
        files=(file,),
        run=("/usr/bin/python3", program, "report", address, str(number)),
        alive=("true",),
    )
