"""A shared address that cannot move to a replica, because no layer 2 reaches from its network to the other one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Cluster, Component, Replica
from archgen.model.subject import Subject
from archgen.reliability.members import moves_by_layer_2

_SURE = ("provider", "region")
"""The kinds of zones that no layer 2 spans; one may span datacenters, and zones of a private cloud."""

_KINDS = (*_SURE, "datacenter", "availability-zone")


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component whose replicas share an address across such zones."""
    facts = context.topology
    for component in facts.architecture.components:
        cluster = component.cluster
        if cluster is not None and not component.managed and moves_by_layer_2(facts.components, cluster):
            for kind in _KINDS:
                apart = _apart(facts, component, kind)
                if apart is not None:
                    yield _hit(facts, component, cluster, kind, *apart)
                    break


def _apart(facts: Topology, component: Component, kind: str) -> tuple[Replica, str, Replica, str] | None:
    """Return the first two replicas that surely stand in different zones of a kind, each with its zone."""
    zones = {replica.id: _zones(facts, replica, kind) for replica in component.replicas}
    for first, second in combinations(component.replicas, 2):
        here, there = zones[first.id], zones[second.id]
        spanned = kind not in _SURE and _share_network(facts, first, second)
        if here and there and not set(here) & set(there) and not spanned:
            return first, here[0], second, there[0]
    return None


def _share_network(facts: Topology, first: Replica, second: Replica) -> bool:
    """Return True if the model puts both replicas into one network, which then spans their zones."""
    here, there = ({facts.hosts[host].network for host in replica.hosts} - {None} for replica in (first, second))
    return bool(here & there)


def _zones(facts: Topology, replica: Replica, kind: str) -> list[str]:
    around = facts.index.shared_zones(replica)
    return [zone.id for zone in facts.architecture.zones if zone.id in around and zone.kind == kind]


def _hit(
    facts: Topology,
    component: Component,
    cluster: Cluster,
    kind: str,
    first: Replica,
    here: str,
    second: Replica,
    there: str,
) -> Hit:
    address = cluster.shared_address or "its address"
    spanned = "" if kind in _SURE else ", unless it spans both"
    return Hit(
        subject=Subject("component", component.id),
        message=(
            f"{component.id} goes down with {first.id} although {second.id} is up: {address} is announced on one local network "
            f"(layer 2) and can't move from {here} to {there}{spanned}"
        ),
        related=(
            (Subject("zone", here), "has a network of its own"),
            (Subject("zone", there), "has a network of its own"),
        ),
        flows=facts.flows_of[component.id],
        fix=None if kind in _SURE else _SPAN,
        confidence="high" if kind in _SURE else "medium",
    )


_SPAN = (
    "Declare the network that spans both places, if there is one: `network` at their hosts. Else move a name (`address: dns` with "
    "a health check), or announce the address from both (`by: anycast`)."
)


RULE = Rule(
    id="unmovable-address",
    code="REL015",
    title="Address that can't move",
    severity="warning",
    category="reliability",
    summary="Replicas share an address across regions or zones that don't share a layer-2 network.",
    why=(
        "VRRP and similar protocols move an address by announcing it on the local network. Another region, provider "
        "or cloud zone has its own address range, and its routers don't deliver the address there. The standby takes "
        "the address over, and no request reaches it."
    ),
    fix=(
        "Move a name instead (`address: dns` with a health check), announce the address from both places (`by: "
        "anycast`), or put the provider's balancer, which spans the zones, in front of the pair."
    ),
    limits=(
        "Datacenters, and zones of a private cloud, can share a layer-2 network: the finding is less certain there, and there is none "
        "where the hosts are in one `network`. Doesn't check mechanisms that it doesn't know, such as a provider's own."
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
name: One address in two regions  # finding: unmonitored
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
        ("name: One address in two regions", "name: One address that both regions announce"),
        ("by: vrrp", "by: anycast"),
    ),
)
