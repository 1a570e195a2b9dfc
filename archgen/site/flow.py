"""The page of a request flow: the sequence in a picture and in a table, what breaks it, and its issues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from archgen.model import Flow
from archgen.site.escape import code, link, prose, text
from archgen.site.ladder import codes
from archgen.site.markdown import badge, heading, page, picture, table
from archgen.site.page import Page, Tier
from archgen.site.step import access, breaking, survivors
from archgen.topology import Meaning
from archgen.view import Block, Item, Message, Remark
from archgen.views.flow import flow_sequence

UP = "../../index.md"


def flow_page(tier: Tier, flow: Flow) -> Page:
    """The page of one flow of a tier."""
    parts = (
        heading(1, text(flow.title)),
        f"A request flow of {link(text(tier.topology.architecture.name), UP)}: {_facts(tier, flow)}.",
        text(flow.summary or ""),
        picture("sequence.svg", f"Sequence of {flow.title}"),
        heading(2, "Steps", "steps"),
        _table(tier, flow),
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


def said(meaning: Meaning) -> str:
    """What a line's meaning says about reading along."""
    match meaning:
        case "encrypted":
            return "encrypted"
        case "plaintext":
            return "in clear"
        case "local":
            return "within the host"
        case "lookup":
            return "in clear (name look-up)"
        case "replication":
            return "replication"
        case "monitoring":
            return "monitoring"
        case "unknown":
            return "not stated"
        case _:
            assert_never(meaning)


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
            f"- {link(badge(number, one.severity), f'{UP}#issue-{number}')} {prose(one.message)}"
            for number, one in found
        )
