"""A flow with many participants: those that only one other talks to share a lifeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from archgen.model.wording import listed, plural
from archgen.views.diagram import Block, BlockSection, Item, Message, Participant, Remark, Sequence

MOST = 10
"""The most lifelines of a readable sequence."""


def folded(sequence: Sequence) -> Sequence:
    """Return a sequence of at most `MOST` lifelines if its participants allow it; no message is lost.

    Participants that only one other talks to are merged, those of the busiest first, and their messages name them.
    """
    while len(sequence.participants) > MOST:
        spare = len(sequence.participants) - MOST + 1
        groups = _alone(sequence)
        largest = max(groups.values(), key=len, default=())
        if len(largest) < 2:
            break
        sequence = _merged(sequence, largest[-max(spare, 2) :])
    return sequence


def _alone(sequence: Sequence) -> Mapping[str, tuple[str, ...]]:
    """Return the participants with a single peer, by that peer, in the order of the sequence."""
    peers: dict[str, dict[str, None]] = {participant.id: {} for participant in sequence.participants}
    for message in _messages(sequence.items):
        if message.source != message.target:
            peers[message.source][message.target] = peers[message.target][message.source] = None
    groups: dict[str, tuple[str, ...]] = {}
    for name, others in peers.items():
        if len(others) == 1 and name != sequence.participants[0].id:
            peer = next(iter(others))
            groups[peer] = (*groups.get(peer, ()), name)
    return groups


def _messages(items: Iterable[Item]) -> Iterator[Message]:
    for item in items:
        if isinstance(item, Message):
            yield item
        elif isinstance(item, Block):
            for section in item.sections:
                yield from _messages(section.items)


def _merged(sequence: Sequence, names: tuple[str, ...]) -> Sequence:
    labels = {participant.id: participant.label for participant in sequence.participants if participant.id in names}
    members = [participant for participant in sequence.participants if participant.id in names]
    places = {member.place for member in members}
    place = places.pop() if len(places) == 1 else ""
    joint = Participant(names[0], listed(list(labels.values())), "other", None, plural(len(names), "component"), place)
    participants = tuple(
        joint if participant.id == names[0] else participant
        for participant in sequence.participants
        if participant.id not in names[1:]
    )
    items = tuple(_moved(item, labels, names[0]) for item in sequence.items)
    return replace(sequence, participants=participants, items=items)


def _moved(item: Item, labels: Mapping[str, str], joint: str) -> Item:
    """Return an item whose merged participants are the joint one, with their names in its text."""
    if isinstance(item, Remark):
        return replace(item, over=tuple(dict.fromkeys(joint if name in labels else name for name in item.over)))
    if isinstance(item, Block):
        sections = (
            BlockSection(section.when, tuple(_moved(inner, labels, joint) for inner in section.items))
            for section in item.sections
        )
        return replace(item, sections=tuple(sections))
    name = next((labels[end] for end in (item.target, item.source) if end in labels), None)
    if name is None:
        return item
    source, target = (joint if end in labels else end for end in (item.source, item.target))
    return replace(item, source=source, target=target, text=f"{name}: {item.text}" if item.text else name)
