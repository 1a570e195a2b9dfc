"""Durations: the units that a model may write them in, and a duration written in the unit that suits it."""

from __future__ import annotations

SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 31536000.0}
"""The seconds of a unit; `m` is a minute."""

_WRITTEN = ("y", "d", "h", "min")


def write_duration(seconds: float) -> str:
    """Return a duration in the largest unit that takes a whole number of it, else in seconds."""
    counts = ((unit, seconds / SECONDS[unit]) for unit in _WRITTEN)
    return next(
        (f"{count:.0f}{unit}" for unit, count in counts if count >= 1 and count.is_integer()), f"{seconds:.15g}s"
    )
