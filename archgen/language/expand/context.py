"""The context of an expansion: the declared ids, and the problems so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archgen.language.schema import schema
from archgen.language.yaml.scalars import shorten
from archgen.language.yaml.tree import Document, Map, unpack
from archgen.model.architecture import Replica
from archgen.model.nearest import nearest
from archgen.model.problems import SUGGESTED, Place, Problem

SubjectId = tuple[str, str]
"""A kind of element and its id, as in a Problem."""

SECTIONS = {
    "component": "components",
    "host": "hosts",
    "network": "networks",
    "zone": "zones",
    "certificate": "certificates",
    "flow": "flows",
    "group": "groups",
    "view": "views",
}
"""The key under which elements of a kind are declared."""

NOUNS = {section: kind for kind, section in SECTIONS.items()} | {"connections": "connection"}
"""What an entry under a key is."""

DeclaredIds = dict[str, dict[str, None]]
"""The declared ids of each kind, in the order of the file."""

_MOST_SUGGESTIONS = 50
"""Problems that get a suggestion; more of them aren't typos."""

_LONGEST_COMPARED = 100
_FARTHEST = 5
_MOST_COMPARED = 500
"""Limits of a suggestion: the length of a name, its difference in length and letters, and the names compared."""

MOST_REPLICAS = 100_000
"""Replicas of all components of a model together."""

_EMPTY = Map(0)


class Context:
    """Declared ids by kind, and the problems; `broken` are subjects whose own text the schema refused.

    `placed` are the replicas of each component, once it has been placed; `room` is for so many more.
    """

    def __init__(
        self, document: Document, declared: DeclaredIds | None = None, broken: frozenset[SubjectId] = frozenset()
    ) -> None:
        self.document = document
        self.broken = broken
        self.problems: list[Problem] = []
        # a valid document has no misspelled section, so that its own names are enough
        self.declared = declared or {kind: dict.fromkeys(self.section(key)) for kind, key in SECTIONS.items()}
        self.components = self.declared.get("component", {})
        self.hosts = self.declared.get("host", {})
        self.placed: dict[str, tuple[Replica, ...]] = {}
        self.room = MOST_REPLICAS

    def section(self, key: str) -> Map:
        """Return the mapping under a key of the model; an empty one if there is none."""
        return section_of(self.document.root, key)

    def place(self, mark: int) -> Place:
        """Return a position as a place in its file."""
        return place_of(self.document, mark)

    def invalid(self, mark: int, subject: SubjectId, message: str, fix: str) -> None:
        """Report statements that contradict each other, unless their subject is broken anyway."""
        if subject not in self.broken:
            self.problems.append(Problem("invalid-model", message, fix, self.place(mark), subject))

    def dangling(self, mark: int, subject: SubjectId, message: str, fix: str) -> None:
        """Report a reference to an undeclared element."""
        self.problems.append(Problem("dangling-reference", message, fix, self.place(mark), subject))

    def refer(self, text: str, mark: int, kinds: tuple[str, ...], subject: SubjectId, key: str) -> str:
        """Check a reference to an element of one of the kinds; return its id, `kind:id` only if two kinds share it."""
        if any(kind not in self.declared for kind in kinds):
            return text
        kind, colon, name = text.partition(":")
        if colon and kind in kinds and name in self.declared[kind]:
            return text if self._sharing(name, kinds) > 1 else name
        meant = [kind for kind in kinds if text in self.declared[kind]]
        if len(meant) == 1:
            return text
        if meant:
            ways = " or ".join(f"`{kind}:{text}`" for kind in meant)
            self.invalid(
                mark, subject, f"ambiguous name `{text}`: it could be a {' or a '.join(meant)}", f"Write {ways}."
            )
        else:
            candidates = (name for kind in kinds for name in self.declared[kind])
            self.undeclared(text, mark, kinds, candidates, subject, key)
        return text

    def undeclared(
        self, text: str, mark: int, kinds: Sequence[str], candidates: Iterable[str], subject: SubjectId, key: str
    ) -> None:
        """Report an undeclared id, with the closest declared one."""
        noun = alternatives(list(kinds))
        message = f"{f'{key} names an ' if key else ''}unknown {noun} `{shorten(text)}`"
        near = suggestion(text, candidates) if len(self.problems) < _MOST_SUGGESTIONS else None
        removal = self._removal(text, kinds)
        fix = removal or self._other_kind(text, noun) or near or f"Declare it, or name a declared {noun}."
        self.dangling(mark, subject, message, fix)

    def _other_kind(self, text: str, noun: str) -> str | None:
        """Return the fix where the id is one of something else."""
        kind = next((kind for kind, names in self.declared.items() if text in names), None)
        if kind is None:
            return None
        example = ", such as one that runs on it" if kind == "host" and noun == "component" else ""
        return f"`{shorten(text)}` is a {kind}: name a {noun}{example}."

    def _removal(self, text: str, kinds: Sequence[str]) -> str | None:
        """Return the fix where the model takes the element out of the one that it extends."""
        for kind in kinds:
            mark = self.document.removed.get((SECTIONS.get(kind, ""), text))
            if mark is not None:
                place = self.place(mark)
                return f"{place.file} removes it on line {place.line}; remove or override what names it there too."
        return None

    def _sharing(self, name: str, kinds: tuple[str, ...]) -> int:
        return sum(name in self.declared[kind] for kind in kinds)


def section_of(root: Map, key: str) -> Map:
    """Return the mapping under a key of the model; an empty one if there is none."""
    section = root.get(key)
    return section if section.__class__ is Map else _EMPTY


def declarations(root: Map) -> DeclaredIds:
    """Return the ids that an invalid document declares, by kind; leave out a kind whose section can't be read."""
    declared: DeclaredIds = {}
    for kind, key in SECTIONS.items():
        section = root.get(key if key in root else _misspelt(root, key))
        if section is None or section.__class__ is Map:
            declared[kind] = dict.fromkeys(section or ())
    return declared


def _misspelt(root: Map, key: str) -> str:
    """Return the misspelled key of a section that is missing under its own name; its own name if there is none."""
    unknown = [other for other in root if other not in schema()["properties"]]
    return (unknown and closest(key, unknown)) or key


def place_of(document: Document, mark: int) -> Place:
    """Return a packed position as a place."""
    file, line, column = unpack(mark)
    return Place(document.sources[file].name, line, column, line)


def alternatives(names: Sequence[str]) -> str:
    """Return names separated by commas and `or`."""
    return " or ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def closest(text: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that the text most likely means; None if none is close."""
    text = text.casefold()
    if len(text) > _LONGEST_COMPARED:
        return None
    letters = set(text)
    alike: dict[str, str] = {}
    for name in candidates:
        folded = name.casefold()
        if abs(len(folded) - len(text)) <= _FARTHEST and len(letters ^ set(folded)) <= _FARTHEST:
            alike.setdefault(folded, name)
    near = nearest(text, list(alike)[:_MOST_COMPARED], 0.65)
    return alike[near] if near is not None else None


def suggestion(text: str, candidates: Iterable[str]) -> str | None:
    """Return `Did you mean …?`, or None if no candidate is close."""
    near = closest(text, candidates)
    return f"{SUGGESTED}`{near}`?" if near is not None else None


def quoted_list(names: list[str]) -> str:
    """Return the first few names, quoted and separated by commas."""
    shown = [f"`{name}`" for name in names[:6]]
    if len(names) > len(shown):
        shown.append("…")
    return ", ".join(shown)
