"""The README says what is so: its sample and picture are current, its models and commands work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archgen.cli import COMMANDS, main
from tests.paths import ROOT
from tests.project import readme, shown

TEXT = readme.README.read_text(encoding="utf-8")
OUTDATED = "out of date: `make generated` writes it anew"


@pytest.mark.parametrize("page", shown.PAGES, ids=lambda page: page.stem)
def test_what_a_page_shows_is_what_the_commands_print(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert readme.renewed(text) == text, OUTDATED


def test_nothing_that_is_printed_is_typed() -> None:
    """What is no command in a page's console is printed by one, and a report stands between its marks alone."""
    printed = {page.stem: shown.SPOKEN.findall("".join(shown.BLOCK.findall(_text(page)))) for page in shown.PAGES}
    assert [command.split()[:2] for command, _ in printed["what-a-change-did"]] == [["archgen", "diff"]]
    for page in shown.PAGES:
        before, _, rest = _text(page).partition(readme.START)
        outside = before + rest.partition(readme.END)[2]
        assert re.findall(r"^ *(?:error|warning|info)\[[A-Z]{3}\d{3}\]", outside, re.MULTILINE) == [], page
        assert "```text" not in outside, page


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_the_picture_is_what_draw_draws() -> None:
    assert readme.PICTURE.read_text(encoding="utf-8") == readme.picture(), OUTDATED


def test_the_report_of_tier_1_is_as_it_was_read() -> None:
    told = readme.report("1-simple-web-stack")
    assert readme.REPORT.read_text(encoding="utf-8") == told, OUTDATED
    heads = re.findall(r"^(error|warning|info)\[([A-Z]{3}\d{3})\] ([a-z-]+) \[(\d+)\]$", told, re.MULTILINE)
    findings = readme.model("1-simple-web-stack")[0].findings
    assert heads == [(one.severity, one.code, one.rule, str(at)) for at, one in enumerate(findings, 1)]
    places = re.findall(r"^  --> (\S+):(\d+):(\d+)$", told, re.MULTILINE)
    assert places == [(one.file, str(one.line), str(one.column)) for one in findings]


def test_the_model_in_five_minutes_has_a_meaning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = re.findall(r"^( +)```yaml\n(.*?)^\1```$", TEXT, re.DOTALL | re.MULTILINE)
    lines = [line[3:] for _, body in parts for line in body.splitlines()]
    file = tmp_path / "mine.arch.yaml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(["lint", str(file), "--today", readme.DAY]) == 1
    output = capsys.readouterr().out
    assert "accepted[DAT001] missing-backup" in output
    assert "invalid-model" not in output


def test_every_command_it_names_exists() -> None:
    named = set(re.findall(r"(?:\$ |run: |`)archgen ([a-z]+)", TEXT))
    assert {"lint", "build", "draw", "new", "explain"} <= named <= set(COMMANDS)


def test_every_file_it_links_to_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
