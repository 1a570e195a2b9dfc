"""What programs read is UTF-8 whatever the environment says; what people read is never a crash."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pytest

from archgen.app.drawing.formats import FORMATS
from archgen.app.report_formats import LINT
from archgen.cli import main
from tests.patience import PATIENCE

SUFFIX = ".arch.yaml"
MODEL = """\
archgen: 1
name: größe 注文 → ✓ 🔒
hosts: {h: {}}

components:
  u: {kind: client}
  w: {kind: web-server, runs_on: h, why: größe 注文 …}
  d: {kind: database, runs_on: h, replication: {primary: h, failover: manual}}

connections:
  u -> w: http
  w -> d: mysql

flows:
  f:
    title: größe 注文
    steps:
      - u -> w: größe 注文 →
      - w -> d: ✓
"""
UNORDERED = "\ufeffname: größe 注文\r\narchgen: 1\r\n# é\r\nhosts: {}\r\n"

ENVIRONMENTS = {
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "ascii": {"PYTHONIOENCODING": "ascii:strict"},
    "utf-16": {"PYTHONIOENCODING": "utf-16"},
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "cp932": {"PYTHONIOENCODING": "cp932"},
}

BINARY = ("png", "pdf", "diagrams-png")
"""Formats of a deployment that are no text."""

DOCUMENTS = [
    *(f"lint m{SUFFIX} --format {form}" for form in LINT if form != "text"),
    f"analyze m{SUFFIX} --format json",
    f"simulate m{SUFFIX} --kill h --format json",
    f"what-if m{SUFFIX} --format json",
    f"diff m{SUFFIX} n{SUFFIX} --format json",
    f"diff m{SUFFIX} n{SUFFIX} --format markdown",
    "rules --format json",
    "rules --format markdown",
    "schema",
    "completion bash",
    "completion fish",
    f"fmt --diff n{SUFFIX}",
    *(
        f"draw m{SUFFIX} --view deployment -o - --format {form}"
        for form, written in FORMATS.items()
        if written.deployment is not None and form not in BINARY
    ),
]
"""Commands whose output is for programs."""

TEXTS = [
    f"lint m{SUFFIX}",
    f"lint missing-größe{SUFFIX}",
    f"lint m{SUFFIX} --format concise",
    f"lint m{SUFFIX} --format markdown",
    f"analyze m{SUFFIX}",
    f"simulate m{SUFFIX} --kill h",
    f"what-if m{SUFFIX}",
    f"diff m{SUFFIX} n{SUFFIX}",
    f"show m{SUFFIX}",
    f"show m{SUFFIX} --wide",
    "explain single-point-of-failure",
    "explain --list",
    "explain größe",
    "rules",
    "lint --help",
    "--help",
    f"fmt --diff n{SUFFIX}",
    f"draw m{SUFFIX} -o größe",
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / f"m{SUFFIX}").write_text(MODEL, encoding="utf-8")
    (tmp_path / f"n{SUFFIX}").write_text(MODEL.replace("\n\n", "\n"), encoding="utf-8")
    return tmp_path


def run(
    words: str, at: Path, stdin: bytes = b"", environment: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "archgen", *words.split()]
    kept = {name: value for name, value in os.environ.items() if name not in ("LC_ALL", "LANG", "PYTHONIOENCODING")}
    return subprocess.run(
        command,
        cwd=at,
        input=stdin,
        capture_output=True,
        env={**kept, "LC_ALL": "C.UTF-8", **environment},
        timeout=PATIENCE,
    )


@cache
def usual(words: str, stdin: bytes = b"") -> bytes:
    """The output in the environment that other environments are compared with."""
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / f"m{SUFFIX}").write_text(MODEL, encoding="utf-8")
        return run(words, Path(directory), stdin).stdout


@pytest.mark.sampled(8)
@pytest.mark.parametrize("words", DOCUMENTS)
def test_what_programs_read_is_the_same_everywhere(
    project: Path, words: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """As a process with another encoding, and as this one."""
    monkeypatch.chdir(project)
    code = main(words.split())
    output = capfdbinary.readouterr().out
    assert code in (0, 1)
    assert output
    assert b"\r" not in output
    output.decode("utf-8")
    done = run(words, project, environment=ENVIRONMENTS["cp1252"])
    assert (done.returncode, done.stdout) == (code, output)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_one_document_in_every_environment(project: Path, environment: dict[str, str]) -> None:
    for words in (DOCUMENTS[0], f"draw m{SUFFIX} --view deployment -o - --format text"):
        assert run(words, project, environment=environment).stdout == usual(words)


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_fmt_passes_bytes_on(project: Path, environment: dict[str, str]) -> None:
    text = MODEL.encode()
    assert run("fmt -", project, text, environment).stdout == text
    bytes_ = UNORDERED.encode()
    done = run("fmt -", project, bytes_, environment)
    assert done.returncode == 0
    assert done.stdout == run("fmt -", project, bytes_).stdout
    # not a byte of any line is another one
    assert sorted(done.stdout.removeprefix(b"\xef\xbb\xbf").split()) == sorted(
        bytes_.removeprefix(b"\xef\xbb\xbf").split()
    )


@pytest.mark.sampled(5)
@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["bare", "marked"])
def test_standard_input_is_utf_8(project: Path, environment: dict[str, str], mark: bytes) -> None:
    done = run("lint - --format json", project, mark + MODEL.encode(), environment)
    assert done.returncode == 1
    # a mark changes no column
    assert done.stdout == usual("lint - --format json", MODEL.encode())


def test_standard_input_in_another_encoding_is_told(project: Path) -> None:
    done = run("lint - --format concise", project, MODEL.encode("cp932", "replace"), {"PYTHONIOENCODING": "cp932"})
    assert (done.returncode, b"isn't valid UTF-8" in done.stdout) == (2, True)


def on_a_terminal(words: str, at: Path, **environment: str) -> tuple[int, bytes]:
    """The exit code of a command, and what a terminal gets from it."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "archgen", *words.split()]
    kept = {name: value for name, value in os.environ.items() if name not in ("LC_ALL", "LANG")}
    with subprocess.Popen(
        command, cwd=at, stdin=theirs, stdout=theirs, stderr=theirs, env={**kept, "LC_ALL": "C.UTF-8", **environment}
    ) as process:
        os.close(theirs)
        got = b""
        while True:
            try:
                chunk = os.read(ours, 1 << 16)
            except OSError:
                break
            if not chunk:
                break
            got += chunk
    os.close(ours)
    return process.returncode, got


@pytest.mark.sampled(3)
@pytest.mark.parametrize("words", TEXTS)
def test_a_terminal_that_lacks_characters_gets_others(
    project: Path, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    degraded, got = on_a_terminal(words, project, **ENVIRONMENTS["C"])
    monkeypatch.chdir(project)
    try:
        code = main(words.split())
    except SystemExit as end:
        code = int(end.code or 0)
    assert degraded == code
    assert got
    assert "Traceback" not in got.decode("ascii")


@pytest.mark.sampled(3)
@pytest.mark.parametrize("words", TEXTS)
def test_text_in_a_pipe_has_the_encoding_that_was_asked_for(project: Path, words: str) -> None:
    done = run(words, project, environment=ENVIRONMENTS["cp1252"])
    assert done.returncode in (0, 1, 2)
    assert b"Traceback" not in done.stderr


def test_pictures_are_drawn_in_ascii_where_a_terminal_lacks_lines(project: Path) -> None:
    shown = run(f"show m{SUFFIX}", project, environment={"PYTHONIOENCODING": "cp1252"}).stdout.decode("cp1252")
    drawn = run(f"show m{SUFFIX} --ascii", project, environment={"PYTHONIOENCODING": "cp1252"}).stdout.decode("cp1252")
    assert "+----" in shown
    assert "größe" in shown
    assert shown == drawn


def test_files_are_utf_8_with_line_feeds(project: Path) -> None:
    names = ("report.md", "report.txt", "report.json")
    words = f"lint m{SUFFIX} --format markdown=report.md --format text=report.txt --format json=report.json"
    run(words, project)
    before = [(project / name).read_bytes() for name in names]
    assert "größe" in before[1].decode("utf-8")
    for environment in ENVIRONMENTS.values():
        run(words, project, environment=environment)
        assert [(project / name).read_bytes() for name in names] == before
    assert not any(b"\r" in each for each in before)


def test_a_file_whose_name_the_locale_lacks_is_read(project: Path) -> None:
    (project / f"größe-注文{SUFFIX}").write_text(MODEL, encoding="utf-8")
    done = run(f"lint größe-注文{SUFFIX} --format json", project, environment=ENVIRONMENTS["C"])
    assert done.returncode in (1, 2)
    done.stdout.decode("utf-8")
    assert b"Traceback" not in done.stderr
