"""Components: what each one is, how its replicas stand in for each other, and the facts that rules need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from archgen.language.expand.context import Context, SubjectId, suggestion
from archgen.language.expand.scalars import availability, links
from archgen.language.yaml.scalars import per_second, seconds
from archgen.language.yaml.tree import Document, Map, Node, Seq
from archgen.model.architecture import (
    Balance,
    Cluster,
    Collection,
    Component,
    FirewallRule,
    Record,
    Replica,
    Replication,
)
from archgen.model.kinds import KINDS

MOVERS = ("vrrp", "dns", "anycast", "orchestrator")
"""What may move traffic between the members of a cluster without being a component."""

Targets = Mapping[str, Sequence[str]]
"""The components that each component calls."""


def component(context: Context, name: str, said: Map, replicas: tuple[Replica, ...], calls: Targets) -> Component:
    """A component with its short forms expanded and its references checked."""
    if len(said) <= 2 and said.keys() <= {"kind", "runs_on"}:
        return Component(id=name, kind=said["kind"], replicas=replicas, placed=_placed(said), managed=_foreign(said))
    return _Reader(context, name, said, replicas, calls).read()


def _placed(said: Map) -> bool:
    return "runs_on" in said or "replicas" in said


def _foreign(said: Map) -> bool:
    """Whether somebody else runs it unless the model says otherwise."""
    return KINDS[said["kind"]].foreign and "runs_on" not in said


class _Reader:
    def __init__(self, context: Context, name: str, said: Map, replicas: tuple[Replica, ...], calls: Targets) -> None:
        self.context = context
        self.name = name
        self.said = said
        self.replicas = replicas
        self.calls = calls
        self.subject: SubjectId = ("component", name)

    def read(self) -> Component:
        said, document = self.said, self.context.document
        stated: dict[str, Node] = {"managed": _foreign(said)}
        for key, value in said.items():
            if key in _READERS:
                stated[key] = _READERS[key](self)
            elif key not in _PLACING:
                reading = _READINGS.get(Component.__annotations__[key])
                stated[key] = value if reading is None else reading(document, said, key)
        return Component(id=self.name, replicas=self.replicas, placed=_placed(said), **stated)

    def refer(self, parent: Map, key: str, kinds: tuple[str, ...], of: str = "") -> tuple[str, ...]:
        """The checked references under a key, one or a list of them."""
        found = []
        for text, mark in self.marked(parent, key):
            found.append(self.context.refer(text, mark, kinds, self.subject, f"`{of or key}` of `{self.name}`"))
        return tuple(found)

    def marked(self, parent: Map, key: str) -> list[tuple[str, int]]:
        """The texts under a key with their positions."""
        if key not in parent:
            return []
        texts = self.context.document.texts(parent, key)
        value = parent.get(key)
        if value.__class__ is Seq:
            return list(zip(texts, value.marks, strict=True))
        return [(text, parent.value_mark(key)) for text in texts]

    def own(self, parent: Map, key: str, of: str) -> tuple[str, ...]:
        """Replicas of this component, named by themselves or by the host that they run on."""
        found: list[str] = []
        for text, mark in self.marked(parent, key):
            members = members_of(text, self.replicas)
            if not members and self.subject not in self.context.broken:
                self._outside(text, mark, f"`{of}` of `{self.name}`")
            found += members
        return tuple(dict.fromkeys(found))

    def _outside(self, text: str, mark: int, key: str) -> None:
        hosts = list(dict.fromkeys(host for replica in self.replicas for host in replica.hosts))
        choices = hosts or [replica.id for replica in self.replicas]
        if text.removeprefix("host:") in self.context.hosts:
            message = f"{key} names `{text}`, and `{self.name}` does not run there"
            fix = f"Name one of its own: {listed(choices)}; or add `{text}` to its `runs_on`."
            self.context.dangling(mark, self.subject, message, fix)
        else:
            candidates = [*choices, *(replica.id for replica in self.replicas)]
            self.context.undeclared(text, mark, ("host or replica of it",), candidates, self.subject, key)

    def balance(self) -> Balance:
        said = self.said["balance"]
        if said.__class__ is not Map:
            return Balance(self.context.document.text(self.said, "balance"))
        text = self.context.document.text
        check, sticky = (self.context.document.text_or_flag(said, key) for key in ("health_check", "stickiness"))
        weights = []
        for name, weight in said.get("weights", {}).items():
            members = self._members(name, said["weights"].key_mark(name), "weights")
            weights += [(member, float(weight)) for member in members]
        backup = [one for name, mark in self.marked(said, "backup") for one in self._members(name, mark, "backup")]
        return Balance(text(said, "algorithm"), said.get("mode"), check, sticky, tuple(weights), tuple(backup))

    def _members(self, name: str, mark: int, key: str) -> tuple[str, ...]:
        """What a balancer calls a member: a component, a replica, or the replicas of its targets on a host."""
        if name in self.context.components:
            return (name,)
        targets = [one for target in self.calls.get(self.name, ()) for one in self.context.placed.get(target, ())]
        members = members_of(name, targets)
        if members:
            return members
        if any(("component", target) in self.context.broken for target in self.calls.get(self.name, ())):
            return (name,)
        known = [*(one.id for one in targets), *self.calls.get(self.name, ())]
        message = (
            f"`{key}` of `{self.name}` names `{name}`, which is nothing that it calls, nor a host or replica of it"
        )
        fix = suggestion(name, known) or "Name a component that it has a connection to, or a host or replica of one."
        self.context.dangling(mark, self.subject, message, fix)
        return (name,)

    def cluster(self) -> Cluster:
        said, text = self.said["cluster"], self.context.document.text
        active = self.own(said, "active", "active")
        if said.get("failover") == "manual" and not said.get("active"):
            message = f"the cluster of `{self.name}` fails over by hand and does not say which member is active"
            fix = "Add `active:` with the host or replica that takes the traffic."
            self.context.invalid(said.key_mark("failover"), self.subject, message, fix)
        address = said.get("address")
        shared = text(address, "shared") if address.__class__ is Map else None
        by = text(said, "by")
        if by is not None and by not in MOVERS:
            (by,) = self.refer(said, "by", ("component",), "by")
        failover, watches = said.get("failover"), said.get("watches")
        return Cluster(said.get("mode"), active, shared, address if shared is None else None, failover, by, watches)

    def replication(self) -> Replication:
        said = self.said["replication"]
        stated = [key for key in ("primary", "writers", "of") if key in said]
        if len(stated) > 1:
            message = f"`replication` of `{self.name}` says {' and '.join(f'`{key}`' for key in stated)}"
            fix = "Say one: `primary` for one writer, `writers: all` for many, `of` for a read-only copy."
            self.context.invalid(said.key_mark(stated[1]), self.subject, message, fix)
        primary = self.own(said, "primary", "primary")
        copy_of = next(iter(self.refer(said, "of", ("component",), "replication")), None)
        if copy_of == self.name:
            message = f"`{self.name}` is said to be a copy of itself"
            fix = "Name the component whose data it copies, or use `primary` between its own replicas."
            self.context.invalid(said.value_mark("of"), self.subject, message, fix)
        if copy_of is not None and "failover" in said:
            message = f"`{self.name}` is a read-only copy of `{copy_of}`, so there is no failover to it"
            fix = f"Make both replicas of one component: `primary` and `failover` under `replication` of `{copy_of}`."
            self.context.invalid(said.key_mark("failover"), self.subject, message, fix)
        by = next(iter(self.refer(said, "by", ("component",), "by")), None)
        recovery, lag, conflicts = (self.context.document.text(said, key) for key in ("recovery", "lag", "conflicts"))
        return Replication(
            primary,
            said.get("writers") == "all",
            copy_of,
            said.get("failover"),
            by,
            said.get("mode"),
            None if recovery is None else seconds(recovery),
            None if lag is None else seconds(lag),
            conflicts,
        )

    def records(self) -> tuple[Record, ...]:
        text = self.context.document.text
        found = []
        for said in self.said["records"]:
            name, kind, ttl = text(said, "name") or "", said["type"], text(said, "ttl")
            value = text(said, "value") or ""
            found.append(Record(f"{name} {kind}", name, kind, value, None if ttl is None else seconds(ttl)))
        return tuple(found)

    def rules(self) -> tuple[FirewallRule, ...]:
        found = []
        for said in self.said["rules"]:
            sources, targets = (self._peers(said, key) for key in ("from", "to"))
            ports = tuple(port for port in self.context.document.texts(said, "ports") if port != "any")
            found.append(
                FirewallRule(sources, targets, ports, said.get("action", "allow"), said.get("direction", "in"))
            )
        return tuple(found)

    def _peers(self, said: Map, key: str) -> tuple[str, ...]:
        found = []
        for text, mark in self.marked(said, key):
            if text == "any":
                return ()
            if text != "internet" and not is_address(text):
                kinds = ("component", "host", "network")
                text = self.context.refer(text, mark, kinds, self.subject, f"`{key}` in a rule of `{self.name}`")
            found.append(text)
        return tuple(found)

    def collects(self) -> tuple[Collection, ...]:
        texts = self.context.document.texts
        return tuple(
            Collection(
                self.refer(said, "from", ("component",), "collects"), texts(said, "what"), texts(said, "measures")
            )
            for said in self.said["collects"]
        )

    def one(self, key: str, kind: str) -> str | None:
        return next(iter(self.refer(self.said, key, (kind,))), None)

    def span(self, key: str) -> float:
        return seconds(self.context.document.text(self.said, key) or "")


def members_of(name: str, replicas: list[Replica] | tuple[Replica, ...]) -> tuple[str, ...]:
    """The ids of the replicas that a replica's id or a host names."""
    host = name.removeprefix("host:")
    return tuple(one.id for one in replicas if one.id == name or host in one.hosts)


def is_address(text: str) -> bool:
    """Whether a text is an IP address or a network of addresses as `10.0.0.0/8` writes it."""
    if "/" not in text and ":" not in text:
        parts = text.split(".")
        return len(parts) == 4 and all(part.isdecimal() and part.isascii() and int(part[:4]) < 256 for part in parts)
    # only here, because its import is slow beside the rest of a load
    from ipaddress import ip_network

    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def listed(names: list[str]) -> str:
    """`a`, `b` and `c`, the first few of them."""
    shown = [f"`{name}`" for name in names[:6]]
    if len(names) > len(shown):
        shown.append("…")
    return ", ".join(shown)


_READINGS: dict[str, Callable[[Document, Map, str], Node]] = {
    "str | None": Document.text,
    "str | bool | None": Document.text_or_flag,
}
"""Types of fields whose values are taken as they were written; of any other field, as YAML reads them."""

_PLACING = ("runs_on", "replicas")
_READERS: dict[str, Callable[[_Reader], Node]] = {
    "network": lambda reader: reader.one("network", "network"),
    "codebase": lambda reader: reader.one("codebase", "component"),
    "balance": _Reader.balance,
    "cluster": _Reader.cluster,
    "replication": _Reader.replication,
    "records": _Reader.records,
    "guards": lambda reader: reader.refer(reader.said, "guards", ("host", "network", "component")),
    "rules": _Reader.rules,
    "collects": _Reader.collects,
    "alerts": lambda reader: reader.context.document.texts(reader.said, "alerts"),
    "probes": lambda reader: reader.context.document.texts(reader.said, "probes"),
    "backs_up": lambda reader: reader.refer(reader.said, "backs_up", ("component",)),
    "every": lambda reader: reader.span("every"),
    "keeps": lambda reader: reader.span("keeps"),
    "capacity": lambda reader: per_second(reader.context.document.text(reader.said, "capacity") or ""),
    "links": lambda reader: links(reader.context, reader.said),
    "availability": lambda reader: availability(reader.context, reader.said),
}
