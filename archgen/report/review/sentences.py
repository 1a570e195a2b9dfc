"""The review of a model in sentences: the verdict, the losses, the hours. Formats set ids and words in their own way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from archgen.compare.reach import Door, Opening
from archgen.compare.review import LEAST, HoursChange, LoadChange, LossChange, ModelReview, Tendency
from archgen.model.durations import format_duration, format_rate
from archgen.model.finding import SEVERITIES, Finding, count_severity
from archgen.model.wording import first_few, listed, plural
from archgen.report.common.ids import FormatId, list_ids

NAMED = 4
"""Names that a sentence of a review lists before it counts the rest."""

WORDS: dict[Tendency, str] = {
    "broken": "Invalid",
    "worse": "Worse",
    "mixed": "Mixed",
    "added": "New",
    "unchanged": "No effect on availability",
    "mended": "Valid again",
    "better": "Better",
    "removed": "Removed",
}


def _names(ids: Sequence[str], name: FormatId, last: str = "and", most: int = NAMED) -> str:
    """Return ids as the short list of a review."""
    return list_ids(ids, name, last, most)


def review_verdict(model: ModelReview, name: FormatId) -> str:
    """Return the verdict on a model as a sentence without its opening word."""
    match model.tendency:
        case "broken":
            return f"{plural(len(model.findings), 'problem')} to fix before anything can be compared."
        case "removed":
            return f"{plural(len(model.hours), 'flow')} and {plural(len(model.resolved), 'finding')} go with the model."
        case "added" | "mended":
            lead = "the model" if model.tendency == "added" else "the model before was invalid; this version"
            return (
                f"{lead} has {plural(len(model.hours), 'flow')} and {_counts(each.finding for each in model.findings)}."
            )
        case _:
            parts = [*_worse(model, name), *_better(model, name), *_findings(model), *_more_load(model, name)]
            return f"{'; '.join(parts) or 'no finding is new or resolved'}."


def _worse(model: ModelReview, name: FormatId) -> Iterator[str]:
    yield from _impossible(model, name)
    if model.breaks:
        yield f"losing {_loss(model.breaks, name)}"
    if model.openings:
        yield _opening(model.openings, name)
    rising = [each for each in model.hours if each.change >= LEAST]
    if rising:
        yield _most(rising, "more", name)


def _better(model: ModelReview, name: FormatId) -> Iterator[str]:
    if model.relieved:
        yield f"losing {_loss(model.relieved, name, 'no longer takes down')}"
    falling = [each for each in model.hours if each.change <= -LEAST]
    if falling:
        yield _most(falling, "less", name)


def _opening(openings: tuple[Opening, ...], name: FormatId) -> str:
    sources = dict.fromkeys(source for each in openings for source in each.sources)
    doors = dict.fromkeys(door.component for each in openings for door in each.doors)
    return f"{_names([*sources], name, most=2)} may now reach {_names([*doors], name, most=2)} past a firewall"


def _more_load(model: ModelReview, name: FormatId) -> Iterator[str]:
    if model.loads:
        most = max(model.loads, key=lambda each: each.factor)
        yield f"{name(most.component)} gets {_times(most)} the requests of before" + (
            f", {plural(len(model.loads) - 1, 'other component')} more too" if len(model.loads) > 1 else ""
        )


def _times(load: LoadChange) -> str:
    return f"{load.factor:.1f} times" if load.factor < 10 else f"{load.factor:,.0f} times"


def _impossible(model: ModelReview, name: FormatId) -> Iterator[str]:
    flows = model.evolution.flows if model.evolution else ()
    broken = [flow.flow for flow in flows if flow.before and flow.after and flow.before.possible > flow.after.possible]
    mended = [flow.flow for flow in flows if flow.before and flow.after and flow.before.possible < flow.after.possible]
    if broken:
        yield f"{_names(broken, name)} can't work any more, even with every element up"
    if mended:
        yield f"{_names(mended, name)} can work now"


def _loss(changes: tuple[LossChange, ...], name: FormatId, verb: str = "now takes down") -> str:
    first = changes[0]
    more = sum(len(loss.elements) for loss in changes[1:])
    also = f" ({plural(more, 'other element')} {'takes' if more == 1 else 'take'} down flows, too)" if more else ""
    flows = name(first.flows[0]) if len(first.flows) == 1 else plural(len(first.flows), "flow")
    return f"{_names(first.elements, name, 'or', 2)} {verb} {flows}{also if verb.startswith('now') else ''}"


def _most(changes: list[HoursChange], word: str, name: FormatId) -> str:
    largest = max(changes, key=lambda each: abs(each.change))
    also = f", {plural(len(changes) - 1, 'other flow')} too" if len(changes) > 1 else ""
    return (
        f"{name(largest.flow)} is down {format_duration(abs(largest.change))} {word} per year{certainty(largest)}{also}"
    )


def certainty(hours: HoursChange) -> str:
    """Return the range of a change whose numbers are assumed, in brackets."""
    return f" (assumed; {signed_range(hours)})" if hours.assumed else ""


def signed_range(hours: HoursChange) -> str:
    """Return the range of a change: `+4.9 h to +412.0 h`, or one number where both ends are the same in words."""
    return " to ".join(dict.fromkeys((signed_hours(hours.least), signed_hours(hours.most))))


def signed_hours(hours: float) -> str:
    """Return hours with their sign, in the unit that suits them."""
    return f"{'−' if hours < 0 else '+'}{format_duration(abs(hours))}"


def _findings(model: ModelReview) -> Iterator[str]:
    new = [each.finding for each in model.findings if each.is_new]
    worsened = len(model.findings) - len(new)
    parts = [f"{_counts(new)} new"] if new else []
    parts += [f"{plural(worsened, 'finding')} worsened"] if worsened else []
    parts += [f"{plural(len(model.resolved), 'finding')} resolved"] if model.resolved else []
    if parts:
        yield listed(parts)


def _counts(findings: Iterable[Finding]) -> str:
    counts = Counter(finding.severity for finding in findings)
    words = [count_severity(counts[severity], severity) for severity in SEVERITIES if counts[severity]]
    return listed(words) or "no finding"


def loss_sentences(changes: tuple[LossChange, ...], name: FormatId, verb: str, absent: str) -> Iterator[str]:
    """Yield a sentence for each loss that takes other flows down than before."""
    for loss in changes:
        where = f", which {'is' if len(loss.elements) == 1 else 'are'} {absent}," if loss.absent else ""
        yield f"Losing {_names(loss.elements, name, 'or')}{where} {verb} {_names(loss.flows, name)}"


def opening_sentences(model: ModelReview, name: FormatId) -> Iterator[str]:
    """Yield a sentence for each opening in the firewalls."""
    for each in model.openings:
        doors = listed(first_few([_door(door, name) for door in each.doors], NAMED))
        kept = "kept it" if len(each.sources) == 1 else "kept them"
        yield (
            f"{_names(each.sources, name)} may now reach {doors}, which none of the connections needs: "
            f"{_names(each.firewalls, name)} {kept} out"
        )


def _door(door: Door, name: FormatId) -> str:
    return f"{name(door.component)} on {'port' if len(door.ports) == 1 else 'ports'} {listed([str(port) for port in door.ports])}"


def load_sentences(model: ModelReview, name: FormatId) -> Iterator[str]:
    """Yield a sentence for each component that gets more requests; those that get as many share one."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for each in sorted(model.loads, key=lambda load: -load.factor):
        rates = format_rate(each.after), _times(each), format_rate(each.before)
        alike.setdefault(rates, []).append(each.component)
    for (after, times, before), components in alike.items():
        gets = "gets" if len(components) == 1 else "each get"
        yield f"{_names(components, name)} {gets} {after} at peak, {times} as many requests as before ({before})"


def flow_changes(model: ModelReview, name: FormatId) -> Iterator[str]:
    """Yield a sentence for each flow that came or went, or works no more."""
    if model.state != "changed" or model.evolution is None:
        return
    for flow in model.evolution.flows:
        if flow.before is None:
            down = next(each.after for each in model.hours if each.flow == flow.flow)
            how = (
                f"is down {format_duration(down)} per year"
                if down is not None
                else "can't work: it fails with every element up"
            )
            yield f"{name(flow.flow)} is new and {how}"
        elif flow.after is None:
            yield f"{name(flow.flow)} is removed"
        elif flow.before.possible and not flow.after.possible:
            yield f"{name(flow.flow)} can't work any more: it fails with every element up"


def changed_hours(model: ModelReview) -> list[HoursChange]:
    """Return the flows whose downtime differs, those of the largest change first."""
    return sorted((each for each in model.hours if abs(each.change) >= LEAST), key=lambda each: -abs(each.change))
