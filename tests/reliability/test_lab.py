"""Predictions held against the lab's results, without root: no cell is wrong, and few can't be said."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archgen.analysis.failover_times import pauses
from archgen.analysis.topology import Topology
from archgen.app.element_lookup import find_elements
from lab import adapters, page, visit
from lab.losses import losses
from lab.prediction import Cell, assumed_recovery, cells
from lab.results import FOLDER, read_results
from lab.service import Service
from lab.site import Site
from lab.system import ROOT, names, read_system
from lab.trial import in_order
from lab.verdict import Sent, judge

SYSTEMS = sorted(file.stem for file in FOLDER.glob("*.json"))


def served(name: str) -> set[str | None]:
    return {component.product for component in read_system(name).architecture.components}


@functools.cache
def table(name: str) -> tuple[Cell, ...]:
    return tuple(cells(read_system(name), read_results(name)))


def test_every_result_is_of_a_system_that_is_there() -> None:
    assert SYSTEMS
    assert set(SYSTEMS) <= set(names())


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_prediction_is_what_was_seen_or_cannot_be_said(name: str) -> None:
    wrong = [
        f"{', '.join(each.lost)} ({each.way}), {each.flow}: {each.predicted}, seen {each.seen.verdict}"
        for each in table(name)
        if not each.agrees and each.unsaid is None
    ]
    assert not wrong


@pytest.mark.parametrize("name", SYSTEMS)
def test_what_can_be_said_is_not_listed_as_unsaid(name: str) -> None:
    unsaid = [each for each in table(name) if each.unsaid]
    assert not [each for each in unsaid if each.agrees]
    listed = read_system(name).sidecar.unsaid
    assert all(
        any(set(each.lost) == set(entry.lost) and each.flow == entry.flow for each in unsaid) for entry in listed
    )


def test_at_most_a_tenth_cannot_be_said() -> None:
    every = [each for name in SYSTEMS for each in table(name)]
    assert 10 * sum(not each.agrees for each in every) <= len(every)


@pytest.mark.parametrize("name", SYSTEMS)
def test_no_failover_took_longer_than_is_counted(name: str) -> None:
    assumed = assumed_recovery(read_system(name))
    if assumed is not None:
        slow = [each for each in table(name) if (each.seen.seconds or 0) > assumed]
        assert not [each for each in slow if len(each.lost) == 1 or fails_over(name, each)]


def fails_over(name: str, cell: Cell) -> bool:
    """Return True if a flow waits for a failover; of two losses the second may interrupt it for another reason."""
    facts = Topology(read_system(name).architecture)
    gone = find_elements(facts, cell.lost, ("replica", "host", "zone"))
    return any(pauses(facts, facts.flows[cell.flow], gone))


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_element_was_lost(name: str) -> None:
    system = read_system(name)
    tried = [(trial.lost, trial.way) for trial in read_results(name).trials]
    assert tried == list(losses(Site(system, "/"))), f"run make lab ARGS={name}"
    flows = {flow.id for flow in system.architecture.flows}
    assert all(set(trial.flows) == flows for trial in read_results(name).trials)


def test_the_page_is_up_to_date() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "run python -m lab.page"


@pytest.mark.parametrize("name", names())
def test_every_replica_has_an_adapter(name: str) -> None:
    site = Site(read_system(name), "/lab")
    services = [adapters.service(site, replica) for replica in site.replicas]
    assert all(service.run or service.lose for service in services)
    assert all(service.alive and service.packages is not None for service in services)
    assert all(file.path.startswith("/lab/") for service in services for file in service.files)
    assert visit.plan(site, "seed", 1.0)["flows"]


@pytest.mark.skipif(shutil.which("haproxy") is None, reason="needs haproxy")
@pytest.mark.parametrize("name", [name for name in names() if "haproxy" in served(name)])
def test_haproxy_takes_its_configuration(name: str, tmp_path: Path) -> None:
    for service in services(name, tmp_path, "haproxy"):
        for command in service.prepare:
            subprocess.run(command, check=True, capture_output=True)
        result = subprocess.run(("haproxy", "-c", "-f", service.files[0].path), capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        assert "[WARNING]" not in result.stderr


@pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx")
@pytest.mark.parametrize("name", [name for name in names() if "nginx" in served(name)])
def test_nginx_takes_its_configuration(name: str, tmp_path: Path) -> None:
    for service in services(name, tmp_path, "nginx"):
        assert service.run is not None
        result = subprocess.run((*service.run, "-t"), capture_output=True, text=True)
        assert result.returncode == 0, result.stderr


def services(name: str, folder: Path, product: str) -> list[Service]:
    """Return the services of a product, with their files written below a folder."""
    site = Site(read_system(name), str(folder))
    served_by = [each for each in site.replicas if site.component(each.component).product == product]
    result = [adapters.service(site, replica) for replica in served_by]
    for file in (file for service in result for file in service.files):
        Path(file.path).parent.mkdir(parents=True, exist_ok=True)
        Path(file.path).write_text(file.text, encoding="utf-8")
    return result


def test_a_zone_is_lost_with_its_hosts_and_a_host_with_its_guests() -> None:
    site = Site(read_system("racks"), "/lab")
    assert site.lost_with("web-1") == ("web-1",)
    assert set(site.lost_with("hv-1")) == {"hv-1", "lb-1", "web-1"}
    assert set(site.lost_with("rack-2")) == {"hv-2", "lb-2", "web-2"}
    assert set(site.lost_with("dc")) == set(site.places)


def test_a_replica_starts_after_what_it_calls_and_a_primary_before_its_copies() -> None:
    site = Site(read_system("tier-2"), "/lab")
    order = [replica.id for replica in in_order(site)]
    assert order.index("mysql@server-1") < order.index("mysql@server-2") < order.index("app@server-1")
    assert order.index("code@server-1") < order.index("app@server-1") < order.index("nginx@server-1")
    assert sorted(order) == sorted(replica.id for replica in site.replicas)


def test_it_says_why_it_is_skipped() -> None:
    """Nothing is built, and nothing fails, where namespaces can't be made."""
    command = [sys.executable, "-c", "import os; os.geteuid = lambda: 1000; from lab.__main__ import main; main()"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "lab: skipped: it needs Linux and root, to make network namespaces\n"


def sent(*failures: bool) -> list[Sent]:
    return [Sent(str(n), n / 10, n / 10 + 0.01, "refused" if failed else None) for n, failed in enumerate(failures)]


@pytest.mark.parametrize(
    ("failures", "verdict"),
    [
        ((False,) * 50, "served"),
        ((True,) * 50, "down"),
        ((True, False) * 25, "share"),
        ((True,) * 48 + (False,) * 2, "share"),
    ],
)
def test_the_verdict_is_that_of_the_steady_window(failures: tuple[bool, ...], verdict: str) -> None:
    before, settling = (False,) * 20, (True,) * 10
    seen = judge(sent(*before, *settling, *failures), loss=2.0, settle=1.0, window=5.0)
    assert (seen.verdict, seen.sent, seen.failed) == (verdict, 50, sum(failures))


def test_the_longest_time_between_two_answers_is_the_recovery() -> None:
    requests = sent(*(False,) * 20, *(True,) * 15, *(False,) * 65)
    assert judge(requests, loss=2.0, settle=3.0, window=5.0).seconds == pytest.approx(1.6)
    assert judge(sent(*(False,) * 100), loss=2.0, settle=3.0, window=5.0).seconds == pytest.approx(0.1)


def test_what_is_accepted_and_not_carried_out_is_delayed() -> None:
    requests = sent(*(False,) * 100)
    everything = frozenset(each.token for each in requests)
    assert judge(requests, loss=2.0, settle=3.0, window=5.0, done=everything).verdict == "served"
    assert judge(requests, loss=2.0, settle=3.0, window=5.0, done=everything - {"70"}).verdict == "delayed"
