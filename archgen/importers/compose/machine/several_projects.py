"""Several projects: a group for each, and one machine for those that share a network or reach each other by its ports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from archgen.importers.compose.neighbours import networks_of
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.project import Project
from archgen.importers.facts import Fact, FactSheet

HOST = "docker-host"

_MACHINE_ITSELF = "host.docker.internal"
_ADDRESS = re.compile(r"(?<![\d.])(?!127\.|0\.0\.0\.0)\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")

Projects = Sequence[tuple[Project, Iterable[ServicePart]]]


def group_projects(projects: Projects, sheet: FactSheet) -> None:
    """Put the services of each of several projects into a group, and note which of them show that projects share a machine."""
    by_network: dict[str, str] = {}
    for project, parts in projects if len(projects) > 1 else ():
        for part in parts:
            service = part.service
            sheet.add(Fact(f"component:{part.id}", "group", project.title, service.source, "compose project", "high"))
            # a network of a Swarm joins several machines
            for network in networks_of(project, part) if service.replicas is None else ():
                sheet.neighbours.add((by_network.setdefault(network, part.id), part.id))
            values = [value.text for value in service.environment.values()]
            is_on_machine = service.network_mode == "host" or any(_MACHINE_ITSELF in each for each in values)
            if is_on_machine and not any(map(_ADDRESS.search, values)):
                sheet.on_machine.add(part.id)


def join_machines(sheet: FactSheet) -> None:
    """Put what runs on one machine on one host: what shares a network of that, or is called by a port of it."""
    placed = {fact.subject.partition(":")[2]: fact for fact in sheet.facts if fact.key == "host"}
    calls = (
        fact.subject.partition(":")[2].split("->") for fact in sheet.facts if fact.subject.startswith("connection:")
    )
    called = {(caller, target) for caller, target in calls if caller in sheet.on_machine}
    meant: dict[str, str] = {}

    def host_of(component: str) -> str:
        host = str(placed[component].value)
        while host in meant:
            host = meant[host]
        return host

    for pair in sorted(sheet.neighbours | called):
        if all(each in placed for each in pair):
            first, other = sorted(map(host_of, pair))
            if first != other:
                meant[other] = first
    is_one = len({host_of(each) for each in placed}) == 1
    for component, fact in placed.items() if meant else ():
        name = HOST if is_one else host_of(component)
        if name != fact.value:
            sheet.withdraw(fact)
            sheet.add(replace(fact, value=name))
