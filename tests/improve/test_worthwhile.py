"""Changes that are worth it: the largest first, none that saves nothing, none where people are quick enough or the loss is accepted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archgen.analysis.topology import Topology
from archgen.cli import main
from archgen.improve.recommendation import recommend
from archgen.language.load import load
from archgen.linting.acceptance import accepted_elements
from tests import contracts

PAIR = """\
archgen: 1
name: A pair whose data people switch over
zones: {x: {kind: datacenter}, y: {kind: datacenter}}
hosts: {box-1: {zone: x}, box-2: {zone: y}}
components:
  user: {kind: client}
  dns: {kind: dns, managed: {scope: global}, domain: shop.example}
  web: {kind: web-server, runs_on: box-1, sessions: none}
  db:
    kind: database
    product: mariadb
    runs_on: [box-1, box-2]
    replication: {primary: box-1, failover: manual, mode: asynchronous, recovery: 20m}
connections: {user -> dns: dns, user -> web: https, web -> db: {protocol: mysql, tls: true}}
flows:
  order: {access: write, domain: shop.example, steps: [user -> web: POST, web -> db: INSERT]}
"""
SETTLED = f"{PAIR}objectives: {{recovery_time: 1h}}\n"


def result(text: str, folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    file = folder / "worth.arch.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["what-if", str(file), *words, "--format", "json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    contracts.check("what-if", document)
    return document


@pytest.mark.parametrize(
    ("old", "new", "is_settled"),
    [
        ("", "", True),
        ("recovery_time: 1h", "recovery_time: 10m", False),
        (", recovery: 20m", "", False),
        ("recovery_time: 1h", "recovery_time: 1h, availability: 99.99%", False),
        ("recovery_time: 1h", "recovery_time: 1h, availability: 99%", True),
        ("objectives:", "expect: [survives x for order]\nobjectives:", False),
        ("objectives:", "expect: [survives any one datacenter for order]\nobjectives:", False),
        ("objectives:", "expect: [survives any one element for order]\nobjectives:", False),
        ("objectives:", "expect: [survives db for order]\nobjectives:", False),
        ("objectives:", "expect: [survives dns for order]\nobjectives:", False),
        ("objectives:", "expect: [survives any one rack for order]\nobjectives:", True),
        ("objectives:", "expect: [at most 1 h/year for order]\nobjectives:", False),
        ("objectives:", "expect: [at most 1000 h/year for order]\nobjectives:", True),
        ("objectives:", "expect: [never internet -> db]\nobjectives:", True),
    ],
)
def test_what_people_fail_over_in_time_stays_with_them(
    old: str, new: str, is_settled: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless a flow misses what the model asks of it."""
    text = SETTLED.replace(old, new) if old else SETTLED
    document = result(text, tmp_path, capsys)
    assert document["practiced_failovers"] == (["db"] if is_settled else [])
    assert any("automatic failover of db" in change for change in document["changes"]) is not is_settled
    assert any("replica of web on box-2" in change for change in document["changes"])
    if is_settled:
        assert "failover: automatic, by: orchestrator" not in document["yaml"]
        made = recommend(Topology(load("a.arch.yaml", text.encode()).architecture))
        assert all("failover of db" not in change.words for change in made.changes)


def test_what_is_practiced_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "worth.arch.yaml"
    words = "people fail db over within the recovery objective, so no change automates that"
    for text in (SETTLED, SETTLED.replace("runs_on: box-1, sessions", "runs_on: [box-1, box-2], sessions")):
        file.write_text(text, encoding="utf-8")
        assert main(["what-if", str(file)]) == 0
        assert words in " ".join(capsys.readouterr().out.split())
    assert main(["what-if", str(file), "--set", "failover=automatic"]) == 0
    assert "people fail" not in capsys.readouterr().out


ORDERED = """\
archgen: 1
name: A large and a small saving
hosts:
  a: {availability: 99.8%}
  b: {availability: 99%}
components:
  job: {kind: scheduler, managed: {scope: global}, replicas: 2}
  small: {kind: service, runs_on: a, sessions: none}
  large: {kind: service, runs_on: b, sessions: none}
connections: {job -> small: https, small -> large: https}
flows: {work: {steps: [job -> small: POST, small -> large: POST]}}
"""


def test_the_largest_saving_comes_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = result(ORDERED, tmp_path, capsys)
    assert [change.split(" on ")[0] for change in document["changes"]] == ["a replica of large", "a replica of small"]
    saved = [won["work"] for won in document["hours_per_year_won"]]
    assert saved == sorted(saved, reverse=True)


def test_no_change_saves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is of use with another one alone is told together with it, and what is of none is left out."""
    text = """\
archgen: 1
name: Two that never fail
hosts: {a: {availability: 100%}, b: {availability: 99%}}
components:
  job: {kind: scheduler, managed: {scope: global}, replicas: 2}
  sound: {kind: service, runs_on: a, sessions: none, availability: 100%, changes: false}
  weak: {kind: service, runs_on: b, sessions: none}
connections: {job -> sound: https, sound -> weak: https}
flows: {work: {steps: [job -> sound: POST, sound -> weak: POST]}}
"""
    document = result(text, tmp_path, capsys)
    assert document["changes"] == ["a replica of weak on a"]
    assert [point["id"] for point in document["left"]["work"]] == ["sound@a", "a"]


MAIL = """\
archgen: 1
name: Mailboxes and a copy
hosts: {a: {}, b: {}}
components:
  user: {kind: client}
  imap:
    kind: mail
    product: dovecot
    runs_on: [a, b]
    replication: {primary: a, failover: manual, mode: asynchronous}
connections: {user -> imap: {protocol: imaps, tls: true}}
flows: {read: {access: read-write, steps: [user -> imap: FETCH]}}
"""


def test_nothing_promotes_a_copy_whose_product_has_no_means_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert result(MAIL, tmp_path, capsys)["changes"] == []
    for text, name in (
        (MAIL, "dovecot"),
        (MAIL.replace("kind: mail", "kind: file-storage").replace("dovecot", "zfs"), "zfs"),
    ):
        asked = result(text, tmp_path, capsys, "--set", "imap.failover=automatic")["changes"]
        assert asked == [f"automatic failover of imap by a cluster manager beside it, since {name} promotes no copy"]
    told = MAIL.replace("connections:", "  pcs: {kind: other, product: pacemaker, runs_on: [a, b]}\nconnections:")
    told = told.replace("failover: manual", "failover: manual, by: pcs")
    assert result(told, tmp_path, capsys)["changes"] == ["automatic failover of imap"]


def test_no_one_else_starts_a_shell_on_another_host(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shell = ORDERED.replace(
        "job: {kind: scheduler, managed: {scope: global}, replicas: 2}", "job: {kind: other, runs_on: a}"
    )
    assert [change.split(" on ")[0] for change in result(shell, tmp_path, capsys)["changes"]] == ["a replica of large"]
    called = shell.replace("connections: {", "connections: {large -> job: https, ")
    assert any("job" in change for change in result(called, tmp_path, capsys)["changes"])


def test_slides_recommend_nothing_against_an_accepted_loss() -> None:
    accepted = "accept: [{rule: single-point-of-failure, subject: b, reason: Rented by the hour, until: 2027-01-01}]\n"
    topology = Topology(load("a.arch.yaml", (ORDERED + accepted).encode()).architecture)
    for today, count in (("2026-12-01", 1), ("2027-12-01", 2)):
        made = recommend(topology, accepted_elements(topology, today))
        assert len([each for each in made.changes if "large" in each.words or "small" in each.words]) == count
    gone = recommend(topology, accepted_elements(topology, "2026-12-01"))
    assert "b" not in {element.id for element in gone.left}


def test_copies_on_one_host_are_those_that_help(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pair that calls each other on its host alone comes along with neither."""
    text = """\
archgen: 1
name: Two pairs on a server
hosts: {a: {}, b: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, managed: {scope: global}, balance: {health_check: GET /}}
  web: {kind: app-server, runs_on: a, sessions: none}
  cache: {kind: cache, product: varnish, runs_on: a}
  erp: {kind: app-server, runs_on: a, sessions: none}
  rows: {kind: database, product: firebird, runs_on: a}
connections:
  user -> lb: https
  lb -> web: https
  web -> cache: {protocol: http, locality: same-host}
  user -> erp: https
  erp -> rows: {protocol: tcp, port: 3050, locality: same-host}
flows:
  page: {access: read, steps: [user -> lb: GET, lb -> web: GET, web -> cache: GET]}
  book: {access: write, steps: [user -> erp: POST, erp -> rows: INSERT]}
"""
    changes = result(text, tmp_path, capsys)["changes"]
    assert changes
    assert not any("erp" in change or "rows" in change for change in changes)


@pytest.mark.parametrize("how", ["failover: manual", "mode: asynchronous"])
def test_two_brokers_of_which_one_keeps_what_waits_get_a_third_that_votes(
    how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing promotes the other one: the three of them agree on what waits."""
    text = (
        ORDERED.replace(
            "small: {kind: service, runs_on: a, sessions: none}", f"small: {{kind: queue, product: rabbitmq, {QUEUE}}}"
        )
        .replace("HOW", how)
        .replace("large: {kind: service, runs_on: b", "large: {kind: service, runs_on: [a, b]")
    )
    document = result(text, tmp_path, capsys)
    third = "a third member of small on a-2, a new host, and a vote of the three on what waits (quorum queues)"
    assert document["changes"] == [third]
    assert "runs_on: [a, b, a-2]\n    quorum: majority\n    # remove its `replication`" in document["yaml"]
    assert document["flows"]["work"]["after"]["single_points_of_failure"] == []


QUEUE = "runs_on: [a, b], replication: {primary: a, HOW}"


@pytest.mark.parametrize(("kind", "by"), [("availability-zone", ""), ("datacenter", " by: vrrp,")])
def test_no_address_moves_by_vrrp_in_the_network_of_a_provider(
    kind: str, by: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"""\
archgen: 1
name: A gateway of a zone
zones: {{z: {{kind: {kind}}}}}
hosts: {{vpn-1: {{zone: z}}}}
components:
  job: {{kind: scheduler, managed: {{scope: global}}, replicas: 2}}
  vpn: {{kind: router, product: strongswan, runs_on: vpn-1}}
  api: {{kind: external-service, managed: {{scope: global}}}}
connections: {{job -> vpn: https, vpn -> api: https}}
flows: {{work: {{steps: [job -> vpn: POST, vpn -> api: POST]}}}}
"""
    moved = f"cluster: {{mode: active-passive, failover: automatic,{by} watches: process}}"
    assert moved in result(text, tmp_path, capsys)["yaml"]
