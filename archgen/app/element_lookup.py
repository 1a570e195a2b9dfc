"""The elements that a user's word stands for: replicas, hosts and zones by id."""

from __future__ import annotations

from archgen.analysis.topology import Topology
from archgen.app.config.choice import did_you_mean
from archgen.model.problems import UsageError
from archgen.model.subject import Subject
from archgen.model.wording import listed

KINDS = ("replica", "host", "zone", "component")


def find_elements(topology: Topology, words: tuple[str, ...], kinds: tuple[str, ...] = KINDS) -> tuple[Subject, ...]:
    """The elements that words name, each once, in their order; a component stands for all its replicas.

    `kind:id` says which is meant where an id is a host's and a component's. Raises UsageError for what names nothing,
    what could mean two things, and for clients, which never fail.
    """
    return tuple(dict.fromkeys(element for word in words for element in _of(topology, word, kinds)))


def _of(topology: Topology, word: str, kinds: tuple[str, ...]) -> tuple[Subject, ...]:
    ids = _ids_by_kind(topology)
    kind, colon, name = word.partition(":")
    meant = [(kind, name)] if colon and kind in KINDS else [(each, word) for each in KINDS]
    matches = [(each, id) for each, id in meant if each in kinds and id in ids[each]]
    if len(matches) > 1 and {each for each, _ in matches} != {"replica", "component"}:
        ways = " or ".join(f"`{each}:{id}`" for each, id in matches)
        raise UsageError(f"`{word}` could be a {' or a '.join(each for each, _ in matches)}; say {ways}")
    if not matches:
        names = [id for each in kinds for id in ids[each]]
        model = topology.architecture.id
        raise UsageError(f"{model} has no {listed(kinds, 'or')} `{word}`{did_you_mean(word, names) or _some(names)}")
    return _failing(topology, *matches[0])


def _some(names: list[str]) -> str:
    """The first few of the names that there are."""
    shown = list(dict.fromkeys(names))
    more = ", …" if len(shown) > 12 else ""
    return f"; it has {', '.join(shown[:12])}{more}" if shown else ""


def _ids_by_kind(topology: Topology) -> dict[str, tuple[str, ...]]:
    return {
        "replica": tuple(topology.replicas),
        "host": tuple(topology.hosts),
        "zone": tuple(topology.zones),
        "component": tuple(topology.components),
    }


def _failing(topology: Topology, kind: str, name: str) -> tuple[Subject, ...]:
    if kind == "host":
        return (Subject("host", name),)
    if kind == "zone":
        return (Subject("zone", name),)
    component = topology.components[topology.replicas[name].component if kind == "replica" else name]
    if component.kind == "client":
        raise UsageError(f"`{name}` is a client, and clients never fail; name a replica, a host or a zone")
    named = [replica.id for replica in component.replicas if kind == "component" or replica.id == name]
    return tuple(Subject("replica", member) for member in named)
