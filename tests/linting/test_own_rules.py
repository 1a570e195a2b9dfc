"""Rules of one's own: the language of their conditions, the facts they ask, and what becomes of mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archgen.analysis.topology import Topology
from archgen.cli import main
from archgen.language.load import load
from archgen.linting.conditions import ExpressionError, FactValue, Type, compile_condition
from archgen.linting.facts import Each, elements_of, facts_of
from tests.linting import fact_table
from tests.paths import ROOT

TYPES: dict[str, Type] = {
    "kind": "text",
    "owner": "text",
    "replicas": "number",
    "load": "number",
    "managed": "truth",
    "tls": "truth",
    "hosts": "texts",
    "zones": "texts",
}
KNOWN: dict[str, FactValue] = {"kind": "database", "replicas": 2.0, "managed": False, "hosts": ("a", "b")}

RULE = """
[[rules]]
id = "database-owner"
code = "OUR001"
title = "Database without an owner"
each = "component"
when = 'stores and not managed and not has owner'
message = "{id} is a {kind} with {replicas} replicas on {hosts}, and nobody owns it"
why = "Somebody has to be called."
fix = "State its `owner`."
bad = '''
archgen: 1
name: x
hosts: {one: {}, two: {}}
components:
  db: {kind: database, runs_on: [one, two]}  # finding: database-owner
'''
good = '''
archgen: 1
name: x
components:
  db: {kind: database, owner: data}
'''
"""


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("managed", False),
        ("not managed", True),
        ('kind == "database"', True),
        ("kind == 'data base'", False),
        ('kind != "cache" and replicas >= 2', True),
        ("replicas < 2 or replicas == 2", True),
        ("replicas > 2.5", False),
        ('kind in ["cache", "database"]', True),
        ('kind not in ["cache"]', True),
        ('"a" in hosts and not "c" in hosts', True),
        ("count(hosts) == 2", True),
        ("has kind and has hosts", True),
        ("has owner", False),
        ("not has zones", True),
        ('kind matches "data*"', True),
        ('kind matches "*a*a*a*"', True),
        ('kind matches "*a*a*a*a*"', False),
        ('kind matches "data"', False),
        ("true or managed and false", True),
        ("(true or managed) and false", False),
        # what is not known is neither true nor false
        ("tls", False),
        ("not tls", False),
        ('owner == "ops"', False),
        ('owner != "ops"', False),
        ("not load > 1", False),
        ("tls or true", True),
        ("tls and false", False),
        ("not (tls and managed)", True),
        ("count(zones) == 0", False),
        ('"x" not in zones', False),
    ],
)
def test_a_condition_holds_only_where_it_is_known_to_be_true(text: str, holds: bool) -> None:
    assert compile_condition(text, TYPES)(KNOWN.get) is holds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "column 1: a fact or a value is missing"),
        ("knd == 'x'", "column 1: there is no fact `knd` here"),
        ("kind", "a condition must be true or false; got a text"),
        ("kind == 2", "a text is never equal to a number"),
        ("kind < 2", "only numbers are more or less"),
        ("managed and", "column 12: a fact or a value is missing"),
        ("managed managed", "column 9: `managed` is one too many"),
        ("kind in 'x'", "`in` looks for a text in a list"),
        ("hosts matches 'x'", "`matches` holds a text"),
        ("count(kind) == 1", "`kind` is no list"),
        ("(managed", "`)` is missing"),
        ("kind == 'x", "column 9: `'` is not read here"),
        ("kind in [1]", "a list holds texts"),
        ("__import__('os')", "column 1: there is no fact `__import__`"),
        ("kind.upper() == 'X'", "column 5: `.` is not read here"),
        ("managed; managed", "column 8: `;` is not read here"),
        ("(" * 40 + "managed" + ")" * 40, "nested too deeply"),
        ("not " * 40 + "managed", "nested too deeply"),
        ("managed or " * 300 + "managed", "at most 2,000 characters"),
    ],
)
def test_what_is_no_condition_is_refused_with_its_column(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        compile_condition(text, TYPES)
    assert message in str(raised.value)


@given(st.text(alphabet=" ()[],'\"<>=!.2abnotrdhsecutigmklp_wv", max_size=60) | st.text(max_size=30))
def test_any_text_is_a_condition_or_is_refused(text: str) -> None:
    try:
        holds = compile_condition(text, TYPES)
    except ExpressionError:
        return
    assert holds(KNOWN.get) in (True, False)


@given(st.text("ab*", max_size=12), st.text("ab", max_size=12))
def test_patterns_mean_what_they_mean_to_a_shell(pattern: str, text: str) -> None:
    from fnmatch import fnmatchcase

    assert compile_condition(f'kind matches "{pattern}"', TYPES)({"kind": text}.get) is fnmatchcase(text, pattern)


def test_every_fact_has_its_type_on_the_reference_tiers() -> None:
    kinds = {"text": str, "number": float, "truth": bool, "texts": tuple}
    told: set[tuple[str, str]] = set()
    for path in (ROOT / "models").glob("*.arch.yaml"):
        topology = Topology(load(path.name, path.read_bytes()).architecture)
        for each in get_args(Each):
            for name, fact in facts_of(each).items():
                for one in elements_of(topology, each):
                    value = fact.value(topology, one)
                    assert value is None or type(value) is kinds[fact.type], (each, name)
                    if value is not None:
                        told.add((each, name))
    assert {("component", "hosts"), ("host", "replicas"), ("connection", "encrypted"), ("flow", "requests")} <= told


# In a project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    text = (ROOT / "models" / "2-distributed-web-infrastructure.arch.yaml").read_text(encoding="utf-8")
    (tmp_path / "models" / "shop.arch.yaml").write_text(text.replace("follows: 1-simple-web-stack\n", ""))
    return tmp_path


def configure(project: Path, text: str) -> None:
    (project / "archgen.toml").write_text(text, encoding="utf-8")


def findings(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    main(["lint", "--format", "json", *words])
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["findings"]
    return found


def test_a_declared_rule_is_a_rule_like_any_other(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(project, RULE)
    assert main(["test-rules"]) == 0
    assert capsys.readouterr().out == "OUR001 database-owner: passes\n"
    (found,) = findings(capsys, "--select", "OUR")
    assert found["message"] == "mysql is a database with 2 replicas on server-1, server-2, and nobody owns it"
    assert (found["rule"], found["severity"], found["subject"]) == (
        "database-owner",
        "warning",
        {"kind": "component", "id": "mysql"},
    )
    assert findings(capsys, "--select", "all", "--ignore", "our001") == findings(capsys, "--ignore", "OUR")
    for name in ("sarif", "gitlab", "junit", "markdown"):
        main(["lint", "--select", "database-owner", "--format", name])
        assert "database-owner" in capsys.readouterr().out
    assert main(["explain", "our001"]) == 0
    assert "What lint says of it" in capsys.readouterr().out
    main(["rules"])
    assert "OUR001  warning  database-owner" in capsys.readouterr().out


def test_a_declared_rule_can_be_accepted_whether_it_runs_or_not(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(project, RULE)
    with (project / "models" / "shop.arch.yaml").open("a", encoding="utf-8") as stream:
        stream.write("accept:\n  - {rule: database-owner, subject: mysql, reason: soon, owner: ops}\n")
    (found,) = findings(capsys, "--select", "OUR001,MOD007")
    assert found["accepted"]["reason"] == "soon"
    assert findings(capsys, "--select", "MOD007") == []


def test_rules_stand_in_files_of_their_own_too(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "team.toml").write_text(RULE, encoding="utf-8")
    configure(project, 'rule-files = ["team.toml"]\n[severity]\nOUR001 = "error"\n')
    (found,) = findings(capsys, "--select", "OUR001")
    assert found["severity"] == "error"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "stores and",
            "stores and kind and",
            "rule database-owner: `when`, column 17: a condition must be true or false; got a text",
        ),
        ('id = "database-owner"', 'id = "missing-tls"', "`missing-tls` is a rule of archgen already"),
        ("OUR001", "OUR1", "`code` is three capitals and three digits"),
        ("database-owner", "Database", "`id` is lower-case words"),
        ("{kind}", "{colour}", "a component has no fact `colour`"),
        ("each = ", "eech = ", "rule database-owner: Object contains unknown field `eech`"),
        ('"component"', '"thing"', "Invalid enum value 'thing'"),
        ("[[rules]]", 'rule-files = ["gone.toml"]\n[[rules]]', "there is no file gone.toml"),
        ("[[rules]]", 'plugins = ["acme"]\n[[rules]]', "no installed package has rules named `acme`"),
    ],
)
def test_a_rule_that_makes_no_sense_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    configure(project, RULE.replace(old, new))
    assert main(["lint"]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  # finding: database-owner", "", "marks no line"),
        (", owner: data", "", "`good` line 5: this is found and not marked: db is a database"),
        ("stores and", "managed and", "`bad` line 6: nothing is found here"),
        (
            "kind: database, owner",
            "kind: databse, owner",
            "`good` line 5: unknown value `databse` for `kind` of the component `db`",
        ),
    ],
)
def test_examples_that_do_not_come_true_fail(
    project: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    configure(project, RULE.replace("'''\n", "'''\n\n").replace(old, new))
    assert main(["test-rules"]) == 1
    assert message in capsys.readouterr().out


def test_a_package_brings_rules_by_an_entry_point(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    package = project / "packages"
    (package / "acme-1.0.dist-info").mkdir(parents=True)
    (package / "acme-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (package / "acme-1.0.dist-info" / "entry_points.txt").write_text("[archgen.rules]\nacme = acme_rules:RULES\n")
    (package / "acme_rules.py").write_text(
        "from msgspec.structs import replace\nfrom archgen.rules import BY_NAME\n"
        "RULES = (replace(BY_NAME['missing-backup'], id='our-backup', code='OUR002'),)\n"
    )
    monkeypatch.syspath_prepend(str(package))
    assert not any(one["code"] == "OUR002" for one in findings(capsys))
    configure(project, 'plugins = ["acme"]\n')
    assert [one["subject"]["id"] for one in findings(capsys, "--select", "our-backup")] == ["mysql"]


def test_without_rules_of_ones_own_there_is_nothing_to_try(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test-rules"]) == 2
    assert "no custom rules; declare one" in capsys.readouterr().err


def test_the_page_lists_every_fact_under_its_type_and_its_example_holds(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = fact_table.PAGE.read_text(encoding="utf-8")
    assert fact_table.renewed(page) == page, "run `python -m tests.linting.fact_table`"
    assert "| host | `id`, `name`," in page
    configure(project, page.partition("```toml\n")[2].partition("```")[0])
    assert main(["test-rules"]) == 0
    assert capsys.readouterr().out == "OUR001 database-owner: passes\n"
