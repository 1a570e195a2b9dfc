"""Chapters that fail unexpectedly: a page says so in their place, and tells which model it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from archgen.analysis.assessment import assess
from archgen.site.blocks import inline
from archgen.site.escape import prose, text
from archgen.site.markdown import heading, notice, page
from archgen.site.page import Chapter, Page, Tier
from archgen.system.internal_errors import InternalError, internal_error, is_of_part

Build = Callable[[Sequence[Tier]], Mapping[str, Chapter]]
"""Gives the chapters of a site of some tiers by their paths."""

UNTITLED = "llms.txt"
"""Where it is told that a chapter of files failed."""


def assessed(tier: Tier) -> tuple[Tier, tuple[InternalError, ...]]:
    """A tier with the reliability of its flows; without it, and the reason, where that fails unexpectedly."""
    if tier.assessments:
        return tier, ()
    try:
        return replace(tier, assessments=assess(tier.topology)), ()
    except Exception as error:
        if not is_of_part(error):
            raise
        return tier, (internal_error(error, _file(tier), "analysis"),)


def isolated(chapter: Chapter, tiers: Sequence[Tier], build: Build) -> Iterator[Page]:
    """The pages of a chapter of some tiers; what it tells of a tier is left out where that fails unexpectedly."""
    try:
        pages = tuple(chapter.make())
    except Exception as error:
        if not is_of_part(error):
            raise
        pages = _without_culprits(chapter, tiers, build, error)
    return iter(pages)


def failed_page(path: str, title: str, errors: tuple[InternalError, ...]) -> Page:
    """A page in the place of one that could not be made."""
    if not title:
        return Page(path or UNTITLED, "".join(f"{error.words}\n" for error in errors), "", errors)
    told = notice("This page could not be made", "".join(f"<p>{inline(prose(error.words))}</p>" for error in errors))
    return replace(page(path, title, heading(1, text(title)), told), errors=errors)


def _without_culprits(chapter: Chapter, tiers: Sequence[Tier], build: Build, error: Exception) -> tuple[Page, ...]:
    """The chapter of those tiers alone that it can be made of; a page that says why it is not, where that fails too."""
    part = f"page {chapter.path}" if chapter.path else f"file {UNTITLED}"
    told = [tier for tier in tiers if tier.id in chapter.tells]
    errors: list[InternalError] = []
    sound: list[Tier] = []
    for tier in told if len(told) > 1 else ():
        alone = build([tier]).get(chapter.path)
        try:
            sound += [tier] if alone is not None and tuple(alone.make()) else []
        except Exception as each:
            errors.append(internal_error(each, _file(tier), part))
    found = tuple(errors) or (internal_error(error, ", ".join(map(_file, told)), part),)
    if 0 < len(sound) < len(told):
        first, *others = build(sound)[chapter.path].make()
        return (replace(first, errors=found), *others)
    return (failed_page(chapter.path, chapter.title, found),)


def _file(tier: Tier) -> str:
    return tier.topology.architecture.file
