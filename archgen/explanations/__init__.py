"""Explanations of kinds, mechanisms, protocols and terms, each written once as plain text. Nothing here knows a model but `for_model`."""

from __future__ import annotations

from archgen.explanations.algorithms import ALGORITHM_NAMES, ALGORITHMS
from archgen.explanations.explanation import Explanation
from archgen.explanations.kinds import KIND_TEXTS
from archgen.explanations.measures import MEASURES
from archgen.explanations.mechanisms import MECHANISMS
from archgen.explanations.protocols import PROTOCOL_TEXTS

__all__ = ["ALGORITHMS", "KIND_TEXTS", "MEASURES", "MECHANISMS", "PROTOCOL_TEXTS", "Explanation", "algorithm", "find"]


def algorithm(name: str) -> Explanation | None:
    """Return the explanation of a load-balancing algorithm by its own name or a product's (`leastconn`)."""
    key = name.lower().replace("_", "-")
    return ALGORITHMS.get(ALGORITHM_NAMES.get(key, key))


def find(name: str) -> Explanation | None:
    """Return the explanation under an id; that of the kind if a kind and another term share it."""
    for table in (KIND_TEXTS, MECHANISMS, ALGORITHMS, PROTOCOL_TEXTS, MEASURES):
        if name in table:
            return table[name]
    return algorithm(name)
