"""Random models in which nobody waits for what a balancer passes on, or for the jobs that a worker takes."""

from __future__ import annotations

from random import Random

from msgspec.structs import replace

from archgen.model.architecture import Architecture, Connection, Port
from archgen.model.kinds import JOB_KEEPERS, RELAYING
from archgen.model.steps import Branch, Frame, Request, Step


def with_relays(seed: int, model: Architecture) -> Architecture:
    """Return the model of a seed with one of both; half of the models stay as they are."""
    change = (_relayed, _begun_by_worker, None, None)[seed // 2 % 4]
    return model if change is None else change(Random(f"relays {seed}"), model)


def _relayed(random: Random, model: Architecture) -> Architecture:
    """Return a model whose first flow goes on with calls that a balancer passes on, some deferred and some in branches."""
    names = [component.id for component in model.components if component.kind != "client"]
    if len(names) < 2 or not model.flows:
        return model
    balancer, *others = random.sample(names, min(3, len(names)))
    caller, last = others[0], others[-1]
    calls = [(caller, balancer), (balancer, last), *([(caller, balancer)] if random.random() < 0.5 else [])]
    flow = model.flows[0]
    steps: list[Step] = []
    for number, (source, target) in enumerate(calls * random.choice((1, 2))):
        deferred = random.choice((None, True, True, False)) if target == balancer else None
        steps.append(Request(f"{flow.id}/relay-{number}", source, (target,), deferred=deferred))
    if random.random() < 0.5:
        at = random.randint(0, len(steps) - 1)
        branches = (Branch("one", tuple(steps[at : at + 2])), Branch("other", tuple(steps[at + 2 : at + 3])))
        steps[at : at + 3] = [Frame(f"{flow.id}/fork", random.choice(("alt", "par")), branches)]
    changed = _kinds(model, {balancer: random.choice(RELAYING)})
    return _with_flow(changed, calls, (*flow.steps, *steps))


def _begun_by_worker(random: Random, model: Architecture) -> Architecture:
    """Return a model whose first flow begins with a call of a worker that is deferred, mostly for a job that others left."""
    names = [component.id for component in model.components if component.kind != "client"]
    if len(names) < 2 or not model.flows:
        return model
    worker, queue, *others = random.sample(names, min(3, len(names)))
    flow = model.flows[0]
    first = Request(f"{flow.id}/job", worker, (queue,), deferred=True)
    kinds = {worker: random.choice(("worker", "worker", "service")), queue: random.choice((*JOB_KEEPERS, "service"))}
    calls = [(worker, queue), *((other, queue) for other in others if random.random() < 0.7)]
    return _with_flow(_kinds(model, kinds), calls, (first, *flow.steps))


def _kinds(model: Architecture, kinds: dict[str, str]) -> Architecture:
    components = (replace(each, kind=kinds.get(each.id, each.kind)) for each in model.components)
    return replace(model, components=tuple(components))


def _with_flow(model: Architecture, calls: list[tuple[str, str]], steps: tuple[Step, ...]) -> Architecture:
    """Return a model with other steps of its first flow, and the connections for some calls that it lacks."""
    known = {(each.source, target) for each in model.connections for target in each.targets}
    added = (call for call in dict.fromkeys(calls) if call not in known)
    connections = (Connection(f"{source} -> {target}", source, (target,), (Port("http"),)) for source, target in added)
    return replace(
        model,
        connections=(*model.connections, *connections),
        flows=(replace(model.flows[0], steps=steps), *model.flows[1:]),
    )
