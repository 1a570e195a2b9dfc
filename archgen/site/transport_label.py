"""What a page says of how something travels."""

from __future__ import annotations

from typing import assert_never

from archgen.analysis.hops import Meaning


def said(meaning: Meaning) -> str:
    """What a line's meaning says about reading along."""
    match meaning:
        case "encrypted":
            return "encrypted"
        case "plaintext":
            return "in clear"
        case "local":
            return "within the host"
        case "lookup":
            return "in clear (name look-up)"
        case "replication":
            return "replication"
        case "monitoring":
            return "monitoring"
        case "unknown":
            return "not stated"
        case _:
            assert_never(meaning)
