"""Percentages: shares of one as text, without a space before the sign."""

from __future__ import annotations

from math import ceil, floor, log10

_MOST_DECIMALS = 12


def write_percentage(share: float) -> str:
    """Return a declared or assumed share with the digits that it was written with, as `99.9%`."""
    return f"{share * 100:.10g}%"


def format_availability(share: float) -> str:
    """Return a computed share with as many decimals as show three digits of what it lacks to 100%."""
    lack = 1.0 - share
    if lack <= 0.0:
        return "100%"
    decimals = 2 if lack >= 0.01 else min(_MOST_DECIMALS, 2 - floor(log10(lack * 100)))
    return f"{share * 100:.{decimals}f}".rstrip("0").removesuffix(".") + "%"


def format_part(share: float) -> str:
    """Return a part of a sum to a tenth of a percent."""
    return "under 0.1%" if 0.0 < share < 0.001 else f"{share * 100:.1f}%"


def format_bounds(low: float, high: float) -> tuple[str, str]:
    """Return bounds with as many decimals as tell them apart, rounded outward so that they still hold."""
    decimals = min(_MOST_DECIMALS, max(2, -floor(log10(max(high - low, 1e-12) * 100))))
    scale = 10.0**decimals
    ends = (floor(low * 100 * scale) / scale, min(100.0, ceil(high * 100 * scale) / scale))
    return f"{ends[0]:.{decimals}f}%", f"{ends[1]:.{decimals}f}%"
