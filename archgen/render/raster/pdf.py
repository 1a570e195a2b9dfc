"""Shapes as the pages of a PDF: vectors, and words in the font that they were measured with, which can be searched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from threading import Lock
from typing import Any

from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFStream
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import FILL_EVEN_ODD, FILL_NON_ZERO, Canvas

from archgen.render.raster.outlines import outlined
from archgen.render.raster.scene_sheet import sheet
from archgen.render.raster.sheet import (
    IDENTITY,
    PaintedLayer,
    PaintedPath,
    PaintedText,
    PathSegment,
    PlacedImage,
    Sheet,
    SheetShape,
    Stroke,
)
from archgen.render.raster.static_fonts import StaticFont, static_font
from archgen.render.scene.shapes import Scene
from archgen.style.svg_markup import clean
from archgen.style.theme import Mode

_CAPS = {"butt": 0, "round": 1, "square": 2}
_JOINS = {"miter": 0, "round": 1, "bevel": 2}
_SHIFTS = {"start": 0.0, "middle": 0.5, "end": 1.0}
_EVERYWHERE = (-1e6, -1e6, 2e6, 2e6)
_ONE_AT_A_TIME = Lock()
"""The library keeps what a document uses of a font with the font, which all documents share."""


def pdf(scenes: Sequence[Scene], mode: Mode, title: str) -> bytes:
    """Return a PDF with a page for each scene, in literal colors."""
    return written([sheet(outlined(scene), mode) for scene in scenes], clean(title))


def written(sheets: Sequence[Sheet], title: str) -> bytes:
    """Return a PDF with a page for each sheet: the same bytes for the same sheets."""
    target = BytesIO()
    words = {bold: _characters(sheets, bold) for bold in (False, True)}
    fonts = {bold: static_font(characters, bold) for bold, characters in words.items()}
    with _ONE_AT_A_TIME:
        for font in fonts.values():
            registerFont(TTFont(font.name, BytesIO(font.content)))
        canvas = Canvas(target, invariant=1, pageCompression=1, initialFontName=fonts[False].name)
        canvas.setTitle(title)
        canvas.setAuthor("")
        canvas.setSubject("")
        canvas.setProducer("archgen")
        canvas.setCreator("archgen")
        writer = _Writer(canvas, fonts)
        for page in sheets:
            writer.page(page)
        canvas.save()
    return target.getvalue()


def _characters(sheets: Iterable[Sheet], bold: bool) -> str:
    """Return the characters that are written in a weight, each once."""
    texts = (words.text for page in sheets for words in _words(page.shapes) if words.bold == bold)
    return "".join(sorted(set[str]().union(*texts)))


def _words(shapes: Iterable[SheetShape]) -> Iterator[PaintedText]:
    for shape in shapes:
        if isinstance(shape, PaintedLayer):
            yield from _words(shape.shapes)
        elif isinstance(shape, PaintedText):
            yield shape


class _Writer:
    """Writes pages; layers that are shared or faded are forms, each once in a document."""

    def __init__(self, canvas: Canvas, fonts: dict[bool, StaticFont]) -> None:
        self._canvas = canvas
        self._fonts = fonts
        self._forms: dict[tuple[object, ...], str] = {}

    def page(self, page: Sheet) -> None:
        """Write a page as large as its picture, a point for each pixel."""
        self._define(page.shapes)
        self._canvas.setPageSize((page.width, page.height))
        # from here on y grows downwards, as in the shapes
        self._canvas.transform(1, 0, 0, -1, 0, page.height)
        self._draw(page.shapes)
        self._canvas.showPage()

    # Forms

    def _define(self, shapes: Iterable[SheetShape]) -> None:
        """Write the forms of layers, the inner ones first: the library writes one at a time."""
        for layer in shapes:
            if isinstance(layer, PaintedLayer):
                self._define(layer.shapes)
                if _is_form(layer) and _key(layer) not in self._forms:
                    self._form(layer)

    def _form(self, layer: PaintedLayer) -> None:
        name = self._forms[_key(layer)] = f"layer{len(self._forms) + 1}"
        x, y, width, height = layer.clip or _EVERYWHERE
        self._canvas.beginForm(name, x, y, x + width, y + height)
        self._draw(layer.shapes)
        stream = PDFStream(content=self._canvas.getCurrentPageContent())
        if layer.opacity < 1:
            stream.dictionary["Group"] = PDFDictionary({"Type": PDFName("Group"), "S": PDFName("Transparency")})
        self._canvas.endForm(Contents=stream)

    # Shapes

    def _draw(self, shapes: Iterable[SheetShape]) -> None:
        for shape in shapes:
            match shape:
                case PaintedLayer():
                    self._layer(shape)
                case PaintedPath():
                    self._outline(shape)
                case PaintedText():
                    self._text(shape)
                case PlacedImage():
                    self._raster(shape)

    def _layer(self, layer: PaintedLayer) -> None:
        canvas = self._canvas
        canvas.saveState()
        if layer.matrix != IDENTITY:
            canvas.transform(*layer.matrix)
        if _is_form(layer):
            if layer.opacity < 1:
                canvas.setFillAlpha(layer.opacity)
                canvas.setStrokeAlpha(layer.opacity)
            canvas.doForm(self._forms[_key(layer)])
        else:
            if layer.clip is not None:
                path = canvas.beginPath()
                path.rect(*layer.clip)
                canvas.clipPath(path, stroke=0, fill=0)
            self._draw(layer.shapes)
        canvas.restoreState()

    def _outline(self, outline: PaintedPath) -> None:
        canvas, stroke, fill = self._canvas, outline.stroke, outline.fill
        faded = (stroke is not None and stroke.paint.opacity < 1) or (fill is not None and fill.opacity < 1)
        if faded:
            canvas.saveState()
        if stroke is not None:
            self._stroke(stroke)
        if fill is not None:
            canvas.setFillColorRGB(fill.red, fill.green, fill.blue, fill.opacity if faded else None)
        path = canvas.beginPath()
        for segment in outline.segments:
            _add(path, segment)
        mode = FILL_EVEN_ODD if outline.even_odd else FILL_NON_ZERO
        canvas.drawPath(path, stroke=int(stroke is not None), fill=int(fill is not None), fillMode=mode)
        if faded:
            canvas.restoreState()

    def _stroke(self, stroke: Stroke) -> None:
        canvas, paint = self._canvas, stroke.paint
        canvas.setStrokeColorRGB(paint.red, paint.green, paint.blue, paint.opacity if paint.opacity < 1 else None)
        canvas.setLineWidth(stroke.width)
        canvas.setLineCap(_CAPS[stroke.cap])
        canvas.setLineJoin(_JOINS[stroke.join])
        canvas.setMiterLimit(stroke.miter)
        canvas.setDash(list(stroke.dashes))

    def _text(self, words: PaintedText) -> None:
        canvas, font = self._canvas, self._fonts[words.bold]
        runs = _runs(words.text, font)
        kerned = sum(after for _, after in runs) * words.size / font.units
        wide = stringWidth(words.text, font.name, words.size) + kerned
        text = canvas.beginText()
        text.setTextTransform(1, 0, 0, -1, words.x - _SHIFTS[words.anchor] * wide, words.y)
        text.setFont(font.name, words.size)
        text.setFillColorRGB(words.paint.red, words.paint.green, words.paint.blue)
        for run, after in runs:
            # what a character space adds follows each character, so the one before a kerned pair stands alone
            text.setCharSpace(after * words.size / font.units)
            text.textOut(run)
        text.setCharSpace(0)
        canvas.drawText(text)

    def _raster(self, raster: PlacedImage) -> None:
        canvas = self._canvas
        canvas.saveState()
        canvas.transform(1, 0, 0, -1, raster.x, raster.y + raster.height)
        canvas.drawImage(ImageReader(BytesIO(raster.content)), 0, 0, raster.width, raster.height, mask="auto")
        canvas.restoreState()


def _is_form(layer: PaintedLayer) -> bool:
    return layer.shared or layer.opacity < 1


def _key(layer: PaintedLayer) -> tuple[object, ...]:
    """Return the properties that make two layers the same form: all but their places, and how opaque they are."""
    return layer.shapes, layer.clip, layer.opacity < 1


def _add(path: Any, segment: PathSegment) -> None:
    kind, numbers = segment
    match kind:
        case "M":
            path.moveTo(*numbers)
        case "L":
            path.lineTo(*numbers)
        case "C":
            path.curveTo(*numbers)
        case "Z":
            path.close()


def _runs(text: str, font: StaticFont) -> list[tuple[str, int]]:
    """Return the text in parts, each with what is added after every character of it, in units of the font."""
    runs: list[tuple[str, int]] = []
    for character, following in zip(text, f"{text[1:]} ", strict=True):
        after = font.kerning(character, following)
        if runs and runs[-1][1] == after == 0:
            runs[-1] = runs[-1][0] + character, 0
        else:
            runs.append((character, after))
    return runs
