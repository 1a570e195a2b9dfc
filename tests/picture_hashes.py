"""What the reference pictures are, byte for byte: `python -m tests.picture_hashes` writes their hashes down.

Without logos, since these come from packages whose versions differ; the glyphs, the words and the places are ours.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from archgen.analysis.topology import Topology
from archgen.layout.deployment.arrangement import domain
from archgen.render.raster.png import png
from archgen.render.svg.diagram_svg import diagram_svg
from archgen.render.svg.sequence_svg import sequence_svg
from archgen.views.deployment import deployment
from archgen.views.flow import flow_sequence

FILE = Path(__file__).parent / "golden" / "pictures.json"


def pictures(one: Topology) -> dict[str, str]:
    """The deployment and the first flow of a model, in literal colours."""
    flow = flow_sequence(one, one.architecture.flows[0])
    return {
        "deployment": diagram_svg(domain(deployment(one)), mode="light", prefix="p"),
        "flow": sequence_svg(flow, {}, "p", "light"),
    }


def hashes(one: Topology) -> dict[str, str]:
    """The SHA-256 of each picture as SVG and as pixels."""
    found: dict[str, str] = {}
    for view, svg in pictures(one).items():
        name = f"{one.architecture.id}.{view}"
        found[f"{name}.svg"] = sha256(svg.encode()).hexdigest()
        found[f"{name}.png"] = sha256(png(svg, 1.0)).hexdigest()
    return found


def main() -> None:
    from tests.test_exports import SHIPPED

    found = {name: digest for one in SHIPPED for name, digest in hashes(one).items()}
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
