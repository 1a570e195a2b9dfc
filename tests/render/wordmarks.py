"""Writes `archgen/render/icons/wordmarks.py` from the icon packages: `python -m tests.render.wordmarks`."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from textwrap import fill

from archgen.render.icons.icons import icon
from archgen.render.raster.png import pixels, png_of_svg
from archgen.style.glyphs import Icon
from archgen.style.svg_markup import element
from tests.paths import ROOT

TARGET = ROOT / "archgen" / "render" / "icons" / "wordmarks.py"

FLATTEST = 0.36
"""The height of a logo, as a share of its width, from which on it is more than a line of text."""

RASTERS = ("onprem", "saas", "elastic", "programming")
_SIDE = 48
_SEEN = 60

_HEAD = '''"""Logos that are a line of text, by their slugs: written by `python -m tests.render.wordmarks`, don't edit."""

from __future__ import annotations

_WRITTEN = """
'''


_TAIL = '''
"""

WORDMARKS = frozenset(_WRITTEN.split())
'''


def flatness(drawn: Icon) -> float:
    """Return the height of what a drawing inks, as a share of its width."""
    x, y, width, height = (float(part) for part in drawn.view_box.split())
    side = max(width, height)
    view_box = f"{x - (side - width) / 2:g} {y - (side - height) / 2:g} {side:g} {side:g}"
    picture = element(
        "svg",
        drawn.body,
        xmlns="http://www.w3.org/2000/svg",
        width=_SIDE,
        height=_SIDE,
        viewBox=view_box,
        color="#000",
    )
    inked = [at for at, pixel in enumerate(pixels(png_of_svg(picture, scale=1))) if pixel[3] > _SEEN]
    columns, rows = {at % _SIDE for at in inked}, {at // _SIDE for at in inked}
    return (max(rows) - min(rows) + 1) / (max(columns) - min(columns) + 1) if inked else 1.0


def slugs() -> Iterator[tuple[str, str]]:
    """Yield the slug of each logo of the packages, with the name that asks for it, whatever its form.

    A slug stands for a vector where there is one, as on a card.
    """
    vectors = {file.stem for file in (_folder("material") / "templates" / ".icons" / "simple").glob("*.svg")}
    yield from ((slug, f"simple/{slug}") for slug in sorted(vectors))
    resources = _folder("diagrams").parent / "resources"
    for family in RASTERS:
        for file in sorted((resources / family).rglob("*.png")):
            path = file.relative_to(resources).with_suffix("")
            if (slug := file.stem.replace("-", "")) not in vectors:
                yield slug, f"diagrams/{path.as_posix()}"


def _folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def is_flat(name: str) -> bool:
    """Return True for a logo that is too flat to be read on a card."""
    drawn = icon(name)
    return drawn is not None and flatness(drawn) <= FLATTEST


def main() -> None:
    """Measure each logo, and write the flat ones."""
    flat = sorted({slug for slug, name in slugs() if is_flat(name)})
    written = fill(" ".join(flat), 120, break_long_words=False, break_on_hyphens=False)
    TARGET.write_text(f"{_HEAD}{written}{_TAIL}", encoding="utf-8")


if __name__ == "__main__":
    main()
