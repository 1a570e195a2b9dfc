"""What `what-if` says of the single points of failure that its changes leave or bring."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archgen.analysis.topology import Topology
from archgen.cli import main
from archgen.improve.recommendation import recommend
from archgen.language.load import load
from archgen.model.subject import Subject
from tests.edits.fixed_models import judged

RENTED = """\
archgen: 1
name: A service of others
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  pay: {kind: external-service, managed: true}
  app: {kind: app-server, replicas: 2}
connections: {job -> app: https, app -> pay: https}
flows: {order: {steps: [job -> app: POST, app -> pay: POST]}}
"""


@pytest.mark.parametrize("replicas", [1, 2])
def test_what_no_change_of_the_search_removes_is_left_to_lint(
    replicas: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rented.arch.yaml"
    file.write_text(RENTED.replace("app-server, replicas: 2", f"app-server, replicas: {replicas}"))
    assert main(["what-if", str(file)]) == 0
    text = " ".join(capsys.readouterr().out.split())
    said = "the search found no change for the single point of failure pay#1: `archgen lint --persona strict` advises on it"
    assert text.count(said) == 1
    assert ("1. one more replica of app" in text) is (replicas == 1)
    assert main(["what-if", str(file), "--add", "replica of app"]) == 0
    assert "the search" not in capsys.readouterr().out


ROOMS = """\
archgen: 1
name: A pair in two rooms
zones: {a: {kind: power}, b: {kind: power}}
hosts: {pg-1: {zone: a}, pg-2: {zone: b}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  db: {kind: database, product: postgresql, runs_on: [pg-1, pg-2], replication: {primary: pg-1, failover: manual}}
connections: {job -> db: {protocol: postgresql, tls: true}}
flows:
  save: {access: write, steps: [job -> db: INSERT]}
  look: {access: read, steps: [job -> db: SELECT]}
"""


def test_a_promoter_over_two_rooms_has_a_vote_in_a_third_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rooms.arch.yaml"
    file.write_text(ROOMS)
    assert main(["what-if", str(file), "--set", "failover=automatic", "--format", "json"]) == 0
    flows = json.loads(capsys.readouterr().out)["flows"]
    points = {name: [one["id"] for one in flow["after"]["single_points_of_failure"]] for name, flow in flows.items()}
    assert points == {"save": [], "look": []}
    assert main(["what-if", str(file)]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "a new etcd of three, one of them on witness-1, a new host in c, a new power feed" in words


def test_an_agent_gets_no_replica_where_it_has_nothing_to_watch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "agents.arch.yaml"
    file.write_text(AGENTS)
    assert main(["what-if", str(file)]) == 0
    assert "the search found no change for the single point of failure r" in capsys.readouterr().out
    file.write_text(AGENTS.replace("log-collector", "service"))
    assert main(["what-if", str(file)]) == 0
    assert "agent" in capsys.readouterr().out.partition("ship")[0]


SHARED = """\
archgen: 1
name: A store and a monitoring on one host
zones: {r-1: {kind: rack}, r-2: {kind: rack}, r-3: {kind: rack}}
hosts: {w-1: {zone: r-1}, w-2: {zone: r-2}, m-1: {zone: r-3}}
components:
  worker: {kind: worker, runs_on: [w-1, w-2]}
  watch: {kind: monitoring, runs_on: m-1}
  store: {kind: key-value-store, product: etcd, runs_on: m-1}
connections: {worker -> store: https, worker -> watch: https}
flows:
  job: {steps: [worker -> store: PUT]}
  look: {steps: [worker -> watch: GET]}
"""


def test_a_point_that_stays_one_of_a_flow_is_removed_for_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shared.arch.yaml"
    file.write_text(SHARED)
    assert main(["what-if", str(file)]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "two more members of store on m-2 in r-1 and m-3 in r-2, new hosts" in words
    assert "which elect with the first" in words
    assert "quorum: majority" in words
    assert "after: downtime unchanged left watch@m-1, m-1, r-3" in words


def test_no_zone_is_built_for_one_of_two_flows_that_a_zone_takes_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "alone.arch.yaml"
    file.write_text(
        SHARED.replace("r-1: {kind: rack}, r-2: {kind: rack}, ", "").replace("r-1", "r-3").replace("r-2", "r-3")
    )
    assert main(["what-if", str(file)]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "two more members of store on m-2 in r-3 and m-3 in r-3" in words


def test_what_keeps_parity_elects_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "parity.arch.yaml"
    file.write_text(SHARED.replace("kind: key-value-store, product: etcd", "kind: object-storage, product: minio"))
    assert main(["what-if", str(file)]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "new hosts, which hold its data with the first" in words
    assert "runs_on: [m-1, m-2, m-3]" in words
    assert "quorum" not in words


AGENTS = """\
archgen: 1
name: Agents in one of two racks
zones: {r: {kind: rack}, s: {kind: rack}}
hosts: {x: {zone: r}, y: {zone: r}, z: {zone: s}}
components:
  app: {kind: app-server, runs_on: [x, y]}
  agent: {kind: log-collector, runs_on: [x, y]}
  logs: {kind: log-collector, managed: {scope: regional}, replicas: 2}
connections: {agent -> logs: https}
flows: {ship: {steps: [agent -> logs: push]}}
"""


def test_a_recommendation_names_a_host_for_what_is_left_on_it() -> None:
    text = """
archgen: 1
name: Shop
hosts: {machine: {}, guest: {runs_on: machine}, other: {}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: other}
  drop: {kind: file-storage, runs_on: guest}
connections: {'user -> web': https, 'web -> drop': sftp}
flows: {buy: {title: Buy, steps: [{user -> web: GET /}, {web -> drop: put}]}}
"""
    advice = recommend(Topology(load("m.arch.yaml", text.encode()).architecture))
    assert Subject("host", "machine") in advice.left
    assert not {Subject("host", "guest"), Subject("replica", "drop@guest")} & set(advice.left)


@pytest.mark.parametrize("words", [(), ("--add", "host big-2 like big")])
@pytest.mark.parametrize("hosts", ["big", "[big, spare]"])
def test_a_second_server_says_what_the_uploads_of_the_first_need(
    words: tuple[str, ...], hosts: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Servers that keep their uploads apart already have a finding of their own."""
    file = tmp_path / "blog.arch.yaml"
    file.write_text(
        "archgen: 1\nname: A blog\nhosts: {big: {}, spare: {}}\ncomponents:\n  visitor: {kind: client}\n"
        "  web: {kind: web-server, product: nginx, runs_on: big}\n"
        f"  php: {{kind: app-server, runs_on: {hosts}, uploads: local}}\n"
        "connections: {visitor -> web: https, web -> php: fastcgi}\n"
        "flows: {page: {steps: [visitor -> web: GET, web -> php: GET]}}\n"
    )
    assert main(["what-if", str(file), *words, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    left = document["flows"]["page"]["after"]["single_points_of_failure"]
    told = [", and storage that both reach for the uploads of php" in change for change in document["changes"]]
    shared = "    uploads: shared\n    # add the storage of the uploads, and its connection\n" in document["yaml"]
    alone = hosts == "big"
    assert (left, any(told), shared) == ([], alone, alone)


@pytest.mark.parametrize(
    ("balance", "sessions", "shared"),
    [
        ("round-robin", "local", True),
        ("{health_check: GET /}", "local", True),
        # what brings each visitor back to the same replica, and what keeps none
        ("{algorithm: round-robin, stickiness: cookie}", "local", False),
        ("round-robin", "shared", False),
        ("round-robin", "none", False),
    ],
)
def test_a_fix_refuses_the_second_server_whose_sessions_a_search_lets_share(
    balance: str, sessions: str, shared: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "archgen: 1\nname: A shop\nhosts: {l-1: {}, l-2: {}, a-1: {}}\ncomponents:\n  visitor: {kind: client}\n"
        "  lb: {kind: load-balancer, runs_on: [l-1, l-2], cluster: {mode: active-passive, by: vrrp, watches: process, "
        f"address: {{shared: 10.0.0.1}}}}, balance: {balance}}}\n"
        f"  app: {{kind: app-server, runs_on: a-1, sessions: {sessions}}}\n"
        "connections: {visitor -> lb: https, lb -> app: https}\n"
        "flows: {buy: {steps: [visitor -> lb: POST, lb -> app: POST]}}\n"
    )
    file = tmp_path / "shop.arch.yaml"
    file.write_text(text)
    assert main(["what-if", str(file), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (change,) = document["changes"]
    assert change.startswith("a replica of app on a-2")
    assert (", and a store that both reach for the sessions of app" in change) == shared
    assert ("    sessions: shared\n    # add the store of the sessions" in document["yaml"]) == shared
    (finding,) = (each for each in judged(text).findings if each.rule == "single-point-of-failure")
    assert bool(finding.changes) != shared
    assert finding.fix is not None
    assert finding.fix.startswith("Keep the sessions of app where several replicas reach them") == shared


def test_visitors_of_a_pair_beside_its_servers_sign_in_again_and_need_no_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shop.arch.yaml"
    file.write_text(
        "archgen: 1\nname: A shop\nhosts: {l-1: {}, l-2: {}}\ncomponents:\n  visitor: {kind: client}\n"
        "  lb: {kind: reverse-proxy, runs_on: [l-1, l-2], cluster: {mode: active-passive, by: vrrp, watches: service, "
        "address: {shared: 10.0.0.1}}}\n"
        "  app: {kind: app-server, runs_on: l-1, sessions: local}\n"
        "connections: {visitor -> lb: https, lb -> app: {protocol: https, locality: same-host}}\n"
        "flows: {buy: {steps: [visitor -> lb: POST, lb -> app: POST]}}\n"
    )
    assert main(["what-if", str(file), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["changes"] == ["a replica of app on l-2"]
    assert "sessions:" not in document["yaml"]
    assert (
        "    # visitors sign in again after a failover: each replica keeps the sessions of its own\n"
        in document["yaml"]
    )


DIRECTORY = """\
archgen: 1
name: An office
hosts: {c-1: {}, c-2: {}, s-1: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  files: {kind: app-server, runs_on: [c-1, c-2]}
  samba: {kind: identity-provider, product: samba, runs_on: s-1}
connections: {job -> files: https, files -> samba: ldaps}
flows: {open: {steps: [job -> files: GET, files -> samba: bind]}}
"""


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (
            "",
            "",
            [
                "a replica of samba on s-2, a new host, with samba joined to the first server, and both addresses at each caller"
            ],
        ),
        # what isn't known to replicate, and a provider's directory
        ("product: samba", "product: keycloak", []),
        ("runs_on: s-1}", "managed: true}", []),
    ],
)
def test_a_search_adds_the_second_server_of_a_directory(
    before: str, after: str, changes: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert before in DIRECTORY
    file = tmp_path / "office.arch.yaml"
    file.write_text(DIRECTORY.replace(before, after))
    assert main(["what-if", str(file), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["changes"] == changes
