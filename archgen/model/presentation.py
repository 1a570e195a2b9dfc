"""The wishes of a model about its pictures: groups of components, views of its own, and layout hints."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

ComponentGroupKind = Literal["system", "domain", "namespace", "team"]


class ComponentGroup(Struct, frozen=True, gc=False, omit_defaults=True):
    """A group of components for diagrams; `within` is the group around it."""

    id: str
    name: str | None = None
    within: str | None = None
    kind: ComponentGroupKind | None = None


class View(Struct, frozen=True, gc=False, omit_defaults=True):
    """A view that a model declares; its selections are `component:id`, `group:id`, `flow:id`, `kind:id` or `tag:word`."""

    id: str
    title: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    level: str | None = None
    highlight: tuple[str, ...] = ()
    neighbours: bool = False


class Hints(Struct, frozen=True, gc=False, omit_defaults=True):
    """The layout hints of a model: `rank` and `near` are pairs of a component and the one beside it."""

    direction: Literal["left-right", "top-down"] | None = None
    rank: tuple[tuple[str, str], ...] = ()
    near: tuple[tuple[str, str], ...] = ()
