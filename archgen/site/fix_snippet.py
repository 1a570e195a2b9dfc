"""The fix of findings as YAML to paste: their changes, and how to accept them instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from archgen.language.write.values import block
from archgen.model.change import Append, Put, Remove
from archgen.model.finding import Finding
from archgen.site.blocks import inline_html
from archgen.site.code_block import yaml_block
from archgen.site.escape import code
from archgen.site.html_builder import Html, join, tag

ACCEPTED = 12
"""Findings of one issue whose acceptance is written out."""


def fix_snippet(findings: Sequence[Finding]) -> Html:
    """Return blocks that a reader opens: the fix of findings with one rule as YAML, and the acceptance of the risk."""
    changes = [change for finding in findings for change in finding.changes]
    writes = [change for change in changes if not isinstance(change, Remove)]
    removals = [change for change in changes if isinstance(change, Remove)]
    parts: list[Html] = []
    if writes:
        verb = "Change" if any(isinstance(change, Append) for change in writes) else "Add to"
        parts += [tag("p", Html(f"{verb} the model:")), yaml_block(_yaml(writes))]
    if removals:
        items = (tag("li", inline_html(code(" → ".join(map(str, change.path))))) for change in removals)
        parts += [tag("p", Html("Remove from the model:")), tag("ul", *items)]
    accept = _on_demand("Accept the risk instead", yaml_block(_acceptance(findings)))
    return join((_on_demand("Fix as YAML", *parts), Html("\n"), accept)) if parts else accept


def _on_demand(summary: str, *content: Html) -> Html:
    return tag("details", tag("summary", summary), *content, class_="archgen-fix", data_search_exclude=True)


def _acceptance(findings: Sequence[Finding]) -> str:
    lines = ["accept:"]
    for finding in findings[:ACCEPTED]:
        entry = {
            "rule": finding.rule,
            "subject": finding.subject.id,
            "reason": "why the risk is acceptable",
            "owner": "responsible team",
        }
        lines += [*list(block({"accept": [entry]}, 3))[1:], "    until: 2027-12-31  # review date"]
    rest = len(findings) - ACCEPTED
    return "\n".join([*lines, *([f"  # and so for {rest} more"] if rest > 0 else [])])


def _yaml(changes: list[Put | Append]) -> str:
    """Return the changes as one document; an item that is added to a list stands alone in it, under a comment."""
    tree: dict[str, Any] = {}
    lists: list[str] = []
    for change in changes:
        value = change.value
        if isinstance(change, Append):
            lists.append(str(change.path[-1]))
            value = [value]
        _put(tree, [str(part) for part in change.path if not isinstance(part, int)], value)
    return "\n".join(_marked(block(tree, 2), lists))


def _put(tree: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        inner = tree.get(part)
        if not isinstance(inner, dict):
            inner = tree[part] = {}
        tree = inner
    last = tree.get(path[-1])
    tree[path[-1]] = last + value if isinstance(last, list) and isinstance(value, list) else value


def _marked(lines: Iterable[str], lists: list[str]) -> Iterator[str]:
    for line in lines:
        adds = line.strip().partition(":")[0] in lists
        yield f"{line}  # added to the list" if adds else line
