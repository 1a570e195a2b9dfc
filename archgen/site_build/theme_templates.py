"""The theme's templates, loaded and filled in faster than by MkDocs, which spends half the time of a small build on them."""

from __future__ import annotations

import os
from collections.abc import Callable

import jinja2
from jinja2.runtime import Context
from mkdocs.theme import Theme

REPEATED = ("partials/nav.html", "partials/search.html", "partials/palette.html")
"""Parts of the theme's pages that are the same on pages of neighboring directories without a page in the menu."""

_DIRECT = "direct:"
"""The prefix of the name of such a part that bypasses the cache."""


class VisibleFiles(jinja2.FileSystemLoader):
    """Lists files in no hidden directory, and replaces repeated parts by a call of their cache.

    MkDocs lists every file of a theme, then leaves out those in hidden directories; Material has 14,000 icons in one.
    """

    def list_templates(self) -> list[str]:
        """Return the paths below the search path, sorted, as jinja2's own loader does."""
        paths: set[str] = set()
        for top in self.searchpath:
            for where, directories, names in os.walk(top, followlinks=self.followlinks):
                directories[:] = [name for name in directories if not name.startswith(".")]
                paths.update(os.path.relpath(os.path.join(where, name), top).replace(os.sep, "/") for name in names)
        return sorted(paths)

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return a template, or a call in its place."""
        if template in REPEATED:
            super().get_source(environment, template)
            return f'{{{{ archgen_repeated("{template}") }}}}', template, lambda: True
        return super().get_source(environment, template.removeprefix(_DIRECT))


class _RepeatedParts:
    """A cache of parts of pages, by their names and the directory that their links lead from."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, str], str] = {}

    @jinja2.pass_context
    def __call__(self, context: Context, name: str) -> str:
        """Return a part for the page of the context."""
        page = context.get("page")
        where = os.path.dirname(page.url) if page is not None else ""
        # from a directory without a page in the menu, links are the same as from its neighbors
        if not where or any(other.url.startswith(f"{where}/") for other in context["nav"].pages):
            return self._render(context, name)
        key = name, os.path.dirname(where)
        if key not in self._parts:
            self._parts[key] = self._render(context, name)
        return self._parts[key]

    @staticmethod
    def _render(context: Context, name: str) -> str:
        return context.environment.get_template(_DIRECT + name).render(context.get_all())


def speed_up(theme: Theme) -> None:
    """Let a theme list its files without the hidden ones, and keep compiled templates for the next build."""
    original = theme.get_env

    def get_env() -> jinja2.Environment:
        environment = original()
        environment.loader = VisibleFiles(theme.dirs)
        environment.bytecode_cache = _bytecode_cache()
        environment.globals["archgen_repeated"] = _RepeatedParts()
        return environment

    theme.get_env = get_env  # type: ignore[method-assign]


def _bytecode_cache() -> jinja2.BytecodeCache | None:
    """Return compiled templates in jinja2's directory of this user; None without a safe directory."""
    try:
        return jinja2.FileSystemBytecodeCache()
    except (OSError, RuntimeError):
        return None
