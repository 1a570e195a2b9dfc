"""What the schema cannot say: to what the keys of the language refer, and which of them must agree with each other.

The functions take the `Maker` of the model. A key that refers to something needs a line in `MADE`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.walking import MISSING, SECTIONS

MOVERS = ("vrrp", "dns", "anycast", "orchestrator")


def _component(maker: Any, said: dict[str, Any]) -> None:
    said["kind"] = maker.kinds[maker.own]
    said |= maker.places[maker.own][0]


def _cluster(maker: Any, said: dict[str, Any]) -> None:
    if said.get("failover") == "manual" and "active" not in said:
        said["active"] = maker.member()


def _replication(maker: Any, said: dict[str, Any]) -> None:
    declared = [key for key in ("primary", "writers", "of") if key in said]
    maker.rand.shuffle(declared)
    for key in declared[1:]:
        del said[key]
    if declared[:1] == ["of"]:
        said.pop("failover", None)
    if isinstance(said.get("waits_for"), int):
        # a write can't wait for more copies than there are
        said["waits_for"] = min(said["waits_for"], len(maker.places[maker.own][1]) - 1) or "all"


def _quorum(maker: Any, said: dict[str, Any]) -> None:
    if not said:
        said[maker.rand.choice(("read", "write"))] = "majority"


def _record(_: Any, said: dict[str, Any]) -> None:
    # a name must be a text even where it looks like a number
    if said["type"] in ("CNAME", "DNAME", "ALIAS", "ANAME", "NS", "PTR"):
        said["value"] = str(said["value"]) or "x"


def _connection(maker: Any, said: dict[str, Any]) -> None:
    if "ports" in said:
        for key in ("protocol", "port", "tls", "redirect", "admin"):
            said.pop(key, None)
    elif "protocol" not in said:
        said["protocol"] = maker.rand.choice(("http", "https", "tcp"))


def _layout(maker: Any, said: dict[str, Any]) -> None:
    """Hints lead from later components to earlier ones, so that there is no circle."""
    names = maker.ids["components"]
    pairs = [(name, maker.rand.choice(names[:at])) for at, name in enumerate(names) if at]
    chosen = maker.rand.sample(pairs, min(len(pairs), 4))
    for at, key in enumerate(key for key in ("rank", "near") if key in said):
        said[key] = {name: maker.plain(other) for name, other in chosen[at::2]}


def _selection(maker: Any) -> Any:
    names = [name for section in ("components", "groups", "flows") for name in maker.ids[section]]
    words = ["tag:pci", "kind:database", *(maker.plain(name) for name in ("true", "1", "10") if names.count(name) == 1)]
    return maker.rand.choice((*words, maker.qualified("component", "group", "flow")))


def _managed(maker: Any, said: dict[str, Any]) -> None:
    # a zone tells the scope, and a service whose hosts are told needs none
    if "zone" in said:
        said.pop("scope", None)
    elif "scope" not in said:
        said["scope"] = maker.rand.choice(("zonal", "regional", "global"))


FINISHED: dict[str, Callable[[Any, dict[str, Any]], None]] = {
    "component": _component,
    "cluster": _cluster,
    "replication": _replication,
    "quorum": _quorum,
    "managed": _managed,
    "record": _record,
    "connectionMapping": _connection,
    "layout": _layout,
}
"""What makes the keys of a mapping agree with each other."""

MADE: dict[str, Callable[[Any], Any]] = {
    "zone.in": lambda maker: maker.other("zones"),
    "host.zone": lambda maker: maker.many(lambda: maker.name("zones")),
    "host.network": lambda maker: maker.name("networks"),
    "host.runs_on": lambda maker: maker.other("hosts"),
    "managed.zone": lambda maker: MISSING if "runs_on" in maker.places[maker.own][0] else maker.name("zones"),
    "certificate.installed_on": lambda maker: maker.many(lambda: maker.name("components")),
    "component.runs_on": lambda _: MISSING,
    "component.replicas": lambda _: MISSING,
    "component.network": lambda maker: maker.name("networks"),
    "group.in": lambda maker: maker.other("groups"),
    "component.group": lambda maker: maker.name("groups"),
    "view.include": lambda maker: maker.many(lambda: _selection(maker)),
    "view.exclude": lambda maker: maker.many(lambda: _selection(maker)),
    "view.highlight": lambda maker: maker.many(lambda: _selection(maker)),
    "view.level": lambda maker: maker.rand.choice(("system", "deployment")),
    "component.tags": lambda maker: maker.many(lambda: maker.rand.choice(("pci", "public", True, 1))),
    "component.codebase": lambda maker: maker.name("components"),
    "component.guards": lambda maker: maker.many(lambda: maker.qualified("host", "network", "component")),
    "component.backs_up": lambda maker: maker.many(lambda: maker.name("components")),
    "healthCheck.asks": lambda maker: maker.behind(),
    "changes.every": lambda maker: maker.rand.choice(("1d", "2w", "1.5y", "999999999h")),
    "balance.weights": lambda maker: {maker.weighed(): maker.rand.choice((0, 1, 2.5)) for _ in range(2)},
    "balance.backup": lambda maker: maker.many(maker.weighed),
    "cluster.active": lambda maker: maker.many(maker.member),
    "cluster.by": lambda maker: maker.rand.choice((*MOVERS, maker.name("components"))),
    "replication.primary": lambda maker: maker.many(maker.member),
    "replication.of": lambda maker: maker.other("components"),
    "replication.by": lambda maker: maker.name("components"),
    "firewallRule.from": lambda maker: maker.many(maker.peer),
    "firewallRule.to": lambda maker: maker.many(maker.peer),
    "collection.from": lambda maker: maker.many(lambda: maker.name("components")),
    "tls.certificate": lambda maker: maker.name("certificates"),
    "flow.steps": lambda maker: maker.steps(),
    "frame.steps": lambda maker: maker.steps(),
    # somebody waits for the first request of a flow, which any of them may be
    "connectionMapping.async": lambda _: False,
    "call.async": lambda _: False,
    "call.protocol": lambda maker: maker.rand.choice(maker.protocols[maker.source, maker.targets]),
    "note.over": lambda maker: maker.many(lambda: maker.name("components")),
    "acceptance.subject": lambda maker: maker.many(lambda: maker.name(*SECTIONS)),
    "layout.rank": lambda _: {},
    "layout.near": lambda _: {},
}
"""What refers to something, by the definition and the key of the schema."""
