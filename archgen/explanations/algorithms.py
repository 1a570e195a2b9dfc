"""Load-balancing algorithms: their explanations, and their names in products."""

from __future__ import annotations

from archgen.explanations.explanation import load_explanations

ALGORITHMS = load_explanations("algorithms")

ALGORITHM_NAMES: dict[str, str] = {
    "roundrobin": "round-robin",
    "static-rr": "weighted-round-robin",
    "leastconn": "least-connections",
    "least-conn": "least-connections",
    "least-connection": "least-connections",
    "least-response-time": "least-time",
    "fastest": "least-time",
    "weighted": "weighted-round-robin",
    "source": "source-hash",
    "ip-hash": "source-hash",
    "uri": "uri-hash",
    "url-hash": "uri-hash",
    "hash": "consistent-hash",
    "ring-hash": "consistent-hash",
    "maglev": "consistent-hash",
    "power-of-two": "two-choices",
    "random-two-choices": "two-choices",
}
"""The ids of explanations by the names that products use."""
