"""The page of a request flow: the sequence in a picture and in a table, what breaks it, and its issues."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.model import Flow
from archgen.site.escape import code, link, text
from archgen.site.ladder import codes
from archgen.site.markdown import badge, heading, page, picture, table
from archgen.site.page import Page, Tier
from archgen.site.step import access, breaking, survivors
from archgen.site.steps import Line, lines, said

UP = "../../index.md"


def flow_page(tier: Tier, flow: Flow) -> Page:
    """The page of one flow of a tier."""
    steps = lines(tier.topology, flow)
    parts = (
        heading(1, text(flow.title)),
        f"A request flow of {link(text(tier.topology.architecture.name), UP)}: {_facts(tier, flow)}.",
        text(flow.summary or ""),
        picture("sequence.svg", f"Sequence of {flow.title}"),
        heading(2, "Steps", "steps"),
        _table(tier, flow, steps),
        heading(2, "What breaks this flow", "breaks"),
        _breaks(tier, flow),
        *_issues(tier, flow),
    )
    return page(f"{tier.id}/flows/{flow.id}/index.md", flow.title, *parts)


def _facts(tier: Tier, flow: Flow) -> str:
    facts = [f"it {'reads' if access(tier.topology, flow.id) == 'read' else 'writes'} data"]
    if flow.domain:
        facts.append(f"visitors ask for {code(flow.domain)}")
    if flow.demand is not None:
        facts.append(f"{flow.demand:g} requests per second")
    return "; ".join(facts)


def _table(tier: Tier, flow: Flow, steps: tuple[Line, ...]) -> str:
    marks: dict[str, list[str]] = {}
    for number, finding in tier.open:
        if finding.subject.kind == "step" and finding.subject.id.startswith(f"{flow.id}/"):
            place = finding.subject.id.rpartition("/")[2]
            marks.setdefault(place, []).append(link(badge(number, finding.severity), f"{UP}#issue-{number}"))
    rows = [_row(line, " ".join(marks.get(line.number, ()))) for line in steps]
    return table(("Step", "From", "To", "What", "Protocol", "On the way", "Issues"), rows)


def _row(line: Line, marks: str) -> tuple[str, ...]:
    if not line.number:
        over = f"note over {code(line.source)}: " if line.source else ""
        return ("", "", "", f"*{over}{text(line.message)}*" if line.message else "", "", "", "")
    arrow = "answer: " if line.answer else ""
    words = f"{arrow}{text(line.message)}" if line.message else arrow.rstrip(": ")
    return (line.number, code(line.source), code(line.target), words, text(line.protocol), said(line.meaning), marks)


def _breaks(tier: Tier, flow: Flow) -> str:
    failures = tier.topology.failures[flow.id]
    if not failures.possible:
        step = code(failures.broken_step or "")
        return f"This flow cannot work: with nothing failed, step {step} already fails."
    fatal, kept = breaking(tier.topology, flow.id), survivors(tier.topology, flow.id)
    alone = f"The loss of any one of these stops it: {codes(fatal, 'or')}." if len(fatal) > 1 else ""
    if len(fatal) == 1:
        alone = f"The loss of {codes(fatal)} alone stops it."
    survived = f"It survives the loss of {codes(kept)}, one at a time." if kept else ""
    return " ".join(filter(None, (alone or "No single failure stops it.", survived)))


def _issues(tier: Tier, flow: Flow) -> Iterator[str]:
    found = [(number, one) for number, one in tier.open if flow.id in one.flows]
    if found:
        yield heading(2, "Issues of this flow", "issues")
        yield "\n".join(
            f"- {link(badge(number, one.severity), f'{UP}#issue-{number}')} {text(one.message)}"
            for number, one in found
        )
