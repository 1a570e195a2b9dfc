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
        self.replicas = {replica.id: replica for replica in structure.replicas}
        self.members: dict[str, list[str]] = {}
        for replica in structure.replicas:
            self.members.setdefault(replica.component, []).append(replica.id)
        self.down = self._down_with_quorums()
        self.failed = dict(self.down)
        self.order, self.cyclic = self._callees_first()
        while self._pass() and self.cyclic:
            pass
        self.flow = 0
        for initiator in structure.initiators:
            self.flow |= self.component(initiator.component)

    def component(self, component: str) -> int:
        """The states in which no replica of a component works."""
        states = self.every
        for replica in self.members.get(component, ()):
            states &= self.failed[replica]
        return states

    def need(self, need: Need) -> int:
        """The states in which a need is not met."""
        found = [self.failed[one] for one in need.candidates]
        for standby in need.standbys:
            asleep = self.component(standby.promoter) if standby.promoter is not None else 0
            found.append(self.failed[standby.replica] | asleep)
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

    def _pass(self) -> bool:
        """One sweep; True if anything changed."""
        known: dict[int, int] = {}
        changed = False
        for replica in self.order:
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
        for root in self.replicas:
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
        return [callee for need in self.structure.needs.get(replica, ()) for callee in self._of(need)]

    def trace(self, bit: int) -> tuple[str, tuple[str, ...]]:
        """The step that fails in a state in which the flow fails, and the replicas from the initiator to it.

        The shortest way to a cause: breadth first along failed needs, to one that fails by what is down alone, or that
        nobody could meet; replicas that do not work with nothing failed either are no part of the proof of a failure.
        """
        lame = 0 if bit == 1 else 1
        initiator = next(one for one in self.structure.initiators if self.component(one.component) & bit)
        sound = [one for one in self.members[initiator.component] if not self.failed[one] & lame]
        paths: list[tuple[str, ...]] = [(one,) for one in sound if not self.down[one] & bit]
        seen = {path[0] for path in paths}
        for path in paths:
            for need in self.structure.needs[path[-1]]:
                if self.need(need) & bit:
                    callees = [one for one in self._of(need) if self.failed[one] & bit and not self.failed[one] & lame]
                    if self._alive(need, bit) < need.count:
                        dead = [one for one in callees if self.down[one] & bit]
                        return need.step, (*path, *dead[:1])
                    callees = [one for one in callees if not self.down[one] & bit]
                    paths += [(*path, one) for one in callees if one not in seen]
                    seen.update(callees)
        return initiator.step, (sound[0],)

    def _alive(self, need: Need, bit: int) -> int:
        """How many replicas could meet a need in a state if all that is up worked."""
        up = [one for one in need.candidates if not self.down[one] & bit]
        for standby in need.standbys:
            promoters = self.members.get(standby.promoter, []) if standby.promoter is not None else []
            awake = standby.promoter is None or any(not self.down[one] & bit for one in promoters)
            if awake and not self.down[standby.replica] & bit:
                up.append(standby.replica)
        return len(up)

    def _of(self, need: Need) -> list[str]:
        """The replicas that decide a need: candidates, standbys, and those that promote."""
        found = list(need.candidates)
        for standby in need.standbys:
            found.append(standby.replica)
            if standby.promoter is not None:
                found += self.members.get(standby.promoter, ())
        return list(dict.fromkeys(found))


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
