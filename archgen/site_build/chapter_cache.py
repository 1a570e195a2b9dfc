"""What a site that is made again and again need not make again: chapters of tiers that stayed as they were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from msgspec import Struct

from archgen.app.drawing.pictures import Drawing
from archgen.linting.rule import Rule
from archgen.site import Broken, Tier
from archgen.site.all_pages import chapters
from archgen.site.failed import assessed
from archgen.site.page import Made
from archgen.site_build.site import verdict


class _Known(Struct, frozen=True):
    """All that pages could tell of a tier, the tier that they were made from, and a number that no other state has."""

    content: tuple[Any, ...]
    tier: Tier
    state: int


class _Kept(Struct, frozen=True):
    """A chapter, and the states of all that it was made from."""

    states: tuple[Any, ...]
    made: Made


class Remembered:
    """Makes one site after the other; what the one before did not have is forgotten."""

    def __init__(self) -> None:
        self._drawing = Drawing()
        self._numbers = count()
        self._tiers: dict[str, _Known] = {}
        self._chapters: dict[str, _Kept] = {}
        self._verdicts: dict[tuple[Any, ...], str] = {}
        self._rules: tuple[Any, ...] = ()
        self._state = 0

    def site(
        self, tiers: Sequence[Tier], rules: Sequence[Rule], today: str, broken: Sequence[Broken]
    ) -> tuple[Made, ...]:
        """Every chapter of the site of some tiers, judged as of a day."""
        self._tiers = {tier.id: self._known(tier) for tier in tiers}
        said = self._said(rules, today)
        if said != self._rules:
            self._rules, self._state = said, next(self._numbers)
        told = {rule.id: words for rule, (_, words) in zip(rules, said, strict=True)}
        kept: dict[str, _Kept] = {}
        shown = [one.tier for one in self._tiers.values()]
        for chapter in chapters(shown, self._drawing, rules, lambda rule: told[rule.id], broken):
            of = (self._tiers.get(one) for one in chapter.tells)
            states: tuple[Any, ...] = (self._state, chapter.title, *(one and one.state for one in of))
            # what tells of everything tells of what cannot be read, too
            if set(chapter.tells) >= self._tiers.keys():
                states += tuple((one.id, one.file, one.invalidating) for one in broken)
            before = self._chapters.get(chapter.path)
            if before is None or before.states != states:
                made = Made(chapter.path, chapter.title, tuple(chapter.make()), chapter.borrows)
                before = _Kept(states, made)
            kept[chapter.path] = before
        self._chapters = kept
        return tuple(one.made for one in kept.values())

    def _known(self, tier: Tier) -> _Known:
        architecture = tier.topology.architecture
        content = (architecture, tier.findings, tier.data, self._drawing.icons((tier,)))
        before = self._tiers.get(tier.id)
        if before is not None and before.content == content:
            return before
        return _Known(content, assessed(tier)[0], next(self._numbers))

    def _said(self, rules: Sequence[Rule], today: str) -> tuple[tuple[tuple[Any, ...], str], ...]:
        """What each rule says of itself, and what lint says of its bad example."""
        say = verdict(today)
        found: dict[tuple[Any, ...], str] = {}
        said = []
        for rule in rules:
            words, functions = _parted(rule)
            key = (*words, *functions, today)
            found[key] = self._verdicts[key] if key in self._verdicts else say(rule)
            said.append((words, found[key]))
        self._verdicts = found
        return tuple(said)


def _parted(rule: Rule) -> tuple[tuple[Any, ...], tuple[Callable[..., Any], ...]]:
    """What a rule says, and what it does; the functions of rules of one's own are made anew at every turn."""
    values = [getattr(rule, name) for name in rule.__struct_fields__]
    return tuple(one for one in values if not callable(one)), tuple(one for one in values if callable(one))
