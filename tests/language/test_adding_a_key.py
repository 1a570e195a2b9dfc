"""A key of the language is added in the schema and the model (and, if it has a short form, the expansion): nowhere else.

A copy of the package gets a key, and every part of archgen that speaks of keys knows it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

MODEL = """\
archgen: 1
name: A shop

components:
  web: {kind: web-server, managed: true, support: gold, contact: [web, no]}
"""

# where a key is written, the line before it, and its own lines
EDITS = {
    "language/schema/archgen-1.schema.json": (
        '        "image": {\n',
        """\
        "support": {
          "$ref": "#/$defs/text",
          "description": "The support contract.",
          "examples": ["gold"]
        },
        "contact": {
          "$ref": "#/$defs/texts",
          "description": "The people to call.",
          "examples": [["web", "on-call"]]
        },
        "image": {
""",
    ),
    "model/architecture.py": (
        "    image: str | None = None\n",
        "    support: str | None = None\n    contact: tuple[str, ...] = ()\n    image: str | None = None\n",
    ),
    # a list of texts may be written as a single one: this key has a short form
    "language/expand/components.py": (
        '    "alerts": lambda',
        '    "contact": lambda reader: reader.context.document.texts(reader.entry, "contact"),\n    "alerts": lambda',
    ),
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a copy of the package in which components have the keys `support` and `contact`."""
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "archgen", root / "archgen", ignore=shutil.ignore_patterns("__pycache__"))
    for name, (before, after) in EDITS.items():
        file = root / "archgen" / name
        text = file.read_text(encoding="utf-8")
        assert text.count(before) == 1
        file.write_text(text.replace(before, after), encoding="utf-8")
    return root


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.arch.yaml").write_text(MODEL, encoding="utf-8")
    return tmp_path


def run(package: Path, project: Path, *words: str, program: str = "-m archgen") -> str:
    """Return what a command of the copy prints in a project."""
    environment = {**os.environ, "PYTHONPATH": str(package), "NO_COLOR": "1"}
    command = [sys.executable, *program.split(" ", 1), *words]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_the_key_is_read_and_kept_as_it_was_written(package: Path, project: Path) -> None:
    program = "from archgen.language.load import load; print(load('a', open('a.arch.yaml', 'rb').read()).architecture)"
    assert "support='gold', contact=('web', 'no')" in run(package, project, program=f"-c {program}")
    assert run(package, project, "fmt", "--diff", "a.arch.yaml") == ""


def test_a_misspelt_key_is_explained_and_put_right(package: Path, project: Path) -> None:
    (project / "a.arch.yaml").write_text(MODEL.replace("support", "suport"), encoding="utf-8")
    assert "Did you mean `support`?" in run(package, project, "lint", "a.arch.yaml")
    assert "+  web: {kind: web-server, managed: true, support: gold" in run(
        package, project, "lint", "--diff", "a.arch.yaml"
    )


def test_the_key_is_described_and_offered(package: Path, project: Path) -> None:
    assert "The support contract." in run(package, project, "explain", "support")
    assert "`[web, on-call]`" in run(
        package,
        project,
        program="-c from archgen.language.schema.reference import key_reference; "
        "from archgen.language.schema import schema; print(key_reference(schema()))",
    )
    program = "from archgen.editor.grammar import keys_at; print(dict(keys_at(('components', 'web')))['contact'])"
    assert run(package, project, program=f"-c {program}") == "The people to call.\n"


def test_rules_read_the_key(package: Path, project: Path) -> None:
    (project / "archgen.toml").write_text(
        """\
[[rules]]
id = "gold"
code = "OUR001"
title = "Support"
each = "component"
when = 'support == "gold" and count(contact) > 1'
message = "{id} has {support} support by {contact}"
why = "x"
fix = "x"
bad = "x"
good = "x"
""",
        encoding="utf-8",
    )
    assert "web has gold support by web, no" in run(package, project, "lint", "--select", "gold", "a.arch.yaml")
    secret = MODEL.replace("gold", "AKIAABCDEFGHIJKLMNOP")
    (project / "a.arch.yaml").write_text(secret, encoding="utf-8")
    assert "secret-in-model" in run(package, project, "lint", "--format", "concise", "a.arch.yaml")


def test_a_change_of_the_key_is_seen(package: Path, project: Path) -> None:
    (project / "b.arch.yaml").write_text(MODEL.replace("gold", "silver"), encoding="utf-8")
    assert "silver" in run(package, project, "diff", "a.arch.yaml", "b.arch.yaml")


def test_the_page_names_the_files() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = page.partition("## Add a key of the language\n")[2].partition("\n## ")[0]
    steps = re.split(r"^\d\. ", section, flags=re.MULTILINE)[1:]
    assert len(steps) == len(EDITS)
    assert all(f"`archgen/{name}`" in step for name, step in zip(EDITS, steps, strict=True))
