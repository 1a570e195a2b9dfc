"""Layout engines by the names that users know; each is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from msgspec.structs import replace

from archgen.layout.placed import Engine, Placed
from archgen.views.diagram import Diagram

REMEMBERED = 64
"""Diagrams whose places are remembered."""


def wrapped(engine: Engine) -> Engine:
    """An engine whose towers of hosts are wrapped for a canvas of 16:9."""
    from archgen.layout.deployment.wrap import fitted

    return fitted(engine)


def cached(engine: Engine) -> Engine:
    """An engine that remembers what it has laid out: a page and the file beside it show the same, many requests go one way."""
    place = lru_cache(maxsize=REMEMBERED)(engine)

    def remembering(diagram: Diagram) -> Placed:
        # no engine reads what a picture is called
        placed = place(replace(diagram, id="", title="", alt=""))
        called = replace(placed.diagram, id=diagram.id, title=diagram.title, alt=diagram.alt)
        return replace(placed, diagram=called)

    return remembering


def _best() -> Engine:
    from archgen.engines.best import best, best_turned

    return _turning(best, best_turned)


def _domain() -> Engine:
    from archgen.layout.deployment.arrangement import domain
    from archgen.layout.deployment.turned import by_roles

    return _turning(domain, by_roles)


def _turning(engine: Engine, turned: Engine) -> Engine:
    """An engine that reads from the left, with another in its place for a picture that is read from the top."""
    return lambda diagram: turned(diagram) if diagram.direction == "top-down" else engine(diagram)


def _layered() -> Engine:
    from archgen.layout.deployment.layered import layered
    from archgen.layout.deployment.turned import by_calls

    return _turning(layered, by_calls)


def _graphviz() -> Engine:
    from archgen.engines.graphviz_engine import graphviz

    return graphviz


def _dot() -> Engine:
    from archgen.engines.dot_command import system_dot
    from archgen.engines.graphviz_engine import graphviz

    return lambda diagram: graphviz(diagram, system_dot())


ENGINES: dict[str, Callable[[], Engine]] = {
    "best": _best,
    "domain": _domain,
    "layered": _layered,
    "graphviz": _graphviz,
    "dot": _dot,
}
"""Engines, loaded when they are asked for: the better of the next two, by roles, by layers of calls, Graphviz by the
`dot` on the PATH or else that of a wheel, or Graphviz by the `dot` on the PATH only. What is installed never changes a
diagram that names no engine."""
