"""The profiles of a compose project: which of them those who deploy it start."""

from __future__ import annotations

import re
from collections.abc import Mapping

from archgen.importers.compose.own_programs import is_own_program
from archgen.importers.compose.service import Service
from archgen.importers.stages import PRODUCTION, STAGING, stage_of

_OF_OPERATORS = re.compile(
    r"(^|[^a-z])(admin|tools?|monitoring|observability|metrics|logging|tracing|optional|backups?|migrat\w*|seed\w*|setup|init|docs?"
    r"|security|scan\w*|cli|shell|ops|ngrok|manual|never)([^a-z]|$)",
    re.IGNORECASE,
)
"""Names of profiles that start no part of what visitors use."""


def deployed_profiles(services: Mapping[str, Service]) -> dict[str, str]:
    """Return the profiles that those who deploy a project start, each with the reason.

    One that is named for production is started. Where no program of the system's own runs without a profile, so are those
    that start one: the profile that starts all of them, else all that start a different one.
    """
    names = sorted({profile for service in services.values() for profile in service.profiles})
    programs = {name: _programs(services, name) for name in names}
    production = {name: "its name says production" for name in names if stage_of(name) == PRODUCTION}
    if production or not names or _programs(services, ""):
        return production
    starting = [
        name for name in names if programs[name] and stage_of(name) < STAGING and not _OF_OPERATORS.search(name)
    ]
    starting.sort(key=lambda name: (-len(programs[name]), name))
    chosen: dict[str, str] = {}
    run = set[tuple[str, ...]]()
    for name in starting:
        if not programs[name] <= run and (not run or run.isdisjoint(programs[name])):
            chosen[name] = "no program of the system's own runs without it"
            run |= programs[name]
    return chosen


def _programs(services: Mapping[str, Service], profile: str) -> set[tuple[str, ...]]:
    """Return the programs of the system's own that a profile starts; without one, those that run without any."""
    return {
        (*service.built_program, service.stage, service.words)
        for name, service in services.items()
        if (profile in service.profiles if profile else not service.profiles)
        and is_own_program(name, service.image, service.built)
    }
