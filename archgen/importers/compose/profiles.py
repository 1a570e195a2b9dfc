"""The profiles of a compose project: which of them those who deploy it start."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from msgspec.structs import replace

from archgen.importers.compose.own_programs import is_own_program
from archgen.importers.compose.service import Publication, Service
from archgen.importers.stages import PRODUCTION, STAGING, stage_of

_OF_OPERATORS = re.compile(
    r"(^|[^a-z])(admin|tools?|monitoring|observability|metrics|logging|tracing|optional|backups?|migrat\w*|seed\w*|setup|init|docs?"
    r"|security|scan\w*|cli|shell|ops|ngrok|manual|never)([^a-z]|$)",
    re.IGNORECASE,
)
"""Names of profiles that start no part of what visitors use."""

_OF_HARDWARE = frozenset(("cpu", "gpu", "cuda", "rocm", "nvidia", "amd"))
"""Words of profiles that start the same program for different machines."""

_NUMBERED = re.compile(r"(.*[a-z][-_.]?)\d{1,3}", re.IGNORECASE)
_PAGES = (80, 443)
_FAMILIES = 2
"""Names of hosts with different work, at least, by which profiles are those of hosts."""

_ALL_ADDRESSES = frozenset(("", "0.0.0.0", "::"))


def deployed_profiles(services: Mapping[str, Service]) -> dict[str, str]:
    """Return the profiles that those who deploy a project start, each with the reason.

    One that is named for production is started. Where no program of the system's own runs without a profile, so are those
    that start one: the profile that starts all of them, else all that start a different one. Of profiles that can't run on
    one host together, or are for different hardware, the first is started. Of profiles that are hosts all are.
    """
    if families := _families_of_hosts(services):
        return {hosts[0]: "it and others are hosts" if hosts[1:] else "it is a host" for hosts in families}
    names = sorted({profile for service in services.values() for profile in service.profiles})
    programs = {name: _programs(services, name) for name in names}
    chosen: dict[str, str] = {}
    for name in names:
        if stage_of(name) == PRODUCTION and _can_join(services, name, chosen):
            chosen[name] = "its name says production"
    if chosen or not names or _programs(services, ""):
        return chosen
    starting = [
        name for name in names if programs[name] and stage_of(name) < STAGING and not _OF_OPERATORS.search(name)
    ]
    starting.sort(key=lambda name: (-len(programs[name]), name))
    run = set[tuple[str, ...]]()
    for name in starting:
        if not programs[name] <= run and run.isdisjoint(programs[name]) and _can_join(services, name, chosen):
            chosen[name] = "no program of the system's own runs without it"
            run |= programs[name]
    return chosen


def _families_of_hosts(services: Mapping[str, Service]) -> list[list[str]]:
    """Return the profiles that are hosts, in families by what runs on them; none where they aren't: `web0` and `web1`, `covers0`.

    Names end in numbers, and something runs on several of a name. What runs on all of them tells no host.
    """
    families: dict[str, set[str]] = {}
    for service in services.values():
        for name in service.profiles:
            match = _NUMBERED.fullmatch(name)
            if match is not None and not _OF_OPERATORS.search(name) and _OF_HARDWARE.isdisjoint(_words(match[1])):
                families.setdefault(match[1], set()).add(name)
    every = {name for family in families.values() for name in family}
    alone = [service for service in services.values() if service.profiles and not every <= service.profiles]
    has_copies = any(len(service.profiles & family) > 1 for service in alone for family in families.values())
    running = [sorted(family) for family in families.values() if any(service.profiles & family for service in alone)]
    return sorted(running) if has_copies and len(running) >= _FAMILIES else []


def place_on_hosts(services: Mapping[str, Service], chosen: Collection[str]) -> None:
    """Set the hosts of the services of a project whose profiles are hosts: one of each family that is chosen stands for it.

    A port that is none of pages is for other hosts, where another one has pages.
    """
    families = [hosts for hosts in _families_of_hosts(services) if not {*hosts}.isdisjoint(chosen)]
    if len(families) < _FAMILIES:
        return
    ports = {port.published for service in services.values() for port in service.ports if service.profiles}
    for service in services.values():
        hosts = tuple(name for family in families for name in family if name in service.profiles)
        if hosts:
            is_inner = not ports.isdisjoint(_PAGES)
            service.placement = replace(service.placement, host=hosts[0], hosts=hosts, is_inner=is_inner)


def _can_join(services: Mapping[str, Service], name: str, chosen: Collection[str]) -> bool:
    """Return False for a profile that differs from a chosen one by its hardware, or publishes a port that such a one does."""
    if any(_without_hardware(name) == _without_hardware(other) for other in chosen):
        return False
    running, joining = list[Publication](), list[Publication]()
    for service in services.values():
        # a port that no file sets may be any
        fixed = [port for port in service.ports if port.published is not None and not port.unset]
        if not service.profiles.isdisjoint(chosen):
            running += fixed
        elif name in service.profiles:
            joining += fixed
    taken: dict[tuple[int | None, bool], set[str]] = {}
    for port in running:
        taken.setdefault((port.published, port.udp), set()).add(port.address)
    return not any(_overlap(port.address, taken.get((port.published, port.udp), ())) for port in joining)


def _overlap(address: str, others: Collection[str]) -> bool:
    """Return True for an address of a host that is among others, or where either side takes all addresses."""
    return bool(others) and (address in _ALL_ADDRESSES or address in others or not _ALL_ADDRESSES.isdisjoint(others))


def _without_hardware(name: str) -> tuple[str, ...]:
    return tuple(word for word in _words(name) if word not in _OF_HARDWARE)


def _words(name: str) -> list[str]:
    return re.split(r"[^a-z0-9]+", name.lower())


def _programs(services: Mapping[str, Service], profile: str) -> set[tuple[str, ...]]:
    """Return the programs of the system's own that a profile starts; without one, those that run without any."""
    return {
        (*service.built_program, service.stage, service.words)
        for name, service in services.items()
        if (profile in service.profiles if profile else not service.profiles)
        and is_own_program(name, service.image, service.built)
    }
