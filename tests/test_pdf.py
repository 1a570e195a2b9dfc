"""PDF: what the picture says can be found in it, in its faces and colors, and the same picture is the same bytes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pypdf
import pytest
from fontTools.ttLib import TTFont

from archgen.analysis.topology import Topology
from archgen.layout.deployment.arrangement import domain
from archgen.render.raster.pdf import bound, pdf, written
from archgen.render.raster.shapes import IDENTITY, Layer, Outline, Paint, Raster, Shape, Sheet, Words
from archgen.render.raster.static_fonts import static_font
from archgen.render.raster.svg_shapes import sheet
from archgen.render.svg.diagram_svg import diagram_svg
from archgen.render.svg.sequence_svg import sequence_svg
from archgen.slides.slide_svg import slide_svg
from archgen.style.text_metrics import text_width
from archgen.views.deployment import deployment
from tests.hostile import HOSTILE
from tests.test_exports import MODELS, SHIPPED, hostile_diagram
from tests.test_formats import flows
from tests.test_slides import DECK

BLACK = Paint(0.0, 0.0, 0.0)


def svg_of(topology: Topology) -> str:
    return diagram_svg(domain(deployment(topology)), mode="light")


def document(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(content))


def drawn(body: str, style: str = "", size: str = "100") -> tuple[Shape, ...]:
    """The shapes of a picture with some markup in it."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="p" viewBox="0 0 {size} {size}" width="{size}" height="{size}">'
        f"<title>T</title><style>{style}</style>{body}</svg>"
    )
    (whole,) = sheet(svg).shapes
    assert isinstance(whole, Layer)
    return whole.shapes


def leaves(shapes: tuple[Shape, ...]) -> Iterator[Shape]:
    for shape in shapes:
        if isinstance(shape, Layer):
            yield from leaves(shape.shapes)
        else:
            yield shape


# Documents


@MODELS
def test_every_word_of_a_picture_can_be_found_in_its_pdf(one: Topology) -> None:
    for svg in (
        svg_of(one),
        *(sequence_svg(flow, mode="light", icons={}, prefix="p") for flow in flows(one)),
    ):
        (page,) = document(pdf(svg)).pages
        text = page.extract_text()
        words = [unescape(word).split() for word in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]
        assert [word for parts in words for word in parts if word not in text] == []


def test_a_page_is_as_large_as_its_picture() -> None:
    svg = svg_of(SHIPPED[1])
    (page,) = document(pdf(svg)).pages
    width, height = re.findall(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', svg)[0]
    assert (float(page.mediabox.width), float(page.mediabox.height)) == (float(width), float(height))


def test_both_faces_are_embedded_as_subsets() -> None:
    (page,) = document(pdf(svg_of(SHIPPED[1]))).pages
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert {font["/BaseFont"].partition("+")[2] for font in fonts} == {"Arimo-Regular", "Arimo-Bold"}
    for font in fonts:
        content = font["/FontDescriptor"]["/FontFile2"].get_data()
        assert len(content) < 40_000
        assert "/ToUnicode" in font


def test_a_document_says_what_it_is_and_nothing_of_whom() -> None:
    made = document(pdf(svg_of(SHIPPED[0])))
    assert made.metadata["/Title"] == SHIPPED[0].architecture.name
    assert made.metadata["/Producer"] == made.metadata["/Creator"] == "archgen"
    assert made.metadata.author == made.metadata.subject == ""


def test_the_same_pictures_are_the_same_bytes_whatever_was_written_before() -> None:
    script = (
        "import sys; from archgen.render.raster.pdf import pdf; from tests.test_pdf import *\n"
        "for at in map(int, sys.argv[1:]): made = pdf(svg_of(SHIPPED[at]))\n"
        "sys.stdout.buffer.write(made)"
    )
    root = Path(__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": str(root)}
    made = {
        subprocess.run(
            [sys.executable, "-c", script, *before, "3"], cwd=root, env=environment, capture_output=True, check=True
        ).stdout
        for before in ((), ("0", "2"), ("3", "1"))
    }
    assert made == {pdf(svg_of(SHIPPED[3]))}


def test_a_deck_has_a_page_a_picture_and_each_logo_once() -> None:
    pictures = tuple(svg_of(one) for one in SHIPPED)
    made = bound(pictures * 2, "All \x00 of them")
    reader = document(made)
    assert len(reader.pages) == 2 * len(pictures)
    assert "of them" in reader.metadata.title
    assert len(made) < 1.6 * len(bound(pictures, "All of them"))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_words(text: str) -> None:
    made = document(pdf(diagram_svg(domain(hostile_diagram(text)), mode="light")))
    assert len(made.pages) == 1
    assert not {"/OpenAction", "/AA", "/Names", "/AcroForm"} & set(made.trailer["/Root"])


def test_letters_beyond_the_usual_ones_are_in_the_face_too() -> None:
    words = Words("Ωmega жук", 0.0, 20.0, 12.0, BLACK)
    (page,) = document(written([Sheet(100.0, 30.0, (words,))], "t")).pages
    assert page.extract_text().strip() == "Ωmega жук"


def test_a_picture_without_words_has_a_page() -> None:
    assert len(document(written([Sheet(10.0, 10.0, ())], "")).pages) == 1


def test_faded_layers_are_groups_and_shared_ones_are_written_once() -> None:
    square = Outline((("M", (0.0, 0.0)), ("L", (9.0, 0.0)), ("L", (9.0, 9.0)), ("Z", ())), BLACK, None)
    logo = Layer((square,), IDENTITY, clip=(0.0, 0.0, 9.0, 9.0), shared=True)
    moved = Layer((square,), (1.0, 0.0, 0.0, 1.0, 20.0, 0.0), clip=(0.0, 0.0, 9.0, 9.0), shared=True)
    (page,) = document(written([Sheet(50.0, 50.0, (logo, moved, Layer((square, logo), opacity=0.4)))], "t")).pages
    forms = [form.get_object() for form in page["/Resources"]["/XObject"].values()]
    assert [form.get("/Group", {}).get("/S") for form in forms].count("/Transparency") == 1
    assert len(forms) == 2
    assert any(state.get_object().get("/ca") == 0.4 for state in page["/Resources"]["/ExtGState"].values())


def test_a_png_is_embedded() -> None:
    from PIL import Image

    content = BytesIO()
    Image.new("RGBA", (3, 2), (255, 0, 0, 128)).save(content, "PNG")
    (page,) = document(written([Sheet(9.0, 9.0, (Raster(content.getvalue(), 1.0, 1.0, 6.0, 4.0),))], "t")).pages
    (image,) = page.images
    assert image.image.size == (3, 2)


ELEMENTS = {"svg", "title", "desc", "style", "defs", "symbol", "g", "use", "path", "rect", "line", "text", "image"}
PROPERTIES = {
    "fill", "stroke", "color", "opacity", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray",
    "font-size", "font-weight", "font-family", "text-anchor",
}  # fmt: skip
PLACES = {
    "x", "y", "x1", "y1", "x2", "y2", "width", "height", "rx", "d", "viewBox", "transform", "href",
    "id", "class", "role", "aria-labelledby",
}  # fmt: skip


def test_pictures_use_nothing_that_pages_do_not_know() -> None:
    """A new element or property would be missing from every PDF without a word."""
    pictures = [svg_of(one) for one in SHIPPED]
    pictures += [sequence_svg(flow, mode="light", icons={}, prefix="p") for one in SHIPPED for flow in flows(one)]
    pictures += [slide_svg(slide, place, lambda _: None, "light") for place, slide in enumerate(DECK.slides, 1)]
    for svg in pictures:
        for element in ElementTree.fromstring(svg).iter():
            assert element.tag.rpartition("}")[2] in ELEMENTS
            assert {name for name in element.attrib if not name.startswith("data-")} <= PROPERTIES | PLACES
            if element.tag.endswith("style"):
                assert set(re.findall(r"[{;]([a-z-]+):", element.text or "")) <= PROPERTIES


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
    (page,) = document(written([Sheet(99.0, 20.0, (Words("To AVON", 0.0, 15.0, 12.0, BLACK),))], "t")).pages
    assert page.extract_text().strip() == "To AVON"


# Shapes


def test_classes_attributes_and_groups_give_a_shape_its_style() -> None:
    style = "#p .f-ink{fill:#123}#p .s-line{stroke:#00ff00}#p .c-x{color:#f00}#p .badge path{stroke-width:7}"
    body = (
        '<g fill="none" stroke-width="3"><path class="f-ink s-line" fill="#fff" d="M0 0h9"/></g>'
        '<g class="badge"><path class="s-line" d="M0 0h9"/></g><path class="c-x" fill="currentColor" d="M0 0h9"/>'
        '<path fill="none" d="M0 0h9"/><path fill="#0f08" d="M0 0h9"/>'
    )
    shapes = [shape for shape in leaves(drawn(body, style)) if isinstance(shape, Outline)]
    ruled, badge, colored, faded = shapes
    assert ruled.fill == Paint(0x11 / 255, 0x22 / 255, 0x33 / 255)
    assert ruled.stroke is not None
    assert (ruled.stroke.paint, ruled.stroke.width) == (Paint(0.0, 1.0, 0.0), 3.0)
    assert badge.stroke is not None
    assert badge.stroke.width == 7.0
    assert colored.fill == Paint(1.0, 0.0, 0.0)
    assert faded.fill == Paint(0.0, 1.0, 0.0, 0x88 / 255)


@pytest.mark.parametrize(
    ("color", "expected"),
    [
        ("tomato", Paint(255 / 255, 99 / 255, 71 / 255)),
        ("rgb(255, 0, 50%)", Paint(1.0, 0.0, 0.5)),
        ("transparent", None),
        ("nonsense", None),
        ("#12", None),
        ("__import__('os')", None),
    ],
)
def test_colors(color: str, expected: Paint | None) -> None:
    shapes = drawn(f'<path stroke="#000" fill="{color}" d="M0 0h9"/>')
    assert [shape.fill for shape in leaves(shapes) if isinstance(shape, Outline)] == [expected]


def test_words_keep_their_anchor_weight_and_size() -> None:
    style = "#p .t12{font-size:12px}#p .tb{font-weight:600}#p .tm{text-anchor:middle}"
    (words,) = drawn('<text x="5" y="6" class="t12 tb tm">a &lt; b</text>', style)
    assert words == Words("a < b", 5.0, 6.0, 12.0, BLACK, "middle", True)


def test_a_symbol_fills_its_place_and_takes_the_color_of_its_use() -> None:
    style = "#p .c-red{color:#f00}"
    defs = '<defs><symbol id="s" viewBox="-5 -5 10 10"><path fill="currentColor" d="M0 0h1"/></symbol></defs>'
    (layer,) = drawn(f'{defs}<use href="#s" x="10" y="20" width="40" height="20" class="c-red"/>', style)
    assert isinstance(layer, Layer)
    assert layer.matrix == (2.0, 0.0, 0.0, 2.0, 30.0, 30.0)
    (path,) = layer.shapes
    assert isinstance(path, Outline)
    assert path.fill == Paint(1.0, 0.0, 0.0)


def test_a_symbol_that_uses_itself_is_drawn_once() -> None:
    defs = '<symbol id="s" viewBox="0 0 9 9"><path d="M0 0h1"/><use href="#s" width="9" height="9"/></symbol>'
    assert len(list(leaves(drawn(f'{defs}<use href="#s" width="9" height="9"/>')))) == 1


def test_transforms_are_done_from_the_last_to_the_first() -> None:
    (layer,) = drawn('<g transform="translate(10 20) scale(2) rotate(90)"><path d="M0 0h1"/></g>')
    assert isinstance(layer, Layer)
    assert layer.matrix == pytest.approx((0.0, 2.0, -2.0, 0.0, 10.0, 20.0))


def test_basic_shapes_are_outlines() -> None:
    body = (
        '<rect width="4" height="3"/><rect width="4" height="3" rx="1"/><circle r="2"/><ellipse rx="2" ry="1"/>'
        '<polygon points="0,0 1,0 1,1"/><polyline points="0,0 1,0 1,1"/><line x1="0" y1="0" x2="1" y2="1"/>'
    )
    assert len([shape for shape in leaves(drawn(body)) if isinstance(shape, Outline)]) == 7


@pytest.mark.parametrize("path", ["M0 0 L5 5 L", "M0 0 L5 5 Qx", "M0 0 L5 5 C1 1 2"])
def test_a_path_is_drawn_up_to_where_it_can_be_read(path: str) -> None:
    (outline,) = leaves(drawn(f'<path d="{path}"/>'))
    assert isinstance(outline, Outline)
    assert outline.segments[:2] == (("M", (0.0, 0.0)), ("L", (5.0, 5.0)))


@pytest.mark.parametrize(
    "body",
    [
        '<rect width="50%" height="1"/>',
        '<image href="https://example.com/a.png" width="1" height="1"/>',
        '<image href="data:image/png;base64,%%%" width="1" height="1"/>',
        '<use href="#nothing" width="1" height="1"/>',
        '<g opacity="0"><path d="M0 0h1"/></g>',
        '<script>alert(1)</script><foreignObject><path d="M0 0h1"/></foreignObject>',
        f"{'<g>' * 200}<path d='M0 0h1'/>{'</g>' * 200}",
    ],
)
def test_what_is_no_shape_of_ours_is_left_out(body: str) -> None:
    assert list(leaves(drawn(body))) == []
