"""A workload as a component."""

from __future__ import annotations

import re

from msgspec import Struct

from archgen.importers.catalogue import STORE_PROTOCOLS
from archgen.importers.kubernetes.manifests import Manifest
from archgen.importers.nodes import SourceNode
from archgen.importers.products import Guess
from archgen.model.kinds import KINDS


class Workload(Struct):
    """A workload with its id, its kind, the labels of its pods and the named ports of its containers."""

    id: str
    manifest: Manifest
    guess: Guess
    labels: dict[str, str]
    ports: dict[str, int]

    @property
    def namespace(self) -> str:
        """Return the namespace, empty where none is stated."""
        return self.manifest.namespace


def port_protocol(part: Workload, port: SourceNode, number: int) -> str:
    """Return the protocol of a Service's port, by its number, its name and the component behind it."""
    known = part.guess.known
    name = port.get("name").text or port.get("appProtocol").text
    if number in (443, 8443) or name.startswith("https"):
        return "https"
    if KINDS[known.kind].balances and number in STORE_PROTOCOLS:
        return STORE_PROTOCOLS[number]
    target = port.get("targetPort").number or part.ports.get(port.get("targetPort").text) or number
    if known.port in (number, target):
        return known.protocol
    if name.startswith("grpc"):
        return "grpc"
    return known.protocol if KINDS[known.kind].role == "data" else "http"


def entry_of(part: Workload, port: SourceNode, number: int) -> dict[str, object]:
    """Return the entry of a Service's port; `admin` for a page for administrators."""
    value: dict[str, object] = {"protocol": port_protocol(part, port, number), "port": number}
    if part.guess.known.admin or re.search(r"admin|dashboard|metrics|management", port.get("name").text):
        value["admin"] = True
    return value


def spread_over(replicas: int) -> dict[str, str]:
    """Return the cluster that a Service makes of pods: requests go to those that are ready."""
    if replicas < 2:
        return {"by": "orchestrator"}
    return {"mode": "active-active", "failover": "automatic", "by": "orchestrator", "watches": "process"}
