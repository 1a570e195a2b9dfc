"""A slide as a scene of 16:9: its title, its content, its number."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from archgen.layout.placed import Box
from archgen.model.finding import Severity
from archgen.render.scene.diagram import diagram_scene
from archgen.render.scene.legend import legend
from archgen.render.scene.marks import finding_badge
from archgen.render.scene.sequence import sequence_logos, sequence_scene
from archgen.render.scene.shapes import (
    BadgeMark,
    Curve,
    Inset,
    Pen,
    Rectangle,
    Scene,
    SceneGroup,
    SceneShape,
    TextLine,
    scene,
)
from archgen.slides.layout.comparison_chart import OUTLINE, ChartBar, ChartText, place_chart
from archgen.slides.layout.figures import ENTRY, below_figures, place_figures
from archgen.slides.layout.legible import INSIDE, MOST
from archgen.slides.layout.steps import place_steps, steps_height
from archgen.slides.layout.tables import BELOW, LEADING, PAD, lay_out, spread
from archgen.slides.layout.titles import title_lines
from archgen.slides.values import (
    AREA,
    BAND,
    BETWEEN,
    BLEED,
    CAPTION,
    CAPTION_SIZE,
    FLOW,
    GUTTER,
    HEADING,
    LEGEND,
    MARK,
    NUMBER,
    OPENING_X,
    PARAGRAPH,
    PROSE,
    TALL,
    TITLE,
    TITLE_LEADING,
    TITLE_SIZE,
    WIDE,
    ComparisonSlide,
    DiagramSlide,
    FiguresSlide,
    FlowSlide,
    Paragraph,
    Slide,
    TableSlide,
    TermsSlide,
    TextSlide,
    TitleSlide,
)
from archgen.style.glyphs import IconLookup
from archgen.style.svg_markup import number
from archgen.style.text_metrics import elide, text_width, wrap
from archgen.style.theme import SIZES

_OPENING = 40.0
_AREA = Box(*AREA)
"""The part of a slide for a diagram or text."""

_INDENT = 44.0
_BADGE = 1.6
_LEGEND = 1.1


def slide_scene(slide: Slide, place: int, icons: IconLookup) -> Scene:
    """Return the slide with its number, 960 by 540; its notes are the description."""
    foot = TextLine(WIDE - 40, TALL - 18, str(place), 12, "muted", "end")
    shapes, insets = _body(slide, f"s{place}", icons)
    return scene(f"slide{place}", WIDE, TALL, (*shapes, foot, *insets), slide.title, slide.notes or slide.title)


def _body(slide: Slide, name: str, icons: IconLookup) -> tuple[list[SceneShape], list[SceneShape]]:
    """Return the content of the slide itself, and the diagram on it, which is a scene of its own."""
    match slide:
        case TitleSlide():
            return _opening(slide), []
        case TextSlide():
            return [*_title(slide.title), *_prose(slide)], []
        case TermsSlide():
            return [*_title(slide.title), *_terms(slide)], []
        case TableSlide():
            return [*_title(slide.title), *_table(slide)], []
        case FiguresSlide():
            return [*_title(slide.title), *_figures(slide)], []
        case ComparisonSlide():
            return [*_title(slide.title), *_comparison(slide)], []
        case DiagramSlide():
            drawn = diagram_scene(slide.placed, lambda node: icons(node.icon), name=name, caption=False, key=False)
            foot = LEGEND + (CAPTION if slide.caption else 0.0) + steps_height(slide.steps, slide.form)
            room = Box(_AREA.x - BLEED, _AREA.y, _AREA.width + 2 * BLEED, _AREA.height - foot)
            most = MOST / slide.placed.measures.sizes.name
            return [*_title(slide.title), *_steps(slide), *_caption(slide), *_legend(slide)], [
                _fitted(drawn, room, most)
            ]
        case FlowSlide():
            drawn = sequence_scene(slide.placed, sequence_logos(slide.placed.sequence, icons), name)
            return _title(slide.title), [_fitted(drawn, _AREA, FLOW, sinks=0.0)]
        case _:
            assert_never(slide)


def _title(title: str) -> list[SceneShape]:
    left, top, wide, tall = TITLE
    lines = title_lines(title, wide, TITLE_SIZE)
    y = top + tall / 2 - (len(lines) - 1) * TITLE_SIZE * TITLE_LEADING / 2 + 0.36 * TITLE_SIZE
    words = [
        TextLine(left, y + row * TITLE_SIZE * TITLE_LEADING, line, TITLE_SIZE, bold=True)
        for row, line in enumerate(lines)
    ]
    return [_accent(MARK), *words]


def _accent(box: tuple[float, float, float, float]) -> SceneShape:
    return Rectangle(Box(*box), "accent")


def _opening(slide: TitleSlide) -> list[SceneShape]:
    title = wrap(slide.title, 784, _OPENING, bold=True, lines=2)
    subtitle = wrap(slide.subtitle, 744, PROSE, lines=4)
    shapes = [Rectangle(Box(0, 0, WIDE, TALL), "tint_3"), _accent(BAND)]
    for row, line in enumerate(title):
        y = 230 - (len(title) - 1 - row) * _OPENING * 1.2
        shapes.append(TextLine(OPENING_X, y, line, _OPENING, bold=True))
    for row, line in enumerate(subtitle):
        shapes.append(TextLine(OPENING_X, 284 + row * PROSE * LEADING, line, PROSE, "muted"))
    return shapes


# Text and tables


def _prose(slide: TextSlide) -> list[SceneShape]:
    indent = _INDENT if any(entry.badge for entry in slide.entries) else 0.0
    room = Box(_AREA.x + indent, _AREA.y, _AREA.width - indent, _AREA.height)
    return _paragraphs(slide.entries, room, PROSE)[0]


def _terms(slide: TermsSlide) -> list[SceneShape]:
    wide = (_AREA.width - GUTTER) / 2
    shapes: list[SceneShape] = []
    for index, column in enumerate(slide.columns):
        x, y = _AREA.x + index * (wide + GUTTER), _AREA.y
        for term in column:
            for line in wrap(term.name, wide, HEADING, bold=True):
                shapes.append(TextLine(x, y + HEADING * 0.9, line, HEADING, bold=True))
                y += HEADING * LEADING
            paragraphs, y = _paragraphs(term.entries, Box(x, y + PARAGRAPH, wide, 0.0), slide.size)
            shapes += paragraphs
            y += BETWEEN - PARAGRAPH
    return shapes


def _paragraphs(entries: tuple[Paragraph, ...], room: Box, size: float) -> tuple[list[SceneShape], float]:
    """Return paragraphs below each other, each beside its badge, and the y of the next."""
    shapes: list[SceneShape] = []
    y = room.y
    for entry in entries:
        bold = len(entry.strong)
        text = f"{entry.strong} {entry.text}".strip()
        lines = wrap(text, room.width, size, bold=bool(bold)) or ("",)
        for row, line in enumerate(lines):
            base = y + size * 0.9 + row * size * LEADING
            strong, rest = line[:bold], line[bold:]
            if strong.strip():
                shapes.append(TextLine(room.x, base, strong, size, bold=True))
            if rest.strip():
                start = room.x + text_width(strong, size, bold=True)
                shapes.append(TextLine(start + _lead(rest, size), base, rest.strip(), size))
            bold = max(bold - len(line) - 1, 0)
        if entry.badge:
            radius = _BADGE * SIZES.badge
            shapes.append(finding_badge(entry.badge, room.x - _INDENT + 18, y + size * 0.55, radius))
        y += len(lines) * size * LEADING + PARAGRAPH
    return shapes, y


def _lead(text: str, size: float) -> float:
    return text_width(" ", size) if text.startswith(" ") else 0.0


def _table(slide: TableSlide) -> list[SceneShape]:
    below = _paragraphs(slide.entries, _AREA, slide.size)[1] - _AREA.y + BELOW if slide.entries else 0.0
    laid = lay_out((slide.header, *slide.rows), _AREA.width, _AREA.height, largest=slide.size)
    laid = spread(laid, _AREA.height - below)
    size = laid.size
    shapes: list[SceneShape] = []
    y = _AREA.y
    for index, (row, tall) in enumerate(zip(laid.rows, laid.heights, strict=True)):
        x = _AREA.x
        for lines, wide in zip(row, laid.widths, strict=True):
            for place, line in enumerate(lines):
                base = y + laid.above + size * 0.95 + place * size * LEADING
                shapes.append(
                    TextLine(x + PAD, base, line, size, bold=index == 0 or (slide.total and index == len(slide.rows)))
                )
            x += wide
        y += tall
        pen = Pen("accent", 2.0) if index == 0 else Pen("card_line", 0.5 * SIZES.hairline)
        shapes.append(Curve(f"M{number(_AREA.x)} {number(y)}h{number(_AREA.width)}", pen=pen))
    rest = Box(_AREA.x, y + BELOW, _AREA.width, _AREA.bottom - y - BELOW)
    return [*shapes, *_paragraphs(slide.entries, rest, slide.size)[0]]


def _comparison(slide: ComparisonSlide) -> list[SceneShape]:
    placed = place_chart(slide.systems, slide.caption, slide.most, _AREA)
    shapes: list[SceneShape] = [*map(_bar, placed.key), *map(_text, placed.words)]
    for column in placed.columns:
        marks = [_form(severity, box) for severity, box in column.marks]
        parts = (*map(_bar, column.bars), *map(_text, column.words), *marks)
        shapes.append(SceneGroup(parts, column.system.summary))
    line = f"M{number(placed.line.x)} {number(placed.line.y)}h{number(placed.line.width)}"
    return [*shapes, Curve(line, pen=Pen("card_line", 1))]


def _bar(bar: ChartBar) -> SceneShape:
    box, half = bar.box, OUTLINE / 2 if bar.hollow else 0.0
    inner = Box(box.x + half, box.y + half, box.width - 2 * half, max(box.height - half, 1.0))
    return Rectangle(inner, "tint_3", Pen("accent", OUTLINE)) if bar.hollow else Rectangle(inner, "accent")


def _text(words: ChartText) -> SceneShape:
    x, anchor = (words.box.centre[0], "middle") if words.middle else (words.box.x, "start")
    return TextLine(x, words.base, words.text, words.size, words.role, anchor, words.bold)  # type: ignore[arg-type]


def _form(severity: Severity, box: Box) -> SceneShape:
    return BadgeMark(*box.centre, "", severity, "", box.width / 2)


def _figures(slide: FiguresSlide) -> list[SceneShape]:
    shapes: list[SceneShape] = []
    placed = place_figures(slide.figures, _AREA)
    for figure in placed:
        shapes.append(Rectangle(figure.box, "tint_2"))
        shapes += [TextLine(line.x, line.y, line.text, line.size, line.role, bold=line.bold) for line in figure.lines]
    return [*shapes, *_paragraphs(slide.entries, below_figures(placed, _AREA), ENTRY)[0]]


# Pictures


def _fitted(picture: Scene, room: Box, most: float, sinks: float = 0.5) -> Inset:
    """Scale a diagram to a room, without its margin; `sinks` is the share of the spare height above it."""
    margin = SIZES.margin - INSIDE
    width, height = picture.view.width - 2 * margin, picture.view.height - 2 * margin
    scale = min(room.width / max(width, 1), room.height / max(height, 1), most)
    x = room.x + (room.width - width * scale) / 2
    y = room.y + (room.height - height * scale) * sinks
    return Inset(replace(picture, view=Box(margin, margin, width, height)), Box(x, y, width * scale, height * scale))


def _caption(slide: DiagramSlide) -> list[SceneShape]:
    if not slide.caption:
        return []
    words = elide(slide.caption, _AREA.width, CAPTION_SIZE)
    return [TextLine(_AREA.x, _AREA.bottom - LEGEND - 8, words, CAPTION_SIZE)]


def _steps(slide: DiagramSlide) -> list[SceneShape]:
    tall = steps_height(slide.steps, slide.form)
    size = slide.form.size
    foot = LEGEND + (CAPTION if slide.caption else 0.0)
    room = Box(_AREA.x, _AREA.bottom - foot - tall, _AREA.width, tall)
    shapes: list[SceneShape] = []
    for step in place_steps(slide.steps, room, slide.form):
        base = step.at.centre[1] + 0.36 * size
        shapes.append(TextLine(step.at.x, base, step.number, size, bold=True))
        shapes.append(TextLine(step.beside.x, base, step.text, size))
    return shapes


def _legend(slide: DiagramSlide) -> list[SceneShape]:
    key = legend(slide.placed)
    if not key.shapes:
        return []
    scale = min(_LEGEND, (_AREA.width - NUMBER) / key.width)
    return [SceneGroup(key.shapes, move=(_AREA.x, _AREA.bottom - 4), scale=scale)]
