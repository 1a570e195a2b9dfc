"""The site while its models are being written: those that cannot be read are shown as what is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from archgen.app.config.catalogue import catalogue
from archgen.app.drawing.systems import check_names, tiers
from archgen.app.models import judge
from archgen.app.workspace.inputs import Input, includer, model_id, read
from archgen.linting.checked_model import broken_models, valid_models
from archgen.linting.rule import Rule
from archgen.model.finding import Finding
from archgen.model.problems import UsageError
from archgen.site import Broken, Page, Tier
from archgen.site.page import HOME, TAKEN, Made
from archgen.site.pages.broken import broken_page, trouble_page
from archgen.site_build.chapter_cache import Remembered
from archgen.system.internal_errors import InternalError


class Preview(Struct, frozen=True):
    """The pages, the tiers that could be read, every finding that leaves a model without a meaning, what is wrong with the
    site as a whole, and the directories of what models include, whether it is there or not.
    """

    chapters: tuple[Made, ...]
    problems: tuple[Finding, ...]
    tiers: tuple[Tier, ...] = ()
    rules: tuple[Rule, ...] = ()
    trouble: str = ""
    included: tuple[str, ...] = ()
    failed: tuple[InternalError, ...] = ()

    @property
    def errors(self) -> tuple[InternalError, ...]:
        """What failed unexpectedly, in the rules and in the pages."""
        return (*self.failed, *(error for page in self.pages for error in page.errors))

    @property
    def pages(self) -> tuple[Page, ...]:
        """Every file of the site."""
        return tuple(page for chapter in self.chapters for page in chapter.pages)


class Previews:
    """One preview after the other: what has not changed is not worked out again, and no page goes missing while its model is
    broken, so that a reader stays where they are. `named` are the paths of a command line.
    """

    def __init__(self, named: tuple[str, ...] = ()) -> None:
        self._named = named
        self._remembered = Remembered()
        self._paths: dict[str, tuple[str, ...]] = {}

    def make(self, files: tuple[str, ...], today: str) -> Preview:
        """Judge model files as of an ISO date and write the pages of all of them, as far as each can be shown."""
        asked: dict[str, None] = {}
        models = judge(tuple(_heard(one, asked) for one in read(files, named=self._named)), today)
        sound, broken = valid_models(models), broken_models(models)
        check_names(((model_id(model.file), model.file) for model in models), TAKEN)
        shown, rules = tiers(sound), catalogue()
        made = self._remembered.site(shown, rules, today, broken)
        # the pages that a broken model had say what is wrong with it
        made += tuple(_instead(broken, {chapter.path for chapter in made}, self._paths))
        self._paths |= {tier.id: _within(tier.slug, made) for tier in shown}
        problems = tuple(finding for one in broken for finding in one.invalidating)
        failed = tuple(error for model in models for error in model.errors)
        return Preview(made, problems, shown, rules, included=tuple(asked), failed=failed)

    def shown(self, files: Callable[[], tuple[str, ...]], today: Callable[[], str]) -> Preview:
        """The preview of whatever files there are; where none can be made, pages that say why in the place of the last."""
        try:
            return self.make(files(), today())
        except (UsageError, OSError) as error:
            paths = dict.fromkeys((HOME, *(path for each in self._paths.values() for path in each)))
            words = str(error)
            return Preview(tuple(_alone(trouble_page(words, path)) for path in paths), (), trouble=words)


def preview(files: tuple[str, ...], today: str) -> Preview:
    """One preview."""
    return Previews().make(files, today)


def _heard(given: Input, asked: dict[str, None]) -> Input:
    """The input, telling in which directories it asks for files."""
    include = given.include or includer(given.file)

    def read_included(name: str) -> bytes:
        asked[os.path.dirname(os.path.join(os.path.dirname(given.file), name))] = None
        return include(name)

    return replace(given, include=read_included)


def _within(slug: str, made: tuple[Made, ...]) -> tuple[str, ...]:
    return tuple(chapter.path for chapter in made if chapter.path.startswith(f"{slug}/"))


def _alone(page: Page) -> Made:
    return Made(page.path, page.title, (page,))


def _instead(broken: tuple[Broken, ...], there: set[str], known: dict[str, tuple[str, ...]]) -> Iterator[Made]:
    for model in broken:
        for path in known.get(model.id, ()):
            if path not in there:
                yield _alone(broken_page(model, path))
