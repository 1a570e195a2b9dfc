"""The rules of a firewall that let in the calls of a model, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from archgen.analysis.access.consoles import is_way_in
from archgen.analysis.access.scraping import only_allow, shut_off
from archgen.analysis.exposure import regular_callers, stores_reached
from archgen.analysis.firewalls import is_for_everybody, lets_in, port_number, ports_of
from archgen.analysis.monitoring import asks_agents
from archgen.analysis.topology import Topology
from archgen.model.architecture import Architecture, Component, Connection, FirewallRule, Port, Replica
from archgen.model.change import Append, Change, Put, Remove
from archgen.model.firewall_ports import is_port_in, plain_number
from archgen.model.kinds import QUEUES
from archgen.model.products import product_of
from archgen.model.protocols import OVER_UDP
from archgen.model.wording import listed

_AT_USUAL_PORT = ("http", "https", "smtp")
"""The protocols that need not declare their port: those of the web (RFC 9110, 4.2) and of mail servers (RFC 5321)."""

_Sides = dict[tuple[str, str], set[int | None]]
"""The ports that rules open, by source and target."""


def firewall_rules(topology: Topology, components: Collection[str]) -> list[dict[str, Any]]:
    """Return rules that let in what components are called on from other hosts: from the internet, then from inside.

    Empty if a port is unknown, because a rule that leaves it out would cut the callers off, and if the internet reaches a
    store, because a rule would say that it may. What the site's own monitoring collects from may be called on any port.
    """
    public: _Sides = {}
    inside: _Sides = {}
    for call in topology.architecture.connections:
        targets = [target for target in call.targets if target in components]
        is_public = _is_public(topology, call.source)
        if not targets or topology.crosses(call) is False or (is_public and regular_callers(topology, call)):
            continue
        if is_public and any(topology.kind(name).id not in QUEUES for name in stores_reached(topology, call)):
            return []
        ports = set(_numbers(topology, call, is_public))
        if None in ports:
            return []
        source, sides = (_outside(topology, call.source), public) if is_public else (call.source, inside)
        for target in targets:
            sides.setdefault((source, target), set()).update(ports)
    # who may come from anywhere needs no rule of its own
    public = {
        side: ports
        for side, ports in public.items()
        if side[0] == "internet" or not ports <= public.get(("internet", side[1]), set())
    }
    rules = [*public.items(), *inside.items()]
    opened: list[dict[str, Any]] = [
        {"from": source, "to": target, "ports": sorted(filter(None, ports)), "action": "allow"}
        for (source, target), ports in rules
        # no ports would mean any
        if ports
    ]
    if not opened:
        return []
    own = {name: member_ports(topology, each) for name, each in topology.components.items() if name in components}
    opened += [{"from": name, "to": name, "ports": [*ports], "action": "allow"} for name, ports in own.items() if ports]
    unnamed = [
        *((name, name) for name, ports in own.items() if ports == ()),
        *undeclared_scrapes(topology, components),
    ]
    return [*opened, *({"from": source, "to": target, "action": "allow"} for source, target in unnamed)]


def member_ports(topology: Topology, component: Component) -> tuple[int, ...] | None:
    """Return the ports on which replicas on several hosts call each other: to agree, or to copy, whichever is the primary.

    None of VRRP, which has none, and of members of which it isn't known; None where replicas need not call each other.
    """
    if component.managed or len({host for each in component.replicas for host in each.hosts}) < 2:
        return None
    cluster, facts = component.cluster, product_of(component.product or component.id)
    if cluster is not None and cluster.by == "vrrp":
        return ()
    agrees = component.quorum is not None or facts.agrees or bool(facts.members_at)
    if facts.one_port and (component.replication is not None or agrees):
        calls = (call for call in topology.incoming[component.id] if not topology.kind(call.source).observes)
        numbers = {port_number(port) for call in calls for port in call.ports if not port.admin}
        return tuple(sorted(number for number in numbers if number is not None)) or None
    return facts.members_at if agrees else None


def admit_from(topology: Topology, component: str, hosts: Collection[str]) -> tuple[Change, ...]:
    """Return the rules that let a component's calls in from further hosts, which a firewall's rules so far leave to its default.

    A firewall with a rule that denies something may deny them on purpose, and a port that nobody declares can't be named.
    """
    replicas = [Replica(f"{component}@{host}", component, (host,)) for host in hosts]
    opened: dict[tuple[str, str], dict[int | None, None]] = {}
    for call in topology.outgoing[component]:
        for target in call.targets:
            for port in ports_of(call):
                denying = (topology.firewalls.denying_replica(replica, target, port) for replica in replicas)
                for firewall in (each for firewalls in denying for each in firewalls):
                    opened.setdefault((firewall, target), {})[port_number(port)] = None
    return tuple(
        Append(
            ("components", firewall, "rules"),
            {"from": component, "to": target, "ports": [*ports], "action": "allow"},
        )
        for (firewall, target), ports in opened.items()
        if None not in ports and only_allow(topology, (firewall,))
    )


def admit_to(topology: Topology, component: str, hosts: Collection[str]) -> tuple[Change, ...]:
    """Return the rules that let the calls of a component in to further hosts, past the firewalls before these.

    One with a rule that denies something, or a packet filter with none for callers inside where others call, may keep them out on
    purpose. One that has a rule for such a call needs no other, and a port that nobody declares can't be named.
    """
    opened: dict[tuple[str, str], dict[int | None, None]] = {}
    replicas = [Replica(f"{component}@{host}", component, (host,)) for host in hosts]
    for call in topology.incoming[component]:
        for port in ports_of(call):
            for firewall in _keeping_out(topology, call, replicas, port):
                opened.setdefault((firewall, call.source), {})[port_number(port)] = None
    return tuple(
        Append(
            ("components", firewall, "rules"),
            {"from": source, "to": component, "ports": [*ports], "action": "allow"},
        )
        for (firewall, source), ports in opened.items()
        if None not in ports and only_allow(topology, (firewall,))
    )


def _keeping_out(topology: Topology, call: Connection, replicas: Iterable[Replica], port: Port) -> Iterator[str]:
    """Yield the firewalls that keep a call out of replicas: those that deny it, and packet filters that say nothing of it."""
    firewalls, sources = topology.firewalls, topology.firewalls.places(call.source)
    for replica in replicas:
        yield from firewalls.denying_at(sources, call.source, replica, port)
        for name in firewalls.guards.get(f"host:{replica.hosts[0]}", ()):
            closed = topology.components[name].default == "deny" and not firewalls.sees_inside(name)
            free = closed and not _is_called_inside(topology, topology.components[name])
            if free and not firewalls.admits(name, sources, replica.component, port):
                yield name


def admit_members(topology: Topology, component: str) -> tuple[Change, ...]:
    """Return the rules that let the members of a component agree by VRRP, past the packet filters that their hosts have so far.

    A filter with a rule that denies something, or with none for callers inside where others call, may keep them out on purpose.
    """
    subjects = (f"component:{component}", *(f"host:{host}" for host in topology.hosts_of(component)))
    filters = dict.fromkeys(name for each in subjects for name in topology.firewalls.guards.get(each, ()))
    return tuple(
        Append(("components", name, "rules"), {"from": component, "to": component, "action": "allow"})
        for name in filters
        if topology.firewalls.admits(name, topology.firewalls.places(component), component, None) is False
        and only_allow(topology, (name,))
        and (topology.firewalls.sees_inside(name) or not _is_called_inside(topology, topology.components[name]))
    )


def _is_called_inside(topology: Topology, firewall: Component) -> bool:
    """Return True if other hosts inside call what a firewall guards."""
    guarded = {name for name in topology.components if firewall.id in topology.firewalls.before(name)}
    calls = (call for name in guarded for call in topology.incoming[name])
    return any(not _is_public(topology, call.source) and topology.crosses(call) is not False for call in calls)


def _numbers(topology: Topology, call: Connection, is_public: bool) -> Iterator[int | None]:
    """Yield the ports of a call, None for one that isn't known; from the internet it is administered through a bastion alone."""
    for port in call.ports:
        if not (is_public and port.admin) or is_way_in(topology, call, port):
            yield port_number(port) if port.port or port.protocol in _AT_USUAL_PORT else None


def undeclared_scrapes(topology: Topology, components: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each monitoring with a component from which it collects on another host, on a port that no connection declares."""
    for observer in topology.observers:
        if observer.kind != "monitoring" or observer.managed:
            continue
        hosts = frozenset(topology.hosts_of(observer.id))
        called = {target for call in topology.outgoing[observer.id] for target in call.targets}
        sources = dict.fromkeys(source for collection in observer.collects for source in collection.sources)
        for name in sources:
            if name in components and name not in called and not hosts.issuperset(topology.hosts_of(name)):
                yield observer.id, name


def admit_scrapes(topology: Topology, observer: str, components: Collection[str]) -> tuple[Change, ...] | None:
    """Return the rules that let a monitoring in to agents beside components, past firewalls whose rules leave it to their default.

    A firewall with a rule that denies something may keep it out on purpose, and nothing else lets it through. None if one would have
    to be opened for a product whose port isn't known: a rule without ports opens all.
    """
    if topology.components[observer].managed:
        # a provider's is sent what it gets
        return ()
    agents_at = product_of(topology.components[observer].product).agents_at
    sources = topology.firewalls.places(observer)
    port = None if agents_at is None else Port(*agents_at)
    denying = {name: topology.firewalls.denying(sources, observer, name, port) for name in components}
    opened = [(each, name) for name, passed in denying.items() if only_allow(topology, passed) for each in passed]
    if opened and agents_at is None:
        return None
    ports = [] if agents_at is None else [agents_at[1]]
    return tuple(
        Append(("components", firewall, "rules"), {"from": observer, "to": name, "ports": ports, "action": "allow"})
        for firewall, name in opened
    )


def refuse_scrapes(topology: Topology, hosts: Sequence[str]) -> str:
    """Return what keeps out the monitoring which asks agents on some hosts, as a sentence for each; else ""."""
    asking = asks_agents(topology)
    if asking is None:
        return ""
    watcher, port = asking
    sources = topology.firewalls.places(watcher.id)
    asked = next(iter(topology.of_kind("monitoring-agent")), watcher).id
    shut: dict[str, None] = {}
    barred: dict[str, None] = {}
    barring: dict[str, None] = {}
    for host in hosts:
        denying = topology.firewalls.denying_at(sources, watcher.id, Replica(f"{asked}@{host}", asked, (host,)), port)
        barring |= dict.fromkeys(denying)
        barred |= dict.fromkeys([host] if denying else [])
        own = [replica.component for replica in topology.replicas_on[host]]
        shut |= dict.fromkeys(network for name in own if (network := shut_off(topology, watcher.id, name)))
    does = "doesn't" if len(barring) == 1 else "don't"
    there = "there" if len(barred) == len(hosts) else f"at {listed([*barred])}"
    words = f" So far, {listed([*barring])} {does} let {watcher.id} in {there} (port {port.port})." if barring else ""
    if not shut:
        return words
    closed = f"{listed([*shut])} {'is' if len(shut) == 1 else 'are'} shut off by name"
    return f"{words} {closed}: collect inside, and open a way for the numbers alone."


def admit_agent(topology: Topology, agent: Component, call: Connection) -> tuple[Change, ...] | None:
    """Return the rules that let a monitoring and its new agent call each other; None if a firewall may deny that on purpose.

    A rule needs a port that is known.
    """
    model = topology.architecture
    added = replace(model, components=(*model.components, agent), connections=(*model.connections, call))
    firewalls, port = Topology(added).firewalls, call.ports[0]
    sources, target = firewalls.places(call.source), call.targets[0]
    called = agent if target == agent.id else topology.components[target]
    denying = dict.fromkeys(
        each for replica in called.replicas for each in firewalls.denying_at(sources, call.source, replica, port)
    )
    if denying and (port.port is None or not only_allow(topology, denying)):
        return None
    value = {"from": call.source, "to": target, "ports": [port.port], "action": "allow"}
    return tuple(Append(("components", firewall, "rules"), value) for firewall in denying)


def admit_like(topology: Topology, call: Connection, source: str) -> tuple[Change, ...] | None:
    """Return the rules that let another component call what a connection leads to; None if a firewall may deny that on purpose.

    A call that a firewall leaves to its default needs one, on a port that is known.
    """
    target, port = call.targets[0], call.ports[0]
    firewalls = topology.firewalls.denying(topology.firewalls.places(source), source, target, port)
    if not firewalls:
        return ()
    number = port_number(port)
    if number is None or not only_allow(topology, firewalls):
        return None
    value = {"from": source, "to": target, "ports": [number], "action": "allow"}
    return tuple(Append(("components", firewall, "rules"), value) for firewall in firewalls)


def admit_added(before: Architecture, after: Topology) -> tuple[Append, ...]:
    """Return the rules that let added connections in, and the members of what is added or grows call each other, past firewalls.

    A firewall with a rule that denies something may keep them out on purpose, and a port that nobody declares can't be named.
    """
    firewalls = after.firewalls
    calls = {call.id for call in before.connections}
    opened: dict[tuple[str, str, str], dict[int | None, None]] = {}
    for call in after.architecture.connections if firewalls.with_rules else ():
        for target in () if call.id in calls else call.targets:
            for port in ports_of(call):
                for firewall in firewalls.denying(firewalls.places(call.source), call.source, target, port):
                    opened.setdefault((firewall, call.source, target), {})[port_number(port)] = None
    replicas = {component.id: component.replicas for component in before.components}
    grown = (each for each in after.architecture.components if replicas.get(each.id) != each.replicas)
    for component in grown if firewalls.with_rules else ():
        networks = {after.hosts[host].network for host in after.hosts_of(component.id)} if not component.network else ()
        # one around a network sees nothing of the calls inside it
        apart = [f"network:{network}" for network in networks] if len(networks) > 1 else []
        subjects = (f"component:{component.id}", *(f"host:{host}" for host in after.hosts_of(component.id)), *apart)
        around = dict.fromkeys(name for each in subjects for name in firewalls.guards.get(each, ()))
        for number in member_ports(after, component) or ():
            for name in filter(firewalls.sees_inside, around):
                if firewalls.admits(name, firewalls.places(component.id), component.id, Port("tcp", number)) is False:
                    opened.setdefault((name, component.id, component.id), {})[number] = None
    return tuple(
        Append(("components", name, "rules"), {"from": source, "to": target, "ports": [*ports], "action": "allow"})
        for (name, source, target), ports in opened.items()
        if None not in ports and only_allow(after, (name,))
    )


def close_ports(topology: Topology, closed: Collection[tuple[Connection, Port]]) -> Iterator[Change]:
    """Yield what takes ports that are called no more out of the rules that let everybody in to them; others may need them still."""
    for firewall in topology.firewalls.with_rules:
        # the last rule first, so that the places of the others stay what they are
        for at, rule in reversed([*enumerate(firewall.rules)]):
            meant = [name for name in topology.components if _means(topology, rule, name)]
            void = {str(port_number(port)) for call, port in closed if not set(meant).isdisjoint(call.targets)}
            if not lets_in(rule) or not is_for_everybody(rule) or void.isdisjoint(map(plain_number, rule.ports)):
                continue
            needed = {str(port_number(port)) for port in _let_in(topology, rule, meant, closed)}
            left = [text for text in rule.ports if plain_number(text) not in void - needed]
            path = ("components", firewall.id, "rules", at)
            if not left:
                # a rule without ports would open all
                yield Remove(path)
            elif left != list(rule.ports):
                yield Put((*path, "ports"), [int(text) if text.isdigit() else text for text in left])


def moved_rules(
    topology: Topology, moved: Mapping[str, Mapping[int, Port]], leaving: Collection[tuple[str, int]]
) -> Iterator[Change]:
    """Yield the ports of rules that let calls in where the components listen now for TLS, by the numbers before.

    A number before stays while other ports than the `leaving`, each a connection with a position, still need it.
    """
    for firewall in topology.firewalls.with_rules if moved else ():
        for at, rule in enumerate(firewall.rules):
            meant = [name for name in topology.components if _means(topology, rule, name)]
            moves = {old: new for name in meant for old, new in moved.get(name, {}).items()}
            needed = {
                port_number(port)
                for name in meant
                for call in topology.incoming[name]
                for place, port in enumerate(call.ports)
                if (call.id, place) not in leaving
            }
            ports: dict[str, None] = {}
            for text in rule.ports:
                named = [old for old in moves if is_port_in(text, old)]
                moved_to = [_over_tls(text, moves[old]) for old in named]
                is_needed = "-" in text or not named or not needed.isdisjoint(named)
                ports |= dict.fromkeys([*([text] if is_needed else []), *moved_to])
            if tuple(ports) != tuple(rule.ports):
                path = ("components", firewall.id, "rules", at, "ports")
                yield Put(path, [int(text) if text.isdigit() else text for text in ports])


def _over_tls(text: str, port: Port) -> str:
    """Return the text of a rule in the place of another for a port that takes TLS now: the same if that names the port.

    TLS needs TCP, unless a protocol is over UDP alone and has DTLS or an encryption of its own.
    """
    transport = text[: -len(plain_number(text))].replace("udp", "udp" if port.protocol in OVER_UDP else "tcp")
    return text if text.startswith(transport) and is_port_in(text, port.port) else f"{transport}{port.port}"


def _means(topology: Topology, rule: FirewallRule, component: str) -> bool:
    return not rule.targets or not topology.firewalls.places(component).isdisjoint(rule.targets)


def _let_in(
    topology: Topology, rule: FirewallRule, targets: Iterable[str], closed: Collection[tuple[Connection, Port]]
) -> Iterator[Port]:
    """Yield the ports on which a rule lets calls in to its targets, without those that are closed."""
    for call in dict.fromkeys(call for target in targets for call in topology.incoming[target]):
        places = topology.firewalls.places(call.source)
        if not rule.sources or topology.trust(call.source) == "internet" or not places.isdisjoint(rule.sources):
            yield from (port for port in ports_of(call) if (call, port) not in closed)


def _outside(topology: Topology, source: str) -> str:
    """Return the side of a rule that lets a caller from outside in: a service by its name, visitors as the internet."""
    return "internet" if topology.kind(source).id == "client" else source


def _is_public(topology: Topology, source: str) -> bool:
    """Return True if a caller's addresses are not the site's own: a visitor's, or those of a provider's edge."""
    return topology.trust(source) == "internet" or (
        bool(topology.components[source].managed) and topology.kind(source).role in ("edge", "balancer")
    )
