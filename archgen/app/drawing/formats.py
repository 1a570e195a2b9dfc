"""The formats that pictures can be drawn in: one entry each, which loads what it needs when it draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from archgen.app.drawing.pictures import Drawing, Raster
from archgen.compare import Evolution
from archgen.layout.placed import Placed
from archgen.model.architecture import Flow
from archgen.render.scene.shapes import Scene
from archgen.report.common.terminal import inert
from archgen.site import Tier
from archgen.style.glyphs import Icon
from archgen.style.theme import Mode
from archgen.views.diagram import Diagram, Sequence

Icons = Callable[[str | None], Icon | None]
"""The logo that a name stands for; None where there is none."""


class Format(Struct, frozen=True):
    """A format by its file extension, and how it shows a deployment, a flow and a change; None where it cannot.

    `path` shows what a flow touches of the deployment, where that is more than a deployment of fewer things.
    """

    extension: str
    deployment: Callable[[Drawing, Tier], bytes] | None
    flow: Callable[[Drawing, Tier, Flow], bytes] | None
    diff: Callable[[Drawing, Evolution], bytes] | None = None
    path: Callable[[Drawing, Tier, Flow], bytes] | None = None


def _of_pictures(extension: str, of: Callable[[Scene, Mode, Raster], bytes]) -> Format:
    """Return a format made from the scene of a view, in literal colors."""
    return Format(
        extension,
        lambda drawing, tier: of(drawing.deployment_scene(tier), drawing.literal().mode, drawing.raster),
        lambda drawing, tier, flow: of(drawing.flow_scene(tier, flow), drawing.literal().mode, drawing.raster),
        lambda drawing, evolution: of(drawing.change_scene(evolution), drawing.literal().mode, drawing.raster),
    )


def _of_views(extension: str, of: Callable[[Diagram], str], of_flow: Callable[[Sequence], str] | None = None) -> Format:
    """A format of text that says what is shown, and leaves the places to the tool that reads it."""
    return Format(
        extension,
        lambda drawing, tier: of(drawing.diagram(tier)).encode(),
        (lambda drawing, tier, flow: of_flow(drawing.flow(tier, flow)).encode()) if of_flow else None,
        lambda drawing, evolution: of(drawing.changed(evolution)).encode(),
    )


def _of_places(
    extension: str, of: Callable[[Placed, Drawing, Icons], str], of_flow: Callable[[Sequence, Drawing, Icons], str]
) -> Format:
    """A format that shows everything where the SVG has it."""
    return Format(
        extension,
        lambda drawing, tier: of(drawing.placed(tier), drawing, _icons(drawing, tier)).encode(),
        lambda drawing, tier, flow: of_flow(drawing.flow(tier, flow), drawing, _icons(drawing, tier)).encode(),
        lambda drawing, evolution: of(drawing.placed_change(evolution), drawing, lambda _: None).encode(),
    )


def _icons(drawing: Drawing, tier: Tier) -> Icons:
    found = drawing.icons((tier,))
    return lambda name: found.get(name or "")


def _png(scene: Scene, mode: Mode, raster: Raster) -> bytes:
    from archgen.render.raster.png import png, widened, without_ground

    shaped = widened(scene) if raster.wide else scene
    return png(without_ground(shaped) if raster.transparent else shaped, mode, raster.scale)


def _pdf(scene: Scene, mode: Mode, _: Raster) -> bytes:
    from archgen.render.raster.pdf import pdf

    return pdf((scene,), mode, scene.title)


def _film(form: Literal["gif", "apng"]) -> Callable[[Drawing, Tier, Flow], bytes]:
    def made(drawing: Drawing, tier: Tier, flow: Flow) -> bytes:
        from archgen.render.raster.film import film

        return film(drawing.growing(tier, flow), form, drawing.literal().mode, drawing.raster.scale)

    return made


_PACE = 1800
"""Milliseconds that a step of a path stands: there are words to read."""


def _path_film(form: Literal["gif", "apng"]) -> Callable[[Drawing, Tier, Flow], bytes]:
    def made(drawing: Drawing, tier: Tier, flow: Flow) -> bytes:
        from archgen.render.raster.film import film

        frames, mode = drawing.path_frames(tier, flow), drawing.literal().mode
        return film(frames, form, mode, drawing.raster.scale, _PACE, full=0)

    return made


def _dot(diagram: Diagram) -> str:
    from archgen.render.code.dot import dot

    return dot(diagram)


def _mermaid(diagram: Diagram) -> str:
    from archgen.render.code.mermaid import diagram_mermaid

    return diagram_mermaid(diagram)


def _mermaid_flow(sequence: Sequence) -> str:
    from archgen.render.code.mermaid import sequence_mermaid

    return sequence_mermaid(sequence)


def _d2(diagram: Diagram) -> str:
    from archgen.render.code.d2 import diagram_d2

    return diagram_d2(diagram)


def _d2_flow(sequence: Sequence) -> str:
    from archgen.render.code.d2 import sequence_d2

    return sequence_d2(sequence)


def _plantuml(diagram: Diagram) -> str:
    from archgen.render.code.plantuml import diagram_plantuml

    return diagram_plantuml(diagram)


def _plantuml_flow(sequence: Sequence) -> str:
    from archgen.render.code.plantuml import sequence_plantuml

    return sequence_plantuml(sequence)


def _c4(diagram: Diagram) -> str:
    from archgen.render.code.plantuml import diagram_c4

    return diagram_c4(diagram)


def _structurizr(diagram: Diagram) -> str:
    from archgen.render.code.structurizr import structurizr

    return structurizr(diagram)


def _drawio(placed: Placed, drawing: Drawing, icons: Icons) -> str:
    from archgen.render.canvas.drawio import diagram_drawio

    return diagram_drawio(placed, icons, drawing.theme)


def _drawio_flow(sequence: Sequence, drawing: Drawing, icons: Icons) -> str:
    from archgen.layout.sequence.arrangement import place
    from archgen.render.canvas.drawio import sequence_drawio

    return sequence_drawio(place(sequence), icons, drawing.theme)


def _excalidraw(placed: Placed, drawing: Drawing, icons: Icons) -> str:
    from archgen.render.canvas.excalidraw import diagram_excalidraw

    return diagram_excalidraw(placed, icons, drawing.theme)


def _excalidraw_flow(sequence: Sequence, drawing: Drawing, icons: Icons) -> str:
    from archgen.layout.sequence.arrangement import place
    from archgen.render.canvas.excalidraw import sequence_excalidraw

    return sequence_excalidraw(place(sequence), icons, drawing.theme)


def _text(placed: Placed, _: Drawing, __: Icons) -> str:
    from archgen.render.text.diagram import diagram_text

    return inert(diagram_text(placed))


def _text_flow(sequence: Sequence, _: Drawing, __: Icons) -> str:
    from archgen.render.text.sequence import sequence_text

    return inert(sequence_text(sequence) or "")


def _ascii(placed: Placed, _: Drawing, __: Icons) -> str:
    from archgen.render.text.diagram import diagram_text

    return inert(diagram_text(placed, ascii_only=True))


def _ascii_flow(sequence: Sequence, _: Drawing, __: Icons) -> str:
    from archgen.render.text.sequence import sequence_text

    return inert(sequence_text(sequence, ascii_only=True) or "")


def _diagrams(diagram: Diagram) -> str:
    from archgen.render.code.diagrams_script import diagrams_script

    return diagrams_script(diagram)


def _diagrams_png(drawing: Drawing, tier: Tier) -> bytes:
    from archgen.render.code.diagrams_script import diagrams_svg
    from archgen.render.raster.png import png_of_svg

    return png_of_svg(diagrams_svg(drawing.diagram(tier)), scale=1.0)


FORMATS = {
    "svg": Format(
        "svg",
        lambda drawing, tier: drawing.deployment(tier).encode(),
        lambda drawing, tier, flow: drawing.sequence(tier, flow).encode(),
        lambda drawing, evolution: drawing.change(evolution).encode(),
    ),
    "png": _of_pictures("png", _png),
    "pdf": _of_pictures("pdf", _pdf),
    "animated": Format(
        "animated.svg",
        None,
        lambda drawing, tier, flow: drawing.playing(tier, flow).encode(),
        path=lambda drawing, tier, flow: drawing.playing_path(tier, flow).encode(),
    ),
    "gif": Format("gif", None, _film("gif"), path=_path_film("gif")),
    "apng": Format("apng", None, _film("apng"), path=_path_film("apng")),
    "drawio": _of_places("drawio", _drawio, _drawio_flow),
    "excalidraw": _of_places("excalidraw", _excalidraw, _excalidraw_flow),
    "text": _of_places("txt", _text, _text_flow),
    "ascii": _of_places("ascii.txt", _ascii, _ascii_flow),
    "mermaid": _of_views("mmd", _mermaid, _mermaid_flow),
    "d2": _of_views("d2", _d2, _d2_flow),
    "plantuml": _of_views("puml", _plantuml, _plantuml_flow),
    "c4": _of_views("c4.puml", _c4),
    "structurizr": _of_views("dsl", _structurizr),
    "dot": _of_views("dot", _dot),
    "diagrams": _of_views("py", _diagrams),
    "diagrams-png": Format("diagrams.png", _diagrams_png, None),
}
"""What can be drawn."""


def format_of(file: str) -> str | None:
    """The format that a file's extension stands for; of two that fit, the longer extension."""
    name = file.lower()
    fitting = [one for one in FORMATS if name.endswith(f".{FORMATS[one].extension}")]
    return max(fitting, key=lambda one: len(FORMATS[one].extension), default=None)
