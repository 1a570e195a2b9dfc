"""PDF: what the picture says can be found in it, in its faces and colors, and the same picture is the same bytes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from typing import Any

import pypdf
import pytest
from fontTools.ttLib import TTFont
from msgspec.structs import replace
from pypdf.generic import DictionaryObject

from archgen.analysis.topology import Topology
from archgen.layout.deployment.arrangement import domain
from archgen.layout.placed import Box
from archgen.layout.sequence.arrangement import place
from archgen.render.raster.icon_shapes import icon_layer
from archgen.render.raster.pdf import pdf, written
from archgen.render.raster.scene_sheet import sheet
from archgen.render.raster.sheet import (
    IDENTITY,
    Color,
    PaintedLayer,
    PaintedPath,
    PaintedText,
    PlacedImage,
    Sheet,
    SheetShape,
)
from archgen.render.raster.static_fonts import static_font
from archgen.render.scene.diagram import diagram_scene
from archgen.render.scene.sequence import sequence_scene
from archgen.render.scene.shapes import (
    BadgeMark,
    Curve,
    IconImage,
    Inset,
    Pen,
    Rectangle,
    Scene,
    SceneGroup,
    SceneShape,
    TextLine,
    scene,
)
from archgen.render.svg.document import svg
from archgen.style.glyphs import Icon
from archgen.style.text_metrics import text_width
from archgen.style.theme import LIGHT
from archgen.views.deployment import deployment
from tests.hostile import HOSTILE
from tests.paths import ROOT
from tests.render.test_exports import MODELS, SHIPPED, hostile_diagram
from tests.render.test_formats import flows

BLACK = Color(0.0, 0.0, 0.0)


def scene_of(topology: Topology) -> Scene:
    return diagram_scene(domain(deployment(topology)))


def flow_scenes(topology: Topology) -> list[Scene]:
    return [sequence_scene(place(flow), {}, "p") for flow in flows(topology)]


def printed(picture: Scene) -> bytes:
    return pdf((picture,), "light", picture.title)


def document(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(content))


def resources(page: pypdf.PageObject, kind: str) -> list[Any]:
    """Return the fonts, images or graphics states of a page."""
    found: Any = page["/Resources"]
    return [entry.get_object() for entry in found[kind].values()]


def drawn(body: str, color: str = "") -> tuple[SheetShape, ...]:
    """Return the shapes of a drawing with some markup in it."""
    return icon_layer(Icon("i", "0 0 100 100", body), (0.0, 0.0, 100.0, 100.0), color).shapes


def painted(*shapes: SceneShape) -> tuple[SheetShape, ...]:
    """Return the shapes of a scene without a ground."""
    (page,) = sheet(replace(scene("p", 100, 100, shapes, "t", "a"), ground=None), "light").shapes
    assert isinstance(page, PaintedLayer)
    return page.shapes


def leaves(shapes: tuple[SheetShape, ...]) -> Iterator[SheetShape]:
    for shape in shapes:
        if isinstance(shape, PaintedLayer):
            yield from leaves(shape.shapes)
        else:
            yield shape


# Documents


@MODELS
def test_every_word_of_a_picture_can_be_found_in_its_pdf(one: Topology) -> None:
    for picture in (scene_of(one), *flow_scenes(one)):
        (page,) = document(printed(picture)).pages
        text = page.extract_text()
        words = [unescape(word).split() for word in re.findall(r"<text[^>]*>([^<]*)</text>", svg(picture))]
        assert [word for parts in words for word in parts if word not in text] == []


def test_a_page_is_as_large_as_its_picture() -> None:
    picture = scene_of(SHIPPED[1])
    (page,) = document(printed(picture)).pages
    shown = float(page.mediabox.width), float(page.mediabox.height)
    assert shown == pytest.approx((picture.view.width, picture.view.height), abs=0.01)


def test_both_faces_are_embedded_as_subsets() -> None:
    (page,) = document(printed(scene_of(SHIPPED[1]))).pages
    fonts = resources(page, "/Font")
    assert {font["/BaseFont"].partition("+")[2] for font in fonts} == {"Arimo-Regular", "Arimo-Bold"}
    for font in fonts:
        content = font["/FontDescriptor"]["/FontFile2"].get_data()
        assert len(content) < 40_000
        assert "/ToUnicode" in font


def test_a_document_says_what_it_is_and_nothing_of_whom() -> None:
    metadata = document(printed(scene_of(SHIPPED[0]))).metadata
    assert metadata is not None
    assert metadata.title == SHIPPED[0].architecture.name
    assert metadata.producer == metadata.creator == "archgen"
    assert metadata.author == metadata.subject == ""


@pytest.mark.slow
def test_the_same_pictures_are_the_same_bytes_whatever_was_written_before() -> None:
    script = (
        "import sys; from tests.render.test_pdf import *\n"
        "for at in map(int, sys.argv[1:]): made = printed(scene_of(SHIPPED[at]))\n"
        "sys.stdout.buffer.write(made)"
    )
    root = ROOT
    environment = {**os.environ, "PYTHONPATH": str(root)}
    made = {
        subprocess.run(
            [sys.executable, "-c", script, *before, "3"], cwd=root, env=environment, capture_output=True, check=True
        ).stdout
        for before in ((), ("3", "1", "0", "2"))
    }
    assert made == {printed(scene_of(SHIPPED[3]))}


def test_a_deck_has_a_page_a_picture_and_each_logo_once() -> None:
    pictures = tuple(map(scene_of, SHIPPED))
    made = pdf(pictures * 2, "light", "All \x00 of them")
    reader = document(made)
    assert len(reader.pages) == 2 * len(pictures)
    assert reader.metadata is not None
    assert "of them" in str(reader.metadata.title)
    assert len(made) < 1.6 * len(pdf(pictures, "light", "All of them"))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_words(text: str) -> None:
    made = document(printed(diagram_scene(domain(hostile_diagram(text)))))
    assert len(made.pages) == 1
    root = made.trailer["/Root"].get_object()
    assert isinstance(root, DictionaryObject)
    assert not {"/OpenAction", "/AA", "/Names", "/AcroForm"} & set(root)


def test_letters_beyond_the_usual_ones_are_in_the_face_too() -> None:
    words = PaintedText("Ωmega жук", 0.0, 20.0, 12.0, BLACK)
    (page,) = document(written([Sheet(100.0, 30.0, (words,))], "t")).pages
    assert page.extract_text().strip() == "Ωmega жук"


def test_a_picture_without_words_has_a_page() -> None:
    assert len(document(written([Sheet(10.0, 10.0, ())], "")).pages) == 1


def test_faded_layers_are_groups_and_shared_ones_are_written_once() -> None:
    square = PaintedPath((("M", (0.0, 0.0)), ("L", (9.0, 0.0)), ("L", (9.0, 9.0)), ("Z", ())), BLACK, None)
    logo = PaintedLayer((square,), IDENTITY, clip=(0.0, 0.0, 9.0, 9.0), shared=True)
    moved = PaintedLayer((square,), (1.0, 0.0, 0.0, 1.0, 20.0, 0.0), clip=(0.0, 0.0, 9.0, 9.0), shared=True)
    (page,) = document(
        written([Sheet(50.0, 50.0, (logo, moved, PaintedLayer((square, logo), opacity=0.4)))], "t")
    ).pages
    forms = resources(page, "/XObject")
    assert [form.get("/Group", {}).get("/S") for form in forms].count("/Transparency") == 1
    assert len(forms) == 2
    assert any(state.get("/ca") == 0.4 for state in resources(page, "/ExtGState"))


def test_a_png_is_embedded() -> None:
    from PIL import Image

    content = BytesIO()
    Image.new("RGBA", (3, 2), (255, 0, 0, 128)).save(content, "PNG")
    (page,) = document(written([Sheet(9.0, 9.0, (PlacedImage(content.getvalue(), 1.0, 1.0, 6.0, 4.0),))], "t")).pages
    (image,) = page.images
    assert image.image is not None
    assert image.image.size == (3, 2)


# Faces


@pytest.mark.parametrize("bold", [False, True])
def test_a_face_is_no_wider_than_it_was_measured(bold: bool) -> None:
    font = TTFont(BytesIO(static_font("haproxy 192", bold).content))
    advance, names = font["hmtx"], font.getBestCmap()
    for character in "haproxy 192":
        width = advance[names[ord(character)]][0] / font["head"].unitsPerEm
        assert text_width(character, 1.0) - 0.001 <= width <= text_width(character, 1.0, bold=True) + 0.001


def test_pairs_are_kerned_as_the_font_wants() -> None:
    face = static_font("", False)
    assert face.kerning("T", "o") < face.kerning("A", "V") < 0 == face.kerning("x", "x")
    (page,) = document(written([Sheet(99.0, 20.0, (PaintedText("To AVON", 0.0, 15.0, 12.0, BLACK),))], "t")).pages
    assert page.extract_text().strip() == "To AVON"


# Shapes


def test_groups_and_attributes_give_a_shape_of_a_drawing_its_style() -> None:
    body = (
        '<g fill="none" stroke-width="3"><path stroke="#00ff00" fill="#123" d="M0 0h9"/></g>'
        '<path fill="currentColor" d="M0 0h9"/><path fill="none" d="M0 0h9"/><path fill="#0f08" d="M0 0h9"/>'
    )
    ruled, colored, faded = (shape for shape in leaves(drawn(body, "#f00")) if isinstance(shape, PaintedPath))
    assert ruled.fill == Color(0x11 / 255, 0x22 / 255, 0x33 / 255)
    assert ruled.stroke is not None
    assert (ruled.stroke.paint, ruled.stroke.width) == (Color(0.0, 1.0, 0.0), 3.0)
    assert colored.fill == Color(1.0, 0.0, 0.0)
    assert faded.fill == Color(0.0, 1.0, 0.0, 0x88 / 255)


def test_every_shape_of_a_scene_is_on_its_sheet_in_the_colors_of_the_theme() -> None:
    ink, accent = (Color(*(part / 255 for part in bytes.fromhex(code[1:]))) for code in (LIGHT.ink, LIGHT.accent))
    (box,) = painted(Rectangle(Box(1, 2, 3, 4), "ink", Pen("accent", 2.0, "3 1", round_ends=True)))
    assert isinstance(box, PaintedPath)
    assert box.stroke is not None
    assert (box.fill, box.stroke.paint, box.stroke.width, box.stroke.cap) == (ink, accent, 2.0, "round")
    assert box.stroke.dashes == (3.0, 1.0)
    (path,) = painted(Curve("M0 0h9", pen=Pen("ink")))
    assert isinstance(path, PaintedPath)
    assert (path.fill, path.stroke and path.stroke.width) == (None, 1.0)
    outline, number = painted(BadgeMark(10, 10, "3", "error", "t"))
    assert isinstance(outline, PaintedPath)
    assert outline.stroke is not None
    assert (outline.stroke.width, outline.stroke.join) == (1.5, "round")
    assert isinstance(number, PaintedText)
    assert number.text == "3"
    (large,) = painted(BadgeMark(10, 20, "3", "info", "t", 15))
    assert isinstance(large, PaintedLayer)
    assert large.matrix == (1.5, 0.0, 0.0, 1.5, 10.0, 20.0)
    (faded,) = painted(SceneGroup((Curve("M0 0h9", "ink"),), opacity=0.5, move=(1, 2), scale=0.7))
    assert isinstance(faded, PaintedLayer)
    assert (faded.matrix, faded.opacity) == ((0.7, 0.0, 0.0, 0.7, 1.0, 2.0), 0.5)
    assert painted(SceneGroup((Curve("M0 0h9", "ink"),), opacity=0.0)) == ()
    (inset,) = painted(Inset(scene("q", 10, 10, (Curve("M0 0h9", "ink"),), "t", "a"), Box(5, 5, 20, 20)))
    assert isinstance(inset, PaintedLayer)
    assert (inset.matrix, len(inset.shapes)) == ((2.0, 0.0, 0.0, 2.0, 5.0, 5.0), 2)


def test_a_logo_with_colors_of_its_own_has_a_chip() -> None:
    icon = Icon("i", "0 0 10 10", '<path fill="currentColor" d="M0 0h9"/>', "#ff0000", coloured=True)
    chip, logo = painted(IconImage(icon, 0, 0, 80))
    assert isinstance(chip, PaintedPath)
    assert isinstance(logo, PaintedLayer)
    assert logo.matrix == (6.0, 0.0, 0.0, 6.0, 10.0, 10.0)
    (path,) = logo.shapes
    assert isinstance(path, PaintedPath)
    assert path.fill == Color(1.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("color", "expected"),
    [
        ("tomato", Color(255 / 255, 99 / 255, 71 / 255)),
        ("rgb(255, 0, 50%)", Color(1.0, 0.0, 0.5)),
        ("transparent", None),
        ("nonsense", None),
        ("#12", None),
        ("__import__('os')", None),
    ],
)
def test_colors(color: str, expected: Color | None) -> None:
    shapes = drawn(f'<path stroke="#000" fill="{color}" d="M0 0h9"/>')
    assert [shape.fill for shape in leaves(shapes) if isinstance(shape, PaintedPath)] == [expected]


def test_words_keep_their_anchor_weight_and_size() -> None:
    (words,) = painted(TextLine(5, 6, "a  < b\u202e", 12, "ink", "middle", bold=True))
    assert isinstance(words, PaintedText)
    assert (words.text, words.x, words.y, words.size) == ("a < b", 5.0, 6.0, 12.0)
    assert (words.anchor, words.bold) == ("middle", True)


def test_a_drawing_fills_its_place_and_takes_the_color_of_its_role() -> None:
    icon = Icon("i", "-5 -5 10 10", '<path fill="currentColor" d="M0 0h1"/>')
    layer = icon_layer(icon, (10.0, 20.0, 40.0, 20.0), "#f00")
    assert layer.matrix == (2.0, 0.0, 0.0, 2.0, 30.0, 30.0)
    (path,) = layer.shapes
    assert isinstance(path, PaintedPath)
    assert path.fill == Color(1.0, 0.0, 0.0)


def test_transforms_are_done_from_the_last_to_the_first() -> None:
    (layer,) = drawn('<g transform="translate(10 20) scale(2) rotate(90)"><path d="M0 0h1"/></g>')
    assert isinstance(layer, PaintedLayer)
    assert layer.matrix == pytest.approx((0.0, 2.0, -2.0, 0.0, 10.0, 20.0))


def test_basic_shapes_are_outlines() -> None:
    body = (
        '<rect width="4" height="3"/><rect width="4" height="3" rx="1"/><circle r="2"/><ellipse rx="2" ry="1"/>'
        '<polygon points="0,0 1,0 1,1"/><polyline points="0,0 1,0 1,1"/><line x1="0" y1="0" x2="1" y2="1"/>'
    )
    assert len([shape for shape in leaves(drawn(body)) if isinstance(shape, PaintedPath)]) == 7


@pytest.mark.parametrize("path", ["M0 0 L5 5 L", "M0 0 L5 5 Qx", "M0 0 L5 5 C1 1 2"])
def test_a_path_is_drawn_up_to_where_it_can_be_read(path: str) -> None:
    (outline,) = leaves(drawn(f'<path d="{path}"/>'))
    assert isinstance(outline, PaintedPath)
    assert outline.segments[:2] == (("M", (0.0, 0.0)), ("L", (5.0, 5.0)))


@pytest.mark.parametrize(
    "body",
    [
        '<rect width="50%" height="1"/>',
        '<image href="https://example.com/a.png" width="1" height="1"/>',
        '<image href="data:image/png;base64,%%%" width="1" height="1"/>',
        '<use href="#nothing" width="1" height="1"/><text>words</text>',
        '<g opacity="0"><path d="M0 0h1"/></g>',
        '<script>alert(1)</script><foreignObject><path d="M0 0h1"/></foreignObject>',
        f"{'<g>' * 200}<path d='M0 0h1'/>{'</g>' * 200}",
    ],
)
def test_what_is_no_shape_of_ours_is_left_out(body: str) -> None:
    assert list(leaves(drawn(body))) == []
