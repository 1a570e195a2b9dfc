"""Values that are equal to themselves alone, as keys of what is remembered."""

from __future__ import annotations

from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class Itself(Generic[_Value]):
    """A value that is equal to itself alone: to compare two by their content takes as long as to compute anew."""

    def __init__(self, value: _Value) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and self.value is other.value
