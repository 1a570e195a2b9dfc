"""The theme's templates, loaded and filled in faster than MkDocs does it: what a build of a few pages spends half its time on."""

from __future__ import annotations

import os
from collections.abc import Callable

import jinja2
from jinja2.runtime import Context
from mkdocs.theme import Theme

REPEATED = ("partials/nav.html", "partials/search.html", "partials/palette.html")
"""Parts of a page of the theme that are the same on pages of directories beside each other that the menu leads to none of."""

_WHOLE = "whole:"
"""What stands before the name of such a part where it is meant itself."""


class VisibleFiles(jinja2.FileSystemLoader):
    """Lists what stands in no hidden directory, and puts what is remembered in the place of parts that are repeated.

    MkDocs lists every file of a theme, then leaves out those in hidden directories; Material has 14,000 icons in one.
    """

    def list_templates(self) -> list[str]:
        """The paths below the search path, sorted, as of jinja2's own loader."""
        found: set[str] = set()
        for top in self.searchpath:
            for where, directories, names in os.walk(top, followlinks=self.followlinks):
                directories[:] = [name for name in directories if not name.startswith(".")]
                found.update(os.path.relpath(os.path.join(where, name), top).replace(os.sep, "/") for name in names)
        return sorted(found)

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """A template, or a call in its place."""
        if template in REPEATED:
            super().get_source(environment, template)
            return f'{{{{ archgen_repeated("{template}") }}}}', template, lambda: True
        return super().get_source(environment, template.removeprefix(_WHOLE))


class _Repeated:
    """Parts of pages that were filled in before, by their names and by where they lead from."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    @jinja2.pass_context
    def __call__(self, context: Context, name: str) -> str:
        """A part of the page that the context is of."""
        page = context.get("page")
        where = os.path.dirname(page.url) if page is not None else ""
        # from a directory that the menu does not lead into, every way is as long as from the one beside it
        if not where or any(one.url.startswith(f"{where}/") for one in context["nav"].pages):
            return self._made(context, name)
        key = name, os.path.dirname(where)
        if key not in self._known:
            self._known[key] = self._made(context, name)
        return self._known[key]

    @staticmethod
    def _made(context: Context, name: str) -> str:
        return context.environment.get_template(_WHOLE + name).render(context.get_all())


def quicken(theme: Theme) -> None:
    """Let a theme list its files without the hidden ones, and keep compiled templates for the next build."""
    original = theme.get_env

    def get_env() -> jinja2.Environment:
        environment = original()
        environment.loader = VisibleFiles(theme.dirs)
        environment.bytecode_cache = _cache()
        environment.globals["archgen_repeated"] = _Repeated()
        return environment

    theme.get_env = get_env  # type: ignore[method-assign]


def _cache() -> jinja2.BytecodeCache | None:
    """Compiled templates in jinja2's directory of this user; none where there is no safe one."""
    try:
        return jinja2.FileSystemBytecodeCache()
    except (OSError, RuntimeError):
        return None
