"""The elements that alone take down flows, by the flows that a change adds to them or takes from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from archgen.compare.flows import FlowChange
from archgen.model.subject import Subject

Flows = tuple[str, ...]
StopChange = Literal["gone", "left", "new"]
STOP_CHANGES: tuple[StopChange, ...] = ("gone", "left", "new")


def flows_by_element(flows: Iterable[FlowChange], how: StopChange) -> dict[Subject, Flows]:
    """Return the flows of each element that no longer takes them down, still does, or now does."""
    flows_of: dict[Subject, Flows] = {}
    for flow in flows:
        elements = {"gone": flow.gone, "left": flow.left, "new": flow.new}[how]
        for element in elements:
            flows_of[element] = (*flows_of.get(element, ()), flow.flow)
    return flows_of


def group_elements(
    table: Mapping[Subject, Flows], other: Mapping[Subject, Flows], marked: set[Subject]
) -> Iterator[tuple[tuple[Flows, Flows, bool], list[Subject]]]:
    """Yield elements by the flows that they have in both tables and by whether they are marked."""
    groups: dict[tuple[Flows, Flows, bool], list[Subject]] = {}
    for element, flows in table.items():
        groups.setdefault((flows, other.get(element, ()), element in marked), []).append(element)
    yield from groups.items()
