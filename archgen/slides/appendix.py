"""The end of a deck: every notion that its systems use, explained once, with what it means in each of them."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.explanations.for_model import explained
from archgen.model.wording import listed
from archgen.slides.chapter import Chapter
from archgen.slides.paging import columns
from archgen.slides.values import Entry, Opening, Slide, Term


def appendix(chapters: tuple[Chapter, ...]) -> Iterator[Slide]:
    """What the parts are and do, each notion once."""
    told: dict[str, tuple[str, str, list[tuple[str, str]]]] = {}
    for chapter in chapters:
        for one in explained(chapter.model.topology):
            entry = told.setdefault(one.id, (one.title, one.text, []))
            if one.here:
                entry[2].append((chapter.model.architecture.name, one.here))
    if told:
        names = listed(tuple(title for title, _, _ in told.values()))
        yield Opening("Explanations", "What the parts are and do", f"Each notion is explained once: {names}.")
    yield from columns("Explanations", (_term(one, len(chapters)) for one in told.values()))


def _term(told: tuple[str, str, list[tuple[str, str]]], all_of_them: int) -> tuple[Term, str]:
    """A notion with what it means in each architecture, and what is said of it besides."""
    title, text, here = told
    paragraphs = tuple(Entry(paragraph) for paragraph in text.split("\n\n"))
    notes = "\n".join([text, *(f"{name}: {words}" for name, words in here)])
    return Term(title, paragraphs + _here(here, all_of_them)), notes


def _here(said: list[tuple[str, str]], all_of_them: int) -> tuple[Entry, ...]:
    """What an explanation means in each architecture; what is the same in several is said once."""
    found: dict[str, list[str]] = {}
    for name, words in said:
        found.setdefault(words, []).append(name)
    everywhere = "Everywhere:" if all_of_them > 1 else "Here:"
    return tuple(
        Entry(words, everywhere if len(names) == all_of_them else f"{listed(tuple(names))}:")
        for words, names in found.items()
    )
