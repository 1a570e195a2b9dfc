"""Components: their kind, the failover of their replicas, and the facts that rules need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from archgen.language.expand.context import Context, SubjectId, quoted_list, suggestion
from archgen.language.expand.replica_placement import placement
from archgen.language.expand.scalars import expand_availability, links
from archgen.language.yaml.scalars import is_ip_or_network, parse_rate, probability, seconds
from archgen.language.yaml.tree import Document, Map, Seq, TreeNode
from archgen.model.architecture import (
    Balance,
    Changes,
    Cluster,
    Collection,
    Component,
    FirewallRule,
    Managed,
    Quorum,
    Record,
    Replica,
    Replication,
    Scope,
)
from archgen.model.kinds import KINDS
from archgen.model.steps import Access

MOVERS = ("vrrp", "dns", "anycast", "orchestrator")
"""Mechanisms, which aren't components, that may move traffic between the members of a cluster."""

_NO_CHECK = ("none", "no", "off", "never", "disabled")
"""Texts that say that nothing is checked; others tell what is, if only by something else (`none of its own`)."""

_SCOPES: dict[str, Scope] = {
    **dict.fromkeys(("rack", "power", "datacenter", "availability-zone"), "zonal"),
    "region": "regional",
    "provider": "global",
}
"""The scope of a managed service that is lost with a zone of a kind."""

Targets = Mapping[str, Sequence[str]]
"""The components that each component calls."""


def component(context: Context, name: str, entry: Map, replicas: tuple[Replica, ...], calls: Targets) -> Component:
    """Return a component with its short forms expanded and its references checked."""
    if len(entry) <= 2 and entry.keys() <= {"kind", "runs_on"}:
        return Component(
            id=name,
            kind=entry["kind"],
            replicas=replicas,
            placed=_placed(entry),
            managed=_foreign(entry),
            placement=placement(context, entry),
        )
    return _Reader(context, name, entry, replicas, calls).read()


def _placed(entry: Map) -> bool:
    return "runs_on" in entry or "replicas" in entry


def _foreign(entry: Map) -> bool:
    """Return True if the component is a managed service unless the model declares otherwise."""
    return KINDS[entry["kind"]].foreign and "runs_on" not in entry


class _Reader:
    def __init__(self, context: Context, name: str, entry: Map, replicas: tuple[Replica, ...], calls: Targets) -> None:
        self.context = context
        self.name = name
        self.entry = entry
        self.replicas = replicas
        self.calls = calls
        self.subject: SubjectId = ("component", name)

    def read(self) -> Component:
        entry, document = self.entry, self.context.document
        declared: dict[str, TreeNode] = {"managed": _foreign(entry), "placement": placement(self.context, entry)}
        for key, value in entry.items():
            if key in _READERS:
                declared[key] = _READERS[key](self)
            elif key not in _PLACING:
                reading = _READINGS.get(Component.__annotations__[key])
                declared[key] = value if reading is None else reading(document, entry, key)
        return Component(id=self.name, replicas=self.replicas, placed=_placed(entry), **declared)

    def refer(self, parent: Map, key: str, kinds: tuple[str, ...], of: str = "") -> tuple[str, ...]:
        """Return the checked references under a key, one or a list of them."""
        references = []
        for text, mark in self.marked(parent, key):
            references.append(self.context.refer(text, mark, kinds, self.subject, f"`{of or key}` of `{self.name}`"))
        return tuple(references)

    def marked(self, parent: Map, key: str) -> list[tuple[str, int]]:
        """Return the texts under a key with their positions."""
        if key not in parent:
            return []
        texts = self.context.document.texts(parent, key)
        value = parent.get(key)
        if value.__class__ is Seq:
            return list(zip(texts, value.marks, strict=True))
        return [(text, parent.value_mark(key)) for text in texts]

    def own(self, parent: Map, key: str, of: str) -> tuple[str, ...]:
        """Return replicas of this component, named by their ids or by the host that they run on."""
        replicas: list[str] = []
        for text, mark in self.marked(parent, key):
            members = members_of(text, self.replicas)
            if not members and self.subject not in self.context.broken:
                self._outside(text, mark, f"`{of}` of `{self.name}`")
            replicas += members
        return tuple(dict.fromkeys(replicas))

    def _outside(self, text: str, mark: int, key: str) -> None:
        hosts = list(dict.fromkeys(host for replica in self.replicas for host in replica.hosts))
        choices = hosts or [replica.id for replica in self.replicas]
        if text.removeprefix("host:") in self.context.hosts:
            message = f"{key} names `{text}`, but `{self.name}` doesn't run there"
            fix = f"Name one of its own: {quoted_list(choices)}; or add `{text}` to its `runs_on`."
            self.context.dangling(mark, self.subject, message, fix)
        else:
            candidates = [*choices, *(replica.id for replica in self.replicas)]
            self.context.undeclared(text, mark, ("host or replica of it",), candidates, self.subject, key)

    def balance(self) -> Balance:
        balance = self.entry["balance"]
        if balance.__class__ is not Map:
            return Balance(self.context.document.text(self.entry, "balance"))
        text = self.context.document.text
        sticky = self.context.document.text_or_flag(balance, "stickiness")
        declared = balance.get("health_check")
        deep = declared if declared.__class__ is Map else Map(0)
        check = (
            text(deep, "request") or True
            if declared.__class__ is Map
            else self.context.document.text_or_flag(balance, "health_check")
        )
        if isinstance(check, str) and check.strip().casefold() in _NO_CHECK:
            check = False
        weights = []
        for name, weight in balance.get("weights", {}).items():
            members = self._members(name, balance["weights"].key_mark(name), "weights")
            weights += [(member, float(weight)) for member in members]
        backup = [
            member for name, mark in self.marked(balance, "backup") for member in self._members(name, mark, "backup")
        ]
        return Balance(
            text(balance, "algorithm"),
            balance.get("mode"),
            check,
            sticky,
            tuple(weights),
            tuple(backup),
            self._asks(deep),
            deep.get("fail_open"),
        )

    def _asks(self, check: Map) -> tuple[tuple[str, Access], ...]:
        """Return what a health check asks through the targets, each of which has a connection to it or isn't restricted."""
        asked = check.get("asks")
        if asked.__class__ is Map:
            declared = [(name, asked.key_mark(name), access) for name, access in asked.items()]
        else:
            declared = [(name, mark, "read") for name, mark in self.marked(check, "asks")]
        asks = []
        targets = self.calls.get(self.name, ())
        for name, mark, access in declared:
            known = self.context.refer(name, mark, ("component",), self.subject, f"`asks` of `{self.name}`")
            if name in self.context.components and known not in self._behind(targets):
                message = f"`asks` of `{self.name}` names `{name}`, but no component that `{self.name}` calls has a connection to it"
                message += ", directly or through others"
                fix = f"Add the connection from a target of `{self.name}` to `{name}`, or remove it from `asks`."
                self.context.dangling(mark, self.subject, message, fix)
            asks.append((known, access))
        return tuple(asks)

    def _behind(self, targets: Sequence[str]) -> set[str]:
        """Return what components call, and what that calls in turn."""
        queue = [called for target in dict.fromkeys(targets) for called in self.calls.get(target, ())]
        behind = set(queue)
        for name in queue:
            fresh = [called for called in self.calls.get(name, ()) if called not in behind]
            behind.update(fresh)
            queue += fresh
        return behind

    def _members(self, name: str, mark: int, key: str) -> tuple[str, ...]:
        """Return the members that a balancer names: a component, a replica, or its targets' replicas on a host."""
        if name in self.context.components:
            return (name,)
        targets = [
            replica for target in self.calls.get(self.name, ()) for replica in self.context.placed.get(target, ())
        ]
        members = members_of(name, targets)
        if members:
            return members
        if any(("component", target) in self.context.broken for target in self.calls.get(self.name, ())):
            return (name,)
        choices = [*(replica.id for replica in targets), *self.calls.get(self.name, ())]
        message = f"`{key}` of `{self.name}` names `{name}`, which isn't a component that it calls, or a host or replica of one"
        fix = suggestion(name, choices) or "Name a component that it has a connection to, or a host or replica of one."
        self.context.dangling(mark, self.subject, message, fix)
        return (name,)

    def cluster(self) -> Cluster:
        cluster, text = self.entry["cluster"], self.context.document.text
        active = self.own(cluster, "active", "active")
        if cluster.get("failover") == "manual" and not cluster.get("active"):
            message = f"the cluster of `{self.name}` needs `active`, because its failover is manual"
            fix = "Add `active:` with the host or replica that gets the traffic."
            self.context.invalid(cluster.key_mark("failover"), self.subject, message, fix)
        address = cluster.get("address")
        shared = text(address, "shared") if address.__class__ is Map else None
        by = text(cluster, "by")
        if by is not None and by not in MOVERS:
            (by,) = self.refer(cluster, "by", ("component",), "by")
        recovery = text(cluster, "recovery")
        return Cluster(
            cluster.get("mode"),
            active,
            shared,
            address if shared is None else None,
            cluster.get("failover"),
            by,
            cluster.get("watches"),
            None if recovery is None else seconds(recovery),
        )

    def changes(self) -> TreeNode:
        """Return the declared rate of changes; an interval of no time would be a change at any moment."""
        declared = self.entry["changes"]
        if declared.__class__ is not Map:
            return declared
        every, bad, recovery = (self.context.document.text(declared, key) for key in ("every", "bad", "recovery"))
        if every is not None and not seconds(every):
            message = f"`every` of the `changes` of `{self.name}` must be longer than no time; got {every}"
            fix = "Write the time between two changes, such as `every: 1w`, or `changes: false`."
            self.context.invalid(declared.value_mark("every"), self.subject, message, fix)
        return Changes(
            None if every is None else seconds(every),
            None if bad is None else probability(bad),
            None if recovery is None else seconds(recovery),
        )

    def replication(self) -> Replication:
        replication = self.entry["replication"]
        declared = [key for key in ("primary", "writers", "of") if key in replication]
        if len(declared) > 1:
            message = (
                f"`replication` of `{self.name}` must have only one of {' and '.join(f'`{key}`' for key in declared)}"
            )
            fix = "Keep one: `primary` for one writer, `writers: all` for many, `of` for a read-only copy."
            self.context.invalid(replication.key_mark(declared[1]), self.subject, message, fix)
        primary = self.own(replication, "primary", "primary")
        copy_of = next(iter(self.refer(replication, "of", ("component",), "replication")), None)
        if copy_of == self.name:
            message = f"`{self.name}` must not be a copy of itself"
            fix = "Name the component whose data it copies, or use `primary` between its own replicas."
            self.context.invalid(replication.value_mark("of"), self.subject, message, fix)
        if copy_of is not None and "failover" in replication:
            message = f"`{self.name}` is a read-only copy of `{copy_of}`, so it can't take over from it"
            fix = f"Make both replicas of one component: `primary` and `failover` under `replication` of `{copy_of}`."
            self.context.invalid(replication.key_mark("failover"), self.subject, message, fix)
        by = next(iter(self.refer(replication, "by", ("component",), "by")), None)
        recovery, lag, conflicts = (
            self.context.document.text(replication, key) for key in ("recovery", "lag", "conflicts")
        )
        return Replication(
            primary,
            replication.get("writers") == "all",
            copy_of,
            replication.get("failover"),
            by,
            replication.get("mode"),
            None if recovery is None else seconds(recovery),
            None if lag is None else seconds(lag),
            conflicts,
            self._waits_for(replication),
            replication.get("without"),
        )

    def _waits_for(self, replication: Map) -> TreeNode:
        count = replication.get("waits_for")
        copies = len(self.replicas) - 1
        if isinstance(count, int) and count > copies:
            message = f"`waits_for` of `{self.name}` must be at most {copies}, the number of its copies; got {count}"
            fix = "Lower `waits_for`, or write `waits_for: all`."
            self.context.invalid(replication.value_mark("waits_for"), self.subject, message, fix)
        return count

    def managed(self) -> TreeNode:
        """Return the declared place of a managed service; a zone without a scope tells the scope."""
        declared = self.entry["managed"]
        if declared.__class__ is not Map:
            return declared
        scope, zone = declared.get("scope"), next(iter(self.refer(declared, "zone", ("zone",))), None)
        entry = self.context.section("zones").get(zone or "")
        kind = entry["kind"] if isinstance(entry, Map) else ""
        implied = _SCOPES.get(kind)
        if implied is not None and scope not in (None, implied):
            message = f"`{self.name}` is {scope} and can't be lost with `{zone}`, which is a zone of kind `{kind}`"
            fix = "Name a region." if scope == "regional" else f"Write `scope: {implied}`, or remove `zone`."
            self.context.invalid(declared.value_mark("zone"), self.subject, message, fix)
        if zone is not None and "runs_on" in self.entry:
            message = (
                f"`managed` of `{self.name}` must not name a zone beside `runs_on`: its hosts tell where it is lost"
            )
            self.context.invalid(declared.key_mark("zone"), self.subject, message, "Keep one of them.")
        return Managed(scope or implied, zone)

    def quorum(self) -> TreeNode:
        declared = self.entry["quorum"]
        return Quorum(declared.get("read"), declared.get("write")) if declared.__class__ is Map else declared

    def records(self) -> tuple[Record, ...]:
        text = self.context.document.text
        records = []
        for record in self.entry["records"]:
            name, kind, ttl = text(record, "name") or "", record["type"], text(record, "ttl")
            value = text(record, "value") or ""
            records.append(Record(f"{name} {kind}", name, kind, value, None if ttl is None else seconds(ttl)))
        return tuple(records)

    def rules(self) -> tuple[FirewallRule, ...]:
        rules = []
        for rule in self.entry["rules"]:
            sources, targets = (self._peers(rule, key) for key in ("from", "to"))
            ports = tuple(port for port in self.context.document.texts(rule, "ports") if port != "any")
            rules.append(
                FirewallRule(sources, targets, ports, rule.get("action", "allow"), rule.get("direction", "in"))
            )
        return tuple(rules)

    def _peers(self, rule: Map, key: str) -> tuple[str, ...]:
        peers = []
        for text, mark in self.marked(rule, key):
            if text == "any":
                return ()
            if text != "internet" and not is_ip_or_network(text):
                kinds = ("component", "host", "network")
                text = self.context.refer(text, mark, kinds, self.subject, f"`{key}` in a rule of `{self.name}`")
            peers.append(text)
        return tuple(peers)

    def collects(self) -> tuple[Collection, ...]:
        texts = self.context.document.texts
        return tuple(
            Collection(
                self.refer(collection, "from", ("component",), "collects"),
                texts(collection, "what"),
                texts(collection, "measures"),
            )
            for collection in self.entry["collects"]
        )

    def reference(self, key: str, kind: str) -> str | None:
        return next(iter(self.refer(self.entry, key, (kind,))), None)

    def span(self, key: str) -> float:
        return seconds(self.context.document.text(self.entry, key) or "")


def members_of(name: str, replicas: list[Replica] | tuple[Replica, ...]) -> tuple[str, ...]:
    """Return the ids of the replicas that a replica id or a host names."""
    host = name.removeprefix("host:")
    return tuple(replica.id for replica in replicas if replica.id == name or host in replica.hosts)


_READINGS: dict[str, Callable[[Document, Map, str], TreeNode]] = {
    "str | None": Document.text,
    "str | bool | None": Document.text_or_flag,
}
"""Types of fields whose values are taken as they were written; of any other field, as YAML reads them."""

_PLACING = ("runs_on", "replicas")
_READERS: dict[str, Callable[[_Reader], TreeNode]] = {
    "network": lambda reader: reader.reference("network", "network"),
    "group": lambda reader: reader.reference("group", "group"),
    "tags": lambda reader: reader.context.document.texts(reader.entry, "tags"),
    "codebase": lambda reader: reader.reference("codebase", "component"),
    "balance": _Reader.balance,
    "cluster": _Reader.cluster,
    "replication": _Reader.replication,
    "quorum": _Reader.quorum,
    "managed": _Reader.managed,
    "records": _Reader.records,
    "guards": lambda reader: reader.refer(reader.entry, "guards", ("host", "network", "component")),
    "rules": _Reader.rules,
    "collects": _Reader.collects,
    "alerts": lambda reader: reader.context.document.texts(reader.entry, "alerts"),
    "probes": lambda reader: reader.context.document.texts(reader.entry, "probes"),
    "backs_up": lambda reader: reader.refer(reader.entry, "backs_up", ("component",)),
    "every": lambda reader: reader.span("every"),
    "keeps": lambda reader: reader.span("keeps"),
    "capacity": lambda reader: parse_rate(reader.context.document.text(reader.entry, "capacity") or ""),
    "changes": _Reader.changes,
    "links": lambda reader: links(reader.context, reader.entry),
    "availability": lambda reader: expand_availability(reader.context, reader.entry),
}
