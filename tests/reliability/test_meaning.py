"""The second meaning as a user meets it: one word per flow and loss, the reason, and what analyze says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archgen.cli import main
from tests import contracts

UNCHECKED = """\
archgen: 1
name: Nobody looks
hosts: {lb-1: {}, a: {}, b: {}, c: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, runs_on: lb-1, balance: {health_check: false}}
  web: {kind: web-server, runs_on: [a, b, c]}
connections:
  user -> lb: https
  lb -> web: http
flows:
  page:
    title: A page
    steps:
      - user -> lb: GET /
      - lb -> web: GET /
"""


class Told:
    """What the commands say of a model."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self.capsys = capsys

    def run(self, *words: str) -> str:
        """The output of a command that fits the model."""
        assert main(list(words)) in (0, 1)
        return self.capsys.readouterr().out

    def write(self, text: str) -> Path:
        """A model's file."""
        file = self.path / "model.arch.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    def refusal(self, text: str) -> str:
        """The output of lint for an invalid model."""
        assert main(["lint", str(self.write(text)), "--format", "concise"]) == 2
        return self.capsys.readouterr().out

    def outcome(self, text: str, *lost: str) -> tuple[str, str]:
        """The word and the reason for the only flow of a model without some elements."""
        words = [word for one in lost for word in ("--kill", one)]
        document = json.loads(self.run("simulate", str(self.write(text)), *words, "--format", "json"))
        contracts.check("simulate", document)
        (flow,) = document["flows"].values()
        return flow["status"], flow["reason"]

    def analyzed(self, text: str) -> dict[str, Any]:
        """What analyze says of the only flow of a model."""
        document = json.loads(self.run("analyze", str(self.write(text)), "--format", "json"))
        contracts.check("analyze", document)
        (flow,) = document["models"][0]["flows"].values()
        return dict(flow)

    def points(self, text: str) -> tuple[set[str], set[str]]:
        """The single points and the partial points of the only flow of a model."""
        flow = self.analyzed(text)
        single, partial = flow["single_points_of_failure"], flow["partial_points"]
        return {one["id"] for one in single}, {one["id"] for one in partial}

    def lint(self, text: str, rule: str) -> list[str]:
        """The messages of a rule."""
        document = json.loads(self.run("lint", str(self.write(text)), "--format", "json"))
        return [one["message"] for one in document["findings"] if one["rule"] == rule]


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    return Told(tmp_path, capsys)


def test_a_share_of_the_requests_fails_where_nobody_checks(told: Told) -> None:
    reason = "1 of 3 replicas of web is down and lb does not check: about 1 in 3 requests fails"
    assert told.outcome(UNCHECKED, "web@a") == ("partial", reason)
    assert told.outcome(UNCHECKED, "a", "b")[1] == (
        "2 of 3 replicas of web are down and lb does not check: about 2 in 3 requests fail"
    )
    assert told.outcome(UNCHECKED, "a", "b", "c")[0] == "down"
    checked = UNCHECKED.replace("health_check: false", "health_check: GET /")
    assert told.outcome(checked, "web@a") == ("degraded", "served without web@a")


def test_what_leaves_a_share_unanswered_is_a_partial_point(told: Told) -> None:
    single, partial = told.points(UNCHECKED)
    assert single == {"lb@lb-1", "lb-1"}
    assert partial == {"web@a", "web@b", "web@c", "a", "b", "c"}
    flow = told.analyzed(UNCHECKED)
    assert flow["full"]["availability"] < flow["availability"]
    checked = told.analyzed(UNCHECKED.replace("health_check: false", "health_check: true"))
    assert checked["partial_points"] == []
    assert checked["availability"] == flow["availability"] == checked["full"]["availability"]
    text = told.run("analyze", str(told.write(UNCHECKED)))
    assert "each request answered, and in time" in text
    assert "web@a, web@b, web@c, a, b, c: alone, each leaves a share unanswered, or late" in text


def test_lint_says_which_share_fails(told: Told) -> None:
    assert told.lint(UNCHECKED, "unchecked-backend") == [
        "While web@a is down, 1 in 3 requests fails: lb runs no health checks on web"
    ]


def test_a_share_that_always_fails_is_told(told: Told) -> None:
    model = UNCHECKED.replace("kind: web-server,", "kind: web-server, cluster: {mode: active-active},").replace(
        "connections:",
        "  db: {kind: database, runs_on: [a, b]}\nconnections:\n  web -> db: {protocol: mysql, locality: same-host}",
    )
    model += "      - web -> db: SELECT\n"
    status, reason = told.outcome(model, "db@a")
    assert status == "partial"
    assert reason.endswith("about 1 in 3 requests fails, as it is with nothing failed")
    assert told.lint(model, "unchecked-backend") == [
        "1 in 3 requests always fails, as web@c can't answer even with every element up: lb runs no health checks on web"
    ]


NESTED = (
    UNCHECKED.replace(
        "  web: {", "  inner: {kind: load-balancer, runs_on: [d, e], balance: {health_check: false}}\n  web: {"
    )
    .replace("c: {}}", "c: {}, d: {}, e: {}}")
    .replace("lb -> web: http\n", "lb -> inner: http\n  inner -> web: http\n")
    .replace("- lb -> web: GET /", "- lb -> inner: GET /\n      - inner -> web: GET /")
)


def test_the_innermost_share_is_the_cause(told: Told) -> None:
    """Each inner balancer passes requests on to a dead replica: that replica is the cause, not the balancers before it."""
    status, reason = told.outcome(NESTED, "web@a")
    assert (status, reason) == (
        "partial",
        "1 of 3 replicas of web is down and inner does not check: about 1 in 3 requests fails",
    )
    assert told.outcome(NESTED, "inner@d")[1].startswith("1 of 2 replicas of inner is down and lb does not check")


GALERA = """\
archgen: 1
name: A database that elects
hosts: {app-1: {}, a: {}, b: {}, c: {}}
components:
  app: {kind: scheduler, runs_on: app-1}
  db: {kind: database, product: galera, runs_on: [a, b], replication: {writers: all}}
connections:
  app -> db: mysql
flows:
  save:
    title: Save
    access: write
    steps:
      - app -> db: INSERT
"""


def test_a_product_has_the_quorum_that_it_cannot_do_without(told: Told) -> None:
    assert told.points(GALERA)[0] >= {"db@a", "db@b", "a", "b"}
    assert told.points(GALERA.replace("[a, b]", "[a, b, c]"))[0] == {"app@app-1", "app-1"}
    assert told.points(GALERA.replace("writers: all}", "writers: all}, quorum: 1"))[0] == {"app@app-1", "app-1"}
    (message,) = told.lint(GALERA, "fragile-quorum")
    assert message.startswith("The quorum of db (assumed for galera) is fragile: a majority of two is both")


def test_a_clean_leave_has_no_vote(told: Told) -> None:
    assert told.outcome(GALERA, "db@a")[0] == "down"
    document = json.loads(told.run("simulate", str(told.write(GALERA)), "--maintain", "db@a", "--format", "json"))
    assert document["flows"]["save"]["status"] == "degraded"
    assert "db@b" not in str(told.lint(GALERA, "maintenance-downtime"))
    three = GALERA.replace("[a, b]", "[a, b, c]")
    both = ("--maintain", "a", "--kill", "b", "--format", "json")
    assert json.loads(told.run("simulate", str(told.write(three)), *both))["flows"]["save"]["status"] == "down"
    etcd = GALERA.replace("product: galera", "product: cockroachdb")
    words = ("--maintain", "db@a", "--format", "json")
    assert json.loads(told.run("simulate", str(told.write(etcd)), *words))["flows"]["save"]["status"] == "down"
    analyzed = json.loads(told.run("analyze", str(told.write(GALERA)), "--maintain", "db@a", "--format", "json"))
    assert analyzed["models"][0]["flows"]["save"]["possible"]


def test_reads_and_writes_have_quorums_of_their_own(told: Told) -> None:
    mongo = GALERA.replace("galera", "mongodb").replace("writers: all", "primary: a, failover: automatic")
    assert told.points(mongo)[0] >= {"db@a", "db@b"}
    # without a majority there is no primary, which clients ask at first
    read = mongo.replace("access: write", "access: read")
    assert told.points(read)[0] >= {"db@a", "db@b"}
    assert told.points(read.replace("-> db: INSERT", "-> db@a | db@b: find"))[0] == {"app@app-1", "app-1"}
    status, reason = told.outcome(mongo, "db@b")
    assert status == "down"
    assert reason.endswith("; 1 of 2 replicas of db is up, and it takes 2")
    declared = GALERA.replace("product: galera", "quorum: {read: 2}")
    assert told.points(declared)[0] == {"app@app-1", "app-1"}
    assert told.points(declared.replace("access: write", "access: read"))[0] >= {"db@a", "db@b"}


def test_a_search_engine_takes_writes_with_a_majority_of_the_nodes_that_vote(told: Told) -> None:
    search = GALERA.replace("database, product: galera", "search, product: elasticsearch")
    assert told.points(search)[0] >= {"db@a", "db@b", "a", "b"}
    assert told.points(search.replace("access: write", "access: read"))[0] == {"app@app-1", "app-1"}
    assert told.points(search.replace("[a, b]", "[a, b, c]"))[0] == {"app@app-1", "app-1"}
    data = search.replace("  db: {", "  db: {name: Data nodes, ")
    assert told.points(data)[0] == {"app@app-1", "app-1"}
    with_third = "connections:", "  db-tiebreaker: {kind: search, product: elasticsearch, runs_on: c}\nconnections:"
    assert told.points(search.replace(*with_third))[0] == {"app@app-1", "app-1"}
    beside = "connections:", "  logs: {kind: search, product: opensearch, runs_on: [a, c]}\nconnections:"
    assert told.points(search.replace(*beside))[0] >= {"db@a", "db@b"}
    connected = (
        search.replace(*beside)
        .replace("opensearch", "elasticsearch")
        .replace("db: mysql", "db: tcp\n  db -> logs: tcp")
    )
    assert told.points(connected)[0] == {"app@app-1", "app-1"}
    masters = "connections:", "  masters: {kind: search, product: elasticsearch, runs_on: [b, c]}\nconnections:"
    asked = search.replace(*masters).replace("-> db: mysql", "-> db: tcp\n  db -> masters: tcp")
    asked = asked.replace("-> db: INSERT", "-> db: PUT\n      - db -> masters: update")
    assert told.points(asked)[0] == {"app@app-1", "app-1", "masters@b", "masters@c", "b", "c"}
    managed = search.replace("runs_on: [a, b], replication: {writers: all}", "managed: true, replicas: 2")
    assert told.points(managed)[0] == {"app@app-1", "app-1"}


def test_minio_takes_no_object_without_more_than_half_of_its_nodes(told: Told) -> None:
    four = GALERA.replace("c: {}", "c: {}, d: {}").replace("[a, b]", "[a, b, c, d]").replace("galera", "minio")
    minio = (
        four.replace("kind: database", "kind: object-storage")
        .replace("-> db: mysql", "-> db: s3")
        .replace("INSERT", "PUT")
    )
    read = minio.replace("access: write", "access: read")
    assert told.points(minio)[0] == {"app@app-1", "app-1"}
    status, reason = told.outcome(minio, "a", "b")
    assert status == "down"
    assert reason.endswith("; 2 of 4 replicas of db are up, and it takes 3")
    assert told.outcome(read, "a", "b")[0] == "degraded"
    assert told.outcome(read, "a", "b", "c")[0] == "down"
    three = minio.replace("[a, b, c, d]", "[a, b, c]")
    assert told.outcome(three.replace("access: write", "access: read"), "a", "b")[0] == "down"
    sites = minio.replace("[a, b, c, d]", "[a, b]").replace("writers: all", "writers: all, mode: asynchronous")
    assert told.outcome(sites, "a")[0] == "degraded"


def test_a_promoter_needs_its_write_side(told: Told) -> None:
    model = GALERA.replace(
        "product: galera, runs_on: [a, b], replication: {writers: all}}",
        "runs_on: [a, b], replication: {primary: a, failover: automatic, by: votes}}\n"
        "  votes: {kind: service, runs_on: [b, c], quorum: {write: majority}}",
    )
    assert told.outcome(model, "votes@c")[0] == "degraded"
    assert told.outcome(model, "votes@c", "db@a")[0] == "down"
    assert told.outcome(model.replace("write: majority", "read: 2"), "votes@c", "db@a")[0] == "degraded"


def test_a_write_waits_for_its_copies(told: Told) -> None:
    waiting = GALERA.replace("product: galera", "product: postgresql").replace(
        "writers: all", "primary: a, failover: automatic, mode: synchronous, without: stop"
    )
    assert told.points(waiting)[0] >= {"db@a", "db@b"}
    assert told.points(waiting.replace("[a, b]", "[a, b, c]"))[0] == {"app@app-1", "app-1"}
    assert told.points(waiting.replace("[a, b]", "[a, b, c]").replace("without", "waits_for: all, without"))[0] >= {
        "db@c"
    }
    assert told.points(waiting.replace("without: stop", "without: continue"))[0] == {"app@app-1", "app-1"}
    (message,) = told.lint(waiting, "standby-stops-writes")
    assert message == (
        "Losing db@a or db@b stops every write to db: a write waits for 1 copy (`without: stop`), and there is none to spare"
    )
    assert not told.lint(waiting, "single-point-of-failure") or "db" not in str(
        told.lint(waiting, "single-point-of-failure")
    )


FROM_PRIMARY = """\
archgen: 1
name: A read that must see the last write
hosts: {d1: {}, d2: {}, d3: {}}
components:
  app: {kind: app-server, managed: true, replicas: 2}
  db: {kind: database, runs_on: [d1, d2, d3], replication: {primary: d1, failover: automatic, without: stop, waits_for: all}}
connections: {app -> db: mysql}
flows:
  view: {access: read, steps: [{app -> db@d1: SELECT}]}
"""


def test_a_step_that_names_the_primary_follows_it(told: Told) -> None:
    status, reason = told.outcome(FROM_PRIMARY, "d1", "d2")
    assert (status, reason) == (
        "degraded",
        "served without db@d1 and db@d2; after about 60 s, when db has failed over (assumed)",
    )
    assert told.outcome(FROM_PRIMARY.replace("automatic", "manual"), "d1")[0] == "down"
    assert told.outcome(FROM_PRIMARY.replace("app -> db@d1", "app -> db@d2"), "d2")[0] == "down"
    assert told.outcome(FROM_PRIMARY.replace("app -> db@d1", "app -> db@d1 | db@d2"), "d1", "d2")[0] == "down"
    assert told.outcome(FROM_PRIMARY.replace("primary: d1", "primary: [d1, d2]"), "d1")[0] == "down"


def test_a_read_of_the_primary_takes_as_long_to_fail_over_as_a_write(told: Told) -> None:
    slow = FROM_PRIMARY.replace("without: stop, waits_for: all", "recovery: 10h")
    write = told.analyzed(slow.replace("access: read", "access: write").replace("db@d1", "db"))
    named, anywhere = told.analyzed(slow), told.analyzed(slow.replace("db@d1", "db"))
    assert named["availability"] == write["availability"] < anywhere["availability"]


def test_a_store_without_a_majority_has_no_primary_to_read_from(told: Told) -> None:
    agreed = FROM_PRIMARY.replace("kind: database,", "kind: database, product: mongodb,").replace(
        ", without: stop, waits_for: all", ""
    )
    assert told.outcome(agreed, "d2", "d3")[0] == "down"
    assert told.outcome(agreed.replace("db@d1", "db"), "d2", "d3")[0] == "down"
    assert told.outcome(agreed.replace("db@d1", "db@d1 | db@d2"), "d2", "d3")[0] == "degraded"


def test_more_copies_than_there_are_cannot_be_waited_for(told: Told) -> None:
    assert "`waits_for` of `db` must be at most 1, the number of its copies; got 2" in told.refusal(
        GALERA.replace("writers: all", "primary: a, waits_for: 2")
    )


LATER = """\
archgen: 1
name: An order that is packed later
hosts: {a: {}, b: {}, c: {}}
components:
  user: {kind: client}
  shop: {kind: service, runs_on: a}
  orders: {kind: queue, product: rabbitmq, runs_on: b}
  worker: {kind: worker, runs_on: c}
  mail: {kind: mail, managed: true}
connections:
  user -> shop: https
  shop -> orders: amqp
  orders -> worker: {protocol: amqp, async: true}
  worker -> mail: smtp
flows:
  order:
    title: An order
    access: write
    steps:
      - user -> shop: POST /orders
      - shop -> orders: an order
      - orders -> worker: an order
      - worker -> mail: thanks
"""


def test_what_nobody_waits_for_is_delayed(told: Told) -> None:
    assert told.outcome(LATER, "worker@c") == ("delayed", "accepted; worker is down, so orders keeps what is sent")
    assert told.outcome(LATER, "mail") == ("delayed", "accepted; mail is down, so orders keeps what is sent")
    assert told.outcome(LATER, "b")[0] == "down"
    single, partial = told.points(LATER)
    assert single == {"shop@a", "orders@b", "a", "b"}
    assert partial == {"worker@c", "mail#1", "c"}
    flow = told.analyzed(LATER)
    assert flow["full"]["availability"] < flow["availability"]
    awaited = LATER.replace("- orders -> worker: an order", "- orders -> worker: {message: an order, async: false}")
    assert told.outcome(awaited, "worker@c")[0] == "down"


def test_a_source_that_only_starts_later_work_is_no_part_of_the_answer(told: Told) -> None:
    poll = LATER.replace("orders -> worker: {", "worker -> orders: {").replace(
        "- orders -> worker:", "- worker -> orders:"
    )
    assert told.outcome(poll, "worker@c") == ("delayed", "accepted; worker is down, so what is sent waits for it")


def test_who_takes_what_nobody_waits_for_is_waited_for_by_nobody(told: Told) -> None:
    sent = LATER.replace("shop -> orders: amqp", "shop -> orders: {protocol: amqp, async: true}")
    poll = sent.replace("orders -> worker: {protocol: amqp, async: true}", "worker -> orders: amqp").replace(
        "- orders -> worker:", "- worker -> orders:"
    )
    assert told.outcome(poll, "worker@c") == ("delayed", "accepted; worker is down, so what is sent waits for it")
    assert told.outcome(poll, "orders@b")[0] == "delayed"
    assert told.outcome(poll, "mail") == ("delayed", "accepted; mail is down, so orders keeps what is sent")
    assert told.points(poll)[0] == {"shop@a", "a"}
    # who says that the flow waits for it, or who put it there, is right
    assert (
        told.outcome(poll.replace("worker -> orders: amqp", "worker -> orders: {protocol: amqp, async: false}"), "c")[0]
        == "down"
    )
    assert (
        told.outcome(poll.replace("shop -> orders: {protocol: amqp, async: true}", "shop -> orders: amqp"), "c")[0]
        == "down"
    )
    # a store is asked for more than jobs, unless a worker asks it
    asked = poll.replace("kind: queue, product: rabbitmq", "kind: key-value-store, product: redis")
    assert told.outcome(asked, "worker@c")[0] == "delayed"
    assert told.outcome(asked.replace("kind: worker", "kind: service"), "worker@c")[0] == "down"


def test_somebody_waits_for_the_first_request(told: Told) -> None:
    assert "the first request of the flow `order` must not be `async`" in told.refusal(
        LATER.replace("user -> shop: https", "user -> shop: {protocol: https, async: true}")
    )


EVENT = """\
archgen: 1
name: An event starts the books
hosts: {a: {}}
components:
  shop: {kind: service, managed: true}
  bus: {kind: queue, managed: true}
  books: {kind: worker, runs_on: a}
connections:
  shop -> bus: https
  bus -> books: {protocol: https, async: true}
flows:
  sell: {access: write, steps: [{shop -> bus: sold}, {bus -> books: sold}]}
  keep: {access: write, steps: [{loop: {when: each, steps: [{bus -> books: sold}]}}]}
"""


def test_what_waits_in_a_queue_is_delayed_whether_the_flow_starts_there_or_before(told: Told) -> None:
    sell, keep = EVENT.splitlines(keepends=True)[-2:]
    only = EVENT.replace(sell, "")
    for text in (EVENT.replace(keep, ""), only, only.replace("{bus -> books: sold}", "{bus -> books: {async: true}}")):
        assert told.outcome(text, "books") == ("delayed", "accepted; books is down, so bus keeps what is sent")
        assert told.outcome(text, "bus")[0] == "down"
        assert told.points(text)[1] == {"books@a", "a"}
    awaited = only.replace("{bus -> books: sold}", "{bus -> books: {async: false}}")
    assert told.outcome(awaited, "books")[0] == "down"


def test_a_flow_that_begins_with_a_pull_from_a_queue_needs_the_queue(told: Told) -> None:
    """`async` at the connection of a worker says that who filled the queue doesn't wait, and nothing of its own work."""
    pull = EVENT.replace("bus -> books: {", "books -> bus: {").replace("{bus -> books: sold}", "{books -> bus: sold}")
    sell, keep = pull.splitlines(keepends=True)[-2:]
    work = pull.replace(sell, "")
    assert told.outcome(pull.replace(keep, ""), "books")[0] == "delayed"
    assert told.outcome(work, "bus")[0] == told.outcome(work, "books")[0] == "down"
    # what no other fills is filled by it, and so is what another program than a worker begins with
    for text in (work.replace("  shop -> bus: https\n", ""), work.replace("kind: worker", "kind: service")):
        assert told.outcome(text, "bus")[0] == "delayed"
    for kind in ("service", "database"):
        assert told.outcome(work.replace("kind: queue", f"kind: {kind}"), "bus")[0] == "delayed"
    # only another worker, or a reader, calls it too: that one takes what this one puts in
    assert told.outcome(work.replace("kind: service", "kind: worker"), "bus")[0] == "delayed"
    assert (
        told.outcome(work.replace("shop -> bus: https", "shop -> bus: {protocol: https, access: read}"), "bus")[0]
        == "delayed"
    )
    for later in ("shop -> bus: next", "bus -> shop: next"):
        handed = work.replace("{books -> bus: sold}", f"{{books -> bus: sold}}, {{{later}}}")
        handed = handed.replace(
            "  shop -> bus: https\n", "  shop -> bus: https\n  bus -> shop: {protocol: https, async: true}\n"
        )
        assert (
            told.outcome(handed.replace("shop -> bus: https", "shop -> bus: {protocol: https, async: true}"), "bus")[0]
            == "delayed"
        )


PASSED_ON = """\
archgen: 1
name: One balancer for every service
hosts: {a: {}, b: {}, c: {}, d: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, runs_on: a}
  shop: {kind: service, runs_on: b}
  bills: {kind: service, runs_on: c}
  files: {kind: service, runs_on: d}
connections:
  user -> lb: https
  lb -> shop: http
  shop -> lb: {protocol: http, async: true}
  lb -> bills: http
  lb -> files: http
flows:
  order:
    access: write
    steps:
      - user -> lb: POST /order
      - lb -> shop: POST /order
      - shop -> lb: POST /bill
      - lb -> bills: POST /bill
"""


def test_a_balancer_passes_on_what_came_in_last(told: Told) -> None:
    assert told.outcome(PASSED_ON, "bills") == ("delayed", "accepted; bills is down, so shop has to keep what is sent")
    assert told.points(PASSED_ON) == ({"lb@a", "shop@b", "a", "b"}, {"bills@c", "c"})
    again = PASSED_ON + "      - user -> lb: GET /terms\n      - lb -> files: GET /terms\n"
    assert told.outcome(again, "bills")[0] == "delayed"
    assert told.outcome(again, "files")[0] == "down"
    # of what it got together, somebody waits for a part
    both = PASSED_ON.replace("      - lb -> bills", "      - user -> lb: POST /payment\n      - lb -> bills")
    assert told.outcome(both, "bills")[0] == "down"
    # a call in one branch is not passed on in another, nor after them
    split = PASSED_ON.partition("      - shop -> lb: POST")[0] + (
        "      - par:\n          - steps: [{shop -> lb: POST /bill}, {lb -> bills: POST /bill}]\n"
        "          - steps: [{lb -> files: GET /terms}]\n"
    )
    for text in (
        split,
        split.replace("          - steps: [{lb ->", "          - steps: [{lb -> shop: x}]\n      - lb ->").replace(
            "terms}]", "terms"
        ),
    ):
        assert told.outcome(text, "bills")[0] == "delayed"
        assert told.outcome(text, "files")[0] == "down"
    # any other program may go on with the request that it got first
    for kind in ("service", "api-gateway"):
        assert told.outcome(PASSED_ON.replace("load-balancer", kind), "bills")[0] == "down"


OUTBOX = """\
archgen: 1
name: An outbox before an engine
hosts: {a: {}, b: {}, c: {}, d: {}}
components:
  user: {kind: client}
  app: {kind: app-server, runs_on: a}
  engine: {kind: service, runs_on: b}
  rules: {kind: service, runs_on: c}
  db: {kind: database, runs_on: d}
connections:
  user -> app: https
  app -> engine: {protocol: hl7, async: true}
  engine -> rules: https
  rules -> db: postgresql
flows:
  order:
    access: write
    steps:
      - user -> app: POST /order
      - app -> engine: ORM
      - engine -> rules: POST /order
      - rules -> db: INSERT
"""


def test_what_waits_is_kept_by_the_last_that_nobody_waits_for(told: Told) -> None:
    for gone in ("engine", "rules", "db"):
        assert told.outcome(OUTBOX, gone)[1] == f"accepted; {gone} is down, so app has to keep what is sent"
    twice = OUTBOX.replace("engine -> rules: https", "engine -> rules: {protocol: https, async: true}")
    assert told.outcome(twice, "engine")[1] == "accepted; engine is down, so app has to keep what is sent"
    for gone in ("rules", "db"):
        assert told.outcome(twice, gone)[1] == f"accepted; {gone} is down, so engine has to keep what is sent"
    # what starts by itself has nobody before it
    alone = OUTBOX.replace(
        "- app -> engine: ORM\n      - engine -> rules: POST /order", "- engine -> rules: {message: x, async: true}"
    )
    assert told.outcome(alone, "db")[1] == "accepted; db is down, so engine has to keep what is sent"
    # a balancer in between keeps nothing
    behind = OUTBOX.replace("engine: {kind: service", "engine: {kind: load-balancer")
    assert told.outcome(behind, "db")[1] == "accepted; db is down, so app has to keep what is sent"


DEEP = """\
archgen: 1
name: A deep check
hosts: {lb-1: {}, a: {}, b: {}, c: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, runs_on: lb-1, balance: {health_check: {request: GET /ready, asks: mysql}}}
  app: {kind: app-server, runs_on: [a, b]}
  mysql: {kind: database, runs_on: c}
connections:
  user -> lb: https
  lb -> app: http
  app -> mysql: {protocol: mysql, required: false}
flows:
  static:
    title: A page without data
    steps:
      - user -> lb: GET /
      - lb -> app: GET /
"""


def test_a_deep_check_takes_out_what_does_not_need_what_it_asks(told: Told) -> None:
    assert told.points(DEEP)[0] == {"lb@lb-1", "lb-1", "mysql@c", "c"}
    status, reason = told.outcome(DEEP, "mysql@c")
    assert status == "down"
    assert reason.endswith("; the health check of lb on app asks mysql, which does not answer")
    for eased in (DEEP.replace(", asks: mysql", ""), DEEP.replace("mysql}}", "mysql, fail_open: true}}")):
        assert told.points(eased)[0] == {"lb@lb-1", "lb-1"}
    assert told.points(DEEP.replace("load-balancer,", "load-balancer, product: envoy,"))[0] == {"lb@lb-1", "lb-1"}


def test_a_deep_check_asks_through_others(told: Told) -> None:
    """The page /health of the web server is made by the application, which asks the primary."""
    deep = SHALLOW.replace("GET /health", "{request: GET /health, asks: {db: write}}").replace(
        "connections:",
        "  db: {kind: database, runs_on: [a, b], replication: {primary: a}}\nconnections:\n  app -> db: mysql",
    )
    reading = deep + "      - app -> db: {message: SELECT, access: read}\n"
    assert told.outcome(reading.replace(", asks: {db: write}", ""), "db@a")[0] == "degraded"
    status, reason = told.outcome(reading, "db@a")
    assert status == "down"
    assert reason.endswith("; the health check of lb on web asks db, which does not answer")
    assert told.outcome(reading, "app@b") == ("degraded", "served without app@b; web@b can no longer do its part")


CALLED_BACK = """\
archgen: 1
name: A check that asks its own target
hosts: {p: {}, a: {}, b: {}, c: {}}
components:
  user: {kind: client}
  nginx: {kind: reverse-proxy, runs_on: p, balance: {health_check: {request: GET /status, asks: [app]}}}
  app: {kind: app-server, runs_on: [a, b]}
  office: {kind: service, runs_on: c}
connections:
  user -> nginx: https
  nginx -> app: https
  nginx -> office: {protocol: https, required: false}
  app -> office: {protocol: https, required: false}
  office -> nginx: https
flows:
  page:
    title: A page
    steps:
      - user -> nginx: GET /
      - nginx -> app: GET /
"""


def test_a_check_that_asks_its_own_target_asks_nothing_more(told: Told) -> None:
    assert told.outcome(CALLED_BACK, "office")[0] == "ok"
    assert told.points(CALLED_BACK)[0] == {"nginx@p", "p"}
    alone = CALLED_BACK.replace("  office: {kind: service, runs_on: c}\n", "")
    alone = "\n".join(line for line in alone.splitlines() if "office" not in line)
    assert told.points(alone)[0] == {"nginx@p", "p"}


def test_a_check_asks_nothing_through_its_own_balancer(told: Told) -> None:
    """The other target reaches the database only back through the balancer that checks it."""
    model = CALLED_BACK.replace("asks: [app]", "asks: [db]")
    model = model.replace(
        "  office: {", "  api: {kind: service, runs_on: b}\n  db: {kind: database, runs_on: c}\n  office: {"
    )
    model = model.replace("  app -> office", "  app -> api: http\n  api -> db: mysql\n  app -> office")
    viewed = model.replace("      - nginx -> app: GET /", "      - nginx -> office: {message: GET /, required: true}")
    assert told.outcome(model, "api")[0] == "down"
    assert told.outcome(viewed, "api")[0] == "ok"


def test_what_no_target_can_ask_is_a_dangling_reference(told: Told) -> None:
    assert "no component that `lb` calls has a connection to it" in told.refusal(
        DEEP.replace("asks: mysql", "asks: lb")
    )


PAIR = """\
archgen: 1
name: A pair with one address
hosts: {lb-1: {}, lb-2: {}}
components:
  user: {kind: client}
  lb:
    kind: load-balancer
    runs_on: [lb-1, lb-2]
    cluster: {mode: active-passive, active: lb-1, address: {shared: 192.0.2.1}, failover: automatic, by: vrrp, watches: host}
connections:
  user -> lb: https
flows:
  page:
    title: A page
    steps:
      - user -> lb: GET /
"""


def test_a_process_that_nobody_watches_takes_the_flow_down(told: Told) -> None:
    assert told.points(PAIR) == ({"lb@lb-1"}, set())
    status, reason = told.outcome(PAIR, "lb@lb-1")
    assert status == "down"
    assert reason.endswith("; lb@lb-1 failed by itself, so its host keeps the traffic and requests get no answer")
    assert told.outcome(PAIR, "lb-1")[0] == "degraded"
    assert told.outcome(PAIR, "lb@lb-1", "lb-1")[0] == "down"
    assert told.points(PAIR.replace("watches: host", "watches: process")) == (set(), set())
    assert told.points(PAIR.replace("active: lb-1, ", "")) == ({"lb@lb-1"}, set())
    assert told.lint(PAIR, "untracked-failover") == [
        "If lb@lb-1 alone fails, lb-1 keeps 192.0.2.1 and requests get no answer: failover watches only the host"
    ]
    assert told.lint(PAIR, "single-point-of-failure") == []


BESIDE = """\
archgen: 1
name: A pair that calls what is beside each
zones: {east: {kind: datacenter}, west: {kind: datacenter}}
hosts: {a: {zone: east}, b: {zone: west}}
components:
  user: {kind: client}
  lb:
    kind: web-server
    runs_on: [a, b]
    cluster: {mode: active-passive, active: a, address: {shared: 192.0.2.1}, failover: automatic, by: vrrp, watches: process}
  app: {kind: app-server, runs_on: [a, b]}
  db: {kind: database, runs_on: [a, b]}
connections:
  user -> lb: https
  lb -> app: {protocol: fastcgi, locality: same-host}
  app -> db: {protocol: postgresql, locality: same-zone}
flows:
  page:
    access: read
    steps:
      - user -> lb: GET /
      - lb -> app: run
      - app -> db: SELECT
"""


@pytest.mark.parametrize("watches", ["process", "host", "service"])
@pytest.mark.parametrize("by", ["vrrp", "dns"])
def test_a_member_that_is_up_keeps_the_traffic_from_what_it_calls(by: str, watches: str, told: Told) -> None:
    """What moves an address asks the member; a host or a zone takes it along with what it calls."""
    text = BESIDE.replace("by: vrrp, watches: process", f"by: {by}, watches: {watches}")
    kept = set() if watches == "service" else {"app@a", "db@a"}
    assert told.points(text) == (kept | ({"lb@a"} if watches == "host" else set()), set())
    status, reason = told.outcome(text, "db@a")
    assert status == ("down" if kept else "degraded")
    words = (
        f"step page/3 fails: app -> db: SELECT, on the way user → lb@a → app@a → db@a; lb@a keeps the traffic while it is up "
        f"(`watches: {watches}`)"
    )
    assert not kept or reason == words
    for lost in ("a", "b", "east", "app@b", "lb@b"):
        assert told.outcome(text, lost)[0] == "degraded", lost


def test_a_member_that_starts_a_flow_and_is_up_keeps_the_work(told: Told) -> None:
    text = BESIDE.replace("  user -> lb: https\n", "").replace("      - user -> lb: GET /\n", "")
    assert told.points(text) == ({"app@a", "db@a"}, set())
    assert told.points(text.replace("watches: process", "watches: service")) == (set(), set())


def test_an_active_pair_that_watches_hosts_loses_a_share(told: Told) -> None:
    pair = PAIR.replace("active-passive, active: lb-1", "active-active")
    assert told.points(pair) == (set(), {"lb@lb-1", "lb@lb-2"})
    assert told.outcome(pair, "lb@lb-1") == (
        "partial",
        "lb@lb-1 fails and only hosts are watched, so traffic still goes there: about 1 in 2 requests gets no answer",
    )
    assert told.outcome(pair, "lb-1")[0] == "degraded"


HYPERVISOR = """\
archgen: 1
name: Two machines on one
zones: {rack-a: {kind: rack}, dc: {kind: datacenter}}
hosts:
  hv-1: {zone: rack-a}
  hv-2: {}
  vm-1: {runs_on: hv-1}
  vm-2: {runs_on: hv-1, zone: dc}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: [vm-1, vm-2]}
connections:
  user -> web: https
flows:
  page:
    title: A page
    steps:
      - user -> web: GET /
"""


def test_a_machine_is_lost_with_the_one_below(told: Told) -> None:
    assert told.points(HYPERVISOR)[0] == {"hv-1", "rack-a"}
    assert told.outcome(HYPERVISOR, "hv-1") == (
        "down",
        "step page/1 fails: user -> web: GET /, on the way user → web@vm-1",
    )
    moved = "only if the traffic of web@vm-1 moves to another replica (untracked-failover)"
    assert told.outcome(HYPERVISOR, "vm-1") == ("degraded", f"served without web@vm-1; {moved}")
    assert told.lint(HYPERVISOR, "colocated-redundancy") == [
        "web@vm-1 and web@vm-2 should back each other up, but both run on hv-1: losing it takes down web and 1 flow: page"
    ]
    apart = HYPERVISOR.replace("vm-2: {runs_on: hv-1, zone: dc}", "vm-2: {runs_on: hv-2, zone: dc}")
    assert told.points(apart)[0] == set()


def test_the_lowest_host_is_the_cause(told: Told) -> None:
    alone = HYPERVISOR.replace("[vm-1, vm-2]", "vm-1")
    assert told.points(alone)[0] == {"web@vm-1", "vm-1", "hv-1", "rack-a"}
    assert told.lint(alone, "single-point-of-failure") == ["Losing hv-1 (with web) takes down 1 flow: page"]


def test_hosts_on_each_other_in_a_circle_are_an_error(told: Told) -> None:
    assert "hosts run on each other in a circle: `hv-1` runs on `vm-1` runs on `hv-1`" in told.refusal(
        HYPERVISOR.replace("hv-1: {zone: rack-a}", "hv-1: {runs_on: vm-1}")
    )


SERVICE = """\
archgen: 1
name: A managed database
zones: {az-a: {kind: availability-zone, in: eu}, az-b: {kind: availability-zone, in: eu}, eu: {kind: region}}
hosts: {a: {zone: az-a}, b: {zone: az-b}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: [a, b]}
  db: {kind: database, managed: {zone: az-a}}
connections:
  user -> web: https
  web -> db: mysql
flows:
  page:
    title: A page
    access: read
    steps:
      - user -> web: GET /
      - web -> db: SELECT
expect:
  - survives any one element for page
"""


def test_a_managed_service_is_lost_with_its_zone(told: Told) -> None:
    assert told.points(SERVICE)[0] == {"db#1", "az-a", "eu"}
    assert told.outcome(SERVICE, "az-a")[0] == "down"
    assert told.outcome(SERVICE, "az-b")[0] == "degraded"
    assert told.points(SERVICE.replace("{zone: az-a}}", "true}"))[0] == {"db#1", "eu"}
    assert told.points(SERVICE.replace("managed: {zone: az-a}", "managed: {zone: eu}"))[0] == {"db#1", "eu"}
    assert told.lint(SERVICE, "single-point-of-failure") == ["Losing db#1 takes down 1 flow: page"]


def test_what_a_provider_spreads_is_no_single_point(told: Told) -> None:
    spread = SERVICE.replace("{zone: az-a}}", "{scope: regional}}")
    assert told.lint(spread, "single-point-of-failure") == []
    assert told.lint(spread, "provider-dependency") == [
        "1 flow depends on a service that only its provider can restore: db (regional)"
    ]
    assert "losing db#1" in told.lint(SERVICE, "unmet-expectation")[0]
    assert "losing eu" in told.lint(spread, "unmet-expectation")[0]
    everywhere = spread.replace("regional", "global").replace(", in: eu", "").replace("eu: {kind: region}", "")
    assert told.lint(everywhere, "unmet-expectation") == []
    (db,) = told.analyzed(everywhere)["single_points_of_failure"]
    assert db == {"kind": "replica", "id": "db#1", "scope": "global"}


def test_lint_asks_for_the_zone_of_a_service(told: Told) -> None:
    asked = told.lint(SERVICE.replace("managed: {zone: az-a}", "managed: true, product: aws-rds"), "incomplete-model")
    assert asked == ["db doesn't declare its zone, so it survives the loss of az-a or az-b in every analysis"]
    assert told.lint(SERVICE, "incomplete-model") == []


def test_a_service_cannot_be_lost_with_a_zone_that_its_scope_survives(told: Told) -> None:
    refusal = told.refusal(SERVICE.replace("{zone: az-a}", "{scope: regional, zone: az-a}"))
    assert "`db` is regional and can't be lost with `az-a`, which is a zone of kind `availability-zone`" in refusal


SHALLOW = """\
archgen: 1
name: A check that asks the web server alone
hosts: {lb-1: {}, a: {}, b: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, runs_on: lb-1, balance: {health_check: GET /health}}
  web: {kind: web-server, runs_on: [a, b]}
  app: {kind: app-server, codebase: code, runs_on: [a, b]}
  code: {kind: code-base, runs_on: [a, b]}
connections:
  user -> lb: https
  lb -> web: http
  web -> app: {protocol: fastcgi, locality: same-host}
flows:
  page:
    title: A page
    steps:
      - user -> lb: GET /
      - lb -> web: GET /
      - web -> app: GET /
"""


def test_a_shallow_check_is_a_hint_and_no_verdict(told: Told) -> None:
    status, reason = told.outcome(SHALLOW, "app@a")
    assert status == "degraded"
    hint = "if the health check of lb asks nothing behind web, about 1 in 2 requests fails"
    assert reason == f"served without app@a; web@a can no longer do its part; {hint}"
    assert hint not in told.outcome(SHALLOW, "web@a")[1]
    deep = SHALLOW.replace("health_check: GET /health", "health_check: {request: GET /health, asks: app}")
    assert told.outcome(deep, "app@a") == ("degraded", "served without app@a; web@a can no longer do its part")


@pytest.mark.parametrize(
    ("check", "hint"),
    [
        (
            "health_check: TCP connect",
            "the health check of lb (TCP connect) asks nothing behind web, so about 1 in 2 requests fails",
        ),
        (
            "health_check: {request: GET /health, asks: []}",
            "the health check of lb asks nothing behind web, so about 1 in 2 requests fails",
        ),
        ("algorithm: round-robin", "if lb has no health check that asks behind web, about 1 in 2 requests fails"),
    ],
)
def test_a_hint_says_what_is_known_of_the_check(told: Told, check: str, hint: str) -> None:
    status, reason = told.outcome(SHALLOW.replace("health_check: GET /health", check), "app@a")
    assert (status, reason.rpartition("; ")[2]) == ("degraded", hint)


def test_a_check_that_is_blind_to_roles_is_a_hint(told: Told) -> None:
    model = """\
archgen: 1
name: A balancer before a primary and its standby
hosts: {lb-1: {}, a: {}, b: {}}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  lb: {kind: load-balancer, runs_on: lb-1, balance: {health_check: CHECK}}
  db: {kind: database, runs_on: [a, b], replication: {primary: a, failover: manual}}
connections:
  job -> lb: postgresql
  lb -> db: postgresql
flows:
  nightly:
    title: The nightly job
    access: ACCESS
    steps:
      - job -> lb: a statement
      - lb -> db: a statement
"""
    hint = "the health check of lb (tcp) can't tell which replica of db takes writes, so some writes fail"
    blind = model.replace("CHECK", "tcp")
    assert hint in told.outcome(blind.replace("ACCESS", "write"), "job#1")[1]
    assert hint not in told.outcome(blind.replace("ACCESS", "read"), "job#1")[1]
    assert hint not in told.outcome(model.replace("CHECK", "GET /primary").replace("ACCESS", "write"), "job#1")[1]


def test_a_proof_goes_through_the_target_of_a_deep_check(told: Told) -> None:
    deep = SHALLOW.replace("health_check: GET /health", "health_check: {request: GET /health, asks: app}")
    model = deep.replace("  code: {", "  db: {kind: database, runs_on: b}\n  code: {").replace(
        "connections:", "connections:\n  app -> db: mysql"
    )
    model += "      - app -> db: SELECT\n"
    reason = told.outcome(model, "db@b")[1]
    assert reason.endswith("on the way user → lb@lb-1 → web@a → app@a → db@b")


def test_lost_files_are_read_at_the_next_start(told: Told) -> None:
    assert told.outcome(SHALLOW, "code@a") == ("ok", "app@a works until it restarts, as code@a is lost")
    assert told.outcome(SHALLOW, "a")[1] == "served without web@a and app@a"


STEP_SAYS = """\
archgen: 1
name: A call that most can do without
components:
  user: {kind: client}
  lb: {kind: load-balancer, replicas: 2}
  grafana: {kind: app-server}
connections:
  user -> lb: https
  lb -> grafana: {protocol: https, required: false}
flows: {page: {access: read, steps: [user -> lb: GET, lb -> grafana: STEP]}}
"""


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        ("GET", "degraded"),
        ("{message: GET, required: true}", "down"),
        ("{message: GET, required: false}", "degraded"),
    ],
)
def test_a_step_that_says_if_it_is_required_decides(told: Told, step: str, outcome: str) -> None:
    text = STEP_SAYS.replace("STEP", step)
    assert told.outcome(text, "grafana")[0] == outcome
    required = text.replace(", required: false}", "}", 1)
    assert told.outcome(required, "grafana")[0] == ("degraded" if "required: false" in step else "down")
    points = {each.replace("#1", "") for each in told.points(text)[0]}
    assert ("grafana" in points) == (outcome == "down")


CANARY = """\
archgen: 1
name: A canary beside an application
hosts: {lb-1: {}, a: {}, b: {}, c: {}}
components:
  user: {kind: client}
  lb: {kind: load-balancer, runs_on: lb-1, balance: {health_check: CHECK}}
  app: {kind: app-server, runs_on: [a, b]}
  canary: {kind: app-server, runs_on: c}
connections:
  user -> lb: https
  lb -> app: http
  lb -> canary: {protocol: http, required: false}
flows: {page: {access: read, steps: [user -> lb: GET, lb -> app | canary: STEP]}}
"""


@pytest.mark.parametrize(
    ("check", "step", "app", "canary", "all_down"),
    [
        ("GET /", "GET", "degraded", "degraded", "down"),
        ("false", "GET", "partial", "degraded", "down"),
        # the step decides for both
        ("false", "{message: GET, required: true}", "partial", "partial", "down"),
        ("GET /", "{message: GET, required: false}", "degraded", "degraded", "degraded"),
    ],
)
def test_an_optional_alternative_answers_for_others_and_is_not_asked_for(
    told: Told, check: str, step: str, app: str, canary: str, all_down: str
) -> None:
    text = CANARY.replace("CHECK", check).replace("STEP", step)
    assert told.outcome(text, "app@a")[0] == app
    assert told.outcome(text, "app@a", "app@b")[0] == app
    assert told.outcome(text, "canary@c")[0] == canary
    assert told.outcome(text, "app", "canary")[0] == all_down
    # the order in which they are written means nothing
    turned = text.replace("lb -> app | canary", "lb -> canary | app")
    assert told.outcome(turned, "app", "canary")[0] == all_down
    shared = text.replace("runs_on: [a, b]", "runs_on: c")
    assert ("c" in told.points(shared)[0]) == (all_down == "down")


def test_a_step_is_optional_if_each_of_its_alternatives_is(told: Told) -> None:
    text = CANARY.replace("CHECK", "GET /").replace("STEP", "GET")
    both = text.replace("lb -> app: http\n", "lb -> app: {protocol: http, required: false}\n")
    assert told.outcome(both, "app", "canary")[0] == "degraded"


def test_needs_is_about_what_is_required(told: Told) -> None:
    text = CANARY.replace("CHECK", "GET /").replace("STEP", "GET")
    every = text.replace("lb -> app: http\n", "lb -> app: {protocol: http, needs: all}\n")
    assert told.outcome(every, "canary")[0] == "degraded"
    assert told.outcome(every, "app@a")[0] == "down"
    two = text.replace("lb -> app: http\n", "lb -> app: {protocol: http, needs: 2}\n")
    assert told.outcome(two, "app@a")[0] == "degraded"
    assert told.outcome(two, "app@a", "canary@c")[0] == "down"
    much = text.replace("required: false", "required: false, needs: 3")
    assert told.outcome(much, "app@a", "app@b")[0] == "degraded"


def test_nobody_waits_if_it_does_for_none_of_the_alternatives(told: Told) -> None:
    text = CANARY.replace("CHECK", "GET /").replace("STEP", "GET").replace("required: false", "async: true")
    assert told.outcome(text, "app", "canary")[0] == "down"
    both = text.replace("lb -> app: http\n", "lb -> app: {protocol: http, async: true}\n")
    assert told.outcome(both, "app", "canary")[0] == "delayed"


def test_a_check_asks_all_of_what_it_asks_over_an_optional_connection(told: Told) -> None:
    text = CANARY.replace("CHECK", "{request: GET /, asks: db}").replace("STEP", "GET")
    text = text.replace("flows:", "  app -> db: {protocol: mysql, required: false, needs: all}\nflows:")
    text = text.replace("connections:", "  db: {kind: database, runs_on: [a, b]}\nconnections:")
    alone = text.replace("lb -> app | canary: GET", "lb -> app: GET")
    assert told.outcome(alone, "db@a")[0] == "down"
    assert told.outcome(alone.replace(", needs: all", ""), "db@a")[0] == "degraded"


def test_only_a_member_that_is_required_answers_late(told: Told) -> None:
    text = CANARY.replace("CHECK", "GET /").replace("STEP", "GET")
    pair = "runs_on: [c, lb-1], cluster: {mode: active-active, failover: automatic, recovery: 1h}}"
    late = text.replace("runs_on: c}", pair)
    flow = told.analyzed(late)
    assert flow["full"]["availability"] == flow["availability"]
    needed = told.analyzed(late.replace("{protocol: http, required: false}", "http"))
    assert needed["full"]["availability"] < needed["availability"]


def test_a_first_request_may_meet_what_nobody_waits_for(told: Told) -> None:
    text = CANARY.replace("CHECK", "GET /").replace("STEP", "GET")
    first = text.replace("user -> lb: GET", "user -> lb | canary: GET")
    either = first.replace(
        "  user -> lb: https\n", "  user -> lb: https\n  user -> canary: {protocol: https, async: true}\n"
    )
    assert told.outcome(either, "canary@c")[0] == "degraded"
    both = either.replace("user -> lb: https", "user -> lb: {protocol: https, async: true}")
    assert "must not be `async`" in told.refusal(both)


TWO_SITES = """\
archgen: 1
name: A step that names one of two alternatives
hosts: {h-1: {}, h-2: {}, d-1: {}}
components:
  user: {kind: client}
  edge: {kind: cdn, managed: {scope: global}}
  lb-1: {kind: load-balancer, runs_on: h-1, balance: {health_check: GET /}}
  lb-2: {kind: load-balancer, runs_on: h-2, balance: {health_check: GET /}}
  db: {kind: database, runs_on: d-1}
connections:
  user -> edge: https
  edge -> lb-1 | lb-2: https
  lb-1 -> db: {protocol: postgresql, tls: true}
flows: {write: {access: write, steps: [user -> edge: POST, edge -> lb-1: POST, lb-1 -> db: INSERT]}}
"""


def test_a_step_calls_the_alternatives_that_it_names_and_no_other(told: Told) -> None:
    assert told.outcome(TWO_SITES, "d-1")[0] == told.outcome(TWO_SITES, "h-1")[0] == "down"
    assert told.outcome(TWO_SITES, "h-2")[0] == "ok"
    assert {"h-1", "d-1"} <= told.points(TWO_SITES)[0]
    apart = TWO_SITES.replace("  edge -> lb-1 | lb-2: https\n", "  edge -> lb-1: https\n  edge -> lb-2: https\n")
    assert told.points(apart) == told.points(TWO_SITES)
    either = TWO_SITES.replace("edge -> lb-1: POST", "edge -> lb-1 | lb-2: POST")
    assert told.outcome(either, "d-1")[0] == told.outcome(either, "h-1")[0] == "degraded"


def test_all_that_must_answer_are_all_that_the_step_names(told: Told) -> None:
    every = TWO_SITES.replace("edge -> lb-1 | lb-2: https", "edge -> lb-1 | lb-2: {protocol: https, needs: all}")
    assert told.outcome(every, "h-2")[0] == "ok"
    both = every.replace("edge -> lb-1: POST", "edge -> lb-1 | lb-2: POST")
    assert told.outcome(both, "h-2")[0] == "down"
    two = every.replace("needs: all", "needs: 2")
    assert "impossible-flow" in told.run("lint", str(told.write(two)), "--format", "concise")


def test_an_alternative_that_no_step_names_is_called_by_nobody(told: Told) -> None:
    text = TWO_SITES.replace("lb-1 -> db: {", "lb-2 -> db: {").replace("lb-1 -> db: INSERT", "lb-2 -> db: INSERT")
    text = text.replace("kind: load-balancer, runs_on: h-2", "kind: worker, runs_on: h-2")
    text = text.replace("edge -> lb-1: POST", "edge -> lb-1: {message: POST, async: true}")
    # it starts on its own, so nothing that is deferred led to it
    assert told.outcome(text, "d-1")[0] == "down"


NAMED = """\
archgen: 1
name: A name that no step looks up
hosts: {ns-1: {}, ns-2: {}, a: {}}
components:
  user: {kind: client}
  dns: {kind: dns, runs_on: ns-1, domain: shop.example}
  web: {kind: web-server, runs_on: a}
connections:
  user -> web: https
flows:
  page:
    title: A page
    domain: www.shop.example
    steps:
      - user -> web: GET /
"""


def test_a_name_is_looked_up_whether_a_step_shows_it_or_not(told: Told) -> None:
    word, reason = told.outcome(NAMED, "ns-1")
    assert word == "down"
    assert reason == (
        "step page/1 fails: user -> web: GET /, on the way user → dns@ns-1; dns has to resolve www.shop.example first"
    )
    assert told.points(NAMED)[0] == {"dns@ns-1", "ns-1", "web@a", "a"}
    declared = NAMED.replace("  user -> web: https", "  user -> web: https\n  user -> dns: dns")
    assert told.outcome(declared, "ns-1")[0] == "down"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    domain: www.shop.example\n", ""),
        ("    domain: www.shop.example\n", "    domain: www.myshop.example\n"),
        ("domain: shop.example", "domain: intern.shop.example"),
        ("user: {kind: client}", "user: {kind: service}"),
        ("  user -> web: https", "  user -> web: https\n  user -> dns: {protocol: dns, required: false}"),
        ("runs_on: ns-1, domain", "runs_on: [ns-1, ns-2], domain"),
        ("  web: {", "  other: {kind: dns, runs_on: ns-2, domain: shop.example}\n  web: {"),
        ("  web: {", "  closer: {kind: dns, runs_on: ns-2, domain: www.shop.example}\n  web: {"),
    ],
    ids=[
        "no name",
        "another name",
        "zone below",
        "not from outside",
        "optional",
        "two replicas",
        "two servers",
        "closer zone",
    ],
)
def test_a_look_up_needs_what_answers_for_the_name(told: Told, old: str, new: str) -> None:
    assert old in NAMED
    assert told.outcome(NAMED.replace(old, new), "ns-1")[0] != "down"


ASKED_ONCE = NAMED.replace("  user -> web: https", "  user -> web: https\n  user -> dns: dns")


def test_a_look_up_that_may_be_left_out_is_needed_all_the_same(told: Told) -> None:
    look_up = "user -> dns: Where is it?"
    once = ASKED_ONCE.replace(
        "      - user -> web", f"      - opt: {{when: not yet known, steps: [{look_up}]}}\n      - user -> web"
    )
    word, reason = told.outcome(once, "ns-1")
    assert (word, reason.rpartition("; ")[2]) == ("down", "dns has to resolve www.shop.example first")
    assert told.outcome(once.replace("ns-1, domain", "[ns-1, ns-2], domain"), "ns-1")[0] == "degraded"
    without = once.replace("user -> dns: dns", "user -> dns: {protocol: dns, required: false}")
    assert told.outcome(without, "ns-1")[0] == "degraded"
    stated = ASKED_ONCE.replace(
        "      - user -> web", "      - user -> dns: {message: Where is it?, required: false}\n      - user -> web"
    )
    assert told.outcome(stated, "ns-1")[0] == "degraded"


def test_a_caller_does_without_a_look_up_if_all_its_own_connections_say_so(told: Told) -> None:
    two = ASKED_ONCE.replace("  web: {", "  other: {kind: dns, runs_on: ns-2, domain: shop.example}\n  web: {")
    optional = two.replace("user -> dns: dns", "user -> dns: {protocol: dns, required: false}")
    assert told.outcome(optional, "ns-1", "ns-2")[0] == "ok"
    beside = optional.replace("  user -> web", "  user -> other: dns\n  user -> web", 1)
    assert told.outcome(beside, "ns-1", "ns-2")[0] == "down"
    assert told.outcome(beside, "ns-1")[0] == "degraded"


def test_a_service_of_others_that_calls_by_a_name_looks_it_up(told: Told) -> None:
    hook = NAMED.replace("user: {kind: client}", "user: {kind: external-service}")
    word, reason = told.outcome(hook, "ns-1")
    assert (word, reason.rpartition("; ")[2]) == ("down", "dns has to resolve www.shop.example first")
    assert told.points(hook)[0] == {"dns@ns-1", "ns-1", "web@a", "a"}


def test_a_lost_service_of_others_sends_nothing(told: Told) -> None:
    hook = NAMED.replace("user: {kind: client}", "user: {kind: external-service}")
    assert told.outcome(hook, "user") == ("ok", "user is down, so it sends nothing")
    assert told.outcome(hook.replace("runs_on: a}", "runs_on: [a, ns-1]}"), "user", "a")[1].endswith(
        "served without web@a; user is down, so it sends nothing"
    )
    there = hook.replace("user: {kind: external-service}", "user: {kind: external-service, runs_on: [b, c]}").replace(
        "a: {}}", "a: {}, b: {}, c: {}}"
    )
    assert told.outcome(there, "b")[1] == "every element that it uses is up"
    assert told.outcome(there, "b", "c")[1] == "user is down, so it sends nothing"
    assert told.outcome(NAMED, "ns-2")[1] == "every element that it uses is up"


INSIDE = """\
archgen: 1
name: A name server that only a program asks
networks: {lan: {trust: private}, outside: {trust: internet}}
hosts: {ns-1: {network: lan}, a: {}}
components:
  user: {kind: client}
  other: {kind: client, network: lan}
  abroad: {kind: client, network: outside}
  mail: {kind: external-service}
  resolver: {kind: dns, managed: true}
  probe: {kind: monitoring, managed: true}
  dns: {kind: dns, runs_on: ns-1, domain: shop.example}
  web: {kind: web-server, runs_on: a}
connections:
  user -> web: https
  web -> dns: dns
flows:
  page:
    title: A page
    domain: www.shop.example
    steps:
      - user -> web: GET /
"""


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("web -> dns: dns", "web -> dns: dns", "ok"),
        ("web -> dns: dns", "web -> dns: dns\n  other -> dns: dns", "ok"),
        ("  web -> dns: dns\n", "", "down"),
        ("  web -> dns: dns\n", "  web -> dns: https\n", "down"),
        ("web -> dns: dns", "probe -> dns: dns", "down"),
        ("web -> dns: dns", "web -> dns: dns\n  user -> dns: dns", "down"),
        ("web -> dns: dns", "web -> dns: dns\n  mail -> dns: dns", "down"),
        ("web -> dns: dns", "web -> dns: dns\n  resolver -> dns: dns", "down"),
        ("user: {kind: client}", "user: {kind: client, network: lan}", "down"),
        ("web -> dns: dns", "abroad -> dns: dns", "down"),
    ],
)
def test_a_name_server_of_the_inside_answers_nobody_outside(told: Told, old: str, new: str, word: str) -> None:
    assert old in INSIDE
    assert told.outcome(INSIDE.replace(old, new), "ns-1")[0] == word


@pytest.mark.parametrize("asks", ["", "  web -> dns: dns\n"])
def test_a_resolver_answers_those_that_ask_it_or_share_its_network(told: Told, asks: str) -> None:
    text = INSIDE.replace("  web -> dns: dns\n", asks).replace("ns-1, domain", "ns-1, product: unbound, domain")
    assert told.outcome(text, "ns-1")[0] == "ok"
    assert told.outcome(text.replace("user: {kind: client}", "user: {kind: client, network: lan}"), "ns-1")[0] == "down"
    assert told.outcome(text.replace("connections:", "connections:\n  user -> dns: dns"), "ns-1")[0] == "down"


def test_a_name_server_of_the_inside_is_no_stand_in_and_hides_none(told: Told) -> None:
    public = "  public: {kind: dns, managed: true, domain: shop.example}\n  web: {"
    text = INSIDE.replace("  web: {", public).replace(
        "domain: shop.example}\n  public", "domain: www.shop.example}\n  public"
    )
    assert told.outcome(text, "ns-1")[0] == "ok"
    assert told.outcome(text, "public")[0] == "down"
    provider = INSIDE.replace("runs_on: ns-1, domain", "managed: true, domain")
    assert told.outcome(provider, "dns")[0] == "down"


def test_a_step_that_shows_a_look_up_decides(told: Told) -> None:
    resolver = NAMED.replace("  web: {", "  resolver: {kind: dns, runs_on: ns-2}\n  web: {").replace(
        "  user -> web: https", "  user -> web: https\n  user -> resolver: dns"
    )
    asked = resolver.replace("      - user -> web", "      - user -> resolver: Where is it?\n      - user -> web")
    assert told.outcome(resolver, "ns-1")[0] == "down"
    assert told.outcome(asked, "ns-1")[0] == "ok"
    assert told.outcome(asked, "ns-2")[0] == "down"
    through = asked.replace("user -> resolver: dns", "user -> resolver: dns\n  resolver -> dns: dns").replace(
        "      - user -> web", "      - resolver -> dns: {message: Where is it?, required: false}\n      - user -> web"
    )
    assert told.outcome(through, "ns-1")[0] == "degraded"
    sent = NAMED.replace("  user -> web: https", "  user -> web: https\n  web -> dns: dns").replace(
        "GET /\n", "GET /\n      - web -> dns: {message: Where is it?, required: false}\n"
    )
    assert told.outcome(sent, "ns-1")[0] == "degraded"


ARBITRATED = """\
archgen: 1
name: Two members and an arbitrator
hosts: {a: {}, b: {}, c: {}}
components:
  job: {kind: scheduler, managed: true}
  galera: {kind: database, product: galera, runs_on: [a, b], replication: {writers: all, by: garbd}}
  garbd: {kind: other, runs_on: c}
connections:
  job -> galera: mysql
flows:
  nightly:
    title: A job
    access: read
    steps:
      - job -> galera: SELECT
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("product: galera", "product: galera"),
        ("product: galera", "product: galera, quorum: majority"),
        ("product: galera", "quorum: majority"),
        ("garbd: {kind: other, runs_on: c}", "garbd: {kind: other, runs_on: [a, b, c]}"),
        ("garbd: {kind: other, runs_on: c}", "garbd: {kind: other, runs_on: c, quorum: 1}"),
    ],
)
def test_an_arbitrator_votes_beside_the_replicas(told: Told, old: str, new: str) -> None:
    text = ARBITRATED.replace(old, new)
    assert told.outcome(text, "a")[0] == "degraded"
    assert told.outcome(text, "c")[0] == "degraded"
    word, reason = told.outcome(text, "a", "c")
    assert word == "down"
    assert "1 of 3 " in reason
    assert "it takes 2" in reason


def test_without_an_arbitrator_two_members_need_each_other(told: Told) -> None:
    assert told.outcome(ARBITRATED.replace(", by: garbd", ""), "a")[0] == "down"
    free = ARBITRATED.replace("product: galera", "product: galera, quorum: 1")
    assert told.outcome(free, "a", "c")[0] == "degraded"


@pytest.mark.parametrize(
    ("old", "new", "votes"),
    [
        # what has no arbitrators counts its own replicas alone
        ("product: galera", "product: cockroachdb", 3),
        ("product: galera", "product: cockroachdb, quorum: majority", 3),
        # what spreads the requests over the members has no vote
        ("garbd: {kind: other, runs_on: [c", "garbd: {kind: load-balancer, runs_on: [c", 3),
        # three arbitrators vote beside the members and not in their place
        ("runs_on: [c", "runs_on: [c", 6),
    ],
)
def test_only_an_arbitrator_votes_beside_the_replicas(told: Told, old: str, new: str, votes: int) -> None:
    text = ARBITRATED.replace("c: {}}", "c: {}, d: {}, e: {}, x: {}}").replace("[a, b]", "[a, b, x]")
    text = text.replace("runs_on: c", "runs_on: [c, d, e]").replace(old, new)
    assert told.outcome(text, "c", "d")[0] == "degraded" if votes == 6 else "ok"
    assert told.outcome(text, "a", "c")[0] == "degraded"
    word, reason = told.outcome(text, "a", "b")
    if votes == 6:
        assert word == "degraded"
        word, reason = told.outcome(text, "a", "b", "c")
    assert word == "down"
    assert f" of {votes} " in reason


PROMOTED = """\
archgen: 1
name: A cache and who promotes it
hosts: {a: {}, b: {}, c: {}}
components:
  job: {kind: scheduler, managed: true}
  redis: {kind: key-value-store, runs_on: [a, b], replication: {primary: a, failover: automatic, by: sentinel}}
  sentinel: {kind: other, runs_on: [a, b, c], quorum: majority}
connections:
  job -> redis: redis
flows:
  nightly: {title: A job, access: write, steps: [job -> redis: SET]}
"""


def test_what_can_no_longer_fail_over_is_said_while_the_flow_is_served(told: Told) -> None:
    stuck = "redis can't fail over until sentinel is back"
    word, reason = told.outcome(PROMOTED, "sentinel@a", "sentinel@b", "sentinel@c")
    assert word == "degraded"
    assert reason == f"served without sentinel@a, sentinel@b and sentinel@c; {stuck}"
    assert stuck not in told.outcome(PROMOTED, "sentinel@a")[1]
    assert stuck not in told.outcome(PROMOTED, "sentinel", "redis@b")[1]


def test_a_member_without_its_quorum_is_up_and_does_nothing(told: Told) -> None:
    reason = told.outcome(PROMOTED, "sentinel@b", "c")[1]
    assert reason.startswith(
        "served without sentinel@b and sentinel@c; sentinel@a can no longer do its part; redis can't fail over"
    )


OWN_CALLS = """\
archgen: 1
name: Two stores that answer the same
hosts: {a: {}, b: {}, c: {}}
components:
  app: {kind: service, runs_on: c}
  first: {kind: database, runs_on: [a, b], replication: {primary: first@a, failover: manual}}
  second: {kind: database, runs_on: c}
connections:
  app -> first: {protocol: mongodb, access: read}
  app -> second: {protocol: mongodb, access: write}
flows: {ask: {steps: [app -> second | first: ask]}}
"""


def test_each_alternative_has_the_access_of_its_own_connection(told: Told) -> None:
    for text in (OWN_CALLS, OWN_CALLS.replace("second | first", "first | second")):
        assert told.outcome(text, "second", "first@a")[0] == "degraded"
        assert told.outcome(text.replace("access: read", "access: write"), "second", "first@a")[0] == "down"
        assert told.outcome(text.replace("ask: {", "ask: {access: write, "), "second", "first@a")[0] == "degraded"


def test_a_locality_leaves_other_alternatives_to_their_primaries(told: Told) -> None:
    near = OWN_CALLS.replace("access: write", "locality: same-host")
    assert told.outcome(near, "second", "first@a")[0] == "degraded"
    assert told.outcome(near.replace("runs_on: [a", "product: mongodb, runs_on: [a"), "second", "first@a")[0] == "down"


def test_an_alternative_over_two_connections_is_counted_once(told: Told) -> None:
    text = OWN_CALLS.replace(
        "app -> second: {protocol: mongodb, access: write", "app -> first | second: {protocol: mongodb, needs: 3"
    )
    assert told.outcome(text, "first@a")[0] == told.outcome(text, "second")[0] == "down"
    assert told.outcome(text.replace("needs: 3", "needs: 2"), "first@a")[0] == "degraded"
