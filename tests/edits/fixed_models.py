"""Small models, checked before and after the fixes of some rules."""

from __future__ import annotations

from typing import Any

import yaml

from archgen.app.findings.apply_fixes import apply_fixes, checker
from archgen.app.findings.worse_findings import was_hidden
from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input
from archgen.linting.checked_model import Model
from archgen.linting.policy import Policy
from archgen.linting.rule import Rule

NAME = "example.arch.yaml"
TODAY = "2026-11-24"
JOB = "job: {kind: scheduler, managed: true, replicas: 2}"


def judged(text: str, rule: Rule | None = None) -> Model:
    """Return a model as it is checked, after the ladder of models of a rule."""
    before = (
        tuple(Input(f"{name}.arch.yaml", older.encode()) for name, older in rule.ladder) if rule is not None else ()
    )
    return check_models((*before, Input(NAME, text.encode())), TODAY)[-1]


def model(components: str, connections: str, steps: str, hosts: str = "", more: str = "") -> str:
    """Return a model with one flow that writes, from its parts."""
    lines = "".join(f"  {line}\n" for line in components.splitlines())
    calls = "".join(f"  {line}\n" for line in connections.splitlines())
    path = "".join(f"      - {line}\n" for line in steps.splitlines())
    places = f"hosts: {hosts}\n" if hosts else ""
    return (
        f"archgen: 1\nname: Example\n{more}{places}components:\n{lines}connections:\n{calls}"
        f"flows:\n  work:\n    title: Work\n    access: write\n    steps:\n{path}"
    )


def fixed(text: str, *rules: str) -> dict[str, Any]:
    """Return a model after the fixes of some rules, by its keys; nothing is found in it that was not found before."""
    before = {finding.fingerprint for finding in judged(text).findings}
    losses = {finding.proof.kill for finding in judged(text).findings if finding.proof is not None}
    source = Input(NAME, text.encode())
    done = apply_fixes(text.encode(), checker(source, Policy(), TODAY), lambda finding: finding.rule in rules)
    for finding in judged(done.data.decode()).findings:
        is_lost_before = finding.severity != "error" and finding.proof is not None and finding.proof.kill in losses
        is_known = is_lost_before or was_hidden(finding, done.findings)
        assert finding.fingerprint in before or is_known, f"a fix brings {finding.rule}: {finding.message}"
    document: dict[str, Any] = yaml.safe_load(done.data)
    return document


def added_rules(text: str) -> list[dict[str, Any]]:
    """Return the rules of the firewall that a fix adds to a model."""
    rules: list[dict[str, Any]] = fixed(text, "missing-firewall")["components"]["firewall"]["rules"]
    return rules
