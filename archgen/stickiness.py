"""Whether a balancer brings a visitor back to the same target."""

from __future__ import annotations

from archgen.model import Balance

KEEPING = ("source", "ip-hash", "ip_hash", "source-hash", "uri", "url-hash", "hash", "maglev", "consistent", "sticky")
"""Parts of the names of algorithms that send one visitor to one target by themselves."""


def keeps(balance: Balance) -> bool | None:
    """Whether a visitor comes back to one target, by stickiness or by the algorithm; None where neither tells."""
    algorithm = (balance.algorithm or "").lower()
    if balance.stickiness or any(word in algorithm for word in KEEPING):
        return True
    return False if algorithm or (balance.stickiness is False and balance.mode != "active-passive") else None
