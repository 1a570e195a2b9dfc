"""Labels for the ways in which something travels over a connection."""

from __future__ import annotations

from typing import assert_never

from archgen.analysis.hops import Meaning


def transport_label(meaning: Meaning) -> str:
    """Return the words for a line's meaning: whether others on the network can read it."""
    match meaning:
        case "encrypted":
            return "encrypted"
        case "plaintext":
            return "unencrypted"
        case "local":
            return "within the host"
        case "lookup":
            return "unencrypted (DNS lookup)"
        case "replication":
            return "replication"
        case "monitoring":
            return "monitoring"
        case "code":
            return "runs the code"
        case "unknown":
            return "not declared"
        case _:
            assert_never(meaning)
