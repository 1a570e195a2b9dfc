"""The texts that one editor has open and their findings, in the terms and units of the protocol."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import sys
from collections.abc import Collection, Mapping
from difflib import SequenceMatcher
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from archgen import __version__
from archgen.app.config.catalogue import catalogue
from archgen.app.config.evaluation_date import today
from archgen.app.config.settings import CommandLine, LintSettings, lint_settings
from archgen.app.workspace.inputs import read as read_files
from archgen.editor.document import OpenModel, check_text
from archgen.editor.outline import ElementName, TextOutline, TextSpan
from archgen.editor.related_files import Family, families
from archgen.editor.transport import EditorProtocol, Messages, log_briefly
from archgen.model.architecture import SUFFIX
from archgen.model.finding import Finding
from archgen.model.problems import UsageError
from archgen.report.lint.outcome import page_of

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
"""A line with its break, as YAML and an editor take it."""

_ENCODINGS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
"""Encodings in whose units an editor may count, each with the bytes of a unit."""

_SEVERITY = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "info": lsp.DiagnosticSeverity.Information,
}


class ModelServer(LanguageServer):
    """The open models of one editor, each checked by the configuration of its workspace."""

    protocol: EditorProtocol

    def __init__(self) -> None:
        super().__init__("archgen", __version__, protocol_cls=EditorProtocol)
        self.readings: dict[str, OpenModel] = {}
        self.waiting: dict[str, asyncio.Task[None]] = {}
        self.settings = LintSettings()

    def serve(self) -> None:
        """Serve the editor on standard input and output until it disconnects."""
        log_briefly()
        # the thread that waits for input would keep an interrupted process alive, and nothing needs cleaning up
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        messages: Any = Messages(sys.stdin.buffer, self.protocol.refuse)
        # the library closes what it writes to, and the process has standard output to flush after that
        self.start_io(stdin=messages, stdout=os.fdopen(os.dup(sys.stdout.fileno()), "wb"))

    def configure(self) -> None:
        """Read the configuration of the workspace; report an invalid one and keep the default policy."""
        try:
            self.settings = lint_settings(CommandLine(), catalogue())
        except (UsageError, OSError) as error:
            self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, f"archgen: {error}"))

    def report_server_error(self, error: Exception, source: object) -> None:
        """Log an error outside of a request; a request gets its error as the response."""
        logging.getLogger("archgen").error("%s", error)

    def source(self, uri: str) -> str:
        """Return the text from the editor, else from the disk; raise JsonRpcInvalidParams if there is neither."""
        text = self.text_of(path_of(uri))
        if text is None:
            raise JsonRpcInvalidParams(f"{uri} isn't open, and can't be read from the disk; open it first")
        return text

    def is_open(self, uri: str) -> bool:
        """Return True if the editor holds the text."""
        return path_of(uri) in self._open()

    def read(self, uri: str) -> OpenModel:
        """Check the current text."""
        text = self.source(uri)
        current = self.readings.get(uri)
        if current is None or current.text != text:
            current = check_text(_near(path_of(uri)), text, today(None), self.settings, current)
            if self.is_open(uri):
                self.readings[uri] = current
        return current

    def tell(self, uri: str) -> None:
        """Send the findings of a text."""
        read = self.read(uri)
        version = self.workspace.get_text_document(uri).version
        findings = [finding for finding in read.model.findings if finding.accepted is None]
        # the configuration is read once, and not for each of thousands of findings
        pages = self.pages({finding.rule for finding in findings})
        diagnostics = [self.diagnostic(read, finding, pages[finding.rule]) for finding in findings]
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, diagnostics, version))

    def diagnostic(self, read: OpenModel, finding: Finding, page: str) -> lsp.Diagnostic:
        """Return a finding at its place, with the address that explains its rule.

        A finding in an included file is placed at the top of the model that includes it.
        """
        own = finding.file == read.file
        related = [
            lsp.DiagnosticRelatedInformation(
                lsp.Location(
                    uri_of(related.file),
                    self.range(
                        read,
                        _span(read, related.line - 1, related.column - 1, related.subject.id),
                    ),
                ),
                f"{related.subject.id} {related.label}",
            )
            for related in finding.related[:20]
        ]
        line, column = (finding.line - 1, finding.column - 1) if own else (0, 0)
        return lsp.Diagnostic(
            range=self.range(read, _span(read, line, column, finding.subject.id)),
            message=f"{finding.message}\nFix: {finding.fix}",
            severity=_SEVERITY[finding.severity],
            code=finding.code,
            code_description=lsp.CodeDescription(page) if page else None,
            source=f"archgen {finding.rule}",
            related_information=related,
            tags=[lsp.DiagnosticTag.Unnecessary] if finding.rule == "unused-component" else None,
            data=finding.fingerprint,
        )

    def pages(self, names: Collection[str]) -> dict[str, str]:
        """Return the addresses that explain some rules: on the published site, else their first references."""
        return {rule.id: page_of(rule, self.settings.pages) for rule in catalogue() if rule.id in names}

    def range(self, read: OpenModel, span: TextSpan) -> lsp.Range:
        """Return a span in the units that the editor counts in."""
        return self._over(read.outline, span)

    def place(self, read: OpenModel, position: lsp.Position) -> tuple[int, int]:
        """Return a position in characters."""
        lines = read.outline.lines
        if position.line >= len(lines):
            return len(lines) - 1, len(lines[-1])
        code, size = self._encoding
        before = lines[position.line].encode(code, "surrogatepass")[: size * position.character]
        return position.line, len(before.decode(code, "replace"))

    @property
    def _encoding(self) -> tuple[str, int]:
        """The encoding in whose units the editor counts, and the bytes of a unit.

        The library counts character by character, and a line may hold a whole model.
        """
        return _ENCODINGS.get(self.workspace.position_codec.encoding or "", _ENCODINGS["utf-16"])

    def text_of(self, file: str) -> str | None:
        """Return the text of a file from the editor, else from the disk; None if it can't be read."""
        uri = self._open().get(file)
        if uri is not None:
            return str(self.workspace.get_text_document(uri).source)
        source = read_files((file,))[0]
        return source.data.decode("utf-8", "replace") if source.data is not None else None

    def _open(self) -> dict[str, str]:
        """Return the open files, each with its URI as the editor writes it."""
        return {path_of(uri): uri for uri in self.workspace.text_documents}

    def read_file(self, file: str) -> OpenModel:
        """Check the current text of a file."""
        return self.read(self._open().get(file) or uri_of(file))

    def root_of(self, file: str) -> str:
        """Return the directory whose files may belong to a file: the workspace, else its own."""
        root, own = self.workspace.root_path, os.path.dirname(os.path.abspath(file))
        return root if root and os.path.commonpath((os.path.abspath(root), own)) == os.path.abspath(root) else own

    def named(
        self, file: str, position: lsp.Position, every: bool = False
    ) -> tuple[tuple[Family, ...], ElementName | None]:
        """Return the models that declare the name at a position, and the name; an included file has the names of its model.

        In a workspace that is too large to search, only the file's own model, or TooManyDirectories for `every`.
        """
        place = self.place(self.read_file(file), position)
        group = families(file, self.text_of, self.root_of(file), every)
        named = [
            (own_name, family) for family in group if (own_name := family.outline(file).name_at(*place)) is not None
        ]
        if not named:
            return (), None
        name = named[0][0]
        # another model may include the part in which the thing is declared, and speak of it too
        declaring = {
            path for own_name, family in named if own_name == name for path, at in family.names(name) if at.declares
        }
        models = {family.root: family for own_name, family in named if own_name == name}
        for path in sorted(declaring - {file}):
            models |= {model.root: model for model in families(path, self.text_of, self.root_of(file), every)}
        return tuple(models.values()), name

    def followed(self, file: str, position: lsp.Position) -> str | None:
        """Return the path of the model that `follows` or `extends` names at a position."""
        read = self.read_file(file)
        part = read.outline.part_at(*self.place(read, position))
        if part is None or part.is_key or part.way not in (("follows",), ("extends",)):
            return None
        return os.path.join(os.path.dirname(file), part.text + SUFFIX)

    def renames_files(self) -> bool:
        """Return True if the editor can rename files."""
        workspace = self.client_capabilities.workspace
        able = workspace.workspace_edit if workspace is not None else None
        return able is not None and bool(able.document_changes) and "rename" in (able.resource_operations or ())

    def edit(self, changed: Mapping[str, str]) -> lsp.WorkspaceEdit:
        """Return the edits that change files to these texts."""
        open_files = self._open()
        return lsp.WorkspaceEdit(
            changes={
                open_files.get(file) or uri_of(file): text_edits(self.text_of(file) or "", text)
                for file, text in changed.items()
            }
        )

    def locations(self, file: str, position: lsp.Position, declaring: bool | None) -> list[lsp.Location]:
        """Return the declarations (True) of the name at a position, the references (False), or both (None), in all files."""
        models, name = self.named(file, position)
        if name is None:
            return []
        places = {
            (path, occurrence.span): family.outline(path)
            for family in models
            for path, occurrence in family.names(name)
            if declaring in (None, occurrence.declares)
        }
        return [lsp.Location(uri_of(path), self._over(outline, span)) for (path, span), outline in places.items()]

    def _over(self, outline: TextOutline, span: TextSpan) -> lsp.Range:
        if span.line >= len(outline.lines):
            end = lsp.Position(len(outline.lines), 0)
            return lsp.Range(end, end)
        line, (code, size) = outline.lines[span.line], self._encoding
        start, end = (
            lsp.Position(span.line, len(line[:at].encode(code, "surrogatepass")) // size)
            for at in (span.start, span.end)
        )
        return lsp.Range(start, end)


def text_edits(before: str, after: str) -> list[lsp.TextEdit]:
    """Return the edits of whole lines that turn one text into another."""
    old, new = _LINE.findall(before), _LINE.findall(after)
    changes = []
    for tag, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            over = lsp.Range(lsp.Position(first, 0), lsp.Position(last, 0))
            changes.append(lsp.TextEdit(over, "".join(new[start:end])))
    return changes


def uri_of(file: str) -> str:
    """Return the URI of a file."""
    return from_fs_path(os.path.abspath(file)) or file


def path_of(uri: str) -> str:
    """Return the absolute path of a file; the URI itself if the text isn't in a file yet, or it isn't a URI."""
    try:
        path = to_fs_path(uri)
    except ValueError:
        return uri
    return os.path.normpath(path) if path else uri


def _near(file: str) -> str:
    """Return a file's path relative to the workspace if it is in there."""
    here = os.path.relpath(file)
    return file if here.startswith("..") else here


def _span(read: OpenModel, line: int, column: int, name: str) -> TextSpan:
    """Return the span to mark at a place: the name if it stands there, else the key or the value."""
    line, column = read.outline.editor_place(line, column)
    lines = read.outline.lines
    text = lines[line] if 0 <= line < len(lines) else ""
    if name and text[column:].startswith(name):
        return TextSpan(line, column, column + len(name))
    part = read.outline.part_at(line, column)
    if part is not None:
        return part.span
    return TextSpan(max(line, 0), min(column, len(text)), max(column, len(text.rstrip())))
