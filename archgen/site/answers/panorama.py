"""The block of a page in which a model's pictures stand: they answer where scripts run, and are pictures where none do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, to_builtins

from archgen.model.finding import SEVERITIES
from archgen.site.answers.cards import cards
from archgen.site.answers.layers import Layer, layers
from archgen.site.escape import html, one_line
from archgen.site.inline import inline
from archgen.site.page import Tier
from archgen.style.svg_markup import identifier
from archgen.style.theme import LINES
from archgen.views.diff import SIGNS

_STYLE = re.compile(r"(<style>.*?</style>)", re.DOTALL)
_LINES = re.compile(r"\s*\n\s*")


class View(Struct, frozen=True):
    """A picture of a page: its id, the words on its tab, its file beside the page, and its SVG."""

    id: str
    title: str
    file: str
    svg: str


def section(tier: Tier) -> Callable[[str, str], str]:
    """Where the page of a tier tells of a thing; what has no row of its own leads to the elements."""
    architecture = tier.topology.architecture
    known: dict[str, Mapping[str, object]] = {
        "component": tier.topology.components,
        "host": tier.topology.hosts,
        "zone": tier.topology.zones,
        "network": tier.topology.networks,
        "connection": {one.id: one for one in architecture.connections},
    }

    def address(kind: str, id: str) -> str:
        return f"#{identifier(kind, id)}" if id in known[kind] else "#elements"

    return address


def panorama(tier: Tier, views: Sequence[View]) -> str:
    """The block, without an empty line, as Markdown asks of HTML; the first view is in sight, the others wait."""
    first, *rest = views
    found = layers(tier.topology, bool(tier.open))
    tabs = "".join(
        f'<li><a href="{html(one.file)}" data-view="{html(one.id)}">{html(one_line(one.title))}</a></li>'
        for one in views
    )
    waiting = "".join(f'<template data-view="{html(one.id)}">{guarded(one.svg)}</template>' for one in rest)
    return (
        f'<div class="archgen-views" data-search-exclude data-facts="{html(_facts(tier, found))}">'
        f'<ul class="archgen-tabs">{tabs}</ul>'
        f'<figure class="archgen-picture archgen-live" data-view="{html(first.id)}">{guarded(first.svg)}</figure>'
        f"{waiting}{_legend(tier, found, views)}"
        f'<p class="archgen-full"><a href="{html(first.file)}">This picture as a file</a></p></div>'
    )


def guarded(svg: str) -> str:
    """An SVG in which no engine of Markdown or of templates finds anything to read."""
    # hardly any has a line break, and to look for white space around one takes long
    parts = _STYLE.split(_LINES.sub(" ", inline(svg)) if "\n" in svg else inline(svg))
    return "".join(
        part.replace("{#", "{ #") if part.startswith("<style>") else part.replace("{", "&#123;") for part in parts
    )


def _facts(tier: Tier, found: Sequence[Layer]) -> str:
    """All that the scripts read, in one value."""
    issues = {str(number): (one.severity, one.message) for number, one in tier.open}
    shown = [{"id": one.id, "title": one.title, "says": one.says, **_marks(one)} for one in found]
    told = {"cards": to_builtins(cards(tier)), "issues": issues, "layers": shown}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _marks(layer: Layer) -> dict[str, object]:
    told = {"nodes": layer.nodes, "lines": layer.lines, "groups": layer.groups, "fades": layer.fades}
    return {name: value for name, value in told.items() if value}


# The legend


def _legend(tier: Tier, found: Sequence[Layer], views: Sequence[View]) -> str:
    """What occurs, once for all layers; a style sheet shows what the chosen one needs."""
    meanings = {
        tier.topology.meaning(one, port) for one in tier.topology.architecture.connections for port in one.ports
    }
    meanings |= {"replication"} if any(one.replication for one in tier.topology.components.values()) else set()
    meanings |= {"monitoring"} if any(tier.topology.kind(one).observes for one in tier.topology.components) else set()
    lines = [f'<li class="line {one}">{html(LINES[one].words)}</li>' for one in LINES if one in meanings]
    severities = {one.severity for _, one in tier.open}
    lines += [
        f'<li data-in="findings"><span class="archgen-badge archgen-{one}"></span>{one}</li>'
        for one in SEVERITIES
        if one in severities
    ]
    if views and any(one.id == "changes" for one in views):
        lines += [f'<li data-for="changes" hidden><b>{sign}</b>{word}</li>' for word, sign in SIGNS.items()]
    for layer in found:
        lines += [
            f'<li data-in="{layer.id}"><span class="archgen-tone" data-tone="{tone}"></span>{html(one_line(word))}</li>'
            for tone, word in layer.legend
        ]
    return f'<ul class="archgen-legend" aria-label="Legend">{"".join(lines)}</ul>'
