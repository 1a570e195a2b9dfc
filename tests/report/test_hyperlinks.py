"""Hyperlinks in reports: on terminals that show them, when forced, and nowhere else."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from archgen.report.common.terminal import Style
from tests.forked import archgen, command
from tests.paths import ROOT

LINK = re.compile(r"\x1b\]8;;([^\x1b]*)\x1b\\([^\x1b]*(?:\x1b\[[0-9;]*m[^\x1b]*)*)\x1b\]8;;\x1b\\")


def lint(directory: Path, *words: str, terminal: bool = False, **variables: str) -> str:
    """What a lint prints, on a terminal or into a pipe."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory), **variables}
    if not terminal:
        return archgen("lint", *words, at=directory, environment=environment).stdout
    master, other = pty.openpty()
    process = subprocess.Popen(
        command("lint", *words), cwd=directory, env=environment, stdout=other, stderr=subprocess.DEVNULL
    )
    os.close(other)
    told = b""
    # a terminal whose last writer is gone ends with an error instead of nothing
    while part := _read(master):
        told += part
    process.wait()
    os.close(master)
    return told.decode().replace("\r\n", "\n")


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:
        return b""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "a b.arch.yaml").write_bytes((ROOT / "models" / "1-simple-web-stack.arch.yaml").read_bytes())
    return tmp_path


def test_a_code_leads_to_its_rule_and_a_place_to_its_file(model: Path) -> None:
    (model / "archgen.toml").write_text('pages = "https://docs.example.org/a/"\n', encoding="utf-8")
    told = lint(model, "a b.arch.yaml", FORCE_HYPERLINK="1")
    links = {text: address for address, text in LINK.findall(told)}
    assert links["error[SEC001]"] == "https://docs.example.org/a/rules/missing-tls/"
    place = f"file://{model}/a%20b.arch.yaml"
    assert links["a b.arch.yaml:43:3"] == place
    # without its links it is the report that a pipe gets
    assert LINK.sub(r"\2", told) == lint(model, "a b.arch.yaml")
    (model / "archgen.toml").unlink()
    assert "https://www.rfc-editor.org/rfc/rfc9325" in lint(model, "a b.arch.yaml", FORCE_HYPERLINK="1")


@pytest.mark.parametrize(
    ("terminal", "variables", "shown"),
    [
        (True, {"TERM": "xterm-kitty"}, True),
        (True, {"VTE_VERSION": "7600", "TERM": "xterm-256color"}, True),
        (True, {"VTE_VERSION": "4800", "TERM": "xterm-256color"}, False),
        (True, {"TERM": "xterm"}, False),
        (True, {"TERM": "xterm-kitty", "NO_COLOR": "1"}, False),
        (True, {"TERM": "xterm-kitty", "CI": "true"}, False),
        (True, {"TERM": "xterm-kitty", "FORCE_HYPERLINK": "0"}, False),
        (False, {"TERM": "xterm-kitty"}, False),
        (False, {"TERM": "dumb", "FORCE_HYPERLINK": "1"}, True),
    ],
)
def test_links_are_shown_where_they_are_understood(
    model: Path, terminal: bool, variables: dict[str, str], shown: bool
) -> None:
    told = lint(model, "a b.arch.yaml", terminal=terminal, **variables)
    assert "missing-tls" in told
    assert bool(LINK.search(told)) is shown


def test_no_link_reaches_a_file(model: Path) -> None:
    lint(
        model, "a b.arch.yaml", "--format", "text=out.txt", "--format", "concise", FORCE_HYPERLINK="1", FORCE_COLOR="1"
    )
    assert "\x1b" not in (model / "out.txt").read_text(encoding="utf-8")


def test_an_address_steers_no_terminal() -> None:
    style = Style(links=True)
    assert style.link("x", "https://a/\x1b]0;title\x07") == "x"
    assert style.link("x", "https://a/\u202e") == "x"
    assert style.link("x", "") == "x"
    assert Style().link("x", "https://a/") == "x"
