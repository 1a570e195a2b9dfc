"""The result of `analyze` for all its formats, and the wording of its numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from msgspec import Struct

from archgen.analysis.assessment import FlowAssessment
from archgen.analysis.headroom import Busiest, Capacity, Headroom
from archgen.analysis.probabilities import Assumed, AssumedTime
from archgen.improve.gains import Gains
from archgen.linting.checked_model import CheckedModel
from archgen.model.durations import HOURS_PER_YEAR, format_duration, format_rate, round_duration
from archgen.model.percentages import format_availability, format_bounds
from archgen.model.subject import EVENTS, Subject
from archgen.model.wording import MOST_NAMED, first_few, listed

MONTHS = 12


class Assessed(Struct, frozen=True):
    """A model's flows with their reliability.

    `maintained` are the elements that were taken out for it: everything then holds while they are out. `usual` are
    the single points of failure of each flow, by its id, with nothing out. `capacity` is None where something is out, or
    where no flow declares a demand. `gains` are, by flow, what a change against an element wins; none where something is out.
    """

    model: CheckedModel
    flows: tuple[FlowAssessment, ...]
    maintained: tuple[Subject, ...] = ()
    usual: dict[str, tuple[Subject, ...]] = {}
    capacity: Capacity | None = None
    gains: dict[str, Gains] = {}


class AssumptionGroup(Struct, frozen=True, order=True):
    """Elements of which the same is assumed: availabilities before times, the worst first."""

    rank: tuple[int, float]
    value: str
    source: str
    elements: tuple[Subject, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The elements in words."""
        return tuple(element.label for element in self.elements)


def all_assumptions(assessments: Iterable[FlowAssessment]) -> tuple[AssumptionGroup, ...]:
    """All that some flows' availabilities assume, each element once; the worst number first."""
    assessments = tuple(assessments)
    assumed = tuple({each: None for assessment in assessments for each in assessment.assumed})
    times = tuple({each: None for assessment in assessments for each in assessment.times})
    return tuple(sorted(group_assumptions(assumed, times)))


def group_assumptions(assumed: Iterable[Assumed], times: Iterable[AssumedTime]) -> tuple[AssumptionGroup, ...]:
    """Assumptions by what is assumed."""
    groups: dict[tuple[tuple[int, float], str, str], dict[Subject, None]] = {}
    for share in assumed:
        key = ((0, share.availability), _share(share), share.source)
        groups.setdefault(key, {})[share.element] = None
    for time in times:
        key = ((1, time.seconds), f"{_ENDS[time.what]} {format_seconds(time.seconds)}", time.source)
        groups.setdefault(key, {})[time.element] = None
    return tuple(AssumptionGroup(*key, tuple(elements)) for key, elements in groups.items())


_ENDS = {"repair": "repaired after", "failover": "failover after", "move": "moved after"}


def _share(assumed: Assumed) -> str:
    if assumed.element.kind != "change":
        return format_availability(assumed.availability)
    return f"{format_duration((1.0 - assumed.availability) * HOURS_PER_YEAR)} per year"


def format_seconds(seconds: float) -> str:
    """A time until something, in the unit that suits it: `40 s`, `4 h`, `3.8 h` for one that is not round."""
    for unit, length in (("h", 3600.0), ("min", 60.0)):
        if seconds >= length and seconds % length == 0.0:
            return f"{seconds / length:g} {unit}"
    # three digits of a thousand and more would be written with an exponent
    return f"{seconds:.3g} s" if seconds < 999.5 else round_duration(seconds)


def format_parts(flow: FlowAssessment) -> str:
    """Return the parts of a flow's downtime that there are: `8.0 h failures, 0.3 h failovers, 3.1 h changes`."""
    parts = flow.downtime
    named = (("failures", parts.failures), ("failovers", parts.failovers), ("changes", parts.changes))
    return ", ".join(f"{format_duration(hours)} {name}" for name, hours in named if hours * 3600 >= 0.05)


def format_downtime(flow: FlowAssessment) -> str:
    """Return how long a flow is down per year."""
    return format_duration(flow.result.downtime) if flow.possible else "always"


def format_range(flow: FlowAssessment) -> str:
    """Return the downtime with all assumed numbers three times better, and worse: `4.7 h to 41.9 h`; empty without any."""
    return "" if flow.sensitivity is None else _between(*flow.sensitivity.downtime)


def format_element_range(flow: FlowAssessment, element: Subject) -> str:
    """Return the same for the hours that an element costs."""
    ends = flow.sensitivity.hours.get(element) if flow.sensitivity is not None else None
    return "" if ends is None else _between(*ends)


def _between(low: float, high: float) -> str:
    ends = format_duration(low), format_duration(high)
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def format_basis(flow: FlowAssessment) -> str:
    """Return the word for what a flow's figures rest on: assumptions, promises of providers, or neither."""
    promised = [assumed.promised for assumed in flow.assumed]
    if not promised and not flow.times:
        return "declared"
    if all(promised) and not flow.times:
        return "promised"
    return "assumed and promised" if any(promised) else "assumed"


def format_load(component: Headroom, busiest: Busiest | None) -> str:
    """Return the load of a component's busiest replica, with its share of the capacity if that is declared."""
    if busiest is None:
        return ""
    share = component.share(busiest)
    rate = format_rate(busiest.rate)
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
    return "unchanged" if tried else "not tried"


def format_gain(element: Subject, gains: Gains, name: Callable[[str], str], unsure: Collection[str] = ()) -> str:
    """Return the hours that a change saves and the change: `44.4 h per year: a replica of haproxy on lb-2`, or `as for lb-1`.

    `unsure` are the single points that count only if the flow waits for them.
    """
    if element not in gains:
        return "no replica helps" if element.kind in EVENTS else "not tried"
    gain = gains[element]
    if gain is None:
        return "none known"
    first = next(same for same, other in gains.items() if other == gain)
    return (
        f"as for {name(first.id)}"
        if first != element
        else f"{format_duration(gain.hours_per_year)} per year{', if it waits' if element.id in unsure else ''}: {gain.change}"
    )


def conditional_text(flow: str, names: Sequence[str], condition: str) -> str:
    """Return that single points take a flow down only under a condition that the model leaves open."""
    takes = "takes" if len(names) == 1 else "take"
    return f"{listed(first_few(names, MOST_NAMED))} {takes} {flow} down only {condition}"


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
    return "impossible: it fails with every element up (rule impossible-flow)"
