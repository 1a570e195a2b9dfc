"""No fix leaves a machine, a place or a component behind that nothing uses."""

from __future__ import annotations

import pytest

from archgen.app.findings.apply_fixes import apply_fixes, checker
from archgen.app.workspace.inputs import Input
from archgen.linting.checked_model import BrokenModel, CheckedModel
from archgen.linting.policy import Policy
from archgen.model.architecture import Architecture
from archgen.model.kinds import AGENTS
from archgen.rules import RULES
from tests.edits.fixed_models import NAME, TODAY, judged
from tests.paths import ROOT

OVERLAPPING = """\
archgen: 1
name: A quorum over two racks and one feed
zones: {dc: {kind: datacenter}, rack-1: {kind: rack, in: dc}, rack-2: {kind: rack, in: dc}, feed-a: {kind: power, in: dc}}
hosts:
  pve-1: {zone: [rack-1, feed-a]}
  pve-2: {zone: [rack-1, feed-a]}
  pve-3: {zone: rack-2}
  db-1: {runs_on: pve-1}
  db-2: {runs_on: pve-2}
  db-3: {runs_on: pve-3}
components:
  job: {kind: scheduler, runs_on: pve-3}
  galera: {kind: database, product: galera, runs_on: [db-1, db-2, db-3], replication: {writers: all}}
connections: {job -> galera: mysql}
flows: {save: {access: write, steps: [{job -> galera: INSERT}]}}
"""
TWO_RACKS = """\
archgen: 1
name: Two balancers on one machine, and another rack
zones: {dc: {kind: datacenter}, rack-1: {kind: rack, in: dc}, rack-2: {kind: rack, in: dc}}
hosts: {pve-1: {zone: rack-1}, pve-2: {zone: rack-1}, pve-3: {zone: rack-2}, lb-1: {runs_on: pve-1}, lb-2: {runs_on: pve-1},
  web-1: {runs_on: pve-1}, web-2: {runs_on: pve-2}, web-3: {runs_on: pve-3}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, runs_on: [lb-1, lb-2], cluster: {mode: active-passive, active: lb-1, failover: automatic, by: vrrp}}
  web: {kind: web-server, runs_on: [web-1, web-2, web-3]}
connections: {user -> lb: https, lb -> web: https}
flows: {read: {access: read, steps: [{user -> lb: GET}, {lb -> web: GET}]}}
"""
TEXTS = {
    "overlapping zones": OVERLAPPING,
    "two racks": TWO_RACKS,
    **{rule.id: rule.bad for rule in RULES},
    **{path.name: path.read_text() for path in sorted((ROOT / "models").glob("*.arch.yaml"))},
}


def fixed(text: str, *rules: str) -> CheckedModel:
    """Return a model after the fixes of some rules, or of all."""
    source = Input(NAME, text.encode())
    done = apply_fixes(
        text.encode(), checker(source, Policy(), TODAY), lambda finding: not rules or finding.rule in rules
    )
    after = judged(done.data.decode())
    assert not isinstance(after, BrokenModel)
    return after


def unused(architecture: Architecture) -> set[str]:
    """Return the machines, places and components that nothing stands on or in, or has to do with."""
    agents = {each.id for each in architecture.components if each.kind in AGENTS}
    carrying = {host.runs_on for host in architecture.hosts}
    carrying.update(
        host
        for each in architecture.components
        if each.id not in agents
        for replica in each.replicas
        for host in replica.hosts
    )
    around = {zone for host in architecture.hosts for zone in host.zones}
    around.update(zone.within for zone in architecture.zones if zone.within)
    calling = {name for call in architecture.connections for name in (call.source, *call.targets)}
    calling.update(each.id for each in architecture.components if each.guards or each.backs_up or each.alerts)
    return {
        *(host.id for host in architecture.hosts if host.id not in carrying),
        *(zone.id for zone in architecture.zones if zone.id not in around),
        *(each.id for each in architecture.components if each.id not in calling),
    }


@pytest.mark.parametrize("name", TEXTS)
def test_what_fixes_add_is_used(name: str) -> None:
    before = judged(TEXTS[name])
    if isinstance(before, BrokenModel):
        return
    added = unused(fixed(TEXTS[name]).topology.architecture) - before.topology.architecture.element_names
    assert not added, f"fixes add {sorted(added)}, and nothing uses them"


def test_one_machine_leaves_all_places_that_hold_the_majority() -> None:
    after = fixed(OVERLAPPING, "fragile-quorum").topology
    assert after.hosts["db-2"].runs_on == "pve-4"
    assert after.hosts["pve-4"].zones == ("rack-3", "feed-b")
    assert "pve-5" not in after.hosts


def test_a_replica_moves_to_the_other_rack_where_one_is_declared() -> None:
    after = fixed(TWO_RACKS, "colocated-redundancy").topology
    assert after.hosts["lb-2"].runs_on == "pve-3"
    assert after.hosts["web-2"].runs_on == "pve-2"
    assert "pve-4" not in after.hosts


def test_a_new_machine_is_watched_and_guarded_like_the_one_before() -> None:
    beside = (
        "  wall: {kind: firewall, guards: [pve-1, pve-2, pve-3], default: deny}\n"
        "  agent: {kind: monitoring-agent, runs_on: [pve-1, pve-2, pve-3]}\nconnections:"
    )
    after = fixed(OVERLAPPING.replace("connections:", beside), "fragile-quorum").topology
    assert after.hosts["db-2"].runs_on == "pve-4"
    assert "pve-4" in after.components["wall"].guards
    assert "pve-4" in after.hosts_of("agent")
