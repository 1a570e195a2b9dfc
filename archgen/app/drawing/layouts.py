"""Layout engines by the names that users know; each is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from msgspec.structs import replace

from archgen.engines.choice import MeasuredEngine
from archgen.engines.readable import readable_engine, usual_engine
from archgen.engines.rooms import Room
from archgen.layout.placed import Engine, Placed
from archgen.views.diagram import Diagram

REMEMBERED = 64
"""Diagrams whose places are remembered."""


def wrapped_engine(engine: Engine) -> Engine:
    """An engine whose towers of hosts are wrapped for a canvas of 16:9."""
    from archgen.layout.deployment.wrap import fitted

    return fitted(engine)


def retitled(diagram: Diagram, name: Diagram) -> Diagram:
    """Return a diagram with the title of another."""
    return replace(diagram, id=name.id, title=name.title, alt=name.alt)


def cached(engine: Engine) -> Engine:
    """An engine that remembers what it has laid out: a page and the file beside it show the same, many requests go one way."""
    place = lru_cache(maxsize=REMEMBERED)(engine)

    def remembering(diagram: Diagram) -> Placed:
        placed = place(diagram.nameless)
        return replace(placed, diagram=retitled(placed.diagram, diagram))

    return remembering


def _best() -> tuple[MeasuredEngine, MeasuredEngine]:
    from archgen.engines.best import best, best_turned

    return best, best_turned


def _domain() -> tuple[MeasuredEngine, MeasuredEngine]:
    from archgen.layout.deployment.arrangement import domain
    from archgen.layout.deployment.turned import by_roles

    return domain, by_roles


def _layered() -> tuple[MeasuredEngine, MeasuredEngine]:
    from archgen.layout.deployment.layered import layered
    from archgen.layout.deployment.turned import by_calls

    return layered, by_calls


_MEASURED: dict[str, Callable[[], tuple[MeasuredEngine, MeasuredEngine]]] = {
    "best": _best,
    "domain": _domain,
    "layered": _layered,
}
"""Our own engines, which lay out by given measures: from the left, and from the top down."""


def engine_for(name: str, room: Room | None) -> Engine:
    """Return an engine by its name; one of our own fits its diagrams to the room that they are seen in, if any."""
    if room is None or name not in _MEASURED:
        return ENGINES[name]()
    return readable_engine(*_MEASURED[name](), room)


def _unfitted(name: str) -> Callable[[], Engine]:
    """Return the loader of an engine of our own that lays out by the usual measures."""
    return lambda: usual_engine(*_MEASURED[name]())


def _graphviz() -> Engine:
    from archgen.engines.graphviz_engine import graphviz

    return graphviz


def _dot() -> Engine:
    from archgen.engines.dot_command import system_dot
    from archgen.engines.graphviz_engine import graphviz

    return lambda diagram: graphviz(diagram, system_dot())


ENGINES: dict[str, Callable[[], Engine]] = {
    **{name: _unfitted(name) for name in _MEASURED},
    "graphviz": _graphviz,
    "dot": _dot,
}
"""Engines, loaded when they are asked for: the better of the next two, by roles, by layers of calls, Graphviz by the
`dot` on the PATH or else that of a wheel, or Graphviz by the `dot` on the PATH only. What is installed never changes a
diagram that names no engine."""
