"""Rules of firewalls that let outsiders, people or a DMZ in to stores that none of them calls."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archgen.analysis.encryption import NO_NETWORK
from archgen.analysis.exposure import EXCHANGE, STORES, callers_of, is_directory
from archgen.analysis.firewalls import (
    AFAR,
    has_port,
    is_for_everybody,
    is_unlimited,
    leads_anywhere,
    lets_in,
    port_number,
    ports_of,
)
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Connection, FirewallRule, Port
from archgen.model.firewall_ports import plain_number
from archgen.model.kinds import QUEUES
from archgen.model.products import product_name, product_of
from archgen.model.protocols import PROTOCOLS, WEB


class OpeningRule(Struct, frozen=True):
    """A rule that opens stores, by its place among those of its firewall: who is let in to which, as source and target.

    Other calls come in by it as well if it `names_caller`, or `takes_visitors` as a part of everybody. So do callers from `afar`, which
    no rule names: where they are, the model doesn't say.
    """

    at: int
    opened: tuple[tuple[str, str], ...]
    names_caller: bool
    takes_visitors: bool
    names_port: bool
    afar: tuple[str, ...]

    @property
    def is_needed(self) -> bool:
        """Return True if calls come in by the rule, so that its removal would stop them."""
        return self.names_caller or self.takes_visitors


def opening_rules(facts: Topology) -> Iterator[tuple[Component, tuple[OpeningRule, ...]]]:
    """Yield each firewall with rules that open a store, with these."""
    fetchers = _fetchers(facts) if facts.firewalls.with_rules else {}
    for firewall in facts.firewalls.with_rules:
        rules = tuple(_opening(facts, firewall, fetchers))
        if rules:
            yield firewall, rules


def _opening(facts: Topology, firewall: Component, fetchers: _Fetchers) -> Iterator[OpeningRule]:
    for at, rule in enumerate(firewall.rules):
        opened = [
            (source, target)
            for source in _outsiders(facts, rule)
            for target in facts.components
            if _opens_store(facts, firewall, rule, source, target)
        ]
        opened += _let_in_inside(facts, firewall, rule, fetchers)
        if opened:
            stores = {target for _, target in opened}
            meant = [name for name in facts.components if facts.firewalls.means(firewall, rule, name)]
            afar = [*_calls_from_afar(facts, firewall, rule)]
            yield OpeningRule(
                at,
                tuple(opened),
                _names_caller(facts, rule, meant, fetchers),
                _takes_visitors(facts, rule, meant) or any(target not in stores for _, target in afar),
                _names_port(facts, firewall, rule, opened),
                tuple(dict.fromkeys(source for source, target in afar if target in stores)),
            )


def _calls_from_afar(facts: Topology, firewall: Component, rule: FirewallRule) -> Iterator[tuple[str, str]]:
    """Yield the callers, each with its target, that a rule for everybody lets in and no rule by their names: they may be anywhere."""
    for target in facts.components if is_for_everybody(rule) else ():
        calls = callers_of(facts, target) if facts.firewalls.means(firewall, rule, target) else ()
        for call in calls:
            places = facts.firewalls.places(call.source)
            by_name = (each for each in firewall.rules if not places.isdisjoint(each.sources))
            if (
                _is_anywhere(facts, call.source)
                and facts.crosses(call) is not False
                and firewall.id in facts.firewalls.between(call.source, target)
                and _lets_in(facts, firewall, rule, call, target)
                and not any(_lets_in(facts, firewall, each, call, target) for each in by_name)
            ):
                yield call.source, target


def _is_anywhere(facts: Topology, caller: str) -> bool:
    """Return True for a component inside of which the model doesn't say in which network it is."""
    names = facts.caller_names(caller)
    return facts.trust(caller) != "internet" and (names is None or AFAR in names)


def _lets_in(facts: Topology, firewall: Component, rule: FirewallRule, call: Connection, target: str) -> bool:
    on_port = any(has_port(rule, port) is not False for port in ports_of(call))
    return on_port and lets_in(rule) and facts.firewalls.means(firewall, rule, target)


def _names_port(facts: Topology, firewall: Component, rule: FirewallRule, opened: list[tuple[str, str]]) -> bool:
    """Return True if a rule names the internet, and a port on which no other than a store that it opens listens."""
    if not rule.sources or not rule.ports or leads_anywhere(rule):
        return False
    ports = ((name, port) for _, name in opened for port in _ports(facts, rule, name))
    return any(
        port
        and port.protocol not in (*WEB, *EXCHANGE)
        and facts.firewalls.admits(firewall.id, ("internet",), name, port)
        for name, port in ports
    )


def _names_caller(facts: Topology, rule: FirewallRule, meant: list[str], fetchers: _Fetchers) -> bool:
    """Return True if a caller, or what fetches measurements or copies, comes in by its name, id or network."""
    if any(not fetchers.get(name, set()).isdisjoint(rule.sources) for name in (*meant, "")):
        return True
    callers = (call.source for name in meant for call in callers_of(facts, name))
    return any(not facts.firewalls.places(caller).isdisjoint(rule.sources) for caller in callers)


def _takes_visitors(facts: Topology, rule: FirewallRule, meant: list[str]) -> bool:
    """Return True if a caller on the internet comes in as a part of everybody."""
    callers = (call.source for name in meant for call in callers_of(facts, name))
    return is_for_everybody(rule) and any(facts.trust(caller) == "internet" for caller in callers)


_Fetchers = dict[str, set[str]]
"""The networks from which something fetches the measurements, logs or copies of a component, by its id; of all by ``."""


def _fetchers(facts: Topology) -> _Fetchers:
    """Return from where measurements and copies are fetched, which takes no connection of the model's."""
    fetchers: _Fetchers = {}
    for component in facts.architecture.components:
        collected = [name for collection in component.collects for name in collection.sources or ("",)]
        for name in (*collected, *component.backs_up):
            network = facts.network_of(component.id)
            if network is not None:
                fetchers.setdefault(name, set()).add(network.id)
    return fetchers


def _let_in_inside(
    facts: Topology, firewall: Component, rule: FirewallRule, fetchers: _Fetchers
) -> Iterator[tuple[str, str]]:
    """Yield the sides inside, of people or of what the internet reaches first, from which a rule lets everything in to a store."""
    if not lets_in(rule) or rule.ports:
        return
    for source in facts.architecture.components:
        names = facts.firewalls.places(source.id)
        side = next((name for name in rule.sources if name in names), None)
        if side is None or not _is_exposed(facts, source):
            continue
        for target in facts.components:
            if (
                # people's machines sign in to a directory, whether a flow says so or not
                facts.kind(target).id != "identity-provider"
                and _is_opened(facts, firewall, rule, target)
                and firewall.id in facts.firewalls.between(source.id, target)
                and facts.firewalls.admits(firewall.id, names, target, None) is not False
                and not any(side in facts.firewalls.places(call.source) for call in callers_of(facts, target))
                and names.isdisjoint({*fetchers.get(target, ()), *fetchers.get("", ())})
            ):
                yield side, target


def _is_exposed(facts: Topology, component: Component) -> bool:
    """Return True for people in a network inside, and for what is in a network that is for callers from outside.

    What nothing calls works on others, and so do administrators through a bastion: no connection tells what they need.
    """
    network = facts.network_of(component.id)
    if network is None or component.kind == "client":
        return network is not None
    return network.trust == "dmz" and component.kind != "bastion" and bool(facts.incoming[component.id])


def _is_opened(facts: Topology, firewall: Component, rule: FirewallRule, target: str) -> bool:
    """Return True for a store, or a directory of accounts, that a rule means."""
    kind = facts.kind(target).id
    stores = (kind in STORES and kind not in QUEUES) or is_directory(facts, target)
    return stores and facts.firewalls.means(firewall, rule, target)


def _outsiders(facts: Topology, rule: FirewallRule) -> list[str]:
    """Return who an allow rule may let in from outside: the internet, or components there."""
    if not lets_in(rule):
        return []
    named = [name for name in rule.sources if name in facts.components and facts.trust(name) == "internet"]
    return ["internet", *named] if is_for_everybody(rule) else named


def _opens_store(facts: Topology, firewall: Component, rule: FirewallRule, source: str, target: str) -> bool:
    if is_unlimited(rule) or not _is_opened(facts, firewall, rule, target):
        return False
    calls = (call for call in callers_of(facts, target) if facts.trust(call.source) == "internet")
    if any(source in ("internet", call.source) for call in calls):
        return False
    ports = _ports(facts, rule, target)
    return any(
        has_port(rule, port) is not False
        and facts.firewalls.admits(firewall.id, (source, "internet"), target, port) is not False
        for port in ports
    )


def _ports(facts: Topology, rule: FirewallRule, target: str) -> list[Port | None]:
    """Return the ports at which a store is called, None for any: a rule for the web opens no database on the same server."""
    called = [port for call in facts.incoming[target] for port in ports_of(call) if not port.admin]
    if called and all(port.protocol in NO_NETWORK for port in called):
        return []
    numbered: list[Port | None] = [port for port in called if port_number(port) is not None]
    if numbered:
        return numbered
    product = product_name(facts.components[target].product)
    spoken = next((name for name in (product, product_of(product).origin) if name in PROTOCOLS), None)
    if spoken is not None:
        return [Port(spoken)]
    # it doesn't listen where others do
    of_others = bool(rule.ports) and set(map(plain_number, rule.ports)) <= _KNOWN and target not in rule.targets
    return [] if of_others else [None]


_KNOWN = {str(protocol.port) for protocol in PROTOCOLS.values()}
"""The ports that protocols have of their own."""
