"""A diagram as a script for the `diagrams` library, and the picture that running it makes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterable, Iterator
from importlib.util import find_spec

from archgen.engines.dot_command import graphviz_command
from archgen.model.problems import PartError, UsageError
from archgen.render.code.diagrams_nodes import node_class
from archgen.style.svg_markup import dot_label
from archgen.style.theme import FONT, LIGHT, LINES, colours
from archgen.system.executables import search_path
from archgen.views.diagram import Diagram, Edge, Group, Node, chip_text

_SECONDS = 120
_NAME = "picture"
_IMAGE = re.compile(r'(xlink:href|href)="([^"]*)"')


def diagrams_script(diagram: Diagram, newrank: bool = False) -> str:
    """Return a Python script that draws the diagram: `python SCRIPT [png|svg|pdf|jpg|dot]` writes the picture beside itself.

    Words of the model stand in it as string literals only; names in it are made up. With `newrank` Graphviz ranks all
    nodes at once instead of each cluster by itself, where some nested clusters stop it ("trouble in init_rank").
    """
    ranks = ", 'newrank': 'true'" if newrank else ""
    classes = {node.id: node_class(node.icon, node.kind) for node in diagram.nodes}
    names = {node.id: f"n{at}" for at, node in enumerate(diagram.nodes, 1)}
    lines = [
        '"""Draws one architecture with the diagrams library (https://diagrams.mingrammer.com)."""',
        "",
        "import os",
        "import sys",
        "",
        "from diagrams import Cluster, Diagram, Edge",
        *_imports(classes.values()),
        "",
        "form = sys.argv[1] if len(sys.argv) > 1 else 'png'",
        "name = os.path.splitext(os.path.abspath(__file__))[0]",
        "",
        f"with Diagram({dot_label([diagram.title])!r}, filename=name, outformat=form, show=False, direction='LR',",
        f"             graph_attr={{'nodesep': '0.6', 'ranksep': '1.1', 'pad': '0.4'{ranks}}}):",
        *(f"    {line}" for line in _body(diagram, classes, names)),
    ]
    return "\n".join(lines) + "\n"


def _imports(classes: Iterable[str]) -> list[str]:
    modules: dict[str, set[str]] = {}
    for path in classes:
        module, _, name = path.rpartition(".")
        modules.setdefault(module, set()).add(name)
    return [f"from diagrams.{module} import {', '.join(sorted(modules[module]))}" for module in sorted(modules)]


def _body(diagram: Diagram, classes: dict[str, str], names: dict[str, str]) -> Iterator[str]:
    inside = list(_inside(diagram, None, classes, names))
    edges = [_edge(edge, names) for edge in diagram.edges]
    yield from [*inside, *edges] or ["pass"]


def _inside(diagram: Diagram, parent: str | None, classes: dict[str, str], names: dict[str, str]) -> Iterator[str]:
    for at, group in diagram.groups_in(parent):
        yield f"with Cluster('g{at}', graph_attr={{'label': {_group(group)!r}}}):"
        lines = list(_inside(diagram, group.id, classes, names))
        yield from (f"    {line}" for line in lines or ["pass"])
    for node in diagram.nodes_in(parent):
        name = names[node.id]
        yield f"{name} = {classes[node.id].rpartition('.')[2]}({_node(node)!r}, nodeid='{name}')"


def _group(group: Group) -> str:
    return dot_label([" ".join(word for word in (group.label, group.detail) if word)])


def _node(node: Node) -> str:
    return dot_label([word for word in (node.label, node.mark or node.detail, chip_text(node)) if word], "\n")


def _edge(edge: Edge, names: dict[str, str]) -> str:
    line = LINES[edge.meaning]
    style = "dotted" if edge.meaning == "monitoring" else "dashed" if line.dash else "bold" if line.double else "solid"
    label = dot_label([edge.label]) if edge.label else ""
    how = f"Edge(label={label!r}, color={colours(LIGHT)[line.role]!r}, style={style!r})"
    return f"{names[edge.source]} {'<<' if edge.mutual else '>>'} {how} >> {names[edge.target]}"


# The picture


def diagrams_svg(diagram: Diagram) -> str:
    """Return the picture that the script makes, as SVG with its icons embedded and our font; run in a directory of its own.

    UsageError where the `diagrams` extra is not installed.
    """
    spec = find_spec("diagrams")
    if spec is None or spec.origin is None:
        raise UsageError(
            "the diagrams library is not installed: `pip install diagrams`, or install archgen with its extra `diagrams`"
        )
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(graphviz_command(), os.path.join(folder, "dot"))
        try:
            _run(diagrams_script(diagram), folder)
        except PartError:
            _run(diagrams_script(diagram, newrank=True), folder)
        with open(os.path.join(folder, f"{_NAME}.svg"), encoding="utf-8") as source:
            return _embedded(source.read(), os.path.join(os.path.dirname(spec.origin), os.pardir, "resources"))


def _run(text: str, folder: str) -> None:
    """Run a script with the `dot` of its folder as the first on the PATH, where the library looks for it."""
    script = os.path.join(folder, f"{_NAME}.py")
    with open(script, "w", encoding="utf-8") as target:
        target.write(text)
    environment = {**os.environ, "PATH": os.pathsep.join((folder, *search_path()))}
    command = [sys.executable, script, "svg"]
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise PartError(f"the diagrams script didn't end within {_SECONDS} s") from None
    if done.returncode:
        raise PartError(
            f"the diagrams script failed: {_reason(done.stderr.decode(errors='replace')) or done.returncode}"
        )


def _reason(output: str) -> str:
    """Return the error of Graphviz, which the library quotes with all that it wrote, else the last line."""
    error = re.search(r"Error: ((?:[^\\\n]|\\[^n])*)", output)
    return error[1] if error else (output.strip().splitlines() or [""])[-1]


def _embedded(svg: str, resources: str) -> str:
    """Return the SVG with each icon in the place of its path; a path that leads elsewhere is left out."""
    root = os.path.realpath(resources) + os.sep
    seen: dict[str, str] = {}

    def data(path: str) -> str:
        file = os.path.realpath(path)
        if not file.startswith(root) or not file.endswith(".png"):
            return ""
        with open(file, "rb") as source:
            return f"data:image/png;base64,{b64encode(source.read()).decode()}"

    def replaced(match: re.Match[str]) -> str:
        path = match[2]
        if path not in seen:
            seen[path] = data(path)
        return f'{match[1]}="{seen[path]}"'

    return _IMAGE.sub(replaced, svg).replace('font-family="Sans-Serif"', f'font-family="{FONT}"')
