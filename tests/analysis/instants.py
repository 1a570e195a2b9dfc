"""The meaning of a model at a moment, by its definition alone: how long ago each loss was, bad changes, moved replicas.

Written apart from the engine that it checks: every state of the elements, every age of each loss and every event is
enumerated, and each is weighed by its chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

from msgspec import Struct

from archgen.model.architecture import Architecture, Changes, Component, Flow, Replica
from archgen.model.steps import Request
from tests.oracle import State, World, concerned, in_order

Element = tuple[str, str]
HOURS = 8760.0


class Answer(Struct, frozen=True):
    """What is said of a flow: the chance that it is served and that it is served in full, and its downtime in three parts."""

    serves: float
    full: float
    failures: float
    failovers: float
    changes: float


class Instant(World):
    """An architecture in one state at one moment."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__(architecture, frozenset())
        self.age: dict[Element, float] = {}
        self.events: frozenset[Element] = frozenset()
        self._alone: dict[str, frozenset[Element]] = {}

    def at(self, failed: State, age: dict[Element, float], events: frozenset[Element]) -> Instant:
        """The same architecture in another state, at another moment."""
        other = self.copied(failed)
        other._working = {}
        other.age, other.events = age, events
        return other

    def less_failed(self, failed: State) -> Instant:
        return self.copied(failed)

    def with_failed(self, failed: State) -> Instant:
        return self.at(failed, {}, frozenset())

    def up(self, replica: Replica) -> bool:
        return super().up(replica) and not self.events.intersection(self.events_of(replica))

    # Events

    def change_of(self, component: Component) -> Element | None:
        """The bad change that takes a component down: its own, or that of the code that several run."""
        if not self.is_changed(component):
            return None
        sharing = [
            each for each in self.component.values() if self.is_changed(each) and each.codebase == component.codebase
        ]
        shared = component.codebase is not None and len(sharing) > 1
        return ("change", component.codebase if shared and component.codebase else component.id)

    def is_changed(self, component: Component) -> bool:
        ours = component.kind not in ("client", "code-base") and not component.managed
        return self.architecture.changes and ours and component.changes is not False

    def events_of(self, replica: Replica) -> list[Element]:
        component = self.component[replica.component]
        if component.kind == "client":
            return []
        change = self.change_of(component)
        return [*([] if change is None else [change]), *self.moves_of(replica)]

    def moves_of(self, replica: Replica) -> list[Element]:
        """The events by which a replica is being moved; with others it shares those that move them together."""
        if len(replica.hosts) < 2:
            return []
        component = self.component[replica.component]
        spread = component.placement.spread if component.placement else None
        if spread == "none":
            return [("move", f"all of {component.id}")]
        if spread == "host":
            return [("move", replica.id), ("move", f"zones of {component.id}")]
        return [("move", replica.id)]

    def chance(self, event: Element, replica: Replica) -> float:
        """The chance of an event, which one of the replicas that it takes down tells."""
        component = self.component[replica.component]
        if event[0] == "change":
            return max(self.bad_change(each) for each in self.component.values() if self.change_of(each) == event)
        assert component.placement is not None
        assert component.placement.recovery is not None
        hosts, zones = [], []
        for host in replica.hosts:
            below = [("host", each) for each in self.standing(host)]
            hosts.append(prod(1 - self.down(each) * self.young(each, component.placement.recovery) for each in below))
            around = {("zone", zone) for each in self.standing(host) for _, zone in self.around(each)}
            zones.append(prod(1 - self.down(each) * self.young(each, component.placement.recovery) for each in around))
        still = {"hosts": sum(hosts) / len(hosts), "zones": sum(zones) / len(zones)}
        spread = component.placement.spread
        if spread == "host":
            return 1 - (still["zones"] if event[1].startswith("zones of ") else still["hosts"])
        return 1 - still["hosts"] * still["zones"]

    def standing(self, host: str) -> list[str]:
        """A host and those below it."""
        below = self.host[host].runs_on
        return [host, *(self.standing(below) if below is not None else [])]

    def bad_change(self, component: Component) -> float:
        declared = component.changes
        assert isinstance(declared, Changes)
        assert declared.every is not None
        assert declared.bad is not None
        assert declared.recovery is not None
        return min(1.0, declared.bad * declared.recovery / declared.every)

    # Numbers, all of which the model declares

    def declared(self, element: Element) -> tuple[float, float]:
        """The availability of an element, and how many seconds its outages last."""
        kind, name = element
        if kind == "replica":
            owner = next(each for each in self.component.values() if name in [one.id for one in each.replicas])
            found = owner.availability
        else:
            found = (self.host if kind == "host" else self.zone)[name].availability
        assert found is not None
        assert found.mttr is not None
        return found.probability, found.mttr * 3600

    def down(self, element: Element) -> float:
        return 1 - self.declared(element)[0]

    def young(self, element: Element, seconds: float) -> float:
        """The share of an element's outages, by time, that began less than some seconds ago."""
        return min(1.0, seconds / self.declared(element)[1])

    # Failovers

    def active(self, component: Component) -> list[str]:
        declared = component.cluster.active if component.cluster is not None else ()
        return list(declared) or [component.replicas[0].id]

    def takedowns(self, replica: str) -> frozenset[Element]:
        """The elements whose loss alone takes a replica down."""
        if replica not in self._alone:
            owner = next(one for each in self.component.values() for one in each.replicas if one.id == replica)
            candidates = [
                ("replica", replica),
                *(("host", each) for each in self.host),
                *(("zone", each) for each in self.zone),
            ]
            self._alone[replica] = frozenset(
                each for each in candidates if not World.up(self.with_failed(frozenset({each})), owner)
            )
        return self._alone[replica]

    def under_way(self, replicas: list[str], seconds: float) -> bool:
        """Whether a failover from any of the replicas isn't done yet."""
        causes = {each for replica in replicas for each in self.takedowns(replica)}
        return any(each in self.failed and self.age.get(each, seconds) < seconds for each in causes)

    def data_failover(self, component: Component) -> float | None:
        """The seconds until another replica takes writes, by itself or by a person; None for never."""
        data = component.replication
        if data is None or not data.primary or len(component.replicas) < 2 or data.recovery is None:
            return None
        if data.failover == "automatic":
            return data.recovery
        floating = [one for one in component.replicas if one.id in data.primary and len(one.hosts) > 1]
        return None if floating else data.recovery

    def traffic_failover(self, component: Component) -> float | None:
        """The seconds until another member of a cluster takes the traffic."""
        cluster = component.cluster
        if cluster is None or len(component.replicas) < 2 or cluster.recovery is None:
            return None
        return cluster.recovery if self.address_moves(component) or cluster.failover == "automatic" else None

    def may_answer(self, replica: Replica, access: str, working: set[str]) -> bool:
        component = self.component[replica.component]
        cluster, data = component.cluster, component.replication
        if not self.votes_met(component, access) or not self.electors_met(component, access):
            return False
        if not self.succeeds_to(replica):
            return False
        seconds = self.traffic_failover(component)
        if (
            cluster is not None
            and cluster.failover == "manual"
            and replica.id not in cluster.active
            and seconds is None
        ):
            return False
        standing_by = self.address_moves(component) and replica.id not in self.active(component)
        if seconds is not None and standing_by and self.under_way(self.active(component), seconds):
            return False
        if access == "read" or data is None or data.all_write:
            return True
        if data.copy_of is not None:
            return False
        if not data.primary or replica.id in data.primary:
            return True
        seconds = self.data_failover(component)
        if seconds is None or self.under_way(list(data.primary), seconds):
            return False
        if data.failover != "automatic" or data.by is None or data.by not in self.component:
            return True
        by = self.component[data.by]
        return any(one.id in working for one in by.replicas) and self.votes_met(by, "write")

    def met(
        self,
        caller: Replica,
        request: Request,
        flow: Flow,
        working: set[str],
        each: bool,
        host: str | None = None,
    ) -> bool:
        if not super().met(caller, request, flow, working, each, host):
            return False
        replicas, access, _ = self._asked[caller.id, request.id, host]
        return not each or not any(
            self.unsettled(one) for one in replicas if self.may_ever_answer(one, access[one.component])
        )

    def unsettled(self, replica: Replica) -> bool:
        """Whether a member of an active-active cluster was lost a moment ago, so that requests still go to it."""
        component = self.component[replica.component]
        seconds = self.traffic_failover(component)
        return seconds is not None and not self.address_moves(component) and self.under_way([replica.id], seconds)

    # All of it

    def mechanisms(self, components: set[str]) -> Iterator[tuple[list[str], float]]:
        """The replicas that some components fail over from, and the seconds that it takes."""
        for name in components:
            component = self.component[name]
            data, traffic = self.data_failover(component), self.traffic_failover(component)
            if data is not None and component.replication is not None:
                yield list(component.replication.primary), data
            if traffic is not None and self.address_moves(component):
                yield self.active(component), traffic
            elif traffic is not None:
                yield [one.id for one in component.replicas], traffic


Level = tuple[Element | None, float, tuple[float, float, float]]
"""What is lost or happens, how long ago, and its chance: in all, without bad changes, and without failovers too."""


def answer(model: Architecture, flow: Flow, most: int) -> Answer | None:
    """The answer for a flow by all of its declares at all moments; None where these are more than `most`."""
    world = Instant(model)
    among = concerned(model, flow)
    names = _involved(world, flow)
    mechanisms = list(world.mechanisms(names))
    choices: list[list[Level]] = [_levels(world, each, mechanisms) for each in among]
    taken: dict[Element, Replica] = {}
    for name in sorted(names):
        for replica in world.component[name].replicas:
            for event in world.events_of(replica):
                taken.setdefault(event, replica)
    for event, replica in taken.items():
        chance = world.chance(event, replica)
        happens = (chance, 0.0, 0.0) if event[0] == "change" else (chance, chance, 0.0)
        choices.append([(None, 0.0, tuple(1 - each for each in happens)), (event, 0.0, happens)])  # type: ignore[list-item]
    if prod(map(len, choices)) > most:
        return None
    serves, full = [0.0, 0.0, 0.0], 0.0
    for levels in product(*choices):
        weight = [prod(chances[kind] for _, _, chances in levels) for kind in range(3)]
        lost = {each: age for each, age, _ in levels if each is not None and each[0] not in ("change", "move")}
        events = frozenset(each for each, _, _ in levels if each is not None and each[0] in ("change", "move"))
        at = world.at(frozenset(lost), lost, events)
        if at.succeeds(flow):
            serves = [before + own for before, own in zip(serves, weight, strict=True)]
            full += weight[0] if at.succeeds(flow, each=True, later=True) else 0.0
    changes, failovers = serves[1] - serves[0], serves[2] - serves[1]
    return Answer(serves[0], full, (1 - serves[2]) * HOURS, failovers * HOURS, changes * HOURS)


def _levels(world: Instant, element: Element, mechanisms: list[tuple[list[str], float]]) -> list[Level]:
    """The levels of an element: up, lost a moment ago, lost for longer."""
    waits = sorted(
        {seconds for replicas, seconds in mechanisms if any(element in world.takedowns(one) for one in replicas)}
    )
    share, before = world.declared(element)[0], 0.0
    levels: list[Level] = [(None, 0.0, (share, share, share))]
    for seconds in waits:
        own = (1 - share) * (world.young(element, seconds) - before)
        before = world.young(element, seconds)
        levels.append((element, seconds - 1e-6, (own, own, 0.0)))
    old = (1 - share) * (1 - before)
    levels.append((element, float("inf"), (old, old, 1 - share)))
    return levels


def _involved(world: World, flow: Flow) -> set[str]:
    """The components that a flow can depend on: those of its elements, and of what it names."""
    among = {name for kind, name in concerned(world.architecture, flow) if kind == "replica"}
    return {
        each.id
        for each in world.component.values()
        if each.kind != "client" and any(one.id in among for one in each.replicas)
    } - ({""} if not in_order(flow.steps, False) else set())
