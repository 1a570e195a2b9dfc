"""What can lay out a diagram, by the names that users know: each is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from msgspec.structs import replace

from archgen.errors import UsageError
from archgen.layout.placed import Engine, Placed
from archgen.view import Diagram

REMEMBERED = 64
"""Diagrams whose places are remembered."""


def wrapped(engine: Engine) -> Engine:
    """An engine whose towers of hosts are wrapped for a canvas of 16:9."""
    from archgen.layout.wrap import fitted

    return fitted(engine)


def once(engine: Engine) -> Engine:
    """An engine that remembers what it has laid out: a page and the file beside it show the same, many requests go one way."""
    known = lru_cache(maxsize=REMEMBERED)(engine)

    def remembering(diagram: Diagram) -> Placed:
        # no engine reads what a picture is called
        found = known(replace(diagram, id="", title="", alt=""))
        called = replace(found.diagram, id=diagram.id, title=diagram.title, alt=diagram.alt)
        return replace(found, diagram=called)

    return remembering


def _best() -> Engine:
    from archgen.layout.best import best

    return _turned(lambda diagram: best(diagram, _others))


def _others() -> tuple[Engine, ...]:
    """What the default compares with where the wheel of Graphviz runs, which costs no more than a layout of our own."""
    from archgen.export.dot_command import wheel_command

    try:
        wheel_command()
    except UsageError:
        return (_graphlay(),)
    return (_graphlay(), _graphviz())


def _domain() -> Engine:
    from archgen.layout.domain import domain

    return _turned(domain)


def _turned(engine: Engine) -> Engine:
    """An engine that reads from the left, with Graphviz in its place for what is read from the top."""
    return lambda diagram: _graphviz()(diagram) if diagram.direction == "top-down" else engine(diagram)


def _graphlay() -> Engine:
    from archgen.layout.graphlay import layered

    return layered


def _graphviz() -> Engine:
    from archgen.export.graphviz_engine import graphviz

    return graphviz


def _dot() -> Engine:
    from archgen.export.graphviz_engine import graphviz

    return lambda diagram: graphviz(diagram, "dot")


def _d2() -> Engine:
    from archgen.export.d2_engine import d2

    return d2


ENGINES: dict[str, Callable[[], Engine]] = {
    "best": _best,
    "domain": _domain,
    "graphlay": _graphlay,
    "graphviz": _graphviz,
    "dot": _dot,
    "d2": _d2,
}
"""What can lay out a diagram, loaded when it is asked for: the best of the next three, by roles, by layers of calls,
Graphviz of the wheel, the `dot` on the PATH, or the ELK of an installed D2."""
