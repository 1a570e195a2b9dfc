"""Size of each card and the words that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import takewhile
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from archgen.layout.measures import USUAL, Measures
from archgen.layout.placed import PlacedGroup, stacked_lines
from archgen.model.kinds import KINDS
from archgen.style.text_metrics import ELLIPSIS, elide, elide_words, longest_word, text_width, wrap
from archgen.style.theme import SIZES
from archgen.views.diagram import GUARDS, SEPARATOR, Chip, Diagram, Edge, Group, Node

SLOT = 16.0

_PIECE = re.compile(r"\s+|(?<=[/_.:@-])")
"""Where a line of a name may end: between words, and after a mark."""

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Where a line of a name may end within CamelCase, if it is long."""

_CAMEL = 8.0
"""Width in sizes of its letters up to which a word in CamelCase isn't broken: it is a name, such as PostgreSQL."""

_WORD = 12.0
"""Width in sizes of its letters from which on a single word is cut."""

_LINES = 2

_FEW = 2
"""The words, ellipsis included, that are too few for the second words of a group."""
"""The lines of a name on a card."""

_MOST_LINES = 4
"""The lines of a name that would be cut otherwise."""

EVEN: Mapping[str, int] = {}
"""No card has more lines at a side than usual."""


class SizedCard(Struct, frozen=True):
    """The words of a node and the size of its card."""

    title: tuple[str, ...]
    detail: str
    width: float
    height: float
    compact: bool


def compact(node: Node) -> bool:
    """Return True for what is beside the path of a request: application files, monitoring clients, guards."""
    return KINDS[node.kind].passive or node.kind == "monitoring-agent" or bool(node.guards)


def second_line(node: Node, measures: Measures = USUAL) -> str:
    """Return the words under a name: the part it plays where it has one, else what it is."""
    if measures.brief and not (node.mark or node.stands_for or node.holds):
        # the icon tells what the first part says
        return SEPARATOR.join(node.detail.split(SEPARATOR)[1:])
    detail = node.mark or node.detail
    return SEPARATOR.join(SHORT_KINDS.get(part, part) for part in detail.split(SEPARATOR)) if measures.flat else detail


SHORT_KINDS = {
    "Content delivery network": "CDN",
    "Domain name system": "DNS",
    "Web application firewall": "Web firewall",
    "Application server": "App server",
    "Monitoring agent": "Agent",
}
"""Kinds by the names that fit beside an icon."""


def size_cards(diagram: Diagram, busy: Mapping[str, int] = EVEN, measures: Measures = USUAL) -> dict[str, SizedCard]:
    """Return the card of each node; all are as wide as the widest wants to be, within limits, so that columns align.

    `busy` counts the lines at the fuller side of each card: it is as high as they need to be told apart.
    """
    return {
        name: card if (least := SLOT * busy.get(name, 0)) <= card.height else replace(card, height=least)
        for name, card in _worded_cards(diagram, measures).items()
    }


_REMEMBERED = 16
"""Diagrams and measures whose cards are remembered: by roles and by calls they have the same words."""


@lru_cache(maxsize=_REMEMBERED)
def _worded_cards(diagram: Diagram, measures: Measures) -> Mapping[str, SizedCard]:
    """Return the card of each node, as high as its words need."""
    longest_words = {node.id: _longest(node, measures) for node in diagram.nodes}
    wishes = {node.id: _wanted(node, measures) for node in diagram.nodes}
    longest = max(longest_words.values(), default=0.0)
    beside = max((aside(node, measures) for node in diagram.nodes), default=0.0)
    widest = max(measures.widest, min(longest, _WORD * measures.sizes.name + beside))
    wanted = [measures.narrowest, *wishes.values()]
    if measures.brief:
        hosts = (group for group in diagram.groups if group.kind == "host")
        wanted += [min(text_width(host.label, measures.sizes.text, bold=True) + 1, measures.widest) for host in hosts]
    even = min(max(wanted), widest)
    # the columns of flat cards don't align, since they stand in rows
    own = {node: max(min(wish, widest), longest_words[node]) for node, wish in wishes.items()}
    widths = {
        node: ceil((max(wide, measures.narrowest) if measures.flat else even) / SIZES.grid) * SIZES.grid
        for node, wide in own.items()
    }
    name = measures.sizes.name
    small = {node.id: _small_title(node, widths[node.id], measures) for node in diagram.nodes if compact(node)}
    chips = {node.id: chip_height(chip_rows(node, widths[node.id], measures), measures) for node in diagram.nodes}
    rooms = {node.id: widths[node.id] - measures.inset - aside(node, measures) for node in diagram.nodes}
    titles = {node.id: small.get(node.id) or _title(node.label, rooms[node.id], name) for node in diagram.nodes}
    labels = {node.id: node.label for node in diagram.nodes}
    for node, label in tuple(_told_apart(diagram.nodes, titles)):
        labels[node.id], titles[node.id] = label, _title(label, rooms[node.id], name)
    titles |= {id: _whole_words(titles[id], label, rooms[id], name) for id, label in labels.items() if id not in small}
    most = max((len(titles[node.id]) for node in diagram.nodes if not compact(node)), default=1)
    tall = {
        node.id: measures.card
        + (measures.second if (len(titles[node.id]) if measures.flat else most) > 1 else 0)
        + measures.title * max(len(titles[node.id]) - _LINES, 0)
        for node in diagram.nodes
    }
    return {
        node.id: _card(
            node,
            titles[node.id],
            widths[node.id],
            (_compact_height(node, small[node.id], measures) if compact(node) else tall[node.id]) + chips[node.id],
            measures,
        )
        for node in diagram.nodes
    }


def _title(label: str, room: float, size: float) -> tuple[str, ...]:
    """Return the lines of a name, one or two more than usual where that spares it from being cut."""
    lines = wrap(label, room, size, bold=True, lines=_LINES)
    if not lines or not lines[-1].endswith(ELLIPSIS):
        return lines
    whole = wrap(label, room, size, bold=True, lines=_MOST_LINES)
    return lines if whole[-1].endswith(ELLIPSIS) else whole


def _whole_words(title: tuple[str, ...], label: str, room: float, size: float) -> tuple[str, ...]:
    """Return the lines of a name, one more than usual where they end within a word."""
    last = title[-1].removesuffix(ELLIPSIS).split()[-1:] if title and title[-1].endswith(ELLIPSIS) else []
    if set(last) <= {word.rstrip(",;:") for word in label.split()}:
        return title
    return wrap(label, room, size, bold=True, lines=_LINES + 1)


def _small_title(node: Node, width: float, measures: Measures) -> tuple[str, ...]:
    """Return the lines of a name on a small card: a second one rather than a cut, but not on the border of a group.

    A word that is too long for a line is cut at its end, and not broken inside.
    """
    room, size = small_room(node, width, measures), measures.sizes.text
    if node.guards or longest_word(node.label, size, bold=True) > room:
        return (elide(node.label, room, size, bold=True),)
    return wrap(node.label, room, size, bold=True, lines=_LINES)


def small_room(node: Node, width: float, measures: Measures) -> float:
    """Return the room of the words on a small card of some width."""
    return (
        width - measures.inset - (measures.chip_icon + measures.inset if has_small_icon(node, width, measures) else 0.0)
    )


def has_small_icon(node: Node, width: float, measures: Measures) -> bool:
    """Return True if a small card shows its icon: where the words are brief, none does whose name would be cut for it."""
    beside = width - 2 * measures.inset - measures.chip_icon
    return not measures.brief or longest_word(node.label, measures.sizes.text, bold=True) <= beside


def _told_apart(nodes: Iterable[Node], titles: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[Node, str]]:
    """Yield the cards whose names are cut to the same words, with names that begin after the words that all of these share."""
    cut: dict[tuple[str, ...], list[Node]] = {}
    for node in nodes:
        lines = titles[node.id]
        if lines and lines[-1].endswith(ELLIPSIS) and not compact(node):
            cut.setdefault(lines, []).append(node)
    for alike in cut.values():
        names = [node.label.split() for node in alike]
        shared = sum(1 for _ in takewhile(lambda words: len(set(words)) == 1, zip(*names, strict=False)))
        if 0 < shared < min(map(len, names)):
            for node, words in zip(alike, names, strict=True):
                yield node, f"{ELLIPSIS} {' '.join(words[shared:])}"


def _compact_height(node: Node, title: tuple[str, ...], measures: Measures) -> float:
    """Return the height of a small card, in which all of its lines have room."""
    sizes = measures.sizes
    lines = 2 * max(0.92 * sizes.text, 1.35 * sizes.small) + 6.0 if second_line(node, measures) else 0.0
    more = ceil(small_leading(measures) * (len(title) - 1) / SIZES.grid) * SIZES.grid
    return max(measures.chip, ceil(lines / SIZES.grid) * SIZES.grid) + more


def small_leading(measures: Measures) -> float:
    """Return the height of a line of a name on a small card."""
    return 1.2 * measures.sizes.text


class ChipBox(Struct, frozen=True):
    """A chip with its words as they fit, and its place in its row."""

    chip: Chip
    words: str
    x: float
    width: float


CHIP_GAP = 4.0
"""The room between chips, and between their rows."""

_CHIP_INSET = 6.0


def chip_rows(node: Node, width: float, measures: Measures = USUAL) -> tuple[tuple[ChipBox, ...], ...]:
    """Return the chips of a card of some width, in rows from the left."""
    room, size = width - 2 * CHIP_GAP, measures.sizes.label
    rows: list[list[ChipBox]] = []
    x = room
    for chip in node.chips:
        words = elide(chip.label, room - 2 * _CHIP_INSET, size)
        wide = text_width(words, size) + 2 * _CHIP_INSET
        if not rows or x + wide > room:
            rows.append([])
            x = 0.0
        rows[-1].append(ChipBox(chip, words, x, wide))
        x += wide + CHIP_GAP
    return tuple(tuple(row) for row in rows)


def cut_chips(node: Node, width: float, measures: Measures) -> int:
    """Return the number of chips whose words are cut on a card of some width."""
    return sum(chip.words != chip.chip.label for row in chip_rows(node, width, measures) for chip in row)


def chip_height(rows: tuple[tuple[ChipBox, ...], ...], measures: Measures = USUAL) -> float:
    """Return the room that rows of chips take under the words of a card."""
    return ceil((len(rows) * (measures.label + 4 + CHIP_GAP) + CHIP_GAP) / SLOT) * SLOT if rows else 0.0


def aside(node: Node, measures: Measures = USUAL) -> float:
    """Return what the icon of a card takes of the width of its words: nothing unless it stands beside them."""
    return measures.flat_icon + measures.inset - 4 if measures.flat and not compact(node) else 0.0


def _longest(node: Node, measures: Measures) -> float:
    """Return the width of a card in which no word of its name is cut."""
    size = measures.sizes.name
    longest = 0.0
    for word in _PIECE.split(node.label):
        wide = text_width(word, size, bold=True)
        parts = [wide] if wide <= _CAMEL * size else [text_width(part, size, bold=True) for part in _HUMP.split(word)]
        longest = max(longest, *parts)
    return longest + measures.inset + aside(node, measures)


def _wanted(node: Node, measures: Measures) -> float:
    sizes, inset = measures.sizes, measures.inset
    name = text_width(node.label, sizes.name, bold=True)
    if compact(node):
        words = max(name, text_width(second_line(node, measures), sizes.small))
        return words + measures.chip_icon + 3 * inset - 12
    marks = sizes.badge_row(len(node.badges)) - sizes.hang if measures.flat and node.badges else 0.0
    words = max(name + marks, text_width(second_line(node, measures), sizes.label))
    return max(words + (2 * inset - 4) + aside(node, measures), _named(node, measures))


def _named(node: Node, measures: Measures) -> float:
    """Return the width of a host's card in which no name of what it holds is cut."""
    named = (text_width(chip.label, measures.sizes.label) for chip in node.chips if node.holds)
    return max(named, default=-2.0 * (_CHIP_INSET + CHIP_GAP)) + 2 * (_CHIP_INSET + CHIP_GAP)


def _card(node: Node, title: tuple[str, ...], width: float, height: float, measures: Measures) -> SizedCard:
    sizes, detail = measures.sizes, second_line(node, measures)
    if compact(node):
        return SizedCard(title, _shortened(detail, small_room(node, width, measures), sizes.small), width, height, True)
    room = width - measures.inset - aside(node, measures)
    count = len(node.stands_for)
    if count > 1 and text_width(detail, sizes.label) > room:
        detail = next(
            (each for each in (f"{count} components", f"{count} parts") if text_width(each, sizes.label) <= room), ""
        )
    return SizedCard(title, _shortened(detail, room, sizes.label), width, height, False)


def _shortened(words: str, room: float, size: float) -> str:
    """Return a second line that fits; only one that is too long in its shortest form is cut off."""
    parts = words.split(SEPARATOR)
    brief = [SHORT_KINDS.get(part, part) for part in parts]
    lines = [*_shorter(parts), *(_shorter(brief) if brief != parts else ())]
    fitting = (line for line in lines if text_width(line, size) <= room)
    return next(fitting, None) or elide(brief[-1].removeprefix(GUARDS), room, size)


def _shorter(parts: list[str]) -> Iterator[str]:
    """Yield shorter and shorter forms of a second line.

    They leave out its first parts, which the icon tells as well; they count hosts before the replicas are left out, and
    at last all but the first of what a firewall guards.
    """
    last = parts[-1]
    is_floating = last.startswith("on ") and " or " in last
    for start in range(len(parts)):
        yield SEPARATOR.join(parts[start:])
        if is_floating:
            yield SEPARATOR.join([*parts[start:-1], f"on any of {last.count(', ') + 2}"])
    if last.startswith(GUARDS):
        names = last.removeprefix(GUARDS).split(", ")
        yield f"for {', '.join(names)}"
        yield ", ".join(names)
        for count in range(len(names) - 1, 0, -1):
            yield f"{', '.join(names[:count])} and {len(names) - count} more"
            yield f"{', '.join(names[:count])} +{len(names) - count}"


def small_lead(measures: Measures) -> float:
    """Return the start of the words on a small card with an icon, from its left side."""
    return measures.chip_icon + 18.0


def heading_lead(group: PlacedGroup, measures: Measures) -> float:
    """Return the room of a host's glyph before its name; none where the name alone takes the heading."""
    lead = _lead(group.group, measures)
    named = text_width(group.title, measures.sizes.text, bold=True)
    return lead if group.heading and group.heading.width >= lead + named - 0.5 else 0.0


def _lead(group: Group, measures: Measures) -> float:
    return measures.sizes.text + 10.0 if group.kind == "host" else 0.0


def fit_heading(group: Group, room: float, measures: Measures = USUAL) -> tuple[str, str, float]:
    """Return the name and second words of a group as they fit a room, and how wide they are together.

    The glyph of a host stands before a name that has room beside it; a name that has no room ends before the word that
    says what the group is.
    """
    sizes, lead, name = measures.sizes, _lead(group, measures), group.label
    if text_width(name, sizes.text, bold=True) > room:
        name = name.removesuffix(f" {group.kind}s")
    if lead + text_width(name, sizes.text, bold=True) > room:
        lead = 0.0
    name = elide_words(name, room - lead, sizes.text, bold=True)
    used = lead + text_width(name, sizes.text, bold=True)
    left = room - used - 8
    detail = _fitting(group.detail, left, measures) if group.detail and left > 2 * sizes.text else ""
    return name, detail, used + (8 + text_width(detail, sizes.label) if detail else 0)


def _fitting(words: str, room: float, measures: Measures) -> str:
    """Return the second words of a group, without their first parts where these have no room.

    Only words are cut, since a part of an address reads like another address, and only where whole ones say most of it.
    """
    parts, size = words.split(SEPARATOR), measures.sizes.label
    forms = (SEPARATOR.join(parts[start:]) for start in range(len(parts)))
    if fit := next((form for form in forms if text_width(form, size) <= room), ""):
        return fit
    if measures.brief or " " not in parts[-1]:
        return ""
    cut = elide_words(parts[-1], room, size)
    return cut if len(cut.split()) > _FEW else ""


def label_size(
    edge: Edge, badges: int, locked: bool, measures: Measures = USUAL, stacked: bool = False
) -> tuple[float, float]:
    """Return the room that the words, the lock and the badges of a line want in its gap; nothing at all is (0, 0)."""
    sizes, lines = measures.sizes, stacked_lines(edge.label) if stacked else (edge.label,)
    wide = max((text_width(line, sizes.label) for line in lines), default=0.0)
    wide += (sizes.lock + 3) if locked else 0
    wide += sizes.badge_row(badges) + (4 if badges else 0)
    tall = max(2.0 * sizes.badge if badges else 0.0, measures.label * max(len(lines), 1))
    return (ceil(wide) + 8.0, tall) if wide else (0.0, 0.0)
