"""One architecture for archgen and for D2: the same nodes, groups, lines, words and logos."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from itertools import pairwise

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.render.code.d2 import diagram_d2
from archgen.views.deployment import deployment
from archgen.views.diagram import Diagram

OURS = ("draw", "model.arch.yaml", "--view", "deployment", "--level", "deployment", "--no-findings", "-o", "ours.svg")
D2 = os.path.join(os.path.dirname(sys.executable), "d2")
_LINE = re.compile(r'<path d="([^"]+)"[^>]*class="connection')
_COMMAND = re.compile(r"([MLS])((?: -?[0-9.]+)+)")

THEIRS = ("--layout", "elk", "model.d2", "theirs.svg")


def write(directory: str, text: str) -> None:
    """Writes a model and the same picture in D2 into a directory, with the logos beside it."""
    with open(os.path.join(directory, "model.arch.yaml"), "w", encoding="utf-8") as stream:
        stream.write(text)
    with open(os.path.join(directory, "model.d2"), "w", encoding="utf-8") as stream:
        stream.write(with_icons(diagram_of(text), directory))


def diagram_of(text: str) -> Diagram:
    """What the picture of a model shows."""
    architecture = load("model.arch.yaml", text.encode()).architecture
    assert architecture is not None
    return deployment(Topology(architecture))


def with_icons(diagram: Diagram, directory: str) -> str:
    """A diagram as D2 in which every node with a product has the logo that archgen shows, as a local file."""
    spec = find_spec("material")
    assert spec is not None
    assert spec.origin is not None
    logos = os.path.join(os.path.dirname(spec.origin), "templates", ".icons", "simple")
    lines = []
    for line in diagram_d2(diagram).splitlines():
        named = re.match(r'\s*n(\d+): "', line)
        icon = diagram.nodes[int(named[1]) - 1].icon if named else None
        if icon and os.path.exists(os.path.join(logos, f"{icon}.svg")):
            link = os.path.join(directory, f"{icon}.svg")
            if not os.path.exists(link):
                os.symlink(os.path.join(logos, f"{icon}.svg"), link)
            line = f"{line[:-2]}; icon: ./{icon}.svg }}" if line.endswith(" }") else f"{line} {{ icon: ./{icon}.svg }}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def counted_in_d2(diagram: Diagram) -> tuple[int, int]:
    """The bends and the crossings of D2's own picture of a diagram with its ELK layout."""
    lines = lines_of(svg_of(diagram_d2(diagram)))
    level: list[tuple[int, float, float, float, float]] = []
    upright: list[tuple[int, float, float, float, float]] = []
    for place, line in enumerate(lines):
        for (x0, y0), (x1, y1) in pairwise(line):
            (level if y0 == y1 else upright).append((place, min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)))
    places = {
        (x, y)
        for one, left, right, y, _ in level
        for other, x, _, top, bottom in upright
        if one != other and left < x < right and top < y < bottom
    }
    return sum(len(line) - 2 for line in lines), len(places)


def svg_of(source: str) -> str:
    """Return the SVG that D2 makes of its text with the ELK layout."""
    with tempfile.TemporaryDirectory() as directory:
        text, picture = os.path.join(directory, "in.d2"), os.path.join(directory, "out.svg")
        with open(text, "w", encoding="utf-8") as stream:
            stream.write(source)
        subprocess.run((D2, "--layout", "elk", text, picture), capture_output=True, check=True)
        with open(picture, encoding="utf-8") as stream:
            return stream.read()


def lines_of(svg: str) -> list[list[tuple[float, float]]]:
    """Return the lines of a picture that D2 made, in the order of its text, each by its ends and corners."""
    return [_corners(path) for path in _LINE.findall(svg)]


def _corners(path: str) -> list[tuple[float, float]]:
    """Return the corners of a line as D2 draws it: `S` rounds a corner off whose place is its control point."""
    points: list[tuple[float, float]] = []
    for _, numbers in _COMMAND.findall(path):
        values = [float(number) for number in numbers.split()]
        points.append((values[0], values[1]))
    straight = points[:1]
    for before, point in pairwise(points):
        level = abs(point[1] - before[1]) <= abs(point[0] - before[0])
        straight.append((point[0], straight[-1][1]) if level else (straight[-1][0], point[1]))
    corners: list[tuple[float, float]] = []
    for point in straight:
        x, y = round(point[0], 1), round(point[1], 1)
        if len(corners) > 1 and (corners[-2][0] == corners[-1][0] == x or corners[-2][1] == corners[-1][1] == y):
            corners.pop()
        if not corners or corners[-1] != (x, y):
            corners.append((x, y))
    return corners
