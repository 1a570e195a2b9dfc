"""What a run of `what-if` has to tell, whatever the format: the changes, each flow before and after, the YAML to write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from archgen.analysis.assessment import FlowAssessment
from archgen.model.architecture import Architecture, Availability, Cluster, Component, Host, Replica, Replication, Zone
from archgen.model.subject import Subject


class WhatIf(Struct, frozen=True):
    """One model before and after some changes.

    `changes` are in words; `won` are, for each, the hours a year that it wins each flow over the changes before it, empty
    where that was too much to work out. `before` and `after` the same flows in the same order. `smallest` is None where the changes
    were given, else whether no fewer would do; `left` are single points that no change of the known kinds removes.
    """

    file: str
    name: str
    changes: tuple[str, ...]
    won: tuple[tuple[tuple[str, float], ...], ...]
    before: tuple[FlowAssessment, ...]
    after: tuple[FlowAssessment, ...]
    yaml: str
    smallest: bool | None = None
    left: tuple[tuple[str, tuple[Subject, ...]], ...] = ()


def yaml(before: Architecture, after: Architecture) -> str:
    """The parts of a model that the changes touch, as they are to be written into its file; empty if there are none."""
    zones = {one.id for one in before.zones}
    hosts = {one.id for one in before.hosts}
    parts = {one.id: one for one in before.components}
    lines: list[str] = []
    made = [one for one in after.zones if one.id not in zones]
    lines += ["zones:"] if made else []
    lines += [f"  {one.id}: {{{', '.join(_zone(one))}}}" for one in made]
    machines = [one for one in after.hosts if one.id not in hosts]
    lines += ["hosts:"] if machines else []
    lines += [f"  {one.id}: {{{', '.join(_host(one))}}}" for one in machines]
    changed = [one for one in after.components if one != parts.get(one.id)]
    lines += ["components:"] if changed else []
    for one in changed:
        lines += [f"  {one.id}:", *(f"    {line}" for line in _component(parts[one.id], one))]
    return "".join(f"{line}\n" for line in lines)


def _zone(zone: Zone) -> Iterator[str]:
    yield f"kind: {zone.kind}"
    if zone.within is not None:
        yield f"in: {zone.within}"
    yield from _available(zone.availability)


def _available(stated: Availability | None) -> Iterator[str]:
    if stated is not None and stated.mtbf is not None and stated.mttr is not None:
        times = (f"{name}: {hours * 3600:.15g}s" for name, hours in (("mtbf", stated.mtbf), ("mttr", stated.mttr)))
        yield f"availability: {{{', '.join(times)}}}"
    elif stated is not None:
        yield f"availability: {stated.probability}"


def _host(host: Host) -> Iterator[str]:
    if host.zones:
        yield f"zone: {host.zones[0] if len(host.zones) == 1 else _list(host.zones)}"
    if host.network is not None:
        yield f"network: {host.network}"
    yield from _available(host.availability)


def _list(names: tuple[str, ...]) -> str:
    return f"[{', '.join(names)}]"


def _component(before: Component, after: Component) -> Iterator[str]:
    if after.replicas != before.replicas:
        hosts = Counter(one.hosts[0] for one in after.replicas if one.hosts)
        if not hosts:
            yield f"replicas: {len(after.replicas)}"
        elif max(hosts.values()) > 1:
            yield f"runs_on: {{{', '.join(f'{host}: {count}' for host, count in hosts.items())}}}"
        else:
            yield f"runs_on: {_list(tuple(hosts))}"
    if after.replication is not None and after.replication != before.replication:
        yield f"replication: {{{', '.join(_replication(after.replication, after.replicas))}}}"
    if after.cluster is not None and after.cluster != before.cluster:
        yield f"cluster: {{{', '.join(_cluster(after.cluster, after.replicas))}}}"
        if after.cluster.shared_address is None and after.cluster.address is None:
            yield "# add the address that moves: `address: {shared: …}` or `address: dns`"


def _places(ids: tuple[str, ...], replicas: tuple[Replica, ...]) -> str:
    """Replicas by their hosts where these say which, else by their own ids."""
    hosts = Counter(one.hosts for one in replicas)
    by_id = {one.id: one for one in replicas}
    names = [by_id[one].hosts[0] if len(by_id[one].hosts) == 1 and hosts[by_id[one].hosts] == 1 else one for one in ids]
    return names[0] if len(names) == 1 else _list(tuple(names))


def _replication(one: Replication, replicas: tuple[Replica, ...]) -> Iterator[str]:
    if one.primary:
        yield f"primary: {_places(one.primary, replicas)}"
    for key, value in (("failover", one.failover), ("by", one.by), ("mode", one.mode)):
        if value is not None:
            yield f"{key}: {value}"
    for key, span in (("recovery", one.recovery), ("lag", one.lag)):
        if span is not None:
            yield f"{key}: {span:g}s"


def _cluster(one: Cluster, replicas: tuple[Replica, ...]) -> Iterator[str]:
    if one.mode is not None:
        yield f"mode: {one.mode}"
    if one.active:
        yield f"active: {_places(one.active, replicas)}"
    if one.shared_address is not None:
        yield f"address: {{shared: {one.shared_address}}}"
    elif one.address is not None:
        yield f"address: {one.address}"
    for key, value in (("failover", one.failover), ("by", one.by), ("watches", one.watches)):
        if value is not None:
            yield f"{key}: {value}"
