"""What a site that is made again and again need not work out again: drawings, and what rules say of their examples."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from archgen.evolution import Evolution
from archgen.evolution.side import Side
from archgen.model import Flow
from archgen.project.pictures import Drawing
from archgen.project.site import verdict
from archgen.rule import Rule
from archgen.site import Tier


class Remembered(Drawing):
    """Draws as `Drawing` does, each thing once as long as it stays the same from one turn to the next."""

    def __init__(self) -> None:
        super().__init__()
        self._now: dict[Hashable, str] = {}
        self._before: dict[Hashable, str] = {}

    def turn(self) -> None:
        """Begin anew: what the turn before this one did not ask for is forgotten."""
        self._before, self._now = self._now, {}

    def deployment(self, tier: Tier, *more: Any) -> str:
        """Where everything runs, as SVG."""
        return self._once(("deployment", _key(tier), *more), lambda: super(Remembered, self).deployment(tier, *more))

    def sequence(self, tier: Tier, flow: Flow, *more: Any) -> str:
        """One request flow in time, as SVG."""
        made = lambda: super(Remembered, self).sequence(tier, flow, *more)  # noqa: E731
        return self._once(("sequence", _key(tier), flow.id, *more), made)

    def change(self, evolution: Evolution, *more: Any) -> str:
        """Both models of a change in one deployment picture, as SVG."""
        made = lambda: super(Remembered, self).change(evolution, *more)  # noqa: E731
        return self._once(("change", _key(evolution.before), _key(evolution.after), *more), made)

    def verdict(self, today: str) -> Callable[[Rule], str]:
        """What lint says of a rule's bad example as of a day."""
        said = verdict(today)
        return lambda rule: self._once(("verdict", rule.id, rule.bad, today), lambda: said(rule))

    def _once(self, key: Hashable, make: Callable[[], str]) -> str:
        if key not in self._now:
            found = self._before.get(key)
            self._now[key] = make() if found is None else found
        return self._now[key]


def _key(one: Tier | Side) -> Hashable:
    """All that a picture of a model could show: what the model says and what was found in it."""
    return repr(one.topology.architecture), repr(one.findings)
