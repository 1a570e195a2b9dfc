"""The glossary: every notion that the pages use, each once, with where the models use it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from archgen.explanations import ALGORITHMS, KIND_TEXTS, MEASURES, MECHANISMS, PROTOCOL_TEXTS, Explanation
from archgen.explanations.terms import phrases
from archgen.model.wording import listed
from archgen.site.escape import code, link, text
from archgen.site.markdown import heading, page, table
from archgen.site.page import GLOSSARY, TITLES, Page, Tier

USES = 6
"""Models, and things of each, that an entry names before it counts the rest."""

_GROUPS: tuple[tuple[str, str, Mapping[str, Explanation]], ...] = (
    ("kind", "Kinds of component", KIND_TEXTS),
    ("mechanism", "Mechanisms", MECHANISMS),
    ("algorithm", "Ways to spread load", ALGORITHMS),
    ("measure", "Measures", MEASURES),
)


def glossary_page(tiers: Sequence[Tier]) -> Page:
    """Every notion under an anchor of its own: `kind-load-balancer`, `protocol-https`."""
    parts = (
        heading(1, "Glossary"),
        "What the words on these pages mean. The first time that a page says one of them, it leads here.",
        *(part for group, title, entries in _GROUPS for part in _group(group, title, entries, tiers)),
        heading(2, "Protocols", "protocols"),
        _protocols(tiers),
    )
    return page(GLOSSARY, TITLES[GLOSSARY], *parts)


def _group(group: str, title: str, entries: Mapping[str, Explanation], tiers: Sequence[Tier]) -> Iterator[str]:
    yield heading(2, title, f"{group}s")
    for name, one in entries.items():
        yield heading(3, text(one.title), f"{group}-{name}")
        yield text(one.text)
        used = _used(tiers, name) if group == "kind" else ""
        if used:
            yield f"**Here**: {used}.\n{{ .archgen-here }}"


def _used(tiers: Sequence[Tier], kind: str) -> str:
    """Which models have components of a kind, and which they are."""
    said = []
    for tier in tiers:
        names = [one.id for one in tier.topology.components.values() if one.kind == kind]
        if names:
            shown = [code(name) for name in names[:USES]]
            rest = [f"{len(names) - USES} more"] if len(names) > USES else []
            where = link(text(tier.topology.architecture.name), f"../{tier.slug}/index.md#elements")
            said.append(f"{listed([*shown, *rest])} in {where}")
    rest = [f"{len(said) - USES} more models"] if len(said) > USES else []
    return "; ".join([*said[:USES], *rest])


def _protocols(tiers: Sequence[Tier]) -> str:
    spoken: dict[str, dict[str, None]] = {}
    for tier in tiers:
        name = link(text(tier.topology.architecture.name), f"../{tier.slug}/index.md#connections")
        for connection in tier.topology.architecture.connections:
            for port in connection.ports:
                spoken.setdefault(port.protocol, {})[name] = None
    rows = [
        (
            f'<span id="protocol-{name}"></span>{text(one.title)}',
            text(one.text),
            "; ".join(list(spoken.get(name, ()))[:USES]),
        )
        for name, one in PROTOCOL_TEXTS.items()
    ]
    return table(("Protocol", "What it is for", "Spoken in"), rows)


class Terms:
    """Links the first mention of each notion on a page to its entry, in text that is written and escaped already."""

    def __init__(self) -> None:
        self._known = {phrase: f"{group}-{name}" for phrase, (group, name) in phrases().items()}
        # phrases by their first letter: at most places of a text a single look at one character is enough
        letters: dict[str, list[str]] = {}
        for phrase in sorted(self._known, key=len, reverse=True):
            letters.setdefault(phrase[0], []).append(re.escape(phrase[1:]))
        known = "|".join(f"[{first}{first.upper()}](?i:{'|'.join(rests)})" for first, rests in sorted(letters.items()))
        firsts = "".join(sorted({*letters, *map(str.upper, letters)}))
        self._phrase = re.compile(rf"(?<![\w/@-])(?=[{firsts}])(?:{known})(?![\w/@-])")
        # the same words stand on many pages, and most mention nothing
        self._silent = lru_cache(maxsize=8192)(lambda piece: self._phrase.search(piece) is None)

    def link(self, page: Page) -> Page:
        """The page with its mentions linked; headings, code, links and markup are left as they are."""
        if not page.path.endswith(".md") or page.path == GLOSSARY:
            return page
        up = "../" * page.path.count("/")
        told: set[str] = set()
        blocks = [self._block(block, f"{up}{GLOSSARY}", told) for block in page.content.split("\n\n")]
        return Page(page.path, "\n\n".join(blocks), page.title)

    def _block(self, block: str, target: str, told: set[str]) -> str:
        if block.startswith(_APART):
            return block
        pieces = _TEXT.split(block)
        for at in range(0, len(pieces), 2):
            if pieces[at]:
                pieces[at] = self._mentions(pieces, at, target, told)
        return "".join(pieces)

    def _mentions(self, pieces: list[str], at: int, target: str, told: set[str]) -> str:
        """A piece of text with its mentions linked; the half of a replica's name that reads like a notion is none."""
        piece = pieces[at]
        first = 1 if at and pieces[at - 1] in _JOINTS else 0
        last = len(piece) - (1 if at + 1 < len(pieces) and pieces[at + 1] in _JOINTS else 0)

        def linked(found: re.Match[str]) -> str:
            half = found.start() < first or found.end() > last
            return found[0] if half else self._linked(found, target, told)

        return piece if self._silent(piece) else self._phrase.sub(linked, piece)

    def _linked(self, found: re.Match[str], target: str, told: set[str]) -> str:
        anchor = self._known[found[0].lower()]
        if anchor in told:
            return found[0]
        told.add(anchor)
        return f"[{found[0]}]({target}#{anchor}){{ .archgen-term }}"


_APART = ("#", "<", "---", "!!!", "```", "    ")
_JOINTS = ("&#64;", "&#35;")
"""What joins the halves of a replica's name: `mysql@server-1`, `dns#1`."""

_TEXT = re.compile(
    r"(`[^`]*`|\[[^\[\]]*\]\([^()]*\)(?:\{[^{}]*\})?|<[^>]*>[^<]*</[a-z]+>|<[^>]*>|\*\*[^*]+\*\*|&#\d+;|^\|(?: ?[-A-Z][^|\n]*\|)+\n)"
)
"""What holds no text of its own to link in: code, links, elements and what is in them, names in bold."""
