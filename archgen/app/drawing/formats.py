"""The formats of pictures, a line each: a new one takes its module in `archgen/render/` and its line in `FORMATS`.

A module is imported when its format is drawn, so that no run pays for the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archgen.app.drawing.pictures import Drawing, RasterOptions
from archgen.app.report_formats import imported
from archgen.linting.checked_model import CheckedModel
from archgen.model.architecture import Flow
from archgen.render.scene.shapes import Scene
from archgen.report.common.terminal import inert
from archgen.style.theme import Mode

if TYPE_CHECKING:
    from archgen.compare import Evolution

Film = Literal["gif", "apng"]


class DrawingFormat(Struct, frozen=True):
    """A format by its file extension, and the functions that draw a deployment, a flow and a change in it, if it can.

    `path` draws what a flow touches of the deployment, where that is more than a deployment of fewer elements. A
    `complete` format shows every element unless a level is asked for, since another tool goes on with it.
    """

    extension: str
    deployment: Callable[[Drawing, CheckedModel], bytes] | None
    flow: Callable[[Drawing, CheckedModel, Flow], bytes] | None
    diff: Callable[[Drawing, Evolution], bytes] | None = None
    path: Callable[[Drawing, CheckedModel, Flow], bytes] | None = None
    complete: bool = False


def _converted(extension: str, convert: Callable[[Scene, Mode, RasterOptions], bytes]) -> DrawingFormat:
    """Return a format made from the scene of a view, in literal colors."""
    return DrawingFormat(
        extension,
        lambda drawing, tier: convert(drawing.deployment_scene(tier), drawing.literal().mode, drawing.raster),
        lambda drawing, tier, flow: convert(drawing.flow_scene(tier, flow), drawing.literal().mode, drawing.raster),
        lambda drawing, evolution: convert(drawing.change_scene(evolution), drawing.literal().mode, drawing.raster),
    )


def _code(extension: str, diagram: str, sequence: str | None = None) -> DrawingFormat:
    """The language of a tool that lays out for itself."""
    write = imported(f"archgen.render.code.{diagram}")
    write_sequence = imported(f"archgen.render.code.{sequence}")
    return DrawingFormat(
        extension,
        lambda drawing, tier: write(drawing.diagram(tier)).encode(),
        (lambda drawing, tier, flow: write_sequence(drawing.flow(tier, flow)).encode()) if sequence else None,
        lambda drawing, evolution: write(drawing.changed(evolution)).encode(),
        complete=True,
    )


def _canvas(extension: str, writer: str) -> DrawingFormat:
    """The file of a drawing tool, with everything where the SVG has it."""
    write = imported(f"archgen.render.canvas.{writer}")
    return DrawingFormat(
        extension,
        lambda drawing, tier: write(drawing.deployment_scene(tier), drawing.theme).encode(),
        lambda drawing, tier, flow: write(drawing.flow_scene(tier, flow), drawing.theme).encode(),
        lambda drawing, evolution: write(drawing.change_scene(evolution), drawing.theme).encode(),
    )


def _terminal(extension: str, ascii_only: bool) -> DrawingFormat:
    """Characters in a grid, for a page or a terminal."""
    write = imported("archgen.render.text.diagram:diagram_text")
    write_sequence = imported("archgen.render.text.sequence:sequence_text")
    return DrawingFormat(
        extension,
        lambda drawing, tier: inert(write(drawing.placed(tier), ascii_only)).encode(),
        lambda drawing, tier, flow: inert(
            write_sequence(drawing.flow(tier, flow), ascii_only=ascii_only) or ""
        ).encode(),
        lambda drawing, evolution: inert(write(drawing.placed_change(evolution), ascii_only)).encode(),
    )


def _film(form: Film) -> DrawingFormat:
    """A film of pixels; a step of a path stays for 1.8 s, since there are words to read."""
    film = imported("archgen.render.raster.film:film")
    return DrawingFormat(
        form,
        None,
        lambda drawing, tier, flow: film(
            drawing.growing(tier, flow), form, drawing.literal().mode, drawing.raster.scale
        ),
        path=lambda drawing, tier, flow: film(
            drawing.path_frames(tier, flow), form, drawing.literal().mode, drawing.raster.scale, 1800, full=0
        ),
    )


def _png(scene: Scene, mode: Mode, raster: RasterOptions) -> bytes:
    from archgen.render.raster.png import png, widened, without_ground

    shaped = widened(scene) if raster.wide else scene
    return png(without_ground(shaped) if raster.transparent else shaped, mode, raster.scale)


def _pdf(scene: Scene, mode: Mode, _: RasterOptions) -> bytes:
    from archgen.render.raster.pdf import pdf

    return pdf((scene,), mode, scene.title)


def _diagrams_png(drawing: Drawing, tier: CheckedModel) -> bytes:
    from archgen.render.code.diagrams_script import diagrams_svg
    from archgen.render.raster.png import png_of_svg

    # the usual scale leaves a picture of the library at the library's own size
    return png_of_svg(diagrams_svg(drawing.diagram(tier)), scale=drawing.raster.scale / RasterOptions().scale)


FORMATS = {
    "svg": DrawingFormat(
        "svg",
        lambda drawing, tier: drawing.deployment(tier).encode(),
        lambda drawing, tier, flow: drawing.sequence(tier, flow).encode(),
        lambda drawing, evolution: drawing.change(evolution).encode(),
    ),
    "png": _converted("png", _png),
    "pdf": _converted("pdf", _pdf),
    "animated": DrawingFormat(
        "animated.svg",
        None,
        lambda drawing, tier, flow: drawing.playing(tier, flow).encode(),
        path=lambda drawing, tier, flow: drawing.playing_path(tier, flow).encode(),
    ),
    "gif": _film("gif"),
    "apng": _film("apng"),
    "drawio": _canvas("drawio", "drawio:drawio"),
    "excalidraw": _canvas("excalidraw", "excalidraw:excalidraw"),
    "text": _terminal("txt", ascii_only=False),
    "ascii": _terminal("ascii.txt", ascii_only=True),
    "mermaid": _code("mmd", "mermaid:diagram_mermaid", "mermaid:sequence_mermaid"),
    "d2": _code("d2", "d2:diagram_d2", "d2:sequence_d2"),
    "plantuml": _code("puml", "plantuml:diagram_plantuml", "plantuml:sequence_plantuml"),
    "c4": _code("c4.puml", "plantuml:diagram_c4"),
    "structurizr": _code("dsl", "structurizr:structurizr"),
    "dot": _code("dot", "dot:dot"),
    "diagrams": _code("py", "diagrams_script:diagrams_script"),
    "diagrams-png": DrawingFormat("diagrams.png", _diagrams_png, None, complete=True),
}


def format_of(file: str) -> str | None:
    """Return the format of a file's extension; of two that fit, the longer extension."""
    name = file.lower()
    fitting = [form for form in FORMATS if name.endswith(f".{FORMATS[form].extension}")]
    return max(fitting, key=lambda form: len(FORMATS[form].extension), default=None)
