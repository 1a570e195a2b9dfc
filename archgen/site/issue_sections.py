"""The issues of a system in words: the worst ones at the top of its page, all of them by category further down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archgen.analysis.topology import Topology
from archgen.linting.checked_model import CheckedModel
from archgen.linting.finding_groups import FindingGroup
from archgen.linting.rule import Rule
from archgen.model.finding import CATEGORIES, SEVERITIES, Finding, Proof
from archgen.model.wording import first_few, plural
from archgen.site.blocks import inline_html
from archgen.site.categories import CATEGORY_TITLES
from archgen.site.escape import code, link, prose, text
from archgen.site.fix_snippet import fix_snippet
from archgen.site.html_builder import Html, Scripted, tag
from archgen.site.markdown import badge, bullets, codes, details, heading, table
from archgen.site.page import flow_path

WORST = 3

UNFOLDED = 8
"""Findings of one issue that are listed without a click."""

RELATED = 8
"""Related entities that an issue names before it counts the rest."""


def worst_issues(system: CheckedModel) -> str:
    """Return the three worst open issues as HTML, each with a link to its section; proved ones first."""
    ranked = sorted(
        system.open_groups,
        key=lambda group: (SEVERITIES.index(group.first.severity), group.first.proof is None, group.number),
    )
    if not ranked:
        return ""
    worst, label = ranked[:WORST], "Worst issues"
    block = tag("div", tag("ul", *map(_worst, worst)), class_="archgen-worst", role="group", aria_label=label)
    return Scripted(block, bullets(map(_static_worst, worst)))


def _static_worst(group: FindingGroup) -> str:
    others = len(group.subjects) - 1
    more = f", and {others} more" if others else ""
    return f"{link(f'{group.first.severity} {group.number}', f'#issue-{group.number}')}: {prose(group.first.message)}{more}"


def _worst(group: FindingGroup) -> Html:
    others = len(group.subjects) - 1
    more = f", and {others} more" if others else ""
    message = tag("span", inline_html(prose(group.first.message)), more)
    return tag("li", tag("a", badge(group.number, group.first.severity), message, href=Html(f"#issue-{group.number}")))


def issue_sections(system: CheckedModel, rules: Mapping[str, Rule]) -> Iterator[str]:
    """Yield the blocks about every open issue, by category."""
    explained: dict[str, int] = {}
    for category in CATEGORIES:
        groups = [group for group in system.open_groups if group.first.category == category]
        if groups:
            yield heading(3, CATEGORY_TITLES[category], f"issues-{category}")
        for group in groups:
            yield from _issue(system, group, rules.get(group.first.rule), explained)


def _issue(system: CheckedModel, group: FindingGroup, rule: Rule | None, explained: dict[str, int]) -> Iterator[str]:
    number, finding = group.number, group.first
    title = text(rule.title) if rule else code(finding.rule)
    subject = code(finding.subject.id) if len(group.subjects) == 1 else plural(len(group.subjects), "subject")
    yield heading(4, f"{badge(number, finding.severity)} {title}: {subject}", f"issue-{number}")
    if len(group.findings) == 1:
        yield prose(finding.message)
    sure = "" if finding.confidence == "high" else f" (confidence: {finding.confidence})"
    yield bullets(
        (
            *(_places(system, finding) if len(group.findings) == 1 else ()),
            *_why(number, finding, rule, explained),
            f"**Next step**: {prose(group.fix)}",
            f"**Rule**: {link(f'{code(finding.code)} {text(finding.rule)}', _rule_page(finding))}{sure}",
        )
    )
    if len(group.findings) > 1:
        yield _list(system, group)
    yield fix_snippet(group.findings)


def _list(system: CheckedModel, group: FindingGroup) -> str:
    """Return a table of the findings of a group, folded if it is long."""
    rows = [_listed(system, finding) for finding in group.findings]
    listing = table(("Subject", "Finding", "Flows", "Proof"), rows)
    return listing if len(rows) <= UNFOLDED else details(f"All {len(rows)} findings", listing)


def _listed(system: CheckedModel, finding: Finding) -> Sequence[str]:
    place = _place(system, finding.file, finding.line)
    proof = _proof(system, finding.proof) if finding.proof is not None else ""
    return f"{code(finding.subject.id)}, {place}", prose(finding.message), ", ".join(_flows(system, finding)), proof


def _flows(system: CheckedModel, finding: Finding) -> Iterator[str]:
    for flow in finding.flows:
        if flow in system.topology.flows:
            yield link(text(flow), flow_path(system.topology, flow))


def _rule_page(finding: Finding) -> str:
    return f"../rules/{finding.rule}/index.md"


def _places(system: CheckedModel, finding: Finding) -> Iterator[str]:
    yield f"**Where**: {finding.subject.kind} {code(finding.subject.id)}, {_place(system, finding.file, finding.line)}"
    if finding.flows:
        yield f"**Flows**: {', '.join(_flows(system, finding))}"
    if finding.related:
        related = [
            f"{code(place.subject.id)} {text(place.label)} ({_place(system, place.file, place.line)})"
            for place in finding.related
        ]
        yield f"**Related**: {'; '.join(first_few(related, RELATED))}"
    if finding.proof is not None:
        yield f"**Proof**: {_proof(system, finding.proof)}"


def _place(system: CheckedModel, file: str, line: int) -> str:
    if file == system.architecture.file:
        # Markdown would look for a link of its own among its anchors, where the source's lines are not
        return tag("a", f"line {line}", href=Html(f"#L{line}"))
    return f"{code(file)} line {line}"


def _proof(system: CheckedModel, proof: Proof) -> str:
    flow = text(proof.flow)
    if proof.flow in system.topology.flows:
        flow = link(flow, flow_path(system.topology, proof.flow))
    lost = f"without {codes(element.id for element in proof.kill)}" if proof.kill else "with every element up"
    path = f", after the path {' → '.join(map(code, proof.path))}{text(proof.condition)}" if proof.path else ""
    step = code(": ".join(failing_step(system.topology, proof)))
    return f"{lost}, step {step} of {flow} fails{path}"


def failing_step(topology: Topology, proof: Proof) -> tuple[str, ...]:
    """Return the number of the step that fails in a proof, and its ends if the flow has the step."""
    steps = (hop.step for hop in topology.hops.get(proof.flow, ()) if hop.step.id == proof.step)
    ends = tuple(f"{step.source} -> {' | '.join(step.targets)}" for step in steps)
    return (proof.step.rpartition("/")[2], *ends[:1])


def _why(number: int, finding: Finding, rule: Rule | None, explained: dict[str, int]) -> Iterator[str]:
    if rule is None:
        return
    first = explained.setdefault(finding.rule, number)
    yield f"**Why it matters**: {prose(rule.why) if first == number else link(f'see issue {first}', f'#issue-{first}')}"


def accepted_risks(system: CheckedModel) -> str:
    """Return the accepted risks as a table."""
    rows: list[Sequence[str]] = []
    for group in system.groups:
        number, finding = group.number, group.first
        risk = finding.accepted
        if risk is not None:
            anchor = tag("span", id=Html(f"issue-{number}"))
            reasons = (text(words or "") for words in (risk.reason, risk.owner, risk.until))
            rule = link(text(finding.rule), _rule_page(finding))
            messages = tag("br").join(prose(each.message) for each in group.findings)
            rows.append((f"{anchor}{badge(number, finding.severity)}", rule, messages, *reasons))
    return table(("Issue", "Rule", "Message", "Reason", "Owner", "Until"), rows)
