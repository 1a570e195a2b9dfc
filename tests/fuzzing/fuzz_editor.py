"""An editor that opens a model, asks everything of the server that it offers, and writes the model otherwise."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.lsp.client import LanguageClient

from tests.forked import command
from tests.fuzzing.fuzz_lint import Failed
from tests.fuzzing.trial import Trial
from tests.generators.spoilers import spoil
from tests.layouts import relaid

PATIENCE = 60.0
"""Seconds until an answer is missed."""


def editor(trial: Trial) -> None:
    """Open, ask, change, ask again; every request has an answer, which may be that it makes no sense."""
    asyncio.run(_session(trial))


async def _session(trial: Trial) -> None:
    client = LanguageClient("editor", "1")
    told = asyncio.Queue[int | None]()

    @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
    def shown(params: lsp.PublishDiagnosticsParams) -> None:
        told.put_nowait(params.version)

    @client.feature(lsp.WINDOW_SHOW_MESSAGE)  # type: ignore[untyped-decorator]
    def message(_: lsp.ShowMessageParams) -> None:
        """Nothing is done with what is told."""

    uri = Path(os.path.abspath(trial.main)).as_uri()
    document = lsp.TextDocumentIdentifier(uri)
    await client.start_io(*command("lsp"))
    try:
        await _answered(
            client.initialize_async(lsp.InitializeParams(lsp.ClientCapabilities(), root_uri=Path.cwd().as_uri()))
        )
        client.initialized(lsp.InitializedParams())
        text = trial.files[trial.main].decode("utf-8", "replace")
        client.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, "yaml", 1, text)))
        for version in range(1, 4):
            while await asyncio.wait_for(told.get(), PATIENCE) != version:
                pass
            for _ in range(6):
                await _asked(client, document, trial, text)
            way: Callable[..., bytes] = spoil if trial.rand.random() < 0.5 else relaid
            given: Any = text.encode("utf-8", "replace") if way is spoil else text
            text = way(trial.rand, given).decode("utf-8", "replace")
            named = lsp.VersionedTextDocumentIdentifier(version=version + 1, uri=uri)
            whole = lsp.TextDocumentContentChangeWholeDocument(text)
            client.text_document_did_change(lsp.DidChangeTextDocumentParams(named, [whole]))
        client.text_document_did_close(lsp.DidCloseTextDocumentParams(document))
        await _answered(client.shutdown_async(None))
        client.exit(None)
    except BaseException:
        # a server that nobody asked to end would be waited for
        process: Any = client._server
        process.kill()
        raise
    finally:
        await client.stop()  # type: ignore[no-untyped-call]


async def _asked(client: LanguageClient, document: lsp.TextDocumentIdentifier, trial: Trial, text: str) -> None:
    """Every request once, at some place in the text."""
    rand = trial.rand
    lines = text.splitlines() or [""]
    line = rand.randrange(len(lines))
    at = lsp.Position(line, rand.randint(0, len(lines[line].encode("utf-16-le", "replace")) // 2))
    named: dict[str, Any] = {"text_document": document, "position": at}
    context = lsp.CodeActionContext([], rand.choice((None, [lsp.CodeActionKind.SourceFixAll])))
    name = rand.choice(("renamed", "a b", "", "db", "x" * 300, "true"))
    for request in (
        client.text_document_hover_async(lsp.HoverParams(**named)),
        client.text_document_completion_async(lsp.CompletionParams(**named)),
        client.text_document_definition_async(lsp.DefinitionParams(**named)),
        client.text_document_references_async(lsp.ReferenceParams(**named, context=lsp.ReferenceContext(True))),
        client.text_document_prepare_rename_async(lsp.PrepareRenameParams(**named)),
        client.text_document_rename_async(lsp.RenameParams(**named, new_name=name)),
        client.text_document_document_symbol_async(lsp.DocumentSymbolParams(document)),
        client.text_document_formatting_async(lsp.DocumentFormattingParams(document, lsp.FormattingOptions(2, True))),
        client.text_document_code_action_async(lsp.CodeActionParams(document, lsp.Range(at, at), context)),
    ):
        await _answered(request)


async def _answered(request: Awaitable[Any]) -> None:
    try:
        await asyncio.wait_for(request, PATIENCE)
    except JsonRpcInternalError as error:
        raise Failed(f"the server answers {error}") from error
    except JsonRpcException:
        """A request that makes no sense has an answer too."""
    except TimeoutError as error:
        raise Failed("a request has no answer") from error
