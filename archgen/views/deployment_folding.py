"""The folding of a deployment: as close as its lines need to be followed."""

from __future__ import annotations

from functools import lru_cache

from archgen.analysis.topology import Topology
from archgen.views.deployment_edges import DeploymentEdges
from archgen.views.folding import Folding, fold_equal, fold_floating

LIMIT = 60
"""The largest diagram, in nodes, in which every placed replica is shown."""

MESH = 1.5
"""The lines for each card from which on the zone of a primary folds with the equal zones."""


@lru_cache(maxsize=1)
def fold(topology: Topology) -> Folding:
    """Fold floating replicas with the same candidate hosts; above `LIMIT` replicas, fold equal zones and hosts too.

    A primary or active replica isn't equal to its standbys.
    """
    return fold_equal_legibly(topology) if len(topology.replicas) > LIMIT else fold_floating(topology)


def fold_equal_legibly(topology: Topology) -> Folding:
    """Fold equal zones, hosts and replicas; those of a primary stand apart unless that makes a mesh of the lines."""
    folding = fold_equal(topology)
    lines = sum(1 for _ in DeploymentEdges(topology, folding, {}).edges())
    return fold_equal(topology, closely=True) if lines > MESH * len(set(folding.nodes.values())) else folding
