"""Words in other scripts: a font for them where one is installed, a word about it either way, and never a box in silence."""

from __future__ import annotations

import re
from html import unescape
from importlib.util import find_spec
from pathlib import Path

import pytest

import archgen
from archgen.cli import main
from archgen.render.raster.fonts import fallbacks, font_files, usual_file
from archgen.render.raster.outlines import outlined
from archgen.render.raster.png import png
from archgen.render.scene.shapes import Scene, TextLine, scene
from archgen.render.svg.document import svg
from archgen.style.text_metrics import measured, text_width
from archgen.style.theme import SIZES

HERE = all(find_spec(name) for name in ("manimgx_fonts", "manimgx_fonts_cjk", "uharfbuzz"))
FONTS = pytest.mark.skipif(not HERE, reason="the fonts extra is not installed")

SAMPLES = {
    "Arabic": ("شبكة", "خادم"),
    "Bengali": ("খরচ", "গরম"),
    "Chinese": ("负载均衡", "服务器组"),
    "Devanagari": ("नकल", "जगत"),
    "Ethiopic": ("ሰላም", "አገር"),
    "Georgian": ("ქსელი", "სახლი"),
    "Hebrew": ("שרת", "רשת"),
    "Japanese": ("データ", "ベース"),
    "Korean": ("데이터", "서버군"),
    "Tamil": ("தரவு", "மரபு"),
    "Thai": ("กขคง", "จชซญ"),
    "emoji": ("🚀", "🔒"),
}
"""Two words of each script with as many characters: as boxes they would be the same."""


def drawn(*texts: str, bold: bool = False) -> Scene:
    lines = tuple(
        TextLine(150, 30 * row, text, SIZES.name, anchor="middle", bold=bold) for row, text in enumerate(texts, 1)
    )
    return scene("p", 300, 50 * len(texts), lines, "t", "a")


def markup(scene: Scene) -> str:
    return svg(outlined(scene), "light")


def left(scene: Scene) -> str:
    return "".join(unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)<", markup(scene)))


def test_the_package_carries_its_font_with_the_licence() -> None:
    font = Path(usual_file())
    assert Path(archgen.__file__).parent in font.parents
    assert font.stat().st_size < 1 << 20
    assert "SIL OPEN FONT LICENSE Version 1.1" in font.with_name("OFL.txt").read_text(encoding="utf-8")


def test_words_of_the_usual_font_need_no_other() -> None:
    text = "GET /page → ümläut, Ελληνικά, Русский"
    assert fallbacks(text) == ()
    assert font_files(text) == [usual_file()]
    assert outlined(drawn(text)) == drawn(text)


def test_scripts_are_named() -> None:
    assert [one.name for one in fallbacks("🚀 データ ᠮᠣᠩᠭᠣᠯ")] == [
        "Chinese, Japanese or Korean",
        "emoji",
        "another script",
    ]


def test_what_no_font_has_is_named_by_character() -> None:
    (one,) = fallbacks("nginx ᠮ")
    assert (one.file, one.missing, one.packaged) == (None, "ᠮ", False)


@pytest.mark.sampled(6)
@FONTS
@pytest.mark.parametrize("script", SAMPLES)
@pytest.mark.parametrize("around", ["{}", "web {} nginx", "{} web", "web 负 {} خ 🚀"])
def test_different_words_are_different_pixels(script: str, around: str) -> None:
    first, second = SAMPLES[script]
    assert len(first) == len(second), "boxes of so many characters would be the same"
    pictures = [drawn(around.format(one)) for one in (first, second)]
    assert png(pictures[0]) != png(pictures[1])
    for one, text in zip(pictures, (first, second), strict=True):
        assert all(measured(character) for character in left(one)), "text that the usual font has no glyph for is boxes"
        boxes = "\ue000" * len(text)
        assert png(one) != png(drawn(around.format(boxes)))


@FONTS
@pytest.mark.parametrize("script", [one for one in SAMPLES if one != "Hebrew"])
@pytest.mark.parametrize("bold", [False, True])
def test_outlines_stand_in_the_room_that_was_measured(script: str, bold: bool) -> None:
    for text in SAMPLES[script]:
        (path,) = re.findall(r'<path d="([^"]*)"', markup(drawn(text, bold=bold)))
        xs = [float(one) for one in re.findall(r"-?[0-9.]+", path)][::2]
        room = text_width(text, SIZES.name, bold)
        assert 150 - room / 2 - 1 <= min(xs)
        assert max(xs) <= 150 + room / 2 + 1


NARROW = {
    "Arabic": "مركز البيانات الشرقي",
    "Bengali": "ব্যবহারকারী ওয়েবসাইট",
    "Devanagari": "मुख्य अनुप्रयोग",
    "Gujarati": "વપરાશકર્તા સર્વર",
    "Khmer": "មូលដ្ឋានទិន្នន័យ",
    "Lao": "ຖານຂໍ້ມູນ",
    "Thai": "เซิร์ฟเวอร์ฐานข้อมูล",
}


@FONTS
@pytest.mark.parametrize("script", NARROW)
def test_narrow_scripts_are_not_given_twice_their_room(script: str) -> None:
    """With an em for each letter, names of Arabic and Hindi were cut off in the middle of an empty card."""
    (path, *more) = re.findall(r'<path d="([^"]*)"', markup(drawn(NARROW[script], bold=True)))
    xs = [float(one) for piece in (path, *more) for one in re.findall(r"-?[0-9.]+", piece)[::2]]
    room = text_width(NARROW[script], SIZES.name, bold=True)
    assert 0.55 * room < max(xs) - min(xs) <= room


@FONTS
def test_the_order_is_that_of_the_bidirectional_algorithm() -> None:
    text = markup(drawn("ab شبكة 12 خادم cd"))
    pieces = re.findall(r'<text x="([0-9.]+)"[^>]*>([^<]*)<', text)
    assert [words for _, words in pieces] == ["ab", "12", "cd"]
    assert [float(x) for x, _ in pieces] == sorted(float(x) for x, _ in pieces)
    # the second word stands left of the number, the first one right of it
    single = [markup(drawn(one)) for one in ("خادم", "شبكة")]
    widths = [
        max(xs) - min(xs)
        for one in single
        for xs in [[float(n) for n in re.findall(r"-?[0-9.]+", re.findall(r'<path d="([^"]*)"', one)[0])][::2]]
    ]
    paths = [
        [float(n) for n in re.findall(r"-?[0-9.]+", one)][::2] for one in re.findall(r'<path d="(M[^"]{9,})"', text)
    ]
    number = float(pieces[1][0])
    before = [xs for xs in paths if max(xs) < number + 1]
    after = [xs for xs in paths if min(xs) > number]
    assert max(max(xs) - min(xs) for xs in before) == pytest.approx(widths[0], abs=0.1)
    assert max(max(xs) - min(xs) for xs in after) == pytest.approx(widths[1], abs=0.1)


@FONTS
def test_a_pdf_has_all_scripts() -> None:
    pytest.importorskip("reportlab", reason="the slides extra is not installed")
    from archgen.render.raster.pdf import pdf

    assert pdf((drawn("web 负载均衡"),), "light", "t") != pdf((drawn("web 服务器组"),), "light", "t")
    assert pdf((drawn("web 负载均衡"),), "light", "t") == pdf((drawn("web 负载均衡"),), "light", "t")


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_the_command_tells_what_it_drew_them_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    model = written(tmp_path)
    assert main(["draw", str(model), "--view", "deployment", "-o", str(tmp_path / f"a.{form}")]) == 0
    told = capsys.readouterr().err
    assert "Chinese, Japanese or Korean in the models: " in told
    assert ("NotoSansCJK" if HERE else "archgen[fonts]") in told
    assert "another script in the models: no installed font has ᠮ: boxes stand there" in told


def test_a_deck_leaves_words_to_its_readers_fonts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pptx", reason="the slides extra is not installed")
    assert main(["slides", str(written(tmp_path)), "-o", str(tmp_path / "a.pptx")]) == 0
    assert "Korean in the models: left as text in the fonts of the reader's program" in capsys.readouterr().err


def written(folder: Path) -> Path:
    model = folder / "a.arch.yaml"
    model.write_text(
        'archgen: 1\nname: 服务器\ncomponents:\n  user: {kind: client, name: "\\u182e"}\n  web: {kind: web-server}\n'
        "connections:\n  user -> web: https\n",
        encoding="utf-8",
    )
    return model
