"""The issues of a tier in words: the worst ones at the top of its page, all of them by category further down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archgen.linting.rule import Rule
from archgen.model.finding import CATEGORIES, SEVERITIES, Finding, Proof
from archgen.site.blocks import inline
from archgen.site.categories import TITLES
from archgen.site.escape import code, link, prose, text
from archgen.site.markdown import badge, heading, table
from archgen.site.page import Tier, flow_path
from archgen.site.pages.ladder import codes
from archgen.site.snippets import snippet

WORST = 3
RELATED = 8
"""Related things that an issue names before it counts the rest."""


def worst(tier: Tier) -> str:
    """The three worst open issues as HTML, each leading to the whole of it; what is proved to stop a flow first."""
    ranked = sorted(
        tier.open, key=lambda entry: (SEVERITIES.index(entry[1].severity), entry[1].proof is None, entry[0])
    )
    lines = "".join(
        f'<li><a href="#issue-{number}">{badge(number, one.severity)}<span>{inline(prose(one.message))}</span></a></li>'
        for number, one in ranked[:WORST]
    )
    return (
        f'<div class="archgen-worst" role="group" aria-label="What is wrong, the worst first"><ul>{lines}</ul></div>'
        if lines
        else ""
    )


def issues(tier: Tier, rules: Mapping[str, Rule]) -> Iterator[str]:
    """Every open issue, by category."""
    told: dict[str, int] = {}
    for category in CATEGORIES:
        found = [(number, one) for number, one in tier.open if one.category == category]
        if found:
            yield heading(3, TITLES[category], f"issues-{category}")
        for number, one in found:
            yield from _issue(tier, number, one, rules.get(one.rule), told)


def _issue(tier: Tier, number: int, one: Finding, rule: Rule | None, told: dict[str, int]) -> Iterator[str]:
    title = text(rule.title) if rule else code(one.rule)
    yield heading(4, f"{badge(number, one.severity)} {title}: {code(one.subject.id)}", f"issue-{number}")
    yield prose(one.message)
    lines = [*_places(tier, one), *_why(number, one, rule, told), f"**Next step**: {prose(one.fix)}"]
    lines.append(f"**Rule**: {link(f'{code(one.code)} {text(one.rule)}', f'../rules/{one.rule}/index.md')}{_sure(one)}")
    yield "\n".join(f"- {line}" for line in lines)
    yield snippet(one)


def _places(tier: Tier, one: Finding) -> Iterator[str]:
    yield f"**Where**: {one.subject.kind} {code(one.subject.id)}, {_place(tier, one.file, one.line)}"
    if one.flows:
        flows = [link(text(flow), flow_path(tier.topology, flow)) for flow in one.flows if flow in tier.topology.flows]
        yield f"**Flows**: {', '.join(flows)}"
    if one.related:
        said = [
            f"{code(each.subject.id)} {text(each.label)} ({_place(tier, each.file, each.line)})"
            for each in one.related[:RELATED]
        ]
        rest = [f"{len(one.related) - RELATED} more"] if len(one.related) > RELATED else []
        yield f"**Also**: {'; '.join([*said, *rest])}"
    if one.proof is not None:
        yield f"**Proof**: {_proof(tier, one.proof)}"


def _place(tier: Tier, file: str, line: int) -> str:
    if file == tier.topology.architecture.file:
        # a link of Markdown would be looked for among the anchors of Markdown, where the source's lines are not
        return f'<a href="#L{line}">line {line}</a>'
    return f"{code(file)} line {line}"


def _proof(tier: Tier, proof: Proof) -> str:
    flow = (
        link(text(proof.flow), flow_path(tier.topology, proof.flow))
        if proof.flow in tier.topology.flows
        else text(proof.flow)
    )
    step = code(_step(tier, proof))
    killed = f"without {codes(each.id for each in proof.kill)}" if proof.kill else "with nothing failed"
    path = f", after the path {' → '.join(code(each) for each in proof.path)}" if proof.path else ""
    return f"{killed}, step {step} of {flow} fails{path}"


def _step(tier: Tier, proof: Proof) -> str:
    number = proof.step.rpartition("/")[2]
    hops = tier.topology.hops.get(proof.flow, ())
    step = next((hop.step for hop in hops if hop.step.id == proof.step), None)
    return f"{number}: {step.source} -> {' | '.join(step.targets)}" if step else number


def _why(number: int, one: Finding, rule: Rule | None, told: dict[str, int]) -> Iterator[str]:
    if rule is None:
        return
    first = told.setdefault(one.rule, number)
    yield f"**Why it matters**: {prose(rule.why) if first == number else link(f'as in issue {first}', f'#issue-{first}')}"


def _sure(one: Finding) -> str:
    return "" if one.confidence == "high" else f" (confidence: {one.confidence})"


def accepted(tier: Tier) -> str:
    """The risks that somebody has accepted, as a table."""
    rows: list[Sequence[str]] = []
    for number, one in tier.numbered:
        if one.accepted is not None:
            known = one.accepted
            head = f'<span id="issue-{number}"></span>{badge(number, one.severity)}'
            rule = link(text(one.rule), f"../rules/{one.rule}/index.md")
            rows.append(
                (
                    head,
                    rule,
                    prose(one.message),
                    text(known.reason or ""),
                    text(known.owner or ""),
                    text(known.until or ""),
                )
            )
    return table(("Issue", "Rule", "What", "Reason", "Owner", "Until"), rows)
