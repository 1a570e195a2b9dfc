"""The picture of a flow that fails: up to the request where it stops, a cross there, and what its user sees."""

from __future__ import annotations

from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest

from archgen.analysis.topology import Topology
from archgen.cli import main
from archgen.layout.sequence.arrangement import place
from archgen.layout.sequence.lanes import messages
from archgen.model.subject import Subject
from archgen.reliability.requests import requests
from archgen.reliability.simulation import simulate
from archgen.views.diagram import Remark
from archgen.views.failure_reason import first_failed_request
from archgen.views.flow import flow_sequence
from tests.generators.random_flows import architecture
from tests.oracle import elements
from tests.paths import ROOT
from tests.views.test_sequence import collisions, outside

TIER = str(ROOT / "models" / "2-distributed-web-infrastructure.arch.yaml")
SVG = "{http://www.w3.org/2000/svg}"

BATCH = """\
archgen: 1
name: A batch
hosts: {a: {}, b: {}, c: {}}
components:
  job: {kind: scheduler, runs_on: c}
  app: {kind: app-server, runs_on: [a, b]}
  db: {kind: database, runs_on: [a, b, c], quorum: majority}
  store: {kind: database, runs_on: [a, b], replication: {primary: a, failover: automatic, by: watch}}
  watch: {kind: other, runs_on: c}
connections:
  job -> app: https
  app -> db: {protocol: mysql, needs: all}
  app -> store: mysql
flows:
  page:
    title: A page
    steps:
      - job -> app: GET /
      - alt:
          - {when: first, steps: [app -> db: one, db --> app: two]}
          - {when: second, steps: [app -> store: three, app -> db: four]}
      - app --> job: page
"""


def drawn(tmp_path: Path, model: str, *words: str) -> ElementTree.Element:
    """The picture of the one flow that fails."""
    file = tmp_path / "picture.svg"
    assert main(["simulate", model, *words, "--svg", str(file)]) == 0
    return ElementTree.fromstring(file.read_text(encoding="utf-8"))


def said(picture: ElementTree.Element) -> str:
    return " ".join(" ".join(one.itertext()) for one in picture.iter(f"{SVG}text"))


def crosses(picture: ElementTree.Element) -> int:
    return sum(one.get("class") == "s-error" for one in picture.iter(f"{SVG}path"))


def test_a_write_stops_where_the_primary_is_gone(tmp_path: Path) -> None:
    picture = drawn(tmp_path, TIER, "--kill", "server-1")
    words = said(picture)
    assert "INSERT the comment" in words
    assert "The request fails at step 6: no replica of mysql accepts writes" in words
    assert crosses(picture) == 1
    numbers = [one.text for one in picture.iter(f"{SVG}text") if (one.text or "").isdigit()]
    assert numbers == ["1", "2", "3", "4", "5", "6"]
    titles = [one.text or "" for one in picture.iter(f"{SVG}title")]
    assert [one for one in titles if "it fails here" in one] == ["unencrypted across hosts; it fails here"]


@pytest.mark.parametrize(
    ("gone", "words", "absent"),
    [
        ("job", "fails at step 1: no replica of job is up to send it", "one"),
        ("app", "fails at step 1: no replica of app is up", "one"),
        ("db@c", "fails at step 2.1: it needs every replica of db, and not all are up", "three"),
        ("db@a db@b", "fails at step 2.1: db lacks its quorum of 2", "three"),
        ("store", "fails at step 2.3: no replica of store is up", "four"),
        ("store@a watch", "fails at step 2.3: no replica of store accepts writes, and watch promotes none", "four"),
    ],
)
def test_the_reason_is_the_plainest_that_is_true(tmp_path: Path, gone: str, words: str, absent: str) -> None:
    model = tmp_path / "a.arch.yaml"
    model.write_text(BATCH, encoding="utf-8")
    picture = drawn(tmp_path, str(model), "--kill", *gone.split())
    assert words in said(picture)
    assert absent not in said(picture).split()
    assert crosses(picture) == 1


EITHER = """\
archgen: 1
name: An alternative that a caller can do without
hosts: {a: {}, b: {}, c: {}}
components:
  job: {kind: scheduler, runs_on: a}
  own: {kind: service, runs_on: [b, c]}
  spare: {kind: service, runs_on: [a, b]}
connections:
  job -> own: https
  job -> spare: {protocol: https, required: false, locality: same-host, needs: all}
flows:
  page: {title: A page, steps: [job -> own | spare: GET /]}
"""


def test_what_a_step_can_do_without_asks_for_no_answers(tmp_path: Path) -> None:
    model = tmp_path / "a.arch.yaml"
    both = EITHER.replace("job -> own: https", "job -> own: {protocol: https, needs: all}")
    for text, gone, words in (
        (EITHER, "own spare@a", "no replica of own or spare that it can reach works"),
        (both, "own@b", "it needs every replica of own, and not all are up"),
        (both.replace("required: false, ", ""), "own@b", "it needs every replica of own or spare, and not all are up"),
    ):
        model.write_text(text, encoding="utf-8")
        assert words in said(drawn(tmp_path, str(model), "--kill", *gone.split()))


def test_a_read_that_names_the_primary_says_who_promotes_no_other(tmp_path: Path) -> None:
    model = tmp_path / "a.arch.yaml"
    named = BATCH.replace("app -> store: three", "app -> store@a: {message: three, access: read}")
    for text, words in (
        (named, "fails at step 2.3: store@a is down, and watch promotes none"),
        (named.replace("automatic, by: watch", "manual"), "store@a is down store@b needs manual failover"),
    ):
        model.write_text(text, encoding="utf-8")
        assert words in said(drawn(tmp_path, str(model), "--kill", "store@a", "watch"))


def test_several_flows_that_fail_need_a_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", TIER, "--kill", "lb-1", "--svg", str(tmp_path / "new")]) == 0
    names = sorted(one.name for one in (tmp_path / "new").iterdir())
    model = "2-distributed-web-infrastructure"
    assert names == [f"{model}.flow-read-page.failed.svg", f"{model}.flow-write-comment.failed.svg"]
    capsys.readouterr()
    assert main(["simulate", TIER, "--kill", "lb-1", "--svg", str(tmp_path / "a.svg")]) == 2
    captured = capsys.readouterr()
    assert "2 flows fail" in captured.err
    assert captured.out == ""
    assert not (tmp_path / "a.svg").exists()


def test_where_no_flow_fails_nothing_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", TIER, "--kill", "server-2", "--svg", str(tmp_path / "a.svg")]) == 0
    assert "no flow goes down" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_any_failing_flow_is_told_up_to_one_request_that_fails() -> None:
    stopped = 0
    for seed in range(120):
        model, random = architecture(seed), Random(seed)
        topology = Topology(model)
        everything = elements(model)
        for flow in model.flows:
            gone = [Subject(*one) for one in random.sample(everything, min(len(everything), 3))]  # type: ignore[arg-type]
            found = simulate(topology.index, flow, topology.losses.plans[flow.id], gone)
            if found.status != "down":
                continue
            one = first_failed_request(topology, found)
            (request,) = (each for each, _ in requests(flow.steps) if each.id == one.step)
            picture = flow_sequence(topology, flow, stop=one)
            whole, part = (list(messages(each.items)) for each in (flow_sequence(topology, flow), picture))
            assert [each.target for each in part if each.stops and not each.text.startswith("retry, ")] == list(
                request.targets
            )
            original = [each for each in part if not each.text.startswith(("retry, ", "an error"))]
            assert [(each.number, each.target) for each in original] == [
                (each.number, each.target) for each in whole[: len(original)]
            ]
            assert original[-1].stops == one.how
            assert Remark((request.source, *request.targets), one.words) in picture.items
            assert (part[-1].text == "an error") == (one.error is not None)
            assert collisions(place(picture)) == []
            assert outside(place(picture)) == []
            stopped += 1
    assert stopped > 60


SHOP = """\
archgen: 1
name: A shop
hosts: {lb: {}, a: {}, b: {}, c: {}, d: {}}
components:
  user: {kind: client}
  proxy: {kind: load-balancer, runs_on: lb, balance: {algorithm: round-robin, health_check: GET /health}}
  app: {kind: app-server, runs_on: [a, b]}
  db: {kind: database, runs_on: [c, d], replication: {primary: c, failover: manual, recovery: 15m}}
connections:
  user -> proxy: https
  proxy -> app: http
  app -> db: {protocol: mysql, retries: 2, timeout: 3s}
flows:
  buy: {access: write, steps: [user -> proxy: order, proxy -> app: order, app -> db: INSERT]}
"""


def test_failovers_and_further_tries_are_shown_where_the_model_says_so(tmp_path: Path) -> None:
    model = tmp_path / "a.arch.yaml"
    model.write_text(SHOP, encoding="utf-8")
    picture = drawn(tmp_path, str(model), "--kill", "a", "c")
    words = said(picture)
    assert "the health check of proxy has removed app@a: app@b responds" in words
    assert "retry, 2 more times, 3 s each" in words
    assert "db@d needs manual failover, which takes 15.0 min" in words
    assert "an error" in words
    assert crosses(picture) == 2
    pair = "cluster: {active: c, failover: manual, recovery: 20m}"
    model.write_text(SHOP.replace("replication: {primary: c, failover: manual, recovery: 15m}", pair), encoding="utf-8")
    assert "db@d needs manual failover, which takes 20.0 min" in said(drawn(tmp_path, str(model), "--kill", "c"))
    model.write_text(SHOP.replace(", health_check: GET /health", "").replace(", retries: 2, timeout: 3s", ""), "utf-8")
    words = said(drawn(tmp_path, str(model), "--kill", "a", "c"))
    assert "health check" not in words
    assert "again" not in words
