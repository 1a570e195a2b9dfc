"""What one editor has open: texts with what is found in them, told in the terms and units of the protocol."""

from __future__ import annotations

import asyncio
import os
from difflib import SequenceMatcher

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from archgen import __version__
from archgen.errors import UsageError
from archgen.finding import Finding
from archgen.project.catalogue import catalogue
from archgen.project.day import today
from archgen.project.language.outline import Name, Span
from archgen.project.language.reading import Reading, reading
from archgen.project.settings import Asked, Settings, settle
from archgen.report.outcome import page_of

_SEVERITY = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "info": lsp.DiagnosticSeverity.Information,
}


class Server(LanguageServer):
    """The open models of one editor; each is judged by the configuration of its workspace."""

    def __init__(self) -> None:
        super().__init__("archgen", __version__)
        self.readings: dict[str, Reading] = {}
        self.waiting: dict[str, asyncio.Task[None]] = {}
        self.settings = Settings()

    def configure(self) -> None:
        """Take on the workspace's configuration; one that makes no sense is told, and the rules' own policy stays."""
        try:
            self.settings = settle(Asked(), catalogue())
        except UsageError as error:
            self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, f"archgen: {error}"))

    def read(self, uri: str) -> Reading:
        """The open text as it is now, judged."""
        text = self.workspace.get_text_document(uri).source
        known = self.readings.get(uri)
        if known is None or known.text != text:
            file = to_fs_path(uri) or uri
            known = self.readings[uri] = reading(_near(file), text, today(None), self.settings, known)
        return known

    def tell(self, uri: str) -> None:
        """Send what is found in a text."""
        read = self.read(uri)
        version = self.workspace.get_text_document(uri).version
        found = [self.diagnostic(read, one) for one in read.model.findings if one.accepted is None]
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, found, version))

    def diagnostic(self, read: Reading, finding: Finding) -> lsp.Diagnostic:
        """A finding where it stands; one of an included file stands at the top of the model that includes it."""
        own = finding.file == read.file
        related = [
            lsp.DiagnosticRelatedInformation(
                lsp.Location(
                    _uri(one.file), self.range(read, _span(read, one.line - 1, one.column - 1, one.subject.id))
                ),
                f"{one.subject.id} {one.label}",
            )
            for one in finding.related[:20]
        ]
        line, column = (finding.line - 1, finding.column - 1) if own else (0, 0)
        return lsp.Diagnostic(
            range=self.range(read, _span(read, line, column, finding.subject.id)),
            message=f"{finding.message}\nFix: {finding.fix}",
            severity=_SEVERITY[finding.severity],
            code=finding.code,
            code_description=lsp.CodeDescription(address) if (address := self.page(finding.rule)) else None,
            source=f"archgen {finding.rule}",
            related_information=related,
            tags=[lsp.DiagnosticTag.Unnecessary] if finding.rule == "unused-component" else None,
            data=finding.fingerprint,
        )

    def page(self, name: str) -> str:
        """Where a rule is explained: on the published site, else the first of its references."""
        return page_of(next(one for one in catalogue() if one.id == name), self.settings.pages)

    def range(self, read: Reading, span: Span) -> lsp.Range:
        """A span in the units that the editor counts in."""
        start, end = lsp.Position(span.line, span.start), lsp.Position(span.line, span.end)
        return self.workspace.position_codec.range_to_client_units(read.outline.lines, lsp.Range(start, end))

    def place(self, read: Reading, position: lsp.Position) -> tuple[int, int]:
        """A position in characters."""
        lines = read.outline.lines
        if position.line >= len(lines):
            return len(lines) - 1, len(lines[-1])
        at = self.workspace.position_codec.position_from_client_units(lines, position)
        return at.line, min(at.character, len(lines[at.line]))

    def edits(self, read: Reading, text: str) -> list[lsp.TextEdit]:
        """The changes of whole lines that make one text of another."""
        before, after = read.text.splitlines(keepends=True), text.splitlines(keepends=True)
        found = []
        for tag, first, last, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if tag != "equal":
                over = lsp.Range(lsp.Position(first, 0), lsp.Position(last, 0))
                found.append(lsp.TextEdit(over, "".join(after[start:end])))
        return found

    def locations(self, uri: str, read: Reading, name: Name, declaring: bool | None) -> list[lsp.Location]:
        """Where a name is declared (True), spoken of (False), or both (None)."""
        return [
            lsp.Location(uri, self.range(read, one.span))
            for one in read.outline.names
            if (one.kind, one.id) == (name.kind, name.id) and declaring in (None, one.declares)
        ]


def _near(file: str) -> str:
    """A file as somebody in the workspace would name it."""
    here = os.path.relpath(file)
    return file if here.startswith("..") else here


def _uri(file: str) -> str:
    return from_fs_path(os.path.abspath(file)) or file


def _span(read: Reading, line: int, column: int, name: str) -> Span:
    """What is marked at a place: the name if it stands there, else the key or the value."""
    lines = read.outline.lines
    text = lines[line] if 0 <= line < len(lines) else ""
    if name and text[column:].startswith(name):
        return Span(line, column, column + len(name))
    part = read.outline.part_at(line, column)
    if part is not None:
        return part.span
    return Span(max(line, 0), min(column, len(text)), max(column, len(text.rstrip())))
