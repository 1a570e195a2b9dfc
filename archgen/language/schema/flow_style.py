"""Values of the schema as a model would write them."""

from __future__ import annotations


def flow_style(value: object) -> str:
    """A value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow_style(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow_style, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
