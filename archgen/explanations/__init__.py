"""Explanations of kinds, mechanisms, protocols and terms, each written once as plain text. Nothing here knows a model but `for_model`."""

from __future__ import annotations

from archgen.explanations.algorithms import ALGORITHM_NAMES, ALGORITHMS
from archgen.explanations.explanation import Explanation, load_explanations
from archgen.explanations.protocols import PROTOCOL_TEXTS

__all__ = ["ALGORITHMS", "KIND_TEXTS", "MEASURES", "MECHANISMS", "PROTOCOL_TEXTS", "Explanation", "algorithm", "find"]

KIND_TEXTS = load_explanations("kinds")
MECHANISMS = load_explanations("mechanisms")
MEASURES = load_explanations("measures")


def algorithm(name: str) -> Explanation | None:
    """Return the explanation of a load-balancing algorithm by its own name or a product's (`leastconn`)."""
    key = name.lower().replace("_", "-")
    return ALGORITHMS.get(ALGORITHM_NAMES.get(key, key))


def find_explanation(name: str) -> Explanation | None:
    """Return the explanation under an id; that of the kind if a kind and another term share it."""
    for table in (KIND_TEXTS, MECHANISMS, ALGORITHMS, PROTOCOL_TEXTS, MEASURES):
        if name in table:
            return table[name]
    return algorithm(name)
