"""What the tasks of Ansible start by Compose, as the commands that these stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from archgen.importers.nodes import SourceNode
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable

PATH_OF_PLAYBOOK = re.compile(
    r"(^|/)(ansible|playbooks?)(/|[\w.-]*\.ya?ml$)|/(tasks|handlers)/[\w.-]+\.ya?ml$", re.IGNORECASE
)
"""Paths of playbooks, and of the tasks of roles."""

_MODULE = re.compile(r"(^|\.)docker_(compose(_v2)?|stack)$")
_COMMANDS = ("shell", "command", "ansible.builtin.shell", "ansible.builtin.command")
_LOOPS = ("loop", "with_items", "with_list")
_HOLE = re.compile(r"\{\{[^}]*\}\}")
_DEEPEST = 12


class StartedDirectory(Struct, frozen=True):
    """A directory on a machine in which a task runs a command of Compose."""

    directory: str
    command: str


def may_be_playbook(text: str) -> bool:
    """Return True for a text that may hold tasks which start something by Compose."""
    return "docker_compose" in text or "docker_stack" in text or ("chdir" in text and "compose" in text)


def started_by_tasks(text: str) -> Iterator[StartedDirectory]:
    """Yield what the tasks of a playbook or a role start, once for each item of a loop over names."""
    try:
        roots = read_documents(text.encode())
    except Unreadable:
        return
    for root in roots:
        yield from _started(SourceNode(root, ""), 0)


def commands_of_tasks(text: str) -> str:
    """Return the commands of Compose that tasks stand for, a line each."""
    return "".join(f"cd {each.directory or '.'} && {each.command}\n" for each in started_by_tasks(text))


def _started(node: SourceNode, depth: int) -> Iterator[StartedDirectory]:
    if depth > _DEEPEST:
        return
    for inner in node.list():
        yield from _started(inner, depth + 1)
    for key, value in node.items() if node.is_map else ():
        each = _of_module(value) if _MODULE.search(key) else _of_command(value, node) if key in _COMMANDS else None
        if each is not None:
            items = [item.text for name in _LOOPS for item in node.get(name).list() if item.text]
            if items and "item" in each.directory:
                yield from (StartedDirectory(_HOLE.sub(item, each.directory), each.command) for item in items)
            else:
                yield each
        yield from _started(value, depth + 1)


def _of_module(value: SourceNode) -> StartedDirectory | None:
    if value.text_at("state") in ("absent", "stopped"):
        return None
    files = [each.text for key in ("files", "compose") for each in value.get(key).list()]
    files += [value.text_at("files")] if value.text_at("files") else []
    named = "".join(f" -f {each}" for each in files)
    directory = value.text_at("project_src")
    return StartedDirectory(directory, f"docker compose{named} up -d") if directory or files else None


def _of_command(value: SourceNode, task: SourceNode) -> StartedDirectory | None:
    command = value.text or value.text_at("cmd")
    if "compose" not in command and "stack" not in command:
        return None
    return StartedDirectory(value.text_at("chdir") or task.text_at("args", "chdir"), command)
