"""Mappings of templates put together: the first one is changed, as Sprig does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archgen.importers.charts.functions import is_true

MERGING = {"merge": False, "mergeOverwrite": True}
"""The functions, each with True where what comes later counts."""


def merge_values(target: Any, others: list[Any], step: Callable[[], None], *, overwrites: bool) -> Any:
    """Fill a mapping from others; without `overwrites` what is empty in it is filled alone. `step` is called for each key."""
    for other in others:
        for key, value in (other or {}).items():
            step()
            own = target.get(key)
            if isinstance(value, dict) and isinstance(own, dict) and own:
                merge_values(own, [value], step, overwrites=overwrites)
            elif overwrites or (value is not None and not is_true(own)):
                target[key] = value
    return target
