"""Where the nodes of a Swarm are that services are placed on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from archgen.importers.compose.interpolation import interpolate
from archgen.importers.nodes import SourceNode

_CONSTRAINT = re.compile(r"\s*([\w.-]+)\s*(==|!=)\s*([\w.-]+)\s*")


class SwarmPlacement(Struct, frozen=True):
    """The node that a service is placed on by its name, if it runs on each, and True if it says that there are several nodes.

    It is `is_kept` to managers, or to nodes with a label or a name, which may be one. By profiles that are `hosts` it may run on
    several; its ports are `is_inner`, for the others of them, where something else has those of pages.
    """

    host: str = ""
    is_global: bool = False
    is_of_several: bool = False
    is_kept: bool = False
    hosts: tuple[str, ...] = ()
    is_inner: bool = False


def read_placement(service: SourceNode, variables: Mapping[str, str]) -> SwarmPlacement:
    """Return where a service is placed.

    Managers alone may be the only node of a Swarm; what keeps to its workers, or to nodes with a label, tells several.
    """
    placement = service.get("deploy", "placement")
    host, is_kept, is_of_several = "", False, bool(placement.text_at("max_replicas_per_node"))
    is_of_several |= any(each.text_at("spread") for each in placement.get("preferences").list())
    for item in placement.get("constraints").list():
        match = _CONSTRAINT.fullmatch(interpolate(item.text, variables))
        if match is None:
            continue
        key, is_equal, value = match[1].lower(), match[2] == "==", match[3]
        is_worker = (key, is_equal, value.lower()) in (("node.role", True, "worker"), ("node.role", False, "manager"))
        is_kept |= not is_worker and not key.startswith("node.platform.")
        if key == "node.hostname" and is_equal:
            host = value
        is_of_several |= key.startswith(("node.labels.", "node.hostname")) or is_worker
    return SwarmPlacement(host, service.text_at("deploy", "mode").startswith("global"), is_of_several, is_kept)


def is_of_several_nodes(placements: Iterable[SwarmPlacement]) -> bool:
    """Return True for services of which any tells that their Swarm has several nodes; one node for all of them tells none."""
    listed = [*placements]
    if any(each.hosts for each in listed):
        return True
    hosts = {each.host for each in listed}
    return any(each.is_of_several for each in listed) and not (len(hosts) == 1 and hosts != {""})


def cluster_of(replicas: int) -> dict[str, str]:
    """Return what a Swarm makes of replicas: it starts them anew on another node, and leads requests to those that run."""
    if replicas < 2:
        return {"by": "orchestrator"}
    return {"mode": "active-active", "failover": "automatic", "by": "orchestrator", "watches": "process"}
