"""What generators of sites would do in silence, told before somebody wonders."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from shutil import which

_CONFIGS = ("mkdocs.yml", "mkdocs.yaml", "zensical.toml")
_PLUGIN = re.compile(
    r"^\s*-\s*\{?\s*archgen\b|^\s*plugins:\s*\[[^\]]*\barchgen\b|^\s*\[?\s*.*plugins\.archgen\b", re.MULTILINE
)


def ignored_plugin(directory: str = ".") -> str | None:
    """A warning where Zensical would be run on a configuration that names the plugin: it ignores plugins it does not know."""
    named = next((name for name in _CONFIGS if _names_plugin(os.path.join(directory, name))), None)
    if named is None or not (named == "zensical.toml" or find_spec("zensical") or which("zensical")):
        return None
    return (
        f"warning: {named} names the plugin archgen, which Zensical ignores without a word: its site would lack the models' "
        "pages. Write them with `archgen build --pages DIR` and build that directory, or build with mkdocs or properdocs."
    )


def _names_plugin(path: str) -> bool:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return bool(_PLUGIN.search(stream.read(1_000_000)))
    except OSError:
        return False
