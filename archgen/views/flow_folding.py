"""A flow with many participants: those that only one other talks to share a lifeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from archgen.model.wording import listed, plural
from archgen.views.diagram import Block, BlockSection, Item, Message, Participant, Remark, Sequence

MOST = 12
"""The most lifelines of a readable sequence."""

_LINKS = 2
"""The participants that one within a chain talks to: the one before it, and the one after it."""


def folded(sequence: Sequence) -> Sequence:
    """Return a sequence of at most `MOST` lifelines if its participants allow it; no message is lost.

    Participants that one other calls are merged, and those that call one other, those of the busiest first; else the last
    of a chain with the one before it. A participant that talks to several keeps its lifeline. Messages of merged ones
    name them.
    """
    joint: dict[str, str] = {}
    shown = sequence
    while len(shown.participants) > MOST:
        peers = _peers(shown)
        names = _alike(shown, peers) or _end_of_chain(shown, peers)
        if not names:
            break
        first = next(participant.id for participant in shown.participants if participant.id in names)
        joint = {**{name: first if at in names else at for name, at in joint.items()}, **dict.fromkeys(names, first)}
        shown = _merged(sequence, joint)
    return shown


def _peers(sequence: Sequence) -> dict[str, dict[str, bool]]:
    """Return whom each participant talks to, and whether it is the one who starts to."""
    peers: dict[str, dict[str, bool]] = {participant.id: {} for participant in sequence.participants}
    for message in _messages(sequence.items):
        if message.source != message.target:
            asks = not message.answer
            peers[message.source].setdefault(message.target, asks)
            peers[message.target].setdefault(message.source, not asks)
    return peers


def _alike(sequence: Sequence, peers: Mapping[str, Mapping[str, bool]]) -> tuple[str, ...]:
    """Return the last of the most participants that only one other calls, or that only call it, as many as are too many."""
    groups: dict[tuple[str, bool], tuple[str, ...]] = {}
    first = sequence.participants[0].id
    for name, others in peers.items():
        if len(others) == 1 and name != first:
            (tie,) = others.items()
            groups[tie] = (*groups.get(tie, ()), name)
    several = [(peer == first, -len(names), names) for (peer, _), names in groups.items() if len(names) > 1]
    if not several:
        return ()
    _, _, largest = min(several, key=lambda group: group[:2])
    return largest[-max(len(sequence.participants) - MOST + 1, 2) :]


def _end_of_chain(sequence: Sequence, peers: Mapping[str, Mapping[str, bool]]) -> tuple[str, ...]:
    """Return the last end of a chain with the participant that calls it, which talks to nobody else but one."""
    first = sequence.participants[0].id
    for name in reversed(tuple(peers)):
        others = tuple(other for other, asks in peers[name].items() if not asks)
        ends = len(peers[name]) == len(others) == 1 and first not in (name, *others)
        if ends and len(peers[others[0]]) <= _LINKS:
            return (others[0], name)
    return ()


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
