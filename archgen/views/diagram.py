"""The content of a diagram, without places: nodes in groups, or a sequence of messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.hops import Meaning
from archgen.model.finding import Severity
from archgen.model.kinds import KINDS, Role
from archgen.model.steps import FrameKind
from archgen.model.subject import ChangeKind

GroupKind = Literal["zone", "network", "host", "group"]
RequestFailure = Literal["unsent", "unanswered"]


LayoutDirection = Literal["left-right", "top-down"]

SEPARATOR = " · "
"""Separates the parts of a second line, the most general first: the first ones are left out if there is no room."""

GUARDS = "guards "
"""Stands before what a firewall guards; where there is no room for it, the icon of the card tells as much."""


SINGLE = "single point"
"""The mark of a component with a replica whose loss alone takes down a flow."""

MarkRole = Literal["accent", "error", "muted"]


class Badge(Struct, frozen=True):
    """The number of an issue on its element; it's the same everywhere.

    The last badge of a card of several counts the `others` that the card has no room for.
    """

    number: int
    severity: Severity
    title: str
    others: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The number, or how many others there are: "+4"."""
        return f"+{len(self.others)}" if self.others else str(self.number)


def numbered(badges: tuple[Badge, ...]) -> str:
    """Return the numbers of the issues as text, for formats without badges: `[1, 4]`."""
    return f"[{', '.join(badge.text for badge in badges)}]" if badges else ""


class Chip(Struct, frozen=True):
    """Connections to a shared element, named on the card at the other end: "→ kafka". `subjects` are the connections."""

    label: str
    meaning: Meaning
    subjects: tuple[str, ...]


class Node(Struct, frozen=True, kw_only=True):
    """A card: a replica, or a folded component. `detail` is its second line, `mark` a role such as primary.

    `kind` names the icon, `icon` the product whose logo replaces it, `subject` the component it stands for.
    `guards` are the ids of the groups and nodes that it protects without being on a path to them. `change` is set in a
    diagram of two models, which also shows removed elements. `opens` is the level that shows the content of a collapsed
    group; `stands_for` are the components of a card of several, and `chips` name connections instead of lines. A card of
    a host `holds` components, which its chips name. An `emphasized` one is what its view is about; one `beside` it is a
    neighbor of the group that is opened.
    """

    id: str
    subject: str
    label: str
    detail: str = ""
    mark: str = ""
    kind: str
    icon: str | None = None
    role: Role
    group: str | None = None
    guards: tuple[str, ...] = ()
    badges: tuple[Badge, ...] = ()
    description: str = ""
    change: ChangeKind | None = None
    opens: str = ""
    stands_for: tuple[str, ...] = ()
    chips: tuple[Chip, ...] = ()
    emphasized: bool = False
    beside: bool = False
    holds: tuple[str, ...] = ()

    @property
    def keeps_data(self) -> bool:
        """Return True for components of a kind that keeps data."""
        return KINDS[self.kind].stores and not (self.opens or self.holds)

    @property
    def is_drum(self) -> bool:
        """Return True for a card that is drawn as a drum: that of one that keeps data, without a second sheet behind it."""
        return self.keeps_data and not self.is_stack

    @property
    def is_stack(self) -> bool:
        """Return True for a card of several, which has a second sheet behind it."""
        return len(self.stands_for) > 1


def mark_role(node: Node) -> MarkRole:
    """Return the role of the color of a node's mark."""
    if node.mark in ("primary", "active"):
        return "accent"
    return "error" if node.mark == SINGLE else "muted"


def chip_text(node: Node) -> str:
    """Return the chips of a node as text, for formats that draw none: "→ kafka, → vault"."""
    return ", ".join(chip.label for chip in node.chips)


class Group(Struct, frozen=True, kw_only=True):
    """A host, zone or network around nodes and other groups; `parent` is the group around it.

    `across` are the nodes of a group that cuts across the nesting: a network with members on hosts of another.
    """

    id: str
    subject: str
    kind: GroupKind
    label: str
    detail: str = ""
    parent: str | None = None
    across: tuple[str, ...] = ()
    badges: tuple[Badge, ...] = ()
    change: ChangeKind | None = None


def enclosing(groups: Iterable[Group], inner: Iterable[str | None]) -> set[str]:
    """Return the ids of some of the groups and of those around them."""
    parents = {group.id: group.parent for group in groups}
    ids: set[str] = set()
    for group in inner:
        while group in parents and group not in ids:
            ids.add(group)
            group = parents[group]
    return ids


class Edge(Struct, frozen=True, kw_only=True):
    """A line from node to node; `subject` is its connection, `label` its text ("https 443").

    A `mutual` one has an arrow head at both ends: two writers that replicate each other. `bundled` are the connections
    of a line that stands for several.
    """

    id: str
    subject: str
    source: str
    target: str
    label: str = ""
    meaning: Meaning
    badges: tuple[Badge, ...] = ()
    change: ChangeKind | None = None
    mutual: bool = False
    bundled: tuple[str, ...] = ()

    @property
    def counts_unencrypted(self) -> bool:
        """Return True if the label of a bundle says how many are unencrypted: the words of its meaning would say so of all."""
        return bool(self.bundled) and self.label.endswith(" unencrypted")


class Diagram(Struct, frozen=True, kw_only=True):
    """A deployment or another structural diagram; `alt` describes it in words.

    `rank` and `near` are pairs of subjects: the first prefers the column of the second, or a place beside it.
    `used` are the connections in the order in which the flows first use them, and how many flows use each. `badges` are
    those of the whole system.
    """

    id: str
    title: str
    alt: str
    nodes: tuple[Node, ...] = ()
    groups: tuple[Group, ...] = ()
    edges: tuple[Edge, ...] = ()
    direction: LayoutDirection | None = None
    rank: tuple[tuple[str, str], ...] = ()
    near: tuple[tuple[str, str], ...] = ()
    used: tuple[tuple[str, int], ...] = ()
    badges: tuple[Badge, ...] = ()

    @property
    def nameless(self) -> Diagram:
        """The diagram as engines see it: none reads its title."""
        return replace(self, id="", title="", alt="")

    @property
    def asks_for_places(self) -> bool:
        """Return True if a model asks for the place of a card beside another that is shown, too."""
        shown = {node.subject for node in self.nodes}
        return any({*pair} <= shown for pair in (*self.rank, *self.near))

    def groups_in(self, parent: str | None) -> list[tuple[int, Group]]:
        """Return the direct children of a group, or the outermost groups, each with its number; no bands."""
        every = enumerate(self.groups, 1)
        return [(at, group) for at, group in every if group.parent == parent and not group.across]

    def nodes_in(self, parent: str | None) -> list[Node]:
        """Return the nodes directly in a group, or in none."""
        return [node for node in self.nodes if node.group == parent]

    def empty(self) -> frozenset[str]:
        """Return the groups without cards or groups in them, such as a host that only floating replicas use."""
        held = {node.group for node in self.nodes} | {group.parent for group in self.groups if not group.across}
        return frozenset(group.id for group in self.groups) - held


class Participant(Struct, frozen=True):
    """A participant of a sequence; `kind` and `icon` as in Node, `place` is its network or zone."""

    id: str
    label: str
    kind: str
    icon: str | None = None
    detail: str = ""
    place: str = ""


class Message(Struct, frozen=True, kw_only=True, tag=True):
    """A request (solid) or a response (dashed). `number` as in step ids: "3" or "3.1".

    `stops` is set if the flow fails with it: no replica is up to send it, or none responds. Nobody waits for a response to
    an `asynchronous` one.
    """

    number: str
    source: str
    target: str
    text: str
    answer: bool = False
    protocol: str = ""
    meaning: Meaning = "unknown"
    badges: tuple[Badge, ...] = ()
    stops: RequestFailure | None = None
    asynchronous: bool = False


class Remark(Struct, frozen=True, tag=True):
    """A note over participants."""

    over: tuple[str, ...]
    text: str


class BlockSection(Struct, frozen=True):
    """A branch of a block."""

    when: str
    items: tuple[Item, ...]


class Block(Struct, frozen=True, tag=True):
    """A frame around messages, with a tab that names its kind."""

    kind: FrameKind
    sections: tuple[BlockSection, ...]


Item = Message | Remark | Block


class Sequence(Struct, frozen=True, kw_only=True):
    """A request flow in time."""

    id: str
    title: str
    alt: str
    participants: tuple[Participant, ...]
    items: tuple[Item, ...]


def without_words(diagram: Diagram) -> Diagram:
    """Return a diagram without words on its lines, whose look the legend explains."""
    return replace(diagram, edges=tuple(replace(edge, label="") for edge in diagram.edges))
