"""What the reference pictures are, byte for byte: `python -m tests.render.picture_hashes` writes their hashes down.

Without logos, since these come from packages whose versions differ; the glyphs, the words and the places are ours.
"""

from __future__ import annotations

import json
from hashlib import sha256

from archgen.analysis.topology import Topology
from archgen.layout.deployment.arrangement import domain
from archgen.layout.sequence.arrangement import place
from archgen.render.raster.png import png
from archgen.render.scene.diagram import diagram_scene
from archgen.render.scene.sequence import sequence_scene
from archgen.render.scene.shapes import Scene
from archgen.render.svg.document import svg
from archgen.views.deployment import deployment
from archgen.views.flow import flow_sequence
from tests.paths import TESTS

FILE = TESTS / "golden" / "pictures.json"


def pictures(one: Topology) -> dict[str, Scene]:
    """The deployment and the first flow of a model."""
    flow = flow_sequence(one, one.architecture.flows[0])
    return {
        "deployment": diagram_scene(domain(deployment(one)), name="p"),
        "flow": sequence_scene(place(flow), {}, "p"),
    }


def hashes(one: Topology) -> dict[str, str]:
    """The SHA-256 of each picture as SVG and as pixels."""
    found: dict[str, str] = {}
    for view, scene in pictures(one).items():
        name = f"{one.architecture.id}.{view}"
        found[f"{name}.svg"] = sha256(svg(scene, "light").encode()).hexdigest()
        found[f"{name}.png"] = sha256(png(scene, "light", 1.0)).hexdigest()
    return found


def main() -> None:
    from tests.render.test_exports import SHIPPED

    found = {name: digest for one in SHIPPED for name, digest in hashes(one).items()}
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
