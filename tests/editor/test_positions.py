"""Places in a text as an editor counts them, and how often a text is read for a request."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.workspace import Workspace
from pygls.workspace.position_codec import PositionCodec

from archgen.app.config.settings import LintSettings
from archgen.editor import outline
from archgen.editor.document import check_text
from archgen.editor.outline import TextSpan
from archgen.editor.related_files import families
from archgen.editor.session import ModelServer

TEXT = 'archgen: 1\nname: "Ä — 😀😀 shop"\nhosts: {höst: {}}\n\ncomponents: {db: {kind: database, runs_on: host}}'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_places_are_counted_in_the_units_of_the_editor(encoding: str) -> None:
    server, codec = ModelServer(), PositionCodec(encoding)
    server.protocol._workspace = Workspace(None, position_encoding=lsp.PositionEncodingKind(encoding))
    read = check_text("shop.arch.yaml", TEXT, "2026-11-24", LintSettings())
    for place, line in enumerate(read.outline.lines):
        for end in range(len(line) + 1):
            over = server.range(read, TextSpan(place, 0, end))
            assert over.end == codec.position_to_client_units(read.outline.lines, lsp.Position(place, end))
            assert server.place(read, over.end) == (place, end)
        assert server.place(read, lsp.Position(place, 1000)) == (place, len(line))
    beyond = server.range(read, TextSpan(99, 3, 5))
    assert (beyond.start, beyond.end) == (lsp.Position(5, 0), lsp.Position(5, 0))


def test_a_text_is_taken_apart_once_however_often_its_names_are_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "shop.arch.yaml"
    file.write_text(TEXT, encoding="utf-8")
    outline._parts.cache_clear()
    for _ in range(3):
        (family,) = families(str(file), lambda path: Path(path).read_text(encoding="utf-8"), str(tmp_path))
        assert family.declared["component"] == {"db"}
        assert family.outline(str(file)).name_at(4, 14) is not None
    assert outline._parts.cache_info().misses == 1
