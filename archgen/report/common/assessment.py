"""The result of `analyze` for all its formats, and the wording of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from archgen.analysis.assessment import FlowAssessment
from archgen.analysis.headroom import Busiest, Capacity, Headroom
from archgen.analysis.probabilities import Assumed
from archgen.improve.gains import Gains
from archgen.linting.checked_model import CheckedModel
from archgen.model.percentages import format_bounds
from archgen.model.subject import Subject

MONTHS = 12


class Assessed(Struct, frozen=True):
    """A model's flows with their reliability.

    `maintained` are the elements that were taken out for it: everything then holds while they are out. `usual` are
    the single points of failure of each flow, by its id, with nothing out. `capacity` is None where something is out, or
    where no flow states a demand. `gains` are, by flow, what a change against an element wins; none where something is out.
    """

    model: CheckedModel
    flows: tuple[FlowAssessment, ...]
    maintained: tuple[Subject, ...] = ()
    usual: dict[str, tuple[Subject, ...]] = {}
    capacity: Capacity | None = None
    gains: dict[str, Gains] = {}


def format_duration(hours: float) -> str:
    """A time in the unit that suits it: `45.8 h`, `52.6 min`, `3.2 s`."""
    if hours >= 1.0:
        return f"{hours:.1f} h" if hours < 1000 else f"{hours:.0f} h"
    minutes = hours * 60
    if minutes >= 1.0:
        return f"{minutes:.1f} min"
    seconds = minutes * 60
    return f"{seconds:.1f} s" if seconds >= 0.1 or seconds == 0.0 else "under 0.1 s"


def all_assumptions(assessments: Iterable[FlowAssessment]) -> tuple[tuple[float, str, tuple[str, ...]], ...]:
    """All that some flows' availabilities assume, as `alike` gives it, each element once; the worst number first."""
    return tuple(
        sorted(group_assumptions(tuple({each: None for assessment in assessments for each in assessment.assumed})))
    )


def group_assumptions(assumed: tuple[Assumed, ...]) -> tuple[tuple[float, str, tuple[str, ...]], ...]:
    """Assumptions by what is assumed: (availability, source, ids of the elements)."""
    ids_by_assumption: dict[tuple[float, str], list[str]] = {}
    for assumption in assumed:
        ids_by_assumption.setdefault((assumption.availability, assumption.source), []).append(assumption.element.id)
    return tuple((number, source, tuple(ids)) for (number, source), ids in ids_by_assumption.items())


def per_second(rate: float) -> str:
    """A rate, `170/s`, to four digits."""
    return f"{rate:.4g}/s"


def format_load(component: Headroom, busiest: Busiest | None) -> str:
    """Return the load of a component's busiest replica, with its share of the capacity if that is declared."""
    if busiest is None:
        return ""
    share = component.share(busiest)
    rate = per_second(busiest.rate)
    if share is None:
        return rate
    return f"{rate} ({share:.0%}{': too much' if share > 1 + 1e-9 else ''})"


def after_loss(component: Headroom, tried: bool, name: Callable[[str], str]) -> str:
    """The same after the loss that brings it most, and while it fails and callers retry."""
    retried = component.failing
    more = f"; {format_load(component, retried)} while it fails, with up to {component.tries} tries" if retried else ""
    return _after_loss(component, tried, name) + more


def _after_loss(component: Headroom, tried: bool, name: Callable[[str], str]) -> str:
    if component.worst is not None and component.worst.lost is not None:
        return f"{format_load(component, component.worst)} without {name(component.worst.lost.id)}"
    return "no more" if tried else "not tried"


def format_gain(element: Subject, gains: Gains, name: Callable[[str], str]) -> str:
    """Return the hours that a change saves and the change: `44.4 h per year: a replica of haproxy on lb-2`, or `as for lb-1`."""
    if element not in gains:
        return "not tried"
    gain = gains[element]
    if gain is None:
        return "no change that is known"
    first = next(same for same, other in gains.items() if other == gain)
    return (
        f"as for {name(first.id)}"
        if first != element
        else f"{format_duration(gain.hours_per_year)} per year: {gain.change}"
    )


def format_method(flow: FlowAssessment) -> str:
    """Return the method that gave the availability, with its bounds."""
    method = flow.result.method
    if method == "exact" or flow.result.bounds is None:
        return "exact"
    low, high = format_bounds(*flow.result.bounds)
    certain = "with 99% confidence " if method == "sampled" else ""
    return f"{method}: {certain}between {low} and {high}"


def impossible_text(maintained: tuple[Subject, ...]) -> str:
    """Return the reason why a flow fails with every element up."""
    if maintained:
        return f"down while {', '.join(element.id for element in maintained)} is out, or impossible anyway"
    return "impossible: it fails with nothing failed (rule impossible-flow)"
