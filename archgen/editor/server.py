"""The language server: what `reading` knows of a model, told to an editor by the Language Server Protocol 3.17.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from archgen.app.config.evaluation_date import today
from archgen.app.formatting import format_model
from archgen.editor.document import Reading, Repair, about, all_safe, offers, repairs
from archgen.editor.related_files import moved, renamed
from archgen.editor.session import Server, edits, path_of, uri_of
from archgen.model.architecture import SUFFIX
from archgen.model.problems import ModelError

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
        if ls.is_open(uri):
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
    """Go to where a thing is declared, or to the model that is followed."""
    file, position = path_of(params.text_document.uri), params.position
    followed = ls.followed(file, position)
    if followed is not None:
        start = lsp.Position(0, 0)
        return [lsp.Location(uri_of(followed), lsp.Range(start, start))] if os.path.exists(followed) else []
    return ls.locations(file, position, True)


@server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
def refer(ls: Server, params: lsp.ReferenceParams) -> list[lsp.Location]:
    """Find where a thing is spoken of."""
    both = None if params.context.include_declaration else False
    return ls.locations(path_of(params.text_document.uri), params.position, both)


@server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
def prepare(ls: Server, params: lsp.PrepareRenameParams) -> lsp.Range | None:
    """Say what would be renamed."""
    file = path_of(params.text_document.uri)
    read = ls.read(params.text_document.uri)
    if ls.followed(file, params.position) is not None:
        part = read.outline.part_at(*ls.place(read, params.position))
        return ls.range(read, part.span) if part is not None else None
    _, name = ls.named(file, params.position)
    return ls.range(read, name.span) if name is not None else None


@server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
def rename(ls: Server, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    """Give a thing another name wherever it is spoken of, in all files of its model; or a model that is followed."""
    file = path_of(params.text_document.uri)
    followed = ls.followed(file, params.position)
    if followed is not None:
        return _renamed_model(ls, followed, params.new_name)
    found, name = ls.named(file, params.position)
    if name is None:
        return None
    try:
        changed = renamed(found, name, params.new_name)
    except ValueError as error:
        raise JsonRpcInvalidParams(str(error)) from None
    return ls.edit(changed)


def _renamed_model(ls: Server, old: str, name: str) -> lsp.WorkspaceEdit:
    """A model is called as its file is, so the file is renamed, and what follows or includes it says so."""
    new = os.path.join(os.path.dirname(old), name + SUFFIX)
    if not ls.renames_files():
        raise JsonRpcInvalidParams(f"a model is called as its file is; rename {os.path.basename(old)}")
    if os.path.basename(name) != name or not name or os.path.exists(new) or not os.path.exists(old):
        raise JsonRpcInvalidParams(f"{os.path.basename(old)} cannot be renamed to {os.path.basename(new)}")
    said = [
        lsp.TextDocumentEdit(lsp.OptionalVersionedTextDocumentIdentifier(uri=uri), list(edits))
        for uri, edits in (ls.edit(moved(old, new, ls.text_of, ls.root_of(old))).changes or {}).items()
    ]
    return lsp.WorkspaceEdit(document_changes=[*said, lsp.RenameFile(uri_of(old), uri_of(new))])


@server.feature(
    lsp.WORKSPACE_WILL_RENAME_FILES,
    lsp.FileOperationRegistrationOptions([lsp.FileOperationFilter(lsp.FileOperationPattern("**/*.{yaml,yml}"))]),
)
def moving(ls: Server, params: lsp.RenameFilesParams) -> lsp.WorkspaceEdit:
    """Keep `follows` and `include` right when a file gets another name or place."""
    changed: dict[str, str] = {}

    def text_of(file: str) -> str | None:
        return changed.get(file) or ls.text_of(file)

    for one in params.files:
        old, new = path_of(one.old_uri), path_of(one.new_uri)
        changed |= moved(old, new, text_of, ls.root_of(old))
    return ls.edit(changed)


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
        return edits(read.text, format_model(read.file, read.text.encode()).decode())
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
                    found += [
                        _action(uri, read, shown, one) for one in repairs(read, finding, ls.settings, today(None))
                    ]
    if only and _wants(only, lsp.CodeActionKind.SourceFixAll):
        text = all_safe(read, ls.settings, today(None)).data.decode()
        if text != read.text:
            edit = lsp.WorkspaceEdit(changes={uri: edits(read.text, text)})
            found.append(lsp.CodeAction("Make all safe fixes", kind=lsp.CodeActionKind.SourceFixAll, edit=edit))
    return found


def _wants(only: Sequence[str] | None, kind: str) -> bool:
    return not only or any(kind == one or kind.startswith(f"{one}.") for one in only)


def _action(uri: str, read: Reading, shown: lsp.Diagnostic, repair: Repair) -> lsp.CodeAction:
    edit = lsp.WorkspaceEdit(changes={uri: edits(read.text, repair.text)})
    kind, preferred = lsp.CodeActionKind.QuickFix, repair.preferred or None
    return lsp.CodeAction(repair.title, kind=kind, diagnostics=[shown], is_preferred=preferred, edit=edit)
