"""A shared address that cannot move to a replica, because no layer 2 reaches from its network to the other one."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.edits.replicas import with_components
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Cluster, Component, Replica
from archgen.model.kinds import FORWARDING
from archgen.model.subject import Subject
from archgen.reliability.index import Index
from archgen.reliability.locality import ends_between, zones_apart
from archgen.reliability.losses import Losses
from archgen.reliability.members import moves_by_layer_2


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component whose replicas share an address across such zones."""
    facts = context.topology
    for component in facts.architecture.components:
        cluster = component.cluster
        if cluster is not None and not component.managed and moves_by_layer_2(facts.components, cluster):
            pair = next(zones_apart(facts.index, component.replicas), None)
            hit = _hit(facts, component, cluster, *pair) if pair is not None else None
            if hit is not None:
                yield hit


def _networks(facts: Topology, replica: Replica) -> set[str]:
    return {network for host in replica.hosts if (network := facts.hosts[host].network) is not None}


def _network_of_both(
    facts: Topology, component: Component, first: Replica, here: str, second: Replica, there: str
) -> str | None:
    """Return the network into which the model puts both replicas: one of trust, which may span their zones or not.

    A firewall or router stands in several networks, and a host declares one: it is in those of what it leads to at both places.
    """
    shared = _networks(facts, first) & _networks(facts, second)
    if not shared and component.kind in FORWARDING:
        behind = (target for call in facts.outgoing[component.id] for target in call.targets)
        hosts = {host for name in (*behind, *_guarded(facts, component)) for host in facts.hosts_of(name)}
        at_both = [
            {facts.hosts[host].network for host in hosts if zone in facts.index.zones_around(host)}
            for zone in (here, there)
        ]
        shared = set(filter(None, set.intersection(*at_both)))
    return min(shared, default=None)


def _guarded(facts: Topology, firewall: Component) -> Iterator[str]:
    """Yield the components that a firewall guards, by their ids or by those of their hosts and networks."""
    guarded = set(map(facts.firewalls.qualified, firewall.guards))
    for component in facts.components:
        if not guarded.isdisjoint(facts.firewalls.places(component)):
            yield component


def _hit(
    facts: Topology, component: Component, cluster: Cluster, first: Replica, here: str, second: Replica, there: str
) -> Hit | None:
    address = cluster.shared_address or "its address"
    causes = _causes(facts, component, cluster)
    related = (Subject("zone", here), "has a network of its own"), (Subject("zone", there), "has a network of its own")
    goes = (
        f"{component.id} goes down with {first.id} although {second.id} is up: {address} is announced on one local network "
        f"(layer 2) and can't move from {here} to {there}"
    )
    is_sure = ends_between(facts.index, here, there)
    network = None if is_sure else _network_of_both(facts, component, first, here, second, there)
    hit = Hit(
        subject=Subject("component", component.id),
        message=goes if is_sure else f"{goes}, unless it spans both",
        related=related,
        flows=facts.flows_of[component.id],
        fix=None if is_sure else _SPAN,
        case="breaks" if causes else None,
        confidence="high" if is_sure else "medium",
        causes=causes,
    )
    if is_sure or (network is None and _networks(facts, first) and _networks(facts, second)):
        return hit
    if network is None:
        asked = (
            f"{address} of {component.id} moves from {here} to {there} only if one local network (a VLAN) spans both, and the hosts "
            "declare none"
        )
        fix = _DECLARE_BEHIND if component.kind in FORWARDING else _DECLARE
        return replace(hit, message=asked, fix=fix, case="asked", confidence="high")
    if cluster.shared_address is not None:
        # an address that is given out in a network of both is one on either side
        return None
    asked = (
        f"{address} of {component.id} moves from {here} to {there} only if one local network (a VLAN) spans both: {network} is a "
        "network of trust, and doesn't say so"
    )
    return replace(hit, message=asked, fix=_ASK, case="spanned")


def _causes(facts: Topology, component: Component, cluster: Cluster) -> frozenset[tuple[str, str]]:
    """Return the elements that take a flow down, and wouldn't if the address moved anywhere."""
    moving = replace(component, cluster=replace(cluster, by="anycast"))
    flows = facts.flows_of[component.id]
    changed = replace(with_components(facts.architecture, moving), flows=tuple(map(facts.flows.__getitem__, flows)))
    spared = Losses(Index(changed)).points
    return frozenset(
        (element.id, flow) for flow in flows for element in facts.losses.points[flow] if element not in spared[flow]
    )


_ELSE = "move a name (`address: dns` with a health check), or announce the address from both (`by: anycast`)."

_SPAN = f"Declare the network that spans both places, if there is one: `network` at their hosts. Else {_ELSE}"

_ASK = (
    "If a VLAN spans both places, declare the address that it has in both (`address: {shared: …}`). If none does, "
    f"{_ELSE}"
)

_DECLARE = f"If one does, declare it: the same `network` at the hosts. If none does, {_ELSE}"

_DECLARE_BEHIND = (
    "If one does, declare it: the same `network` at the hosts, or at those of what is behind it in both places. If none does, "
    f"{_ELSE}"
)


RULE = Rule(
    id="unmovable-address",
    code="REL015",
    title="Address that can't move",
    severity="warning",
    cases=(("breaks", "error"), ("spanned", "info"), ("asked", "info")),
    category="reliability",
    summary="Replicas share an address across regions or zones that don't share a layer-2 network.",
    why=(
        "VRRP and similar protocols move an address by announcing it on the local network. Another region, provider "
        "or cloud zone has its own address range, and its routers don't deliver the address there. The standby takes "
        "the address over, and no request reaches it."
    ),
    fix=(
        "Put the provider's balancer, which spans the zones, in front of the pair, move a name instead (`address: dns` with a health "
        "check), or announce the address from both places (`by: anycast`)."
    ),
    limits=(
        "Datacenters, and availability zones outside a region, can share a layer-2 network: there the finding asks for it, unless the "
        "hosts declare different networks. One `network` of all of them says whom they trust, and not what cables they share, unless the "
        "cluster declares its shared address. A firewall or router whose hosts declare none is in the networks of what it leads to. "
        "Doesn't check mechanisms that it doesn't know, such as a provider's own."
    ),
    references=(
        ("RFC 9568, Virtual Router Redundancy Protocol", "https://www.rfc-editor.org/rfc/rfc9568"),
        (
            "Amazon VPC User Guide, Subnets (each subnet lies in one zone)",
            "https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: One address in two regions  # finding: unmonitored, maintenance-downtime
zones:
  eu: {kind: region}
  us: {kind: region}
hosts:
  lb-eu: {zone: eu}
  lb-us: {zone: us}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  lb:  # finding: unmovable-address
    kind: load-balancer
    runs_on: [lb-eu, lb-us]
    cluster: {mode: active-passive, failover: automatic, by: vrrp, address: {shared: 192.0.2.10}, watches: process}
  api: {kind: external-service, managed: true, replicas: 2}
connections:
  job -> lb: https
  lb -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> lb: start
      - lb -> api: start
""",
    edits=(
        (
            "name: One address in two regions  # finding: unmonitored, maintenance-downtime",
            "name: One address that both regions announce  # finding: unmonitored",
        ),
        ("by: vrrp", "by: anycast"),
    ),
)
