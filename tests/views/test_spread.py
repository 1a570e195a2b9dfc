"""Equal zones fold, but no card hides that one of them holds more of its replicas than another."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from archgen.analysis.topology import Topology
from archgen.app.drawing.levels import at_levels
from archgen.language.load import load
from archgen.views.deployment import deployment
from archgen.views.deployment_folding import foldings
from archgen.views.folding import Folding
from tests.checked import check
from tests.generators.level_models import MODELS, WRITTEN
from tests.paths import ROOT

ROOMS = """\
archgen: 1
name: Two rooms
zones:
  room-1: {kind: rack}
  room-2: {kind: rack}
hosts:
  app-1: {zone: room-1}
  app-2: {zone: room-2}
  db-1: {zone: room-1}
  db-2: {zone: room-1}
  db-3: {zone: room-2}
  mail-1: {zone: room-2}
components:
  app: {kind: app-server, runs_on: [app-1, app-2]}
  db: {kind: database, runs_on: [db-1, db-2, db-3], quorum: majority}
  mail: {kind: mail, runs_on: mail-1}
connections:
  app -> db: mysql
  app -> mail: smtp
"""

SYSTEMS = {
    "two rooms": lambda: ROOMS,
    **MODELS,
    **WRITTEN,
    **{path.name.partition(".")[0]: path.read_text for path in (ROOT / "tests" / "pictures").glob("*.arch.yaml")},
}


def topology(text: str) -> Topology:
    return Topology(load("m.arch.yaml", text.encode()).architecture)


def numbers(topology: Topology, node: str, folding: Folding) -> list[int]:
    """Count the replicas of a card in each zone of the nearest box that stands for several."""
    counts: Counter[str] = Counter()
    for replica in topology.replicas.values():
        if folding.node(replica.id) == node:
            folded = (zone for zone in topology.index.zones_of(replica) if len(alike(zone, folding)) > 1)
            counts[next(folded, "")] += 1
    first = next(iter(counts))
    return sorted((counts[zone] for zone in alike(first, folding)), reverse=True) if counts and "" not in counts else []


def alike(zone: str, folding: Folding) -> tuple[str, ...]:
    return folding.zones_like(folding.zones.get(zone, zone))


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_card_says_how_its_replicas_are_spread_where_zones_hold_unequal_numbers(name: str) -> None:
    found = topology(SYSTEMS[name]())
    for folding in foldings(found):
        for node in deployment(found, (), folding).nodes:
            replica = found.replicas.get(node.id)
            if replica is None or replica.floating or found.kind(node.subject).observes or node.guards:
                continue
            held = numbers(found, node.id, folding)
            uneven = sum(held) > 1 and 2 <= max(held) > min(held)
            assert bool(re.search(r"×\d+: \d", node.detail)) == uneven, (node.id, node.detail, held)


def test_two_of_three_databases_in_one_room_are_seen() -> None:
    found = topology(ROOMS)
    *_, folding = foldings(found)
    diagram = deployment(found, (), folding)
    details = {node.subject: node.detail for node in diagram.nodes}
    assert details["app"].endswith("×2")
    assert details["db"].endswith("×3: 2 + 1")
    assert details["mail"].endswith("in room-2")
    (hosts,) = (group.detail for group in diagram.groups if group.id == "host:db-1")
    assert hosts == "3 hosts: 2 + 1"


def test_zones_that_differ_stay_apart_where_folding_them_untangles_nothing() -> None:
    """A tangle that is only smaller is no reason to hide what each of them holds."""
    hosts = "".join(f"  h{room}{at}: {{zone: room-{room}}}\n" for room in (1, 2) for at in range(8))
    services = "".join(f"  s{at}: {{kind: app-server, runs_on: [h1{at}, h2{at}]}}\n" for at in range(8))
    stores = "".join(f"  d{at}: {{kind: database, runs_on: h{1 + at % 2}{at}}}\n" for at in range(8))
    calls = "".join(f"  s{at} -> d{(at + step) % 8}: mysql\n" for at in range(8) for step in (1, 3, 6))
    text = ROOMS[: ROOMS.index("hosts:")] + f"hosts:\n{hosts}components:\n{services}{stores}connections:\n{calls}"
    model = check("m.arch.yaml", text.encode())
    *_, most = foldings(model.topology)
    assert len(set(most.zones.values())) == 1
    ((_, diagram),) = at_levels(model, "deployment", "deployment", findings=True, complete=False)
    assert len([group for group in diagram.groups if group.kind == "zone"]) == 2
