"""All single failures of a flow in one sweep, each with its proof.

Every replica carries a bit set: bit 0 is the state with nothing failed, bit i the state in which element i alone has
failed; a set bit means "does not work then". The sweep takes callees before callers and repeats only where replicas
depend on each other, which gives the greatest set of working replicas (Kleene iteration on a finite lattice).
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from archgen.finding import Proof, Subject
from archgen.model import Replica
from archgen.reliability.index import Index
from archgen.reliability.structure import Need, Structure


class SinglePoint(Struct, frozen=True):
    """An element whose loss alone makes the flow fail, with the proof."""

    element: Subject
    proof: Proof


class Failures(Struct, frozen=True):
    """What single failures do to a flow. `possible` is False if it fails with nothing failed: then there are no points."""

    flow: str
    possible: bool
    points: tuple[SinglePoint, ...]
    elements: tuple[Subject, ...]
    broken_step: str | None = None
    broken_path: tuple[str, ...] = ()


def elements(index: Index, structure: Structure) -> tuple[Subject, ...]:
    """Everything of a flow that can fail on its own: its replicas, their hosts, the zones around those."""
    replicas = [one for one in structure.replicas if one.component not in structure.clients]
    hosts = dict.fromkeys(host for one in replicas for host in one.hosts)
    zones = dict.fromkeys(zone for host in hosts for zone in index.zones_around(host))
    return (
        *(Subject("replica", one.id) for one in replicas),
        *(Subject("host", host) for host in hosts),
        *(Subject("zone", zone) for zone in zones),
    )


def at_least(count: int, sets: Iterable[int], every: int) -> int:
    """The states in which at least `count` of the sets have their bit: a counter that saturates, bit-parallel."""
    if count <= 0:
        return every
    reached = [every] + [0] * count
    for one in sets:
        for level in range(count, 0, -1):
            reached[level] |= reached[level - 1] & one
    return reached[count]


class Sweep:
    """The states in which each replica of a flow does not work."""

    def __init__(self, index: Index, structure: Structure) -> None:
        self.index = index
        self.structure = structure
        self.elements = elements(index, structure)
        self._bit = {element: 1 << place for place, element in enumerate(self.elements, 1)}
        self.every = (1 << (len(self.elements) + 1)) - 1
        self._replicas = {replica.id: replica for replica in structure.replicas}
        self._members: dict[str, list[str]] = {}
        for replica in structure.replicas:
            self._members.setdefault(replica.component, []).append(replica.id)
        self.down = self._down_with_quorums()
        self.failed = dict(self.down)
        order, cyclic = self._callees_first()
        while self._pass(order) and cyclic:
            pass
        self.flow = 0
        for initiator in structure.initiators:
            self.flow |= self.component(initiator.component)

    def component(self, component: str) -> int:
        """The states in which no replica of a component works."""
        states = self.every
        for replica in self._members.get(component, ()):
            states &= self.failed[replica]
        return states

    def need(self, need: Need) -> int:
        """The states in which a need is not met."""
        found = [self.failed[one] for one in need.candidates]
        asleep = self.component(need.promoter) if need.promoter is not None else 0
        found.extend(self.failed[one] | asleep for one in need.standbys)
        if need.count > len(found):
            return self.every
        if need.count == 1:
            states = self.every
            for one in found:
                states &= one
            return states
        return at_least(len(found) - need.count + 1, found, self.every)

    def _up(self, replica: Replica) -> int:
        """The states in which a replica itself, its host or a zone around it is gone."""
        if replica.component in self.structure.clients:
            return 0
        states = self._bit[Subject("replica", replica.id)]
        if not replica.hosts:
            return states
        gone = self.every
        for host in replica.hosts:
            lost = self._bit[Subject("host", host)]
            for zone in self.index.zones_around(host):
                lost |= self._bit[Subject("zone", zone)]
            gone &= lost
        return states | gone

    def _down_with_quorums(self) -> dict[str, int]:
        own = {replica.id: self._up(replica) for replica in self.structure.replicas}
        down = dict(own)
        for count, members in self.structure.quorums.values():
            lost = at_least(len(members) - count + 1, [own[one] for one in members], self.every)
            for one in members:
                down[one] |= lost
        return down

    def _pass(self, order: list[str]) -> bool:
        """One sweep; True if anything changed."""
        known: dict[int, int] = {}
        changed = False
        for replica in order:
            states = self.failed[replica]
            for need in self.structure.needs.get(replica, ()):
                if id(need) not in known:
                    known[id(need)] = self.need(need)
                states |= known[id(need)]
            if states != self.failed[replica]:
                self.failed[replica] = states
                changed = True
        return changed

    def _callees_first(self) -> tuple[list[str], bool]:
        """The replicas in depth-first post-order, and whether any depend on each other."""
        order: list[str] = []
        state: dict[str, bool] = {}
        cyclic = False
        for root in self._replicas:
            if root in state:
                continue
            state[root] = False
            stack = [(root, iter(self._callees(root)))]
            while stack:
                replica, callees = stack[-1]
                for callee in callees:
                    if callee not in state:
                        state[callee] = False
                        stack.append((callee, iter(self._callees(callee))))
                        break
                    cyclic = cyclic or not state[callee]
                else:
                    state[replica] = True
                    order.append(replica)
                    stack.pop()
        return order, cyclic

    def _callees(self, replica: str) -> list[str]:
        found: list[str] = []
        for need in self.structure.needs.get(replica, ()):
            found += need.candidates
            found += need.standbys
            if need.promoter is not None:
                found += self._members.get(need.promoter, ())
        return found

    def trace(self, bit: int) -> tuple[str, tuple[str, ...]]:
        """The step that fails in a state in which the flow fails, and the replicas from the initiator to it."""
        initiator = next(one for one in self.structure.initiators if self.component(one.component) & bit)
        members = self._members[initiator.component]
        here = next((one for one in members if not self.down[one] & bit), None)
        if here is None:
            return initiator.step, (members[0],)
        step, path = initiator.step, [here]
        while here is not None:
            need = next((one for one in self.structure.needs[here] if self.need(one) & bit), None)
            if need is None:
                break
            step = need.step
            candidates = [*need.candidates, *need.standbys]
            lame = [one for one in need.candidates if self.failed[one] & bit and not self.down[one] & bit]
            here = next((one for one in lame if one not in path), None)
            if here is not None:
                path.append(here)
            elif candidates:
                path.append(next((one for one in candidates if self.down[one] & bit), candidates[0]))
        return step, tuple(path)


def failures(index: Index, structure: Structure) -> Failures:
    """All single points of failure of a flow, in the order replicas, hosts, zones, each with its proof."""
    sweep = Sweep(index, structure)
    if sweep.flow & 1:
        step, path = sweep.trace(1)
        return Failures(structure.flow, False, (), sweep.elements, step, path)
    points = tuple(
        SinglePoint(element, Proof((element,), structure.flow, *sweep.trace(1 << place)))
        for place, element in enumerate(sweep.elements, 1)
        if sweep.flow >> place & 1
    )
    return Failures(structure.flow, True, points, sweep.elements)
