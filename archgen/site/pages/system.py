"""The page of a system, top down: summary, worst issues, diagrams, then everything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from archgen.explanations.for_model import explanations
from archgen.linting.checked_model import CheckedModel
from archgen.linting.rule import Rule
from archgen.model.durations import format_duration
from archgen.model.wording import plural
from archgen.site.code_block import yaml_block
from archgen.site.escape import code, link, text
from archgen.site.interactive.view_block import ViewDrawings, view_block
from archgen.site.issue_sections import accepted_risks, issue_sections, worst_issues
from archgen.site.issue_table import issue_table
from archgen.site.markdown import codes, heading, page, severity_counts, table
from archgen.site.page import Page, page_path
from archgen.site.pages import facts
from archgen.site.pages.change_blocks import IMPOSSIBLE, change_blocks
from archgen.site.pages.failures import is_explorable
from archgen.site.pages.group import group_table
from archgen.site.pages.reliability import reliability
from archgen.site.system_change import SystemChange, access, breaking


def system_page(
    system: CheckedModel,
    change: SystemChange | None,
    rules: Sequence[Rule],
    views: ViewDrawings,
    chart: Page | None = None,
    address: Callable[[str], str] | None = None,
) -> Page:
    """Return the page of one system; `change` leads to it from the previous one, where that is part of the site.

    `views` are its diagrams; `chart` shows what to fix first. `address` gives the path of a
    component's page, where each has a page.
    """
    architecture = system.architecture
    parts = (
        heading(1, text(architecture.name)),
        text(architecture.summary or ""),
        _sizes(system),
        worst_issues(system),
        view_block(system, views),
        "[Simulate failures](failures/index.md){ .md-button }" if is_explorable(system.topology) else "",
        *_change(system, change),
        heading(2, "Elements", "elements"),
        facts.element_table(system.topology, address),
        *_groups(system, address is not None),
        heading(2, "Request flows", "flows") if system.topology.flows else "",
        _assumed(system),
        _flows(system),
        *reliability(system, chart),
        *_issues(system, rules),
        heading(2, "How it works", "how-it-works"),
        *_explanations(system),
        *_facts(system),
        heading(2, "Model", "model"),
        f"This page is generated from {code(architecture.file)}.",
        yaml_block(system.text, anchors=True),
    )
    return page(page_path(system), architecture.name, *parts)


def _sizes(system: CheckedModel) -> str:
    """Return the numbers of hosts, components, flows and issues, each with a link to its section."""
    topology = system.topology
    sizes = [
        link(plural(len(items), noun), f"#{anchor}") if items else f"0 {noun}s"
        for items, noun, anchor in (
            (topology.hosts, "host", "hosts"),
            (topology.components, "component", "elements"),
            (topology.flows, "flow", "flows"),
        )
    ]
    down = [flow.result.downtime for flow in system.assessments if flow.possible]
    always = len(system.assessments) - len(down)
    if always:
        sizes.append(link(f"{plural(always, 'flow')} always down", "#reliability"))
    if down:
        worst = "worst downtime of the others" if always else "worst downtime"
        sizes.append(link(f"{worst} {format_duration(max(down))} per year", "#reliability"))
    sizes.append(link(severity_counts(system.groups), "#issues") if system.findings else "no issues")
    return f"{', '.join(sizes)}."


def _change(system: CheckedModel, change: SystemChange | None) -> Iterator[str]:
    if change is not None:
        name = link(text(change.before.architecture.name), f"../{page_path(change.before)}")
        yield heading(2, f"What changed since {name}", "step")
        yield from change_blocks(change, system, "")
        yield "[Diagram of the changes](step.svg)"


def _groups(system: CheckedModel, paged: bool) -> Iterator[str]:
    """Yield the groups, where each has a page."""
    groups = group_table(system) if paged else ""
    if groups:
        yield heading(2, "Groups", "groups")
        yield groups


def _assumed(system: CheckedModel) -> str:
    """Say that flows are assumed; the empty text where the model states all of them."""
    assumed, every = len(system.topology.assumed_flows), len(system.topology.flows)
    if not assumed:
        return ""
    which = "The flows are" if assumed == every else f"{assumed} of the {every} flows are"
    return f"{which} assumed from the connections. State the requests that matter, from the one who asks to the stores."


def _flows(system: CheckedModel) -> str:
    topology = system.topology
    rows = []
    for flow, hops in topology.hops.items():
        possible = topology.losses.failures[flow].possible
        fatal = (codes(breaking(topology, flow)) or "none") if possible else IMPOSSIBLE
        rows.append((facts.flow_link(topology, flow), access(topology, flow), str(len(hops)), fatal))
    return table(("Flow", "Access", "Requests", "SPOFs"), rows)


def _explanations(system: CheckedModel) -> Iterator[str]:
    for explanation in explanations(system.topology):
        yield heading(3, text(explanation.title), f"about-{explanation.id}")
        yield from map(text, explanation.text.split("\n\n"))
        if explanation.here:
            yield f"**Here**: {text(explanation.here)}\n{{ .archgen-here }}"


def _facts(system: CheckedModel) -> Iterator[str]:
    sections = (
        ("DNS records", "dns", facts.records),
        ("Hosts", "hosts", facts.hosts),
        ("Failure domains", "zones", facts.zone_table),
        ("Networks", "networks", facts.network_table),
        ("Firewall rules", "firewalls", facts.firewalls),
        ("Certificates", "certificates", facts.certificates),
        ("Connections", "connections", facts.connection_table),
        ("Monitoring clients", "monitoring", facts.monitoring),
        ("Backups", "backups", facts.backups),
    )
    for title, anchor, write in sections:
        content = write(system.topology)
        if content:
            yield heading(2, title, anchor)
            yield content


def _issues(system: CheckedModel, rules: Sequence[Rule]) -> Iterator[str]:
    yield heading(2, "Issues", "issues")
    if not system.open:
        yield "No open issues."
    yield issue_table([system], rules)
    yield from issue_sections(system, {rule.id: rule for rule in rules})
    accepted = accepted_risks(system)
    if accepted:
        yield heading(2, "Accepted risks", "accepted")
        yield accepted
