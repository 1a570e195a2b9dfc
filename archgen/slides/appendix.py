"""The end of a deck: every notion that its systems use, explained once, with what it means in each of them."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.explanations.for_model import explained
from archgen.model.wording import listed
from archgen.slides.paging import columns
from archgen.slides.section import DeckSection
from archgen.slides.values import Paragraph, Slide, Term, TitleSlide


def appendix(sections: tuple[DeckSection, ...]) -> Iterator[Slide]:
    """What the parts are and do, each notion once."""
    notions: dict[str, tuple[str, str, list[tuple[str, str]]]] = {}
    for section in sections:
        for explanation in explained(section.model.topology):
            entry = notions.setdefault(explanation.id, (explanation.title, explanation.text, []))
            if explanation.here:
                entry[2].append((section.model.architecture.name, explanation.here))
    if notions:
        names = listed(tuple(title for title, _, _ in notions.values()))
        yield TitleSlide("Explanations", "What the parts are and do", f"Each notion is explained once: {names}.")
    yield from columns("Explanations", (_term(notion, len(sections)) for notion in notions.values()))


def _term(notion: tuple[str, str, list[tuple[str, str]]], all_of_them: int) -> tuple[Term, str]:
    """A notion with what it means in each architecture, and what is said of it besides."""
    title, text, here = notion
    paragraphs = tuple(Paragraph(paragraph) for paragraph in text.split("\n\n"))
    notes = "\n".join([text, *(f"{name}: {words}" for name, words in here)])
    return Term(title, paragraphs + _here(here, all_of_them)), notes


def _here(meanings: list[tuple[str, str]], all_of_them: int) -> tuple[Paragraph, ...]:
    """What an explanation means in each architecture; what is the same in several is said once."""
    systems_by_meaning: dict[str, list[str]] = {}
    for name, words in meanings:
        systems_by_meaning.setdefault(words, []).append(name)
    everywhere = "Everywhere:" if all_of_them > 1 else "Here:"
    return tuple(
        Paragraph(words, everywhere if len(names) == all_of_them else f"{listed(tuple(names))}:")
        for words, names in systems_by_meaning.items()
    )
