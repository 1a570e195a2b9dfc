"""Firewalls with nftables: a router that every packet passes, or a filter on the hosts that a firewall guards.

A router that is lost forwards nothing. A filter that is lost filters nothing: the model says that it guards, not that it carries.
"""

from __future__ import annotations

from collections.abc import Iterator

from archgen.model.architecture import Component, FirewallRule, Replica
from lab.service import Service, shell
from lab.site import Site, place_of

SERVES = ("firewall",)


def service(site: Site, replica: Replica) -> Service:
    """Return a replica of a firewall."""
    component = site.component(replica.component)
    return _filter(site, replica, component) if component.guards else _router(site, replica, component)


def _router(site: Site, replica: Replica, component: Component) -> Service:
    table = f"table inet {replica.component}"
    rules = "\n".join(
        f"nft add rule inet {replica.component} forward iifname eth0 ip daddr {{ {targets} }} tcp dport {ports} accept"
        for targets, ports in ((_addresses(site, rule.targets), _ports(rule)) for rule in _allowing(component))
    )
    return Service(
        name=replica.id,
        packages=("nftables",),
        prepare=(
            shell(
                f"nft delete {table} 2>/dev/null || true\nnft add {table}\n"
                f"nft add chain inet {replica.component} forward '{{ type filter hook forward priority 0; policy drop; }}'\n"
                f"nft add rule inet {replica.component} forward ct state established,related accept\n"
                f"nft add rule inet {replica.component} forward iifname eth1 accept\n{rules}\n"
                "sysctl -qw net.ipv4.ip_forward=1"
            ),
        ),
        lose=(("sysctl", "-qw", "net.ipv4.ip_forward=0"),),
        alive=shell(f"test $(sysctl -n net.ipv4.ip_forward) = 1; nft list {table} >/dev/null"),
    )


def _filter(site: Site, replica: Replica, component: Component) -> Service:
    table = f"table inet {replica.component}"
    rules = "\n".join(_guarding(site, component))
    return Service(
        name=replica.id,
        packages=("nftables",),
        places=_guarded(site, component),
        prepare=(
            shell(
                f"nft delete {table} 2>/dev/null || true\nnft add {table}\n"
                f"nft add chain inet {replica.component} input '{{ type filter hook input priority 0; }}'\n{rules}"
            ),
        ),
        lose=(shell(f"nft delete {table}"),),
        alive=shell(f"nft list {table} >/dev/null"),
    )


def _guarding(site: Site, component: Component) -> Iterator[str]:
    """Return the commands that let the ports of a rule be reached from its sources alone, and from the host itself."""
    for rule in _allowing(component):
        sources = f"ip saddr != {{ 127.0.0.1, {_addresses(site, rule.sources)} }}"
        yield f"nft add rule inet {component.id} input iifname eth0 {sources} tcp dport {_ports(rule)} drop"


def _guarded(site: Site, component: Component) -> tuple[str, ...]:
    """Return the hosts that a firewall guards: those named, those of a network, and those of its components."""
    hosts = [host.id for host in site.architecture.hosts if {host.id, host.network} & set(component.guards)]
    guarded = [each for each in site.architecture.components if {each.id, each.network} & set(component.guards)]
    return tuple(dict.fromkeys([*hosts, *(place_of(replica) for each in guarded for replica in each.replicas)]))


def _allowing(component: Component) -> tuple[FirewallRule, ...]:
    return tuple(rule for rule in component.rules if rule.action == "allow")


def _addresses(site: Site, names: tuple[str, ...]) -> str:
    """Return the addresses of components, that of a cluster included."""
    components = [site.component(name) for name in names]
    shared = [each.cluster.shared_address for each in components if each.cluster and each.cluster.shared_address]
    return ", ".join([*shared, *(site.address(replica) for each in components for replica in each.replicas)])


def _ports(rule: FirewallRule) -> str:
    return f"{{ {', '.join(rule.ports)} }}"
