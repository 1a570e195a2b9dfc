"""Where people run it: a container, hooks for pre-commit, completion, and what the pages say."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml

from archgen.app.report_formats import LINT
from archgen.cli import COMMANDS, command_module
from archgen.cli.parser import Parser
from tests.paths import ROOT

TIER = (ROOT / "models" / "1-simple-web-stack.arch.yaml").read_text(encoding="utf-8")
BIN = str(Path(sys.executable).parent)
PAGES = [(ROOT / name).read_text(encoding="utf-8") for name in ("docs/ci.md", "README.md")]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "shop.arch.yaml").write_text(TIER, encoding="utf-8")
    return tmp_path


# A container


def test_the_image_is_made_of_what_there_is() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert {"pyproject.toml", "archgen", "models"} <= set(copied)
    assert all((ROOT / name).exists() for name in copied)
    # what is not copied does not reach the builder either
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied)
    installed = [line for line in lines if "pip install" in line]
    assert any("--require-hashes --requirement /archgen/requirements/image.txt" in line for line in installed)
    assert all("--require-hashes" in line or "--no-deps --no-build-isolation" in line for line in installed)
    assert re.fullmatch(r"FROM python:3\.\d+\.\d+-slim-[a-z]+(@sha256:[0-9a-f]{64})?", lines[base(lines)])
    command = json.loads(next(line for line in lines if line.startswith("CMD")).removeprefix("CMD "))
    assert command[0] in COMMANDS


def base(lines: list[str]) -> int:
    return next(number for number, line in enumerate(lines) if line.startswith("FROM "))


# pre-commit


def test_the_hooks_are_commands_and_take_the_models(project: Path) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks] == ["archgen-lint", "archgen-fmt"]
    for hook in hooks:
        assert {"id", "name", "description", "entry", "language", "files"} <= set(hook)
        assert re.search(hook["files"], "models/shop.arch.yaml")
        assert not re.search(hook["files"], "models/shop.yaml")
        words = hook["entry"].split()
        done = subprocess.run(
            [f"{BIN}/{words[0]}", *words[1:], "models/shop.arch.yaml"], cwd=project, capture_output=True
        )
        assert done.returncode == (1 if words[1] == "lint" else 0)


# Completion


@cache
def completion(shell: str) -> str:
    """Return the script that completes in a shell."""
    done = subprocess.run([f"{BIN}/archgen", "completion", shell], capture_output=True, text=True, check=True)
    return done.stdout


def complete(project: Path, *words: str) -> list[str]:
    """Return the words that bash offers for the last one, which may be empty."""
    script = completion("bash")
    line = " ".join(f"'{word}'" for word in ("archgen", *words))
    press_tab = f"COMP_WORDS=({line}); COMP_CWORD={len(words)}; COMP_TYPE=9; _shtab_archgen"
    code = f'{script}\n{press_tab}; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True, cwd=project)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["li"], ["lint"]),
        (["lint", "--fo"], ["--format"]),
        (["lint", "--format", "s"], ["sarif"]),
        (["lint", "--format", ""], list(LINT)),
        (["lint", "--format", "gi"], ["github", "gitlab"]),
        (["lint", "--persona", "a"], ["auditor"]),
        (["lint", "--select", "missing-t"], ["missing-tls"]),
        (["explain", "single-p"], ["single-point-of-failure", "single-point-of-failure"]),
        (["explain", "--h"], ["--help"]),
        (["draw", "--format", "draw"], ["drawio"]),
        (["lint", "mod"], ["models"]),
        (["slides", "--template", "mod"], ["models"]),
        (["nothing", "x"], []),
    ],
)
def test_bash_completes(project: Path, words: list[str], offered: list[str]) -> None:
    assert complete(project, *words) == offered


def test_every_command_and_shell_is_completed(project: Path) -> None:
    assert complete(project, "") == list(COMMANDS)
    assert set(complete(project, "-")) == {"-h", "--help", "--version"}
    for shell in ("bash", "zsh", "fish", "tcsh", "powershell"):
        script = completion(shell)
        assert all(re.search(rf"\b{command}\b", script) for command in COMMANDS)
        assert "%(" not in script


# The page


def commands_of(page: str) -> list[str]:
    blocks = re.findall(r"```(?:console|yaml)\n(.*?)```", page, re.DOTALL)
    lines = "\n".join([*blocks, *re.findall(r"`(archgen [^`]+)`", page)]).splitlines()
    found = (re.search(r"\barchgen ((?:{})\b[^#|;&,)]*)".format("|".join(COMMANDS)), line) for line in lines)
    return [match[1].strip().rstrip('"]') for match in found if match and "uses:" not in match.string]


@pytest.mark.parametrize("page", PAGES, ids=["ci", "readme"])
def test_every_command_of_a_page_is_one(page: str) -> None:
    told = commands_of(page)
    assert len(told) > 10
    for line in told:
        name, *words = shlex.split(line)
        module = command_module(name)
        parser = Parser(prog=name, description=None)
        module.arguments(parser)
        assert isinstance(parser.read(words), argparse.Namespace), line


@pytest.mark.parametrize("page", PAGES, ids=["ci", "readme"])
def test_the_files_of_a_page_are_yaml(page: str) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert len(blocks) >= 3
    for block in blocks:
        assert yaml.safe_load(block)
