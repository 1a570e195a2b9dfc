"""The change from one system to the next in words: what was added, what each flow survives now, resolved and open issues."""

from __future__ import annotations

from archgen.linting.checked_model import CheckedModel
from archgen.site.escape import code, link, text
from archgen.site.markdown import NAMED, badge, bullets, codes, table
from archgen.site.page import flow_path
from archgen.site.system_change import FlowComparison, RuleChange, SystemChange

IMPOSSIBLE = "fails with every element up"
"""The text for a flow that cannot work, in the place of its single points of failure."""


def change_blocks(change: SystemChange, system: CheckedModel, prefix: str) -> list[str]:
    """Return Markdown blocks about a change; `prefix` leads from the page to the system's directory."""
    lines = [
        *_added_and_removed(change),
        _resolved("Resolved", change.resolved),
        _open("Still open", change.left, prefix),
        _open("New", change.introduced, prefix),
    ]
    changes = bullets(filter(None, lines))
    return [
        bullets((*change.sentences, *map(_verdict, change.flows))),
        _flows(change, system, prefix),
        "**What changed**" if changes else "",
        changes,
    ]


def _added_and_removed(change: SystemChange) -> list[str]:
    lines = []
    for word, components, hosts in (
        ("Added", change.added, change.hosts_added),
        ("Removed", change.removed, change.hosts_removed),
    ):
        parts = [codes(components)] if components else []
        if hosts:
            parts.append(f"{'hosts' if len(hosts) > 1 else 'host'} {codes(hosts)}")
        if parts:
            lines.append(f"**{word}**: {'; '.join(parts)}")
    if change.counts:
        counts = (f"{code(name)} {old} → {new}" for name, old, new in change.counts[:NAMED])
        lines.append(f"**Replicas**: {', '.join(counts)}")
    return lines


def _resolved(word: str, rules: tuple[RuleChange, ...]) -> str:
    lines = [f"{code(change.rule)}{_subjects(change)}" for change in rules]
    return f"**{word}**: {', '.join(lines)}" if lines else ""


def _subjects(change: RuleChange) -> str:
    names = dict.fromkeys(finding.subject.id for finding in change.before if finding.subject.kind != "model")
    return f" of {codes(names)}" if names else ""


def _open(word: str, rules: tuple[RuleChange, ...], prefix: str) -> str:
    lines = [f"{code(change.rule)} {_badges(change, prefix)}" for change in rules]
    return f"**{word}**: {', '.join(lines)}" if lines else ""


def _badges(change: RuleChange, prefix: str) -> str:
    severities = {number: finding.severity for number, finding in change.after}
    return " ".join(
        link(badge(number, severity), f"{prefix}index.md#issue-{number}")
        for number, severity in list(severities.items())[:NAMED]
    )


def _flows(change: SystemChange, system: CheckedModel, prefix: str) -> str:
    rows = [
        (
            link(text(flow.title), f"{prefix}{flow_path(system.topology, flow.flow)}"),
            flow.access,
            "new flow" if flow.before is None else codes(flow.before) or "none",
            (codes(flow.after) or "none") if flow.possible else IMPOSSIBLE,
        )
        for flow in change.flows
    ]
    return table(("Flow", "Access", "Previous SPOFs", "SPOFs"), rows)


def _verdict(flow: FlowComparison) -> str:
    name = code(flow.flow)
    if not flow.possible:
        return f"{name} can't work: it {IMPOSSIBLE}."
    if not flow.survives and not flow.after:
        return f"{name} depends on no host that can fail."
    fatal = f"the loss of {codes(flow.after, 'or')} alone still takes it down"
    if not flow.survives:
        return f"{name} survives the loss of no host: {fatal}."
    survived = f"{name} survives the loss of {_any_of(flow.survives)}"
    return f"{survived}; {fatal}." if flow.after else f"{survived}, and no single failure takes it down."


def _any_of(hosts: tuple[str, ...]) -> str:
    return codes(hosts) if len(hosts) == 1 else f"any one of {codes(hosts)}"
