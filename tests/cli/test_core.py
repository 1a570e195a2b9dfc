"""archgen without extras: every command does its work, or says which command installs what it lacks."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from archgen.cli import COMMANDS
from tests.linting.test_own_rules import RULE
from tests.paths import ROOT
from tests.project.test_dependencies import EXTRAS, pins

MODEL = str(ROOT / "models" / "2-distributed-web-infrastructure.arch.yaml")
LARGER = str(ROOT / "models" / "3-secured-and-monitored.arch.yaml")

PROBE = """
import sys

hidden = set(sys.argv.pop(1).split(","))

class Without:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in hidden else self.finder.find_spec(name, path, target)

sys.meta_path[:] = map(Without, sys.meta_path)
from archgen.cli import run_and_exit
run_and_exit()
"""

WORK = {
    "lint": ("--fail-on", "never", MODEL),
    "analyze": (MODEL,),
    "simulate": (MODEL, "--kill", "lb-1"),
    "what-if": (MODEL,),
    "diff": (MODEL, LARGER),
    "review": ("HEAD",),
    "draw": (MODEL, "-o", "out"),
    "draw --format png": (MODEL, "--view", "deployment", "--format", "png", "-o", "out"),
    "draw --format dot": (MODEL, "--view", "deployment", "--format", "dot", "-o", "out"),
    "show": (MODEL,),
    "fmt": ("--check", MODEL),
    "accept": ("single-point-of-failure", "--reason", "a pilot", "--model", "pilot.arch.yaml"),
    "explain": ("single-point-of-failure",),
    "rules": (),
    "test-rules": (),
    "schema": (),
    "new": ("2",),
    "import": ("compose.yml",),
    "answer": ("--model", "pilot.arch.yaml"),
    "completion": ("bash",),
}
NEED = {
    "build": ("site", (MODEL,)),
    "build --single-file": ("site", (MODEL, "--single-file", "a.html")),
    "serve": ("site", (MODEL, "--port", "0")),
    "slides": ("slides", (MODEL,)),
    "slides --format pdf": ("slides", (MODEL, "--format", "pdf", "-o", "a.pdf")),
    "draw --format pdf": ("slides", (MODEL, "--format", "pdf", "-o", "out")),
    "draw --format gif": ("slides", (MODEL, "--view", "paths", "--format", "gif", "-o", "out")),
    "lsp": ("lsp", ()),
    "lint --watch": ("watch", ("--watch", MODEL)),
}


@cache
def optional() -> set[str]:
    """The modules of every package that is pinned for some extra and not for the core."""
    core = {pin.name for pin in pins("core")}
    packages = {pin.name for pin in pins("ci")} - core
    return {
        module
        for module, owners in packages_distributions().items()
        if packages & {canonicalize_name(owner) for owner in owners}
    }


def run(folder: Path, name: str, words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])}
    code = [sys.executable, "-c", PROBE, ",".join(sorted(optional())), name.partition(" ")[0], *words]
    return subprocess.run(code, cwd=folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def test_every_command_is_tried() -> None:
    assert {name.partition(" ")[0] for name in (*WORK, *NEED)} == set(COMMANDS)
    assert {extra for extra, _ in NEED.values()} <= set(EXTRAS)


@pytest.mark.sampled(7)
@pytest.mark.parametrize("name", WORK)
def test_a_command_works_without_extras(tmp_path: Path, name: str) -> None:
    if name == "test-rules":
        (tmp_path / "archgen.toml").write_text(RULE, encoding="utf-8")
    if name == "import":
        (tmp_path / "compose.yml").write_text("services: {web: {image: nginx, ports: ['80:80']}}\n", encoding="utf-8")
    if name in {"accept", "answer"}:
        # what it follows stands elsewhere
        text = Path(MODEL).read_text(encoding="utf-8").replace("follows: ", "# follows: ")
        (tmp_path / "pilot.arch.yaml").write_text(text, encoding="utf-8")
    if name == "review":
        for words in (("init",), ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--allow-empty", "-m", "a")):
            subprocess.run(("git", *words), cwd=tmp_path, check=True, capture_output=True)
        (tmp_path / "models").mkdir()
        (tmp_path / "models" / "a.arch.yaml").write_bytes(Path(MODEL).read_bytes())
    done = run(tmp_path, name, WORK[name])
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", NEED)
def test_a_command_names_the_extra_that_it_lacks(tmp_path: Path, name: str) -> None:
    extra, words = NEED[name]
    done = run(tmp_path, name, words)
    assert f"of the extra `{extra}`; run `pip install 'archgen[{extra}]'`" in done.stderr
    assert done.stderr.startswith("archgen: ")
    assert done.stderr.count("\n") == 1
    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []
