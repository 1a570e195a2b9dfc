"""Pictures as files: every view of every model in every format that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from archgen.errors import UsageError
from archgen.evolution import Evolution, evolve
from archgen.evolution.side import Side
from archgen.model import Flow
from archgen.project.choice import one_of
from archgen.project.pictures import Drawing
from archgen.site import Tier

VIEWS = ("deployment", "flows", "diff")
USUAL = ("deployment", "flows")
"""The views that are drawn unless others are asked for; `diff` is of a tier and the one that it follows."""


class Format(Struct, frozen=True):
    """A format by its file extension, and how it shows a deployment, a flow and a change; None where it cannot."""

    extension: str
    deployment: Callable[[Drawing, Tier], bytes] | None
    flow: Callable[[Drawing, Tier, Flow], bytes] | None
    diff: Callable[[Drawing, Evolution], bytes] | None = None


class File(Struct, frozen=True):
    """A picture under the name `<model>.<view>.<extension>`; the view of a flow is `flow-<id>`."""

    name: str
    content: bytes


def _svg(drawing: Drawing, tier: Tier) -> bytes:
    return drawing.deployment(tier).encode()


def _svg_flow(drawing: Drawing, tier: Tier, flow: Flow) -> bytes:
    return drawing.sequence(tier, flow).encode()


def _svg_diff(drawing: Drawing, evolution: Evolution) -> bytes:
    return drawing.change(evolution).encode()


def _png_diff(drawing: Drawing, evolution: Evolution) -> bytes:
    from archgen.export.png import png

    return png(drawing.literal().change(evolution))


def _dot_diff(drawing: Drawing, evolution: Evolution) -> bytes:
    from archgen.render.dot import dot

    return dot(drawing.changed(evolution)).encode()


def _mermaid_diff(drawing: Drawing, evolution: Evolution) -> bytes:
    from archgen.render.mermaid import diagram_mermaid

    return diagram_mermaid(drawing.changed(evolution)).encode()


def _png(drawing: Drawing, tier: Tier) -> bytes:
    from archgen.export.png import png

    return png(drawing.literal().deployment(tier))


def _png_flow(drawing: Drawing, tier: Tier, flow: Flow) -> bytes:
    from archgen.export.png import png

    return png(drawing.literal().sequence(tier, flow))


def _dot(drawing: Drawing, tier: Tier) -> bytes:
    from archgen.render.dot import dot

    return dot(drawing.diagram(tier)).encode()


def _mermaid(drawing: Drawing, tier: Tier) -> bytes:
    from archgen.render.mermaid import diagram_mermaid

    return diagram_mermaid(drawing.diagram(tier)).encode()


def _mermaid_flow(drawing: Drawing, tier: Tier, flow: Flow) -> bytes:
    from archgen.render.mermaid import sequence_mermaid

    return sequence_mermaid(drawing.flow(tier, flow)).encode()


def _pdf(drawing: Drawing, tier: Tier) -> bytes:
    from archgen.export.pdf import pdf

    return pdf(drawing.literal().deployment(tier))


def _pdf_flow(drawing: Drawing, tier: Tier, flow: Flow) -> bytes:
    from archgen.export.pdf import pdf

    return pdf(drawing.literal().sequence(tier, flow))


def _d2(drawing: Drawing, tier: Tier) -> bytes:
    from archgen.render.d2 import diagram_d2

    return diagram_d2(drawing.diagram(tier)).encode()


def _d2_flow(drawing: Drawing, tier: Tier, flow: Flow) -> bytes:
    from archgen.render.d2 import sequence_d2

    return sequence_d2(drawing.flow(tier, flow)).encode()


def _plantuml(drawing: Drawing, tier: Tier) -> bytes:
    from archgen.render.plantuml import diagram_plantuml

    return diagram_plantuml(drawing.diagram(tier)).encode()


def _plantuml_flow(drawing: Drawing, tier: Tier, flow: Flow) -> bytes:
    from archgen.render.plantuml import sequence_plantuml

    return sequence_plantuml(drawing.flow(tier, flow)).encode()


def _c4(drawing: Drawing, tier: Tier) -> bytes:
    from archgen.render.plantuml import diagram_c4

    return diagram_c4(drawing.diagram(tier)).encode()


def _structurizr(drawing: Drawing, tier: Tier) -> bytes:
    from archgen.render.structurizr import structurizr

    return structurizr(drawing.diagram(tier)).encode()


def _diagrams(drawing: Drawing, tier: Tier) -> bytes:
    from archgen.export.diagrams_script import diagrams_script

    return diagrams_script(drawing.diagram(tier)).encode()


def _diagrams_png(drawing: Drawing, tier: Tier) -> bytes:
    from archgen.export.diagrams_script import diagrams_svg
    from archgen.export.png import png

    return png(diagrams_svg(drawing.diagram(tier)), scale=1.0)


FORMATS = {
    "svg": Format("svg", _svg, _svg_flow, _svg_diff),
    "png": Format("png", _png, _png_flow, _png_diff),
    "mermaid": Format("mmd", _mermaid, _mermaid_flow, _mermaid_diff),
    "dot": Format("dot", _dot, None, _dot_diff),
    "diagrams": Format("py", _diagrams, None),
    "diagrams-png": Format("diagrams.png", _diagrams_png, None),
}
"""What can be drawn; each loads what it needs when it draws."""


def format_of(file: str) -> str | None:
    """The format that a file's extension stands for."""
    extension = file.rpartition(".")[2].lower()
    return next((name for name, one in FORMATS.items() if one.extension == extension), None)


def draw(
    tiers: tuple[Tier, ...], drawing: Drawing, formats: tuple[str, ...], views: tuple[str, ...], flow: str | None
) -> Iterator[File]:
    """The pictures of the tiers; without `views` all that a format can show, with `flow` only that flow.

    UsageError for a flow that no tier has, and for a view that was asked for and that a format cannot show.
    """
    if flow is not None:
        _check_flow(tiers, flow)
    for name in formats:
        _check_views(name, ("flows",) if flow is not None else views)
        for tier in tiers:
            yield from _pictures(FORMATS[name], tier, drawing, views or USUAL, flow)
        if "diff" in views and flow is None:
            yield from _changes(FORMATS[name], tiers, drawing)


def _pictures(form: Format, tier: Tier, drawing: Drawing, views: tuple[str, ...], only: str | None) -> Iterator[File]:
    if form.deployment is not None and "deployment" in views and only is None:
        yield File(f"{tier.id}.deployment.{form.extension}", form.deployment(drawing, tier))
    if form.flow is not None and ("flows" in views or only is not None):
        for flow in tier.topology.architecture.flows:
            if only in (None, flow.id):
                yield File(f"{tier.id}.flow-{flow.id}.{form.extension}", form.flow(drawing, tier, flow))


def _changes(form: Format, tiers: tuple[Tier, ...], drawing: Drawing) -> Iterator[File]:
    """Each tier with the one that it follows, where both are given."""
    known = {tier.id: tier for tier in tiers}
    for tier in tiers:
        before = known.get(tier.topology.architecture.follows or "")
        if before is not None and form.diff is not None:
            old, new = (Side(one.topology, one.findings) for one in (before, tier))
            yield File(f"{tier.id}.diff.{form.extension}", form.diff(drawing, evolve(old, new)))


def _check_flow(tiers: tuple[Tier, ...], flow: str) -> None:
    one_of(flow, tuple(dict.fromkeys(each.id for tier in tiers for each in tier.topology.architecture.flows)), "flow")


def _check_views(name: str, views: tuple[str, ...]) -> None:
    for view in views:
        if _way(FORMATS[name], view) is None:
            able = [other for other, one in FORMATS.items() if _way(one, view) is not None]
            raise UsageError(f"{name} cannot show {view}; formats that can: {', '.join(able)}")


def _way(form: Format, view: str) -> object | None:
    return {"deployment": form.deployment, "flows": form.flow, "diff": form.diff}[view]
