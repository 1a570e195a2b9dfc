"""The site as one HTML document, in the same theme as the site of many files."""

from __future__ import annotations

import os
from glob import glob

import material

from archgen.app.workspace.atomic_write import write
from archgen.model.problems import UsageError
from archgen.site.page import Page
from archgen.site_build.single_page import MARKER, single_file
from archgen.system.files import UnreadableFile, peek_file
from archgen.system.internal_errors import Isolation


def write_single(pages: tuple[Page, ...], name: str, output: str, isolation: Isolation) -> None:
    """Write the document; UsageError if there is a file that archgen did not create."""
    if os.path.lexists(output) and not _is_ours(output):
        raise UsageError(f"{output} exists and was not created by archgen; remove it or choose another file")
    write(output, single_file(pages, name, _theme(), isolation).encode())


def _is_ours(path: str) -> bool:
    try:
        return peek_file(path, len(MARKER)) == MARKER.encode()
    except UnreadableFile:
        return False


def _theme() -> str:
    """Return the theme's style sheets, the palette last."""
    where = os.path.join(os.path.dirname(os.path.abspath(material.__file__)), "templates", "assets", "stylesheets")
    paths = [path for kind in ("main", "palette") for path in sorted(glob(os.path.join(where, f"{kind}.*.css")))]
    if not paths:
        raise UsageError("the Material theme is installed without its style sheets; reinstall mkdocs-material")
    texts = []
    for path in paths:
        with open(path, encoding="utf-8") as stream:
            texts.append(stream.read())
    return "\n".join(texts)
