"""The glossary: every term that the pages use, each once, and the models that use it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec.structs import replace

from archgen.explanations import ALGORITHMS, KIND_TEXTS, MEASURES, MECHANISMS, PROTOCOL_TEXTS, Explanation
from archgen.explanations.terms import phrases
from archgen.linting.checked_model import CheckedModel
from archgen.model.wording import first_few, listed
from archgen.site.escape import code, link, text
from archgen.site.html_builder import Html, tag
from archgen.site.markdown import heading, page, table
from archgen.site.page import GLOSSARY, TITLES, Page, page_path

USES = 6
"""Models, and components of each, that an entry names before it counts the rest."""

_GROUPS: tuple[tuple[str, str, Mapping[str, Explanation]], ...] = (
    ("kind", "Kinds of component", KIND_TEXTS),
    ("mechanism", "Mechanisms", MECHANISMS),
    ("algorithm", "Load-balancing algorithms", ALGORITHMS),
    ("measure", "Measures", MEASURES),
)


def glossary_page(systems: Sequence[CheckedModel]) -> Page:
    """Return every term under an anchor of its own: `kind-load-balancer`, `protocol-https`."""
    parts = (
        heading(1, "Glossary"),
        "The terms that these pages use. The first mention of a term on a page links here.",
        *(part for group, title, entries in _GROUPS for part in _group(group, title, entries, systems)),
        heading(2, "Protocols", "protocols"),
        _protocols(systems),
    )
    return page(GLOSSARY, TITLES[GLOSSARY], *parts)


def _group(
    group: str, title: str, entries: Mapping[str, Explanation], systems: Sequence[CheckedModel]
) -> Iterator[str]:
    yield heading(2, title, f"{group}s")
    for name, explanation in entries.items():
        yield heading(3, text(explanation.title), f"{group}-{name}")
        yield text(explanation.text)
        used = _used(systems, name) if group == "kind" else ""
        if used:
            yield f"**Here**: {used}.\n{{ .archgen-here }}"


def _used(systems: Sequence[CheckedModel], kind: str) -> str:
    """Return the models that have components of a kind, and those components."""
    uses = []
    for system in systems:
        names = [code(part.id) for part in system.topology.components.values() if part.kind == kind]
        if names:
            where = link(text(system.architecture.name), f"../{page_path(system)}#elements")
            uses.append(f"{listed(first_few(names, USES))} in {where}")
    rest = [f"{len(uses) - USES} more models"] if len(uses) > USES else []
    return "; ".join([*uses[:USES], *rest])


def _protocols(systems: Sequence[CheckedModel]) -> str:
    uses: dict[str, dict[str, None]] = {}
    for system in systems:
        where = link(text(system.architecture.name), f"../{page_path(system)}#connections")
        for connection in system.architecture.connections:
            for port in connection.ports:
                uses.setdefault(port.protocol, {})[where] = None
    rows = [
        (
            f"{tag('span', id=Html(f'protocol-{name}'))}{text(explanation.title)}",
            text(explanation.text),
            "; ".join(list(uses.get(name, ()))[:USES]),
        )
        for name, explanation in PROTOCOL_TEXTS.items()
    ]
    return table(("Protocol", "Purpose", "Used in"), rows)


class TermLinks:
    """Links the first mention of each term on a page to its entry, in text that is escaped already."""

    def __init__(self) -> None:
        terms = phrases().items()
        self._anchors = {
            form: f"{group}-{name}" for phrase, (group, name) in reversed(terms) for form in _forms(phrase)
        }
        # phrases by their first letter: at most places of a text a single look at one character is enough
        letters: dict[str, list[str]] = {}
        for phrase in sorted(self._anchors, key=len, reverse=True):
            letters.setdefault(phrase[0], []).append(re.escape(phrase[1:]))
        every = "|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in sorted(letters.items()))
        firsts = "".join(sorted(letters))
        self._phrase = re.compile(rf"(?<![\w/@-])(?=[{firsts}])(?:{every})(?![\w/@-])")
        # the same words stand on many pages, and most mention no term
        self._is_silent = lru_cache(maxsize=8192)(lambda piece: self._phrase.search(piece) is None)

    def link(self, page: Page) -> Page:
        """Return the page with its mentions linked; headings, code, links and markup stay as they are."""
        if not page.path.endswith(".md") or page.path == GLOSSARY:
            return page
        up = "../" * page.path.count("/")
        linked: set[str] = set()
        blocks = [self._block(block, f"{up}{GLOSSARY}", linked) for block in page.content.split("\n\n")]
        return replace(page, content="\n\n".join(blocks))

    def _block(self, block: str, target: str, linked: set[str]) -> str:
        if block.startswith(_APART):
            return block
        pieces = _TEXT.split(block)
        for index in range(0, len(pieces), 2):
            if pieces[index]:
                pieces[index] = self._mentions(pieces, index, target, linked)
        return "".join(pieces)

    def _mentions(self, pieces: list[str], index: int, target: str, linked: set[str]) -> str:
        """Return a piece of text with its mentions linked, but for half of a replica's name that reads like a term."""
        piece = pieces[index]
        first = 1 if index and pieces[index - 1] in _JOINTS else 0
        last = len(piece) - (1 if index + 1 < len(pieces) and pieces[index + 1] in _JOINTS else 0)

        def link_mention(match: re.Match[str]) -> str:
            is_half = match.start() < first or match.end() > last
            anchor = self._anchors[match[0]]
            if is_half or anchor in linked:
                return match[0]
            linked.add(anchor)
            return f"[{match[0]}]({target}#{anchor}){{ .archgen-term }}"

        return piece if self._is_silent(piece) else self._phrase.sub(link_mention, piece)


def _forms(phrase: str) -> tuple[str, ...]:
    """Return a phrase as it is written within a sentence and at its start; names and abbreviations have one form.

    An id such as `dns` or `redis` is no mention of the term.
    """
    if phrase[1:] != phrase[1:].lower() or (phrase[0].isupper() and " " not in phrase):
        return (phrase,)
    return (phrase, phrase[0].swapcase() + phrase[1:])


_APART = ("#", "<", "---", "!!!", "```", "    ")
_JOINTS = ("&#64;", "&#35;")
"""The characters that join the halves of a replica's name: `mysql@server-1`, `dns#1`."""

_TEXT = re.compile(
    r"(`[^`]*`|\[[^\[\]]*\]\([^()]*\)(?:\{[^{}]*\})?|<[^>]*>[^<]*</[a-z]+>|<[^>]*>|\*\*[^*]+\*\*|&#\d+;|^\|(?: ?[-A-Z][^|\n]*\|)+\n)"
)
"""Pieces without text to link in: code, links, elements and their content, names in bold."""
