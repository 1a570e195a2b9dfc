"""The page of a component: its purpose, its place, its callers, the effect of its loss, and its findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from archgen.analysis.topology import Topology
from archgen.linting.checked_model import CheckedModel
from archgen.linting.finding_groups import FindingGroup
from archgen.model.architecture import Component, Connection, Port
from archgen.model.finding import Finding
from archgen.model.kinds import KINDS
from archgen.model.slug import distinct
from archgen.model.subject import Subject
from archgen.reliability.simulation import Status, statuses
from archgen.site.escape import code, link, prose, text
from archgen.site.html_builder import Html, Scripted, tag
from archgen.site.interactive.cards import component_facts
from archgen.site.interactive.groups import group_paths, innermost_group
from archgen.site.markdown import badge, bullets, codes, heading, page, section, table
from archgen.site.page import Page, flow_path
from archgen.site.pages.facts import transport
from archgen.site.pages.failures import anyway_down, is_explorable
from archgen.views.elements import qualified

MOST = 250
"""Components of a site up to which each has a page; a larger site has the row of each on the page of its system."""

UP = "../../"
"""From the page of a component to the directory of its system."""

_OTHERWISE = frozenset(("Calls", "Called by", "Loss takes down"))
"""Facts that have a section of their own."""


@lru_cache(maxsize=64)
def component_slugs(topology: Topology) -> dict[str, str]:
    """Return the name of each component in the address of its page."""
    return distinct(topology.components)


def component_path(topology: Topology, component: str) -> str:
    """Return the path of a component's page, from the model's directory."""
    return f"components/{component_slugs(topology)[component]}/index.md"


def component_page(system: CheckedModel, component: Component) -> Page:
    """Return the page of one component of a system."""
    topology = system.topology
    parts = (
        heading(1, text(component.title)),
        _purpose(system, component),
        table(("Fact", "Value"), _facts(topology, component)),
        *_flows(topology, component),
        *section("Called by", "callers", _callers(topology, component)),
        *section("Calls", "calls", _calls(topology, component)),
        *_loss(topology, component),
        *section("Issues", "issues", bullets(issue_lines(system, frozenset((component.id,))))),
    )
    path = f"{system.slug}/{component_path(topology, component.id)}"
    return page(path, component.title, *parts, boost=COMPONENT_BOOST)


COMPONENT_BOOST = 2
"""The weight of a component's page in search, beside 1 for the pages that only mention it."""


def _purpose(system: CheckedModel, component: Component) -> str:
    kind = KINDS[component.kind]
    own = f"{code(component.id)}, " if component.title != component.id else ""
    product = text(" ".join(filter(None, (component.product, component.version))))
    what = f"{own}{kind.title.lower()}{f' ({product})' if product else ''}"
    where = link(text(system.architecture.name), f"{UP}index.md")
    return f"Part of {where}: {what}. {text(component.why or kind.summary)}"


def _facts(topology: Topology, component: Component) -> Iterator[Sequence[str]]:
    group = innermost_group(topology, component.id)
    if group is not None:
        yield "Group", link(text(group.wide.title), f"{UP}{group_paths(topology)[group.id]}")
    for label, fact in component_facts(topology, component):
        if fact and label not in _OTHERWISE:
            yield text(label), text(fact)


def _flows(topology: Topology, component: Component) -> Iterator[str]:
    uses = (
        link(text(topology.flows[flow].title), f"{UP}{flow_path(topology, flow)}")
        for flow, hops in topology.hops.items()
        if any(component.id in (hop.step.source, *hop.step.targets) for hop in hops)
    )
    yield from section("Request flows", "flows", bullets(uses))


def _callers(topology: Topology, component: Component) -> str:
    calls = [call for call in topology.architecture.connections if component.id in call.targets]
    return _table(topology, "Caller", [(call.source, call) for call in calls])


def _calls(topology: Topology, component: Component) -> str:
    calls = topology.outgoing[component.id]
    return _table(topology, "Target", [(target, call) for call in calls for target in call.targets])


def call_table(topology: Topology, calls: Sequence[tuple[str, str, Connection]]) -> str:
    """Return connections between components as a table: each as its caller, one of its targets, and itself."""
    rows = (
        (
            component_link(topology, source),
            component_link(topology, target),
            *_how(topology, call, port),
            text(call.why or ""),
        )
        for source, target, call in calls
        for port in call.ports
    )
    return table(("Caller", "Target", "Protocol", "Port", "Transport", "Needed", "Purpose"), rows)


def _how(topology: Topology, call: Connection, port: Port) -> tuple[str, ...]:
    needed = "" if call.required else "optional"
    return text(port.protocol), str(port.port or ""), transport(topology, call, port), needed


def _table(topology: Topology, head: str, calls: Sequence[tuple[str, Connection]]) -> str:
    rows = (
        (
            component_link(topology, name),
            *_how(topology, call, port),
            text(call.why or ""),
        )
        for name, call in calls
        for port in call.ports
    )
    return table((head, "Protocol", "Port", "Transport", "Needed", "Purpose"), rows)


def component_link(topology: Topology, component: str) -> str:
    """Return a link to the page of a component from that of another, or of a group."""
    return link(code(component), f"{UP}{component_path(topology, component)}")


# The loss


def _loss(topology: Topology, component: Component) -> Iterator[str]:
    """Yield the flows that the loss of the component stops, and that of each replica alone."""
    if component.kind == "client" or not topology.flows:
        return
    yield heading(2, "Effect of its loss", "loss")
    replicas = [Subject("replica", replica.id) for replica in component.replicas]
    rows = [_lost(topology, f"All of {code(component.id)}", ("component", component.id))] if len(replicas) != 1 else []
    rows += [_lost(topology, code(replica.id), ("replica", replica.id)) for replica in replicas]
    yield table(("Loss of", "Down", "Degraded"), rows)
    yield from anyway_down(topology)
    if is_explorable(topology) and replicas:
        names = ",".join(qualified(replica, topology) for replica in replicas)
        button = tag("a", "Simulate its loss", href=Html(f"{UP}failures/index.md"), class_="md-button", data_down=names)
        yield Scripted(button, "")


def _lost(topology: Topology, name: str, state: tuple[str, str]) -> Sequence[str]:
    place, losses = _losses(topology)
    index = place[state]
    down, degraded = (
        codes(flow for flow, of_flow in losses.items() if of_flow[index] == status) for status in ("down", "degraded")
    )
    return name, down or "no flow", degraded


@lru_cache(maxsize=1)
def _losses(topology: Topology) -> tuple[dict[tuple[str, str], int], dict[str, tuple[Status, ...]]]:
    """Return the place of each loss, of a component or a replica, and the status of each flow after each loss."""
    places: dict[tuple[str, str], int] = {}
    gone: dict[Subject, int] = {}
    for component in topology.architecture.components:
        bit = 1 << places.setdefault(("component", component.id), len(places))
        for replica in component.replicas:
            own = 1 << places.setdefault(("replica", replica.id), len(places))
            gone[Subject("replica", replica.id)] = bit | own
    flows = {
        flow.id: statuses(topology.index, flow, topology.losses.plans[flow.id], gone, len(places))
        for flow in topology.architecture.flows
        if topology.losses.failures[flow.id].possible
    }
    return places, flows


# The findings


def issue_lines(
    system: CheckedModel, components: frozenset[str], groups: Sequence[FindingGroup] | None = None
) -> list[str]:
    """Return a line for each open issue, or each of some, that concerns components, their replicas, hosts or connections.

    Pictures without hosts have the badge of a host on the cards of what it carries.
    """
    topology = system.topology
    replicas = [replica for name in components for replica in topology.components[name].replicas]
    hosts = {host for replica in replicas for host in replica.hosts}
    names = {*components, *(replica.id for replica in replicas)}
    names |= {
        call.id for call in topology.architecture.connections if not components.isdisjoint((call.source, *call.targets))
    }
    lines = []
    for group in system.open_groups if groups is None else groups:
        hits = [finding for finding in group.findings if _concerns(finding, names, hosts)]
        if hits:
            lines.append(_finding(group, hits[0]))
    return lines


def _concerns(finding: Finding, names: set[str], hosts: set[str]) -> bool:
    if finding.subject.kind == "host" and finding.subject.id in hosts:
        return True
    subjects = (finding.subject, *(place.subject for place in finding.related))
    return any(subject.id in names and subject.kind in _OWN for subject in subjects)


_OWN = ("component", "replica", "connection")


def _finding(group: FindingGroup, finding: Finding) -> str:
    mark = link(badge(group.number, finding.severity), f"{UP}index.md#issue-{group.number}")
    return f"{mark} {prose(finding.message)}. {prose(group.fix)}"
