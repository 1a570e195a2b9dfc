"""What a refusal says to somebody who meant something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.cli import main
from archgen.explanations import ALGORITHMS, MEASURES, MECHANISMS, PROTOCOL_TEXTS
from archgen.language.load import load
from archgen.language.schema.keys import key_names, keys
from archgen.language.schema.suggestions import KINDS_OF_PRODUCTS, complete_option, port_hint, product_hint, unit_hint
from archgen.model.kinds import KINDS
from archgen.model.problems import ModelError

MODEL = "archgen: 1\nname: M\nhosts: {s-1: {}}\ncomponents:\n  a: {kind: cache, runs_on: s-1}\n"


def test_what_products_are_used_as_are_kinds() -> None:
    assert {kind for kinds in KINDS_OF_PRODUCTS.values() for kind in kinds} <= KINDS.keys()
    assert not KINDS_OF_PRODUCTS.keys() & KINDS.keys()


@pytest.mark.parametrize(
    ("text", "meant"),
    [("async", "asynchronous"), ("semi", "semi-synchronous"), ("Auto", None), ("sy", None), ("x", None)],
)
def test_the_beginning_of_one_option_means_it(text: str, meant: str | None) -> None:
    assert complete_option(text, ["asynchronous", "synchronous", "semi-synchronous"]) == meant
    assert complete_option("a-b", ["a-b-c", "a-b-d"]) is None
    assert complete_option("message-queue", tuple(KINDS)) == "queue"
    assert complete_option("web-cache-queue", tuple(KINDS)) is None


def test_products_and_units() -> None:
    assert product_hint("Redis") is not None
    assert "`kind: cache, product: redis`, or `kind: key-value-store`" in str(product_hint("Redis"))
    assert product_hint("mysql") == "`mysql` is a product: write `kind: database, product: mysql`."
    assert product_hint("toaster") is None
    assert unit_hint("30") == "Add the unit: `30s`, `30m`, `30h` or `30d`."
    assert unit_hint("200") == "Add the unit: `200ms`, `200s`, `200m` or `200h`."


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("https 443", "Write `{protocol: https, port: 443}`."),
        ("HTTP:8080", "Write `{protocol: http, port: 8080}`."),
        ("tcp/9000", "Write `{protocol: tcp, port: 9000}`."),
        ("https 0443", "Write `{protocol: https, port: 443}`."),
        ("https", None),
        ("https 443 80", None),
        ("https 99999", None),
        ("https 0", None),
        ("https ²", None),
        ("htps 443", None),
        ("443/tcp", None),
    ],
)
def test_a_protocol_with_its_port_is_two_keys(text: str, meant: str | None) -> None:
    assert port_hint(text) == meant


def test_explain_lists_what_it_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--list"]) == 0
    told = capsys.readouterr().out
    for names in (KINDS, MECHANISMS, ALGORITHMS, PROTOCOL_TEXTS, MEASURES):
        assert ", ".join(names) in told
    assert ", ".join(key_names()) in told
    assert main(["explain"]) == 2
    assert "archgen explain --list" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("SPOF", "Single point of failure (SPOF)"),
        ("health-checks", "Health check"),
        ("runs_on", "runs_on (component)"),
        ("hosts", "hosts (model)"),
    ],
)
def test_explain_knows_words_of_a_notion_and_keys(capsys: pytest.CaptureFixture[str], name: str, first: str) -> None:
    assert main(["explain", name]) == 0
    assert capsys.readouterr().out.splitlines()[0] == first


def test_explain_tells_every_key_at_each_place_that_has_it(capsys: pytest.CaptureFixture[str]) -> None:
    for name in key_names():
        assert main(["explain", name]) == 0
        told = capsys.readouterr().out
        assert keys(name)
        for key in keys(name):
            assert f"{name} ({key.owner})\n" in told
            assert all(f"\n  {example}\n" in told for example in key.examples)
    assert "\nKeys in it\n  mode, active, address, failover, by, watches, recovery\n" in _told(capsys, "cluster")
    assert "Keys in it" not in _told(capsys, "product")
    assert _told(capsys, "quorum").index("Quorum\n") < _told(capsys, "quorum").index("quorum (component)\n")


def _told(capsys: pytest.CaptureFixture[str], name: str) -> str:
    assert main(["explain", name]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["draw", "--model", "x"], "archgen: unknown argument --model; run `archgen draw --help` for the options\n"),
        (["draw", "--fromat", "x"], "did you mean `--format`?"),
        (["explain", "runs-on"], "did you mean `runs_on`?"),
        (["explain", "zzz"], "archgen: unknown rule, kind, concept or key `zzz`; run"),
    ],
)
def test_what_is_nothing_like_it_is_not_suggested(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(words) == 2
    assert said in capsys.readouterr().err


def test_a_thing_that_is_not_there_is_answered_with_what_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "m.arch.yaml"
    file.write_text(MODEL, encoding="utf-8")
    assert main(["simulate", str(file), "--kill", "nope"]) == 2
    assert capsys.readouterr().err == (
        "archgen: m has no replica, host, zone or component `nope`; it has a@s-1, s-1, a\n"
    )
    assert main(["simulate", str(file), "--kill", "s1"]) == 2
    assert "did you mean `s-1`?" in capsys.readouterr().err


def test_an_id_of_something_else_is_named_as_such() -> None:
    text = "archgen: 1\nname: x\nhosts: {gw-1: {}}\ncomponents: {a: {kind: monitoring, runs_on: gw-1}}\nconnections: {a -> gw-1: snmp}\n"
    with pytest.raises(ModelError) as error:
        load("m.arch.yaml", text.encode())
    assert [problem.fix for problem in error.value.problems] == [
        "`gw-1` is a host: name a component, such as one that runs on it."
    ]
