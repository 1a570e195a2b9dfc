"""Pictures as tests want them: a scene and its SVG in one step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archgen.layout.placed import Placed
from archgen.layout.sequence.arrangement import place
from archgen.render.scene.diagram import diagram_scene
from archgen.render.scene.sequence import sequence_scene
from archgen.render.svg.document import svg
from archgen.style.glyphs import Icon
from archgen.style.theme import Mode
from archgen.views.diagram import Sequence


def diagram_svg(placed: Placed, mode: Mode = "auto", **how: Any) -> str:
    """Return a diagram as SVG."""
    return svg(diagram_scene(placed, **how), mode)


def sequence_svg(
    sequence: Sequence, icons: Mapping[str, Icon], name: str, mode: Mode = "auto", live: bool = False
) -> str:
    """Return a sequence as SVG."""
    return svg(sequence_scene(place(sequence), icons, name, live=live), mode)
