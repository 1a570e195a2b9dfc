"""The flows as fault trees in the Open-PSA Model Exchange Format 2.0, for engines of other people to check.

The tree of a flow is its structure function as gates; where replicas depend on each other it is the flow's decision
diagram instead, since a fault tree has no cycles. Format: https://open-psa.github.io/mef/.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal
from xml.sax.saxutils import escape

from msgspec import Struct

from archgen.analysis.assessment import quantified
from archgen.analysis.probabilities import Probabilities
from archgen.analysis.topology import Topology
from archgen.model.problems import PartError
from archgen.model.subject import Subject
from archgen.reliability.availability import NODE_BUDGET
from archgen.reliability.bdd import ALWAYS, NEVER, Bdd, BudgetExceeded
from archgen.reliability.evaluation import Evaluation
from archgen.reliability.plan import Plan


class Gate(Struct, frozen=True):
    """A gate over other gates or an event; `count` is for `atleast` alone."""

    kind: Literal["event", "or", "and", "atleast"]
    event: Subject | None = None
    below: tuple[int, ...] = ()
    count: int = 0


class Gates:
    """An algebra of gates by number, each made once; 0 never happens, 1 always does."""

    def __init__(self) -> None:
        self.never = NEVER
        self.always = ALWAYS
        self.made: list[Gate | None] = [None, None]
        self._known: dict[Gate, int] = {}

    def _make(self, gate: Gate) -> int:
        if gate not in self._known:
            self._known[gate] = len(self.made)
            self.made.append(gate)
        return self._known[gate]

    def element(self, subject: Subject) -> int:
        """Return the basic event that an element has failed."""
        return self._make(Gate("event", subject))

    def any_of(self, values: Iterable[int]) -> int:
        """Return the gate that needs one of the values."""
        below = tuple(dict.fromkeys(value for value in values if value != NEVER))
        if ALWAYS in below:
            return ALWAYS
        return below[0] if len(below) == 1 else self._make(Gate("or", None, below)) if below else NEVER

    def all_of(self, values: Iterable[int]) -> int:
        """Return the gate that needs all of the values."""
        below = tuple(dict.fromkeys(value for value in values if value != ALWAYS))
        if NEVER in below:
            return NEVER
        return below[0] if len(below) == 1 else self._make(Gate("and", None, below)) if below else ALWAYS

    def at_least(self, count: int, values: Sequence[int]) -> int:
        """Return the gate that needs `count` of the values; a value that is given twice counts twice."""
        left = [value for value in values if value not in (NEVER, ALWAYS)]
        count -= sum(1 for value in values if value == ALWAYS)
        if count <= 0:
            return ALWAYS
        if count > len(left):
            return NEVER
        if count == len(left):
            return self.all_of(left)
        if count == 1:
            return self.any_of(left)
        if len(set(left)) == len(left):
            return self._make(Gate("atleast", None, tuple(left), count))
        first, rest = left[0], left[1:]
        return self.any_of((self.all_of((first, self.at_least(count - 1, rest))), self.at_least(count, rest)))


def write(topologies: Sequence[Topology], gone: tuple[Subject, ...] = ()) -> str:
    """Return one document with a fault tree for every flow of every model; raises UsageError for one that no tree can show.

    Elements that are `gone` have failed for sure.
    """
    trees: list[str] = []
    events: dict[str, tuple[str, float]] = {}
    for at, topology in enumerate(topologies, 1):
        prefix = f"m{at}_" if len(topologies) > 1 else ""
        probabilities = Probabilities(topology)
        for number, flow in enumerate(topology.flows.values(), 1):
            plan, up = quantified(topology, probabilities, flow.id, gone)
            gates, root = _gates(plan)
            names = {subject: f"{prefix}{_name(subject)}" for subject in up}
            trees += _tree(f"{prefix}f{number}", flow.title, gates, root, names)
            used = [event for number in _below(gates, root) if (event := _event(gates, number)) is not None]
            events |= {names[subject]: (f"{subject.kind} {subject.id}", 1.0 - up[subject]) for subject in used}
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<opsa-mef>", *trees, "  <model-data>"]
    for name, (label, chance) in events.items():
        lines.append(
            f'    <define-basic-event name="{name}"><label>{_text(label)}</label>{_float(chance)}</define-basic-event>'
        )
    return "\n".join([*lines, "  </model-data>", "</opsa-mef>"]) + "\n"


def _gates(plan: Plan) -> tuple[Gates, int]:
    gates = Gates()
    if not plan.cyclic:
        return gates, Evaluation(plan, gates).flow
    order = [*plan.elements]
    diagram = Bdd([(subject,) for subject in order], NODE_BUDGET)
    try:
        root = Evaluation(plan, diagram).flow
    except BudgetExceeded as error:
        raise PartError(f"flow {plan.structure.flow} is too entangled to be written as a fault tree") from error
    gate_of = {NEVER: NEVER, ALWAYS: ALWAYS}
    for node in diagram.reachable(root):
        event = gates.element(order[diagram.variable[node]])
        # failure functions are monotone: what fails without the element fails with it
        low, high = gate_of[diagram.low[node]], gate_of[diagram.high[node]]
        gate_of[node] = gates.any_of((low, gates.all_of((event, high))))
    return gates, gate_of[root]


def _tree(name: str, title: str, gates: Gates, root: int, names: dict[Subject, str]) -> list[str]:
    lines = [f'  <define-fault-tree name="{name}">', f"    <label>{_text(title)}</label>"]
    lines.append(f'    <define-gate name="{name}_top">{_reference(name, gates, root, names)}</define-gate>')
    for number in _below(gates, root):
        gate = gates.made[number]
        if gate is None or gate.kind == "event":
            continue
        inner = "".join(_reference(name, gates, node, names) for node in gate.below)
        least = f' min="{gate.count}"' if gate.kind == "atleast" else ""
        lines.append(
            f'    <define-gate name="{name}_g{number}"><{gate.kind}{least}>{inner}</{gate.kind}></define-gate>'
        )
    return [*lines, "  </define-fault-tree>"]


def _below(gates: Gates, root: int) -> list[int]:
    """Return a root and all under it, events too; the two constants stand for themselves."""
    seen = dict.fromkeys([root])
    for number in (queue := [root]):
        gate = gates.made[number]
        fresh = [node for node in (gate.below if gate else ()) if node not in seen]
        seen |= dict.fromkeys(fresh)
        queue += dict.fromkeys(fresh)
    return [node for node in seen if gates.made[node] is not None]


def _event(gates: Gates, number: int) -> Subject | None:
    gate = gates.made[number]
    return gate.event if gate is not None else None


def _reference(name: str, gates: Gates, number: int, names: dict[Subject, str]) -> str:
    gate = gates.made[number]
    if gate is None:
        return f'<constant value="{"true" if number == ALWAYS else "false"}"/>'
    if gate.event is not None:
        return f'<basic-event name="{names[gate.event]}"/>'
    return f'<gate name="{name}_g{number}"/>'


def _name(subject: Subject) -> str:
    """Return an element as an identifier of the format: letters, digits and `_` stay, `_` doubled, the rest by its number.

    Nothing else gives the same identifier, so elements cannot be taken for each other.
    """
    safe = "".join(
        "__" if char == "_" else char if char.isascii() and char.isalnum() else f"_{ord(char):x}_"
        for char in subject.id
    )
    return f"{subject.kind}_{safe}_"


def _float(chance: float) -> str:
    return f'<float value="{chance!r}"/>'


def _text(text: str) -> str:
    return escape("".join(char if char.isprintable() else " " for char in text))
