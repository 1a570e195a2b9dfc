"""The groups of a system as a tree: root, groups, and components as leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

SYSTEM = "system"
"""The level of the whole system."""

BESIDE = "beside/"
"""Before the id of a group whose other components are in a view."""

BranchKind = Literal["zone", "network", "role", "part", "group"]


class GroupTree(Struct, frozen=True):
    """A group with its direct components and the groups in it; `id` is also the level that opens it."""

    id: str
    title: str
    kind: BranchKind
    components: tuple[str, ...] = ()
    branches: tuple[GroupTree, ...] = ()
    detail: str = ""

    @property
    def leaves(self) -> tuple[str, ...]:
        """The components in the group and in all groups in it."""
        inner = (component for branch in self.branches for component in branch.leaves)
        return (*self.components, *inner)

    def walk(self) -> Iterator[GroupTree]:
        """Yield the groups inside, each before those in it."""
        for branch in self.branches:
            yield branch
            yield from branch.walk()

    def path(self, level: str) -> tuple[GroupTree, ...]:
        """Return the groups from this one to the one of a level; empty if there is none."""
        if level == self.id:
            return (self,)
        for branch in self.branches:
            if below := branch.path(level):
                return (self, *below)
        return ()


def cards_at(path: Iterable[GroupTree]) -> dict[str, str]:
    """Return the card of each component when the last group of a path is opened and everything beside it collapsed.

    A card is a component or a group.
    """
    around = tuple(path)
    cards: dict[str, str] = {}
    for branch, below in zip(around, (*around[1:], None), strict=True):
        cards |= {component: component for component in branch.components}
        for other in branch.branches:
            if below is None or other.id != below.id:
                cards |= dict.fromkeys(other.leaves, other.id)
    return cards
