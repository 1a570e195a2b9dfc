"""The random models of `random_flows` with the keys of the second meaning: checks, watches, scopes, quorums by access …

They are drawn apart, so that the models without them stay the same for the same seed.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from msgspec.structs import replace

from archgen.model.architecture import Architecture, Balance, Component
from tests.random_flows import architecture


def decorated(seed: int) -> Architecture:
    """Return the model of a seed with some of the keys, each of which is in a share of the models."""
    random = Random(f"meaning {seed}")
    model = architecture(seed)
    for decorate in DECORATIONS.values():
        if random.random() < 0.6:
            model = decorate(random, model)
    return model


def _components(
    model: Architecture, change: Callable[[Component], Component], share: float, random: Random
) -> Architecture:
    """Return the model with a share of its components changed, clients apart."""
    components = (
        change(component) if component.kind != "client" and random.random() < share else component
        for component in model.components
    )
    return replace(model, components=tuple(components))


def _unchecked(random: Random, model: Architecture) -> Architecture:
    called = {connection.source: connection.targets for connection in model.connections}
    replicas = {component.id: [replica.id for replica in component.replicas] for component in model.components}

    def change(component: Component) -> Component:
        names = [name for target in called.get(component.id, ()) for name in (target, *replicas[target])]
        backup = tuple(random.sample(names, 1)) if names and random.random() < 0.2 else ()
        return replace(
            component, balance=Balance(health_check=random.choice((False, False, False, True)), backup=backup)
        )

    return _components(model, change, 0.6, random)


DECORATIONS: dict[str, Callable[[Random, Architecture], Architecture]] = {"unchecked": _unchecked}
"""The keys, each with what adds it to a model."""
