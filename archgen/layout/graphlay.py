"""A second engine: columns are the layers that the graphlay package finds, for graphs that have neither hosts nor roles."""

from __future__ import annotations

from collections import Counter

import graphlay

from archgen.layout.columns import columns
from archgen.layout.domain import arranged
from archgen.layout.measure import cards
from archgen.layout.placed import Placed
from archgen.view import Diagram

BUSIEST = 100
LARGEST = 2000
"""graphlay orders the ends of a hub of 400 lines for half a minute; above these sizes roles are the columns."""


def layered(diagram: Diagram) -> Placed:
    """Lays a diagram out in layers of calls, whatever the roles; routes and labels are those of the domain engine."""
    return arranged(diagram, _layers(diagram))


def _layers(diagram: Diagram) -> dict[str, int]:
    """The layer of each node, in the order from the top that has the fewest crossings."""
    shown = columns(diagram)
    edges = [edge for edge in diagram.edges if edge.source in shown and edge.target in shown]
    degrees = Counter(end for edge in edges for end in (edge.source, edge.target))
    if not edges or len(shown) > LARGEST or max(degrees.values()) > BUSIEST:
        return shown
    sizes = cards(diagram)
    graph = graphlay.Graph()
    for node in shown:
        graph.node(node, width=sizes[node].width, height=sizes[node].height)
    for edge in edges:
        graph.edge(edge.source, edge.target)
    found = graphlay.layout(graph)
    layers = {node: place["rank"] or 0 for node, place in zip(shown, found.nodes, strict=True)}
    heights = {node: place["center"]["y"] for node, place in zip(shown, found.nodes, strict=True)}
    ranks = {rank: column for column, rank in enumerate(sorted(set(layers.values())))}
    return {node: ranks[layers[node]] for node in sorted(shown, key=lambda node: (layers[node], heights[node]))}
