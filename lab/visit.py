"""The plan that the driver carries out: each flow's entry as the model has it. Pure."""

from __future__ import annotations

from typing import Any

from archgen.model.architecture import Connection, Flow
from archgen.reliability.requests import requests
from lab.site import Site, port_of


def plan(site: Site, seed: str, seconds: float) -> dict[str, Any]:
    """Return the driver's plan for all flows."""
    sidecar = site.system.sidecar
    return {
        "client": sidecar.client,
        "seed": seed,
        "rate": sidecar.rate,
        "seconds": seconds,
        "flows": [
            {"id": flow.id, "writes": writes(site, flow), "settings": _settings(site, flow)}
            for flow in site.architecture.flows
        ],
    }


def writes(site: Site, flow: Flow) -> bool:
    """Return True if the client's `write` sends the requests of a flow."""
    return flow.access != "read" and flow.id not in site.system.sidecar.reads


def _settings(site: Site, flow: Flow) -> dict[str, Any]:
    """Return what a client needs: the entry's name, or else address, its port, and all that the flow's client calls."""
    entry = _entry(site, flow)
    protocol = entry.ports[0].protocol
    return {
        "name": flow.domain or site.endpoints(None, entry)[0][0],
        "port": port_of(entry),
        "servers": site.endpoints(None, entry),
        "encrypted": protocol == "https",
        "authority": f"{site.folder}/authority.pem",
        "timeout": site.system.sidecar.timeout,
        "targets": {"|".join(each.targets): site.endpoints(None, each) for each in site.calls(entry.source)},
        **site.settings(entry.source),
    }


def _entry(site: Site, flow: Flow) -> Connection:
    """Return the connection of a flow's first request that asks no name server."""
    for request, _ in requests(flow.steps):
        for connection in site.calls(request.source):
            if set(request.targets) <= set(connection.targets) and connection.ports[0].protocol != "dns":
                return connection
    raise LookupError(f"{flow.id} has no request that leads anywhere")
