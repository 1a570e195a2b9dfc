"""A diagram in words: its lines by the card that they start at, then its other cards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from archgen.site.escape import text
from archgen.site.transport_label import transport_label
from archgen.views.diagram import Diagram, Edge


def diagram_words(diagram: Diagram) -> Iterator[str]:
    """Yield a line of Markdown per card with lines of its own, and one with the names of the others."""
    names = _names(diagram)
    outgoing: dict[str, list[Edge]] = {}
    for edge in diagram.edges:
        outgoing.setdefault(edge.source, []).append(edge)
    for node in diagram.nodes:
        lines = [f"{names[edge.target]} ({_how(edge)})" for edge in outgoing.get(node.id, ())]
        lines += [text(chip.label.removeprefix("→ ")) for chip in node.chips]
        if lines:
            detail = f" ({text(node.detail)})" if node.detail else ""
            yield f"**{names[node.id]}**{detail} → {'; '.join(lines)}"
    ends = {end for edge in diagram.edges for end in (edge.source, edge.target)}
    alone = [names[node.id] for node in diagram.nodes if node.id not in ends and not node.chips]
    if alone:
        yield f"Without a line: {', '.join(alone)}"


def _names(diagram: Diagram) -> dict[str, str]:
    """Return the name of each card; where several have the same, with the box that it stands in."""
    times = Counter(node.label for node in diagram.nodes)
    boxes = {group.id: f" {'on' if group.kind == 'host' else 'in'} {group.label}" for group in diagram.groups}
    return {
        node.id: text(node.label + (boxes.get(node.group or "", "") if times[node.label] > 1 else ""))
        for node in diagram.nodes
    }


def _how(edge: Edge) -> str:
    return ", ".join(dict.fromkeys(filter(None, (text(edge.label), transport_label(edge.meaning)))))
