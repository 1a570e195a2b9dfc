"""Issues as one plain table that a script lets readers filter: without it, all of them are there and in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.analysis.topology import Topology
from archgen.linting.checked_model import CheckedModel
from archgen.linting.finding_groups import FindingGroup
from archgen.linting.rule import Rule
from archgen.model.finding import CATEGORIES, Finding, Severity
from archgen.model.wording import first_few, listed
from archgen.site.blocks import inline_html
from archgen.site.categories import CATEGORY_TITLES
from archgen.site.escape import code, link, prose, text
from archgen.site.html_builder import Html, Scripted, join, one_line, tag
from archgen.site.markdown import badge
from archgen.site.markdown import table as markdown_table
from archgen.site.page import flow_path, page_path

FLOWS = 3
"""Flows that a row names before it counts the rest, which the issue itself names."""

SUBJECTS = 4
"""Subjects that a row names before it counts the rest, which the issue itself names."""

ROWS = 1000
"""Issues of one table; beyond, the text of `archgen lint` has the rest."""

_Group = tuple[str, CheckedModel, Sequence[FindingGroup]]


def issue_table(
    systems: Sequence[CheckedModel], rules: Sequence[Rule], prefix: str = "", only: Severity | None = None
) -> str:
    """Return the issues of one system by category, or those of several by system, as HTML; empty without issues.

    `prefix` leads to the directory of the systems; without it the rows lead to places on the same page.
    With `only` the table has the issues of one severity.
    """
    titles = {rule.id: rule.title for rule in rules}
    bodies: list[Html] = []
    static: list[Sequence[str]] = []
    count = 0
    for label, system, issues in _by_system(systems) if prefix else _by_category(systems[0]):
        chosen = [group for group in issues if only in (None, group.first.severity)]
        shown = chosen[: max(0, ROWS - count)]
        rows = [_row(system, group, titles, prefix) for group in shown]
        static += (_static_row(label, system, group, titles, prefix) for group in shown)
        count += len(chosen)
        if rows:
            head = tag("tr", tag("th", label, scope="rowgroup", colspan=4), class_="archgen-group")
            bodies.append(tag("tbody", head, *rows))
    if not bodies:
        return ""
    columns = [tag("th", word, scope="col") for word in ("No.", "Issue", "Where", "Flows")]
    table = tag("table", tag("thead", tag("tr", *columns)), *bodies)
    rest = tag("p", Html(f"… and {count - ROWS} more: archgen lint lists all.")) if count > ROWS else ""
    block = join((tag("div", table, class_="archgen-issues", data_search_exclude=True), rest))
    titles_row = ("No.", "System" if prefix else "Category", "Issue", "Where", "Flows")
    return Scripted(block, "\n\n".join(filter(None, (markdown_table(titles_row, static), rest))))


def _by_category(system: CheckedModel) -> Iterator[_Group]:
    for category in CATEGORIES:
        issues = [group for group in system.groups if group.first.category == category]
        yield CATEGORY_TITLES[category], system, issues


def _by_system(systems: Sequence[CheckedModel]) -> Iterator[_Group]:
    for system in systems:
        yield system.architecture.name, system, system.groups


def _row(system: CheckedModel, group: FindingGroup, titles: dict[str, str], prefix: str) -> Html:
    number, finding = group.number, group.first
    flows = [flow for flow in group.flows if flow in system.topology.flows]
    parts = dict.fromkeys(part for each in group.findings for part in _parts(system.topology, each))
    page = f"{prefix}{page_path(system)}" if prefix else ""
    # the shape and the number of a badge tell the severity; the word is for those who do not see it
    mark = tag(
        "a",
        badge(number, finding.severity),
        href=Html(f"{page}#issue-{number}"),
        aria_label=f"{finding.severity} {number}",
    )
    state = (Html(" "), tag("span", "accepted", class_="archgen-accepted")) if finding.accepted else ()
    title = tag("strong", inline_html(text(titles.get(finding.rule, finding.rule))))
    return tag(
        "tr",
        tag("td", mark),
        tag("td", title, *state, tag("br"), inline_html(prose(finding.message)), _also(group)),
        tag("td", _subjects(group)),
        tag("td", _flow_links(system, flows, f"{prefix}{system.slug}/" if prefix else "")),
        data_severity=finding.severity,
        data_category=CATEGORY_TITLES[finding.category],
        data_rule=finding.rule,
        data_component=" ".join(parts) or None,
        data_flow=" ".join(flows) or None,
        data_tier=one_line(system.architecture.name) if prefix else None,
        data_state="accepted" if finding.accepted else "open",
    )


def _static_row(
    label: str, system: CheckedModel, group: FindingGroup, titles: dict[str, str], prefix: str
) -> Sequence[str]:
    """Return the cells of a row as Markdown."""
    finding, page = group.first, f"{prefix}{page_path(system)}" if prefix else ""
    directory = f"{prefix}{system.slug}/" if prefix else ""
    flows = [
        link(text(flow), f"{directory}{flow_path(system.topology, flow)}")
        for flow in group.flows
        if flow in system.topology.flows
    ]
    state = " (accepted)" if finding.accepted else ""
    subjects = [code(subject.id) for subject in group.subjects]
    return (
        link(f"{finding.severity} {group.number}", f"{page}#issue-{group.number}"),
        text(label),
        f"**{text(titles.get(finding.rule, finding.rule))}**{state}: {prose(finding.message)}{_others(group)}",
        listed(first_few(subjects, SUBJECTS)),
        listed(first_few(flows, FLOWS)),
    )


def _also(group: FindingGroup) -> Html:
    """Return the number of other subjects, whose messages the issue itself has."""
    others = _others(group)
    return tag("span", others) if others else Html()


def _others(group: FindingGroup) -> str:
    others = len(group.subjects) - 1
    return f", and {others} more" if others > 0 else ""


def _subjects(group: FindingGroup) -> Html:
    shown = [tag("code", subject.id) for subject in group.subjects[:SUBJECTS]]
    rest = len(group.subjects) - len(shown)
    return join((join(shown, ", "), Html(f" and {rest} more" if rest else "")))


def _flow_links(system: CheckedModel, flows: Sequence[str], directory: str) -> Html:
    named = flows if len(flows) <= FLOWS + 1 else flows[:FLOWS]
    links = [tag("a", flow, href=Html(f"{directory}{flow_path(system.topology, flow)}")) for flow in named]
    # a comma stays with the link before it
    parts = [*(tag("span", link, Html(",")) for link in links[:-1]), *links[-1:]]
    rest = Html(f" and {len(flows) - len(named)} more" if len(flows) > len(named) else "")
    return join((join(parts, " "), rest))


def _parts(topology: Topology, finding: Finding) -> Iterator[str]:
    """Yield the components and hosts that an issue is about."""
    names: dict[str, None] = {}
    related = (place.subject for place in finding.related)
    for subject in (finding.subject, *related, *(finding.proof.kill if finding.proof else ())):
        match subject.kind:
            case "replica":
                names[subject.id.partition("@")[0].partition("#")[0]] = None
            case "connection":
                source, _, targets = subject.id.partition(" -> ")
                names |= dict.fromkeys((source, *targets.split(" | ")))
            case _:
                names[subject.id] = None
    yield from (name for name in names if name in topology.components or name in topology.hosts)
