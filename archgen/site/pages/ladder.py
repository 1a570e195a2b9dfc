"""A step of the ladder in words: what was added, what each flow now survives, which issues it closed and left."""

from __future__ import annotations

from collections.abc import Iterable

from archgen.model.wording import listed
from archgen.site.escape import code, link, text
from archgen.site.markdown import badge, table
from archgen.site.page import Tier, flow_path
from archgen.site.step import FlowChange, IssueChange, Step

IMPOSSIBLE = "it fails with nothing failed"
"""What is said of a flow that cannot work, where others have what stops them."""

NAMED = 12
"""Names that a sentence lists before it counts the rest."""


def codes(names: Iterable[str], last: str = "and") -> str:
    """Ids as an English list, each in a fixed-width face; beyond a dozen the rest is counted."""
    found = [code(name) for name in names]
    if len(found) > NAMED:
        found = [*found[:NAMED], f"{len(found) - NAMED} more"]
    return listed(found, last)


def step_blocks(step: Step, tier: Tier, prefix: str, table: bool = True) -> list[str]:
    """Markdown blocks about a step; `prefix` leads from the page to the tier's directory.

    With `table` what stops each flow is also shown side by side, before and after.
    """
    issues = [
        _issues("Closed", step.resolved),
        _open("Left open", step.left, tier, prefix),
        _open("New", step.introduced, tier, prefix),
    ]
    changes = (*_changes(step), *filter(None, issues))
    return [
        "\n".join(f"- {line}" for line in (*step.told, *map(_verdict, step.flows))),
        _flows(step, tier, prefix) if table else "",
        "**What changed**" if changes else "",
        "\n".join(f"- {line}" for line in changes),
    ]


def _changes(step: Step) -> list[str]:
    lines = []
    for word, components, hosts in (
        ("Added", step.added, step.hosts_added),
        ("Removed", step.removed, step.hosts_removed),
    ):
        parts = [codes(components)] if components else []
        if hosts:
            parts.append(f"{'hosts' if len(hosts) > 1 else 'host'} {codes(hosts)}")
        if parts:
            lines.append(f"**{word}**: {'; '.join(parts)}")
    if step.counts:
        lines.append(
            f"**Replicas**: {', '.join(f'{code(name)} {old} → {new}' for name, old, new in step.counts[:NAMED])}"
        )
    return lines


def _issues(word: str, changes: tuple[IssueChange, ...]) -> str:
    said = [f"{code(one.rule)}{_subjects(one)}" for one in changes]
    return f"**{word}**: {', '.join(said)}" if said else ""


def _subjects(change: IssueChange) -> str:
    names = dict.fromkeys(one.subject.id for one in change.before if one.subject.kind != "model")
    return f" of {codes(names)}" if names else ""


def _open(word: str, changes: tuple[IssueChange, ...], tier: Tier, prefix: str) -> str:
    said = []
    for one in changes:
        marks = [
            link(badge(number, finding.severity), f"{prefix}index.md#issue-{number}")
            for number, finding in one.after[:NAMED]
        ]
        said.append(f"{code(one.rule)} {' '.join(marks)}")
    return f"**{word}**: {', '.join(said)}" if said else ""


def _flows(step: Step, tier: Tier, prefix: str) -> str:
    rows = [
        (
            link(text(one.title), f"{prefix}{flow_path(tier.topology, one.flow)}"),
            one.access,
            "new flow" if one.before is None else codes(one.before) or "nothing",
            (codes(one.after) or "nothing") if one.possible else IMPOSSIBLE,
        )
        for one in step.flows
    ]
    return table(("Flow", "Access", "One failure stopped it before", "One failure stops it now"), rows)


def _verdict(change: FlowChange) -> str:
    name = code(change.flow)
    if not change.possible:
        return f"{name} cannot work: {IMPOSSIBLE}."
    if not change.survives and not change.after:
        return f"{name} depends on no host that could fail."
    fatal = f"the loss of {codes(change.after, 'or')} alone still stops it"
    if not change.survives:
        return f"{name} survives the loss of none of its hosts: {fatal}."
    survived = f"{name} survives the loss of {_any_one(change.survives)}"
    return f"{survived}; {fatal}." if change.after else f"{survived}, and no single failure stops it."


def _any_one(hosts: tuple[str, ...]) -> str:
    return codes(hosts) if len(hosts) == 1 else f"any one of {codes(hosts)}"
