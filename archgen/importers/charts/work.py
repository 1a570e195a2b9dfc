"""How much work the templates of a chart may take: as much as large charts need, and no more for hostile ones."""

from __future__ import annotations

from typing import Any

from archgen.importers.charts.syntax import NotUnderstood

_MOST = 40_000_000
"""What all templates of a chart may take together, some ten seconds; those of 100 programs take a fiftieth of it as a rule."""

_PART_OF_TEMPLATE = 3 / 4
_STEP = 12
_CHARACTERS = 16
"""Characters that are taken or given for one; it bounds the memory that values hold, too."""

_ITEMS = 4
_LONGEST = 1 << 20

_PER_VALUE = 4.0
"""What it takes to look at a value in another one; one may hold others many times over, or itself."""

LOOKING_THROUGH = frozenset((
    "toYaml", "toYamlPretty", "toJson", "toRawJson", "toPrettyJson", "toToml", "deepCopy", "eq", "ne", "deepEqual", "has", "uniq",
    "without",
))  # fmt: skip
"""Functions that look at all that is in a value."""

STEPS_OF_SEARCH = 0.05
"""What a step of a search for a pattern takes."""

PER_CHARACTER = {"fromJson": 0.5, "fromJsonArray": 0.5, "fromYaml": 4.0, "fromYamlArray": 4.0}
"""Functions that read a text, with what each of its characters takes."""

COPYING = frozenset(("omit", "pick", "keys", "values", "pluck"))
"""Functions that go through the keys of mappings."""


class LimitReached(NotUnderstood):
    """Templates that take more than is given to them: nothing is known of what they would make."""


class TemplateWork:
    """What filling in the templates of a chart has taken, against what it may take."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._taken = 0.0
        self._end = float(most)

    def begin(self) -> None:
        """Begin with a template, which may take no more than a part of all."""
        self._end = min(self._most, self._taken + self._most * _PART_OF_TEMPLATE)

    def step(self) -> None:
        """Count a step."""
        self.spend(_STEP)

    def spend(self, amount: float) -> None:
        """Count work; raise LimitReached for too much."""
        self._taken += amount
        if self._taken > self._end:
            raise LimitReached("it takes too long")

    def measure(self, values: list[Any]) -> None:
        """Count what functions take and give: texts and lists may double with each step."""
        for each in values:
            if isinstance(each, str | list | dict):
                if len(each) > _LONGEST:
                    raise LimitReached("it makes too much")
                self.spend(len(each) / (_CHARACTERS if isinstance(each, str) else _ITEMS))

    def measure_deeply(self, name: str, values: list[Any]) -> None:
        """Count what a function takes that looks at all that is in its values, before it does."""
        per_character = PER_CHARACTER.get(name, 1 / _CHARACTERS)
        waiting = [*values]
        while waiting:
            each = waiting.pop()
            self.spend(_PER_VALUE + (len(each) * per_character if isinstance(each, str) else 0))
            if isinstance(each, dict):
                waiting += each.values()
            elif isinstance(each, list):
                waiting += each
