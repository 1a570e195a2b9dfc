"""The settings of MkDocs that suit the pages, as values and as a ready `mkdocs.yml`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archgen.language.write.values import block
from archgen.site.page import SCRIPTS, SEARCH, SITE_STYLE, STYLES, Page
from archgen.site_build.menu import menu

DEPTH = 3
"""The deepest level of heading that the contents of a page name."""


def settings(name: str) -> dict[str, Any]:
    """The settings of a site of nothing but generated pages, without its directories."""
    return {
        "site_name": name,
        # every page can then be opened from a disk as well as from a server
        "use_directory_urls": False,
        "theme": {
            "name": "material",
            # no font is fetched from anywhere
            "font": False,
            "features": [
                "navigation.indexes",
                "navigation.top",
                "toc.integrate",
                "search.highlight",
            ],
            "palette": _palette(),
        },
        "plugins": ["search"],
        "markdown_extensions": ["attr_list", "tables", {"toc": {"permalink": True, "toc_depth": DEPTH}}],
        "extra_css": [SITE_STYLE, *STYLES],
        "extra_javascript": [*SCRIPTS],
        # the theme loads what it calls polyfills before its own script
        "extra": {"polyfills": [SEARCH]},
    }


def _palette() -> list[dict[str, Any]]:
    """What the reader's system prefers, also when it changes its mind in the evening; then light, then dark."""
    return [
        {
            "media": "(prefers-color-scheme)",
            "primary": "custom",
            "accent": "custom",
            "toggle": {"icon": "material/brightness-auto", "name": "Switch to light mode"},
        },
        _scheme("default", "light", "material/weather-sunny", "dark mode"),
        _scheme("slate", "dark", "material/weather-night", "what the system prefers"),
    ]


def _scheme(scheme: str, preferred: str, icon: str, following: str) -> dict[str, Any]:
    return {
        "media": f"(prefers-color-scheme: {preferred})",
        "scheme": scheme,
        "primary": "custom",
        "accent": "custom",
        "toggle": {"icon": icon, "name": f"Switch to {following}"},
    }


def mkdocs_yml(name: str, pages: Sequence[Page]) -> str:
    """The text of a `mkdocs.yml` for pages that stand in the directory `docs` beside it."""
    return "".join(f"{line}\n" for line in block(settings(name) | {"nav": menu(pages)}, 9))
