"""A flow step by step: its sequence beside the part of the deployment that it touches, and what both need to be played."""

from __future__ import annotations

import re
from typing import Any

from archgen.analysis.topology import Topology
from archgen.compare.flows import called, survivors
from archgen.model.architecture import Flow
from archgen.model.subject import Subject
from archgen.render.code.mermaid import sequence_mermaid
from archgen.site.answers.panorama import guarded
from archgen.site.compiled import compiled, elements, written
from archgen.site.escape import html
from archgen.site.page import Tier
from archgen.site.pages.failures import folded
from archgen.site.source import block
from archgen.site.transport_label import said
from archgen.views.flow import flow_sequence
from archgen.views.playback import playback_steps

_WIDTH = re.compile(r'<svg\b[^>]*?\bwidth="([\d.]+)"')

VARIANTS = 16
"""Single losses that stop the flow which the player offers; the others can be named in the address."""


def player(tier: Tier, flow: Flow, sequence: str, deployed: str) -> str:
    """The block without an empty line, as Markdown asks of HTML; without scripts it is two pictures."""
    data = compiled(tier.topology, (flow,)) | folded(tier.topology)
    data |= {"steps": steps(tier, flow), "variants": variants(tier.topology, flow)}
    return (
        f'<div class="archgen-player" style="--sequence:{_width(sequence)}px;--path:{_width(deployed)}px" '
        "data-search-exclude>"
        f'<figure class="archgen-picture archgen-sequence">{guarded(sequence)}</figure>'
        f'<div class="archgen-beside"><figure class="archgen-stage">{guarded(deployed)}</figure></div>'
        f'<script type="application/json">{written(data)}</script></div>'
    )


def _width(svg: str) -> str:
    found = _WIDTH.search(svg)
    return found[1] if found else "0"


def mermaid(tier: Tier, flow: Flow) -> str:
    """The sequence as Mermaid text, to be copied."""
    source = sequence_mermaid(flow_sequence(tier.topology, flow))
    return (
        '<div class="archgen-mermaid" data-search-exclude><details><summary>The sequence as Mermaid text</summary>'
        f"{block(html(source.strip()))}</details></div>"
    )


def steps(tier: Tier, flow: Flow) -> list[list[Any]]:
    """Each step: its number, who sends, who receives, words, protocol, how it travels, the connections, answer or not.

    `site.flow` tells the same in a table.
    """
    return [
        [
            one.number,
            one.source,
            list(one.targets),
            one.text,
            one.protocol,
            said(one.meaning),
            list(one.connections),
            int(one.answer),
        ]
        for one in playback_steps(tier.topology, flow)
    ]


def variants(topology: Topology, flow: Flow) -> list[list[Any]]:
    """What the player offers to lose: what stops the flow alone, and a host that it survives; each with what it is called."""
    place = {one: at for at, one in enumerate(elements(topology))}
    fatal = [one.element for one in topology.losses.causes[flow.id]]
    kept = [Subject("host", one) for one in survivors(topology, flow.id)[:1]]
    return [[called(topology, one), place[one]] for one in (*fatal[:VARIANTS], *kept) if one in place]
