"""Firewalls as their rules are read: what each guards, and what it lets in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from archgen.model.architecture import Architecture, Component, Connection, FirewallRule, Port, Replica
from archgen.model.firewall_ports import names_port
from archgen.model.protocols import OVER_TLS, PROTOCOLS

EVERYWHERE = ("internet", "0.0.0.0/0", "::/0")
"""The sources of a rule that everybody on the internet comes from; no source at all says the same."""

AFAR = "afar"
"""Among the names of a caller: it is in none of the model's networks, and may come over the internet or another way."""

_NOWHERE = "network:None"
"""The network of hosts that are in none."""

_ANY_ADDRESS = frozenset(("0.0.0.0/0", "::/0"))
"""The ranges that hold every address, as a target too."""


class Firewalls(Struct, frozen=True, dict=True, eq=False):
    """The firewalls of a model, with the places of its components: their networks and hosts."""

    architecture: Architecture
    network_of: Mapping[str, str]
    hosts_of: Mapping[str, tuple[str, ...]]

    @cached_property
    def guards(self) -> dict[str, tuple[str, ...]]:
        """The firewalls of each guarded host, network or component, by `kind:id`."""
        guards: dict[str, list[str]] = {}
        for component in self.architecture.components:
            for subject in component.guards:
                guards.setdefault(self.qualified(subject), []).append(component.id)
        return {subject: tuple(firewalls) for subject, firewalls in guards.items()}

    @cached_property
    def _kinds(self) -> dict[str, str]:
        """The kind of each name of a host, a network or a component; of names that several have, the first of these."""
        model = self.architecture
        kinds = (("component", model.components), ("network", model.networks), ("host", model.hosts))
        return {each.id: kind for kind, elements in kinds for each in elements}

    @cached_property
    def _components(self) -> dict[str, Component]:
        return {component.id: component for component in self.architecture.components}

    @cached_property
    def _host_networks(self) -> dict[str, str | None]:
        return {host.id: host.network for host in self.architecture.hosts}

    @cached_property
    def with_rules(self) -> tuple[Component, ...]:
        """The firewalls that declare rules."""
        return tuple(component for component in self.architecture.components if component.rules)

    def qualified(self, reference: str) -> str:
        """Return a reference to a host, network or component as `kind:id`."""
        kind = None if ":" in reference else self._kinds.get(reference)
        return f"{kind}:{reference}" if kind is not None else reference

    def guarding(self, replica: Replica) -> tuple[str, ...]:
        """Return the firewalls that guard a replica: its component, its host, or the network of either."""
        if not self.guards:
            return ()
        around = self._around_replica(replica)
        return tuple(dict.fromkeys(firewall for place in around for firewall in self.guards.get(place, ())))

    def before(self, target: str) -> tuple[str, ...]:
        """Return the firewalls before a component: those that guard it, and those with a rule that lets something in to it."""
        guarding = (each for replica in self._components[target].replicas for each in self.guarding(replica))
        places = self.places(target)
        naming = (
            each.id
            for each in self.with_rules
            for rule in each.rules
            if lets_in(rule) and not places.isdisjoint(rule.targets)
        )
        return tuple(dict.fromkeys((*guarding, *naming)))

    def between(self, source: str, target: str) -> tuple[str, ...]:
        """Return the firewalls that a call passes: one around a network sees nothing of the calls inside it."""
        own = {f"network:{self.network_of.get(source)}", *(f"host:{host}" for host in self.hosts_of[source])}
        return self._passed(own, source, target)

    def _passed(self, own: Collection[str], source: str, target: str) -> tuple[str, ...]:
        if source == target:
            return ()
        passed = [
            [each for place in self._around_replica(replica) if place not in own for each in self.guards.get(place, ())]
            for replica in self._components[target].replicas
        ]
        return tuple(each for each in dict.fromkeys(passed[0]) if each != source and all(each in row for row in passed))

    def _around_replica(self, replica: Replica) -> list[str]:
        """Return what a replica is guarded with: its component, its hosts, and the networks of both, as `kind:id`."""
        component = self._components[replica.component]
        networks = dict.fromkeys([component.network, *(self._host_networks[host] for host in replica.hosts)])
        hosts = [f"host:{host}" for host in replica.hosts]
        return [f"component:{component.id}", *hosts, *(f"network:{network}" for network in networks)]

    def places(self, component: str) -> frozenset[str]:
        """Return the names by which a rule can mean a component, as a caller too: its own, and those of its hosts and networks."""
        return self._places[component]

    @cached_property
    def _places(self) -> dict[str, frozenset[str]]:
        places: dict[str, frozenset[str]] = {}
        for component in self.architecture.components:
            around = {each for replica in component.replicas for each in self._around_replica(replica)}
            places[component.id] = _names(around)
        return places

    def means(self, firewall: Component, rule: FirewallRule, target: str) -> bool:
        """Return True if a rule for what comes in means a component: by a name, or as all that its firewall guards."""
        if leads_anywhere(rule):
            return any(firewall.id in self.guarding(replica) for replica in self._components[target].replicas)
        return not self.places(target).isdisjoint(rule.targets)

    def hosts_meant(self, rule: FirewallRule, target: str) -> tuple[str, ...]:
        """Return the hosts of a component that a rule means, or whose network; none where it means the component by its name."""
        own = self._components[target].network
        around = {host: self._host_networks[host] or own for host in self.hosts_of[target]}
        return tuple(
            host
            for host, network in around.items()
            if not _names([f"host:{host}", f"network:{network}"]).isdisjoint(rule.targets)
        )

    def admits(self, firewall: str, sources: Collection[str], target: str, port: Port | None) -> bool | None:
        """Return True if a firewall lets a call in; None where its rules don't decide it.

        `sources` are the names by which a rule can mean the caller; with `internet` among them, it is on the internet.
        """
        return self._admits(firewall, sources, self.places(target), port)

    def _admits(
        self, firewall: str, sources: Collection[str], places: Collection[str], port: Port | None
    ) -> bool | None:
        own = self._components[firewall]
        unsure = False
        for rule in own.rules:
            targets = () if leads_anywhere(rule) else rule.targets
            matches = rule.direction == "in" and _and(
                self._means(rule.sources, sources), self._means(targets, places), has_port(rule, port)
            )
            if matches:
                return None if unsure else rule.action == "allow"
            unsure = unsure or matches is None
        return None if unsure or not own.rules or own.default is None else own.default == "allow"

    def keeps_out(self, firewall: str, everybody: Collection[str], target: str | None, port: Port) -> bool:
        """Return True if a firewall's rules let in to a port whom they name, by id or address, and nobody else from the internet.

        `everybody` are the names that mean the internet. Without a target, a rule that lets in to any may be for what is meant.
        """
        own = self._components[firewall]
        for rule in own.rules:
            if rule.direction == "in" and _is_from(rule, everybody):
                to = leads_anywhere(rule) or (
                    None if target is None else self._means(rule.targets, self.places(target))
                )
                matches = _and(to, has_port(rule, port))
                if matches or (matches is None and rule.action == "allow"):
                    return rule.action == "deny"
        return bool(own.rules) and own.default == "deny"

    def sees_inside(self, firewall: str) -> bool:
        """Return True if a firewall has a rule for callers inside: one before the internet alone sees nothing of these."""
        rules = self._components[firewall].rules
        return any(rule.direction == "in" and not set(rule.sources) <= {*EVERYWHERE} for rule in rules)

    def verdicts(self, source: str, target: str, port: Port) -> dict[str, bool | None]:
        """Return what each firewall between a network, or the `internet`, and a component does with a call on a port.

        True lets it in. None doesn't decide it, as a firewall before the internet alone doesn't for a network.
        """
        own = f"network:{source}"
        passed = self._passed([own], source, target)
        outside = source == "internet"
        names = _names([source] if outside else [own])
        return {
            each: self.admits(each, names, target, port) if outside or self.sees_inside(each) else None
            for each in passed
        }

    def denies(self, sources: Collection[str], source: str, target: str, port: Port | None) -> str | None:
        """Return the firewall between a caller and a component that denies a call for certain; None if none does."""
        return next(self._denying(self.between(source, target), sources, target, port), None)

    def denying(self, sources: Collection[str], source: str, target: str, port: Port | None) -> tuple[str, ...]:
        """Return all firewalls between a caller and a component that deny a call for certain."""
        return tuple(self._denying(self.between(source, target), sources, target, port))

    def denying_replica(self, replica: Replica, target: str, port: Port | None) -> tuple[str, ...]:
        """Return all firewalls that deny a replica inside a call of a component for certain."""
        around = self._around_replica(replica)
        passed = self._passed(around, replica.component, target)
        return tuple(self._denying(passed, _names(around), target, port))

    def denying_at(self, sources: Collection[str], source: str, replica: Replica, port: Port | None) -> tuple[str, ...]:
        """Return all firewalls that deny a caller outside the host and the network of a replica its call of that for certain."""
        own = {f"network:{self.network_of.get(source)}", *(f"host:{host}" for host in self.hosts_of[source])}
        around = self._around_replica(replica)
        passed = dict.fromkeys(each for place in around if place not in own for each in self.guards.get(place, ()))
        outside, places = "internet" in sources, _names(around)
        return tuple(
            each
            for each in passed
            if (outside or self.sees_inside(each)) and self._admits(each, sources, places, port) is False
        )

    def denied_hosts(
        self, sources: Collection[str], source: str, target: str, port: Port
    ) -> tuple[str, tuple[str, ...]] | None:
        """Return the firewall that denies a call of some hosts of its target and not of others, with the first; None if none does."""
        replicas = self._components[target].replicas
        if any(len(each.hosts) != 1 for each in replicas):
            return None
        return denied_alone(
            {each.hosts[0]: next(iter(self.denying_at(sources, source, each, port)), None) for each in replicas}
        )

    @cached_property
    def with_rules_out(self) -> frozenset[str]:
        """The firewalls that declare rules for what leaves what they guard."""
        return frozenset(each.id for each in self.with_rules if any(rule.direction == "out" for rule in each.rules))

    def keeping_in(self, replica: Replica, target: str, names: Collection[str], port: Port | None) -> tuple[str, ...]:
        """Return the firewalls around a replica that let a call of it out for certain not.

        `names` are those by which a rule can mean the target. What a firewall guards on both sides is left to its rules for what comes in.
        """
        around = self._around_replica(replica)
        answering = self._components[target].replicas
        shared = {place for each in answering for place in self._around_replica(each)}
        inside = {firewall for each in answering for firewall in self.guarding(each)}
        passed = (each for place in around if place not in shared for each in self.guards.get(place, ()))
        own = {replica.component, *inside}
        return tuple(
            each
            for each in dict.fromkeys(passed)
            if each in self.with_rules_out and each not in own and self._lets_out(each, around, names, port) is False
        )

    def _lets_out(self, firewall: str, around: list[str], targets: Collection[str], port: Port | None) -> bool | None:
        """Return False for a call that is denied, or that no rule lets out where others let out something from the same network.

        A rule that names what is outside is for what goes there, whatever its direction.
        """
        own, sources = self._components[firewall], _names(around)
        unsure = limited = False
        for rule in own.rules:
            out = rule.direction == "out"
            come = _is_for_all(rule) or self._means(rule.sources, sources)
            go = (out or None) if leads_anywhere(rule) else self._means(rule.targets, targets)
            matches = _and(come, go, has_port(rule, port))
            if matches:
                return None if unsure else rule.action == "allow"
            unsure = unsure or matches is None
            limited = limited or (out and rule.action == "allow" and self._is_for_place(rule, around))
        return False if limited and not unsure and own.default == "deny" else None

    def _is_for_place(self, rule: FirewallRule, around: list[str]) -> bool:
        """Return True for a rule for callers from everywhere, or from what is around a replica."""
        places = {place for side in rule.sources for place in self._places_of(side)}
        return _is_for_all(rule) or not places.isdisjoint(each for each in around if each != _NOWHERE)

    def _places_of(self, side: str) -> Collection[str]:
        """Return what a side of a rule is, or stands on or in."""
        kind, _, name = self.qualified(side).partition(":")
        if kind == "component":
            return self.places(name)
        return (side, f"{kind}:{name}", f"network:{self._host_networks.get(name)}" if kind == "host" else side)

    def _denying(
        self, passed: Iterable[str], sources: Collection[str], target: str, port: Port | None
    ) -> Iterator[str]:
        outside = "internet" in sources
        firewalls = (each for each in passed if outside or self.sees_inside(each))
        return (each for each in firewalls if self.admits(each, sources, target, port) is False)

    def _means(self, sides: tuple[str, ...], names: Collection[str]) -> bool | None:
        """Return True if a side of a rule means something of these names; None where addresses may."""
        if not sides or any(side in names or (side in EVERYWHERE and "internet" in names) for side in sides):
            return True
        return (
            None if any(self._is_address(side) or (AFAR in names and side in EVERYWHERE) for side in sides) else False
        )

    def _is_address(self, side: str) -> bool:
        return side.partition(":")[2] not in self._kinds and side not in self._kinds and side not in EVERYWHERE

    def opened(self, firewall: Component) -> Iterator[tuple[FirewallRule, str]]:
        """Yield the rules with which a firewall lets the internet in to components, each with every component that it means."""
        for rule in firewall.rules:
            if lets_in(rule) and is_for_everybody(rule):
                for target in self._components:
                    if target != firewall.id and not self.places(target).isdisjoint(rule.targets):
                        yield rule, target


def denied_alone(denying: Mapping[str, str | None]) -> tuple[str, tuple[str, ...]] | None:
    """Return the first firewall that denies something at hosts, with these, if nothing is denied at others; else None."""
    firewall = next(filter(None, denying.values()), None)
    if firewall is None or None not in denying.values():
        return None
    return firewall, tuple(host for host, by in denying.items() if by == firewall)


def _names(around: Iterable[str]) -> frozenset[str]:
    """Return the names by which a rule can mean what is around a replica: `host:a` is `a` as well."""
    return frozenset(name for each in around for name in (each, each.partition(":")[2]))


def lets_in(rule: FirewallRule) -> bool:
    """Return True for a rule that lets something in, rather than out or not at all."""
    return rule.action == "allow" and rule.direction == "in"


def is_for_everybody(rule: FirewallRule) -> bool:
    """Return True for a rule that means every caller, or everybody on the internet."""
    return not rule.sources or not set(EVERYWHERE).isdisjoint(rule.sources)


def _is_for_all(rule: FirewallRule) -> bool:
    """Return True for a rule that means every caller, inside too."""
    return not rule.sources or not _ANY_ADDRESS.isdisjoint(rule.sources)


def _is_from(rule: FirewallRule, everybody: Collection[str]) -> bool:
    """Return True for a rule that means everybody, or so wide a range of addresses that strangers have most of it."""
    return not rule.sources or any(side in everybody or _is_wide(side) for side in rule.sources)


def _is_wide(side: str) -> bool:
    length = side.partition("/")[2]
    return length.isdecimal() and int(length[:4]) < _NARROW


_NARROW = 8
"""The bits that the addresses of the widest range have in common which belongs to somebody: `10.0.0.0/8`."""


def is_unlimited(rule: FirewallRule) -> bool:
    """Return True for a rule that names no source, no target and no port."""
    return not rule.sources and not rule.targets and not rule.ports


def leads_anywhere(rule: FirewallRule) -> bool:
    """Return True for a rule that means every target, as no target at all does."""
    return not rule.targets or not _ANY_ADDRESS.isdisjoint(rule.targets)


def port_number(port: Port) -> int | None:
    """Return the number of a port: declared, else that of its protocol; None if neither says."""
    protocol = PROTOCOLS.get(port.protocol)
    return port.port or (protocol.port if protocol is not None else None)


def spoken(port: Port) -> str:
    """Return a port in words: `rdp on port 3389`."""
    number = port_number(port)
    return f"{port.protocol}{f' on port {number}' if number is not None else ''}"


def opens(rule: FirewallRule, number: int | None, protocol: str | None = None) -> bool:
    """Return True if a rule names a port by its number, in a range, or by its protocol."""
    return any(names_port(text, protocol, number) for text in rule.ports)


def has_port(rule: FirewallRule, port: Port | None) -> bool | None:
    """Return True if a rule is for a port; None where that isn't known."""
    if not rule.ports:
        return True
    protocol, number = (port.protocol, port_number(port)) if port is not None else (None, None)
    matches = [names_port(text, protocol, number, _is_over_tls(port)) for text in rule.ports]
    return True if True in matches else None if None in matches else False


def _is_over_tls(port: Port | None) -> bool:
    """Return True for a port that takes TLS, of a protocol that has no other encryption."""
    if port is None or port.tls is None or port.tls.mode == "off" or port.tls.tunnel is not None:
        return port is not None and port.protocol in OVER_TLS
    return not {port.protocol, f"{port.protocol}s"}.isdisjoint(OVER_TLS)


def _and(*verdicts: bool | None) -> bool | None:
    return False if False in verdicts else None if None in verdicts else True


def ports_of(connection: Connection) -> tuple[Port, ...]:
    """Return the ports of a connection on which requests go on; a redirect only names another."""
    return tuple(port for port in connection.ports if port.redirect is None)
