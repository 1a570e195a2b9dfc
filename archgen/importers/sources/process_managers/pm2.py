"""The programs of PM2: `ecosystem.config.js` and its other forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from archgen.importers.facts import Configuration, FactSheet
from archgen.importers.nodes import SourceNode
from archgen.importers.sources.process_managers.literals import Literal, list_named
from archgen.importers.sources.process_managers.process import MOST, Process, Variable
from archgen.importers.yaml_files import documents

PM2 = re.compile(r"(^|/)((ecosystem|pm2)([.-][\w-]+)*|process(es)?)\.([cm]?js|json|ya?ml)$")
"""Paths that configurations of PM2 have."""

_ENVIRONMENTS = ("env", "env_prod", "env_production")
"""The variables of a program, the later ones those for visitors."""

_DEEPEST = 4


def read_pm2(path: str, text: str) -> list[Process]:
    """Return the programs that a configuration of PM2 starts."""
    is_yaml = path.endswith((".yml", ".yaml"))
    apps = _of_yaml(Configuration(path, text.encode())) if is_yaml else list_named("apps", text)
    return [each for app in apps[:MOST] if isinstance(app.value, Mapping) for each in _process(app)]


def _process(app: Literal) -> Iterator[Process]:
    own: Mapping[str, Literal] = app.value
    script = _words(own.get("script"))
    if not script:
        return
    words = (_words(own.get("interpreter")), script, _words(own.get("args")))
    variables: dict[str, Variable] = {}
    for key in _ENVIRONMENTS:
        given = own[key].value if key in own else None
        for name, literal in given.items() if isinstance(given, Mapping) else ():
            if isinstance(literal.value, str | int):
                variables[name] = Variable(name, _words(literal), literal.line)
    count = own["instances"].value if "instances" in own else 0
    name = _words(own.get("name")) or script.rpartition("/")[2].partition(".")[0]
    line = own["name"].line if "name" in own else app.line
    count = count if isinstance(count, int) and 0 < count <= MOST else 0
    yield Process(name, " ".join(filter(None, words)), _words(own.get("cwd")), (*variables.values(),), line, count)


def _words(literal: Literal | None) -> str:
    """Return a text or a number as a text, and the words of a list; the empty text for anything else."""
    value = literal.value if literal is not None else None
    if isinstance(value, list):
        return " ".join(map(_words, value))
    text = str(value) if isinstance(value, str | int) else ""
    return text.lower() if isinstance(value, bool) else text


def _of_yaml(file: Configuration) -> list[Literal]:
    roots = documents(file, FactSheet())
    return [_literal(each, 0) for each in roots[0].get("apps").list()] if roots else []


def _literal(node: SourceNode, depth: int) -> Literal:
    value: Any = node.number if node.number is not None else node.text
    if depth < _DEEPEST and node.is_map:
        value = {key: _literal(inner, depth + 1) for key, inner in node.items()}
    elif depth < _DEEPEST and isinstance(node.value, list):
        value = [_literal(inner, depth + 1) for inner in node.list()]
    return Literal(value, node.line)
