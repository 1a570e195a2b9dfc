"""What a change against an element wins: the model with the change, computed as a model of its own, wins the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archgen.analysis.assessment import assess
from archgen.analysis.topology import Topology
from archgen.cli import main
from archgen.improve.gains import Gain, Gains, gains
from archgen.language.load import load
from archgen.model.subject import Subject
from tests.paths import ROOT

TIER = {number: next((ROOT / "models").glob(f"{number}-*.arch.yaml")) for number in (1, 2, 3, 4)}

RECENT = 4 / 14_400
"""The share of an outage before the failover, by VRRP, of what is back after 4 hours."""

BY_NAME = 390 / 14_400
"""The share before the failover by a name, which another zone needs."""

PLACED = """\
archgen: 1
name: A web server
changes: false
zones:
  here: {kind: datacenter, availability: 99%}
hosts:
  web-1: {zone: here, availability: 90%}
  other: {zone: here}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: web-1, availability: 100%}
  job: {kind: worker, runs_on: other}
connections:
  user -> web: https
flows:
  page: {title: A page, steps: [user -> web: GET /]}
"""


def found(file: str, text: str) -> dict[str, Gains]:
    architecture = load(file, text.encode()).architecture
    assert architecture is not None
    topology = Topology(architecture)
    return gains(topology, assess(topology, 1))


def test_a_second_host_is_as_available_as_the_first() -> None:
    """0.9 with one host, 0.99 with two, less the 4 of 14,400 seconds of an outage in which the second isn't active yet."""
    unzoned = PLACED.replace("zones:\n  here: {kind: datacenter, availability: 99%}\n", "").replace("zone: here, ", "")
    told = found("a.arch.yaml", unzoned.replace("{zone: here}", "{}"))["page"]
    gain = told[Subject("host", "web-1")]
    assert gain is not None
    assert gain.change == "a replica of web on web-2, a new host"
    assert gain.hours_per_year == pytest.approx(8760 * (0.99 - 0.9 - 0.1 * RECENT * 0.9))


def test_a_second_zone_takes_a_host_in_it() -> None:
    """0.99 x 0.9 with one, one of two such with two, less the failovers after the loss of the first host or zone."""
    gain = found("a.arch.yaml", PLACED)["page"][Subject("zone", "here")]
    assert gain is not None
    assert gain.change == "a replica of web on web-2 in here-2, a new host"
    assert gain.hours_per_year == pytest.approx(
        8760 * ((1 - (1 - 0.891) ** 2) - 0.891 - (1 - (1 - 0.1 * BY_NAME) * (1 - 0.01 * BY_NAME)) * 0.891)
    )


def test_callers_that_pick_blindly_win_nothing_by_more_replicas() -> None:
    told = found("a.arch.yaml", PLACED.replace("user -> web: https", "user -> web: {protocol: https, needs: all}"))
    assert told["page"] == {Subject("host", "web-1"): None, Subject("zone", "here"): None}


@pytest.mark.parametrize(
    ("tier", "flow", "element", "words"),
    [
        (2, "read-page", Subject("host", "lb-1"), ["--add", "replica of haproxy on lb-2"]),
        (2, "write-comment", Subject("host", "server-1"), ["--set", "mysql.failover=automatic"]),
        (2, "write-comment", Subject("host", "server-2"), ["--add", "host server-3 like server-2"]),
        (
            1,
            "write-comment",
            Subject("replica", "app@server-1"),
            ["--add", "host server-2 like server-1", "--set", "mysql.failover=automatic"],
        ),
    ],
)
def test_what_if_tells_the_same_of_the_same_change(
    tier: int, flow: str, element: Subject, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    gain = found(TIER[tier].name, TIER[tier].read_text(encoding="utf-8"))[flow][element]
    assert gain is not None
    assert main(["what-if", str(TIER[tier]), *words, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    before, after = (told["flows"][flow][when]["downtime_hours_per_year"] for when in ("before", "after"))
    assert gain.hours_per_year == pytest.approx(before - after, abs=1e-9)


def test_what_if_tells_the_same_where_another_flow_runs_the_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bad change of the code comes with the worker's deployments too, which this flow doesn't need."""
    text = """\
archgen: 1
name: One code base of two programs
hosts: {web-1: {}, work-1: {}}
components:
  user: {kind: client}
  code: {kind: code-base}
  app: {kind: app-server, runs_on: web-1, codebase: code}
  worker: {kind: worker, runs_on: work-1, codebase: code, changes: {every: 1d, bad: 5%, recovery: 1h}}
connections: {user -> app: https}
flows:
  page: {title: A page, steps: [user -> app: GET /]}
"""
    gain = found("a.arch.yaml", text)["page"][Subject("host", "web-1")]
    assert gain is not None
    file = tmp_path / "a.arch.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["what-if", str(file), "--add", "replica of app on web-2", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)["flows"]["page"]
    assert gain.change == "a replica of app on web-2, a new host"
    before, after = (told[when]["downtime_hours_per_year"] for when in ("before", "after"))
    assert gain.hours_per_year == pytest.approx(before - after, abs=1e-9)


def test_the_reports_tell_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(TIER[2]), "--format", "json"]) == 0
    flows = json.loads(capsys.readouterr().out)["models"][0]["flows"]
    first = flows["read-page"]["importance"][0]
    assert first["element"] == {"kind": "host", "id": "lb-1"}
    assert first["change"]["change"] == "a replica of haproxy on lb-2, a new host"
    assert first["change"]["hours_per_year"] > first["hours_per_year"]
    for words in ([], ["--format", "markdown"]):
        assert main(["analyze", str(TIER[2]), *words]) == 0
        told = " ".join(capsys.readouterr().out.replace("\\", "").split())
        assert "as for lb-1" in told
        assert "9.2 h per year: a replica of" in told


def test_a_change_goes_on_below_its_row(capsys: pytest.CaptureFixture[str]) -> None:
    """At 100 columns the numbers of a row leave no room for a sentence."""
    assert main(["analyze", str(TIER[2])]) == 0
    assert f"\n{' ' * 22}replica of haproxy on lb-2, a new host\n" in capsys.readouterr().out


def test_nothing_is_tried_in_maintenance(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", str(TIER[2]), "--maintain", "server-2", "--format", "json"]) == 0
    flows = json.loads(capsys.readouterr().out)["models"][0]["flows"]
    assert not any("change" in one for flow in flows.values() for one in flow["importance"])
    assert main(["analyze", str(TIER[2]), "--maintain", "server-2"]) == 0
    assert "saved by a change" not in capsys.readouterr().out


def test_no_change_is_told_that_leaves_the_element_as_costly() -> None:
    """Automatic failover wins the writes of tier 2 much, and does nothing against the loss of the second server."""
    told = found(TIER[2].name, TIER[2].read_text(encoding="utf-8"))["write-comment"]
    second = told[Subject("host", "server-2")]
    assert isinstance(second, Gain)
    assert second.hours_per_year < 0.1


def test_flows_that_differ_in_words_gain_the_same_and_others_do_not() -> None:
    """What is looked for once is what each would find by itself, beside flows that only look like it."""
    flows = {
        "page": "{title: A page, steps: [user -> web: GET /]}",
        "form": "{title: A form, summary: Words., steps: [user -> web: POST /, web --> user: done]}",
        "idle": "{title: A page, steps: [{opt: {when: maybe, steps: [user -> web: GET /]}}, user -> job: GET /]}",
        "last": "{title: A page, access: write, steps: [user -> web: GET /]}",
    }
    text = PLACED.replace("  page: {title: A page, steps: [user -> web: GET /]}\n", "")
    text = text.replace("  user -> web: https\n", "  user -> web: https\n  user -> job: https\n")

    def with_flows(*names: str) -> dict[str, Gains]:
        return found("a.arch.yaml", text + "".join(f"  {name}: {flows[name]}\n" for name in names))

    together = with_flows(*flows)
    assert list(together) == list(flows)
    assert together["page"] == together["form"] != together["idle"]
    for name in flows:
        assert together[name] == with_flows(name)[name]


BEHIND_AN_OPTIONAL_CALL = """\
archgen: 1
name: A cache that fills itself
hosts: {edge-1: {}, app-1: {}, origin-1: {}}
components:
  user: {kind: client}
  cdn: {kind: cdn, runs_on: edge-1}
  app: {kind: app-server, runs_on: app-1}
  origin: {kind: service, runs_on: origin-1}
connections:
  user -> app: https
  user -> cdn: https
  cdn -> origin: https
  app -> origin: https
flows:
  page:
    steps:
      - user -> app: GET /
      - user -> cdn: {message: GET /logo.png, required: false}
      - cdn -> origin: GET /logo.png
      - app -> origin: GET /data
"""


def test_a_call_behind_an_optional_one_has_its_caller() -> None:
    """The flow can do without what calls `origin` first, which is no part of its structure, and still may call."""
    told = found("a.arch.yaml", BEHIND_AN_OPTIONAL_CALL)["page"]
    gain = told[Subject("host", "origin-1")]
    assert gain is not None
    assert gain.change == "a replica of origin on origin-2, a new host"


def test_a_virtual_machine_comes_with_the_machine_that_it_runs_on() -> None:
    """The flow has used neither so far; the two are up together, but for the failover after the loss of the first host."""
    model = (
        "archgen: 1\nname: Gateways\nchanges: false\nhosts:\n  gw-1: {availability: 90%}\n  esx: {availability: 99%}\n"
        "  vm: {runs_on: esx, availability: 99%}\ncomponents:\n  user: {kind: client}\n"
        "  gateway: {kind: service, runs_on: gw-1, availability: 100%}\n  site: {kind: service, runs_on: vm}\n"
        "connections: {user -> gateway: https}\nflows: {ask: {title: Ask, steps: [user -> gateway: GET /]}}\n"
    )
    gain = found("a.arch.yaml", model)["ask"][Subject("host", "gw-1")]
    assert gain is not None
    assert gain.change == "a replica of gateway on vm"
    assert gain.hours_per_year == pytest.approx(8760 * (0.1 - 0.1 * RECENT) * 0.99 * 0.99)


def test_no_second_replica_is_tried_of_what_may_keep_data() -> None:
    """A repository manager on one host: two on one embedded database would stop each other."""
    model = (
        "archgen: 1\nname: Packages\nhosts: {a: {availability: 90%}}\ncomponents:\n"
        "  job: {kind: scheduler, managed: true, replicas: 2}\n  store: {kind: service, product: nexus, runs_on: a}\n"
        "connections: {job -> store: https}\nflows: {build: {title: A build, steps: [job -> store: GET]}}\n"
    )
    host = Subject("host", "a")
    assert found("a.arch.yaml", model)["build"][host] is None
    assert found("a.arch.yaml", model.replace("nexus", "go"))["build"][host] is not None


def test_a_lone_cache_of_sessions_is_not_doubled_without_replication() -> None:
    model = (
        "archgen: 1\nname: Sessions\nhosts: {a: {}, b: {}}\ncomponents:\n"
        "  job: {kind: scheduler, managed: true, replicas: 2}\n  web: {kind: app-server, managed: true, replicas: 2, sessions: shared}\n"
        "  redis: {kind: cache, runs_on: a}\nconnections:\n  job -> web: https\n  web -> redis: redis\n"
        "flows:\n  page: {title: A page, steps: [job -> web: GET /, web -> redis: session]}\n"
    )
    host = Subject("host", "a")
    assert found("a.arch.yaml", model)["page"][host] is None
    assert found("a.arch.yaml", model.replace("redis: session", "redis: page"))["page"][host] is not None


def test_a_client_that_can_do_without_the_look_up_gains_nothing_by_a_second_name_server() -> None:
    model = (
        "archgen: 1\nname: Names\nhosts: {a: {}, b: {}}\ncomponents:\n  user: {kind: client}\n"
        "  dns: {kind: dns, runs_on: b, domain: shop.example}\n  web: {kind: web-server, runs_on: a}\n"
        "connections:\n  user -> web: https\n  user -> dns: {protocol: dns, required: false}\n"
        "flows: {page: {domain: www.shop.example, steps: [user -> web: GET /]}}\n"
    )
    assert Subject("host", "b") not in found("a.arch.yaml", model)["page"]
    gain = found("a.arch.yaml", model)["page"][Subject("host", "a")]
    needed = found("a.arch.yaml", model.replace(", required: false", ""))["page"]
    assert needed[Subject("host", "b")] is not None
    assert gain is not None
    assert gain.hours_per_year > needed[Subject("host", "a")].hours_per_year  # type: ignore[union-attr]
