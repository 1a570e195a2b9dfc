"""The reliability of a tier's flows: how long each is down, what stops it, what to fix first, what was assumed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.analysis.assessment import Assumed, FlowAssessment
from archgen.compare.flows import called
from archgen.improve.gains import gains
from archgen.model.subject import Subject
from archgen.model.wording import listed, plural
from archgen.reliability.availability import HOURS_PER_YEAR
from archgen.reliability.groups import CutProduct, products
from archgen.report.common.assessment import MONTHS, alike, found_by, lasting, percent
from archgen.site.escape import code, link, text
from archgen.site.markdown import badge, chart, folded, heading, table
from archgen.site.page import Page, Tier
from archgen.site.pages.charts import FLOWS
from archgen.site.pages.facts import flow_links
from archgen.site.pages.ladder import IMPOSSIBLE, NAMED, codes

PAIRS = 8
"""Groups of pairs that a page names before it counts the rest."""

CHANGES = 3
"""Changes that are told of a flow: those that win most."""


def reliability(tier: Tier, fixes: Page | None) -> Iterator[str]:
    """The blocks of the section; `fixes` is the picture of what to fix first."""
    if not tier.assessments:
        return
    yield heading(2, "Reliability", "reliability")
    yield table(
        ("Flow", "Availability", "Down a year", "Down a month", "One failure stops it", "Rests on"),
        (_row(tier, one) for one in tier.assessments),
    )
    if fixes is not None:
        yield heading(3, "What to fix first", "fix-first")
        yield "How much longer a year the flow would be up if the element never failed."
        yield chart("fix-first.svg", fixes.title)
        yield from _changes(tier)
    yield from _pairs(tier)
    yield from _assumed(tier)


def _changes(tier: Tier) -> Iterator[str]:
    """What changes win, per flow; flows that win the same by the same are told together."""
    shared: dict[tuple[str, ...], list[str]] = {}
    for flow, found in gains(tier.topology, tier.assessments).items():
        each = sorted(
            dict.fromkeys(one for one in found.values() if one is not None), key=lambda one: -one.hours_per_year
        )
        told = tuple(f"{lasting(one.hours_per_year)} a year by {text(one.change)}" for one in each[:CHANGES])
        if told:
            shared.setdefault(told, []).append(flow)
    if not shared:
        return
    yield "What a change of the model would win, each made by itself:"
    yield "\n".join(f"- {codes(flows)}: {'; '.join(told)}" for told, flows in list(shared.items())[:FLOWS])


def _row(tier: Tier, one: FlowAssessment) -> Sequence[str]:
    name = flow_links(tier.topology, one.flow)
    if not one.possible:
        return (name, "impossible", "always", "always", IMPOSSIBLE, "")
    down = one.result.downtime
    return (
        name,
        percent(one.result.availability) + ("" if one.result.method == "exact" else f" ({found_by(one)})"),
        lasting(down),
        lasting(down / MONTHS),
        _points(tier, one.flow) or "nothing",
        link(plural(len(one.assumed), "assumed number"), "#assumed") if one.assumed else "stated numbers only",
    )


def _points(tier: Tier, flow: str) -> str:
    """The single points of failure of a flow, each with the issue that proves it."""
    found = [one.element for one in tier.topology.losses.causes[flow]]
    told = [f"{_proof(tier, one, flow)}{code(called(tier.topology, one))}" for one in found[:NAMED]]
    return listed([*told, *([f"{len(found) - NAMED} more"] if len(found) > NAMED else [])])


def _proof(tier: Tier, element: Subject, flow: str) -> str:
    for number, one in tier.numbered:
        if one.proof is not None and flow in one.flows and element in one.proof.kill:
            return f"{link(badge(number, one.severity), f'#issue-{number}')} "
    return ""


def _pairs(tier: Tier) -> Iterator[str]:
    shared: dict[tuple[tuple[CutProduct, ...], bool], list[str]] = {}
    for one in tier.assessments:
        pairs = products(each for each in one.cuts.sets if len(each) == 2)
        if pairs:
            shared.setdefault((pairs, one.cuts.truncated), []).append(one.flow)
    if not shared:
        return
    yield heading(3, "Two failures at once", "pairs")
    for (pairs, truncated), flows in list(shared.items())[:FLOWS]:
        lines = [f"- {' with '.join(_any_of(tier, each) for each in pair)}" for pair in pairs[:PAIRS]]
        if len(pairs) > PAIRS:
            lines.append(f"- and {len(pairs) - PAIRS} more")
        verb = "stops" if len(flows) == 1 else "stop"
        more = " There may be more: the search was cut short." if truncated else ""
        yield f"{codes(flows)} {verb} when both of a pair are lost, though either alone is survived:{more}"
        yield "\n".join(lines)


def _any_of(tier: Tier, elements: Sequence[Subject]) -> str:
    names = [called(tier.topology, one) for one in elements]
    return codes(names) if len(names) == 1 else f"any of {codes(names, 'or')}"


def _assumed(tier: Tier) -> Iterator[str]:
    """What the model does not state, each number with its source, and how far the verdicts lean on it."""
    found: dict[Subject, Assumed] = {each.element: each for one in tier.assessments for each in one.assumed}
    if not found:
        return
    yield heading(3, "What these numbers rest on", "assumed")
    rows = [
        (percent(number), codes(called(tier.topology, one.element) for one in those), text(source))
        for number, source, those in _alike(tuple(found.values()))
    ]
    yield (
        "An availability that the model does not state is assumed. State your own with "
        f"{code('availability')} or {code('mtbf')} and {code('mttr')}, and it replaces the assumption."
    )
    shown = table(("Assumed availability", "Of", "Source"), rows)
    yield folded(f"{plural(len(found), 'assumed number')} and where each comes from", shown)
    yield "\n".join(f"- {line}" for line in list(_sensitivities(tier))[:FLOWS])


def _alike(assumed: tuple[Assumed, ...]) -> Iterator[tuple[float, str, list[Assumed]]]:
    for number, source, _ in alike(assumed):
        yield number, source, [one for one in assumed if (one.availability, one.source) == (number, source)]


def _sensitivities(tier: Tier) -> Iterator[str]:
    """How far each flow moves with what was assumed for it; flows that move alike are told together."""
    shared: dict[tuple[str, str], list[str]] = {}
    for one in tier.assessments:
        if one.sensitivity is not None:
            ends = (one.sensitivity.better, one.sensitivity.worse)
            better, worse = (lasting((1.0 - share) * HOURS_PER_YEAR) for share in ends)
            shared.setdefault((better, worse), []).append(one.flow)
    for (better, worse), flows in shared.items():
        yield (
            f"If everything assumed failed ten times as rarely, {codes(flows)} would be down {better} a year; "
            f"if ten times as often, {worse}."
        )
