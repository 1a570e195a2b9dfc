"""The groups of a system that have a page: those that its diagrams collapse, on a desktop or on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.engines.legible_aspects import legible_levels
from archgen.model.slug import distinct
from archgen.site.interactive.columns import is_whole_on_phone, small_levels
from archgen.site.interactive.trial import fits_one_diagram
from archgen.views.levels import Picture


class GroupLevel(Struct, frozen=True):
    """A group with the diagram that opens it, on a desktop and on a phone."""

    wide: Picture
    phone: Picture

    @property
    def id(self) -> str:
        """The id of the group, which is also the level that opens it."""
        return self.wide.level

    @property
    def components(self) -> tuple[str, ...]:
        """The components in the group and in all groups in it."""
        inside = (node for node in self.wide.diagram.nodes if not node.beside)
        return tuple(dict.fromkeys(name for node in inside for name in node.stands_for or (node.subject,)))


@lru_cache(maxsize=64)
def group_levels(topology: Topology) -> tuple[GroupLevel, ...]:
    """Return the groups of a system that have a page: those of its diagrams on a desktop and on a phone."""
    is_complete = fits_one_diagram(topology) and not topology.architecture.groups
    wide = {} if is_complete else {picture.level: picture for picture in legible_levels(topology)[1:]}
    small = {} if is_whole_on_phone(topology) else {picture.level: picture for picture in small_levels(topology)[1:]}
    return tuple(
        GroupLevel(wide.get(level) or small[level], small.get(level) or wide[level]) for level in {**small, **wide}
    )


@lru_cache(maxsize=64)
def group_paths(topology: Topology) -> Mapping[str, str]:
    """Return the path of the page of each group, from the model's directory."""
    slugs = distinct(level.id for level in group_levels(topology))
    return {level: f"groups/{slug}/index.md" for level, slug in slugs.items()}


def innermost_group(topology: Topology, component: str) -> GroupLevel | None:
    """Return the smallest group with a page that a component is in, if any."""
    around = [level for level in group_levels(topology) if component in level.components]
    return min(around, key=lambda level: len(level.components), default=None)
