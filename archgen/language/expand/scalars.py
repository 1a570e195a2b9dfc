"""Keys that several kinds of element share: availability and links."""

from __future__ import annotations

from archgen.language.expand.context import Context
from archgen.language.yaml.scalars import probability, seconds
from archgen.language.yaml.tree import Map
from archgen.model.architecture import Availability

_HOUR = 3600.0


def expand_availability(context: Context, entry: Map) -> Availability | None:
    """Return the availability declared as `99.9%`, `0.999` or `{mtbf, mttr}`, which is mtbf / (mtbf + mttr)."""
    value = entry.get("availability")
    if value is None:
        return None
    if value.__class__ is not Map:
        return Availability(probability(context.document.text(entry, "availability") or ""))
    mtbf, mttr = (seconds(context.document.text(value, key) or "") / _HOUR for key in ("mtbf", "mttr"))
    return Availability(mtbf / (mtbf + mttr) if mtbf else 0.0, mtbf, mttr)


def links(context: Context, entry: Map) -> tuple[tuple[str, str], ...]:
    """Return the title and address of each link."""
    value = entry.get("links")
    if value is None:
        return ()
    return tuple((title, context.document.text(value, title) or "") for title in value)
