"""The page of a request flow: the sequence in a picture and in a table, what breaks it, and its issues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from archgen.analysis.assessment import FlowAssessment
from archgen.analysis.topology import Topology
from archgen.compare.flows import called
from archgen.model.architecture import Flow
from archgen.model.finding import Proof
from archgen.model.wording import plural
from archgen.report.common.assessment import lasting, percent
from archgen.site.escape import code, link, prose, text
from archgen.site.markdown import badge, heading, page, table
from archgen.site.page import Page, Tier, flow_path
from archgen.site.pages.ladder import codes
from archgen.site.pages.player import mermaid, player
from archgen.site.step import access, survivors
from archgen.site.transport_label import said
from archgen.views.diagram import Block, Item, Message, Remark
from archgen.views.flow import flow_sequence

UP = "../../index.md"


def flow_page(tier: Tier, flow: Flow, sequence: str, deployed: str) -> Page:
    """The page of one flow of a tier, with its sequence and the part of the deployment that it touches as SVG."""
    parts = (
        heading(1, text(flow.title)),
        f"A request flow of {link(text(tier.topology.architecture.name), UP)}: {_facts(tier, flow)}.",
        text(flow.summary or ""),
        player(tier, flow, sequence, deployed),
        "[The sequence in full size](sequence.svg)\n{ .archgen-full }",
        heading(2, "Steps", "steps"),
        _table(tier, flow),
        mermaid(tier, flow),
        heading(2, "What breaks this flow", "breaks"),
        *_breaks(tier, flow),
        *_issues(tier, flow),
    )
    return page(f"{tier.slug}/{flow_path(tier.topology, flow.id)}", flow.title, *parts)


def _facts(tier: Tier, flow: Flow) -> str:
    facts = [f"it {'reads' if access(tier.topology, flow.id) == 'read' else 'writes'} data"]
    if flow.domain:
        facts.append(f"visitors ask for {code(flow.domain)}")
    if flow.demand is not None:
        facts.append(f"{flow.demand:g} requests per second")
    if flow.peak is not None:
        facts.append(f"{flow.peak:g} requests per second when it is busiest")
    facts += [_availability(one) for one in tier.assessments if one.flow == flow.id and one.possible]
    return "; ".join(facts)


def _availability(one: FlowAssessment) -> str:
    rests = plural(len(one.assumed), "assumed number")
    basis = f", resting on {link(rests, f'{UP}#assumed')}" if one.assumed else ""
    return (
        f"available {percent(one.result.availability)} of the time, down {lasting(one.result.downtime)} a year{basis}"
    )


def _table(tier: Tier, flow: Flow) -> str:
    rows = _rows(flow_sequence(tier.topology, flow, tier.findings).items)
    return table(("Step", "From", "To", "What", "Protocol", "On the way", "Issues"), rows)


def _rows(items: Iterable[Item]) -> Iterator[tuple[str, ...]]:
    for item in items:
        match item:
            case Message():
                yield _message(item)
            case Remark():
                yield _aside(f"{codes(item.over)}: {text(item.text)}")
            case Block():
                for section in item.sections:
                    yield _aside(f"{item.kind} {text(section.when)}".strip())
                    yield from _rows(section.items)
                yield _aside(f"end of {item.kind}")
            case _:
                assert_never(item)


def _aside(words: str) -> tuple[str, ...]:
    return ("", "", "", f"*{words}*", "", "", "")


def _message(one: Message) -> tuple[str, ...]:
    words = " ".join(filter(None, ("answer:" if one.answer else "", text(one.text))))
    marks = [link(badge(mark.number, mark.severity), f"{UP}#issue-{mark.number}") for mark in one.badges]
    ends = (code(one.source), code(one.target))
    return (text(one.number), *ends, words, text(one.protocol), said(one.meaning), " ".join(marks))


def _breaks(tier: Tier, flow: Flow) -> Iterator[str]:
    failures = tier.topology.losses.failures[flow.id]
    if not failures.possible:
        yield f"This flow cannot work: with nothing failed, step {code(failures.broken_step or '')} already fails."
        return
    kept = survivors(tier.topology, flow.id)
    fatal = list(_fatal(tier, flow))
    yield "No single failure stops it." if not fatal else "The loss of any one of these stops it:"
    yield table(("Lost", "Step that then fails", "On the path"), fatal)
    if kept:
        yield f"It survives the loss of {codes(kept)}{', one at a time' if len(kept) > 1 else ''}."


def _fatal(tier: Tier, flow: Flow) -> Iterator[tuple[str, ...]]:
    topology = tier.topology
    for point in topology.losses.causes[flow.id]:
        path = " → ".join(code(one) for one in point.proof.path)
        yield (code(called(topology, point.element)), _failing(topology, point.proof), path)


def _failing(topology: Topology, proof: Proof) -> str:
    number = text(proof.step.rpartition("/")[2])
    step = next((hop.step for hop in topology.hops[proof.flow] if hop.step.id == proof.step), None)
    if step is None:
        return number
    targets = " | ".join(step.targets)
    return f"{number} {code(f'{step.source} -> {targets}')}"


def _issues(tier: Tier, flow: Flow) -> Iterator[str]:
    found = [(number, one) for number, one in tier.open if flow.id in one.flows]
    if found:
        yield heading(2, "Issues of this flow", "issues")
        yield "\n".join(
            f"- {link(badge(number, one.severity), f'{UP}#issue-{number}')} {prose(one.message)}"
            for number, one in found
        )
