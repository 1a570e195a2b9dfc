"""A shared address that cannot move to a replica, because no layer 2 reaches from its network to the other one."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.edits.replicas import with_components
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Cluster, Component, Replica
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


def _network_of_both(facts: Topology, first: Replica, second: Replica) -> str | None:
    """Return the network into which the model puts both replicas: one of trust, which may span their zones or not."""
    here, there = ({facts.hosts[host].network for host in replica.hosts} - {None} for replica in (first, second))
    return min(filter(None, here & there), default=None)


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
    network = None if is_sure else _network_of_both(facts, first, second)
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
    if network is None:
        return hit
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


_SPAN = (
    "Declare the network that spans both places, if there is one: `network` at their hosts. Else move a name (`address: dns` with "
    "a health check), or announce the address from both (`by: anycast`)."
)

_ASK = (
    "If a VLAN spans both places, declare the address that it has in both (`address: {shared: …}`). If none does, move a name (`address: "
    "dns` with a health check), or announce the address from both (`by: anycast`)."
)


RULE = Rule(
    id="unmovable-address",
    code="REL015",
    title="Address that can't move",
    severity="warning",
    cases=(("breaks", "error"), ("spanned", "info")),
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
        "Datacenters, and availability zones outside a region, can share a layer-2 network: the finding is less certain there, and asks "
        "for it where the hosts are in one `network`, which says whom they trust, and not what cables they share, unless the cluster "
        "declares its shared address there. Doesn't check mechanisms that it doesn't know, such as a provider's own."
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
