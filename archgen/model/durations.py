"""Durations and rates: the units that a model may write them in, and both written in the unit that suits them."""

from __future__ import annotations

SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 31536000.0}
"""The seconds of a unit; `m` is a minute."""

HOURS_PER_YEAR = 8760.0
"""The hours of a year of 365 days, over which downtimes are told."""

_WRITTEN = ("y", "d", "h", "m")


def write_duration(seconds: float) -> str:
    """Return a duration in the largest unit that takes a whole number of it, else in seconds."""
    counts = ((unit, seconds / SECONDS[unit]) for unit in _WRITTEN)
    return next(
        (f"{count:.0f}{unit}" for unit, count in counts if count >= 1 and count.is_integer()), f"{seconds:.15g}s"
    )


def spell_duration(seconds: float) -> str:
    """Return a declared duration as a sentence has it: `1 day`, `36 h`, `15 min`, `500 ms`."""
    days = seconds / SECONDS["d"]
    if days >= 1 and days.is_integer():
        return f"{days:.0f} day{'' if days == 1 else 's'}"
    for unit in ("h", "min"):
        if seconds >= SECONDS[unit]:
            return f"{seconds / SECONDS[unit]:g} {unit}"
    return f"{seconds:g} s" if seconds >= 1 or not seconds else f"{seconds * 1000:g} ms"


def round_duration(seconds: float) -> str:
    """Return a duration that is known about, in two digits from two minutes on: `40 s`, `5.8 min`, `2.5 h`, `5 days`."""
    if seconds < 120:
        return f"{seconds:g} s"
    # two digits of a hundred and more would be written with an exponent
    if seconds < 99.5 * SECONDS["min"]:
        return f"{seconds / SECONDS['min']:.2g} min"
    if seconds < 2 * SECONDS["d"]:
        return f"{seconds / SECONDS['h']:.2g} h"
    return f"{float(format(seconds / SECONDS['d'], '.2g')):g} days"


def spell_repair(seconds: float) -> str:
    """Return the time of a repair, of some hours to a tenth of one: `3.6 h`, `15 min`."""
    return spell_duration(SECONDS["h"] / 10 * round(10 * seconds / SECONDS["h"]) if seconds > SECONDS["h"] else seconds)


def spell_interval(seconds: float) -> str:
    """Return an interval as a sentence has it: `every day`, `every 6 h`."""
    return "every day" if seconds == SECONDS["d"] else f"every {spell_duration(seconds)}"


def format_duration(hours: float) -> str:
    """Return a time in hours in the unit that suits it: `45.8 h`, `52.6 min`, `3.2 s`."""
    if hours >= 1.0:
        return f"{hours:.1f} h" if hours < 1000 else f"{hours:,.0f} h"
    minutes = hours * 60
    if minutes >= 1.0:
        return f"{minutes:.1f} min"
    seconds = minutes * 60
    return f"{seconds:.1f} s" if seconds >= 0.1 or seconds == 0.0 else "under 0.1 s"


def format_rate(per_second: float, requests: str = "", suits: float | None = None) -> str:
    """Return a rate in the unit that suits it, or another one, to four digits: `170/s`, `12,500/s`, `1/d`, or `60 requests/s`."""
    suited = per_second if suits is None else suits
    unit = next((unit for unit in ("s", "min", "h") if round(suited * SECONDS[unit], 9) >= 1), "d")
    if not suited:
        unit = "s"
    number = float(f"{per_second * SECONDS[unit]:.4g}")
    return f"{f'{number:,.0f}' if number >= 1000 else f'{number:g}'}{requests}/{unit}"
