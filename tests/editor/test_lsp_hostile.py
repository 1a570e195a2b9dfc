"""The language server answers whatever an editor sends, and goes on: bombs, broken messages, files that are not open."""

from __future__ import annotations

import json
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from archgen.editor import related_files
from archgen.editor.cursor import cursor
from archgen.editor.outline import TextOutline
from archgen.language.yaml.syntax import DEEPEST
from archgen.site_build.fences import EmbedError, Fence, embed
from tests.forked import command
from tests.paths import ROOT
from tests.patience import PATIENCE

TIER = (ROOT / "models" / "1-simple-web-stack.arch.yaml").read_text(encoding="utf-8")

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join(['*' + before] * 10)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)
DEEP = "a: " + "[" * 50_000
GIGABYTE = 1 << 30


class Session:
    """One language server, spoken to in the bytes of the protocol."""

    def __init__(self, directory: Path, started: Sequence[str]) -> None:
        self.uri = (directory / "shop.arch.yaml").as_uri()
        self.process = subprocess.Popen(
            started,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (4 * GIGABYTE, 4 * GIGABYTE)),
        )
        self.last = 0
        assert self.hover()["error"]["code"] == -32002
        start: dict[str, Any] = {"processId": None, "rootUri": directory.as_uri(), "capabilities": {}}
        assert "result" in self.ask("initialize", start)
        self.tell("initialized", {})

    def raw(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message: object) -> None:
        body = json.dumps(message).encode()
        self.raw(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def tell(self, method: str, params: object) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: object) -> dict[str, Any]:
        self.last += 1
        self.send({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params})
        return self.answer(self.last)

    def answer(self, wanted: int | None) -> dict[str, Any]:
        return next(each for each in self._messages() if "id" in each and each["id"] == wanted)

    def _messages(self) -> Iterator[dict[str, Any]]:
        assert self.process.stdout is not None
        while header := self.process.stdout.readline():
            size = int(re.findall(rb"\d+", header)[0])
            while self.process.stdout.readline().strip():
                pass
            yield json.loads(self.process.stdout.read(size))
        raise AssertionError(f"the server ended with {self.process.wait()}")

    def write(self, text: str, version: int = 1) -> None:
        document = {"uri": self.uri, "languageId": "yaml", "version": version, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})

    def hover(self, line: Any = 0, character: int = 0, uri: str | None = None) -> dict[str, Any]:
        place = {"line": line, "character": character}
        return self.ask("textDocument/hover", {"textDocument": {"uri": uri or self.uri}, "position": place})


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    server = Session(tmp_path, command("lsp"))
    yield server
    answer = server.ask("shutdown", None)
    assert "result" in answer
    assert server.hover()["error"]["code"] == -32600
    server.tell("exit", None)
    # what it logs is less than a pipe holds
    _, log = server.process.communicate(timeout=PATIENCE)
    assert server.process.returncode == 0
    assert [line for line in log.decode().splitlines() if not line.startswith("archgen: ")] == []


@pytest.mark.sampled(3)
@pytest.mark.parametrize("line_break", ["\x85", "\u2028", "\u2029"])
def test_places_are_by_the_lines_of_the_editor(line_break: str) -> None:
    text = f"archgen: 1\nname: x{line_break}hosts: {{a: {{}}}}\ncomponents:\n  web: {{kind: web-server, runs_on: a}}\n"
    outline = TextOutline(text)
    assert [(name.id, outline.text_of(name.span), name.span.line) for name in outline.names] == [
        ("a", "a", 1),
        ("web", "web", 3),
        ("a", "a", 3),
    ]
    assert outline.editor_place(4, 2) == (3, 2)
    assert outline.editor_place(2, 0) == (1, 8)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("text", [BOMB, DEEP, "x: " + "{y: " * 50_000], ids=["aliases", "lists", "mappings"])
def test_a_bomb_is_a_finding_and_the_next_text_is_read(session: Session, text: str) -> None:
    session.write(text)
    assert "result" in session.hover()
    symbols = session.ask("textDocument/documentSymbol", {"textDocument": {"uri": session.uri}})
    assert "result" in symbols
    change = {"textDocument": {"uri": session.uri, "version": 2}, "contentChanges": [{"text": TIER}]}
    session.tell("textDocument/didChange", change)
    line = TIER.splitlines().index("components:")
    assert "components" in json.dumps(session.hover(line, 2)["result"])


def test_what_aliases_repeat_is_outlined_where_it_stands() -> None:
    assert len(TextOutline(BOMB).sections) == 9
    text = "components:\n  a: &x {kind: client}\n  b: *x\n"
    assert list(TextOutline(text).declared["component"]) == ["a", "b"]


@pytest.mark.parametrize("text", [DEEP, "a: b\n---\nc: d\n", "[a, b]: c\n", "? {a: b}\n: c\n", "*a : b\n"])
def test_a_text_that_is_no_model_has_no_outline(text: str) -> None:
    assert TextOutline(text).sections == ()


@pytest.mark.parametrize("text", [f"{BOMB}model: *i\nview: deployment\n", f"model: [{'[' * 5000}"])
def test_a_bomb_in_a_fence_is_refused(text: str) -> None:
    assert isinstance(embed(Fence(text, 1), (), (), {}), EmbedError)


def test_a_fence_takes_lone_values() -> None:
    refused = embed(Fence("model: x\nview: [a, b]\n", 1), (), (), {})
    assert refused == EmbedError("`view:` must be one value; got a list", 2, 1)


PLACED = ("hover", "completion", "definition", "references", "prepareRename", "rename")


METHODS = (*PLACED, "documentSymbol", "formatting", "codeAction")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", ["missing.arch.yaml", "there.arch.yaml", "", "untitled"])
def test_a_text_that_is_not_open_is_read_from_the_disk_or_refused(session: Session, name: str) -> None:
    directory = session.uri.rpartition("/")[0]
    Path(directory.removeprefix("file://"), "there.arch.yaml").write_text(TIER, encoding="utf-8")
    uri = "untitled:Untitled-1" if name == "untitled" else f"{directory}/{name}"
    start = {"line": 3, "character": 2}
    params: dict[str, Any] = {"textDocument": {"uri": uri}, "position": start, "newName": "other"}
    params |= {"context": {"includeDeclaration": True, "diagnostics": [], "triggerKind": 1}}
    params |= {"range": {"start": start, "end": start}, "options": {"tabSize": 2, "insertSpaces": True}}
    for method in METHODS:
        answer = session.ask(f"textDocument/{method}", params)
        if name == "there.arch.yaml":
            assert "result" in answer, (method, answer)
        else:
            assert answer["error"]["code"] == -32602, (method, answer)
            assert "isn't open" in answer["error"]["message"]


@pytest.mark.parametrize("uri", ["file://[::1", "http://[bad/x", "untitled:\ud800", "file:///a%00b"])
def test_what_is_no_uri_is_refused_whether_it_is_open_or_not(session: Session, uri: str) -> None:
    for _ in range(2):
        answer = session.hover(uri=uri)
        assert "result" in answer or answer["error"]["code"] == -32602, answer
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": TIER}
        session.tell("textDocument/didOpen", {"textDocument": document})
    session.write(TIER)
    assert "result" in session.hover()


def test_half_a_character_is_one_character_that_is_not_readable(session: Session) -> None:
    session.write("# \ud83d\n\n" + TIER)
    params = {"textDocument": {"uri": session.uri}, "options": {"tabSize": 2, "insertSpaces": True}}
    assert session.ask("textDocument/formatting", params)["result"] == []
    insert = {"range": {"start": {"line": 0, "character": 3}, "end": {"line": 0, "character": 3}}, "text": "\ude00"}
    change = {"textDocument": {"uri": session.uri, "version": 2}, "contentChanges": [insert]}
    session.tell("textDocument/didChange", change)
    assert "result" in session.hover(1, 1)


def test_a_workspace_that_is_too_large_to_search_is_no_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(related_files, "MOST_DIRECTORIES", 3)
    (tmp_path / "a" / "b").mkdir(parents=True)
    part, model = tmp_path / "part.yaml", tmp_path / "shop.arch.yaml"
    part.write_text("components: {}\n", encoding="utf-8")
    model.write_text("archgen: 1\nname: x\ninclude: [part.yaml]\n", encoding="utf-8")
    for name in (".git", "node_modules"):
        (tmp_path / name / "c").mkdir(parents=True)

    def text_of(file: str) -> str | None:
        return Path(file).read_text(encoding="utf-8") if Path(file).is_file() else None

    files = [family.root for family in related_files.families(str(part), text_of, str(tmp_path))]
    assert files == [str(model)]
    (tmp_path / "d").mkdir()
    with pytest.raises(related_files.TooManyDirectories, match="more than 3 directories"):
        related_files.families(str(part), text_of, str(tmp_path))
    files = [family.root for family in related_files.families(str(part), text_of, str(tmp_path), every=False)]
    assert files == [str(part)]


def test_a_configuration_that_breaks_is_the_answer_until_it_is_mended(session: Session) -> None:
    session.write(TIER)
    configuration = Path(session.uri.removeprefix("file://")).with_name("archgen.toml")
    for text in ("[", "rules = 5\n"):
        configuration.write_text(text, encoding="utf-8")
        session.tell("textDocument/didSave", {"textDocument": {"uri": session.uri}})
        error = session.hover()["error"]
        assert error["code"] == -32803
        assert error["message"].startswith("archgen.toml: ")
    configuration.unlink()
    session.tell("textDocument/didSave", {"textDocument": {"uri": session.uri}})
    assert "result" in session.hover()


@pytest.mark.parametrize("line", ["#" * 3_000_000, "a: " + "[" * 100_000, "- " * 1_000_000, "{a: " * 100_000])
def test_a_long_line_that_is_typed_is_read_once(line: str) -> None:
    here = cursor([line], 0, len(line))
    assert len(here.way) <= DEEPEST + 1


def test_an_interrupt_ends_the_server_while_its_input_is_open(session: Session) -> None:
    interrupted = Session(Path(session.uri.removeprefix("file://")).parent, [sys.executable, "-m", "archgen", "lsp"])
    interrupted.process.send_signal(signal.SIGINT)
    assert interrupted.process.wait(timeout=PATIENCE) == -signal.SIGINT
    assert b"Traceback" not in interrupted.process.communicate()[1]


BROKEN = [
    b"Content-Length: abc\r\n\r\n{}",
    b"Content-Length: -5\r\n\r\n{}",
    b"Content-Length: 0\r\n\r\n",
    b"Content-Length: 99999999999999999999\r\n\r\n{}",
    b"Content-Length: 7\r\n\r\nno json",
    b"Content-Length: 3\r\n\r\n{}\n{}\r\n",
    b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n[]",
    b"Content-Length: 4\r\n\r\nnull",
    b'Content-Length: 12\r\n\r\n{"id": "one"}',
    b"Content-Length: 100000\r\n\r\n" + b"[" * 100_000,
    b"Content-Length: 80\r\n\r\n{}",
]


def test_a_broken_message_is_answered_and_the_next_one_is_read(session: Session) -> None:
    session.write(TIER)
    session.raw(BROKEN[0])
    assert session.answer(None)["error"]["message"] == "Content-Length must be between 1 and 67108864"
    for data in BROKEN:
        session.raw(data)
        assert "result" in session.hover(), data


def test_headers_are_read_as_any_client_may_write_them(session: Session) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 77, "method": "archgen/unknown", "params": None}).encode()
    for header in (b"content-length: %d\r\n\r\n", b"X: y\r\nContent-Length:%d\r\n\r\n", b"Content-Length: %d\n\n"):
        session.raw(header % len(body) + body)
        assert session.answer(77)["error"]["code"] == -32601


def test_parameters_without_a_meaning_are_refused(session: Session) -> None:
    session.write(TIER)
    for line in (-1, 2**31, "x", None):
        answer = session.hover(line)
        assert answer["error"]["code"] == -32602, answer
        assert answer["error"]["message"]
    answer = session.ask("textDocument/hover", {"textDocument": {"uri": session.uri}})
    assert answer["error"] == {"code": -32602, "message": "`position` is missing"}


def test_a_place_beyond_the_text_is_its_end(session: Session) -> None:
    session.write(TIER)
    assert "result" in session.hover(10**9 % 2**31, 2**31 - 1)
    assert "result" in session.hover(0, 2**31 - 1)


def test_a_change_of_a_text_that_is_not_open_harms_nothing(session: Session) -> None:
    change = {"textDocument": {"uri": session.uri, "version": 2}, "contentChanges": [{"text": TIER}]}
    session.tell("textDocument/didChange", change)
    session.tell("textDocument/didClose", {"textDocument": {"uri": session.uri}})
    session.write(TIER)
    assert "result" in session.hover()
