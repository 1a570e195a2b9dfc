"""What the hand-written pages show is what the tool does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from archgen.analysis import assumed_numbers
from archgen.language.load import load
from tests import paths
from tests.forked import archgen
from tests.project import assumption_tables

ROOT = str(paths.ROOT)


def blocks(name: str, language: str) -> list[str]:
    with open(os.path.join(ROOT, "docs", name), encoding="utf-8") as stream:
        return re.findall(rf"^```{language}\n(.*?)^```$", stream.read(), re.DOTALL | re.MULTILINE)


def cli(*words: str, cwd: str = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    return archgen(*words, at=cwd, environment=environment)


def test_the_first_model_can_be_read() -> None:
    models = [block for block in blocks("start.md", "yaml") if block.startswith("archgen: 1")]
    assert models
    for block in models:
        assert load("start.arch.yaml", block.encode()).architecture.flows


PAGES = ("start.md", "ci.md", "reading-a-finding.md", "add-a-rule.md")
COMMANDS = sorted(
    {
        line.removeprefix("$ archgen ")
        for name in PAGES
        for block in blocks(name, "console")
        for line in block.splitlines()
        # what serves runs until it is stopped; tests/site_build/test_serve.py drives it
        if line.startswith("$ archgen ") and not line.startswith("$ archgen serve")
    }
)


BASELINE = "--baseline archgen-baseline.json"
"""What was there before is written down once and then left out, so a lint with it finds nothing new."""


def make_repository(directory: str) -> None:
    """Make a repository of a directory, with the revisions that the pages name."""
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (
        ("init", "--quiet"),
        ("add", "."),
        (*identity, "commit", "--quiet", "-m", "a"),
        *(("update-ref", name, "HEAD") for name in ("refs/tags/v1.2", "refs/tags/v1.3", "refs/remotes/origin/main")),
    ):
        subprocess.run(("git", *words), cwd=directory, check=True, capture_output=True)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a directory as `archgen new` leaves it."""
    directory = str(tmp_path_factory.mktemp("started"))
    assert cli("new", "1", cwd=directory).returncode == 0
    return directory


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_is_shown_runs(command: str, tmp_path: object, started: str) -> None:
    directory = str(tmp_path)
    shutil.copytree(started, directory, dirs_exist_ok=True)
    if BASELINE in command:
        assert cli("lint", *BASELINE.split(), "--write-baseline", cwd=directory).returncode == 0
    if command.startswith("review"):
        make_repository(directory)
    done = cli(*command.split(), cwd=directory)
    finds = command.startswith("lint") and BASELINE not in command
    assert done.returncode == (1 if finds else 0), done.stderr
    assert done.stdout or command.startswith("lint") or "--format markdown=" in command


def test_the_tables_of_assumed_numbers_are_generated_from_the_data() -> None:
    """`python -m tests.project.assumption_tables` writes them."""
    assert assumption_tables.PAGE.read_text(encoding="utf-8") == assumption_tables.page()


def test_each_assumed_number_stands_in_a_table() -> None:
    """A number that no table shows would be assumed without a source that a reader can look up."""
    shown = "".join(assumption_tables.tables().values())
    for name, number in vars(assumed_numbers).items():
        if isinstance(number, assumed_numbers.Number | assumed_numbers.Delay | assumed_numbers.ChangeRate):
            assert f"{number.source.basis}, {number.source.date}: {number.source.text}" in shown, name
