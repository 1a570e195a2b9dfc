"""The block of a page with a system's diagrams: interactive where scripts run, and plain images where none do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, to_builtins

from archgen.linting.checked_model import CheckedModel
from archgen.model.finding import SEVERITIES
from archgen.render.scene.legend import HIGHLIGHTED, NEIGHBOR
from archgen.site.diagram_words import diagram_words
from archgen.site.embedded_svg import guard_svg
from archgen.site.escape import text
from archgen.site.html_builder import Html, Scripted, tag
from archgen.site.interactive.cards import element_cards
from archgen.site.interactive.columns import SizedSvg
from archgen.site.interactive.layers import DiagramLayer, model_layers
from archgen.site.interactive.views import FLOWS, ViewTab, opened_by_card
from archgen.site.markdown import blocks, bullets, details, image
from archgen.site.page import LinkTo
from archgen.style.svg_markup import identifier
from archgen.style.theme import LINES
from archgen.views.diagram import Node
from archgen.views.diff import SIGNS


def link_to(system: CheckedModel, groups: Mapping[str, str]) -> LinkTo:
    """Return the addresses of elements on the page of a system; those without a row lead to the table of elements.

    `groups` are the pages of groups by their ids.
    """
    architecture = system.architecture
    ids: dict[str, Mapping[str, object]] = {
        "component": system.topology.components,
        "host": system.topology.hosts,
        "zone": system.topology.zones,
        "network": system.topology.networks,
        "connection": {connection.id: connection for connection in architecture.connections},
    }

    def address(kind: str, id: str) -> str:
        if id in groups:
            return groups[id]
        return f"#{identifier(kind, id)}" if id in ids.get(kind, {}) else "#elements"

    return address


class ViewDrawings(Struct, frozen=True):
    """The views of a system: the first one for columns of every width, and the others as SVG."""

    first: ViewTab
    svg: SizedSvg
    others: tuple[tuple[ViewTab, str], ...]

    @property
    def views(self) -> list[ViewTab]:
        """The views in the order of their tabs."""
        return [self.first, *(view for view, _ in self.others)]


def view_block(system: CheckedModel, drawn: ViewDrawings) -> Scripted:
    """Return the block of views, the first one visible; as static Markdown, each with its content in words."""
    static = blocks(*(block for view in drawn.views for block in _static(system, view))).rstrip()
    return Scripted(_tabs(system, drawn), static)


def _static(system: CheckedModel, view: ViewTab) -> Iterator[str]:
    yield f"**{text(view.title)}**"
    yield image(view.file, f"{view.title} of {system.architecture.name}")
    yield details("The same in words", bullets(diagram_words(view.diagram)))


def _tabs(system: CheckedModel, drawn: ViewDrawings) -> Html:
    """Return the views as HTML, without an empty line, as Markdown asks of HTML."""
    views, first = drawn.views, drawn.first
    shown = model_layers(system.topology, bool(system.open))
    tabs = (
        tag("li", tag("a", view.title, href=view.file, data_view=view.id, data_scope=view.scope or None))
        for view in views
    )
    file = tag("a", "Open this diagram as a file", href=first.file)
    return tag(
        "div",
        tag("ul", *tabs, class_="archgen-tabs"),
        tag("figure", *drawn.svg.html(), class_="archgen-picture archgen-live", data_view=first.id),
        *(tag("template", guard_svg(hidden), data_view=view.id) for view, hidden in drawn.others),
        tag("ul", *_legend(system, shown, views), class_="archgen-legend", aria_label="Legend"),
        tag("p", file, class_="archgen-full"),
        *_other_flows(system),
        class_="archgen-views",
        data_search_exclude=True,
        data_facts=_facts(system, shown, views),
    )


def _other_flows(system: CheckedModel) -> Iterator[Html]:
    """Yield the way to the flows that have no tab."""
    count = len(system.architecture.flows)
    if count > FLOWS:
        yield tag("p", Html(f"The tabs show {FLOWS} of "), tag("a", f"{count} request flows", href="#flows"), Html("."))


def _facts(system: CheckedModel, shown: Sequence[DiagramLayer], views: Sequence[ViewTab]) -> str:
    """Return all that the scripts read, as JSON."""
    facts = {
        "cards": to_builtins(element_cards(system)),
        "issues": [(number, finding.severity, finding.message) for number, finding in system.open],
        "opens": opened_by_card(views),
        "layers": [{"id": layer.id, "title": layer.title, "says": layer.says, **_tones(layer)} for layer in shown],
    }
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


def _tones(layer: DiagramLayer) -> dict[str, object]:
    tones = {"nodes": layer.nodes, "lines": layer.lines, "groups": layer.groups, "fades": layer.fades}
    return {name: value for name, value in tones.items() if value}


# The legend


def _legend(system: CheckedModel, shown: Sequence[DiagramLayer], views: Sequence[ViewTab]) -> Iterator[Html]:
    """Yield an item for all that occurs in any view or layer; a script shows those of the chosen ones."""
    for meaning, line in LINES.items():
        drawn = [view.id for view in views if any(edge.meaning == meaning for edge in view.diagram.edges)]
        if drawn:
            hidden = None if views[0].id in drawn else True
            yield tag("li", line.words, class_=f"line {meaning}", data_for=" ".join(drawn), hidden=hidden)
    severities = {finding.severity for _, finding in system.open}
    for severity in SEVERITIES:
        if severity in severities:
            yield tag("li", tag("span", class_=f"archgen-badge archgen-{severity}"), severity, data_in="findings")
    if any(view.id == "changes" for view in views):
        for change, sign in SIGNS.items():
            yield tag("li", tag("b", Html(sign)), change, data_for="changes", hidden=True)
    for word, is_shown in ((NEIGHBOR, _is_beside), (HIGHLIGHTED, _is_highlighted)):
        where = " ".join(view.id for view in views if any(map(is_shown, view.diagram.nodes)))
        if where:
            yield tag("li", tag("span", class_=f"archgen-{word}"), word, data_for=where, hidden=True)
    for layer in shown:
        for tone, word in layer.legend:
            yield tag("li", tag("span", class_="archgen-tone", data_tone=tone), word, data_in=layer.id)


def _is_beside(node: Node) -> bool:
    return node.beside


def _is_highlighted(node: Node) -> bool:
    return node.emphasized
