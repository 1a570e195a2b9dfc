"""Questions without a kind: those of models that were imported before there were kinds, and those of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.cli import main
from archgen.language.load import load

MODEL = Path("models/x.arch.yaml")

SYSTEM = """\
archgen: 1
name: A system with a question
unknown: [backups]
components:
  web: {kind: service}
  api: {kind: service}
  jobs: {kind: service}
  db: {kind: database}
connections:
  web -> api: http
  api -> db: postgresql
"""


def answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, about: str, ask: str, options: str, given: str) -> str:
    """Return the system as an answer leaves it, without the answer."""
    monkeypatch.chdir(tmp_path)
    MODEL.parent.mkdir(exist_ok=True)
    MODEL.write_text(f'{SYSTEM}questions:\n  q: {{about: {about}, ask: "{ask}", options: [{options}]}}\n')
    assert main(["answer", "q", given]) == 0
    assert dict(load(str(MODEL), MODEL.read_bytes()).architecture.answers) == {"q": given}
    return MODEL.read_text().partition("answers:")[0]


@pytest.mark.parametrize(
    ("about", "ask", "options", "given", "calls"),
    [
        (
            "web",
            "web finds in api what it passes requests to. Which components?",
            "all, api, jobs, none",
            "jobs",
            "api -> db, web -> jobs",
        ),
        (
            "web",
            "No file says where web passes requests to. Where?",
            "api, jobs, none",
            "jobs",
            "api -> db, web -> api, web -> jobs",
        ),
        (
            "jobs",
            "No file says what calls jobs. What does?",
            "api, web, none",
            "api,web",
            "api -> db, api -> jobs, web -> api, web -> jobs",
        ),
        (
            "api",
            "Files name api to components that may have no use for it. Which of them call it?",
            "all, jobs, web, none",
            "jobs",
            "api -> db, jobs -> api",
        ),
    ],
)
def test_calls_have_the_direction_of_the_question(
    about: str, ask: str, options: str, given: str, calls: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(tmp_path, monkeypatch, about, ask, options, given)
    drawn = (each.id for each in load(str(MODEL), MODEL.read_bytes()).architecture.connections)
    assert ", ".join(sorted(drawn)) == calls


def test_replicas_and_writers_are_taken_from_questions_of_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = "No file says how many replicas api has. How many?"
    assert "  api: {kind: service, replicas: 2}" in answered(tmp_path, monkeypatch, "api", ask, '"1", "2", "3"', "2")
    ask = "Which components write to db?"
    assert "access: read-write" in answered(tmp_path, monkeypatch, "db", ask, "all, api, jobs", "api,jobs")


@pytest.mark.parametrize(
    ("about", "ask", "options", "given"),
    [
        ("web", "How many regions shall web have?", '"1", "2", several', "several"),
        ("web", "How many regions shall web have?", '"1", "2", several', "2"),
        ("api", "Which team owns api?", "blue, red, none", "blue"),
        ("db", "Which backup of db is kept?", "all, last", "last"),
        ("db", "Which backups of db are kept?", "all, last, none", "last"),
    ],
)
def test_answer_to_a_question_of_ones_own_changes_nothing_else(
    about: str, ask: str, options: str, given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answered(tmp_path, monkeypatch, about, ask, options, given).strip() == SYSTEM.strip()


@pytest.mark.parametrize(("given", "is_open"), [("none", False), ("yes", True), ("nightly", True)])
def test_topic_is_known_where_nothing_is_there(
    given: str, is_open: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = "nightly, none" if given == "nightly" else "yes, none"
    text = answered(tmp_path, monkeypatch, "backups", "Which backups are there?", options, given)
    assert ("unknown: [backups]" in text) == is_open
