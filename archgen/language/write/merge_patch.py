"""The values by which a model differs from the one that it extends, as a JSON merge patch (RFC 7386)."""

from __future__ import annotations

from typing import Any


def merge_patch(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the mapping that makes one of another: what differs, and nothing for what is gone."""
    patch: dict[str, Any] = {key: None for key in before if key not in after}
    for key, value in after.items():
        if key not in before:
            patch[key] = value
        elif isinstance(value, dict) and isinstance(before[key], dict):
            if difference := merge_patch(before[key], value):
                patch[key] = difference
        elif value != before[key]:
            patch[key] = value
    return {key: patch[key] for key in (*after, *before) if key in patch}
