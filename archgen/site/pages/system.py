"""The page of a tier, top down: what it is, what is wrong with it, the picture, then everything else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.explanations.for_model import explained
from archgen.linting.rule import Rule
from archgen.model.wording import plural
from archgen.report.common.assessment import lasting
from archgen.site import issues
from archgen.site.answers.panorama import View, panorama
from archgen.site.escape import code, link, text
from archgen.site.issue_table import issue_table
from archgen.site.markdown import counted, heading, page, table
from archgen.site.page import Page, Tier
from archgen.site.pages import facts
from archgen.site.pages.failures import explorable
from archgen.site.pages.ladder import IMPOSSIBLE, codes, step_blocks
from archgen.site.pages.reliability import reliability
from archgen.site.source import yaml_block
from archgen.site.step import Step, access, breaking


def tier_page(
    tier: Tier, step: Step | None, rules: Sequence[Rule], views: Sequence[View], chart: Page | None = None
) -> Page:
    """The page of one tier; `step` leads to it from the tier before, where that is part of the site,
    `views` are its pictures, the first of them in sight, `chart` the picture of what to fix first.
    """
    architecture = tier.topology.architecture
    parts = (
        heading(1, text(architecture.name)),
        text(architecture.summary or ""),
        _line(tier),
        issues.worst(tier),
        panorama(tier, views),
        _failing(tier),
        *_step(tier, step),
        heading(2, "Elements", "elements"),
        facts.elements(tier.topology),
        heading(2, "Request flows", "flows") if tier.topology.flows else "",
        _flows(tier),
        *reliability(tier, chart),
        *_issues(tier, rules),
        heading(2, "How it works", "how-it-works"),
        *_explanations(tier),
        *_facts(tier),
        heading(2, "The model", "model"),
        f"Everything on this page is read from {code(architecture.file)}.",
        yaml_block(tier.text, anchors=True),
    )
    return page(f"{tier.slug}/index.md", architecture.name, *parts)


def _line(tier: Tier) -> str:
    """How much there is of what, each leading to where the page tells of it."""
    topology = tier.topology
    sizes = [
        f"[{plural(len(some), noun)}](#{anchor})" if some else f"0 {noun}s"
        for some, noun, anchor in (
            (topology.hosts, "host", "hosts"),
            (topology.components, "component", "elements"),
            (topology.flows, "flow", "flows"),
        )
    ]
    down = [one.result.downtime for one in tier.assessments if one.possible]
    if down:
        sizes.append(f"[down {lasting(max(down))} a year at worst](#reliability)")
    sizes.append(f"[{counted(tier.findings)}](#issues)" if tier.findings else "no issues")
    return f"{', '.join(sizes)}."


def _failing(tier: Tier) -> str:
    if not explorable(tier.topology):
        return ""
    return "[Take parts of it away, and see which requests still work](failures/index.md){ .md-button }"


def _step(tier: Tier, step: Step | None) -> Iterator[str]:
    if step is not None:
        name = link(text(step.before.topology.architecture.name), f"../{step.before.slug}/index.md")
        yield heading(2, f"What the step from {name} bought", "step")
        yield from step_blocks(step, tier, "")
        yield "[The step in a picture, with what came and what went](step.svg)"


def _flows(tier: Tier) -> str:
    rows = []
    for flow in tier.topology.flows:
        steps = str(sum(1 for _ in tier.topology.hops[flow]))
        possible = tier.topology.losses.failures[flow].possible
        fatal = (codes(breaking(tier.topology, flow)) or "nothing") if possible else IMPOSSIBLE
        rows.append((facts.flow_links(tier.topology, flow), access(tier.topology, flow), steps, fatal))
    return table(("Flow", "Access", "Requests", "One failure that stops it"), rows)


def _explanations(tier: Tier) -> Iterator[str]:
    for one in explained(tier.topology):
        yield heading(3, text(one.title), f"about-{one.id}")
        yield from (text(paragraph) for paragraph in one.text.split("\n\n"))
        if one.here:
            yield f"**Here**: {text(one.here)}\n{{ .archgen-here }}"


def _facts(tier: Tier) -> Iterator[str]:
    sections = (
        ("DNS records", "dns", facts.records),
        ("Hosts", "hosts", facts.hosts),
        ("Failure domains", "zones", facts.zones),
        ("Networks", "networks", facts.networks),
        ("Firewall rules", "firewalls", facts.firewalls),
        ("Certificates", "certificates", facts.certificates),
        ("Connections", "connections", facts.connections),
        ("Monitoring clients", "monitoring", facts.monitoring),
        ("Backups", "backups", facts.backups),
    )
    for title, anchor, of in sections:
        shown = of(tier.topology)
        if shown:
            yield heading(2, title, anchor)
            yield shown


def _issues(tier: Tier, rules: Sequence[Rule]) -> Iterator[str]:
    yield heading(2, "Issues", "issues")
    if not tier.open:
        yield "No open issue was found."
    yield issue_table([tier], rules)
    yield from issues.issues(tier, {rule.id: rule for rule in rules})
    known = issues.accepted(tier)
    if known:
        yield heading(2, "Accepted risks", "accepted")
        yield known
