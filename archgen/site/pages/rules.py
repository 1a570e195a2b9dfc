"""The pages of the rules, written from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.linting.rule import Rule
from archgen.site.categories import TITLES
from archgen.site.escape import code, link, outside, prose, text
from archgen.site.markdown import badge, heading, page, table
from archgen.site.page import CATALOGUE, Page, Tier
from archgen.site.page import TITLES as NAMES
from archgen.site.source import output_block, yaml_block

SHOWN = 20
"""Findings of one tier that a rule's page lists before it counts the rest."""


def rule_index(rules: Sequence[Rule]) -> Page:
    """The catalogue."""
    rows = [
        (
            code(rule.code),
            link(text(rule.id), f"{rule.id}/index.md"),
            rule.severity,
            TITLES[rule.category],
            prose(rule.summary),
        )
        for rule in rules
    ]
    parts = (
        heading(1, "Rules"),
        "Every rule is bound to the flows, connections, hosts and replicas of a model; none is satisfied by a thing that "
        "merely exists somewhere in it.",
        table(("Code", "Rule", "Severity", "Category", "What it finds"), rows),
    )
    return page(CATALOGUE, NAMES[CATALOGUE], *parts)


def rule_page(rule: Rule, verdict: str, tiers: Sequence[Tier]) -> Page:
    """The page of one rule; `verdict` is what the tool says of its bad example."""
    parts = (
        heading(1, text(rule.title)),
        f"{code(rule.code)} {code(rule.id)}: {rule.severity}{_cases(rule)}, {TITLES[rule.category].lower()}.",
        prose(rule.summary),
        heading(2, "Why it matters", "why"),
        *(prose(paragraph) for paragraph in rule.why.split("\n\n")),
        heading(2, "How to fix it", "fix"),
        *(prose(paragraph) for paragraph in rule.fix.split("\n\n")),
        heading(2, "Limits", "limits") if rule.limits else "",
        *(prose(paragraph) for paragraph in rule.limits.split("\n\n")),
        heading(2, "The models that come before", "before") if rule.ladder else "",
        *(part for name, model in rule.ladder for part in (f"{code(name)}:", yaml_block(model))),
        heading(2, "A model with this issue", "bad"),
        yaml_block(rule.bad),
        "What the tool says of it:" if verdict else "",
        output_block(verdict) if verdict else "",
        heading(2, "A model without it", "good"),
        yaml_block(rule.good),
        *_found(rule, tiers),
        heading(2, "References", "references") if rule.references else "",
        "\n".join(f"- {outside(title, url)}" for title, url in rule.references),
    )
    return page(f"rules/{rule.id}/index.md", rule.title, *parts)


def _cases(rule: Rule) -> str:
    return "".join(f" ({severity} if {text(case)})" for case, severity in rule.cases)


def _found(rule: Rule, tiers: Sequence[Tier]) -> Iterator[str]:
    lines = [line for tier in tiers for line in _found_in(rule, tier)]
    if lines:
        yield heading(2, "Found in", "found")
        yield "\n".join(lines)


def _found_in(rule: Rule, tier: Tier) -> Iterator[str]:
    found = [(number, one) for number, one in tier.open if one.rule == rule.id]
    name = link(text(tier.topology.architecture.name), f"../../{tier.slug}/index.md")
    for number, one in found[:SHOWN]:
        mark = link(badge(number, one.severity), f"../../{tier.slug}/index.md#issue-{number}")
        yield f"- {name}: {mark} {prose(one.message)}"
    if len(found) > SHOWN:
        yield f"- {name}: {len(found) - SHOWN} more"
