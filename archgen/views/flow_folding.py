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

    Participants that only one other talks to are merged, those of the busiest first, a single one with that other; their
    messages name them.
    """
    joint: dict[str, str] = {}
    shown = sequence
    while len(shown.participants) > MOST:
        groups = _alone(shown)
        peer, largest = max(groups.items(), key=lambda group: len(group[1]), default=("", ()))
        if not largest:
            break
        spare = len(shown.participants) - MOST + 1
        names = largest[-max(spare, 2) :] if len(largest) > 1 else (peer, *largest)
        first = next(participant.id for participant in shown.participants if participant.id in names)
        joint = {**{name: first if at in names else at for name, at in joint.items()}, **dict.fromkeys(names, first)}
        shown = _merged(sequence, joint)
    return shown


def _alone(sequence: Sequence) -> Mapping[str, tuple[str, ...]]:
    """Return the participants with a single peer, by that peer, in the order of the sequence."""
    peers: dict[str, dict[str, None]] = {participant.id: {} for participant in sequence.participants}
    for message in _messages(sequence.items):
        if message.source != message.target:
            peers[message.source][message.target] = peers[message.target][message.source] = None
    first = sequence.participants[0].id
    groups: dict[str, tuple[str, ...]] = {}
    for name, others in peers.items():
        peer = next(iter(others), name)
        if len(others) == 1 and name != first and (peer != first or len(peers[first]) > 1):
            groups[peer] = (*groups.get(peer, ()), name)
    alone = groups.pop(first, ())
    return {**groups, first: alone} if len(alone) > 1 else groups


def _messages(items: Iterable[Item]) -> Iterator[Message]:
    for item in items:
        if isinstance(item, Message):
            yield item
        elif isinstance(item, Block):
            for section in item.sections:
                yield from _messages(section.items)


def _merged(sequence: Sequence, joint: Mapping[str, str]) -> Sequence:
    """Return a sequence with participants at the lifeline that `joint` names."""
    members: dict[str, list[Participant]] = {}
    for participant in sequence.participants:
        members.setdefault(joint.get(participant.id, participant.id), []).append(participant)
    labels = {participant.id: participant.label for participant in sequence.participants}
    return replace(
        sequence,
        participants=tuple(_together(name, inside) for name, inside in members.items()),
        items=tuple(_moved(item, labels, joint) for item in sequence.items),
    )


def _together(name: str, members: list[Participant]) -> Participant:
    if len(members) == 1:
        return members[0]
    places = {member.place for member in members}
    place = places.pop() if len(places) == 1 else ""
    words = listed([member.label for member in members])
    return Participant(name, words, "other", None, plural(len(members), "component"), place)


def _moved(item: Item, labels: Mapping[str, str], joint: Mapping[str, str]) -> Item:
    """Return an item at the lifelines of its participants; the name of a merged one is in its text."""
    if isinstance(item, Remark):
        return replace(item, over=tuple(dict.fromkeys(joint.get(name, name) for name in item.over)))
    if isinstance(item, Block):
        sections = (
            BlockSection(section.when, tuple(_moved(inner, labels, joint) for inner in section.items))
            for section in item.sections
        )
        return replace(item, sections=tuple(sections))
    name = next((labels[end] for end in (item.target, item.source) if end in joint), "")
    text = ": ".join(words for words in (name, item.text) if words)
    return replace(
        item, source=joint.get(item.source, item.source), target=joint.get(item.target, item.target), text=text
    )
