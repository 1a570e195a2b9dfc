"""Optional packages: what asks for one that isn't installed says which command installs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from archgen.model.problems import UsageError

_EXTRAS = {
    "site": ("mkdocs", "material", "jinja2", "markdown", "pymdownx", "watchdog"),
    "slides": ("pptx", "lxml", "reportlab", "PIL", "fontTools"),
    "lsp": ("pygls", "lsprotocol"),
    "watch": ("watchfiles",),
}
"""The modules that each extra brings, as far as archgen imports them."""

_BY_MODULE = {module: extra for extra, modules in _EXTRAS.items() for module in modules}


def install_command(extra: str) -> str:
    """Return the command that installs an extra."""
    return f"pip install 'archgen[{extra}]'"


@contextmanager
def needing_extra(purpose: str) -> Iterator[None]:
    """Turn the failed import of an optional package into an error that names its extra and how to install it."""
    try:
        yield
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module not in _BY_MODULE:
            raise
        extra = _BY_MODULE[module]
        raise UsageError(
            f"{purpose} needs the package `{module}` of the extra `{extra}`; run `{install_command(extra)}`"
        ) from None
