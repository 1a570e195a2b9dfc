"""The issues of a system in words: the worst ones at the top of its page, all of them by category further down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archgen.analysis.topology import Topology
from archgen.linting.checked_model import CheckedModel
from archgen.linting.rule import Rule
from archgen.model.finding import CATEGORIES, SEVERITIES, Finding, Proof
from archgen.model.wording import first_few
from archgen.site.blocks import inline_html
from archgen.site.categories import CATEGORY_TITLES
from archgen.site.escape import code, link, prose, text
from archgen.site.fix_snippet import fix_snippet
from archgen.site.html_builder import Html, tag
from archgen.site.markdown import badge, bullets, codes, heading, table
from archgen.site.page import flow_path

WORST = 3
RELATED = 8
"""Related entities that an issue names before it counts the rest."""


def worst_issues(system: CheckedModel) -> str:
    """Return the three worst open issues as HTML, each with a link to its section; proved ones first."""
    ranked = sorted(
        system.open, key=lambda entry: (SEVERITIES.index(entry[1].severity), entry[1].proof is None, entry[0])
    )
    if not ranked:
        return ""
    items = (_worst(number, finding) for number, finding in ranked[:WORST])
    label = "Worst issues"
    return tag("div", tag("ul", *items), class_="archgen-worst", role="group", aria_label=label)


def _worst(number: int, finding: Finding) -> Html:
    message = tag("span", inline_html(prose(finding.message)))
    return tag("li", tag("a", badge(number, finding.severity), message, href=Html(f"#issue-{number}")))


def issue_sections(system: CheckedModel, rules: Mapping[str, Rule]) -> Iterator[str]:
    """Yield the blocks about every open issue, by category."""
    explained: dict[str, int] = {}
    for category in CATEGORIES:
        issues = [(number, finding) for number, finding in system.open if finding.category == category]
        if issues:
            yield heading(3, CATEGORY_TITLES[category], f"issues-{category}")
        for number, finding in issues:
            yield from _issue(system, number, finding, rules.get(finding.rule), explained)


def _issue(
    system: CheckedModel, number: int, finding: Finding, rule: Rule | None, explained: dict[str, int]
) -> Iterator[str]:
    title = text(rule.title) if rule else code(finding.rule)
    yield heading(4, f"{badge(number, finding.severity)} {title}: {code(finding.subject.id)}", f"issue-{number}")
    yield prose(finding.message)
    sure = "" if finding.confidence == "high" else f" (confidence: {finding.confidence})"
    yield bullets(
        (
            *_places(system, finding),
            *_why(number, finding, rule, explained),
            f"**Next step**: {prose(finding.fix)}",
            f"**Rule**: {link(f'{code(finding.code)} {text(finding.rule)}', _rule_page(finding))}{sure}",
        )
    )
    yield fix_snippet(finding)


def _rule_page(finding: Finding) -> str:
    return f"../rules/{finding.rule}/index.md"


def _places(system: CheckedModel, finding: Finding) -> Iterator[str]:
    yield f"**Where**: {finding.subject.kind} {code(finding.subject.id)}, {_place(system, finding.file, finding.line)}"
    if finding.flows:
        flows = [
            link(text(flow), flow_path(system.topology, flow))
            for flow in finding.flows
            if flow in system.topology.flows
        ]
        yield f"**Flows**: {', '.join(flows)}"
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
    path = f", after the path {' → '.join(map(code, proof.path))}" if proof.path else ""
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
    for number, finding in system.numbered:
        risk = finding.accepted
        if risk is not None:
            anchor = tag("span", id=Html(f"issue-{number}"))
            reasons = (text(words or "") for words in (risk.reason, risk.owner, risk.until))
            rule = link(text(finding.rule), _rule_page(finding))
            rows.append((f"{anchor}{badge(number, finding.severity)}", rule, prose(finding.message), *reasons))
    return table(("Issue", "Rule", "Message", "Reason", "Owner", "Until"), rows)
