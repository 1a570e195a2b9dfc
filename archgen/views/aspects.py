"""The views of a model by name: what `draw` and the site offer besides flows and changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from archgen.analysis.topology import Topology
from archgen.model.finding import Finding
from archgen.views.deployment import deployment
from archgen.views.diagram import Diagram
from archgen.views.networks import networks
from archgen.views.overview import overview
from archgen.views.zones import zones

Aspect = Callable[[Topology, Sequence[Finding]], Diagram | None]
"""Returns a view of a model with its findings as badges; None if the model has nothing to show in it."""

ASPECTS: dict[str, Aspect] = {"overview": overview, "deployment": deployment, "zones": zones, "networks": networks}
"""The views, in the order of the page."""
