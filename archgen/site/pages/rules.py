"""The pages of the rules, written from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.linting.checked_model import CheckedModel
from archgen.linting.rule import Rule
from archgen.site.categories import CATEGORY_TITLES
from archgen.site.code_block import output_block, yaml_block
from archgen.site.escape import code, external_link, link, prose, text
from archgen.site.markdown import badge, bullets, heading, page, table
from archgen.site.page import CATALOGUE, TITLES, Page, page_path

SHOWN = 20
"""Findings of one system that a rule's page lists before it counts the rest."""


def rule_index(rules: Sequence[Rule]) -> Page:
    """Return the list of rules."""
    rows = [
        (
            code(rule.code),
            link(text(rule.id), f"{rule.id}/index.md"),
            rule.severity,
            CATEGORY_TITLES[rule.category],
            prose(rule.summary),
        )
        for rule in rules
    ]
    parts = (
        heading(1, "Rules"),
        "Each rule checks the flows, connections, hosts and replicas of a model. An element that merely exists somewhere in "
        "the model satisfies none.",
        table(("Code", "Rule", "Severity", "Category", "Check"), rows),
    )
    return page(CATALOGUE, TITLES[CATALOGUE], *parts)


def rule_page(rule: Rule, verdict: str, systems: Sequence[CheckedModel]) -> Page:
    """Return the page of one rule; `verdict` is the output for its bad example."""
    cases = "".join(f" ({severity} if {text(case)})" for case, severity in rule.cases)
    parts = (
        heading(1, text(rule.title)),
        f"{code(rule.code)} {code(rule.id)}: {rule.severity}{cases}, {CATEGORY_TITLES[rule.category].lower()}.",
        prose(rule.summary),
        heading(2, "Why it matters", "why"),
        *_paragraphs(rule.why),
        heading(2, "Fix", "fix"),
        *_paragraphs(rule.fix),
        heading(2, "Limits", "limits") if rule.limits else "",
        *_paragraphs(rule.limits),
        heading(2, "Previous systems", "before") if rule.ladder else "",
        *(part for name, model in rule.ladder for part in (f"{code(name)}:", yaml_block(model))),
        heading(2, "Model with this issue", "bad"),
        yaml_block(rule.bad),
        "Output:" if verdict else "",
        output_block(verdict) if verdict else "",
        heading(2, "Model without this issue", "good"),
        yaml_block(rule.good),
        *_findings(rule, systems),
        heading(2, "References", "references") if rule.references else "",
        bullets(external_link(title, url) for title, url in rule.references),
    )
    return page(f"rules/{rule.id}/index.md", rule.title, *parts)


def _paragraphs(prose_text: str) -> Iterator[str]:
    return map(prose, prose_text.split("\n\n"))


def _findings(rule: Rule, systems: Sequence[CheckedModel]) -> Iterator[str]:
    lines = bullets(line for system in systems for line in _findings_in(rule, system))
    if lines:
        yield heading(2, "Findings", "found")
        yield lines


def _findings_in(rule: Rule, system: CheckedModel) -> Iterator[str]:
    groups = [group for group in system.open_groups if group.first.rule == rule.id]
    target = f"../../{page_path(system)}"
    name = link(text(system.architecture.name), target)
    for group in groups[:SHOWN]:
        mark = link(badge(group.number, group.first.severity), f"{target}#issue-{group.number}")
        more = f" (and {len(group.findings) - 1} more)" if len(group.findings) > 1 else ""
        yield f"{name}: {mark} {prose(group.first.message)}{more}"
    if len(groups) > SHOWN:
        yield f"{name}: {len(groups) - SHOWN} more"
