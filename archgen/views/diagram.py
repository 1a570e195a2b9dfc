"""What a picture shows, without where it stands: a diagram of nodes in groups, or a sequence of messages."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from archgen.analysis.hops import Meaning
from archgen.compare.entities import Change
from archgen.model.architecture import FrameKind
from archgen.model.finding import Severity
from archgen.model.kinds import Role

GroupKind = Literal["zone", "network", "host"]
RequestFailure = Literal["unsent", "unanswered"]


LayoutDirection = Literal["left-right", "top-down"]

SEPARATOR = " · "
"""Between the parts of a second line, of which the first is the most general: what has no room is left out from there."""


class Badge(Struct, frozen=True):
    """The number of an issue on the thing it speaks of; the number is the issue's number everywhere."""

    number: int
    severity: Severity
    title: str


def numbered(badges: tuple[Badge, ...]) -> str:
    """The numbers of the issues on a thing as words, for pictures that have no marks of their own: `[1, 4]`."""
    return f"[{', '.join(str(badge.number) for badge in badges)}]" if badges else ""


class Node(Struct, frozen=True, kw_only=True):
    """A card: a replica (or a folded component). `detail` is its second line, `mark` a role such as primary.

    `kind` names the glyph, `icon` the product whose logo replaces it, `subject` the component it stands for.
    `guards` are the ids of the groups and nodes that it stands before without being on a path to them. `change` is what
    became of it, in a picture of two models, where a thing that is gone is shown too.
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
    change: Change | None = None


class Group(Struct, frozen=True, kw_only=True):
    """A host, zone or network around nodes and other groups; `parent` is the group around it.

    `across` are the nodes of a group that cuts across the nesting: a network whose members stand in hosts of another.
    """

    id: str
    subject: str
    kind: GroupKind
    label: str
    detail: str = ""
    parent: str | None = None
    across: tuple[str, ...] = ()
    badges: tuple[Badge, ...] = ()
    change: Change | None = None


class Edge(Struct, frozen=True, kw_only=True):
    """A line from node to node; `subject` is the connection it belongs to, `label` its words ("https 443").

    A `mutual` one has an arrow head at both ends: two writers that copy from each other.
    """

    id: str
    subject: str
    source: str
    target: str
    label: str = ""
    meaning: Meaning
    badges: tuple[Badge, ...] = ()
    change: Change | None = None
    mutual: bool = False


class Diagram(Struct, frozen=True, kw_only=True):
    """A deployment or other structural picture; `alt` says in words what it shows.

    `rank` and `near` are pairs of subjects: the first wants to stand in the column of the second, or beside it.
    `used` are the connections in the order in which the flows first use them.
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
    used: tuple[str, ...] = ()

    def groups_in(self, parent: str | None) -> list[tuple[int, Group]]:
        """The groups that stand right in a group, or in none, each with its number in the diagram; no bands."""
        every = enumerate(self.groups, 1)
        return [(at, group) for at, group in every if group.parent == parent and not group.across]

    def nodes_in(self, parent: str | None) -> list[Node]:
        """The nodes that stand right in a group, or in none."""
        return [node for node in self.nodes if node.group == parent]

    def empty(self) -> frozenset[str]:
        """The groups that hold neither a card nor another group, as a host does on which nothing stands for good."""
        held = {node.group for node in self.nodes} | {group.parent for group in self.groups if not group.across}
        return frozenset(group.id for group in self.groups) - held


class Participant(Struct, frozen=True):
    """Who takes part in a sequence; `kind` and `icon` as in Node."""

    id: str
    label: str
    kind: str
    icon: str | None = None
    detail: str = ""


class Message(Struct, frozen=True, kw_only=True, tag=True):
    """A request (solid) or an answer (dashed). `number` as in step ids: "3" or "3.1".

    `stops`: the flow fails with it, as nobody is there to send it, or nobody to answer.
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


class Remark(Struct, frozen=True, tag=True):
    """A note over participants."""

    over: tuple[str, ...]
    text: str


class Section(Struct, frozen=True):
    """One branch of a block."""

    when: str
    items: tuple[Item, ...]


class Block(Struct, frozen=True, tag=True):
    """A frame around messages, with a tab that names its kind."""

    kind: FrameKind
    sections: tuple[Section, ...]


Item = Message | Remark | Block


class Sequence(Struct, frozen=True, kw_only=True):
    """A request flow in time."""

    id: str
    title: str
    alt: str
    participants: tuple[Participant, ...]
    items: tuple[Item, ...]
