"""The language server: requests and notifications of the Language Server Protocol 3.17, answered from `document`.

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
from archgen.editor.document import OpenModel, QuickFix, apply_safe_fixes, completions, describe, quick_fixes
from archgen.editor.related_files import Texts, TooManyDirectories, move_file, rename_element
from archgen.editor.session import ModelServer, path_of, text_edits, uri_of
from archgen.model.architecture import SUFFIX
from archgen.model.problems import ModelError

DELAY = 0.15
"""Seconds without a keystroke before a text is checked again."""

_SYMBOLS = {
    "components": lsp.SymbolKind.Class,
    "hosts": lsp.SymbolKind.Object,
    "zones": lsp.SymbolKind.Namespace,
    "networks": lsp.SymbolKind.Interface,
    "certificates": lsp.SymbolKind.Key,
    "connections": lsp.SymbolKind.Event,
    "flows": lsp.SymbolKind.Function,
    "groups": lsp.SymbolKind.Package,
    "views": lsp.SymbolKind.File,
}
_OFFERS = {
    "key": lsp.CompletionItemKind.Property,
    "word": lsp.CompletionItemKind.EnumMember,
    "name": lsp.CompletionItemKind.Reference,
    "rule": lsp.CompletionItemKind.Constant,
}

server = ModelServer()


@server.feature(lsp.INITIALIZED)
def initialized(ls: ModelServer, _: lsp.InitializedParams) -> None:
    """Work in the directory of the workspace, as `archgen lint` would."""
    root = ls.workspace.root_path
    if root and os.path.isdir(root):
        os.chdir(root)
    ls.configure()


@server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
def opened(ls: ModelServer, params: lsp.DidOpenTextDocumentParams) -> None:
    """Check a model that is opened."""
    ls.tell(params.text_document.uri)


@server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
async def changed(ls: ModelServer, params: lsp.DidChangeTextDocumentParams) -> None:
    """Check a model once typing pauses."""
    uri = params.text_document.uri
    if uri in ls.waiting:
        ls.waiting[uri].cancel()

    async def later() -> None:
        await asyncio.sleep(DELAY)
        if ls.is_open(uri):
            ls.tell(uri)

    ls.waiting[uri] = asyncio.create_task(later())


@server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
def saved(ls: ModelServer, params: lsp.DidSaveTextDocumentParams) -> None:
    """Check the open models again: they may follow or include the saved file."""
    ls.configure()
    ls.readings.clear()
    for uri in list(ls.workspace.text_documents):
        ls.tell(uri)


@server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
def closed(ls: ModelServer, params: lsp.DidCloseTextDocumentParams) -> None:
    """Forget a model that is closed."""
    uri = params.text_document.uri
    if uri in ls.waiting:
        ls.waiting.pop(uri).cancel()
    ls.readings.pop(uri, None)
    ls.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))


@server.feature(lsp.TEXT_DOCUMENT_HOVER)
def hover(ls: ModelServer, params: lsp.HoverParams) -> lsp.Hover | None:
    """Describe the key, value or name under the cursor."""
    read = ls.read(params.text_document.uri)
    text = describe(read, *ls.place(read, params.position))
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, text)) if text else None


@server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[":", " ", ">", "[", "{", ","]))
def complete(ls: ModelServer, params: lsp.CompletionParams) -> lsp.CompletionList:
    """Offer the names, keys and words that may stand there."""
    read = ls.read(params.text_document.uri)
    offered = completions(read, *ls.place(read, params.position))
    items = [
        lsp.CompletionItem(offer.word, kind=_OFFERS[offer.sort], documentation=offer.detail or None)
        for offer in offered
    ]
    return lsp.CompletionList(is_incomplete=False, items=items)


@server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
def define(ls: ModelServer, params: lsp.DefinitionParams) -> list[lsp.Location]:
    """Go to the declaration of an element, or to the model that `follows` names."""
    file, position = path_of(params.text_document.uri), params.position
    followed = ls.followed(file, position)
    if followed is not None:
        start = lsp.Position(0, 0)
        return [lsp.Location(uri_of(followed), lsp.Range(start, start))] if os.path.exists(followed) else []
    return ls.locations(file, position, True)


@server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
def refer(ls: ModelServer, params: lsp.ReferenceParams) -> list[lsp.Location]:
    """Find the references to an element."""
    both = None if params.context.include_declaration else False
    return ls.locations(path_of(params.text_document.uri), params.position, both)


@server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
def prepare(ls: ModelServer, params: lsp.PrepareRenameParams) -> lsp.Range | None:
    """Return the range of the name that would be renamed."""
    file = path_of(params.text_document.uri)
    read = ls.read(params.text_document.uri)
    if ls.followed(file, params.position) is not None:
        part = read.outline.part_at(*ls.place(read, params.position))
        return ls.range(read, part.span) if part is not None else None
    _, name = ls.named(file, params.position)
    return ls.range(read, name.span) if name is not None else None


@server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
def rename(ls: ModelServer, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    """Rename an element in all files of its model, or the model that `follows` names."""
    file = path_of(params.text_document.uri)
    followed = ls.followed(file, params.position)
    if followed is not None:
        return _renamed_model(ls, followed, params.new_name)
    try:
        families, name = ls.named(file, params.position, every=True)
        if name is None:
            return None
        changed = rename_element(families, name, params.new_name)
    except ValueError as error:
        raise JsonRpcInvalidParams(str(error)) from None
    return ls.edit(changed)


def _renamed_model(ls: ModelServer, old: str, name: str) -> lsp.WorkspaceEdit:
    """Rename the file of a model, which is its name, and the references to it."""
    new = os.path.join(os.path.dirname(old), name + SUFFIX)
    if not ls.renames_files():
        raise JsonRpcInvalidParams(f"the name of a model is that of its file; rename {os.path.basename(old)}")
    if os.path.basename(name) != name or not name or os.path.exists(new) or not os.path.exists(old):
        raise JsonRpcInvalidParams(f"can't rename {os.path.basename(old)} to {os.path.basename(new)}")
    text_edits = [
        lsp.TextDocumentEdit(lsp.OptionalVersionedTextDocumentIdentifier(uri=uri), list(text_edits))
        for uri, text_edits in (ls.edit(_moved(ls, old, new, ls.text_of)).changes or {}).items()
    ]
    return lsp.WorkspaceEdit(document_changes=[*text_edits, lsp.RenameFile(uri_of(old), uri_of(new))])


@server.feature(
    lsp.WORKSPACE_WILL_RENAME_FILES,
    lsp.FileOperationRegistrationOptions([lsp.FileOperationFilter(lsp.FileOperationPattern("**/*.{yaml,yml}"))]),
)
def moving(ls: ModelServer, params: lsp.RenameFilesParams) -> lsp.WorkspaceEdit:
    """Update `follows` and `include` when a file is renamed or moved."""
    changed: dict[str, str] = {}

    def text_of(file: str) -> str | None:
        return changed.get(file) or ls.text_of(file)

    for move in params.files:
        old, new = path_of(move.old_uri), path_of(move.new_uri)
        changed |= _moved(ls, old, new, text_of)
    return ls.edit(changed)


def _moved(ls: ModelServer, old: str, new: str, text_of: Texts) -> dict[str, str]:
    try:
        return move_file(old, new, text_of, ls.root_of(old))
    except TooManyDirectories as error:
        raise JsonRpcInvalidParams(str(error)) from None


@server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
def symbols(ls: ModelServer, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
    """List the sections of a model and the elements that each declares."""
    read = ls.read(params.text_document.uri)
    sections: list[lsp.DocumentSymbol] = []
    for part in read.outline.sections:
        over = ls.range(read, part.span)
        if len(part.way) == 1:
            sections.append(lsp.DocumentSymbol(part.text, lsp.SymbolKind.Module, over, over, children=[]))
        elif sections and sections[-1].name == part.way[0] and part.way[0] in _SYMBOLS:
            inner = lsp.DocumentSymbol(part.text, _SYMBOLS[str(part.way[0])], over, over)
            sections[-1].children = [*(sections[-1].children or ()), inner]
            sections[-1].range = lsp.Range(sections[-1].range.start, over.end)
    return sections


@server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
def format_(ls: ModelServer, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
    """Format a model; leave an invalid one as it is."""
    read = ls.read(params.text_document.uri)
    try:
        return text_edits(read.text, format_model(read.file, read.text.encode()).decode())
    except ModelError:
        return []


@server.feature(
    lsp.TEXT_DOCUMENT_CODE_ACTION,
    lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.SourceFixAll]),
)
def act(ls: ModelServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """Offer the fixes of the findings under the cursor, and all safe fixes together."""
    uri = params.text_document.uri
    read = ls.read(uri)
    only = params.context.only
    actions: list[lsp.CodeAction] = []
    if _wants(only, lsp.CodeActionKind.QuickFix):
        for shown in params.context.diagnostics:
            for finding in read.model.findings:
                if shown.data == finding.fingerprint and shown.code == finding.code:
                    actions += [
                        _action(uri, read, shown, repair)
                        for repair in quick_fixes(read, finding, ls.settings, today(None))
                    ]
    if only and _wants(only, lsp.CodeActionKind.SourceFixAll):
        text = apply_safe_fixes(read, ls.settings, today(None)).data.decode()
        if text != read.text:
            edit = lsp.WorkspaceEdit(changes={uri: text_edits(read.text, text)})
            actions.append(lsp.CodeAction("Apply all safe fixes", kind=lsp.CodeActionKind.SourceFixAll, edit=edit))
    return actions


def _wants(only: Sequence[str] | None, kind: str) -> bool:
    return not only or any(kind == wanted or kind.startswith(f"{wanted}.") for wanted in only)


def _action(uri: str, read: OpenModel, shown: lsp.Diagnostic, repair: QuickFix) -> lsp.CodeAction:
    edit = lsp.WorkspaceEdit(changes={uri: text_edits(read.text, repair.text)})
    kind, preferred = lsp.CodeActionKind.QuickFix, repair.preferred or None
    return lsp.CodeAction(repair.title, kind=kind, diagnostics=[shown], is_preferred=preferred, edit=edit)
