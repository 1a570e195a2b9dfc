"""Style sheets of the site: the theme alone writes its colors down."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from archgen.site.asset import COLORS, asset
from archgen.site.page import SITE_STYLE, STYLES
from archgen.site_build.single_page import OWN_STYLE

SHEETS = (SITE_STYLE, *STYLES, OWN_STYLE)
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@pytest.mark.parametrize("path", SHEETS)
def test_a_sheet_repeats_no_color_of_the_theme(path: str) -> None:
    written = (files("archgen.site") / path).read_text("utf-8")
    assert set(_COLOR.findall(written)).isdisjoint(COLORS.values())


def test_a_color_of_the_theme_is_changed_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    asset.cache_clear()
    old, new = COLORS["light_accent"], "#123456"
    before = {path: asset(path) for path in SHEETS}
    asset.cache_clear()
    monkeypatch.setitem(COLORS, "light_accent", new)
    after = {path: asset(path) for path in SHEETS}
    asset.cache_clear()
    assert after == {path: text.replace(old, new) for path, text in before.items()}
    assert "".join(after.values()).count(new) >= 3


def test_a_sheet_leaves_no_name_unfilled() -> None:
    assert not [path for path in SHEETS if "$" in asset(path)]
