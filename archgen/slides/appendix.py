"""The appendix of a deck: each term that its systems use, explained once."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.explanations.for_model import explanations
from archgen.model.wording import listed
from archgen.slides.paging import term_slides
from archgen.slides.section import DeckSection
from archgen.slides.values import Paragraph, Slide, Term, TitleSlide


def appendix(sections: tuple[DeckSection, ...]) -> Iterator[Slide]:
    """Yield slides that explain each term once."""
    notions: dict[str, tuple[str, str, list[tuple[str, str]]]] = {}
    for section in sections:
        for explanation in explanations(section.model.topology):
            entry = notions.setdefault(explanation.id, (explanation.title, explanation.text, []))
            if explanation.here:
                entry[2].append((section.model.architecture.name, explanation.here))
    if notions:
        names = listed(tuple(title for title, _, _ in notions.values()))
        yield TitleSlide("Explanations", "Components and terms", f"Each term is explained once: {names}.")
    yield from term_slides(_term(notion, len(sections)) for notion in notions.values())


def _term(notion: tuple[str, str, list[tuple[str, str]]], all_of_them: int) -> tuple[Term, str]:
    """Return a term with its meaning in each system, and its notes."""
    title, text, here = notion
    paragraphs = tuple(Paragraph(paragraph) for paragraph in text.split("\n\n"))
    notes = "\n".join([text, *(f"{name}: {words}" for name, words in here)])
    return Term(title, paragraphs + _here(here, all_of_them)), notes


def _here(meanings: list[tuple[str, str]], all_of_them: int) -> tuple[Paragraph, ...]:
    """Return the meaning of a term in each system, grouped where systems share it."""
    systems_by_meaning: dict[str, list[str]] = {}
    for name, words in meanings:
        systems_by_meaning.setdefault(words, []).append(name)
    everywhere = "Everywhere:" if all_of_them > 1 else "Here:"
    return tuple(
        Paragraph(words, everywhere if len(names) == all_of_them else f"{listed(tuple(names))}:")
        for words, names in systems_by_meaning.items()
    )
