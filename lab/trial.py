"""A trial: all elements alive, requests running, some elements lost, the verdict, all elements back."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from archgen.model.architecture import Replica
from lab import adapters, clients, visit
from lab.element import Element
from lab.hosts import CLIENT, Hosts, LabError, run
from lab.results import Trial
from lab.site import Site, place_of
from lab.system import ROOT, Way
from lab.verdict import Sent, judge

BASELINE = 2.0
"""Seconds of requests before the loss, all of which must be answered."""
AT_ONCE = 2.0
"""Seconds that the loss itself may take; on a busy machine the settling would be cut short."""
LATE = 30.0
"""Seconds within which what was left for later is done once everything is back."""
ATTEMPTS = 3


_END: dict[Way, Callable[[Element], None]] = {
    "crash": Element.crash,
    "freeze": Element.freeze,
    "leave": Element.leave,
}


class Lab:
    """A system that runs."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.hosts = Hosts(site)
        self.elements: dict[str, Element] = {}
        self.beside: list[Element] = []
        self.number = 0

    def build(self) -> None:
        """Make all hosts, and start all elements, those that are called before their callers."""
        self.hosts.build()
        for replica in in_order(self.site):
            service = adapters.service(self.site, replica)
            place = place_of(replica)
            self.elements[replica.id] = Element(self.hosts, place, service)
            self.beside += [Element(self.hosts, place, each) for each in service.beside]
        for element in self.all:
            element.start()
        self.become_whole()

    @property
    def all(self) -> list[Element]:
        """All that runs, in the order of starting."""
        return [*self.elements.values(), *self.beside]

    def become_whole(self) -> None:
        """Return once every element is alive, and each primary is the one that the model names."""
        self.wait_until_alive()
        if any(element.service.reinstate for element in self.all):
            for element in self.all:
                element.reinstate()
            self.wait_until_alive()

    def wait_until_alive(self) -> None:
        """Return once every element is alive."""
        for element in self.all:
            element.wait_until_alive()

    def on(self, place: str) -> list[Element]:
        """Return all that runs on a host."""
        return [element for element in self.all if element.place == place]

    def lose(self, name: str, way: Way) -> None:
        """Lose a replica, a host with its guests, or a zone with its hosts."""
        if name in self.elements:
            _END[way](self.elements[name])
            return
        places = self.site.lost_with(name)
        if way in ("crash", "silence"):
            # the links first, or dying sockets answer
            for place in places:
                self.hosts.cut(place)
        if way != "silence":
            for element in (element for place in places for element in self.on(place)):
                _END[way](element)

    def restore(self, names: tuple[str, ...]) -> None:
        """Bring everything back that was lost."""
        places = {place for name in names if name not in self.elements for place in self.site.lost_with(name)}
        for place in places:
            self.hosts.join(place)
        for element in self.all:
            element.thaw()
            if element.process is None and (element.place in places or element.service.name in names):
                element.start()
        self.become_whole()

    def attempt(self, lost: tuple[str, ...], way: Way) -> Trial | None:
        """Return what is seen without some elements; None if requests failed before it, or it took long."""
        self.number += 1
        sidecar = self.site.system.sidecar
        seed = f"{'-'.join(lost)}-{way}-{self.number}".replace("@", "-")
        seconds = BASELINE + sidecar.settle + sidecar.window + 0.5
        driver, result = self._drive(visit.plan(self.site, seed, seconds))
        time.sleep(BASELINE)
        loss = time.monotonic()
        for name in lost:
            self.lose(name, way)
        slow = time.monotonic() - loss > AT_ONCE
        if driver.wait(seconds + 4 * sidecar.timeout + 30):
            raise LabError("the driver failed: " + (self.hosts.folder / CLIENT / "driver.log").read_text()[-800:])
        flows = {flow: msgspec.convert(each, list[Sent]) for flow, each in json.loads(result.read_text()).items()}
        done = self._stored() if sidecar.later else None
        self.restore(lost)
        if slow or any(each.failure for requests in flows.values() for each in requests if each.ended < loss):
            return None
        judged = {
            flow.id: judge(
                flows[flow.id], loss, sidecar.settle, sidecar.window, done if visit.writes(self.site, flow) else None
            )
            for flow in self.site.architecture.flows
        }
        return Trial(lost, way, judged, self._missing(flows))

    def trial(self, lost: tuple[str, ...], way: Way) -> Trial:
        """Return what is seen without some elements; raise LabError if the system is not sound before the loss."""
        for _ in range(ATTEMPTS):
            trial = self.attempt(lost, way)
            if trial is not None:
                return trial
        raise LabError(f"requests fail before {', '.join(lost)} is lost, or the machine is too busy to lose it at once")

    def _drive(self, plan: dict[str, Any]) -> tuple[subprocess.Popen[bytes], Path]:
        folder = self.hosts.folder / CLIENT
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        result = folder / "result.json"
        result.unlink(missing_ok=True)
        command = ("/usr/bin/env", "-C", str(ROOT), "/usr/bin/python3", "-m", "lab.drive")
        inside = self.hosts.inside(CLIENT, (*command, str(folder / "plan.json"), str(result)))
        with (folder / "driver.log").open("ab") as log:
            driver = subprocess.Popen(inside, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL)
        if plan["seconds"]:
            assert driver.stdout is not None
            driver.stdout.readline()
        return driver, result

    def _missing(self, flows: dict[str, list[Sent]]) -> int:
        """Return the number of accepted writes that are not stored now."""
        writing = {flow.id for flow in self.site.architecture.flows if visit.writes(self.site, flow)}
        accepted = {each.token for flow in writing for each in flows[flow] if not each.failure}
        end = time.monotonic() + (LATE if self.site.system.sidecar.later else 0)
        while accepted and (accepted := accepted - self._stored()) and time.monotonic() < end:
            time.sleep(1)
        return len(accepted)

    def _stored(self) -> frozenset[str]:
        """Return the tokens that are stored now; none if nothing answers."""
        driver, result = self._drive(visit.plan(self.site, "", 0))
        return frozenset() if driver.wait(60) else frozenset(json.loads(result.read_text()))


def in_order(site: Site) -> tuple[Replica, ...]:
    """Return all replicas, those of a component after those that it calls and copies of a primary after it."""
    order: dict[str, None] = {}

    def visit_component(name: str, above: frozenset[str]) -> None:
        component = site.component(name)
        below = [target for call in site.calls(name) for target in call.targets]
        for target in [component.codebase or name, *below]:
            if target != name and target not in above:
                visit_component(target, above | {name})
        order.setdefault(name)

    for component in site.architecture.components:
        visit_component(component.id, frozenset())
    return tuple(replica for name in order for replica in _primary_first(site, name))


def _primary_first(site: Site, name: str) -> list[Replica]:
    component = site.component(name)
    primary = component.replication.primary if component.replication else ()
    replicas = () if component.kind == "client" else component.replicas
    return sorted(replicas, key=lambda replica: replica.id not in primary)


def packages(site: Site) -> tuple[str, ...]:
    """Return Debian's packages that a site and its client run on."""
    return tuple(dict.fromkeys([*adapters.packages(site), *clients.PACKAGES[site.system.sidecar.client]]))


def software(names: tuple[str, ...]) -> dict[str, str]:
    """Return the versions of Debian's packages."""
    lines = run(("dpkg-query", "-W", "-f", "${Package} ${Version}\\n", *names)).splitlines()
    return dict(line.split() for line in lines)
