"""Lines of the same words at one node, or at all replicas of a component, run together where no more lines cross for it."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace

from archgen.app.drawing.layouts import engine_for
from archgen.app.drawing.levels import at_levels
from archgen.engines.best import best
from archgen.engines.rails import railed
from archgen.engines.score import score
from archgen.layout.deployment.bundles import bundles
from archgen.layout.measures import USUAL
from archgen.views.deployment import deployment
from archgen.views.diagram import Badge, Diagram, Edge, Node
from archgen.views.overview import overview
from tests.checked import read_model
from tests.geometry import faults
from tests.paths import ROOT

SYSTEMS = sorted((ROOT / "tests" / "small_systems").glob("*.arch.yaml"))[::6] + sorted(
    (ROOT / "models").glob("*.arch.yaml")
)


def callers(count: int, replicas: int = 1, label: str = "postgresql") -> Diagram:
    """Return services that all call every replica of one store, each by a connection of its own."""
    services = [f"s{place}" for place in range(count)]
    stores = [f"db@{place}" for place in range(replicas)]
    nodes = [Node(id=name, subject=name, label=name, kind="service", role="application") for name in services]
    nodes += [Node(id=name, subject="db", label="db", kind="database", role="data") for name in stores]
    edges = tuple(
        Edge(id=f"{a} {b}", subject=f"{a} -> db", source=a, target=b, label=label, meaning="encrypted")
        for a, b in product(services, stores)
    )
    return Diagram(id="d", title="t", alt="", nodes=tuple(nodes), edges=edges)


def count(diagram: Diagram, many: int) -> int:
    return len(bundles(diagram, {node.id for node in diagram.nodes}, many))


def test_more_than_so_many_lines_of_the_same_words_are_one_bundle() -> None:
    assert count(callers(3), 3) == 3
    assert count(callers(4), 3) == 1


def test_lines_to_all_replicas_of_a_component_are_gathered() -> None:
    """Twenty services that each call a broker of three had sixty lines in twenty bundles."""
    assert count(callers(20, 3), USUAL.many) == 1
    assert count(callers(2, 3), USUAL.many) == 2


def test_a_line_with_a_finding_and_other_words_keep_their_own_way() -> None:
    diagram = callers(5)
    first, second, *others = diagram.edges
    found = replace(first, badges=(Badge(1, "error", "unencrypted"),))
    assert count(replace(diagram, edges=(found, replace(second, label="reads"), *others)), 2) == 3


def test_replicas_that_are_not_all_reached_stay_apart() -> None:
    diagram = callers(4, 3)
    assert count(replace(diagram, edges=diagram.edges[:-1]), USUAL.many) == 2


def test_a_rail_is_taken() -> None:
    diagram = callers(6)
    placed = best(diagram)
    rail = railed(best, diagram, placed)
    assert len({edge.bundle for edge in placed.edges}) == 6
    assert len({edge.bundle for edge in rail.edges}) == 1
    assert len(rail.edges) == 6
    assert faults(rail) == []


@pytest.mark.parametrize("path", SYSTEMS, ids=lambda path: path.name)
def test_rails_make_no_diagram_worse(path: Path) -> None:
    topology = read_model(path.name, path.read_bytes()).topology
    for diagram in (deployment(topology), overview(topology)):
        usual = best(diagram)
        placed = railed(best, diagram, usual)
        assert score(placed).crossings <= score(usual).crossings
        assert placed.width <= usual.width
        assert placed.height <= usual.height
        assert faults(placed) == []


def event_driven_shop(services: int = 20, hosts: int = 6) -> str:
    """Return services around a broker of three, each with a replicated store of its own, spread over some hosts."""
    lines = ["archgen: 1", "name: Shop", "zones:", "  dc: {kind: datacenter}", "hosts:"]
    lines += [f"  node-{at}: {{zone: dc}}" for at in range(hosts)]
    lines += [
        "components:",
        "  shopper: {kind: client}",
        "  gateway: {kind: api-gateway, runs_on: [node-1, node-3, node-5]}",
    ]
    lines += ["  kafka: {kind: stream, product: kafka, runs_on: [node-0, node-2, node-4]}"]
    for at in range(services):
        first, second = f"node-{at % hosts}", f"node-{(at + 2) % hosts}"
        lines += [
            f"  service-{at}: {{kind: service, runs_on: [{first}, {second}]}}",
            f"  store-{at}: {{kind: database, product: postgresql, runs_on: [{first}, {second}], replication: {{primary: {first}}}}}",
        ]
    lines += ["connections:", "  shopper -> gateway: https"]
    for at in range(services):
        lines += [f"  service-{at} -> store-{at}: {{protocol: postgresql, access: read-write}}"]
        lines += [f"  service-{at} -> kafka: kafka"]
        lines += [f"  gateway -> service-{at}: http"] if at % 3 == 0 else []
    return "\n".join(lines) + "\n"


def test_services_around_a_broker_can_be_followed_host_by_host() -> None:
    """Their deployment had 4,019 crossings: no host equals another, and 120 lines lead to the broker."""
    model = read_model("m.arch.yaml", event_driven_shop().encode())
    ((_, diagram),) = at_levels(model, "deployment", "deployment", True, complete=False)
    placed = engine_for("best", None)(diagram)
    assert score(placed).crossings <= 60
    assert faults(placed) == []
    assert {node.node.subject for node in placed.nodes} >= {"kafka", "service-19", "store-19"}
