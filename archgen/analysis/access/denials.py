"""Calls that firewalls deny for certain, on their way in or out: by the rules that a model declares."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.firewalls import AFAR
from archgen.analysis.hops import Hop, is_sent_on
from archgen.analysis.topology import Topology
from archgen.model.architecture import Connection, Port, Replica
from archgen.model.kinds import FORWARDING
from archgen.model.wording import listed
from archgen.reliability.locality import SAME_HOST


def guarded_calls(facts: Topology) -> Iterator[tuple[Connection, str, Port]]:
    """Yield the calls that a firewall may deny; what a firewall or router sends on isn't for that itself."""
    passed: set[tuple[str, str]] = set()
    for hops in facts.hops.values() if facts.guarded_calls else ():
        passing = {hop.step.source for hop in hops if facts.kind(hop.step.source).id in FORWARDING}
        calls = ((hop.connection.id, target) for hop in hops if hop.connection for target in hop.targets)
        passed.update(call for call in calls if call[1] in passing)
    for connection, target, port in facts.guarded_calls:
        unused = facts.kind(target).id in FORWARDING and not facts.flows_over[connection.id]
        if (connection.id, target) not in passed and not (unused and is_sent_on(port, facts.outgoing[target])):
            yield connection, target, port


def denied_on_path(facts: Topology) -> Iterator[tuple[str, str, Port, tuple[str, str]]]:
    """Yield the connections behind firewalls on the path of flows that let none of those before them through.

    Each has the call as the firewall sees it, and whom behind it the firewall lets in instead.
    """
    for hops in facts.hops.values():
        before: dict[str, list[str]] = {}
        for number, hop in enumerate(hops):
            for target in hop.targets:
                before.setdefault(target, []).append(hop.step.source)
            firewall = hop.step.source
            if facts.kind(firewall).id == "firewall" and hop.connection is not None and hop.port is not None:
                callers = [sender for caller in before.get(firewall, ()) for sender in facts.senders(caller)]
                if callers and all(_admits(facts, each, hop, hop.targets) is False for each in callers):
                    first = [each for each in callers if facts.kind(each).id not in FORWARDING]
                    later = (target for each in hops[number + 1 :] for target in each.targets)
                    meant = [to for to in later if any(_admits(facts, each, hop, (to,)) for each in first)]
                    sent = f"{listed(first) or firewall} -> {' | '.join(hop.targets)}"
                    yield firewall, hop.connection.id, hop.port, (sent, listed(list(dict.fromkeys(meant))))


def _admits(facts: Topology, caller: str, hop: Hop, targets: tuple[str, ...]) -> bool | None:
    """Return what the firewall that sends a request on does with it, to each of some targets; None where that isn't declared."""
    names = facts.caller_names(caller)
    own = {facts.firewalls.admits(hop.step.source, names, target, hop.port) for target in targets if names is not None}
    return own.pop() if len(own) == 1 else None


def calls_kept_in(facts: Topology) -> Iterator[tuple[str, Connection, Port, tuple[str, ...]]]:
    """Yield the calls that the rules of a firewall around their caller don't let out, with the hosts of the caller if others may call.

    What passes packets on is left out at both ends: the rules may mean those who sent them, or whom they are for.
    """
    for connection, target, port in facts.guarded_calls if facts.firewalls.with_rules_out else ():
        ends = (connection.source, target)
        if connection.locality == SAME_HOST or any(facts.kind(end).id in FORWARDING for end in ends):
            continue
        callers = facts.components[connection.source].replicas
        denying = [_keeping_in(facts, caller, target, port) for caller in callers]
        firewall = next(filter(None, denying), None)
        if firewall is not None:
            shut = [host for caller, by in zip(callers, denying, strict=True) if by for host in caller.hosts]
            yield firewall, connection, port, tuple(dict.fromkeys(shut)) if None in denying else ()


def _keeping_in(facts: Topology, caller: Replica, target: str, port: Port) -> str | None:
    """Return the first firewall around a caller that doesn't let its call out."""
    names = facts.caller_names(target)
    keeping = facts.firewalls.keeping_in(caller, target, names or facts.firewalls.places(target) | {AFAR}, port)
    return next((each for each in keeping if names is not None or _stands_before_unplaced(facts, each)), None)


def _stands_before_unplaced(facts: Topology, firewall: str) -> bool:
    """Return True for a firewall with rules for calls of components in no network, such as a provider's: these aren't behind it."""
    rules = (rule for rule in facts.components[firewall].rules if rule.direction == "out")
    named = (side for rule in rules for side in rule.targets if side in facts.components)
    return any(facts.caller_names(name) is None for name in named)


def is_let_in_by_name(facts: Topology, firewall: str, call: Connection, target: str) -> bool:
    """Return True for a caller that needs no rule for the internet: it is inside, or a rule for itself lets it in."""
    known = facts.caller_names(call.source)
    names = known or facts.firewalls.places(call.source)
    if "internet" in names:
        return False
    if known is not None and firewall not in facts.firewalls.between(call.source, target):
        return True
    return any(facts.firewalls.admits(firewall, names, target, port) for port in call.ports)
