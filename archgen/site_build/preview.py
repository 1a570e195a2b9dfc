"""The site while its models are being written: an invalid model's pages show its problems."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from archgen.app.config.catalogue import catalogue
from archgen.app.drawing.systems import check_names, visible_systems
from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input, includer, model_id, read
from archgen.linting.checked_model import BrokenModel, CheckedModel, broken_models, valid_models
from archgen.linting.rule import Rule
from archgen.model.finding import Finding
from archgen.model.problems import UsageError
from archgen.site.page import HOME, TAKEN, BuiltPart, Page
from archgen.site.pages.invalid_model import failed_build_page, invalid_model_page
from archgen.site_build.site_cache import SiteCache
from archgen.system.internal_errors import InternalError


class Preview(Struct, frozen=True):
    """The parts of a site, every finding that makes a model invalid, the valid systems, the rules, and the reason why there
    is no site; the directories of included files, whether they exist or not, and the rules that failed.
    """

    parts: tuple[BuiltPart, ...]
    problems: tuple[Finding, ...]
    systems: tuple[CheckedModel, ...] = ()
    rules: tuple[Rule, ...] = ()
    trouble: str = ""
    included: tuple[str, ...] = ()
    failed: tuple[InternalError, ...] = ()

    @property
    def errors(self) -> tuple[InternalError, ...]:
        """The unexpected errors of the rules and the pages."""
        return (*self.failed, *(error for page in self.pages for error in page.errors))

    @property
    def pages(self) -> tuple[Page, ...]:
        """Every file of the site."""
        return tuple(page for part in self.parts for page in part.pages)


class Previews:
    """Builds one preview after the other from what has changed; a model that gets invalid keeps its pages, so that a
    reader stays on them. `named` are the paths of a command line.
    """

    def __init__(self, named: tuple[str, ...] = ()) -> None:
        self._named = named
        self._cache = SiteCache()
        self._paths: dict[str, tuple[str, ...]] = {}

    def build(self, files: tuple[str, ...], today: str) -> Preview:
        """Check model files as of an ISO date and build the pages of all of them, as far as each can be shown."""
        included: dict[str, None] = {}
        models = check_models(tuple(_recording(input, included) for input in read(files, named=self._named)), today)
        check_names(((model_id(model.file), model.file) for model in models), TAKEN)
        broken, systems, rules = broken_models(models), visible_systems(valid_models(models)), catalogue()
        parts = self._cache.build(systems, rules, today, broken)
        # the former pages of an invalid model show its problems
        parts += tuple(_former_pages(broken, {part.path for part in parts}, self._paths))
        self._paths |= {system.id: _paths_below(system.slug, parts) for system in systems}
        problems = tuple(finding for model in broken for finding in model.invalidating)
        failed = tuple(error for model in models for error in model.errors)
        return Preview(parts, problems, systems, rules, included=tuple(included), failed=failed)

    def build_or_explain(self, files: Callable[[], tuple[str, ...]], today: Callable[[], str]) -> Preview:
        """Build the preview of the present files; if that fails, pages with the reason in the place of the last ones."""
        try:
            return self.build(files(), today())
        except (UsageError, OSError) as error:
            reason = str(error)
            paths = dict.fromkeys((HOME, *(path for paths in self._paths.values() for path in paths)))
            return Preview(tuple(_part(failed_build_page(reason, path)) for path in paths), (), trouble=reason)


def _recording(input: Input, included: dict[str, None]) -> Input:
    """Return the input such that it records the directories in which it asks for files."""
    include = input.include or includer(input.file)

    def read_included(name: str) -> bytes:
        included[os.path.dirname(os.path.join(os.path.dirname(input.file), name))] = None
        return include(name)

    return replace(input, include=read_included)


def _paths_below(slug: str, parts: tuple[BuiltPart, ...]) -> tuple[str, ...]:
    return tuple(part.path for part in parts if part.path.startswith(f"{slug}/"))


def _part(page: Page) -> BuiltPart:
    return BuiltPart(page.path, page.title, (page,))


def _former_pages(
    models: tuple[BrokenModel, ...], present: set[str], former: Mapping[str, tuple[str, ...]]
) -> Iterator[BuiltPart]:
    for model in models:
        for path in former.get(model.id, ()):
            if path not in present:
                yield _part(invalid_model_page(model, path))
