"""New replicas bring along what they call on their host, and none stands in for a machine that people administer."""

from __future__ import annotations

import pytest

from archgen.edits.changes import AddHost, AddReplica, Edit
from archgen.improve.administration import administered
from archgen.improve.neighbours import with_neighbours
from archgen.improve.repair import find_smallest_repair
from archgen.language.load import load
from archgen.model.architecture import Architecture
from archgen.reliability.index import Index

SCANNED = """\
archgen: 1
name: An application with a scanner beside it
hosts: {l1: {}, l2: {}, h1: {}, h2: {}, r1: {}}
components:
  user: {kind: client}
  admin: {kind: client}
  lb: {kind: load-balancer, runs_on: [l1, l2], cluster: {by: vrrp, watches: process}, balance: {health_check: GET /}}
  app: {kind: app-server, runs_on: h1}
  scanner: {kind: service, runs_on: h1}
  signatures: {kind: service, runs_on: [h1, h2]}
connections:
  user -> lb: https
  lb -> app: https
  admin -> app: ssh
  app -> scanner: {protocol: tcp, locality: same-host}
  scanner -> signatures: {protocol: tcp, locality: same-host}
flows:
  upload: {access: write, steps: [user -> lb: PUT, lb -> app: PUT, app -> scanner: scan, scanner -> signatures: read]}
  log-in: {access: write, steps: [admin -> app: ssh]}
"""


def read(text: str) -> Architecture:
    return load("model.arch.yaml", text.encode()).architecture


def edits_of(text: str) -> tuple[Edit, ...]:
    return find_smallest_repair(read(text)).edits


@pytest.mark.parametrize(
    ("host", "together"),
    [
        ("h3", ("app", "scanner", "signatures")),
        # what is there already comes along by itself
        ("h2", ("app", "scanner")),
    ],
)
def test_a_new_replica_brings_what_it_calls_on_its_host(host: str, together: tuple[str, ...]) -> None:
    index = Index(read(SCANNED))
    assert with_neighbours(index, AddReplica("app", host)) == AddHost(host, "h1", together)
    assert with_neighbours(index, AddHost(host, "h1", ("app",))) == AddHost(host, "h1", together)


@pytest.mark.parametrize("edit", [AddReplica("app", None), AddReplica("signatures", "r1"), AddReplica("lb", "l3")])
def test_what_calls_nothing_there_comes_alone(edit: AddReplica) -> None:
    assert with_neighbours(Index(read(SCANNED)), edit) == edit
    elsewhere = SCANNED.replace(", locality: same-host", "")
    optional = SCANNED.replace("locality: same-host", "locality: same-host, required: false")
    for text in (elsewhere, optional):
        assert with_neighbours(Index(read(text)), AddReplica("app", "h2")) == AddReplica("app", "h2")


def test_a_search_adds_no_replica_without_its_neighbours() -> None:
    added = [edit for edit in edits_of(SCANNED) if isinstance(edit, AddHost | AddReplica)]
    assert [set(edit.components) >= {"app", "scanner"} for edit in added if isinstance(edit, AddHost)] == [True]
    assert all(isinstance(edit, AddHost) for edit in added)


def test_a_machine_that_people_administer_is_not_replaced_by_another() -> None:
    model = read(SCANNED)
    index = Index(model)
    assert [administered(index, flow) for flow in model.flows] == [frozenset(), frozenset({"app"})]
    # who only logs in gets nothing: another machine is not the one that was asked for
    text = SCANNED[: SCANNED.index("  upload:")] + SCANNED[SCANNED.index("  log-in:") :]
    assert edits_of(text) == ()
    through = text.replace("admin -> app: ssh]", "admin -> lb: ssh, lb -> app: ssh]")
    through = through.replace("  admin -> app: ssh\n", "  admin -> lb: ssh\n").replace(
        "lb -> app: https", "lb -> app: ssh"
    )
    through = through.replace("  user -> lb: https\n", "").replace("  user: {kind: client}\n", "")
    chain = read(through)
    assert administered(Index(chain), chain.flows[0]) == frozenset({"app"})
