"""Long and wide systems of a given size as models, the same on every run: chains, fans, trees, and many flows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

Call = tuple[str, str]
Hosts = Sequence[str]


def chain(components: int) -> str:
    """Write a chain of components, each on a host of its own, and one flow through all."""
    return _series([(f"h{at}",) for at in range(components)])


def steady(components: int) -> str:
    """Write the same where everything states an availability of seven nines, so that a long chain works most of the time."""
    return _series([(f"h{at}",) for at in range(components)], declared="availability: 99.99999%")


def shared(components: int) -> str:
    """Write a chain of components on a third as many hosts."""
    return _series([(f"h{at % max(2, components // 3)}",) for at in range(components)])


def crowded(components: int) -> str:
    """Write a chain of components on five hosts."""
    return _series([(f"h{at % 5}",) for at in range(components)])


def zoned(components: int) -> str:
    """Write a chain of components, each on a host of its own, in one zone."""
    return _series([(f"h{at}",) for at in range(components)], zone="here")


def pairs(components: int) -> str:
    """Write a chain of half as many components, each with two replicas."""
    return _series([(f"h{2 * at}", f"h{2 * at + 1}") for at in range(components // 2)])


def floating(components: int) -> str:
    """Write a chain of half as many components, each of which floats over two hosts."""
    return _series([(f"h{2 * at}", f"h{2 * at + 1}") for at in range(components // 2)], floating=True)


def demanded(components: int) -> str:
    """Write a chain of components with a flow that declares a demand."""
    return _series([(f"h{at}",) for at in range(components)], demand="10/s")


def loaded(components: int) -> str:
    """Write the pairs with a flow that declares a demand, which each of a pair takes over from the other."""
    return _series([(f"h{2 * at}", f"h{2 * at + 1}") for at in range(components // 2)], demand="10/s")


def fan(components: int) -> str:
    """Write a component that calls all others."""
    return _calling(components, lambda at: 0)


def tree(components: int) -> str:
    """Write a tree of components, each of which calls two."""
    return _calling(components, lambda at: (at - 1) // 2)


def flows(count: int) -> str:
    """Write many flows over one chain of six components."""
    return _series([(f"h{at}",) for at in range(6)], lengths=[6] * count)


def prefixes(components: int) -> str:
    """Write a chain of components with a flow to each: the model grows with the square of their number."""
    return _series([(f"h{at}",) for at in range(components)], lengths=range(1, components + 1))


def standbys(components: int) -> str:
    """Write a chain of a quarter as many services, each with a database of which a person promotes a standby."""
    count = components // 4
    hosts = [(f"h{2 * at}", f"h{2 * at + 1}") for at in range(count)]
    calls = [("user", "s0"), *((f"s{at}", f"s{at + 1}") for at in range(count - 1))]
    replication = "replication: {{primary: {}, failover: manual, recovery: 10m}}"
    databases = [
        f"  d{at}: {{kind: database, runs_on: [{', '.join(each)}], {replication.format(each[0])}}}"
        for at, each in enumerate(hosts)
    ]
    calls += [(f"s{at}", f"d{at}") for at in range(count)]
    machines = [f"  {host}: {{availability: {{mtbf: 1000h, mttr: 10h}}}}" for each in hosts for host in each]
    return _model(machines, [*_services(hosts), *databases], calls, [calls])


def _series(
    hosts: Sequence[Hosts],
    lengths: Iterable[int] = (),
    zone: str | None = None,
    floating: bool = False,
    demand: str | None = None,
    declared: str = "",
) -> str:
    """Write a chain of components on the given hosts, and a flow of each of the lengths, or one through all."""
    calls = [("user", "s0"), *((f"s{at}", f"s{at + 1}") for at in range(len(hosts) - 1))]
    inside = f"zone: {zone}" if zone else declared
    machines = [f"  {host}: {{{inside}}}" for host in dict.fromkeys(host for each in hosts for host in each)]
    zones = ["zones:", f"  {zone}: {{kind: datacenter}}"] if zone else []
    walks = [calls[:length] for length in lengths] or [calls]
    return _model(machines, _services(hosts, floating, declared), calls, walks, zones, demand)


def _calling(components: int, caller: Callable[[int], int]) -> str:
    calls = [("user", "s0"), *((f"s{caller(at)}", f"s{at}") for at in range(1, components))]
    hosts = [(f"h{at}",) for at in range(components)]
    return _model([f"  {host}: {{}}" for (host,) in hosts], _services(hosts), calls, [calls])


def _services(hosts: Sequence[Hosts], floating: bool = False, declared: str = "") -> list[str]:
    form = ("{{any: [{}]}}" if floating else "[{}]") + (f", {declared}" if declared else "")
    return [f"  s{at}: {{kind: service, runs_on: {form.format(', '.join(each))}}}" for at, each in enumerate(hosts)]


def _model(
    machines: Sequence[str],
    components: Sequence[str],
    calls: Sequence[Call],
    walks: Sequence[Sequence[Call]],
    zones: Sequence[str] = (),
    demand: str | None = None,
) -> str:
    lines = ["archgen: 1", "name: A system of one shape", *zones, "hosts:", *machines]
    lines += ["components:", "  user: {kind: client}", *components, "connections:"]
    lines += [f"  {source} -> {target}: http" for source, target in calls]
    lines += ["flows:"]
    for at, walk in enumerate(walks):
        lines += [f"  f{at}:", *([f"    demand: {demand}"] if demand else []), "    steps:"]
        lines += [f"      - {source} -> {target}: go" for source, target in walk]
    return "\n".join(lines) + "\n"


SHAPES: dict[str, Callable[[int], str]] = {
    one.__name__: one
    for one in (
        chain,
        steady,
        shared,
        crowded,
        zoned,
        pairs,
        floating,
        demanded,
        loaded,
        fan,
        tree,
        flows,
        prefixes,
        standbys,
    )
}
