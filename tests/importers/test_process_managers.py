"""Configurations of process managers: literals without running anything, and what strangers may write."""

from __future__ import annotations

import pytest

from archgen.importers.sources.process_managers.literals import list_named
from archgen.importers.sources.process_managers.pm2 import read_pm2
from archgen.importers.sources.process_managers.process import Process, port_of_process
from archgen.importers.sources.process_managers.procfile import read_procfile
from archgen.importers.sources.process_managers.supervisor import read_supervisor


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("apps: ['a' + \"b\"]", "ab"),
        ("const apps = [7]", 7),
        ("apps: [path.join(__dirname, 'x', '../y')]", "y"),
        ("apps: [`${__dirname}/x`]", "./x"),
        ("apps: [`${name}`]", None),
        ("apps: [f('a', [1, 2])]", None),
        ("apps: [a ? 'b' : 'c']", None),
        ("/* apps: ['no'] */ apps: ['it\\'s'] // apps", "it's"),
    ],
)
def test_only_literals_have_a_value(text: str, value: object) -> None:
    assert [each.value for each in list_named("apps", text)] == [value]


def test_what_is_no_literal_leaves_the_rest() -> None:
    text = (
        "apps: [{ name: 'a', ...base, run() { return [1, 2] }, script: 'a.js', env: { A: 1, B: b(), C: true } }, f(2)]"
    )
    (process,) = read_pm2("pm2.config.js", text)
    assert (process.name, process.command) == ("a", "a.js")
    assert [(each.name, each.value) for each in process.variables] == [("A", "1"), ("C", "true")]


@pytest.mark.parametrize("path", ["pm2.config.js", "pm2.yml"])
@pytest.mark.parametrize(
    "text",
    [
        "apps: " + "[" * 9000,
        "apps: [" + "{a: " * 9000,
        "apps: [" + '\\"' * 60_000,
        "apps: [/*" * 20_000,
        "apps: [}{)(,:",
        "\0",
        "",
    ],
)
def test_hostile_text_starts_nothing(path: str, text: str) -> None:
    assert read_pm2(path, text) == []
    assert read_supervisor(text) == []


def test_number_of_programs_is_bounded() -> None:
    assert len(read_procfile("a: b\n" * 5000)) == len(read_supervisor("[program:a]\ncommand=b\n" * 5000)) == 60


@pytest.mark.parametrize(
    ("command", "package", "port"),
    [
        ("gunicorn a:b --bind 0.0.0.0:8100", "", 8100),
        ("npm run start", '{"scripts": {"start": "next start"}}', 3000),
        ("node a.js", '{"scripts": {"start": "next start"}}', None),
    ],
)
def test_port_is_in_the_command_or_in_the_script_of_the_package(command: str, package: str, port: int | None) -> None:
    assert port_of_process(Process("a", command, "", (), 1), package) == port


def test_supervisord_is_read_with_either_end_of_a_line() -> None:
    text = '[program:web]\ncommand=node web.js\nenvironment=A="1"\n'
    assert [each.name for each in read_supervisor(text.replace("\n", "\r\n"))] == ["web"]
    assert read_supervisor(text.replace("\n", "\r\n")) == read_supervisor(text)


@pytest.mark.parametrize(
    ("command", "port"),
    [
        ("celery -A app worker -b redis://localhost:6379", None),
        ("celery -A app worker -l 10", None),
        ("node a.js --db localhost:5432", None),
        ("psql -p 5432", None),
        ("node a.js --port 99999", None),
        ("node a.js --port=8080", 8080),
        ("gunicorn -b 127.0.0.1:$PORT app", None),
        ("gunicorn -b '127.0.0.1:8000' app", 8000),
        ("gunicorn --bind [::]:8000 app", 8000),
        ("php -S 0.0.0.0:8000", 8000),
        ("python manage.py runserver 127.0.0.1:8000", 8000),
    ],
)
def test_port_of_a_command_is_one_that_it_listens_on(command: str, port: int | None) -> None:
    assert port_of_process(Process("a", command, "", (), 1), "") == port
