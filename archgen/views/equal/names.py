"""Components that are equal up to their names, and the name that they share."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from archgen.analysis.topology import Topology
from archgen.model.wording import listed
from archgen.style.text_metrics import LINK_WORDS

Joined = Mapping[str, Sequence[tuple[str, str, tuple[str, ...]]]]
"""The lines of each card: their direction, the card at the other end, and what they are."""

_SEPARATORS = re.compile(r"[\s_.-]+")

_NAMED = 3
"""The most names that the card of equal components lists."""


def equal_cards(topology: Topology, shown: Sequence[str], joined: Joined) -> list[tuple[str, ...]]:
    """Return the components with equal connections to equal cards, those of a common name together.

    Two cards differ if their neighbors do.
    """
    colors = refined({card: _look(topology, card) for card in shown}, joined)
    classes: dict[object, list[str]] = {}
    for card, color in colors.items():
        if card in topology.components:
            classes.setdefault(color, []).append(card)
    return [part for part in by_stem(classes.values()) if len(part) > 1]


def refined(looks: Mapping[str, object], joined: Joined) -> dict[str, int]:
    """Return a color of each card: cards share it if they look alike and their neighbors do, as far as lines lead."""
    colors: dict[str, int] = {}
    following: dict[object, int] = {}
    for card, look in looks.items():
        colors[card] = following.setdefault(look, len(following))
    count = 0
    while len(following) > count:
        count, following = len(following), {}
        colors = {
            card: following.setdefault((color, _around(colors, joined[card])), len(following))
            for card, color in colors.items()
        }
    return colors


def _around(colors: Mapping[str, int], lines: Iterable[tuple[str, str, tuple[str, ...]]]) -> object:
    return tuple(sorted({(way, colors[other], words) for way, other, words in lines}))


def _look(topology: Topology, card: str) -> tuple[object, ...]:
    """Return what of a card is seen: groups differ from everything."""
    component = topology.components.get(card)
    if component is None:
        return (card,)
    copies = component.replication is not None
    return (component.kind, component.product, component.managed, component.network, len(component.replicas), copies)


def _tokens(name: str) -> tuple[str, ...]:
    return tuple(token for token in _SEPARATORS.split(name) if token)


def by_stem(classes: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Split each class of equal components into those of a common name."""
    several = tuple(classes)
    common = Counter(token for cards in several if len(cards) > 1 for card in cards for token in _tokens(card))
    return [part for cards in several for part in _by_stem(cards, common)]


def _by_stem(cards: Sequence[str], common: Counter[str]) -> list[tuple[str, ...]]:
    """Split equal components by their name without its most repeated token: `web-eu`, `web-us` and `api-eu`, `api-us`."""
    length = min(len(_tokens(card)) for card in cards)
    options = [stems for place in range(length) if (stems := _stems(cards, place)) is not None]
    if len(cards) < 2 or not options:
        return [tuple(cards)]
    return max(options, key=lambda stems: sum(common[token] for token in _removed(stems)))


def _stems(cards: Sequence[str], place: int) -> list[tuple[str, ...]] | None:
    """Return the components with the same name but for one token; None if one of them is alone."""
    stems: dict[tuple[str, ...], list[str]] = {}
    for card in cards:
        tokens = _tokens(card)
        stems.setdefault((*tokens[:place], "", *tokens[place + 1 :]), []).append(card)
    return None if any(len(part) < 2 for part in stems.values()) else [tuple(part) for part in stems.values()]


def _removed(stems: Iterable[Sequence[str]]) -> list[str]:
    """Return the tokens by which the components of a stem differ."""
    removed: list[str] = []
    for part in stems:
        tokens = [_tokens(card) for card in part]
        shared = _shared(tokens)
        removed += [token for each in tokens for token in each if token not in shared]
    return removed


def _shared(names: Sequence[Sequence[str]]) -> list[str]:
    """Return the tokens that several names have in common, each name in its tokens."""
    first, *rest = names
    return [token for token in first if all(token in tokens for tokens in rest)]


def shared_name(names: Sequence[str]) -> str:
    """Return what the names of equal elements share, the only one, or the first and the last."""
    if len(names) == 1:
        return names[0]
    return _stem(names)[0] or (listed(names) if len(names) == 2 else f"{names[0]} … {names[-1]}")


def stack_name(names: Sequence[str], others: Collection[str]) -> tuple[str, str]:
    """Return the name of equal components and how many they are: ("web", "×2: eu, us").

    If they share no name, or only one that is another's or that others end with, the first stands for them: ("geo", "and map"),
    ("geo", "and 2 more").
    """
    stem, varying = _stem(names)
    ending = not names[0].startswith(stem) and any(other.endswith(stem) for other in others)
    if not stem or stem in others or ending:
        return names[0], f"and {names[1]}" if len(names) == 2 else f"and {len(names) - 1} more"
    short = len(names) <= _NAMED and all(varying)
    return stem, f"×{len(names)}: {', '.join(varying)}" if short else f"×{len(names)}"


def _stem(names: Sequence[str]) -> tuple[str, list[str]]:
    """Return the words that names share, "" without a letter in them, and the other words of each."""
    joint = " " if any(" " in name for name in names) else "-"
    parts = [name.split() if joint == " " else _tokens(name) for name in names]
    same = _shared(parts)
    varying = [joint.join(token for token in part if token not in same) for part in parts]
    while same and same[-1].lower() in LINK_WORDS:
        same.pop()
    stem = joint.join(same)
    return stem if any(letter.isalpha() for letter in stem) else "", varying
