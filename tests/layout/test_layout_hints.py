"""Hints in a model: they move what they name, break nothing, and what contradicts itself is refused with its place."""

from __future__ import annotations

from random import Random

import pytest
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.app.drawing.layouts import ENGINES
from archgen.language.load import load
from archgen.layout.deployment.arrangement import domain
from archgen.layout.placed import Box, Placed
from archgen.model.presentation import Hints
from archgen.model.problems import ModelError
from archgen.views.deployment import deployment
from tests.generators.random_models import random_model
from tests.geometry import faults

MODEL = """archgen: 1
name: Hints
hosts: {one: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer}
  app: {kind: app-server}
  worker: {kind: worker}
  metrics: {kind: cache}
  mysql: {kind: database}
  shop: {kind: app-server, runs_on: one}
connections:
  user -> lb: https
  lb -> app: http
  lb -> shop: http
  app -> mysql: mysql
  worker -> mysql: mysql
  app -> metrics: redis
"""


def placed(layout: str = "") -> Placed:
    """The model with hints, by the engine that is the default."""
    model = load("m.arch.yaml", f"{MODEL}{layout}".encode()).architecture
    found = ENGINES["domain"]()(deployment(Topology(model)))
    assert faults(found) == []
    return found


def box(found: Placed, component: str) -> Box:
    """Where a component stands."""
    return next(one.box for one in found.nodes if one.node.subject == component)


def test_a_rank_is_a_column() -> None:
    assert box(placed(), "lb").x != box(placed(), "mysql").x
    moved = placed("layout: {rank: {lb: mysql}}\n")
    assert box(moved, "lb").x == box(moved, "mysql").x


def test_a_neighbour_stands_next_to_it() -> None:
    for hint in ("metrics: app", "worker: app"):
        name = hint.partition(":")[0]
        found = placed(f"layout: {{near: {{{hint}}}}}\n")
        near, other = box(found, name), box(found, "app")
        assert near.x == other.x
        between = sorted((near.y, other.y))
        assert not any(one.box.x == near.x and between[0] < one.box.y < between[1] for one in found.nodes)
    assert box(placed(), "metrics").x != box(placed(), "app").x


def test_hints_follow_each_other() -> None:
    found = placed("layout: {rank: {lb: worker, worker: mysql}}\n")
    assert box(found, "lb").x == box(found, "worker").x == box(found, "mysql").x


def test_a_direction_turns_the_picture() -> None:
    usual, turned = placed(), placed("layout: {direction: top-down}\n")
    assert placed("layout: {direction: left-right}\n").nodes == usual.nodes
    path = ("user", "lb", "app", "mysql")
    assert [box(usual, one).x for one in path] == sorted(box(usual, one).x for one in path)
    assert [box(turned, one).y for one in path] == sorted(box(turned, one).y for one in path)
    assert box(turned, "user").bottom < box(turned, "mysql").y


@pytest.mark.parametrize(
    ("layout", "says", "line"),
    [
        ("rank: {lb: lb}", "in a circle", 19),
        ("rank: {lb: app, app: lb}", "in a circle", 19),
        ("rank: {lb: app}, near: {lb: mysql}", "both place `lb`", 19),
        ("rank: {lb: mysq}", "`mysq`", 19),
        ("near: {lv: mysql}", "`lv`", 19),
    ],
)
def test_what_cannot_be_done_is_refused(layout: str, says: str, line: int) -> None:
    with pytest.raises(ModelError) as caught:
        load("m.arch.yaml", f"{MODEL}layout: {{{layout}}}\n".encode())
    problem = caught.value.problems[0]
    assert says in problem.message
    assert problem.place is not None
    assert problem.place.line == line


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_no_hint_breaks_a_picture(first: int) -> None:
    for seed in range(first, first + 10):
        model, dice = random_model(seed), Random(seed)
        names = [one.id for one in model.components]
        dice.shuffle(names)
        pairs = [(name, dice.choice(names[at + 1 :])) for at, name in enumerate(names[:-1]) if dice.random() < 0.4]
        hints = Hints(rank=tuple(pairs[::2]), near=tuple(pairs[1::2]))
        diagram = deployment(Topology(replace(model, layout=hints)))
        assert faults(domain(diagram)) == [], f"seed {seed}"
