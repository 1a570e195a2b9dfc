"""The order of the systems that pages, diagrams and slides show: each behind the one that it follows."""

from __future__ import annotations

import pytest

from archgen.app.drawing.systems import visible_systems
from tests.checked import read_model


@pytest.mark.parametrize(
    ("follows", "order"),
    [
        ({"shop-next": "shop", "shop": ""}, ["shop", "shop-next"]),
        ({"c": "b", "a": "", "b": "a", "d": "c"}, ["a", "b", "c", "d"]),
        ({"z": "elsewhere", "b": "", "a": "z"}, ["z", "b", "a"]),
        ({"x": "y", "y": "x"}, ["y", "x"]),
    ],
)
def test_a_system_comes_after_the_one_that_it_follows(follows: dict[str, str], order: list[str]) -> None:
    models = tuple(
        read_model(f"{id}.arch.yaml", f"archgen: 1\nname: {id}\n{f'follows: {before}' if before else ''}\n".encode())
        for id, before in follows.items()
    )
    assert [system.id for system in visible_systems(models)] == order
