"""What must be found in each reference system, worked out by hand from the systems' descriptions.

A row is (rule, severity, subject, related subjects, flows). The tables are complete: a finding that is not in its
tier's table is a wrong one. What the persona regular is not told stands in them too.
"""

from __future__ import annotations

import pytest

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.linting.policy import visible_findings
from archgen.model.finding import Finding
from archgen.rules import RULES
from archgen.rules.run import run_rules
from tests.paths import ROOT

BOTH = ("read-page", "write-comment")
WRITE = ("write-comment",)
MODELS = ROOT / "models"

Row = tuple[str, str, str, tuple[str, ...], tuple[str, ...]]

TIERS: dict[str, list[Row]] = {
    "1-simple-web-stack": [
        (
            "single-point-of-failure",
            "error",
            "host server-1",
            ("replica nginx@server-1", "replica app@server-1", "replica mysql@server-1"),
            BOTH,
        ),
        ("provider-dependency", "info", "model 1-simple-web-stack", ("component dns",), BOTH),
        ("single-writer-database", "error", "component mysql", ("replica mysql@server-1", "host server-1"), BOTH),
        ("overloaded-host", "warning", "host server-1", ("component nginx", "component app", "component mysql"), BOTH),
        ("missing-tls", "error", "connection user -> nginx", (), BOTH),
        ("missing-firewall", "error", "model 1-simple-web-stack", ("host server-1",), BOTH),
        ("unmonitored", "error", "model 1-simple-web-stack", ("host server-1",), BOTH),
        ("missing-backup", "error", "component mysql", (), BOTH),
        ("vertical-only", "warning", "model 1-simple-web-stack", ("component nginx", "component app"), BOTH),
        ("maintenance-downtime", "warning", "model 1-simple-web-stack", ("host server-1",), BOTH),
    ],
    "2-distributed-web-infrastructure": [
        ("single-point-of-failure", "error", "host lb-1", ("replica haproxy@lb-1",), BOTH),
        ("provider-dependency", "info", "model 2-distributed-web-infrastructure", ("component dns",), BOTH),
        ("single-writer-database", "error", "component mysql", ("replica mysql@server-1", "host server-1"), WRITE),
        (
            "identical-servers",
            "warning",
            "model 2-distributed-web-infrastructure",
            ("host server-1", "host server-2"),
            BOTH,
        ),
        ("code-drift", "warning", "component code", ("host server-1", "host server-2"), BOTH),
        ("missing-tls", "error", "connection user -> haproxy", (), BOTH),
        # the visitor's request, and the query it makes, cross from the balancer to the servers and between them
        ("plaintext-between-hosts", "warning", "connection haproxy -> nginx", ("connection app -> mysql",), BOTH),
        ("missing-firewall", "error", "model 2-distributed-web-infrastructure", ("host lb-1",), BOTH),
        (
            "unmonitored",
            "error",
            "model 2-distributed-web-infrastructure",
            ("host lb-1", "host server-1", "host server-2"),
            BOTH,
        ),
        ("missing-backup", "error", "component mysql", (), BOTH),
        (
            "maintenance-downtime",
            "warning",
            "model 2-distributed-web-infrastructure",
            ("host lb-1", "host server-1"),
            BOTH,
        ),
    ],
    "3-secured-and-monitored": [
        ("single-point-of-failure", "error", "host fw-1", ("replica firewall-1@fw-1",), BOTH),
        ("single-point-of-failure", "error", "host lb-1", ("replica haproxy@lb-1",), BOTH),
        ("provider-dependency", "info", "model 3-secured-and-monitored", ("component dns",), BOTH),
        ("single-writer-database", "error", "component mysql", ("replica mysql@server-1", "host server-1"), WRITE),
        (
            "identical-servers",
            "warning",
            "model 3-secured-and-monitored",
            ("host server-1", "host server-2", "host server-3"),
            BOTH,
        ),
        ("code-drift", "warning", "component code", ("host server-1", "host server-2", "host server-3"), BOTH),
        ("missing-waf", "info", "component haproxy", (), BOTH),
        (
            "tls-ends-early",
            "warning",
            "connection haproxy -> nginx",
            ("component haproxy", "connection app -> mysql"),
            BOTH,
        ),
        ("no-outside-probe", "warning", "model 3-secured-and-monitored", (), BOTH),
        ("missing-backup", "error", "component mysql", (), BOTH),
        (
            "maintenance-downtime",
            "warning",
            "model 3-secured-and-monitored",
            ("host fw-1", "host lb-1", "host server-1"),
            BOTH,
        ),
    ],
    "4-split-components": [
        ("single-point-of-failure", "error", "host fw-1", ("replica firewall-1@fw-1",), BOTH),
        ("single-point-of-failure", "error", "host web-1", ("replica nginx@web-1",), BOTH),
        ("single-point-of-failure", "error", "host app-1", ("replica app@app-1",), BOTH),
        ("provider-dependency", "info", "model 4-split-components", ("component dns",), BOTH),
        ("single-writer-database", "error", "component mysql", ("replica mysql@db-1", "host db-1"), BOTH),
        (
            "tls-ends-early",
            "warning",
            "connection haproxy -> nginx",
            ("component haproxy", "connection nginx -> app", "connection app -> mysql"),
            BOTH,
        ),
        ("missing-waf", "info", "component haproxy", (), BOTH),
        ("no-outside-probe", "warning", "model 4-split-components", (), BOTH),
        ("missing-backup", "error", "component mysql", (), BOTH),
        (
            "maintenance-downtime",
            "warning",
            "model 4-split-components",
            ("host fw-1", "host web-1", "host app-1", "host db-1"),
            BOTH,
        ),
    ],
}


NOT_FOR_EVERYBODY = {"code-drift", "missing-waf"}
"""Found in the reference systems and true of them, and told to the personas strict and auditor only."""


def findings(tier: str) -> tuple[Finding, ...]:
    path = MODELS / f"{tier}.arch.yaml"
    loaded = load(str(path), path.read_bytes())
    return run_rules(Topology(loaded.architecture), loaded.source, RULES, today="2026-11-24")


def row(finding: Finding) -> Row:
    return (
        finding.rule,
        finding.severity,
        f"{finding.subject.kind} {finding.subject.id}",
        tuple(f"{one.subject.kind} {one.subject.id}" for one in finding.related),
        finding.flows,
    )


@pytest.mark.parametrize("tier", TIERS)
def test_tier_has_exactly_the_findings_of_its_table(tier: str) -> None:
    assert sorted(map(row, findings(tier))) == sorted(TIERS[tier])


@pytest.mark.parametrize("tier", TIERS)
def test_the_regular_reader_is_told_what_is_worth_a_change(tier: str) -> None:
    told = visible_findings("regular", findings(tier))
    assert sorted(map(row, told)) == sorted(one for one in TIERS[tier] if one[0] not in NOT_FOR_EVERYBODY)
    assert len(told) <= 12


@pytest.mark.parametrize("tier", TIERS)
def test_every_finding_has_a_place_and_failures_have_a_proof(tier: str) -> None:
    text = (MODELS / f"{tier}.arch.yaml").read_text(encoding="utf-8").splitlines()
    for finding in findings(tier):
        assert finding.line >= 1
        assert finding.column >= 1
        if finding.subject.kind in ("host", "component"):
            assert text[finding.line - 1].strip().startswith(finding.subject.id + ":")
        if finding.rule in ("single-point-of-failure", "single-writer-database"):
            assert finding.proof is not None
            assert finding.proof.path


@pytest.mark.parametrize("tier", TIERS)
def test_each_rule_speaks_once_of_a_subject(tier: str) -> None:
    identities = [(one.rule, one.subject) for one in findings(tier)]
    assert len(identities) == len(set(identities))
    prints = [one.fingerprint for one in findings(tier)]
    assert len(prints) == len(set(prints))
