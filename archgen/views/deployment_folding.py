"""The folding of a deployment: as close as its lines need to be followed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import get_args

from archgen.analysis.topology import Topology
from archgen.views.deployment_edges import DeploymentEdges
from archgen.views.equal.places import Closeness, fold_equal, fold_floating
from archgen.views.folding import Folding

LIMIT = 60
"""The largest diagram, in nodes, in which every placed replica is shown."""

MESH = 1.5
"""The lines for each card from which on elements fold that differ more."""


@lru_cache(maxsize=1)
def fold(topology: Topology) -> Folding:
    """Fold floating replicas with the same candidate hosts; above `LIMIT` replicas, fold equal zones and hosts too.

    A primary or active replica isn't equal to its standbys.
    """
    return fold_equal_legibly(topology) if len(topology.replicas) > LIMIT else fold_floating(topology)


def fold_alike(topology: Topology) -> Folding:
    """Fold as `fold` does, but nothing that a primary tells apart, however many lines that leaves."""
    return fold_equal(topology) if len(topology.replicas) > LIMIT else fold_floating(topology)


def fold_equal_legibly(topology: Topology) -> Folding:
    """Fold equal zones, hosts and replicas, and those that a primary tells apart where the others leave a mesh of lines.

    Hosts that share most of what they hold don't fold, since that makes towers: only a count of crossings justifies it.
    """
    folding = fold_equal(topology)
    return fold_equal(topology, "close") if _is_mesh(topology, folding) else folding


def foldings(topology: Topology) -> Iterator[Folding]:
    """Yield the foldings of equal zones, hosts and replicas, each of which folds more than the one before."""
    for closeness in get_args(Closeness):
        yield fold_equal(topology, closeness)


def _is_mesh(topology: Topology, folding: Folding) -> bool:
    lines = sum(1 for _ in DeploymentEdges(topology, folding, {}).edges())
    return lines > MESH * len(set(folding.nodes.values()))
