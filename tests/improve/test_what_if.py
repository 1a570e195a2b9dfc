"""`archgen what-if`: changes, the smallest repair, and the YAML that makes them."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from archgen.cli import main
from archgen.edits.changes import Edit, MoveHost, apply_edit
from archgen.improve.repair import find_smallest_repair
from archgen.language.load import load
from archgen.model.architecture import Architecture
from archgen.reliability.failure import failures
from archgen.reliability.index import Index
from archgen.reliability.plan import Plan
from archgen.reliability.structure import build
from tests import contracts
from tests.generators.random_flows import architecture
from tests.paths import ROOT

TIER = {number: next((ROOT / "models").glob(f"{number}-*.arch.yaml")) for number in (1, 2, 3, 4)}


def read(text: bytes) -> Architecture:
    return load("a.arch.yaml", text).architecture


def points(model: Architecture) -> set[tuple[str, str]]:
    index = Index(model)
    found = (failures(Plan(index, build(index, flow))) for flow in model.flows)
    return {(one.flow, point.element.id) for one in found for point in one.points}


def changed(model: Architecture, edits: tuple[Edit, ...]) -> Architecture:
    for edit in edits:
        model = apply_edit(model, edit)
    return model


def run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["what-if", *words, "--format", "json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    contracts.check("what-if", document)
    return document


def merged(model: dict[str, Any], fragment: dict[str, Any]) -> dict[str, Any]:
    """The fragment's keys take the place of the model's, mapping by mapping below sections and things."""
    result = {key: dict(value) if isinstance(value, dict) else value for key, value in model.items()}
    for section, things in fragment.items():
        for name, keys in things.items():
            result.setdefault(section, {})
            result[section][name] = {**(result[section].get(name) or {}), **keys}
    return result


@pytest.mark.parametrize(("tier", "count"), [(1, 2), (2, 2), (3, 3), (4, 5)])
def test_the_repair_of_a_tier_is_enough_and_no_part_of_it_is(tier: int, count: int) -> None:
    """Tier 1: a second server and failover. Tier 4: each of the five single servers, and failover. DNS is its provider's."""
    model = read(TIER[tier].read_bytes())
    found = find_smallest_repair(model)
    assert (len(found.edits), found.smallest) == (count, True)
    left = {(flow, element.id) for flow, elements in found.left for element in elements}
    assert {element for _, element in left} == {"dns#1"}
    assert points(changed(model, found.edits)) == left
    for part in combinations(found.edits, count - 1):
        assert points(changed(model, part)) > left


@pytest.mark.parametrize("tier", [1, 2, 3, 4])
def test_the_yaml_makes_the_changes(tier: int, capsys: pytest.CaptureFixture[str]) -> None:
    text = TIER[tier].read_text(encoding="utf-8")
    document = run(capsys, str(TIER[tier]))
    whole = merged(yaml.safe_load(text), yaml.safe_load(document["yaml"]))
    assert {element for _, element in points(read(yaml.safe_dump(whole).encode()))} == {"dns#1"}


def test_a_zone_that_all_stands_in_is_repaired_by_a_second_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.arch.yaml"
    file.write_text(
        "archgen: 1\nname: One zone\nzones: {r-1: {kind: region}, dc-1: {kind: datacenter, in: r-1}}\n"
        "hosts: {a: {zone: dc-1}, b: {zone: dc-1}}\ncomponents:\n  user: {kind: client}\n"
        "  web: {kind: web-server, runs_on: [a, b]}\nconnections: {user -> web: https}\n"
        "flows: {page: {title: A page, steps: [user -> web: GET]}}\n",
        encoding="utf-8",
    )
    document = run(capsys, str(file))
    assert document["changes"] == ["a replica of web on a-2 in r-2, a new host"]
    assert document["flows"]["page"]["after"]["single_points_of_failure"] == []
    assert "  r-2: {kind: region}\n" in document["yaml"]


STADIUM = """archgen: 1
name: A stadium
zones: {north: {kind: datacenter}, south: {kind: datacenter}}
hosts:
  app-n: {zone: north}
  app-s: {zone: south}
  db-n: {zone: north, availability: {mtbf: 2y, mttr: 90min}}
  db-s: {zone: south}
  db-w: {}
components:
  fan: {kind: client}
  web: {kind: web-server, runs_on: [app-n, app-s]}
  seats: {kind: app-server, runs_on: {app-n: 2}}
  store:
    kind: database
    runs_on: [db-n, db-s]
    replication: {primary: db-n, failover: automatic, by: votes, waits_for: 1, without: stop}
  votes: {kind: other, product: etcd, runs_on: [db-n, db-s, db-w], quorum: majority}
connections: {fan -> web: https, web -> seats: http, seats -> store: postgresql}
flows: {buy: {access: write, steps: [fan -> web: POST, web -> seats: hold, seats -> store: UPDATE]}}
"""


def test_a_repair_takes_declared_hosts_and_zones_before_new_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both zones are single points, one for the seats, the other for what a write waits for; three votes stay three."""
    file = tmp_path / "stadium.arch.yaml"
    file.write_text(STADIUM, encoding="utf-8")
    assert run(capsys, str(file))["changes"] == ["a replica of store on db-w", "a replica of seats on app-s"]


def test_a_new_host_writes_its_times_in_their_own_units(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "stadium.arch.yaml"
    file.write_text(STADIUM, encoding="utf-8")
    added = run(capsys, str(file), "--add", "host db-x like db-n in south")
    assert "availability: {mtbf: 2y, mttr: 90m}" in added["yaml"]


def _two(recent: float) -> float:
    """Return the downtime with a second host and zone: both are lost, or the first was less than 390 s ago, by DNS."""
    one = (1 - 0.01) * 0.9
    return (1 - one) ** 2 + (1 - (1 - 0.1 * recent) * (1 - 0.01 * 390 / 14_400)) * one


@pytest.mark.parametrize(
    ("host", "zone", "downtime"),
    [("0.9", "99%", _two(390 / 14_400)), ("{mtbf: 90h, mttr: 10h}", "99%", _two(390 / 36_000))],
)
def test_a_new_host_and_a_new_zone_are_as_available_as_those_that_they_are_like(
    host: str, zone: str, downtime: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        f"archgen: 1\nname: One zone\nchanges: false\nzones: {{dc-1: {{kind: datacenter, availability: {zone}}}}}\n"
        f"hosts: {{web-1: {{zone: dc-1, availability: {host}}}}}\ncomponents:\n  user: {{kind: client}}\n"
        "  web: {kind: web-server, runs_on: web-1, availability: 100%}\nconnections: {user -> web: https}\n"
        "flows: {page: {steps: [user -> web: GET]}}\n"
    )
    file = tmp_path / "a.arch.yaml"
    file.write_text(text, encoding="utf-8")
    document = run(capsys, str(file))
    assert document["changes"] == ["a replica of web on web-2 in dc-2, a new host"]
    assert document["flows"]["page"]["after"]["downtime_hours_per_year"] == pytest.approx(8760 * downtime)
    file.write_text(yaml.safe_dump(merged(yaml.safe_load(text), yaml.safe_load(document["yaml"]))), encoding="utf-8")
    written = run(capsys, str(file))
    assert written["flows"]["page"]["before"]["downtime_hours_per_year"] == pytest.approx(8760 * downtime)


def test_random_models_get_no_worse_and_are_repaired_as_far_as_said() -> None:
    repaired = 0
    for seed in range(200):
        model = architecture(seed)
        found = find_smallest_repair(model)
        after = points(changed(model, found.edits))
        assert after == {(flow, one.id) for flow, left in found.left for one in left}
        there = {host.id for host in model.hosts}
        assert all(edit.host in there for edit in found.edits if isinstance(edit, MoveHost))
        if points(model) and not after:
            repaired += 1
            for edit in found.edits if found.smallest else ():
                assert points(changed(model, tuple(one for one in found.edits if one != edit))), seed
    assert repaired >= 15


def test_given_changes_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    document = run(capsys, str(TIER[2]), "--add", "replica of haproxy on lb-2", "--set", "mysql.failover=automatic")
    assert document["changes"] == [
        "a replica of haproxy on lb-2, a new host",
        "automatic failover of mysql by a new orchestrator of three, one of them on witness-1, a new host, with what leads its "
        "callers to the new primary",
    ]
    write = document["flows"]["write-comment"]
    assert [one["id"] for one in write["after"]["single_points_of_failure"]] == ["dns#1"]
    assert write["after"]["availability"] > write["before"]["availability"]
    won = [one["write-comment"] for one in document["hours_per_year_won"]]
    before, after = (write[when]["downtime_hours_per_year"] for when in ("before", "after"))
    assert all(hours > 0 for hours in won)
    assert sum(won) == pytest.approx(before - after)
    document = run(capsys, str(TIER[1]), "--add", "host server-2 like server-1 in dc-9")
    assert document["changes"] == [
        "a host server-2 like server-1 in dc-9, with nginx, app, code, mysql, and one tool that deploys both copies of code",
        "automatic failover of mysql by a new orchestrator of three, one of them on witness-1, a new host, with what leads its "
        "callers to the new primary",
    ]


def test_the_text_tells_what_is_won_and_what_to_write(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["what-if", str(TIER[2])]) == 0
    text = capsys.readouterr().out
    assert "a replica of haproxy on lb-2, a new host" in text
    assert "found no change for the single point of failure dns#1" in text
    assert re.search(r"saves [\d.]+ (h|min) per year for ", text)
    assert "      runs_on: [lb-1, lb-2]\n" in text


IN_ZONES = """\
archgen: 1
name: Two rooms
zones: {room-a: {kind: datacenter}, room-b: {kind: datacenter}}
hosts: {nas-a: {zone: room-a}, app-a: {zone: room-a}, app-b: {zone: room-b}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  app: {kind: service, runs_on: app-a, capacity: 10/s}
  cache: {kind: cache, product: memcached, runs_on: [app-a, app-b]}
  files: {kind: file-storage, runs_on: nas-a}
  nat: {kind: nat-gateway, managed: {scope: zonal, zone: room-a}}
connections: {job -> app: https, app -> files: nfs, app -> nat: tcp}
flows: {work: {steps: [job -> app: POST, app -> files: write, app -> nat: send]}}
"""


@pytest.mark.parametrize(
    ("words", "change"),
    [
        # a machine that is there and suits it comes before a new one
        ("replica of app in room-b", "a replica of app on app-b"),
        ("replica of files in room-b", "a replica of files on nas-a-2 in room-b, a new host"),
        ("replica of files in room-c", "a replica of files on nas-a-2 in room-c, a new host"),
        ("replica of nat in room-b", "one more replica of nat by its provider"),
    ],
)
def test_a_zone_alone_says_where_a_replica_goes(
    words: str, change: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rooms.arch.yaml"
    file.write_text(IN_ZONES)
    assert run(capsys, str(file), "--add", words)["changes"][0] == change


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--add", "something"], "unknown change `something`"),
        (["--add", "replica of nginxx on lb-1"], "did you mean `nginx`?"),
        (["--add", "replica of user on lb-1"], "clients have no replicas"),
        (["--add", "replica of nginx"], "names no host"),
        (["--add", "replica of dns on lb-1"], "has no hosts in the model"),
        (["--add", "replica of nginx on lb-1 in west"], "lb-1 is a host of the model, and `in west` is for a new one"),
        (["--add", "host lb-1 like lb-1"], "the host `lb-1` already exists"),
        (["--add", "host lb-3 like lb-9"], "unknown host `lb-9`"),
        (["--set", "haproxy.failover=automatic"], "has no manual failover"),
        (["--set", "failover=manual"], "unknown setting"),
    ],
)
def test_a_wrong_use_is_one_clear_message(capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    assert main(["what-if", str(TIER[2]), *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err


@pytest.mark.parametrize(
    ("placed", "message"),
    [
        ("runs_on: {any: [a, b]}, replicas: 2", "the replicas of app float over their hosts; leave `in z` out"),
        ("replicas: 2", "the replicas of app have no zone of their own in the model; leave `in z` out"),
    ],
)
def test_a_zone_is_not_for_replicas_without_a_place(
    placed: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.arch.yaml"
    file.write_text(f"""\
archgen: 1
name: Replicas without a place
zones: {{z: {{kind: availability-zone}}}}
hosts: {{a: {{zone: z}}, b: {{zone: z}}}}
components:
  user: {{kind: client}}
  app: {{kind: service, {placed}}}
connections: {{user -> app: https}}
""")
    assert main(["what-if", str(file), "--add", "replica of app in z"]) == 2
    assert message in capsys.readouterr().err


def test_what_both_sides_assume_is_listed_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    words = (str(TIER[2]), "--add", "host lb-2 like lb-1")
    flows = run(capsys, *words)["flows"]
    assumed = {one["element"]["id"]: one["source"] for one in flows["read-page"]["after"]["assumed"]}
    assert "lb-2" in assumed
    assert "lb-2" not in [one["element"]["id"] for one in flows["read-page"]["before"]["assumed"]]
    assert main(["what-if", *words]) == 0
    told = " ".join(capsys.readouterr().out.partition("assumed, since")[2].partition("in the model")[0].split())
    assert f"99.9% for lb-1, server-1, server-2 and lb-2: {assumed['lb-2']}" in told
    assert all(element in told for element in assumed)


FLOATING = """\
archgen: 1
name: On a cluster
hosts: {node-1: {}, node-2: {}, node-3: {}}
components:
  user: {kind: client}
  app: {kind: KIND, runs_on: {any: [node-1, node-2, node-3], recovery: 30s}, replicas: 1}
connections:
  user -> app: https
flows:
  read: {title: A visitor reads, access: read, steps: [user -> app: GET]}
"""


@pytest.mark.parametrize("recovery", ["30s", "1234567s"])
def test_what_floats_gets_a_replica_that_floats_with_it(
    recovery: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.arch.yaml"
    path.write_text(FLOATING.replace("KIND", "app-server").replace("30s", recovery), encoding="utf-8")
    for words in ((), ("--add", "replica of app")):
        document = run(capsys, str(path), *words)
        assert document["changes"] == ["one more replica of app"]
        app = yaml.safe_load(document["yaml"])["components"]["app"]
        where = {"any": ["node-1", "node-2", "node-3"], "recovery": recovery, "spread": "host"}
        assert app == {"runs_on": where, "replicas": 2}
        repaired = merged(yaml.safe_load(path.read_text(encoding="utf-8")), {"components": {"app": app}})
        assert points(read(yaml.safe_dump(repaired).encode())) == set()


@pytest.mark.parametrize("kind", ["database", "queue"])
def test_data_does_not_follow_what_floats(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.arch.yaml"
    path.write_text(FLOATING.replace("KIND", kind), encoding="utf-8")
    assert run(capsys, str(path))["changes"] == []


@pytest.mark.parametrize(
    ("kind", "word", "message"),
    [
        ("database", "replica of app", "its data doesn't follow them"),
        ("app-server", "replica of app on node-1", "name more hosts in the model"),
    ],
)
def test_what_floats_gets_no_host_and_its_data_no_second_place(
    kind: str, word: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.arch.yaml"
    path.write_text(FLOATING.replace("KIND", kind), encoding="utf-8")
    assert main(["what-if", str(path), "--add", word]) == 2
    assert message in capsys.readouterr().err


def test_replicas_that_float_over_one_host_are_on_that_host(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.arch.yaml"
    text = FLOATING.replace("KIND", "app-server").replace("[node-1, node-2, node-3]", "[node-1]")
    path.write_text(text.replace("replicas: 1", "replicas: 2"), encoding="utf-8")
    document = run(capsys, str(path))
    assert document["changes"] == ["a replica of app on node-2"]
    assert "runs_on: {node-1: 2, node-2: 1}\n    replicas: 3" in document["yaml"]
    whole = merged(yaml.safe_load(path.read_text(encoding="utf-8")), yaml.safe_load(document["yaml"]))
    app = next(each for each in read(yaml.safe_dump(whole).encode()).components if each.id == "app")
    assert [replica.hosts for replica in app.replicas] == [("node-1",), ("node-1",), ("node-2",)]


LONE = """archgen: 1
name: What keeps its data beside itself
hosts: {a: {}, nas: {}}
components:
  user: {kind: client}
  site: {kind: service, runs_on: a}
  data: {kind: database, runs_on: a}
connections: {user -> site: https, site -> data: file}
flows: {read: {access: read, steps: [user -> site: GET, site -> data: read]}}
"""
_DATA = LONE.partition("kind: service, ")[2].partition("flows:")[0]


@pytest.mark.parametrize(
    ("old", "new", "grown"),
    [
        ("site -> data: file", "site -> data: postgresql", True),
        ("site -> data: file", "site -> data: file", False),
        ("data: {kind: database, runs_on: a}", "data: {kind: database, runs_on: nas}", True),
        ("data: {kind: database, runs_on: a}", "data: {kind: cache, runs_on: a}", True),
        ("data: {kind: database, runs_on: a}", "data: {kind: code-base, runs_on: a}", True),
        (_DATA, f"codebase: data, {_DATA}".replace("database", "code-base"), True),
        (_DATA, f"codebase: data, {_DATA}".replace("database", "file-storage"), False),
        (_DATA, f"codebase: data, {_DATA}".replace("database", "file-storage").replace(": file}", ": https}"), False),
    ],
)
def test_a_program_that_keeps_its_files_beside_itself_gets_no_second_replica(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, grown: bool
) -> None:
    assert old in LONE
    text = LONE.replace(old, new)
    file = tmp_path / "a.arch.yaml"
    file.write_text(text, encoding="utf-8")
    changes = " ".join(run(capsys, str(file))["changes"])
    assert ("site" in changes) == grown
    assert "data, data" not in changes
    capsys.readouterr()
    main(["lint", str(file), "--fix", "--unsafe-fixes", "--diff"])
    assert ("runs_on: [a, a-2]" not in capsys.readouterr().out) or grown


@pytest.mark.parametrize(
    ("component", "grown"),
    [
        ("kind: database, product: postgresql", True),
        ("kind: database, product: sqlite", False),
        ("kind: file-storage", False),
        ("kind: file-storage, product: minio", True),
        ("kind: queue, product: activemq, managed: true", True),
        ("kind: stream, product: kafka, managed: true", False),
        ("kind: monitoring", False),
        ("kind: backup", False),
    ],
)
def test_what_copies_nothing_to_a_second_replica_gets_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], component: str, grown: bool
) -> None:
    file = tmp_path / "a.arch.yaml"
    file.write_text(
        "archgen: 1\nname: A part that is alone\nhosts: {a: {}}\ncomponents:\n  user: {kind: client}\n"
        f"  part: {{{component}, runs_on: a}}\nconnections: {{user -> part: https}}\n"
        "flows: {page: {title: A page, steps: [user -> part: GET]}}\n",
        encoding="utf-8",
    )
    assert bool(run(capsys, str(file))["changes"]) == grown


@pytest.mark.parametrize(
    ("kind", "first", "waits"),
    [
        ("worker", "mail", True),
        ("worker", "jobs", False),
        ("service", "mail", True),
        ("worker, why: Only one may run", "jobs", True),
    ],
)
def test_second_worker_that_starts_its_own_work_waits_for_a_lease(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, first: str, *, waits: bool
) -> None:
    """Two that take jobs from a queue share them out; two that start by themselves would do each job twice."""
    file = tmp_path / "a.arch.yaml"
    file.write_text(
        "archgen: 1\nname: A worker\nhosts: {a: {}, b: {}}\ncomponents:\n"
        f"  worker: {{kind: {kind}, runs_on: a}}\n"
        "  mail: {kind: external-service}\n  jobs: {kind: queue, product: sqs, managed: true}\n"
        "connections: {worker -> mail: https, worker -> jobs: https}\n"
        f"flows: {{nightly: {{title: Mail, steps: [worker -> {first}: begin]}}}}\n",
        encoding="utf-8",
    )
    document = run(capsys, str(file))
    (change,) = (each for each in document["changes"] if each.startswith("a replica of worker"))
    assert change.endswith(", which waits for a lease") == waits
    assert ("# add what holds the lease" in document["yaml"]) == waits


ROOMS = """archgen: 1
name: Two rooms of one site
zones: {site: {kind: datacenter}, room-1: {kind: power, in: site}, room-2: {kind: power, in: site}}
hosts: {a-1: {zone: room-1}, a-2: {zone: room-2}, relay-1: {zone: room-2}, nas: {zone: room-1}}
components:
  web: {kind: app-server, runs_on: [a-1, a-2]}
  cron: {kind: scheduler, runs_on: a-1}
  helper: {kind: service, runs_on: [a-1, a-2]}
  relay: {kind: mail, product: postfix, runs_on: relay-1}
  files: {kind: file-storage, runs_on: nas}
connections: {helper -> files: nfs, cron -> helper: {protocol: http, locality: same-host}, helper -> relay: smtp}
flows: {nightly: {title: Mail, steps: [cron -> helper: start, helper -> files: read, helper -> relay: send]}}
"""


def test_what_stands_ready_comes_before_a_site_that_nobody_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other host of the same work, and the other room: the files can't be doubled, so a second site saves nothing."""
    file = tmp_path / "a.arch.yaml"
    file.write_text(ROOMS, encoding="utf-8")
    document = run(capsys, str(file))
    assert set(document["changes"]) == {
        "a replica of cron on a-2, which waits for a lease",
        "a replica of relay on relay-2 in room-1, a new host",
    }
    assert "# add what holds the lease, so that no job starts twice: `by: …`" in document["yaml"]
    capsys.readouterr()
    without = ROOMS.replace(", nas: {zone: room-1}", "").replace("  files: {kind: file-storage, runs_on: nas}\n", "")
    without = without.replace("helper -> files: nfs, ", "").replace("helper -> files: read, ", "")
    file.write_text(without, encoding="utf-8")
    second = run(capsys, str(file))
    assert second["yaml"].count("kind: datacenter") == 1
    assert second["flows"]["nightly"]["after"]["single_points_of_failure"] == []


SUBMISSION = """archgen: 1
name: Submission
zones: {fsn: {kind: datacenter}, nue: {kind: datacenter}}
hosts: {a: {zone: fsn}, b: {zone: nue}}
components:
  customer: {kind: client}
  dns:
    kind: dns
    managed: {scope: global}
    domain: k.example
    records: [{name: smtp.k.example, type: A, value: a, ttl: 300}]
  mail: {kind: mail, product: postfix, runs_on: a}
connections: {customer -> dns: dns, customer -> mail: PORT}
flows: {send: {title: Mail, domain: smtp.k.example, access: write, steps: [customer -> mail: DATA]}}
"""


@pytest.mark.parametrize(
    ("port", "moves"),
    [
        ("{protocol: smtps, port: 465}", True),
        ("{protocol: smtp, port: 587, tls: true}", True),
        ("imaps", True),
        ("smtp", False),
        ("[{protocol: smtp, port: 25}, imaps]", True),
    ],
)
def test_second_server_of_mail_that_people_hand_in_has_a_name_that_moves(
    port: str, moves: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other mail servers try each MX record; a mail program has one name."""
    file = tmp_path / "a.arch.yaml"
    file.write_text(SUBMISSION.replace("PORT", port), encoding="utf-8")
    document = run(capsys, str(file))
    assert ("a replica of mail on b" in "".join(document["changes"])) or not moves
    assert ("address: dns" in document["yaml"]) == moves


@pytest.mark.parametrize(
    "copied", ["", ", replication: {writers: all}", ", replication: {primary: a, failover: automatic}"]
)
def test_what_moves_the_traffic_of_a_store_alone_is_no_promoter(
    copied: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "m.arch.yaml"
    model.write_text(
        "archgen: 1\nname: A store whose traffic people move\nhosts: {a: {}, b: {}}\ncomponents:\n"
        "  job: {kind: scheduler, runs_on: a}\n  db: {kind: database, product: postgresql, runs_on: [a, b], "
        f"cluster: {{failover: manual, active: a}}{copied}}}\n"
        "connections: {job -> db: postgresql}\nflows: {do: {access: write, steps: [job -> db: INSERT]}}\n"
    )
    document = run(capsys, str(model), "--set", "db.failover=automatic")
    assert document["changes"] == ["automatic failover of db"]
    assert document["hours_per_year_won"][0]["do"] > 0


def test_what_is_automatic_by_its_replica_already_leaves_the_others_to_automate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "m.arch.yaml"
    model.write_text(
        "archgen: 1\nname: Two stores\nhosts: {a: {}, b: {}}\ncomponents:\n  job: {kind: scheduler, runs_on: a}\n"
        "  db: {kind: database, product: postgresql, runs_on: a}\n"
        "  other: {kind: database, product: postgresql, runs_on: [a, b], replication: {primary: a, failover: manual}}\n"
        "connections: {job -> db: postgresql, job -> other: postgresql}\n"
        "flows: {do: {access: write, steps: [job -> db: INSERT, job -> other: INSERT]}}\n"
    )
    added = [str(model), "--add", "replica of db on b"]
    every = run(capsys, *added, "--set", "failover=automatic")["changes"]
    assert [change.partition(" by ")[0] for change in every[1:]] == [
        f"automatic failover of {name}" for name in ("db", "other")
    ]
    assert run(capsys, *added, "--set", "db.failover=automatic")["changes"] == every[:2]


def test_a_second_storage_system_takes_over_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "m.arch.yaml"
    model.write_text(
        "archgen: 1\nname: Files\nhosts: {a: {}, nas: {}}\ncomponents:\n  job: {kind: scheduler, runs_on: a}\n"
        "  files: {kind: file-storage, product: isilon, runs_on: nas}\n"
        "connections: {job -> files: nfs}\nflows: {do: {access: write, steps: [job -> files: put]}}\n"
    )
    document = run(capsys, str(model), "--add", "host nas-2 like nas", "--set", "files.failover=automatic")
    assert document["changes"] == [
        "a host nas-2 like nas, with files, to which the storage system copies the files of files, and which takes over"
    ]
    assert "nas" not in str(document["flows"]["do"]["after"]["single_points_of_failure"])


TWO_SITES = """\
archgen: 1
name: An observer beside the primary, and a store's majority there too
zones: {dc-a: {kind: datacenter}, dc-b: {kind: datacenter}}
hosts:
  {a: {zone: dc-a}, b: {zone: dc-b}, o: {zone: dc-a}, k1: {zone: dc-a}, k2: {zone: dc-a}, j: {zone: dc-a},
   k: {zone: dc-b}, k3: {zone: dc-b}}
components:
  timer: {kind: scheduler, runs_on: [j, k]}
  ledger: {kind: database, product: oracle, runs_on: [a, b], replication: {primary: a, failover: automatic, by: observer}}
  observer: {kind: other, runs_on: o}
  events: {kind: database, product: galera, runs_on: [k1, k2, k3], quorum: majority}
connections: {timer -> ledger: oracle, observer -> ledger: oracle, timer -> events: mysql}
flows:
  read: {access: read, steps: [timer -> ledger: SELECT]}
  transfer: {access: write, steps: [timer -> ledger: INSERT, timer -> events: write]}
"""


def test_seconds_beside_hours_are_no_effect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The new site of the observer takes seconds from a flow that fails with the first one all the same."""
    file = tmp_path / "two-sites.arch.yaml"
    file.write_text(TWO_SITES, encoding="utf-8")
    assert main(["what-if", str(file)]) == 0
    text = capsys.readouterr().out
    assert "per year for read\n" in text
    assert "loses" not in text
    assert "downtime unchanged" in text


def test_what_stops_a_flow_only_if_it_waits_is_asked_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "shop.arch.yaml"
    file.write_text(
        "archgen: 1\nname: Shop\ncomponents:\n  user: {kind: client}\n  app: {kind: service, managed: true, replicas: 2}\n"
        "  bus: {kind: queue, managed: {scope: regional}}\n  mailer: {kind: worker, managed: true, replicas: 2}\n"
        "  mail: {kind: external-service, managed: true}\n  pay: {kind: external-service, managed: true}\n"
        "connections: {user -> app: https, app -> bus: amqps, mailer -> bus: amqps, mailer -> mail: https, app -> pay: https}\n"
        "flows: {buy: {access: write, steps: [user -> app: POST, app -> pay: x, app -> bus: x, app --> user: 201, "
        "mailer -> bus: next, mailer -> mail: x]}}\n"
    )
    assert main(["what-if", str(file)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "not declared mail#1 takes buy down only if buy waits for mailer -> bus (`async` isn't declared)" in told
    assert "single points of failure bus#1 and pay#1: `archgen lint --persona strict` advises on each" in told
    assert "left bus#1, pay#1 not declared" in told


@pytest.mark.parametrize("answer", ["", "app --> user: 201, "])
def test_what_a_flow_perhaps_waits_for_is_no_sure_saving(
    answer: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Findings leave out what follows an answer, until the model says if the flow waits for it; so do changes."""
    file = tmp_path / "shop.arch.yaml"
    text = (
        "archgen: 1\nname: Shop\ncomponents:\n  user: {kind: client}\n  app: {kind: service, managed: true, replicas: 2}\n"
        "  bus: {kind: queue, managed: true, replicas: 2}\n  mailer: {kind: worker, managed: true}\n"
        "connections: {user -> app: https, app -> bus: amqps, mailer -> bus: amqps}\n"
        f"flows: {{buy: {{access: write, steps: [user -> app: POST, app -> bus: x, {answer}mailer -> bus: next]}}}}\n"
    )
    file.write_text(text)
    assert main(["what-if", str(file)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    condition = "mailer#1 takes buy down only if buy waits for mailer -> bus (`async` isn't declared)"
    assert f"not declared {condition}" in told
    sought = "1. one more replica of mailer (no `scope` is declared) saves 8.8 h per year for buy, if it waits" in told
    unsure = "no change surely helps before the model declares what its flows wait for; no other single failure breaks a flow"
    assert (sought, unsure in told) == (not answer, bool(answer))
    assert main(["analyze", str(file)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert f"single points mailer#1 not declared {condition}" in told
    assert "8.8 h per year, if it waits: one more replica of mailer" in told
    assert main(["analyze", "--format", "markdown", str(file)]) == 0
    assert "takes buy down only if buy waits" in capsys.readouterr().out
    file.write_text(text.replace("mailer -> bus: next", "mailer -> bus: {message: next, async: false}"))
    assert main(["what-if", str(file)]) == 0
    told = capsys.readouterr().out
    assert "per year for buy\n" in told
    assert "if it waits" not in told
    assert "not declared" not in told
