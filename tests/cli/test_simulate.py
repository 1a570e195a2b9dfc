"""Simulated failures against the definition, and `archgen simulate` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from archgen.cli import main
from archgen.model.subject import Subject
from archgen.reliability.index import Index
from archgen.reliability.plan import Plan
from archgen.reliability.simulation import simulate, used
from archgen.reliability.structure import build
from tests import contracts
from tests.generators.random_flows import architecture
from tests.oracle import World, elements
from tests.paths import ROOT

TIER = {number: str(next((ROOT / "models").glob(f"{number}-*.arch.yaml"))) for number in (1, 2, 3, 4)}

OPTIONAL = """\
archgen: 1
name: A cache with a fallback
hosts: {a: {}, b: {}, c: {}}
zones: {c: {kind: rack}}
components:
  user: {kind: client}
  app: {kind: app-server, runs_on: [a, b]}
  cache: {kind: cache, runs_on: c}
  stats: {kind: service, runs_on: c}
connections:
  user -> app: https
  app -> cache: {protocol: redis, required: false}
  app -> stats: https
flows:
  page:
    title: A page
    steps:
      - user -> app: GET /
      - app -> cache: GET page
      - opt: {when: sampled, steps: [app -> stats: count]}
"""


@pytest.mark.sampled(4)
@pytest.mark.parametrize("chunk", range(8))
def test_kill_sets_agree_with_the_definition(chunk: int) -> None:
    seen: set[str] = set()
    for seed in range(chunk * 60, chunk * 60 + 60):
        model = architecture(seed)
        index, random, sound = Index(model), Random(seed), World(model, frozenset())
        for flow in model.flows:
            plan = Plan(index, build(index, flow))
            possible = sound.succeeds(flow)
            everything = elements(model)
            for _ in range(6):
                gone = random.sample(everything, min(len(everything), random.randint(1, 4)))
                found = simulate(index, flow, plan, [Subject(*one) for one in gone])  # type: ignore[arg-type]
                world = sound.with_failed(frozenset(gone))
                assert (found.status == "down") == (not world.succeeds(flow)), (seed, flow.id, gone)
                if found.status == "down":
                    assert found.possible == possible
                    assert found.step is not None
                    assert found.step.startswith(f"{flow.id}/")
                else:
                    down = [one for one in used(plan) if not world.up(index.replicas[one])]
                    assert set(down) <= set(found.lost) | {
                        one
                        for one in used(plan)
                        if not world.quorum_met(index.components[index.replicas[one].component])
                    }
                    assert (found.status == "ok") == (not (found.lost or found.cut_off or found.skipped))
                seen.add(found.status)
    assert seen == {"ok", "degraded", "down"}


def run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["simulate", *words, "--format", "json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    contracts.check("simulate", document)
    return document


def states(document: dict[str, Any]) -> dict[str, str]:
    return {name: flow["status"] for name, flow in document["flows"].items()}


@pytest.mark.parametrize(
    ("tier", "words", "read", "write"),
    [
        (1, ["--kill", "server-1"], "down", "down"),
        (2, ["--kill", "server-1"], "degraded", "down"),
        (2, ["--kill", "server-2"], "degraded", "degraded"),
        (2, ["--maintain", "mysql@server-2"], "degraded", "ok"),
        (2, ["--kill", "mysql@server-1"], "degraded", "down"),
        (2, ["--kill", "app@server-1", "--maintain", "nginx@server-2"], "down", "down"),
        (2, ["--kill", "code"], "ok", "ok"),
        (3, ["--kill", "server-1", "server-2"], "degraded", "down"),
        (4, ["--kill", "lb-1"], "degraded", "degraded"),
        (4, ["--kill", "lb-1", "--maintain", "haproxy@lb-2"], "down", "down"),
    ],
)
def test_the_reference_tiers(
    capsys: pytest.CaptureFixture[str], tier: int, words: list[str], read: str, write: str
) -> None:
    assert states(run(capsys, TIER[tier], *words)) == {"read-page": read, "write-comment": write}


def test_a_failing_step_is_told_with_its_path(capsys: pytest.CaptureFixture[str]) -> None:
    flow = run(capsys, TIER[2], "--kill", "server-1")["flows"]["write-comment"]
    assert flow["step"] == "write-comment/6"
    assert flow["path"] == ["user", "haproxy@lb-1", "nginx@server-2", "app@server-2", "mysql@server-1"]
    assert flow["fails"] == ["write-comment/6"]
    assert "app -> mysql: INSERT the comment" in flow["reason"]
    flow = run(capsys, TIER[2], "--kill", "lb-1", "mysql")["flows"]["read-page"]
    assert (flow["step"], flow["fails"]) == ("read-page/3", ["read-page/3", "read-page/6"])
    assert "read-page/6 would fail as well" in flow["reason"]


def test_a_step_whose_caller_is_down_is_made_by_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "m.arch.yaml"
    model.write_text(
        "archgen: 1\nname: M\nhosts: {a: {}, b: {}}\n"
        "components: {cron: {kind: scheduler, runs_on: a}, ldap: {kind: identity-provider, runs_on: b}}\n"
        "connections: {cron -> ldap: ldaps}\nflows: {sync: {title: Sync, steps: [cron -> ldap: search]}}\n"
    )
    lost = run(capsys, str(model), "--kill", "a")["flows"]["sync"]["reason"]
    assert lost == "step sync/1 fails: cron -> ldap: search; cron@a, which makes this request, is down"
    assert run(capsys, str(model), "--kill", "b")["flows"]["sync"]["reason"].endswith("on the way cron@a → ldap@b")


def test_a_step_of_a_member_without_a_majority_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "m.arch.yaml"
    text = (
        "archgen: 1\nname: M\nhosts: {a: {}, b: {}, c: {}, w: {}}\n"
        "components: {log: {kind: stream, runs_on: [a, b, c], quorum: majority}, worker: {kind: worker, runs_on: w}}\n"
        "connections: {log -> worker: {protocol: kafka, async: true}}\nflows: {book: {steps: [log -> worker: consume]}}\n"
    )
    model.write_text(text)
    lost = run(capsys, str(model), "--kill", "a", "b")["flows"]["book"]["reason"]
    assert lost == "step book/1 fails: log -> worker: consume; 1 of 3 replicas of log is up, and it takes 2"
    lost = run(capsys, str(model), "--kill", "a", "b", "c")["flows"]["book"]["reason"]
    assert lost == "step book/1 fails: log -> worker: consume; log@a, which makes this request, is down"


@pytest.mark.parametrize(
    ("recovery", "lost", "words"),
    [
        (", recovery: 30m", ["d1"], "; until the manual failover of db, which takes about 30 min"),
        ("", ["d1"], "; until the manual failover of db"),
        ("", ["d1", "d2"], ""),
        ("", ["d1", "mail"], ""),
        # the promoted one has no copy to wait for
        (", mode: synchronous, waits_for: 1, without: stop", ["d1"], ""),
        (", mode: synchronous, waits_for: 1, without: continue", ["d1"], "; until the manual failover of db"),
    ],
)
def test_a_flow_that_waits_for_people_says_until_when(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], recovery: str, lost: list[str], words: str
) -> None:
    model = tmp_path / "m.arch.yaml"
    model.write_text(
        "archgen: 1\nname: M\nhosts: {a: {}, d1: {}, d2: {}}\n"
        "components:\n  app: {kind: scheduler, runs_on: a}\n  mail: {kind: mail, managed: true}\n"
        f"  db: {{kind: database, runs_on: [d1, d2], replication: {{primary: d1, failover: manual{recovery}}}}}\n"
        "connections: {app -> db: mysql, app -> mail: smtps}\n"
        "flows: {order: {access: write, steps: [app -> db: INSERT, app -> mail: send]}}\n"
    )
    reason = run(capsys, str(model), "--kill", *lost)["flows"]["order"]["reason"]
    assert ("until the manual failover" in reason) == bool(words)
    assert reason.endswith(words)


def test_what_a_flow_can_do_without_degrades_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.arch.yaml"
    file.write_text(OPTIONAL, encoding="utf-8")
    page = run(capsys, str(file), "--kill", "cache")["flows"]["page"]
    assert (page["status"], page["lost"], page["skipped"]) == ("degraded", ["cache@c"], ["page/2"])
    page = run(capsys, str(file), "--kill", "host:c")["flows"]["page"]
    assert (page["status"], page["skipped"]) == ("degraded", ["page/2", "page/3.1"])
    assert main(["simulate", str(file), "--kill", "zone:c"]) == 0
    assert "lost: zone:c" in capsys.readouterr().out


NESTED = """\
archgen: 1
name: A filter and its cache, which are both optional
hosts: {a: {}, b: {}, c: {}}
components:
  user: {kind: client}
  mx: {kind: mail, runs_on: [a, b]}
  filter: {kind: service, runs_on: [a, b]}
  cache: {kind: cache, runs_on: c}
connections:
  user -> mx: smtps
  mx -> filter: {protocol: http, required: false}
  filter -> cache: {protocol: redis, required: false}
flows:
  receive: {access: write, steps: [{user -> mx: DATA}, {mx -> filter: score}, {filter -> cache: statistics}]}
"""


def test_an_optional_step_does_not_fail_with_what_its_own_target_can_do_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.arch.yaml"
    for text, skipped in (
        (NESTED, ["receive/3"]),
        (NESTED.replace("redis, required: false", "redis"), ["receive/2"]),
        (NESTED.replace("http, required: false", "http"), ["receive/3"]),
        (
            NESTED.replace("{filter -> cache: statistics}", "{filter -> cache: {message: s, required: false}}"),
            ["receive/3"],
        ),
        # another step asks the same and can't do without it
        (
            NESTED.replace("redis, required: false", "redis").replace(
                "{filter -> cache: statistics}",
                "{filter -> cache: {message: s, required: false}}, {filter -> cache: t}",
            ),
            ["receive/2", "receive/3"],
        ),
    ):
        file.write_text(text, encoding="utf-8")
        page = run(capsys, str(file), "--kill", "cache")["flows"]["receive"]
        assert (page["status"], page["skipped"]) == ("degraded", skipped), text
        page = run(capsys, str(file), "--kill", "filter")["flows"]["receive"]
        assert page["status"] == ("down" if "protocol: http}" in text else "degraded")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no element fails"),
        (["--kill", "server-9"], "did you mean `server-"),
        (["--kill", "user"], "clients never fail"),
        (["--lose-zone", "server-1"], "has no zone `server-1`"),
        (["--kill", "server-1", "--format", "xml"], "unknown format `xml`"),
    ],
)
def test_a_wrong_use_is_one_clear_message(capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    assert main(["simulate", TIER[2], *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err


def test_the_model_may_stand_behind_the_elements(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--kill", "lb-1", "server-2", TIER[2]]) == 0
    assert "lost: lb-1, server-2" in capsys.readouterr().out
    assert main(["simulate", "--kill", "lb-1"]) == 2
    assert "a model is required; run `archgen simulate MODEL --kill ELEMENT`" in capsys.readouterr().err


def test_an_id_that_could_mean_two_things_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.arch.yaml"
    file.write_text(OPTIONAL, encoding="utf-8")
    assert main(["simulate", str(file), "--kill", "c"]) == 2
    assert "`c` could be a host or a zone; say `host:c` or `zone:c`" in capsys.readouterr().err


PAIR = """\
archgen: 1
name: Pair
hosts: {a: {}, b: {}, c: {}}
components:
  job: {kind: scheduler, managed: true}
  db: {kind: database, runs_on: [a, b], replication: {primary: a, failover: automatic, by: etcd, mode: asynchronous}}
  etcd: {kind: key-value-store, product: etcd, runs_on: [a, b, c], quorum: majority}
connections: {job -> db: postgresql}
flows:
  save: {title: A save, access: write, steps: [job -> db: INSERT]}
  read: {title: A read, access: read, steps: [job -> db: SELECT]}
"""


@pytest.mark.parametrize("by", ["by: etcd, ", ""])
@pytest.mark.parametrize(
    ("lost", "mode", "flows"),
    [
        ("a", "asynchronous", ["save"]),
        ("b", "asynchronous", []),
        ("a", "synchronous", []),
        ("a", "asynchronous, failover: manual", ["save"]),
        ("b", "asynchronous, failover: manual", []),
        ("a", "synchronous, failover: manual", []),
    ],
)
def test_an_asynchronous_failover_loses_the_last_writes(
    lost: str, mode: str, flows: list[str], by: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PAIR.replace("mode: asynchronous", f"mode: {mode}").replace("by: etcd, ", by)
    text = text.replace("failover: automatic, ", "") if "manual" in mode else text
    file = tmp_path / "pair.arch.yaml"
    file.write_text(text, encoding="utf-8")
    main(["simulate", str(file), "--kill", lost, "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    words = "the last writes that db@a confirmed and no replica has yet are lost (asynchronous)"
    assert [name for name, flow in document["flows"].items() if words in "; ".join(flow["hints"])] == flows


def test_a_failover_loses_as_much_as_its_replica_is_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pair.arch.yaml"
    text = PAIR.replace("mode: asynchronous", "mode: asynchronous, lag: 30s")
    file.write_text(text.replace("failover: automatic, by: etcd", "failover: manual"), encoding="utf-8")
    main(["simulate", str(file), "--kill", "a", "--format", "json"])
    told = json.loads(capsys.readouterr().out)["flows"]["save"]["hints"]
    assert told == [
        "until the manual failover of db; then the last writes that db@a confirmed and no replica has yet are lost "
        "(asynchronous, up to 30 s)"
    ]


SESSIONS = """\
archgen: 1
name: Sessions in a cache
hosts: {a: {}, b: {}}
components:
  job: {kind: scheduler, managed: true}
  php: {kind: app-server, managed: true, replicas: 2, sessions: shared}
  keeper: {kind: cache, product: memcached, runs_on: [a, b]}
connections: {job -> php: https, php -> keeper: {protocol: memcached, required: false}}
flows:
  page: {access: read, steps: [job -> php: GET, php -> keeper: the session]}
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", "the sessions on keeper@a are lost, about 1 in 2"),
        ("runs_on: [a, b]", "runs_on: a", "the sessions on keeper@a are lost"),
        ("product: memcached", "product: redis", None),
        ("product: memcached, runs_on: [a, b]", "product: redis, runs_on: a", "the sessions on keeper@a are lost"),
        ("the session]", "the page]", None),
        ("sessions: shared", "sessions: none", None),
        ("kind: cache", "kind: key-value-store", None),
        ("runs_on: [a, b]}", "runs_on: [a, b], managed: true}", None),
    ],
)
def test_a_cache_loses_the_sessions_of_its_lost_servers(
    old: str, new: str, told: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sessions.arch.yaml"
    file.write_text(SESSIONS.replace(old, new), encoding="utf-8")
    main(["simulate", str(file), "--kill", "a", "--format", "json"])
    hints = json.loads(capsys.readouterr().out)["flows"]["page"]["hints"]
    assert [hint for hint in hints if "sessions" in hint] == ([told] if told else [])


_PAIR = """\
archgen: 1
name: x
hosts: {a: {}, b: {}}
components:
  user: {kind: client}
  imap: {kind: service, runs_on: [a, b], cluster: {mode: active-passive, active: a, failover: automatic, by: vrrp}}
connections:
  user -> imap: imaps
flows:
  buy: {steps: [user -> imap: FETCH]}
"""


@pytest.mark.parametrize(
    ("lost", "cluster", "tells"),
    [("a", True, True), ("b", True, False), ("b", False, True)],
)
def test_visitors_lose_what_they_had_where_they_were(
    lost: str, cluster: bool, tells: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A standby that waits holds no sessions."""
    waiting = ", cluster: {mode: active-passive, active: a, failover: automatic, by: vrrp}"
    file = tmp_path / "pair.arch.yaml"
    file.write_text(_PAIR.replace(waiting, f"{waiting if cluster else ''}, sessions: local"), encoding="utf-8")
    main(["simulate", str(file), "--kill", lost, "--format", "json"])
    hints = json.loads(capsys.readouterr().out)["flows"]["buy"]["hints"]
    assert (f"the sessions on imap@{lost} are lost" in hints) is tells


CONDITIONS = {
    "a queue that nobody says is awaited": (
        """\
archgen: 1
name: x
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  shop: {kind: service, replicas: 2}
  kafka: {kind: stream, replicas: 3}
  email: {kind: worker}
connections:
  job -> shop: https
  shop -> kafka: kafka
  email -> kafka: kafka
flows:
  buy: {steps: [job -> shop: buy, shop -> kafka: placed, email -> kafka: poll]}
""",
        ["email#1"],
        "only if buy waits for email -> kafka (`async` isn't declared): if not, it is delayed",
    ),
    "a service of a provider that may be in the lost region": (
        """\
archgen: 1
name: x
zones: {eu: {kind: region}}
components:
  job: {kind: scheduler, managed: {scope: global}}
  spa: {kind: object-storage, product: s3, managed: true}
connections:
  job -> spa: https
flows:
  buy: {access: read, steps: [job -> spa: GET]}
""",
        ["eu"],
        "only if spa is not in eu (its zone isn't declared)",
    ),
    "visitors whom nothing moves": (
        """\
archgen: 1
name: x
hosts: {a: {}, b: {}}
components:
  user: {kind: client}
  imap: {kind: service, runs_on: [a, b]}
connections:
  user -> imap: imaps
flows:
  buy: {steps: [user -> imap: FETCH]}
""",
        ["a"],
        "only if the traffic of imap@a moves to another replica (untracked-failover)",
    ),
    "visitors whom nothing moves, behind a firewall": (
        """\
archgen: 1
name: x
hosts: {a: {}, b: {}, c: {}}
components:
  user: {kind: client}
  wall: {kind: firewall, runs_on: c}
  imap: {kind: service, runs_on: [a, b]}
connections:
  user -> wall: imaps
  wall -> imap: imaps
flows:
  buy: {steps: [user -> wall: FETCH, wall -> imap: FETCH]}
""",
        ["a"],
        "only if the traffic of imap@a moves to another replica (untracked-failover)",
    ),
    "a failover of which nobody says what it notices": (
        _PAIR,
        ["imap@a"],
        "only if the failover of imap notices that imap@a failed by itself (`watches` isn't declared)",
    ),
    "a failover of which nobody says what it notices, of two": (
        _PAIR.replace("b: {}}", "b: {}, c: {}}").replace("[a, b]", "[a, b, c]"),
        ["imap@a", "imap@b"],
        "only if the failover of imap notices that imap@a and imap@b failed by themselves (`watches` isn't declared)",
    ),
    "a failover of which nobody says what it notices, behind the first": (
        _PAIR.replace("imap: {kind", "spool: {kind: service, runs_on: [a, b]}\n  imap: {kind")
        .replace("connections:\n", "connections:\n  imap -> spool: {protocol: http, locality: same-host}\n")
        .replace("FETCH]", "FETCH, imap -> spool: GET]"),
        ["spool@a"],
        "only if the failover of imap notices that imap@a can't do its part (`watches` isn't declared)",
    ),
    "a lease that no step asks for": (
        """\
archgen: 1
name: x
hosts: {a: {}, b: {}, e-1: {}, e-2: {}, e-3: {}}
zones: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  db: {kind: database, product: postgresql, runs_on: [a, b], replication: {primary: a, failover: automatic, by: etcd}}
  etcd: {kind: key-value-store, product: etcd, runs_on: [e-1, e-2, e-3], quorum: majority}
connections:
  job -> db: postgresql
  db -> etcd: https
flows:
  buy: {access: write, steps: [job -> db: INSERT]}
""",
        ["e-1", "etcd@e-2"],
        "only if db keeps no lease in etcd, which has no majority: under Patroni, its primary takes no writes then",
    ),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_an_outcome_names_the_undeclared_fact_that_it_depends_on(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, lost, condition = CONDITIONS[name]
    file = tmp_path / "x.arch.yaml"
    file.write_text(text)
    words = [word for element in lost for word in ("--kill", element)]
    assert main(["simulate", str(file), *words, "--format", "json"]) in (0, 1)
    outcome = json.loads(capsys.readouterr().out)["flows"]["buy"]
    assert condition in outcome["hints"]
    assert condition in outcome["reason"]


def test_an_outcome_depends_on_nothing_that_is_declared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared = {
        "a queue that nobody says is awaited": (
            "email -> kafka: kafka",
            "email -> kafka: {protocol: kafka, async: true}",
        ),
        "visitors whom nothing moves": (
            "runs_on: [a, b]}",
            "runs_on: [a, b], cluster: {address: {shared: 192.0.2.1}, by: vrrp, watches: process}}",
        ),
        "a failover of which nobody says what it notices": ("kind: service", "kind: service, product: citrix-adc"),
        "a lease that no step asks for": ("db -> etcd: https", "db -> etcd: {protocol: https, required: false}"),
    }
    for name, (old, new) in declared.items():
        text, lost, _ = CONDITIONS[name]
        file = tmp_path / "x.arch.yaml"
        file.write_text(text.replace(old, new))
        words = [word for element in lost for word in ("--kill", element)]
        main(["simulate", str(file), *words, "--format", "json"])
        hints = json.loads(capsys.readouterr().out)["flows"]["buy"]["hints"]
        assert not [hint for hint in hints if hint.startswith("only if")], name


@pytest.mark.parametrize(
    ("lost", "condition"),
    [
        (["a"], False),  # the host, which the others miss
        (["imap@b"], False),  # the standby
        (["imap@a", "a"], False),
        (["imap@a", "imap@b"], False),
        (["imap@a"], True),
    ],
)
def test_what_an_address_moves_by_matters_where_a_process_fails_alone(
    lost: list[str], condition: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.arch.yaml"
    for text, depends in ((_PAIR, condition), (_PAIR.replace("by: vrrp", "by: vrrp, watches: process"), False)):
        file.write_text(text)
        main(["simulate", str(file), *(word for element in lost for word in ("--kill", element)), "--format", "json"])
        hints = json.loads(capsys.readouterr().out)["flows"]["buy"]["hints"]
        assert any("notices" in hint for hint in hints) == depends


@pytest.mark.parametrize(
    "words", [["simulate", "{}", "--kill", "cache"], ["simulate", "--kill", "cache", "{}"], ["what-if", "{}"]]
)
def test_a_directory_stands_for_its_only_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    (tmp_path / "shop.arch.yaml").write_text(OPTIONAL)
    asked = [word.format(tmp_path) for word in words]
    assert main(asked) == 0
    assert "shop.arch.yaml  A cache with a fallback" in capsys.readouterr().out
    (tmp_path / "shop-2.arch.yaml").write_text(OPTIONAL)
    assert main(asked) == 2
    assert "holds 2 models (shop-2.arch.yaml, shop.arch.yaml); name the file of one" in capsys.readouterr().err
