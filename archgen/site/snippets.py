"""What a finding's fix is in a model, as YAML to paste: the changes of the finding, and how to accept it instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from archgen.language.write.values import block
from archgen.model.change import Append, Change, Put, Remove
from archgen.model.finding import Finding
from archgen.site.escape import code
from archgen.site.source import yaml_block


def snippet(one: Finding) -> str:
    """A block that a reader opens: what to write into the model, and what to write if the risk is taken; HTML."""
    written = _yaml([change for change in one.changes if not isinstance(change, Remove)])
    removed = [change for change in one.changes if isinstance(change, Remove)]
    fix = ""
    if written or removed:
        said = (
            f"<p>{'Change' if any(map(_adds, one.changes)) else 'Write'} in the model:</p>{yaml_block(written)}"
            if written
            else ""
        )
        out = "".join(f"<li>{code(' → '.join(map(str, change.path)))}</li>" for change in removed)
        gone = f"<p>Take out of the model:</p><ul>{out}</ul>" if out else ""
        fix = f'<details class="archgen-fix" data-search-exclude><summary>The fix as YAML</summary>{said}{gone}</details>\n'
    return (
        fix + f'<details class="archgen-fix" data-search-exclude><summary>Accept the risk instead</summary>'
        f"{yaml_block(_acceptance(one))}</details>"
    )


def _adds(change: Change) -> bool:
    return isinstance(change, Append)


def _acceptance(one: Finding) -> str:
    entry = {"rule": one.rule, "subject": one.subject.id, "reason": "why it is taken", "owner": "who answers for it"}
    until = "    until: 2027-12-31  # the day on which it is looked at again"
    return "\n".join([*block({"accept": [entry]}, 3), until])


def _yaml(changes: list[Put | Append]) -> str:
    """The changes as one document; an item that is added to a list stands alone in it, with a word that says so."""
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
        yield f"{line}  # added to what is there" if adds else line
