"""A cache for a site that is built again and again: parts of systems that stayed as they were are not made again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from msgspec import Struct

from archgen.app.drawing.pictures import Drawing
from archgen.engines.rooms import COLUMN
from archgen.linting.checked_model import BrokenModel, CheckedModel
from archgen.linting.rule import Rule
from archgen.site.all_pages import site_parts
from archgen.site.failed_pages import assess_system
from archgen.site.page import BuiltPart
from archgen.site_build.site import example_renderer

Values = tuple[Any, ...]


class _CachedSystem(Struct, frozen=True):
    """All that pages show of a system, the system that they were made from, and a number that no other state has."""

    content: Values
    system: CheckedModel
    state: int


class _CachedPart(Struct, frozen=True):
    """A part, and the states of all that it was made from."""

    states: Values
    part: BuiltPart


class SiteCache:
    """Builds one site after the other, and forgets what the last one did not have."""

    def __init__(self) -> None:
        self._drawing = Drawing(room=COLUMN)
        self._numbers = count()
        self._systems: dict[str, _CachedSystem] = {}
        self._parts: dict[str, _CachedPart] = {}
        self._verdicts: dict[Values, str] = {}
        self._rules: tuple[tuple[Values, str], ...] = ()
        self._rules_state = 0

    def build(
        self, systems: Sequence[CheckedModel], rules: Sequence[Rule], today: str, invalid: Sequence[BrokenModel]
    ) -> tuple[BuiltPart, ...]:
        """Return every part of the site of some systems, checked as of a day."""
        self._systems = {system.id: self._cached(system) for system in systems}
        described = self._describe(rules, today)
        if described != self._rules:
            self._rules, self._rules_state = described, next(self._numbers)
        verdicts = {rule.id: words for rule, (_, words) in zip(rules, described, strict=True)}
        parts: dict[str, _CachedPart] = {}
        sources = [cached.system for cached in self._systems.values()]
        for part in site_parts(sources, self._drawing, rules, lambda rule: verdicts[rule.id], invalid):
            cached = [self._systems.get(system) for system in part.systems]
            states: Values = (self._rules_state, part.title, *(system and system.state for system in cached))
            # a page of all systems shows the invalid models, too
            if set(part.systems) >= self._systems.keys():
                states += tuple((model.id, model.file, model.invalidating) for model in invalid)
            before = self._parts.get(part.path)
            if before is None or before.states != states:
                before = _CachedPart(states, BuiltPart(part.path, part.title, tuple(part.make()), part.borrows))
            parts[part.path] = before
        self._parts = parts
        return tuple(cached.part for cached in parts.values())

    def _cached(self, system: CheckedModel) -> _CachedSystem:
        content = (system.architecture, system.findings, system.data, self._drawing.icons((system,)))
        before = self._systems.get(system.id)
        if before is not None and before.content == content:
            return before
        return _CachedSystem(content, assess_system(system)[0], next(self._numbers))

    def _describe(self, rules: Sequence[Rule], today: str) -> tuple[tuple[Values, str], ...]:
        """Return the texts of each rule, and the output of lint for its bad example."""
        lint = example_renderer(today)
        verdicts: dict[Values, str] = {}
        described = []
        for rule in rules:
            texts, functions = _parted(rule)
            key = (*texts, *functions, today)
            verdicts[key] = self._verdicts[key] if key in self._verdicts else lint(rule)
            described.append((texts, verdicts[key]))
        self._verdicts = verdicts
        return tuple(described)


def _parted(rule: Rule) -> tuple[Values, tuple[Callable[..., Any], ...]]:
    """Return a rule's texts and its functions; those of custom rules are new objects at every build."""
    values = [getattr(rule, name) for name in rule.__struct_fields__]
    return tuple(value for value in values if not callable(value)), tuple(filter(callable, values))
