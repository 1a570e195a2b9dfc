"""A flow at a moment, for its availability alone: failovers that take time, bad changes, replicas that are being moved."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from archgen.model.subject import Subject


class Wait(Struct, frozen=True, order=True):
    """The seconds until another replica takes over; `manual` if a person does it, `assumed` if the model declares no number."""

    seconds: float
    manual: bool = False
    assumed: bool = False


class Window(Struct, frozen=True):
    """A failover that isn't done while the loss that takes a replica down is younger than the wait."""

    replica: str
    wait: Wait


class Moment(Struct, frozen=True):
    """The events of a model that pass, each by its component or its replica.

    `promotions` are the failovers of data and `takeovers` those of traffic, for components whose failover takes time.
    `changes` are the bad changes of components; `moves` are those of replicas, some of which share one.
    """

    promotions: Mapping[str, Wait] = {}
    takeovers: Mapping[str, Wait] = {}
    changes: Mapping[str, Subject] = {}
    moves: Mapping[str, tuple[Subject, ...]] = {}

    def events_of(self, component: str, replica: str) -> tuple[Subject, ...]:
        """Return the events that take a replica down for a while."""
        change = self.changes.get(component)
        return (*(() if change is None else (change,)), *self.moves.get(replica, ()))


LASTING = Moment()
"""No moment in particular: what is lost stays lost, and every automatic failover is done."""


def recent_loss(element: Subject, wait: Wait) -> Subject:
    """Return the event that an element was lost less than a wait ago, given that it is lost, and less than any longer one."""
    kind = "answer" if wait.manual else "failover"
    assumed = ", assumed" if wait.assumed else ""
    return Subject("step", f"{kind} within {wait.seconds:g} s{assumed} of the loss of {element.kind} {element.id}")
