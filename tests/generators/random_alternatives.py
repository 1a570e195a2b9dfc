"""Random models in which the alternatives of a step have connections of their own: some optional, some that nobody waits for.

Some are for other accesses, or for what is near, and some lead to others of the step's targets too.
"""

from __future__ import annotations

from random import Random

from msgspec.structs import replace

from archgen.model.architecture import Architecture, Connection, Port
from archgen.model.steps import Branch, Frame, Request, Step


def with_alternatives(seed: int, model: Architecture) -> Architecture:
    """Return the model of a seed, in a third of the models with further alternatives at some steps."""
    return _with_more(Random(f"alternatives {seed}"), Random(f"access {seed}"), model) if seed % 3 == 0 else model


def _with_more(random: Random, own: Random, model: Architecture) -> Architecture:
    names = [component.id for component in model.components if component.kind != "client"]
    added: dict[tuple[str, str], Connection] = {}
    known = {(each.source, target) for each in model.connections for target in each.targets}

    def change(step: Step) -> Step:
        if isinstance(step, Frame):
            branches = (Branch(each.when, tuple(map(change, each.steps))) for each in step.branches)
            return replace(step, branches=tuple(branches))
        others = [name for name in names if isinstance(step, Request) and name not in (step.source, *step.targets)]
        if not isinstance(step, Request) or step.pinned or not others or random.random() < 0.4:
            return step
        other = random.choice(others)
        if (step.source, other) not in known and random.random() < 0.95:
            called = (other, step.targets[0]) if own.random() < 0.3 else (other,)
            added[step.source, other] = Connection(
                f"{step.source} -> {' | '.join(called)}",
                step.source,
                called,
                (Port("http"),),
                needs=random.choice((1, 1, 1, 2, "all")),
                required=random.random() < 0.3,
                deferred=random.choice((None, None, True)),
                access=own.choice((None, None, "read", "write")),
                locality=own.choice((None, None, None, "same-host", "same-zone")),
            )
        targets = (*step.targets, other) if random.random() < 0.5 else (other, *step.targets)
        return replace(step, targets=targets, required=random.choice((None, None, None, step.required, True)))

    flows = tuple(replace(flow, steps=tuple(map(change, flow.steps))) for flow in model.flows)
    before = (
        replace(each, required=False) if each.required and random.random() < 0.3 else each for each in model.connections
    )
    return replace(model, connections=(*before, *added.values()), flows=flows)
