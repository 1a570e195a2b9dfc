"""The language server: what `reading` knows of a model, told to an editor by the Language Server Protocol 3.17.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from archgen.errors import ModelError
from archgen.finding import Finding
from archgen.project.day import today
from archgen.project.formatting import formatted
from archgen.project.language.reading import Reading, about, all_safe, offers, renamed, repairs
from archgen.project.language.session import Server

DELAY = 0.15
"""Seconds without a key being pressed before a text is judged anew."""

_SYMBOLS = {
    "components": lsp.SymbolKind.Class,
    "hosts": lsp.SymbolKind.Object,
    "zones": lsp.SymbolKind.Namespace,
    "networks": lsp.SymbolKind.Interface,
    "certificates": lsp.SymbolKind.Key,
    "connections": lsp.SymbolKind.Event,
    "flows": lsp.SymbolKind.Function,
}
_OFFERS = {
    "key": lsp.CompletionItemKind.Property,
    "word": lsp.CompletionItemKind.EnumMember,
    "name": lsp.CompletionItemKind.Reference,
    "rule": lsp.CompletionItemKind.Constant,
}

server = Server()


@server.feature(lsp.INITIALIZED)
def initialized(ls: Server, _: lsp.InitializedParams) -> None:
    """Work where the workspace is, as `archgen lint` there would."""
    root = ls.workspace.root_path
    if root and os.path.isdir(root):
        os.chdir(root)
    ls.configure()


@server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
def opened(ls: Server, params: lsp.DidOpenTextDocumentParams) -> None:
    """Judge a model that is opened."""
    ls.tell(params.text_document.uri)


@server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
async def changed(ls: Server, params: lsp.DidChangeTextDocumentParams) -> None:
    """Judge a model once no key is pressed any more."""
    uri = params.text_document.uri
    if uri in ls.waiting:
        ls.waiting[uri].cancel()

    async def later() -> None:
        await asyncio.sleep(DELAY)
        ls.tell(uri)

    ls.waiting[uri] = asyncio.create_task(later())


@server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
def saved(ls: Server, params: lsp.DidSaveTextDocumentParams) -> None:
    """Judge anew what stands beside others on the disk: they may follow or include what was saved."""
    ls.configure()
    ls.readings.clear()
    for uri in list(ls.workspace.text_documents):
        ls.tell(uri)


@server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
def closed(ls: Server, params: lsp.DidCloseTextDocumentParams) -> None:
    """Forget a model that is closed."""
    uri = params.text_document.uri
    if uri in ls.waiting:
        ls.waiting.pop(uri).cancel()
    ls.readings.pop(uri, None)
    ls.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))


@server.feature(lsp.TEXT_DOCUMENT_HOVER)
def hover(ls: Server, params: lsp.HoverParams) -> lsp.Hover | None:
    """Explain what is under the cursor."""
    read = ls.read(params.text_document.uri)
    told = about(read, *ls.place(read, params.position))
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, told)) if told else None


@server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[":", " ", ">", "[", "{", ","]))
def complete(ls: Server, params: lsp.CompletionParams) -> lsp.CompletionList:
    """Offer the names, keys and words that may stand there."""
    read = ls.read(params.text_document.uri)
    found = offers(read, *ls.place(read, params.position))
    items = [lsp.CompletionItem(one.word, kind=_OFFERS[one.sort], documentation=one.detail or None) for one in found]
    return lsp.CompletionList(is_incomplete=False, items=items)


@server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
def define(ls: Server, params: lsp.DefinitionParams) -> list[lsp.Location]:
    """Go to where a thing is declared."""
    read = ls.read(params.text_document.uri)
    name = read.outline.name_at(*ls.place(read, params.position))
    return ls.locations(params.text_document.uri, read, name, True) if name is not None else []


@server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
def refer(ls: Server, params: lsp.ReferenceParams) -> list[lsp.Location]:
    """Find where a thing is spoken of."""
    read = ls.read(params.text_document.uri)
    name = read.outline.name_at(*ls.place(read, params.position))
    both = None if params.context.include_declaration else False
    return ls.locations(params.text_document.uri, read, name, both) if name is not None else []


@server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
def prepare(ls: Server, params: lsp.PrepareRenameParams) -> lsp.Range | None:
    """Say what would be renamed."""
    read = ls.read(params.text_document.uri)
    name = read.outline.name_at(*ls.place(read, params.position))
    return ls.range(read, name.span) if name is not None else None


@server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
def rename(ls: Server, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    """Give a thing another name wherever it is spoken of."""
    uri = params.text_document.uri
    read = ls.read(uri)
    name = read.outline.name_at(*ls.place(read, params.position))
    if name is None:
        return None
    try:
        text = renamed(read, name, params.new_name)
    except ValueError as error:
        raise JsonRpcInvalidParams(str(error)) from None
    return lsp.WorkspaceEdit(changes={uri: ls.edits(read, text)})


@server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
def symbols(ls: Server, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
    """List the sections of a model and what each declares."""
    read = ls.read(params.text_document.uri)
    found: list[lsp.DocumentSymbol] = []
    for part in read.outline.sections:
        over = ls.range(read, part.span)
        if len(part.way) == 1:
            found.append(lsp.DocumentSymbol(part.text, lsp.SymbolKind.Module, over, over, children=[]))
        elif found and found[-1].name == part.way[0] and part.way[0] in _SYMBOLS:
            inner = lsp.DocumentSymbol(part.text, _SYMBOLS[str(part.way[0])], over, over)
            found[-1].children = [*(found[-1].children or ()), inner]
            found[-1].range = lsp.Range(found[-1].range.start, over.end)
    return found


@server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
def format_(ls: Server, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
    """Write a model in its canonical form; what is no model stays."""
    read = ls.read(params.text_document.uri)
    try:
        return ls.edits(read, formatted(read.file, read.text.encode()).decode())
    except ModelError:
        return []


@server.feature(
    lsp.TEXT_DOCUMENT_CODE_ACTION,
    lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.SourceFixAll]),
)
def act(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """Offer the repairs of the findings under the cursor, and all that are safe together."""
    uri = params.text_document.uri
    read = ls.read(uri)
    only = params.context.only
    found: list[lsp.CodeAction] = []
    if _wants(only, lsp.CodeActionKind.QuickFix):
        for shown in params.context.diagnostics:
            for finding in read.model.findings:
                if shown.data == finding.fingerprint and shown.code == finding.code:
                    found += [_action(ls, uri, read, shown, *one) for one in _offered(read, finding)]
    if only and _wants(only, lsp.CodeActionKind.SourceFixAll):
        text = all_safe(read, ls.settings, today(None)).data.decode()
        if text != read.text:
            edit = lsp.WorkspaceEdit(changes={uri: ls.edits(read, text)})
            found.append(lsp.CodeAction("Make all safe fixes", kind=lsp.CodeActionKind.SourceFixAll, edit=edit))
    return found


def _wants(only: Sequence[str] | None, kind: str) -> bool:
    return not only or any(kind == one or kind.startswith(f"{one}.") for one in only)


def _offered(read: Reading, finding: Finding) -> list[tuple[str, str, bool]]:
    return [(one.title, one.text, one.preferred) for one in repairs(read, finding)]


def _action(
    ls: Server, uri: str, read: Reading, shown: lsp.Diagnostic, title: str, text: str, preferred: bool
) -> lsp.CodeAction:
    edit = lsp.WorkspaceEdit(changes={uri: ls.edits(read, text)})
    return lsp.CodeAction(
        title, kind=lsp.CodeActionKind.QuickFix, diagnostics=[shown], is_preferred=preferred or None, edit=edit
    )
