"""Flows that a model leaves out: assumed from its clients, with the same verdict as the obvious ones, and written."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.analysis.topology import Topology
from archgen.app.formatting import format_model
from archgen.app.models import check_models
from archgen.app.workspace.inputs import find_and_read
from archgen.cli import main
from archgen.language.load import load
from archgen.linting.checked_model import CheckedModel

HEAD = "archgen: 1\nname: Ten lines\n"

SHOP = """\
components:
  user: {kind: client}
  lb: {kind: load-balancer, balance: {health_check: GET /}}
  web: {kind: web-server, replicas: 2}
  db: {kind: database}
connections: {user -> lb: https, lb -> web: http, web -> db: mysql}
"""
BLOG = """\
components:
  reader: {kind: client}
  names: {kind: dns, managed: true}
  nginx: {kind: web-server}
  php: {kind: app-server}
  mysql: {kind: database}
connections: {reader -> names: dns, reader -> nginx: https, nginx -> php: fastcgi, php -> mysql: mysql}
"""
CACHED = """\
hosts: {h-1: , h-2: }
components:
  user: {kind: client}
  app: {kind: app-server, runs_on: [h-1, h-2]}
  cache: {kind: cache, runs_on: h-1}
  db: {kind: database, runs_on: [h-1, h-2], replication: {primary: h-1, failover: manual}}
connections: {user -> app: https, app -> cache: {protocol: redis, required: false}, app -> db: postgresql}
"""
QUEUED = """\
components:
  user: {kind: client}
  api: {kind: service}
  queue: {kind: queue}
  worker: {kind: worker}
  db: {kind: database}
connections: {user -> api: https, api -> queue: amqp, worker -> queue: amqp, worker -> db: postgresql}
"""
BRANCHED = """\
components:
  user: {kind: client}
  gateway: {kind: api-gateway, replicas: 2}
  orders: {kind: service}
  stock: {kind: service}
  db: {kind: database}
connections: {user -> gateway: https, gateway -> orders: http, gateway -> stock: http, orders -> db: mysql}
"""

TEN_LINES = {
    "shop": (SHOP, [["user -> lb", "lb -> web", "web -> db"]]),
    "blog": (BLOG, [["reader -> names", "reader -> nginx", "nginx -> php", "php -> mysql"]]),
    "cached": (CACHED, [["user -> app", "app -> cache", "app -> db"]]),
    "queued": (QUEUED, [["user -> api", "api -> queue"], ["worker -> queue", "worker -> db"]]),
    "branched": (
        BRANCHED,
        [["user -> gateway", "gateway -> orders", "orders -> db"], ["user -> gateway", "gateway -> stock"]],
    ),
}
"""Models of ten lines, each with the obvious flows as lists of steps."""


def topology(text: str) -> Topology:
    return Topology(load("ten.arch.yaml", (HEAD + text).encode()).architecture)


def single_points(facts: Topology) -> set[str]:
    return {element.id for flow in facts.losses.failures.values() for element in flow.elements}


def declared(flows: list[list[str]]) -> str:
    lines = "".join(
        f"  flow-{number}: {{steps: [{', '.join(f'{step}: work' for step in steps)}]}}\n"
        for number, steps in enumerate(flows)
    )
    return f"flows:\n{lines}"


@pytest.mark.parametrize("name", TEN_LINES)
def test_single_points_are_those_of_the_obvious_flows(name: str) -> None:
    text, flows = TEN_LINES[name]
    assumed, obvious = topology(text), topology(text + declared(flows))
    assert single_points(assumed) == single_points(obvious) != set()
    assert all(flow.assumed for flow in assumed.architecture.flows)
    assert len(assumed.architecture.flows) == len(flows)


def test_paths_are_certain_until_they_part() -> None:
    assert [(flow.id, flow.assumed) for flow in topology(SHOP).architecture.flows] == [("requests-lb", "high")]
    assert [(flow.id, flow.assumed) for flow in topology(BRANCHED).architecture.flows] == [
        ("requests-orders", "medium"),
        ("requests-stock", "medium"),
    ]
    assert [(flow.id, flow.assumed) for flow in topology(QUEUED).architecture.flows] == [
        ("requests-api", "high"),
        ("job-worker", "medium"),
    ]


@pytest.mark.parametrize("text", ["flows: {}\n", "flows: {own: {steps: [user -> lb: GET /]}}\n"])
def test_declared_flows_are_all_there_are(text: str) -> None:
    assert not any(flow.assumed for flow in topology(SHOP + text).architecture.flows)


def test_no_flow_is_assumed_without_a_client_or_over_what_nobody_waits_for() -> None:
    assert topology(SHOP.replace("kind: client", "kind: service")).architecture.flows == ()
    assert (
        topology(SHOP.replace("user -> lb: https", "user -> lb: {protocol: https, async: true}")).architecture.flows
        == ()
    )
    watched = SHOP.replace("db: {kind: database}", "db: {kind: database}\n  eye: {kind: monitoring}").replace(
        "web -> db: mysql", "web -> db: mysql, web -> eye: http, eye -> web: http"
    )
    steps = [step for flow in topology(watched).architecture.flows for step in flow.steps]
    assert len(steps) == 3


def test_circle_ends() -> None:
    text = SHOP.replace("web -> db: mysql", "web -> db: mysql, web -> lb: http")
    (flow,) = topology(text).architecture.flows
    assert len(flow.steps) == 4


def test_findings_have_the_place_of_the_connection_and_the_confidence_of_the_flow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ten.arch.yaml").write_text(HEAD + BRANCHED)
    (model,) = check_models(find_and_read(("ten.arch.yaml",)), "2026-11-28")
    assert isinstance(model, CheckedModel)
    points = [finding for finding in model.findings if finding.rule == "single-point-of-failure"]
    assert {finding.confidence for finding in points} == {"medium"}
    assert model.source.at("flows", "requests-orders", "steps", 2).line == 9


def test_flows_are_written_and_mean_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, (text, _) in TEN_LINES.items():
        data = (HEAD + text).encode()
        after = format_model(f"{name}.arch.yaml", data, write_flows=True)
        assert b"assumed: " in after
        assert load("ten.arch.yaml", after).architecture == load("ten.arch.yaml", data).architecture
        assert format_model(f"{name}.arch.yaml", after, write_flows=True) == after
    Path("shop.arch.yaml").write_text(HEAD + SHOP)
    assert main(["fmt", "--check", "--write-flows", "shop.arch.yaml"]) == 1
    assert main(["fmt", "--write-flows", "shop.arch.yaml"]) == 0
    assert (
        "  requests-lb:\n    title: Requests to lb\n    assumed: high\n    steps:\n      - user -> lb: request\n"
        in Path("shop.arch.yaml").read_text()
    )
    capsys.readouterr()
    assert main(["analyze", "shop.arch.yaml"]) == 0
    assert "requests-lb: Requests to lb (assumed, high confidence)" in capsys.readouterr().out


def test_page_says_that_a_flow_is_assumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shop.arch.yaml").write_text(HEAD + SHOP)
    assert main(["build", "shop.arch.yaml", "--pages", "pages"]) == 0
    pages = [path.read_text() for path in Path("pages").rglob("*.md") if "requests-lb" in str(path)]
    assert any("assumed from the connections, with high confidence" in page for page in pages)


def test_least_confidence_leaves_guesses_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ten.arch.yaml").write_text(HEAD + BRANCHED)
    select = ["--select", "single-point-of-failure,single-writer-database", "--format", "concise"]
    assert main(["lint", "ten.arch.yaml", *select]) == 1
    assert main(["lint", "ten.arch.yaml", *select, "--min-confidence", "medium"]) == 1
    capsys.readouterr()
    assert main(["lint", "ten.arch.yaml", *select, "--min-confidence", "high"]) == 0
    assert capsys.readouterr().out == ""
    Path("archgen.toml").write_text('min-confidence = "high"\n')
    assert main(["lint", "ten.arch.yaml", *select]) == 0
    assert main(["lint", "ten.arch.yaml", "--show-settings"]) == 0
    assert 'min-confidence = "high"' in capsys.readouterr().out
    assert main(["lint", "ten.arch.yaml", "--min-confidence", "sure"]) == 2
    Path("archgen.toml").write_text('min-confidence = "sure"\n')
    assert main(["lint", "ten.arch.yaml"]) == 2


def test_pages_have_findings_of_the_least_confidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ten.arch.yaml").write_text(HEAD + BRANCHED)
    texts = []
    for least in ("low", "high"):
        assert main(["build", "ten.arch.yaml", "--pages", least, "--min-confidence", least]) == 0
        texts.append("".join(path.read_text() for path in Path(least, "docs", "ten").rglob("index.md")))
    assert "single-point-of-failure" in texts[0]
    assert "Losing orders" not in texts[1]
