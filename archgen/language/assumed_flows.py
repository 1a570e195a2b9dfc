"""Flows that a model leaves out: from its clients along the required connections, all of them marked as assumed."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archgen.language.expand.connections import connection_ends, connection_id
from archgen.language.yaml.tree import Map, Seq, TreeNode
from archgen.model.kinds import KINDS

MESSAGES = {
    **dict.fromkeys(("http", "https", "http2", "grpc", "ws", "wss", "fastcgi", "uwsgi"), "request"),
    **dict.fromkeys(("amqp", "amqps", "kafka", "nats", "mqtt", "mqtts", "stomp"), "messages"),
    **dict.fromkeys(("redis", "rediss", "memcached"), "look up"),
    **dict.fromkeys(("postgresql", "mysql", "mongodb", "mssql", "oracle", "cassandra", "bolt", "bolts"), "query"),
    "dns": "Where is it?",
}
"""The words of a step in a flow that nobody wrote, by the protocol of its connection."""

_JOBS = ("worker", "scheduler", "function")
_ASIDE = ("mail", "backup")
_MOST_STEPS = 400
_MOST_BRANCHES = 20
_MOST_JOBS = 5


class _Call(Struct, frozen=True):
    """A required connection: its id, its ends, its protocol, and its position."""

    id: str
    source: str
    targets: tuple[str, ...]
    protocol: str
    deferred: bool
    mark: int


def assume_flows(root: Map) -> Map | None:
    """Return the flows of a valid model that has none and has a client; None for any other."""
    if "flows" in root or not isinstance(root.get("components"), Map) or not isinstance(root.get("connections"), Map):
        return None
    flows = _Walk(root).flows()
    return flows or None


class _Walk:
    def __init__(self, root: Map) -> None:
        self.kinds = {name: KINDS[str(entry["kind"])] for name, entry in root["components"].items()}
        self.calls: dict[str, list[_Call]] = {}
        for call in self._calls(root["connections"]):
            self.calls.setdefault(call.source, []).append(call)
        self.walked: set[str] = set()

    def flows(self) -> Map:
        """Return a flow for each door of a client, or for each part behind it, and one for each job."""
        flows = Map(0)
        for client in [name for name, kind in self.kinds.items() if kind.id == "client"]:
            calls = self.calls.get(client, [])
            first = [call for call in calls if self._is(call, "dns") and not call.deferred]
            for door in calls:
                if door not in first and not door.deferred:
                    self._requests(flows, first, door)
        if flows:
            self._jobs(flows)
        return flows

    def _calls(self, connections: Map) -> Iterator[_Call]:
        for number, (key, value) in enumerate(connections.items()):
            source, targets = connection_ends(key)
            declared = value if isinstance(value, Map) else {}
            ends = (source, *targets)
            if declared.get("required", True) is not True or any(end not in self.kinds for end in ends):
                continue
            if self.kinds[source].observes or all(self._is_aside(target) for target in targets):
                continue
            deferred = declared.get("async", False) is True
            yield _Call(connection_id(key), source, targets, _protocol(value), deferred, connections.marks[2 * number])

    def _is_aside(self, name: str) -> bool:
        kind = self.kinds[name]
        return kind.observes or kind.id in _ASIDE or kind.role == "visitor"

    def _is(self, call: _Call, kind: str) -> bool:
        return all(self.kinds[target].id == kind for target in call.targets)

    def _keeps_data(self, call: _Call) -> bool:
        return all(self.kinds[target].role == "data" for target in call.targets)

    def _requests(self, flows: Map, first: list[_Call], door: _Call) -> None:
        branches = self._branches(door)
        if not branches:
            calls = [*first, door, *self._behind(door.targets, set())]
            _add_flow(flows, f"requests-{door.targets[0]}", f"Requests to {door.targets[0]}", "high", calls)
        for targets in dict.fromkeys(call.targets for call in branches):
            others = {call.id for call in branches if call.targets != targets}
            calls = [*first, door, *self._behind(door.targets, others)]
            _add_flow(flows, f"requests-{targets[0]}", f"Requests that need {targets[0]}", "medium", calls)

    def _branches(self, door: _Call) -> list[_Call]:
        """Return the calls behind a door of which each request takes one: those to the first several parts that work."""
        here, seen = door.targets, set(door.targets)
        while True:
            working = [call for name in here for call in self.calls.get(name, []) if not self._keeps_data(call)]
            by_target = {call.targets: call for call in working if not seen.issuperset(call.targets)}
            if len(by_target) != 1:
                return working if 1 < len(by_target) <= _MOST_BRANCHES else []
            (here,) = by_target
            seen.update(here)

    def _behind(self, start: tuple[str, ...], left_out: set[str]) -> list[_Call]:
        """Return the calls behind some components, depth first, data before what passes the request on."""
        calls: list[_Call] = []
        seen = set(start)
        stack = [iter(self._next(name, left_out)) for name in reversed(start)]
        while stack and len(calls) < _MOST_STEPS:
            call = next(stack[-1], None)
            if call is None:
                stack.pop()
                continue
            calls.append(call)
            new = [target for target in call.targets if target not in seen]
            seen.update(new)
            stack += [iter(self._next(name, left_out)) for name in reversed(new)]
        self.walked |= seen
        return calls

    def _next(self, name: str, left_out: set[str]) -> list[_Call]:
        calls = [call for call in self.calls.get(name, []) if call.id not in left_out]
        return sorted(calls, key=lambda call: not self._keeps_data(call))

    def _jobs(self, flows: Map) -> None:
        called = {target for calls in self.calls.values() for call in calls for target in call.targets}
        names = [
            name
            for name, kind in self.kinds.items()
            if kind.id in _JOBS and name not in self.walked | called and self._next(name, set())
        ]
        jobs = {name: self._behind((name,), set()) for name in names}
        if len(jobs) > _MOST_JOBS:
            together = [call for calls in jobs.values() for call in calls]
            _add_flow(flows, "jobs", "Work in the background", "medium", list(dict.fromkeys(together)))
            return
        for name, calls in jobs.items():
            _add_flow(flows, f"job-{name}", f"Work of {name}", "medium", calls)


def _protocol(value: TreeNode) -> str:
    """Return the protocol of a connection's first port."""
    if isinstance(value, Map):
        value = value.get("ports", value.get("protocol"))
    if isinstance(value, Seq):
        value = value[0] if value else ""
    return str(value.get("protocol", "")) if isinstance(value, Map) else str(value)


def _add_flow(flows: Map, name: str, title: str, confidence: str, calls: list[_Call]) -> None:
    identity, number = name, 2
    while identity in flows:
        identity, number = f"{name}-{number}", number + 1
    mark = calls[0].mark
    flow, steps = Map(mark), Seq(mark)
    for call in calls:
        step = Map(call.mark)
        step.put(call.id, MESSAGES.get(call.protocol, "request"), call.mark, call.mark)
        steps.append(step)
        steps.marks.append(call.mark)
    for key, value in (("title", title), ("assumed", confidence), ("steps", steps)):
        flow.put(key, value, mark, mark)
    flows.put(identity, flow, mark, mark)
