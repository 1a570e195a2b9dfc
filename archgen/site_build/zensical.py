"""A warning about Zensical, a site generator that silently ignores the plugin."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from shutil import which

from archgen.system.files import UnreadableFile, peek_file

_CONFIGS = ("mkdocs.yml", "mkdocs.yaml", "zensical.toml")
_PLUGIN = re.compile(r"\s*-\s*\{?\s*archgen\b|\s*plugins:\s*\[[^\]]*\barchgen\b|.*plugins\.archgen\b")
_MOST = 1_000_000
"""Bytes of such a configuration that are read."""


def plugin_warning(directory: str = ".") -> str | None:
    """Return a warning if Zensical would run on a configuration that names the plugin: it ignores unknown plugins."""
    config = next((name for name in _CONFIGS if _names_plugin(os.path.join(directory, name))), None)
    if config is None or not (config == "zensical.toml" or find_spec("zensical") or which("zensical")):
        return None
    return (
        f"warning: {config} uses the archgen plugin, which Zensical silently ignores: its site would lack the model "
        "pages. Run `archgen build --pages DIR` and build that directory, or build with mkdocs or properdocs."
    )


def _names_plugin(path: str) -> bool:
    try:
        text = peek_file(path, _MOST).decode("utf-8", "replace")
    except UnreadableFile:
        return False
    return any(_PLUGIN.match(line) for line in text.splitlines())
