"""Parts of the site that fail unexpectedly: a page in their place says so, and names the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from archgen.analysis.assessment import assess
from archgen.linting.checked_model import CheckedModel
from archgen.site.blocks import inline_html
from archgen.site.escape import prose, text
from archgen.site.html_builder import tag
from archgen.site.markdown import heading, notice, page
from archgen.site.page import Page, SitePart
from archgen.system.internal_errors import InternalError, internal_error, is_of_part

PartsByPath = Callable[[Sequence[CheckedModel]], Mapping[str, SitePart]]
"""Gives the parts of a site of some systems by their paths."""

UNTITLED = "llms.txt"
"""The file that tells of a part without a page that failed."""


def assess_system(system: CheckedModel) -> tuple[CheckedModel, tuple[InternalError, ...]]:
    """Return a system with the reliability of its flows; without it, and the reason, if that fails unexpectedly."""
    if system.assessments:
        return system, ()
    try:
        return replace(system, assessments=assess(system.topology)), ()
    except Exception as error:
        if not is_of_part(error):
            raise
        return system, (internal_error(error, _file(system), "analysis"),)


def make_isolated(part: SitePart, systems: Sequence[CheckedModel], parts_by_path: PartsByPath) -> Iterator[Page]:
    """Return the pages of a part of a site of some systems, without the systems for which it fails unexpectedly."""
    try:
        pages = tuple(part.make())
    except Exception as error:
        if not is_of_part(error):
            raise
        pages = _without_culprits(part, systems, parts_by_path, error)
    return iter(pages)


def failed_page(path: str, title: str, errors: tuple[InternalError, ...]) -> Page:
    """Return a page in the place of one that could not be made."""
    if not title:
        return Page(path or UNTITLED, "".join(f"{error.words}\n" for error in errors), "", errors)
    box = notice("This page failed to build", *(tag("p", inline_html(prose(error.words))) for error in errors))
    return replace(page(path, title, heading(1, text(title)), box), errors=errors)


def _without_culprits(
    part: SitePart, systems: Sequence[CheckedModel], parts_by_path: PartsByPath, error: Exception
) -> tuple[Page, ...]:
    """Return the part for those systems alone that it can be made of, or a page that says why it is missing."""
    name = f"page {part.path}" if part.path else f"file {UNTITLED}"
    sources = [system for system in systems if system.id in part.systems]
    errors: list[InternalError] = []
    sound: list[CheckedModel] = []
    for system in sources if len(sources) > 1 else ():
        alone = parts_by_path([system]).get(part.path)
        try:
            sound += [system] if alone is not None and tuple(alone.make()) else []
        except Exception as each:
            errors.append(internal_error(each, _file(system), name))
    reasons = tuple(errors) or (internal_error(error, ", ".join(map(_file, sources)), name),)
    if 0 < len(sound) < len(sources):
        first, *others = parts_by_path(sound)[part.path].make()
        return (replace(first, errors=reasons), *others)
    return (failed_page(part.path, part.title, reasons),)


def _file(system: CheckedModel) -> str:
    return system.architecture.file
