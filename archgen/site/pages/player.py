"""A flow step by step: its sequence beside its part of the deployment, and the data to play both."""

from __future__ import annotations

from typing import Any

from archgen.analysis.topology import Topology
from archgen.compare.flows import called, survivors
from archgen.linting.checked_model import CheckedModel
from archgen.model.architecture import Flow
from archgen.model.subject import Subject
from archgen.render.code.mermaid import sequence_mermaid
from archgen.site.code_block import code_block
from archgen.site.embedded_svg import guard_svg, svg_width
from archgen.site.html_builder import Html, html, tag
from archgen.site.interactive.columns import Stage
from archgen.site.structure_data import element_indices, script_data, structure_data
from archgen.site.transport_label import transport_label
from archgen.views.flow import flow_sequence
from archgen.views.playback import playback_steps

VARIANTS = 16
"""Single points of failure of the flow that the player offers; the address can name the others."""


def player(system: CheckedModel, flow: Flow, sequence: str, shown: Stage) -> Html:
    """Return the block without an empty line, as Markdown asks of HTML; without scripts it is two diagrams."""
    data = structure_data(system.topology, (flow,))
    data |= {"steps": _steps(system, flow), "variants": _variants(system.topology, flow)}
    stage = tag("figure", *shown.svg.html(), class_="archgen-stage")
    return tag(
        "div",
        tag("figure", guard_svg(sequence), class_="archgen-picture archgen-sequence"),
        tag("div", stage, class_="archgen-beside"),
        script_data(shown.data(data)),
        class_="archgen-player",
        style=Html(f"--sequence:{svg_width(sequence) or 0}px;--path:{svg_width(shown.svg.wide) or 0}px"),
        data_search_exclude=True,
    )


def mermaid(system: CheckedModel, flow: Flow) -> Html:
    """Return the sequence as Mermaid text, to be copied."""
    source = html(sequence_mermaid(flow_sequence(system.topology, flow)).strip())
    shown = tag("details", tag("summary", "Sequence as Mermaid code"), code_block(source))
    return tag("div", shown, class_="archgen-mermaid", data_search_exclude=True)


def _steps(system: CheckedModel, flow: Flow) -> list[list[Any]]:
    """Return each step: number, sender, receivers, words, protocol, transport, connections, whether it is a response.

    `site.pages.flow` has the same in a table.
    """
    return [
        [
            step.number,
            step.source,
            list(step.targets),
            step.text,
            step.protocol,
            transport_label(step.meaning),
            list(step.connections),
            int(step.answer),
        ]
        for step in playback_steps(system.topology, flow)
    ]


def _variants(topology: Topology, flow: Flow) -> list[list[Any]]:
    """Return the elements that the player offers to fail, by name: single points of failure, and a host it survives."""
    indices = element_indices(topology)
    fatal = [cause.element for cause in topology.losses.causes[flow.id]]
    survived = [Subject("host", host) for host in survivors(topology, flow.id)[:1]]
    offered = (*fatal[:VARIANTS], *survived)
    return [[called(topology, element), indices[element]] for element in offered if element in indices]
