"""Random models in which a platform starts elsewhere what floats, as long as its servers and their store are up."""

from __future__ import annotations

from random import Random

from msgspec.structs import replace

from archgen.model.architecture import Architecture, Component, Connection, Port

SHARE = 0.6


def with_platform(seed: int, model: Architecture) -> Architecture:
    """Return the model of a seed, in a share of those in which something floats, with a platform; the others as they are."""
    random = Random(f"platform {seed}")
    moves = any(len(replica.hosts) > 1 for component in model.components for replica in component.replicas)
    return led(random, model) if moves and random.random() < SHARE else model


def led(random: Random, model: Architecture) -> Architecture:
    """Return the model with one or two of the components that stay on their hosts as the platform, and what keeps its state."""
    staying = [each for each in model.components if each.kind != "client" and _stays(each)]
    chosen = random.sample(staying, min(len(staying), random.choice((1, 2, 2))))
    if not chosen:
        return model
    changed = {chosen[0].id: replace(chosen[0], product=random.choice(("kubernetes", "k3s", "nomad")))}
    connections = model.connections
    if len(chosen) > 1:
        changed[chosen[1].id] = replace(chosen[1], kind="key-value-store", product="etcd")
        ends = {(each.source, target) for each in connections for target in each.targets}
        if (chosen[0].id, chosen[1].id) not in ends:
            name = f"{chosen[0].id} -> {chosen[1].id}"
            required = random.random() < 0.9
            connections += (Connection(name, chosen[0].id, (chosen[1].id,), (Port("https"),), required=required),)
    components = tuple(changed.get(each.id, each) for each in model.components)
    return replace(model, components=components, connections=connections)


def _stays(component: Component) -> bool:
    return all(len(replica.hosts) == 1 for replica in component.replicas)
