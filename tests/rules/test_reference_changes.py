"""The reference systems with one change, and what the rules make of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.edges import all_findings, findings, subjects
from tests.paths import ROOT

MODELS = ROOT / "models"


@pytest.mark.parametrize("model", sorted(MODELS.glob("*.arch.yaml")), ids=lambda path: path.name)
def test_the_reference_models_are_complete(model: Path) -> None:
    assert subjects(model.read_text(encoding="utf-8"), "incomplete-model") == []


@pytest.mark.parametrize("tier", sorted(MODELS.glob("*.arch.yaml")), ids=lambda path: path.stem)
def test_a_reference_tier_has_no_more_than_twenty_findings(tier: Path) -> None:
    assert len(all_findings(tier.read_text(encoding="utf-8"))) <= 20


def tier(name: str) -> str:
    return (MODELS / f"{name}.arch.yaml").read_text(encoding="utf-8")


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def test_a_cname_to_an_address_is_found_in_the_reference_model() -> None:
    text = changed(tier("1-simple-web-stack"), "type: A, value: 8.8.8.8", "type: CNAME, value: 8.8.8.8")
    (found,) = findings(text, "cname-to-address")
    assert found.subject.id == "www.foobar.com CNAME"
    assert found.flows == ("read-page", "write-comment")
    assert "A record" in found.fix
    assert subjects(text, "dangling-record") == subjects(text, "unresolved-name") == []


def test_round_robin_called_active_passive_is_found_in_the_reference_model() -> None:
    text = changed(tier("2-distributed-web-infrastructure"), "mode: active-active", "mode: active-passive")
    (found,) = findings(text, "balancing-contradiction")
    assert found.subject.id == "haproxy"
    assert "nginx@server-1 and nginx@server-2" in found.message
    assert found.flows == ("read-page", "write-comment")


def test_a_replica_does_not_make_writes_available() -> None:
    """A pair without a declared failover protects the reads: a write sent to the replica finds no writer."""
    text = changed(tier("2-distributed-web-infrastructure"), "failover: manual, ", "")
    text = changed(text, "app -> mysql: INSERT", "app -> mysql@server-2: INSERT")
    (found,) = findings(text, "write-to-replica")
    assert found.subject.id == "write-comment/6"
    assert found.flows == ("write-comment",)
    assert subjects(text, "impossible-flow") == []
    reading = changed(tier("2-distributed-web-infrastructure"), "app -> mysql: SELECT", "app -> mysql@server-2: SELECT")
    assert subjects(reading, "write-to-replica") == []


def test_a_pair_called_a_cure_for_the_single_writer_still_has_one_writer() -> None:
    text = changed(tier("2-distributed-web-infrastructure"), "failover: manual, ", "")
    assert subjects(text, "single-writer-database") == ["component mysql"]
    cured = changed(tier("2-distributed-web-infrastructure"), "failover: manual", "failover: automatic")
    assert subjects(cured, "single-writer-database") == []
