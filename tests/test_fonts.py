"""Words in other scripts: a font for them where one is installed, and a word about it either way."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from archgen.cli import main
from archgen.export.fonts import fallbacks, font_files
from archgen.export.png import png
from archgen.markup import picture, words
from archgen.theme import SIZES

HERE = find_spec("manimgx_fonts") is not None and find_spec("manimgx_fonts_cjk") is not None
FONTS = pytest.mark.skipif(not HERE, reason="the fonts extra is not installed")


def drawn(text: str) -> str:
    body = words(10, 30, text, SIZES.name)
    return picture(body, width=200, height=50, prefix="p", title="t", alt="a", mode="light")


def test_words_of_the_usual_font_need_no_other() -> None:
    assert fallbacks("GET /page → ümläut, Ελληνικά, Русский") == []
    assert len(font_files(drawn("nginx"))) == 1


def test_scripts_are_named() -> None:
    assert [name for name, _ in fallbacks("🚀 データ ᠮᠣᠩᠭᠣᠯ")] == [
        "emoji",
        "Chinese, Japanese or Korean",
        "another script",
    ]


@FONTS
@pytest.mark.parametrize("texts", [("负载均衡", "服务器组"), ("🚀", "🔒"), ("شبكة", "خادم")])
def test_different_words_are_different_pixels(texts: tuple[str, str]) -> None:
    assert len(set(map(len, texts))) == 1, "boxes of so many characters would be the same"
    assert png(drawn(texts[0])) != png(drawn(texts[1]))


def test_the_command_tells_what_it_drew_them_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "a.arch.yaml"
    model.write_text(
        "archgen: 1\nname: 服务器\ncomponents:\n  user: {kind: client}\n  web: {kind: web-server}\n"
        "connections:\n  user -> web: https\n",
        encoding="utf-8",
    )
    for form in ("png", "pdf"):
        assert main(["draw", str(model), "--view", "deployment", "-o", str(tmp_path / f"a.{form}")]) == 0
        told = capsys.readouterr().err
        assert "Chinese, Japanese or Korean in the models: " in told
        assert ("NotoSansCJK" if HERE else "extra `fonts`") in told
        assert ("boxes in the PDF" in told) == (HERE and form == "pdf")
