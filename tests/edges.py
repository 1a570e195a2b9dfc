"""Small models around one job and one api, and what the rules find in them."""

from __future__ import annotations

from archgen.analysis.topology import Topology
from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input
from archgen.language.load import load
from archgen.linting.rule import Rule
from archgen.model.finding import Finding
from archgen.rules import RULES
from archgen.rules.run import run_rules

TODAY = "2026-11-24"


NEXT = "---\n"
"""What stands between models that follow each other: the one called `first`, the one called `second`, and the one asked of."""


def all_findings(text: str, rules: tuple[Rule, ...] = RULES) -> tuple[Finding, ...]:
    if NEXT in text:
        return followed(text, rules)
    loaded = load("edge.arch.yaml", text.encode())
    return run_rules(Topology(loaded.architecture), loaded.source, rules, today=TODAY)


def followed(text: str, rules: tuple[Rule, ...] = RULES) -> tuple[Finding, ...]:
    named = zip(("first", "second", "edge"), text.split(NEXT), strict=True)
    return check_models(tuple(Input(f"{name}.arch.yaml", one.encode()) for name, one in named), TODAY, rules=rules)[
        -1
    ].findings


def findings(text: str, rule: str) -> tuple[Finding, ...]:
    return tuple(one for one in all_findings(text) if one.rule == rule)


def subjects(text: str, rule: str) -> list[str]:
    return [f"{one.subject.kind} {one.subject.id}" for one in findings(text, rule)]


def model(
    components: str = "",
    *,
    connections: str = "job -> api: https",
    steps: str = "job -> api: x",
    access: str = "read",
    hosts: str = "s-1: {}, s-2: {}, s-3: {}",
    zones: str = "",
    flow: str = "",
    more: str = "",
) -> str:
    """A job that calls an api; components, connections and steps are given a line, or an item, each."""
    listed = "\n".join(f"  {line}" for line in components.splitlines())
    called = "\n".join(f"  {line}" for line in connections.splitlines())
    stepped = "\n".join(f"      - {line}" for line in steps.splitlines())
    return f"""\
archgen: 1
name: Edge
zones: {{{zones}}}
hosts: {{{hosts}}}
components:
  job: {{kind: scheduler, managed: true, replicas: 2}}
{listed}
connections:
{called}
flows:
  work:
    access: {access}
{flow}
    steps:
{stepped}
{more}
"""
