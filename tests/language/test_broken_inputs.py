"""Broken inputs: each has its exact problems in a file beside it, and stops the command with exit code 2.

`python -m tests.language.test_broken_inputs` writes the expected problems anew; read the difference before you commit it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from archgen.app.workspace.inputs import includer
from archgen.cli import main
from archgen.language.load import load
from archgen.model.problems import ModelError
from tests.paths import TESTS

BROKEN = TESTS / "broken"
SUFFIX = ".arch.yaml"
HEAD = b"archgen: 1\nname: Broken\n"


def bomb(levels: int) -> bytes:
    """Aliases of aliases, ten at each level."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines).encode()


RECIPES: dict[str, bytes] = {
    "nested-lists": b"[" * 50_000,
    "nested-lists-on-lines": HEAD + b"hosts: " + b"[\n" * 50_000,
    "nested-mappings": HEAD + b"hosts: " + b"{a: " * 50_000,
    "nested-dashes": HEAD + b"accept:\n  " + b"- " * 50_000,
    "nested-blocks": HEAD + b"".join(b" " * depth + b"a:\n" for depth in range(300)),
    "nested-aliases": b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [*a%d]\n" % (n, n, n - 1) for n in range(1, 300)),
    "alias-bomb": bomb(12),
    "alias-list": HEAD + b"summary: &a [" + b"x, " * 1000 + b"x]\naccept: [" + b"*a, " * 1000 + b"*a]\n",
    "digits": HEAD + b"components:\n  a: {kind: cache, replicas: " + b"9" * 20_000 + b"}\n",
    "exponent": HEAD + b"objectives: {availability: 1e999}\n",
    "long-text": HEAD + b"hosts: " + b"x" * 4_000_000 + b"\n",
    "long-key": HEAD + b"x" * 1000 + b": 1\n",
    "long-id": HEAD + b"hosts:\n  ? " + b"x" * 4_000_000 + b"\n  : {}\n",
    "binary": bytes(range(256)) * 100,
    "executable": b"\x7fELF\x02\x01\x01\x00" + b"\x00" * 500,
    "null-byte": HEAD + b"summary: a\x00b\n",
    "escape-code": HEAD + b"summary: \x1b[31mred\n",
    "utf-16": HEAD.decode().encode("utf-16"),
    "utf-16-big-endian": b"\xfe\xff" + HEAD.decode().encode("utf-16-be"),
    "utf-16-unmarked": HEAD.decode().encode("utf-16-le"),
    "utf-32": HEAD.decode().encode("utf-32"),
    "latin-1": "archgen: 1\nname: Café\n".encode("latin-1"),
    "cut-character": HEAD + "summary: é".encode()[:-1],
    "mark-only": b"\xef\xbb\xbf",
    "carriage-returns": b"archgen: 1\rname: Broken\rhosts: 3\r",
    "many-unknown-keys": HEAD + b"".join(b"key%d: 1\n" % n for n in range(5000)),
    "many-replicas": HEAD
    + b"components:\n"
    + b"".join(b"  c%d: {kind: cache, replicas: 10000}\n" % n for n in range(2000)),
    "many-refusals": HEAD + b"hosts:\n" + b"".join(b"  h%d: 1\n" % n for n in range(3000)),
    "many-duplicates": HEAD + b"hosts:\n" + b"".join(b"  h%d:\n" % n for n in [*range(300), *range(300)]),
    "many-dangling": HEAD
    + b"hosts:\n"
    + b"".join(b"  host-%d:\n" % n for n in range(1000))
    + b"components:\n"
    + b"".join(b"  c%d: {kind: cache, runs_on: hots-%d}\n" % (n, n) for n in range(200)),
}

FILES = sorted(path.name.removesuffix(SUFFIX) for path in BROKEN.glob(f"*{SUFFIX}"))
NAMES = [*FILES, *RECIPES]


def data_of(name: str) -> bytes:
    return RECIPES[name] if name in RECIPES else (BROKEN / f"{name}{SUFFIX}").read_bytes()


def told(name: str) -> str:
    """The problems of a broken input, as text: place, rule, message and next step of each."""
    file = str(BROKEN / f"{name}{SUFFIX}")
    with pytest.raises(ModelError) as caught:
        load(file, data_of(name), includer(file))
    lines = []
    for problem in caught.value.problems:
        place = problem.place
        where = os.path.relpath(place.file, BROKEN)
        lines.append(f"{where}:{place.line}:{place.column}: {problem.rule}: {' '.join(problem.subject)}")
        lines += [f"  {problem.message}", f"  {problem.fix}"]
    # of a problem that repeats a thousand times, the first few and the number
    shown = lines[:60] + ([f"… {len(lines) // 3} problems"] if len(lines) > 60 else [])
    return "\n".join(shown) + "\n"


def test_there_are_enough_of_them() -> None:
    assert len(NAMES) >= 40
    assert sorted(path.stem for path in BROKEN.glob("*.txt")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_problems_are_told_exactly(name: str) -> None:
    expected = (BROKEN / f"{name}.txt").read_text(encoding="utf-8")
    assert told(name) == expected, "mend with: python -m tests.language.test_broken_inputs"


@pytest.mark.parametrize("name", NAMES)
def test_problems_name_a_place_and_dump_nothing(name: str) -> None:
    with pytest.raises(ModelError) as caught:
        load(f"{name}{SUFFIX}", data_of(name))
    for problem in caught.value.problems:
        assert problem.place.line >= 1
        assert problem.place.column >= 1
        assert problem.fix
        assert len(problem.message) < 300
        assert "\n" not in problem.message
        assert "\x1b" not in problem.message


@pytest.mark.parametrize("name", FILES)
def test_command_stops_with_two(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(BROKEN)
    assert main(["lint", f"{name}{SUFFIX}", "--fail-on", "never"]) == 2
    assert f"--> {name}{SUFFIX}" in capsys.readouterr().out


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", RECIPES)
def test_hostile_input_stops_a_process_with_two(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}{SUFFIX}").write_bytes(RECIPES[name])
    code, out, err, megabytes = lint(tmp_path, f"{name}{SUFFIX}")
    assert code == 2, out + err
    assert f"--> {name}{SUFFIX}" in out
    assert "Traceback" not in out + err
    assert megabytes < 200


def test_broken_models_beside_each_other() -> None:
    code, out, err, megabytes = lint(BROKEN, ".")
    assert code == 2, err
    assert [name for name in FILES if f" {name}{SUFFIX}" not in out.replace("./", "")] == []
    assert "Traceback" not in out + err
    assert megabytes < 200


@pytest.mark.parametrize("path", ["missing.arch.yaml", "empty", "a\nb.arch.yaml"])
def test_path_that_gives_no_file(path: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, out, err, _ = lint(tmp_path, path)
    assert code == 2
    assert "Traceback" not in out + err


MEASURED = """
import os, sys
process = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, *sys.argv[1:]])
_, status, usage = os.wait4(process, 0)
sys.stderr.write(f"\\n{usage.ru_maxrss}")
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Starts a process and tells its peak. Linux counts that of whoever starts it too, so a small one does, not the tests'."""


def lint(directory: Path, *arguments: str) -> tuple[int, str, str, float]:
    """Exit code, output and the most memory (in MB) of `archgen lint` as a process of its own."""
    command = [sys.executable, "-S", "-c", MEASURED, "-m", "archgen", "lint", *arguments]
    process = subprocess.run(command, capture_output=True, cwd=directory, check=False)
    err, _, kilobytes = process.stderr.decode().rpartition("\n")
    return process.returncode, process.stdout.decode(), err, int(kilobytes) / 1024


if __name__ == "__main__":
    for each in NAMES:
        (BROKEN / f"{each}.txt").write_text(told(each), encoding="utf-8")
