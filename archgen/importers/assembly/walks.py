"""The calls of a request, depth first, without those that not each request needs.

A request may do without what no file proves that it calls, and without a service that its caller alone asks for help.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import cached_property

from msgspec import Struct, field

from archgen.importers.assembly.doors import is_walked
from archgen.importers.assembly.inventory import Call, Inventory, Part
from archgen.importers.facts import OF_GUARD, ROUTE
from archgen.model.finding import CONFIDENCES, Confidence
from archgen.model.protocols import WEB

_MOST_CALLS = 200
_OF_CONNECTIONS = ("IngressRouteTCP", "TCPRoute", "TLSRoute")
"""Routes of Kubernetes for connections of any protocol, such as those of devices with a broker."""

_NO_PORTS: frozenset[int] = frozenset()


class Walk(Struct):
    """Calls in their order and what they reach, the least `confidence` in them, and what they leave out.

    `unsure` are the calls that are less certain than the rest, and `help` the ways to the services that are asked for help.
    """

    confidence: Confidence
    calls: list[Call] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    unsure: list[Call] = field(default_factory=list)
    help: dict[str, list[Call]] = field(default_factory=dict)


def _certainty(call: Call) -> Confidence:
    """Return the confidence with which a call is drawn."""
    return call.confidence if call.guess else "medium" if call.is_assumed else "high"


def _least(*confidences: Confidence) -> Confidence:
    return max(confidences, key=CONFIDENCES.index)


class Walks:
    """The walks through an inventory."""

    def __init__(self, inventory: Inventory) -> None:
        self._parts = inventory.parts
        self._callees: dict[str, list[Call]] = {}
        self._programs: dict[str, set[str]] = {}
        self._published: dict[str, set[int]] = {}
        self._next: dict[tuple[str, str | None, frozenset[int]], list[Call]] = {}
        self._help: dict[str, bool] = {}
        for entry in inventory.entries:
            heard = entry.heard(inventory.parts[entry.component])
            self._published.setdefault(entry.component, set()).update(heard)
        for call in inventory.calls.values():
            self._programs.setdefault(call.target, set()).add(_program(inventory.parts[call.source]))
            if is_walked(inventory, call.source, call.target):
                self._callees.setdefault(call.source, []).append(call)

    def branches(self, door: str) -> list[str | None]:
        """Return the parts behind a door that have a flow each, None for all of them.

        "" stands for the door alone: what it answers with its own data, or what is certain where no branch is.
        """
        calls = [
            call
            for call in self.next_of(door, ports=self._published.get(door, _NO_PORTS))
            if not self._is_looked_up(call) and not self._is_help(call) and call.evidence != OF_GUARD
        ]
        if len(calls) < 2:
            return [None]
        is_apart = self._works_alone(door) or all(_certainty(call) != "high" for call in calls)
        return [*([""] if is_apart else []), *(call.target for call in calls)]

    def walk(self, start: str, confidence: Confidence, branch: str | None = None) -> Walk:
        """Return the calls from a component that are as certain as its start, and as that of the branch that is followed."""
        known = [_certainty(call) for call in self._callees.get(start, ()) if call.target == branch]
        least = _least(confidence, *known)
        return self._walk(start, least, branch, least)

    def walk_all(self, start: str, confidence: Confidence, branch: str | None = None) -> Walk:
        """Return the calls from a component, however certain they are."""
        return self._walk(start, confidence, branch, CONFIDENCES[-1])

    def ways(self, walks: Iterable[Walk]) -> dict[str, Walk]:
        """Return the walks to the services that are asked for help, by their names, with what each caller looks up before."""
        waiting = [(walk.confidence, *each) for walk in walks for each in walk.help.items()]
        found: dict[str, Walk] = {}
        for least, target, way in waiting:
            if target not in found:
                confidence = _least(least, *map(_certainty, way))
                behind = self.walk(target, confidence)
                steps = [step for call in way for step in (*self._lookups(call, confidence), call)]
                calls = list({call.id: call for call in (*steps, *behind.calls)}.values())
                reached = {name for call in calls for name in (call.source, call.target)}
                found[target] = Walk(confidence, calls, reached)
                waiting += [(confidence, name, [*way, *ahead]) for name, ahead in behind.help.items()]
        return found

    def next_of(self, name: str, branch: str | None = None, ports: Set[int] = _NO_PORTS) -> list[Call]:
        """Return the calls by a component, those of data first: it looks them up before it passes the request on.

        Those of a proxy are by the ports on which it is called, if it listens there.
        """
        key = name, branch, frozenset(ports)
        if key not in self._next:
            self._next[key] = self._find_next(name, branch, ports)
        return self._next[key]

    def _find_next(self, name: str, branch: str | None, ports: Set[int]) -> list[Call]:
        part, calls = self._parts[name], self._callees.get(name, [])
        if 0 not in ports and not ports.isdisjoint(part.listens):
            open_ports = {0, *ports, *part.passes_to}
            calls = [call for call in calls if not call.fronts or not open_ports.isdisjoint(call.fronts)]
        guards = {call.guard for call in calls if call.target == branch or branch is None}
        if branch is not None:
            calls = [
                call
                for call in calls
                if call.target == branch or call.target in guards or self._is_looked_up(call) or self._is_help(call)
            ]
        return sorted(
            calls,
            key=lambda call: (
                call.target not in guards,
                not self._parts[call.target].keeps_data,
                call.place,
                call.target,
            ),
        )

    def _walk(self, start: str, confidence: Confidence, branch: str | None, floor: Confidence) -> Walk:
        """Return the calls that are at least as certain as the floor; a call of what was reached before is a step too.

        A proxy leads on by the ports on which it is called, so that it may lead further when it is reached again.
        """
        walk = Walk(confidence, reached={start})
        ports = self._published.get(start, _NO_PORTS)
        seen = {call.id for call in self.next_of(start, None, ports)}
        stack = [iter(self.next_of(start, branch, ports))]
        path: list[Call] = []
        while stack:
            call = next(stack[-1], None)
            if call is None:
                stack.pop()
                path = path[:-1]
            elif self._is_help(call):
                walk.help.setdefault(call.target, [*path, call])
            elif _least(_certainty(call), floor) != floor:
                walk.unsure.append(call)
            elif len(walk.calls) < _MOST_CALLS:
                walk.calls.append(call)
                walk.confidence = _least(walk.confidence, _certainty(call))
                if call.target not in walk.reached or self._parts[call.target].traits.balances:
                    walk.reached.add(call.target)
                    calls = self.next_of(call.target, None, self._parts[call.target].hear(call.ports))
                    stack.append(iter([each for each in calls if each.id not in seen]))
                    seen.update(each.id for each in calls)
                    path = [*path, call]
        return walk

    def _lookups(self, call: Call, confidence: Confidence) -> list[Call]:
        return [
            other
            for other in self.next_of(call.source)
            if self._is_looked_up(other) and _least(_certainty(other), confidence) == confidence
        ]

    def _is_looked_up(self, call: Call) -> bool:
        """Return True for a call of data; what a balancer leads visitors to by HTTP, or by a route of its own, is one way of several."""
        is_led = call.protocol in WEB or call.evidence.endswith(ROUTE) or call.evidence in _OF_CONNECTIONS
        is_way = self._parts[call.source].traits.balances and is_led
        return self._parts[call.target].keeps_data and not is_way

    def _works_alone(self, name: str) -> bool:
        """Return True for what answers with data that it looks up itself."""
        stores = any(self._parts[call.target].keeps_data for call in self._callees.get(name, ()))
        return stores and not self._parts[name].traits.balances

    def _is_help(self, call: Call) -> bool:
        """Return True for the call of a service without data that a single program asks, beside data of its own, or others for."""
        if call.id not in self._help:
            self._help[call.id] = self._asks_for_help(call)
        return self._help[call.id]

    def _asks_for_help(self, call: Call) -> bool:
        if self._parts[call.target].is_provided:
            return not self._parts[call.source].traits.balances
        return (
            self._parts[call.target].traits.role == "application"
            and len(self._programs[call.target]) == 1
            and self._works_alone(call.source)
            and call.target not in self._with_data
        )

    @cached_property
    def _with_data(self) -> set[str]:
        """Return the components that keep data, or call any that does."""
        callers: dict[str, list[str]] = {}
        for calls in self._callees.values():
            for call in calls:
                callers.setdefault(call.target, []).append(call.source)
        waiting = [part.id for part in self._parts.values() if part.keeps_data]
        found = {*waiting}
        while waiting:
            new = {*callers.get(waiting.pop(), ())} - found
            found |= new
            waiting += new
        return found


def _program(part: Part) -> str:
    """Return what a component runs: several may run one program."""
    return part.build or part.image or part.id
