"""What people administer in a flow: they ask for a machine by its name, and no other replica stands in for it."""

from __future__ import annotations

from archgen.model.architecture import Flow
from archgen.model.protocols import ADMINISTRATION
from archgen.reliability.index import Index
from archgen.reliability.requests import connections_under, requests


def administered(index: Index, flow: Flow) -> frozenset[str]:
    """Return the components that a flow reaches by protocols of administration alone, such as SSH, and that pass nothing on.

    Whatever starts jobs by itself does so by SSH as well, and a worker does them wherever it runs.
    """
    asked: dict[str, list[bool]] = {}
    sources: set[str] = set()
    for request, _ in requests(flow.steps):
        sources.add(request.source)
        ports = [port for connection in connections_under(index, request) for port in connection.ports]
        starts = request.source in index.starting_jobs
        is_only = bool(ports) and all(port.protocol in ADMINISTRATION for port in ports)
        for target in request.targets:
            is_job = starts and index.components[target].kind == "worker"
            asked.setdefault(target, []).append(is_only and not is_job)
    return frozenset(target for target, only in asked.items() if all(only) and target not in sources)
