"""What is written to a terminal or into the log of a CI run is obeyed by neither, whatever names and models hold."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archgen.cli import main
from archgen.model.architecture import SUFFIX
from archgen.report.common.encoding import encode
from archgen.report.common.terminal import Style, inert
from tests.forked import archgen
from tests.hostile_names import AWKWARD, MARKUP, STEERING, write
from tests.paths import ROOT
from tests.report.test_hostile_terminal import HOSTILE, model
from tests.report.test_report_formats import SARIF
from tests.trees import nodes_of

PACKAGE = ROOT / "archgen"
NAMES = (*STEERING, MARKUP[2], AWKWARD[-2])
"""Names that steer, one that a report's format quotes, and one that is broken over lines."""
COMMANDS = (
    "##[stop-commands]token",
    "##vso[task.setvariable variable=x]y",
    "::stop-commands::token",
    "  ::set-output name=a::b",
    "\t::error::x",
    "\x1b[0Ksection_start:1:a\r\x1b[0K",
)
MODEL = model(f"::stop-commands::x ##[group]y {HOSTILE}")


def obeyed(text: str) -> list[str]:
    """The lines that a terminal or the log of a forge would act on: what the runners of GitHub and Azure look for."""
    return [
        line
        for line in text.split("\n")
        if not line.removesuffix("\r").replace("\t", "").isprintable()
        or "##[" in line
        or "##vso[" in line
        or (line.lstrip().startswith("::") and line.lstrip()[2:3] != ":")
    ]


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_are_shown_and_not_obeyed(line: str) -> None:
    assert obeyed(f"before\n{line}\nafter")
    assert obeyed(inert(f"before\n{line}\nafter")) == []
    assert inert(f"before\n{line}\nafter").startswith("before\n")


@given(st.text(alphabet="#[:a\n\t\r \x1b\x9b\u202e]", max_size=30))
def test_nothing_is_obeyed_and_no_line_is_lost(text: str) -> None:
    shown = inert(text)
    assert obeyed(shown) == []
    assert shown.count("\n") == text.count("\n")
    assert inert(shown) == shown


def test_our_own_colours_and_links_stay_and_no_other_sequence() -> None:
    style = Style(colour=True, links=True)
    own = style.link(style.paint("error", "error"), "https://example.org/a%20b")
    assert inert(own, style) == own
    assert obeyed(inert(own)) == []
    assert "\x1b[8m" not in inert(f"{own}\x1b[8mhidden\x1b[2J", style)
    assert inert("\x1b[1m::stop-commands::x\x1b[0m", style) == "\x1b[1m:.stop-commands::x\x1b[0m"


def test_only_one_module_writes_to_the_standard_streams() -> None:
    calls = ("print", "sys.stdout.write", "sys.stderr.write", "sys.stdout.buffer.write")
    writers = [
        path
        for path, each in nodes_of(r"\b(?:print|write)\(").items()
        for node in each
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id in calls)
            # few are called so, and to write out what is called takes long
            or (isinstance(node.func, ast.Attribute) and node.func.attr == "write" and ast.unparse(node.func) in calls)
        )
    ]
    assert set(writers) == {"cli/output.py", "cli/__init__.py"}
    # before the options are read there is nothing of a user in it
    assert writers.count("cli/__init__.py") == 2


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("output")
    write(str(directory / "models"), MODEL, NAMES)
    write(str(directory / "old"), MODEL.replace("kind: cache", "kind: queue"), NAMES)
    write(str(directory / "broken"), MODEL.replace("kind: cache", 'kind: "\u202e\x85##[group]"'), NAMES)
    return directory


HOSTILE_MODEL = os.path.join("models", STEERING[2] + SUFFIX)
BROKEN_MODEL = os.path.join("broken", STEERING[2] + SUFFIX)


@pytest.mark.sampled(10)
@pytest.mark.parametrize(
    "words",
    [
        *(["lint", "models", "--format", form] for form in ("text", "concise", "json", "sarif", "gitlab", "junit", "markdown")),
        ["lint", "broken"],
        ["lint", "models", "--diff", "--unsafe-fixes"],
        *(["analyze", "models", "--format", form] for form in ("text", "json", "markdown")),
        ["analyze", "models", "--maintain", "\x1b[31m##[group]"],
        *(["diff", "old", "models", "--format", form] for form in ("text", "json", "markdown")),
        ["diff", "old", "broken"],
        ["simulate", HOSTILE_MODEL, "--kill", "h"],
        ["simulate", HOSTILE_MODEL, "--kill", "h", "--format", "json"],
        ["simulate", HOSTILE_MODEL, "--kill", "::stop-commands::\x1b[2J"],
        ["what-if", HOSTILE_MODEL],
        ["what-if", HOSTILE_MODEL, "--format", "json"],
        ["what-if", HOSTILE_MODEL, "--add", "##[group] \u202e"],
        ["draw", "models", "--score", "-o", "diagrams\x1b[31m"],
        ["draw", HOSTILE_MODEL, "--view", "deployment", "--format", "text", "-o", "-"],
        ["draw", HOSTILE_MODEL, "--flow", "buy", "--format", "ascii", "-o", "-"],
        ["draw", "models", "--view", "##[group]\x1b[31m"],
        ["draw", "broken"],
        ["show", "models"],
        ["build", "-o", "site"],
        ["build", "broken", "-o", "site"],
        ["slides", "-o", "##[group]\x1b[31m.pptx"],
        ["fmt", "models", "--diff"],
        ["fmt", "broken", "--check"],
        ["explain", "##[group]\u202e"],
        ["new", "-o", "##[group]\x1b[31m"],
        ["::stop-commands::x"],
        ["lint", "--::stop-commands::x", "\x1b[31m"],
        ["lint", "no\x1b[31m\n::stop-commands::x.arch.yaml"],
    ],
    ids=lambda words: " ".join(words).encode("unicode_escape").decode()[:60],
)  # fmt: skip
def test_no_command_writes_anything_that_is_obeyed(
    project: Path, words: list[str], monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """As this process, but for a site: whoever makes that sets up logs of its own."""
    if words[0] == "build":
        done = archgen(*words, at=project)
        code, output = done.returncode, done.stdout + done.stderr
    else:
        monkeypatch.chdir(project)
        code = main(words)
        output = b"".join(capfdbinary.readouterr()).decode()
    assert code in (0, 1, 2)
    assert "Traceback" not in output
    assert output
    assert obeyed(output) == []


@pytest.mark.parametrize("command", ["lint", "analyze", "show --wide", "diff old"])
def test_on_a_terminal_with_colours_only_our_own_are_obeyed(project: Path, command: str) -> None:
    environment = {**os.environ, "FORCE_COLOR": "1", "FORCE_HYPERLINK": "1"}
    output = archgen(*command.split(), "models", at=project, environment=environment).stdout
    assert "\x1b[" in output
    assert obeyed(re.sub(r"\x1b\[[\d;]*m|\x1b\]8;;[!-~]*\x1b\\", "", output)) == []
    assert set(re.findall(r"\x1b\[([\d;]*)m", output)) <= {
        *"012",
        "32",
        "33",
        "1;31",
        "1;32",
        "1;33",
        "1;36",
    }


def test_documents_say_the_same_in_other_letters() -> None:
    document = {"a": ["##[group]", "c1\x9b31m\x85", "bidi\u202e\u2066", "\u2028\ufeff\x7f", "👩‍👩", "größe"]}
    assert json.loads(encode(document)) == document
    assert obeyed(encode(document).decode()) == []
    assert "größe" in encode(document).decode()


def test_reports_name_files_as_they_are_called(project: Path) -> None:
    def report(form: str) -> str:
        return archgen("lint", "models", "--format", form, at=project).stdout

    files = {os.path.join("models", name + SUFFIX) for name in NAMES}
    assert {finding["file"] for finding in json.loads(report("json"))["findings"]} == files
    assert len(ET.fromstring(report("junit"))) == len(NAMES)
    log = json.loads(report("sarif"))
    jsonschema.Draft4Validator(SARIF).validate(log)
    uris = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in log["runs"][0]["results"]
    }
    assert {unquote(uri) for uri in uris} == files
    assert all(urlsplit(uri).path == uri and uri.isascii() for uri in uris)
    assert len({issue["location"]["path"] for issue in json.loads(report("gitlab"))}) == len(NAMES)
    lines = report("github").splitlines()
    assert all(re.fullmatch(r"::(error|warning|notice) file=[^,:]*,line=\d+,[^:]*::.*", line) for line in lines)
    assert len({line.partition(" file=")[2].partition(",")[0] for line in lines if line.startswith("::")}) == len(NAMES)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-16"])
def test_documents_are_utf_8_whatever_the_terminal_has(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.arch.yaml").write_text(
        MODEL.replace("kind: cache", "kind: cache, why: größe 注文"), encoding="utf-8"
    )
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    for words in (["lint", "a.arch.yaml", "--format", "json"], ["analyze", "a.arch.yaml", "--format", "json"]):
        command = [sys.executable, "-m", "archgen", *words]
        plain = subprocess.run(command, cwd=tmp_path, capture_output=True).stdout
        assert subprocess.run(command, cwd=tmp_path, capture_output=True, env=environment).stdout == plain
        json.loads(plain.decode("utf-8"))


@pytest.mark.parametrize("form", ["github", "concise", "text"])
def test_a_long_path_is_whole_so_that_it_leads_to_the_file(tmp_path: Path, form: str) -> None:
    path = Path("services-of-a-large-monorepo", "payments-and-accounting", "deployment-models", "two  words.arch.yaml")
    (tmp_path / path.parent).mkdir(parents=True)
    (tmp_path / path).write_text(MODEL, encoding="utf-8")
    output = archgen("lint", ".", "--format", form, at=tmp_path).stdout
    assert str(path) in output


def test_a_caller_in_python_gets_documents_in_a_stream_of_text() -> None:
    """A notebook and `contextlib.redirect_stdout` have streams without bytes."""
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        main(["lint", os.path.join(ROOT, "models"), "--format", "json", "--fail-on", "never"])
    assert json.loads(stream.getvalue())["findings"]


def test_a_diff_of_a_model_without_meaning_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "m.arch.yaml"
    model.write_text("archgen: 1\nname: x\ncomponents:\n  a: {kind: message-queue}\n", encoding="utf-8")
    assert main(["lint", str(model), "--diff"]) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert f"archgen: {model}:4:13: unknown value `message-queue`" in written.err
