"""Clusters of products whose nodes have roles, declared as several components: which of them hold no vote, or not all votes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from archgen.model.architecture import Component, Connection
from archgen.model.products import product_name, product_of
from archgen.model.support_dates import major_version

VOTING_ROLES = frozenset(
    (
        "master",
        "masters",
        "manager",
        "managers",
        "voting",
        "voter",
        "tiebreaker",
        "breaker",
        "arbiter",
        "eligible",
        "witness",
    )
)
"""Words for nodes that are elected, or that vote alone."""

OTHER_ROLES = frozenset(
    ("data", "hot", "warm", "cold", "frozen", "ingest", "coordinating", "coordinator", "coordinators", "client", "ml")
)
"""Words for what other nodes of a search engine do: https://www.elastic.co/docs/deploy-manage/distributed-architecture/clusters-nodes-shards/node-roles."""


_CONTROLLERS = frozenset(("controller", "controllers", "kraft"))
"""Words for the nodes of Kafka that hold the votes; nothing tells the others apart."""


def mark_voteless(components: Sequence[Component], connections: Iterable[Connection]) -> tuple[Component, ...]:
    """Return the components, with those marked that are part of a cluster whose votes others hold, or may hold."""
    alike: dict[str, list[Component]] = {}
    for each in components:
        if each.product is not None and product_of(each.product).votes_by_role and not each.managed:
            alike.setdefault(product_name(each.product), []).append(each)
    if not alike:
        return tuple(components)
    pairs = {(each.source, target) for each in connections for target in each.targets}
    by_name = (nodes for nodes in alike.values() if product_of(nodes[0].product).votes_from is None)
    parts = {part for nodes in by_name for part in _parts(nodes, pairs)}
    parts |= {each.id for nodes in alike.values() for each in nodes if _may_vote_elsewhere(each, components)}
    return tuple([replace(each, votes_elsewhere=True) if each.id in parts else each for each in components])


def leaves_voters_open(component: Component, components: Sequence[Component]) -> bool:
    """Return True for a cluster whose votes another product may hold, by its version, where the model shows no voters."""
    if component.managed or component.quorum is not None or not _may_vote_elsewhere(component, components):
        return False
    return not any(product_of(each.product or each.id).coordinates or _controls(each, component) for each in components)


def _may_vote_elsewhere(component: Component, components: Iterable[Component]) -> bool:
    """Return True if others may hold the votes of a cluster's nodes: by its version, or by a component that is named for that."""
    first = product_of(component.product).votes_from
    if first is None or _controls(component, component):
        return False
    return (major_version(component.version) or 0) < first or any(_controls(each, component) for each in components)


def _controls(other: Component, component: Component) -> bool:
    """Return True for what is named as the controllers of a component's product."""
    names = {*_words(other), product_name(other.product)}
    return not names.isdisjoint(_CONTROLLERS) and product_name(component.product) in names


def _words(component: Component) -> frozenset[str]:
    return frozenset(
        re.findall(r"[a-z]+", f"{component.id} {component.name or ''} {component.product or ''}".casefold())
    )


def _parts(nodes: Sequence[Component], pairs: set[tuple[str, str]]) -> set[str]:
    """Return the ids of those that hold no vote, or share them with others.

    Where roles are told apart, all votes are with the component that is named for them, unless a second one is, or some have no role.
    """
    names = {each.id: frozenset(re.findall(r"[a-z]+", f"{each.id} {each.name or ''}".casefold())) for each in nodes}
    clusters = _with_roles(names, pairs)
    parts: set[str] = set()
    for cluster in clusters:
        voting = {name for name in cluster if names[name] & VOTING_ROLES}
        parts |= cluster - (voting if len(voting) == 1 else set())
    alike = names.keys() - set().union(*clusters)
    asked = {target for source, target in pairs if source not in alike} & alike
    if asked and asked != alike:
        # what nothing calls is there for the others
        return parts | alike
    return parts | {end for pair in pairs if pair[0] != pair[1] and alike >= set(pair) for end in pair}


def _with_roles(names: Mapping[str, frozenset[str]], pairs: set[tuple[str, str]]) -> list[set[str]]:
    """Return the clusters whose nodes have roles: those that call each other, or share a word that not all have.

    One in which none may vote, or nothing else stands, is part of another: nothing tells of which.
    """
    roles = {name for name, words in names.items() if words & (VOTING_ROLES | OTHER_ROLES)}
    common = frozenset.intersection(*names.values()) | VOTING_ROLES | OTHER_ROLES
    clusters: list[set[str]] = []
    for name in names:
        beside = {
            each for each in names if {(name, each), (each, name)} & pairs or (names[name] & names[each]) - common
        }
        joined = [cluster for cluster in clusters if cluster & beside]
        clusters = [cluster for cluster in clusters if cluster not in joined]
        clusters.append(set().union({name}, beside, *joined))
    found = [cluster for cluster in clusters if cluster & roles]
    complete = (
        len(cluster) > 1 and any(names[name] & VOTING_ROLES or not names[name] & OTHER_ROLES for name in cluster)
        for cluster in found
    )
    return found if all(complete) else [set(names)]
