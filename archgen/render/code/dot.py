"""Diagrams as DOT text, for Graphviz and all that reads its language."""

from __future__ import annotations

from typing import assert_never

from graphviz import Digraph

from archgen.model.subject import ChangeKind
from archgen.render.scene.change import drawn_as
from archgen.style.svg_markup import dot_label
from archgen.style.theme import LIGHT, LINES, Theme, colours
from archgen.views.diagram import Diagram, Edge, Group, Node, chip_text, numbered
from archgen.views.diff import signed

_FONT = "Arimo"
_SHADES = ("tint_1", "tint_2", "tint_3")


def dot(diagram: Diagram, theme: Theme = LIGHT) -> str:
    """Return the diagram as DOT: groups are clusters, names are made up, and every word of the model is an escaped label."""
    names = node_names(diagram)
    palette = colours(theme)
    graph = Digraph(
        "diagram",
        graph_attr={
            "rankdir": "LR",
            "label": dot_label([diagram.title]),
            "fontname": _FONT,
            "fontcolor": palette["muted"],
            "bgcolor": palette["ground"],
            "nodesep": "0.4",
            "ranksep": "1.2",
            "tooltip": dot_label([diagram.alt]),
        },
        node_attr={
            "shape": "box",
            "style": "rounded,filled",
            "fontname": _FONT,
            "fontsize": "11",
            "fillcolor": palette["card"],
            "color": palette["card_line"],
            "fontcolor": palette["ink"],
        },
        edge_attr={"fontname": _FONT, "fontsize": "10", "arrowsize": "0.7"},
    )
    _fill(graph, diagram, None, names, palette, 0)
    for edge in diagram.edges:
        graph.edge(names[edge.source], names[edge.target], **_edge(edge, palette))
    return str(graph.source)


def node_names(diagram: Diagram) -> dict[str, str]:
    """Return the DOT names of nodes: `n1`, `n2` …, so that no id of a model is ever read as DOT."""
    return {node.id: f"n{at}" for at, node in enumerate(diagram.nodes, 1)}


def _fill(
    graph: Digraph, diagram: Diagram, parent: str | None, names: dict[str, str], palette: dict[str, str], depth: int
) -> None:
    for at, group in diagram.groups_in(parent):
        with graph.subgraph(name=f"cluster_g{at}") as inner:
            inner.attr(**_group(group, palette, depth))
            if group.id in diagram.empty():
                # without it Graphviz leaves the cluster out
                inner.node(f"room{at}", "", style="invis")
            _fill(inner, diagram, group.id, names, palette, depth + 1)
    for node in diagram.nodes_in(parent):
        tooltip = dot_label([node.description or node.label])
        graph.node(names[node.id], dot_label(_node(node)), tooltip=tooltip, **_changed(node.change, palette))


def _group(group: Group, palette: dict[str, str], depth: int) -> dict[str, str]:
    return {
        "label": dot_label(
            [
                " ".join(
                    word for word in (signed(group.change, group.label), group.detail, numbered(group.badges)) if word
                )
            ]
        ),
        "style": "rounded,filled",
        "fillcolor": palette[_SHADES[min(depth, len(_SHADES) - 1)]],
        "color": palette["group_line"],
        "fontcolor": palette["muted"],
        "fontsize": "11",
        "labeljust": "l",
        **_changed(group.change, palette),
    }


def _changed(change: ChangeKind | None, palette: dict[str, str]) -> dict[str, str]:
    """Return how a card or a cluster differs from the usual one in a picture of two models."""
    match change:
        case None:
            return {}
        case "added":
            return {"color": palette["accent"], "penwidth": "2.5"}
        case "changed":
            return {"color": palette["accent"]}
        case "removed":
            return {"color": palette["muted"], "fontcolor": palette["muted"], "style": "rounded,filled,dashed"}
        case _:
            assert_never(change)


def _node(node: Node) -> list[str]:
    words = (signed(node.change, node.label), node.mark or node.detail, chip_text(node), numbered(node.badges))
    return [word for word in words if word]


def _edge(edge: Edge, palette: dict[str, str]) -> dict[str, str]:
    line, width = drawn_as(edge.change, LINES[edge.meaning])
    colour = palette[line.role]
    return {
        # words that take part in the ranks (`label`) make Graphviz give up on some nested clusters ("trouble in init_rank")
        "xlabel": dot_label([" ".join(word for word in (edge.label, numbered(edge.badges)) if word)]),
        "color": f"{colour}:{palette['ground']}:{colour}" if line.double else colour,
        "fontcolor": colour,
        "penwidth": f"{width:g}" if edge.change == "added" else "1",
        "style": "solid" if not line.dash else "dotted" if edge.meaning == "monitoring" else "dashed",
        "tooltip": dot_label([line.words]),
        **({"dir": "both"} if edge.mutual else {}),
    }
