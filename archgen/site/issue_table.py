"""Issues as one plain table that a script lets readers filter: without it, it is all there and in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.analysis.topology import Topology
from archgen.linting.rule import Rule
from archgen.model.finding import CATEGORIES, Finding, Severity
from archgen.site.blocks import inline
from archgen.site.categories import TITLES
from archgen.site.escape import html, one_line, prose, text
from archgen.site.markdown import badge
from archgen.site.page import Tier, flow_path

FLOWS = 6
"""Flows that a row names before it counts the rest, which the issue itself tells."""

ROWS = 1000
"""Issues of one table; beyond, the text of `archgen lint` has the rest."""


def issue_table(tiers: Sequence[Tier], rules: Sequence[Rule], prefix: str = "", only: Severity | None = None) -> str:
    """The issues of one tier, grouped by category, or with several those of all, grouped by tier; HTML, empty if none.

    `prefix` leads to the directory of the tiers; without it the rows lead to places on the same page.
    With `only` those of one severity are told.
    """
    titles = {rule.id: rule.title for rule in rules}
    every = _by_tier(tiers) if prefix else _by_category(tiers[0])
    groups = [
        (label, tier, chosen)
        for label, tier, found in every
        if (chosen := [entry for entry in found if only in (None, entry[1].severity)])
    ]
    if not groups:
        return ""
    rest = max(0, sum(len(found) for _, _, found in groups) - ROWS)
    room = ROWS
    bodies = []
    for label, tier, found in groups:
        shown, room = found[: max(0, room)], room - len(found)
        rows = "".join(_row(tier, number, one, titles.get(one.rule, one.rule), prefix) for number, one in shown)
        if rows:
            bodies.append(
                f'<tbody><tr class="archgen-group"><th scope="rowgroup" colspan="4">{label}</th></tr>{rows}</tbody>'
            )
    head = "".join(f'<th scope="col">{word}</th>' for word in ("No.", "Issue", "Where", "Flows"))
    more = f"<p>… and {rest} more: archgen lint lists all.</p>" if rest else ""
    return (
        f'<div class="archgen-issues" data-search-exclude><table><thead><tr>{head}</tr></thead>'
        f"{''.join(bodies)}</table></div>{more}"
    )


Group = tuple[str, Tier, Sequence[tuple[int, Finding]]]


def _by_category(tier: Tier) -> Iterator[Group]:
    for category in CATEGORIES:
        found = [(number, one) for number, one in tier.numbered if one.category == category]
        if found:
            yield TITLES[category], tier, found


def _by_tier(tiers: Sequence[Tier]) -> Iterator[Group]:
    for tier in tiers:
        if tier.findings:
            yield html(one_line(tier.topology.architecture.name)), tier, tier.numbered


def _row(tier: Tier, number: int, one: Finding, title: str, prefix: str) -> str:
    topology = tier.topology
    page = f"{prefix}{tier.slug}/index.md" if prefix else ""
    things = " ".join(_things(topology, one))
    flows = [flow for flow in one.flows if flow in topology.flows]
    data = {
        "severity": one.severity,
        "category": TITLES[one.category],
        "rule": one.rule,
        "component": things,
        "flow": " ".join(flows),
        "tier": one_line(topology.architecture.name) if prefix else "",
        "state": "accepted" if one.accepted else "open",
    }
    said = "".join(f' data-{key}="{html(value)}"' for key, value in data.items() if value)
    place = f"{prefix}{tier.slug}/" if prefix else ""
    links = ", ".join(f'<a href="{place}{flow_path(tier.topology, flow)}">{html(flow)}</a>' for flow in flows[:FLOWS])
    links += f" and {len(flows) - FLOWS} more" if len(flows) > FLOWS else ""
    accepted = ' <span class="archgen-accepted">accepted</span>' if one.accepted else ""
    # the shape and the number of a badge say which severity it is; the word is for those who do not see it
    mark = f'<a href="{page}#issue-{number}" aria-label="{one.severity} {number}">{badge(number, one.severity)}</a>'
    return (
        f"<tr{said}><td>{mark}</td><td><strong>{inline(text(title))}</strong>{accepted}<br>{inline(prose(one.message))}</td>"
        f"<td><code>{html(one_line(one.subject.id))}</code></td><td>{links}</td></tr>"
    )


def _things(topology: Topology, one: Finding) -> Iterator[str]:
    """The components and hosts that an issue speaks of."""
    seen: dict[str, None] = {}
    subjects = (one.subject, *(each.subject for each in one.related), *(one.proof.kill if one.proof else ()))
    for subject in subjects:
        match subject.kind:
            case "replica":
                seen[subject.id.partition("@")[0].partition("#")[0]] = None
            case "connection":
                source, _, targets = subject.id.partition(" -> ")
                seen |= dict.fromkeys((source, *targets.split(" | ")))
            case _:
                seen[subject.id] = None
    yield from (name for name in seen if name in topology.components or name in topology.hosts)
