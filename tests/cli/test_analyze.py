"""`archgen analyze` as a user meets it: the JSON contract, the tables, maintenance, wrong uses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import combinations, product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from archgen.cli import main
from archgen.reliability.cuts import cut_sets, products
from archgen.reliability.failure import failures
from archgen.reliability.index import Index
from archgen.reliability.plan import Plan
from archgen.reliability.structure import build
from tests import contracts
from tests.generators.random_flows import architecture
from tests.oracle import World, elements
from tests.paths import ROOT

TIER = {number: str(next((ROOT / "models").glob(f"{number}-*.arch.yaml"))) for number in (1, 2, 3, 4)}

IMPOSSIBLE = """\
archgen: 1
name: Impossible
components:
  job: {kind: worker}
  db: {kind: database}
flows:
  run:
    title: A job
    steps:
      - job -> db: SELECT
"""


def analyze(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    assert main(["analyze", "--format", "json", *words]) == code
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    contracts.check("analyze", document)
    return document


def flow(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["models"][0]["flows"][name]
    return found


def ids(found: list[dict[str, str]]) -> list[str]:
    return [one["id"] for one in found]


def test_the_reference_tiers_by_contract(capsys: pytest.CaptureFixture[str]) -> None:
    document = analyze(capsys, *TIER.values())
    assert [Path(model["file"]).name for model in document["models"]] == [Path(one).name for one in TIER.values()]
    for model in document["models"]:
        assert set(model["flows"]) == {"read-page", "write-comment"}
        for one in model["flows"].values():
            assert one["possible"]
            assert one["method"] == "exact"
            assert one["bounds"] is None
            assert one["downtime_hours_per_year"] == pytest.approx((1 - one["availability"]) * 8760)
            assert [[point] for point in one["single_points_of_failure"]] == [
                cut for cut in one["cut_sets"] if len(cut) == 1
            ]
            hours = [each["hours_per_year"] for each in one["importance"]]
            assert hours == sorted(hours, reverse=True)


def test_a_second_server_helps_reads_and_not_writes(capsys: pytest.CaptureFixture[str]) -> None:
    """Both balancer and server stand in the way of every write of tier 2."""
    first, second = (analyze(capsys, TIER[number]) for number in (1, 2))
    assert flow(second, "read-page")["availability"] > flow(first, "read-page")["availability"]
    assert flow(second, "write-comment")["availability"] < flow(first, "write-comment")["availability"]
    assert "server-1" not in ids(flow(second, "read-page")["single_points_of_failure"])
    assert "server-1" in ids(flow(second, "write-comment")["single_points_of_failure"])


def test_what_is_assumed_is_listed_only_where_it_matters(capsys: pytest.CaptureFixture[str]) -> None:
    document = analyze(capsys, TIER[2])
    assert "mysql@server-2" in [one["element"]["id"] for one in flow(document, "read-page")["assumed"]]
    assert "mysql@server-2" not in [one["element"]["id"] for one in flow(document, "write-comment")["assumed"]]


def test_order_bounds_the_cut_sets(capsys: pytest.CaptureFixture[str]) -> None:
    for order in (1, 2, 3, 4):
        sizes = {len(cut) for cut in flow(analyze(capsys, "--order", str(order), TIER[3]), "read-page")["cut_sets"]}
        assert sizes == {1, 3} if order >= 3 else {1}


def test_an_impossible_flow_is_told_as_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.arch.yaml"
    file.write_text(IMPOSSIBLE, encoding="utf-8")
    one = flow(analyze(capsys, str(file)), "run")
    assert (one["possible"], one["availability"], one["cut_sets"]) == (False, 0.0, [])
    assert one["downtime_hours_per_year"] == 8760.0
    assert main(["analyze", str(file)]) == 0
    assert "impossible: it fails with every element up" in capsys.readouterr().out


def test_maintenance_makes_single_points(capsys: pytest.CaptureFixture[str]) -> None:
    document = analyze(capsys, "--maintain", "server-2", TIER[2])
    assert document["models"][0]["maintained"] == [{"kind": "host", "id": "server-2"}]
    assert "server-1" in ids(flow(document, "read-page")["single_points_of_failure"])
    assert "server-2" not in ids([one["element"] for one in flow(document, "read-page")["importance"]])
    down = analyze(capsys, "--maintain", "lb-1", TIER[2])
    assert not flow(down, "read-page")["possible"]
    main(["analyze", "--maintain", "server-2", TIER[2]])
    text = " ".join(capsys.readouterr().out.split())
    assert "only now nginx@server-1, app@server-1, mysql@server-1, server-1: no single point while nothing is" in text


@pytest.mark.parametrize("seed", range(150))
def test_maintenance_agrees_with_the_definition(seed: int) -> None:
    """What breaks a flow while an element is out is what breaks it together with that element."""
    model = architecture(seed)
    index, world = Index(model), World(model, frozenset())
    for each in model.flows:
        plan = Plan(index, build(index, each))
        for out in plan.elements[:3]:
            gone = frozenset({(out.kind, out.id)})
            found = failures(plan, (out,))
            assert found.possible == world.with_failed(gone).succeeds(each)
            if found.possible:
                points = {(point.element.kind, point.element.id) for point in found.points}
                lost = {one for one in elements(model) if not world.with_failed(gone | {one}).succeeds(each)}
                assert points == lost
                assert {
                    tuple((element.kind, element.id) for element in cut) for cut in cut_sets(plan, 1, (out,)).sets
                } == {(one,) for one in lost}


def test_the_text_tells_groups_and_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", TIER[2]]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "any of nginx@server-1, app@server-1, server-1 with any of nginx@server-2, app@server-2, server-2" in text
    assert "any of server-1, mysql@server-1 with any of server-2, mysql@server-2" in text
    assert "a workload in a single zone is designed for 99.9%" in text
    assert "if what is assumed were three times better" in text


def test_products_cover_the_cut_sets_and_nothing_else() -> None:
    grouped = 0
    for seed in range(330):
        model = architecture(seed)
        index = Index(model)
        for each in model.flows:
            sets = cut_sets(Plan(index, build(index, each)), 3).sets
            found = products(sets)
            told = {frozenset(one) for parts in found for one in product(*parts)}
            assert told == {frozenset(one) for one in sets}
            for parts in found:
                assert all(not set(one) & set(other) for one, other in combinations(parts, 2))
            grouped += len(sets) > len(found)
    assert grouped > 100


def test_two_formats_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "flows.json"
    assert main(["analyze", TIER[1], "--format", "markdown", "--format", f"json={file}"]) == 0
    assert "| `read-page` |" in capsys.readouterr().out
    contracts.check("analyze", json.loads(file.read_text(encoding="utf-8")))


def test_a_broken_model_leaves_the_others_analysed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.arch.yaml"
    broken.write_text("archgen: 1\nname: Broken\ncomponentz: {}\n", encoding="utf-8")
    assert main(["analyze", "--format", "json", str(broken), TIER[1]]) == 2
    captured = capsys.readouterr()
    assert [Path(model["file"]).name for model in json.loads(captured.out)["models"]] == [Path(TIER[1]).name]
    assert "componentz" in captured.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--order", "5"], "unknown order `5`"),
        (["--format", "xml"], "unknown format `xml`"),
        (["--maintain", "server1"], "did you mean `server-1`?"),
        (["--maintain", "user"], "clients never fail"),
    ],
)
def test_a_wrong_use_is_one_clear_message(capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    assert main(["analyze", TIER[2], *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err


def test_the_same_bytes_whatever_the_hash_seed() -> None:
    words = [sys.executable, "-m", "archgen", "analyze", "--order", "3", *TIER.values()]
    told = [
        subprocess.run([*words, "--format", form], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True)
        for form in ("text", "json", "markdown")
        for seed in ("1", "77")
    ]
    assert all(one.returncode == 0 for one in told)
    assert [one.stdout for one in told[::2]] == [one.stdout for one in told[1::2]]


def test_random_probabilities_stay_in_order() -> None:
    """Percentages and times are worded so that no digit that matters is lost."""
    from archgen.model.durations import format_duration
    from archgen.model.percentages import format_availability

    random = Random(3)
    for _ in range(500):
        share = 1 - 10 ** -random.uniform(0.1, 9)
        assert float(format_availability(share).removesuffix("%")) == pytest.approx(share * 100, abs=(1 - share) * 0.6)
    assert [format_availability(one) for one in (0.0, 0.5, 0.995, 0.99999, 1.0)] == [
        "0%",
        "50%",
        "99.5%",
        "99.999%",
        "100%",
    ]
    assert [format_duration(one) for one in (1000.0, 45.83, 0.5, 1 / 3600, 0.0)] == [
        "1,000 h",
        "45.8 h",
        "30.0 min",
        "1.0 s",
        "0.0 s",
    ]


def test_demand_stands_beside_capacity_in_every_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "shop.arch.yaml"
    shop = (ROOT / "tests" / "well_built" / "shop.arch.yaml").read_text(encoding="utf-8")
    model.write_text(shop.replace("demand: 150/s", "demand: 150/s\n    peak: 260/s"), encoding="utf-8")
    app = analyze(capsys, str(model))["models"][0]["capacity"]["components"]["app"]
    assert app == {
        "replicas": 3,
        "capacity_per_second": 100.0,
        "today": {"replica": "app@web-a", "requests_per_second": pytest.approx(170 / 3)},
        "peak": {"replica": "app@web-a", "requests_per_second": pytest.approx(280 / 3)},
        "worst_loss": {
            "replica": "app@web-b",
            "requests_per_second": pytest.approx(140),
            "lost": {"kind": "host", "id": "web-a"},
        },
    }
    assert main(["analyze", str(model)]) == 0
    told = " ".join(capsys.readouterr().out.partition("capacity: ")[2].split())
    assert "app ×3 100/s 56.67/s (57%) 93.33/s (93%) 140/s (140%: too much) without web-a" in told
    assert main(["analyze", str(model), "--format", "markdown"]) == 0
    wanted = "| `app` ×3 | 100/s | 56.67/s (57%) | 93.33/s (93%) | 140/s (140%: too much) without `web-a` |"
    assert wanted in capsys.readouterr().out
    assert "capacity" not in analyze(capsys, str(model), "--maintain", "web-a")["models"][0]
    assert "capacity" not in analyze(capsys, TIER[2])["models"][0]
