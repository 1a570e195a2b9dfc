"""The language server, driven over its standard streams by a client as an editor would."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient

from archgen.cli import main
from archgen.editor.cursor import cursor
from archgen.editor.grammar import DECLARING, NAMING
from archgen.editor.outline import TextOutline
from archgen.language.load import load
from archgen.language.schema import schema
from tests.forked import command
from tests.paths import ROOT
from tests.patience import PATIENCE

TIER = (
    next((ROOT / "models").glob("2-*.arch.yaml"))
    .read_text(encoding="utf-8")
    .replace("follows: 1-simple-web-stack\n", "")
)
LINES = TIER.splitlines()


class Editor:
    """One open model, its diagnostics as they come, and its text as the edits leave it."""

    def __init__(self, client: LanguageClient, file: Path) -> None:
        self.client = client
        self.uri = file.as_uri()
        self.text = ""
        self.version = 0
        self.shown: list[lsp.Diagnostic] = []
        self.told = asyncio.Event()

    @property
    def document(self) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri)

    async def write(self, text: str) -> list[lsp.Diagnostic]:
        """Put a text into the editor, and wait for what is found in it."""
        self.told.clear()
        self.version += 1
        if self.version == 1:
            opened = lsp.TextDocumentItem(self.uri, "yaml", 1, text)
            self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(opened))
        else:
            whole = lsp.TextDocumentContentChangeWholeDocument(text)
            named = lsp.VersionedTextDocumentIdentifier(uri=self.uri, version=self.version)
            self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(named, [whole]))
        self.text = text
        await asyncio.wait_for(self.told.wait(), PATIENCE)
        return self.shown

    def at(self, line: str, word: str) -> lsp.Position:
        """Where a word begins, in the units of the protocol, on the first line that holds a text."""
        lines = self.text.splitlines()
        number = next(at for at, each in enumerate(lines) if line in each)
        before = lines[number][: lines[number].index(word)]
        return lsp.Position(number, len(before.encode("utf-16-le")) // 2)

    def applied(self, edit: lsp.WorkspaceEdit) -> str:
        lines = self.text.splitlines(keepends=True)
        assert edit.changes is not None
        for one in sorted(edit.changes[self.uri], key=lambda each: each.range.start.line, reverse=True):
            lines[one.range.start.line : one.range.end.line] = [one.new_text]
        return "".join(lines)

    async def hover(self, position: lsp.Position) -> str:
        """Return what is shown at a place."""
        shown = await self.client.text_document_hover_async(lsp.HoverParams(self.document, position))
        assert shown is not None
        assert isinstance(shown.contents, lsp.MarkupContent)
        return shown.contents.value

    async def definition(self, position: lsp.Position) -> lsp.Location:
        """Return the only definition of what stands at a place."""
        places = await self.client.text_document_definition_async(lsp.DefinitionParams(self.document, position))
        assert isinstance(places, list)
        (place,) = places
        assert isinstance(place, lsp.Location)
        return place

    async def references(self, position: lsp.Position) -> list[lsp.Location]:
        """Return all places that name what stands at a place, its declaration too."""
        context = lsp.ReferenceContext(include_declaration=True)
        params = lsp.ReferenceParams(context, self.document, position)
        return list(await self.client.text_document_references_async(params) or ())

    async def rename(self, position: lsp.Position, name: str) -> lsp.WorkspaceEdit:
        """Return the edit that renames what stands at a place."""
        params = lsp.RenameParams(self.document, position, name)
        edit = await self.client.text_document_rename_async(params)
        assert edit is not None
        return edit

    async def actions(self, shown: lsp.Diagnostic, only: list[str] | None = None) -> list[lsp.CodeAction]:
        context = lsp.CodeActionContext([shown], only)
        found = await self.client.text_document_code_action_async(
            lsp.CodeActionParams(self.document, shown.range, context)
        )
        return [one for one in found or () if isinstance(one, lsp.CodeAction)]


def run(directory: Path, drive: Callable[[Editor], Awaitable[Any]], able: lsp.ClientCapabilities | None = None) -> None:
    """Start the server as an editor does, open a model, and end it properly."""

    async def session() -> None:
        client = LanguageClient("editor", "1")
        editor = Editor(client, directory / "shop.arch.yaml")

        @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
        def shown(params: lsp.PublishDiagnosticsParams) -> None:
            if params.uri == editor.uri and params.version == editor.version:
                editor.shown = list(params.diagnostics)
                editor.told.set()

        await client.start_io(*command("lsp", "--stdio"))
        try:
            start = lsp.InitializeParams(able or lsp.ClientCapabilities(), root_uri=directory.as_uri())
            await client.initialize_async(start)
            client.initialized(lsp.InitializedParams())
            await drive(editor)
        finally:
            await client.shutdown_async(None)
            client.exit(None)
            await client.stop()  # type: ignore[no-untyped-call]

    asyncio.run(session())


def test_findings_appear_as_one_types_and_go(tmp_path: Path) -> None:
    async def drive(editor: Editor) -> None:
        shown = {one.code: one for one in await editor.write(TIER)}
        assert {"REL001", "REL006", "SEC001", "SEC004"} <= set(shown)
        clear = shown["SEC001"]
        assert clear.range.start == editor.at("user -> haproxy: {", "user")
        assert clear.range.end.character - clear.range.start.character == len("user -> haproxy")
        assert clear.severity is lsp.DiagnosticSeverity.Error
        assert clear.code_description is not None
        assert clear.code_description.href.startswith("https://")
        point = next(one for one in shown.values() if one.related_information)
        assert point.related_information is not None
        assert point.related_information[0].location.uri == editor.uri
        broken = await editor.write(TIER.replace("  mysql:\n    kind: database", "  mysql:\n    kind: databse"))
        assert [one.code for one in broken] == ["MOD001"]
        assert "Did you mean `database`?" in broken[0].message
        assert await editor.write(TIER[: TIER.index("connections:")] + "connections: {user -> ")
        mended = await editor.write(TIER.replace("{protocol: http, port: 80}", "https"))
        assert "SEC001" not in {one.code for one in mended}

    run(tmp_path, drive)


def test_one_looks_goes_finds_and_renames(tmp_path: Path) -> None:
    async def drive(editor: Editor) -> None:
        # characters that count two in UTF-16 stand before a name
        await editor.write(
            TIER.replace("kind: database", "kind: database  # 🗄️🗄️").replace(
                "runs_on: lb-1", "name: 😀😀\n    runs_on: lb-1"
            )
        )
        ask = editor.at(
            "app -> mysql: {message" if "app -> mysql: {message" in editor.text else "app -> mysql", "mysql"
        )
        hover = await editor.hover(ask)
        assert "**mysql** (component)" in hover
        assert "2 replicas on server-1 and server-2" in hover
        assert "Losing mysql@server-1 takes down write-comment and leaves read-page degraded." in hover
        assert "Losing all of them takes down read-page and write-comment." in hover
        assert "detects that a target failed" in await editor.hover(editor.at("health_check", "health_check"))
        kind = await editor.hover(editor.at("kind: load-balancer", "load-balancer"))
        assert kind.startswith("**Load balancer**")
        there = await editor.definition(ask)
        assert there.range.start == editor.at("  mysql:", "mysql")
        found = await editor.references(ask)
        after = editor.applied(await editor.rename(ask, "store"))
        before, now = (load("shop.arch.yaml", one.encode()).architecture for one in (editor.text, after))
        assert [one.id for one in now.components] == [
            "store" if one.id == "mysql" else one.id for one in before.components
        ]
        # what only says the word stays: a protocol, a product
        assert "{protocol: mysql," in after
        assert "product: mysql" in after
        assert len(found) == sum(a != b for a, b in zip(editor.text.splitlines(), after.splitlines(), strict=True))
        with pytest.raises(JsonRpcException, match="already"):
            await editor.rename(ask, "nginx")
        with pytest.raises(JsonRpcException, match="invalid id"):
            await editor.rename(ask, "a b")
        host = await editor.rename(editor.at("  server-1:", "server-1"), "db-1")
        moved = load("shop.arch.yaml", editor.applied(host).encode()).architecture
        assert [one.id for one in moved.hosts] == ["lb-1", "db-1", "server-2"]
        outline = await editor.client.text_document_document_symbol_async(lsp.DocumentSymbolParams(editor.document))
        assert outline is not None
        told = {
            one.name: [inner.name for inner in one.children or ()]
            for one in outline
            if isinstance(one, lsp.DocumentSymbol)
        }
        assert told["hosts"] == ["lb-1", "server-1", "server-2"]

    run(tmp_path, drive)


def test_a_quick_fix_applies_and_a_risk_is_accepted(tmp_path: Path) -> None:
    async def drive(editor: Editor) -> None:
        shown = {one.code: one for one in await editor.write(TIER)}
        fix, accept = await editor.actions(shown["SEC001"])
        assert fix.is_preferred
        assert fix.title == "Fix missing-tls of user -> haproxy"
        assert fix.edit is not None
        assert accept.edit is not None
        accepted = editor.applied(accept.edit)
        after = {one.code for one in await editor.write(editor.applied(fix.edit))}
        assert "SEC001" not in after
        assert await editor.actions(shown["SEC001"]) == []
        assert "SEC001" not in {one.code for one in await editor.write(accepted)}
        (wrong,) = await editor.write(TIER.replace("kind: database", "kind: databse"))
        (mend,) = await editor.actions(wrong)
        assert mend.edit is not None
        assert editor.applied(mend.edit) == TIER
        (whole,) = await editor.actions(wrong, [lsp.CodeActionKind.SourceFixAll])
        assert whole.edit is not None
        assert editor.applied(whole.edit) == TIER

    run(tmp_path, drive)


def test_words_are_offered_where_they_may_stand(tmp_path: Path) -> None:
    async def drive(editor: Editor) -> None:
        async def offered(text: str) -> set[str]:
            await editor.write(text)
            lines = text.splitlines()
            end = lsp.Position(len(lines) - 1, len(lines[-1]))
            found = await editor.client.text_document_completion_async(lsp.CompletionParams(editor.document, end))
            assert isinstance(found, lsp.CompletionList)
            return {one.label for one in found.items}

        head = TIER[: TIER.index("\nconnections:")]
        assert {"components", "flows", "expect"} <= await offered(TIER + "\nco")
        assert {"load-balancer", "cache"} <= await offered(head + "\n  new:\n    kind: l")
        assert {"runs_on", "replication"} <= await offered(head + "\n  new:\n    kind: cache\n    r")
        assert await offered(head + "\n  new: {kind: cache, runs_on: [") == {"lb-1", "server-1", "server-2"}
        assert {"user", "mysql"} <= await offered(head + "\nconnections:\n  us")
        assert {"https", "mysql"} <= await offered(head + "\nconnections:\n  user -> nginx: h")
        assert {"missing-tls"} <= await offered(TIER + "\naccept:\n  - rule: miss")

    run(tmp_path, drive)


def test_a_model_is_formatted_and_what_is_none_is_left(tmp_path: Path) -> None:
    async def drive(editor: Editor) -> None:
        turned = TIER.replace("\nconnections:", "\n\n\nconnections:")
        await editor.write(turned)
        asked = lsp.DocumentFormattingParams(editor.document, lsp.FormattingOptions(2, True))
        edits = await editor.client.text_document_formatting_async(asked)
        assert edits
        assert editor.applied(lsp.WorkspaceEdit(changes={editor.uri: list(edits)})) == TIER
        await editor.write("archgen: 1\nnam: x\n")
        assert not await editor.client.text_document_formatting_async(asked)

    run(tmp_path, drive)


def test_the_workspace_decides_what_is_told(tmp_path: Path) -> None:
    (tmp_path / "archgen.toml").write_text('ignore = ["SEC"]\npages = "https://docs.example.org/"\n', encoding="utf-8")

    async def drive(editor: Editor) -> None:
        shown = {one.code: one for one in await editor.write(TIER)}
        assert not [code for code in shown if str(code).startswith("SEC")]
        about = shown["REL001"].code_description
        assert about is not None
        assert about.href == "https://docs.example.org/rules/single-point-of-failure/"

    run(tmp_path, drive)


SPLIT = {
    "shop.arch.yaml": """archgen: 1
name: Shop
follows: before
include: [parts/data.yaml]
hosts: {db: {}, web-1: {}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: web-1}
  wall: {kind: firewall, managed: true, guards: [web]}
connections:
  user -> web: https
  web -> mysql: mysql
flows:
  buy:
    title: Somebody buys
    steps:
      - user -> web: GET /
      - web -> mysql: the order for mysql
""",
    "parts/data.yaml": """components:
  mysql: {kind: database, runs_on: db}
  dump: {kind: backup, managed: true, backs_up: mysql}
""",
    "before.arch.yaml": """archgen: 1
name: Before
include: parts/data.yaml
hosts: {db: {}}
components: {user: {kind: client}}
connections: {user -> mysql: mysql}
flows: {buy: {title: Buy, steps: [user -> mysql: read]}}
""",
    "after.arch.yaml": "archgen: 1\nname: After\nfollows: before  # the first\ncomponents: {user: {kind: client}}\n",
}


def written(directory: Path) -> dict[str, str]:
    for name, text in SPLIT.items():
        file = directory / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return {(directory / name).as_uri(): text for name, text in SPLIT.items()}


def with_edits(texts: dict[str, str], edit: lsp.WorkspaceEdit | None) -> dict[str, str]:
    """The texts after an edit of several files, by their names."""
    assert edit is not None
    changes = dict(edit.changes or {})
    for one in edit.document_changes or ():
        if isinstance(one, lsp.TextDocumentEdit):
            changes[one.text_document.uri] = [each for each in one.edits if isinstance(each, lsp.TextEdit)]
    made = {}
    for uri, text in texts.items():
        lines = text.splitlines(keepends=True)
        for change in sorted(changes.pop(uri, ()), key=lambda each: each.range.start.line, reverse=True):
            lines[change.range.start.line : change.range.end.line] = [change.new_text]
        made[uri.rpartition("/")[2]] = "".join(lines)
    assert not changes
    return made


def test_a_rename_reaches_all_files_of_the_models(tmp_path: Path) -> None:
    texts = written(tmp_path)

    async def drive(editor: Editor) -> None:
        await editor.write(SPLIT["shop.arch.yaml"])
        ask = editor.at("  web -> mysql: mysql", "mysql")
        there = await editor.definition(ask)
        assert (there.uri.rpartition("/")[2], there.range.start) == ("data.yaml", lsp.Position(1, 2))
        assert [each.uri.rpartition("/")[2] for each in await editor.references(ask)] == [
            *["shop.arch.yaml"] * 2,
            *["data.yaml"] * 2,
            *["before.arch.yaml"] * 2,
        ]
        made = with_edits(texts, await editor.rename(ask, "store"))
        for name, text in made.items():
            assert ("mysql" in text) == (name in ("shop.arch.yaml", "before.arch.yaml"))
            assert ("store" in text) == (name != "after.arch.yaml")
        assert "the order for mysql" in made["shop.arch.yaml"]
        for root in ("shop.arch.yaml", "before.arch.yaml"):
            one = load(root, made[root].encode(), lambda _: made["data.yaml"].encode()).architecture
            assert {"store", "dump"} < {each.id for each in one.components}
        # it may not be called what another model that has it calls something else, nor what would mean two things
        with pytest.raises(JsonRpcException, match="already"):
            await editor.rename(ask, "user")
        with pytest.raises(JsonRpcException, match="the model would be invalid with"):
            await editor.rename(editor.at("  web: {kind", "web"), "db")

    run(tmp_path, drive)


def test_a_model_that_is_followed_is_found_and_renamed_with_its_file(tmp_path: Path) -> None:
    texts = written(tmp_path)

    async def drive(editor: Editor) -> None:
        await editor.write(SPLIT["shop.arch.yaml"])
        ask = editor.at("follows: before", "before")
        there = await editor.definition(ask)
        assert there.uri == (tmp_path / "before.arch.yaml").as_uri()
        edit = await editor.rename(ask, "first")
        assert edit.document_changes is not None
        moved = edit.document_changes[-1]
        assert isinstance(moved, lsp.RenameFile)
        assert (moved.old_uri, moved.new_uri) == (there.uri, (tmp_path / "first.arch.yaml").as_uri())
        made = with_edits(texts, edit)
        assert [name for name, text in made.items() if "follows: first" in text] == [
            "shop.arch.yaml",
            "after.arch.yaml",
        ]
        assert "follows: first  # the first\n" in made["after.arch.yaml"]
        with pytest.raises(JsonRpcException, match="can't rename"):
            await editor.rename(ask, "after")

    able = lsp.WorkspaceEditClientCapabilities(
        document_changes=True, resource_operations=[lsp.ResourceOperationKind.Rename]
    )
    run(tmp_path, drive, lsp.ClientCapabilities(workspace=lsp.WorkspaceClientCapabilities(workspace_edit=able)))


def test_a_file_that_is_moved_is_found_where_it_is(tmp_path: Path) -> None:
    texts = written(tmp_path)

    async def drive(editor: Editor) -> None:
        async def moved(old: str, new: str) -> dict[str, str]:
            named = lsp.FileRename((tmp_path / old).as_uri(), (tmp_path / new).as_uri())
            edit = await editor.client.workspace_will_rename_files_async(lsp.RenameFilesParams([named]))
            return with_edits(texts, edit)

        await editor.write(SPLIT["shop.arch.yaml"])
        ask = lsp.RenameParams(editor.document, editor.at("follows: before", "before"), "first")
        with pytest.raises(
            JsonRpcException, match=r"the name of a model is that of its file; rename before\.arch\.yaml"
        ):
            await editor.client.text_document_rename_async(ask)
        model = await moved("before.arch.yaml", "old/first.arch.yaml")
        assert "follows: first\n" in model["shop.arch.yaml"]
        assert "include: ../parts/data.yaml\n" in model["before.arch.yaml"]
        part = await moved("parts/data.yaml", "parts/data/mysql.yaml")
        assert "include: [parts/data/mysql.yaml]\n" in part["shop.arch.yaml"]
        assert "include: parts/data/mysql.yaml\n" in part["before.arch.yaml"]
        assert part["after.arch.yaml"] == SPLIT["after.arch.yaml"]

    run(tmp_path, drive)


def test_a_fix_that_would_break_the_model_is_not_offered(tmp_path: Path) -> None:
    """What is written in an included file would be said a second time; the fix is made there."""
    (tmp_path / "lines.yaml").write_text("connections: {user -> web: http}\n", encoding="utf-8")
    split = SPLIT["shop.arch.yaml"].replace("parts/data.yaml", "lines.yaml").replace("  user -> web: https\n", "")
    whole = split.replace("include: [lines.yaml]\n", "").replace(
        "connections:\n", "connections:\n  user -> web: http\n"
    )
    data = SPLIT["parts/data.yaml"].removeprefix("components:\n")

    async def drive(editor: Editor) -> None:
        for text, titles in ((whole, ["Fix missing-tls of user -> web"]), (split, [])):
            text = text.replace("follows: before\n", "").replace("components:\n", f"components:\n{data}")
            shown = {one.code: one for one in await editor.write(text)}
            found = [one.title for one in await editor.actions(shown["SEC001"])]
            assert found == [*titles, "Accept the risk missing-tls"]

    run(tmp_path, drive)


# What it goes by


def test_every_key_that_names_things_is_known() -> None:
    """The schema says by its types where names stand; each of these keys says what it names."""
    named = {"id", "ids", "member", "members", "protectedIds", "qualified", "peer", "peers"}

    def walk(said: Any) -> set[str]:
        found: set[str] = set()
        if isinstance(said, dict):
            for key, inner in said.get("properties", {}).items():
                text = str(inner)
                if any(f"'#/$defs/{name}'" in text for name in named):
                    found.add(key)
            for inner in said.values():
                found |= walk(inner)
        elif isinstance(said, list):
            for inner in said:
                found |= walk(inner)
        return found

    sections = {*DECLARING, "connections", "components"}
    assert walk(schema()) - sections <= set(NAMING)


@pytest.mark.parametrize("file", sorted((ROOT / "models").glob("*.arch.yaml")), ids=lambda file: file.name[:1])
def test_every_name_of_a_model_is_seen(file: Path) -> None:
    """Each component has another name; the model means the same with it."""
    from archgen.editor.related_files import Family, rename_element

    text = file.read_text(encoding="utf-8")
    for component in load(file.name, text.encode()).architecture.components:
        family = Family(str(file), {str(file): text}.get, str(file.parent))
        name = next(one for one in family.outline(str(file)).names if one.declares and one.id == component.id)
        made = load(file.name, rename_element((family,), name, "renamed-thing")[str(file)].encode()).architecture
        assert sum(one.id == "renamed-thing" for one in made.components) == 1


@pytest.mark.parametrize(
    ("text", "way", "word", "in_key"),
    [
        ("components:\n  web:\n    kind: w", ("components", "web", "kind"), "w", False),
        ("components:\n  web:\n    replication:\n      pri", ("components", "web", "replication"), "pri", True),
        ("components:\n  web: {runs_on: [a, b", ("components", "web", "runs_on", 0), "b", False),
        ("flows:\n  f:\n    steps:\n      - a -> b: {acc", ("flows", "f", "steps", 0, "a -> b"), "acc", True),
        (
            "flows:\n  f:\n    steps:\n    - opt:\n        steps:\n        - a",
            ("flows", "f", "steps", 0, "opt", "steps", 0),
            "a",
            True,
        ),
        ("connections:\n  a -> b:\n    - {protocol: h", ("connections", "a -> b", 0, "protocol"), "h", False),
        ("", (), "", True),
    ],
)
def test_where_a_cursor_is(text: str, way: tuple[str | int, ...], word: str, in_key: bool) -> None:
    lines = text.split("\n")
    here = cursor(lines, len(lines) - 1, len(lines[-1]))
    assert (here.way, here.word, here.in_key) == (way, word, in_key)


def test_a_text_that_is_no_yaml_has_no_parts() -> None:
    for text in ("a: [", "[" * 3000, "a: *b", "\t- :", "", "a: &a [*a]"):
        assert TextOutline(text).names == ()


def test_without_its_library_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pygls", None)
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    monkeypatch.delitem(sys.modules, "archgen.editor.server", raising=False)
    assert main(["lsp"]) == 2
    assert "archgen[lsp]" in capsys.readouterr().err


def test_the_components_of_layout_are_renamed_too() -> None:
    from archgen.editor.related_files import Family, rename_element

    text = "archgen: 1\nname: A\ncomponents: {web: {kind: cache}, db: {kind: cache}}\nlayout: {rank: {web: db}, near: {db: web}}\n"
    family = Family("/a.arch.yaml", {"/a.arch.yaml": text}.get, "/")
    name = next(name for name in family.outline("/a.arch.yaml").names if name.id == "db")
    after = text.replace("db", "store")
    assert rename_element((family,), name, "store") == {"/a.arch.yaml": after}


def test_the_problem_matcher_of_the_documentation_reads_every_finding(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    tasks = json.loads(page.partition("```json\n")[2].partition("```")[0])
    (task,) = tasks["tasks"]
    pattern = re.compile(task["problemMatcher"]["pattern"]["regexp"])
    options = task["command"].split()[1:]
    main([*options, "models", "--fail-on", "never"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 10
    for line in lines:
        match = pattern.match(line)
        assert match is not None, line
        assert Path(match[1]).exists()
        assert match[4] in ("error", "warning", "info")
