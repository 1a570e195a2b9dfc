"""The settings of MkDocs that suit the pages, as values and as a ready `mkdocs.yml`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archgen.language.write.values import block
from archgen.site.page import SCRIPTS, SEARCH, SITE_STYLE, STYLES, Page
from archgen.site_build.menu import menu

DEPTH = 3
"""The deepest level of heading that the contents of a page name."""


def mkdocs_settings(name: str) -> dict[str, Any]:
    """Return the settings of a site of nothing but generated pages, without its directories."""
    return {
        "site_name": name,
        # every page can then be opened from disk as well as from a server
        "use_directory_urls": False,
        "theme": {
            "name": "material",
            # no font is fetched from anywhere
            "font": False,
            "features": ["navigation.indexes", "navigation.top", "toc.integrate", "search.highlight"],
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
    """Return the system's preference, also when it changes in the evening; then light, then dark."""
    return [
        _scheme("(prefers-color-scheme)", "material/brightness-auto", "light mode"),
        _scheme("(prefers-color-scheme: light)", "material/weather-sunny", "dark mode", "default"),
        _scheme("(prefers-color-scheme: dark)", "material/weather-night", "system preference", "slate"),
    ]


def _scheme(media: str, icon: str, following: str, scheme: str | None = None) -> dict[str, Any]:
    return {
        "media": media,
        **({"scheme": scheme} if scheme else {}),
        "primary": "custom",
        "accent": "custom",
        "toggle": {"icon": icon, "name": f"Switch to {following}"},
    }


_SCRIPTED = ("extra_css", "extra_javascript", "extra")


def mkdocs_yml(name: str, pages: Sequence[Page], static: bool = False) -> str:
    """Return the text of a `mkdocs.yml` for pages in the directory `docs` beside it; `static` ones have no scripts."""
    settings = mkdocs_settings(name) | {"nav": menu(pages)}
    if static:
        settings = {key: value for key, value in settings.items() if key not in _SCRIPTED}
    return "".join(f"{line}\n" for line in block(settings, 9))
