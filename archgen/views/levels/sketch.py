"""A diagram before it's drawn: cards, the connections between them, and what folds or becomes a chip to stay readable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.views.diagram import Diagram, Edge
from archgen.views.equal.names import equal_cards

CARDS = 25
"""The most cards of a readable diagram."""

LINES = 40
"""The most lines of a readable diagram."""

FEW = 7
"""The fewest cards of a diagram whose equal components are folded."""

TANGLE = 4
"""The most lines beyond the number of cards before equal components are folded: more of them cross."""

DENSE = 7
"""The most lines beyond the number of cards before those of the busiest card become chips, a neighbor's first."""

MANY = 5
"""The users from which on a shared service is a chip on each of them."""

SHARED = frozenset(("queue", "stream", "secrets", "identity-provider", "monitoring", "log-collector"))
"""The kinds that many call without being part of what they do."""

STACK = "alike:"
"""Before the first component's id: the card of equal components."""

Pair = tuple[str, str]


class Sketch(Struct, frozen=True):
    """The cards of components, and the connections between cards that are drawn as lines or named on chips.

    `inside` are the cards of the opened group; the others are its neighbors. `most` are the cards of a readable diagram.
    Connections of a card with itself are on a chip.
    """

    cards: Mapping[str, str]
    inside: frozenset[str]
    lines: Mapping[Pair, tuple[Edge, ...]]
    chips: Mapping[Pair, tuple[Edge, ...]] = {}
    most: int = CARDS

    @property
    def shown(self) -> tuple[str, ...]:
        """The cards in the order of the model; a neighbor that only chips name has none."""
        joined = {end for pair in self.lines for end in pair} | self.inside
        return tuple(dict.fromkeys(card for card in self.cards.values() if card in joined))

    @property
    def tangle(self) -> int:
        """The lines beyond the number of cards."""
        return len(self.lines) - len(self.shown)

    @property
    def fits(self) -> bool:
        """Return True if the diagram is readable."""
        return len(self.shown) <= self.most and len(self.lines) <= LINES


def sketch(
    topology: Topology,
    edges: Sequence[Edge],
    cards: Mapping[str, str],
    inside: Iterable[str],
    quiet: bool,
    most: int = CARDS,
) -> Sketch:
    """Return the sketch of some cards; a `quiet` one leaves the lines of monitoring to the groups that they lead to."""
    held = frozenset(inside)
    lines: dict[Pair, list[Edge]] = {}
    for edge in edges:
        if edge.source not in cards or edge.target not in cards:
            continue
        pair = (cards[edge.source], cards[edge.target])
        if quiet and edge.meaning == "monitoring" and pair != (edge.source, edge.target):
            continue
        if (pair[0] != pair[1] or edge.source == edge.target == pair[0]) and held.intersection(pair):
            lines.setdefault(pair, []).append(edge)
    every = {pair: tuple(bundle) for pair, bundle in lines.items()}
    own = {pair: bundle for pair, bundle in every.items() if pair[0] == pair[1]}
    plain = Sketch(cards, held, {pair: every[pair] for pair in every if pair not in own}, own, most)
    unfolded = with_chips(plain, shared_services(topology, edges))
    folded = _folded(topology, unfolded)
    return _relieved(_with_few_users(folded, _with_many(unfolded)), _busiest(topology, folded))


def shared_services(topology: Topology, edges: Iterable[Edge]) -> frozenset[str]:
    """Return the components that many others use beside their own work: buses, secrets, identity, metrics."""
    users: dict[str, set[str]] = {}
    for edge in edges:
        users.setdefault(edge.target, set()).add(edge.source)
        users.setdefault(edge.source, set()).add(edge.target)
    return frozenset(
        name
        for name, component in topology.components.items()
        if component.kind in SHARED and len(users.get(name, ())) >= MANY
    )


def with_chips(drawn: Sketch, shared: Iterable[str]) -> Sketch:
    """Name the connections of some cards on the cards at their other ends."""
    on_chips = frozenset(shared)
    chips = {pair: bundle for pair, bundle in drawn.lines.items() if on_chips.intersection(pair)}
    lines = {pair: bundle for pair, bundle in drawn.lines.items() if pair not in chips}
    return replace(drawn, lines=lines, chips={**drawn.chips, **chips})


def _with_many(drawn: Sketch) -> frozenset[str]:
    """Return the cards that chips name on many others."""
    degree = Counter(end for pair in drawn.chips for end in set(pair))
    return frozenset(card for card, count in degree.items() if count >= MANY)


def _with_few_users(drawn: Sketch, shared: frozenset[str]) -> Sketch:
    """Draw the lines of shared services again whose many users share a few cards."""
    few = shared - _with_many(drawn)
    lines = {pair: each for pair, each in drawn.chips.items() if few.intersection(pair) and pair[0] != pair[1]}
    chips = {pair: bundle for pair, bundle in drawn.chips.items() if pair not in lines}
    return replace(drawn, lines={**drawn.lines, **lines}, chips=chips)


def _busiest(topology: Topology, drawn: Sketch) -> str:
    """Return the card that makes most requests of flows: what a system does starts there; "" without flows."""
    steps = (hop.step.source for hops in topology.hops.values() for hop in hops)
    made = Counter(drawn.cards[source] for source in steps if source in drawn.cards)
    return max(made, key=lambda card: made[card], default="")


def _relieved(drawn: Sketch, busiest: str) -> Sketch:
    """Turn the lines of a card with many into chips while there are too many lines, or too many for the cards.

    For a few too many it's one that the others call: a card that calls many would stand alone without its lines, in the
    middle of what it does. It's never the one that makes most requests.
    """
    while drawn.lines:
        ends = Counter(end for pair in drawn.lines for end in pair if end != busiest)
        if len(drawn.lines) <= LINES:
            called = Counter(target for _, target in drawn.lines)
            # a group shows what its own calls are where it is opened
            ends = Counter(
                {
                    card: count
                    for card, count in ends.items()
                    if card not in drawn.inside or card not in drawn.cards or 2 * called[card] >= count
                }
            )
        card, count = max(ends.items(), key=lambda item: (item[0] not in drawn.inside, item[1]), default=("", 0))
        if len(drawn.lines) <= LINES and (drawn.tangle <= DENSE or count < MANY):
            break
        drawn = with_chips(drawn, (card,))
    return drawn


def _folded(topology: Topology, drawn: Sketch) -> Sketch:
    """Fold equal components into one card each if the diagram isn't readable, the most numerous first."""
    if drawn.fits and drawn.tangle <= TANGLE:
        return drawn
    for alike in sorted(_alike(topology, drawn), key=len, reverse=True):
        if len(drawn.shown) - len(alike) + 1 >= FEW:
            drawn = _merged(drawn, dict.fromkeys(alike, f"{STACK}{alike[0]}"))
    return drawn


def _merged(drawn: Sketch, into: Mapping[str, str]) -> Sketch:
    def merged(bundles: Mapping[Pair, tuple[Edge, ...]]) -> dict[Pair, tuple[Edge, ...]]:
        result: dict[Pair, tuple[Edge, ...]] = {}
        for (source, target), bundle in bundles.items():
            pair = (into.get(source, source), into.get(target, target))
            result[pair] = (*result.get(pair, ()), *bundle)
        return result

    lines, chips = merged(drawn.lines), merged(drawn.chips)
    for card in dict.fromkeys(into.values()):
        # no line leads from a card to itself
        if own := (*lines.pop((card, card), ()), *chips.get((card, card), ())):
            chips[card, card] = own
    return Sketch(
        {component: into.get(card, card) for component, card in drawn.cards.items()},
        frozenset(into.get(card, card) for card in drawn.inside),
        lines,
        chips,
        drawn.most,
    )


def _alike(topology: Topology, drawn: Sketch) -> list[tuple[str, ...]]:
    joined: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {card: [] for card in drawn.shown}
    for way, bundles in (("line", drawn.lines), ("chip", drawn.chips)):
        for (source, target), bundle in bundles.items():
            words = tuple(sorted({f"{edge.label} {edge.meaning}" for edge in bundle}))
            for card, other, direction in ((source, target, "to"), (target, source, "from")):
                if card in joined and other == card:
                    joined[card].append((f"{way} within", card, words))
                elif card in joined and other in joined:
                    joined[card].append((f"{way} {direction}", other, words))
                elif card in joined:
                    joined[card].append((f"{way} {direction} {other}", card, words))
    return equal_cards(topology, drawn.shown, joined)


def is_readable(diagram: Diagram) -> bool:
    """Return True for a diagram with few enough cards and lines."""
    return len(diagram.nodes) <= CARDS and len(diagram.edges) <= LINES
