"""The settings of MkDocs that suit the pages, as values and as a ready `mkdocs.yml`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archgen.site.menu import menu
from archgen.site.page import SCRIPTS, SEARCH, STYLES, Page

EXTENSIONS = ("admonition", "attr_list", "tables", "toc")
"""The Markdown extensions without which the pages do not read as they are meant."""

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
                "content.code.copy",
                "search.highlight",
            ],
            "palette": [
                _scheme("default", "light", "slate", "dark"),
                _scheme("slate", "dark", "default", "light"),
            ],
        },
        "plugins": ["search"],
        "markdown_extensions": ["admonition", "attr_list", "tables", {"toc": {"permalink": True, "toc_depth": DEPTH}}],
        "extra_css": [*STYLES],
        "extra_javascript": [*SCRIPTS],
        # the theme loads what it calls polyfills before its own script
        "extra": {"polyfills": [SEARCH]},
    }


def _scheme(scheme: str, preferred: str, other: str, other_name: str) -> dict[str, Any]:
    icon = "material/weather-night" if other == "slate" else "material/weather-sunny"
    return {
        "media": f"(prefers-color-scheme: {preferred})",
        "scheme": scheme,
        "primary": "custom",
        "accent": "custom",
        "toggle": {"icon": icon, "name": f"Switch to {other_name} mode"},
    }


def mkdocs_yml(name: str, pages: Sequence[Page]) -> str:
    """The text of a `mkdocs.yml` for pages that stand in the directory `docs` beside it."""
    import yaml

    stated = settings(name) | {"nav": menu(pages)}
    return yaml.safe_dump(stated, sort_keys=False, allow_unicode=True, width=120)
