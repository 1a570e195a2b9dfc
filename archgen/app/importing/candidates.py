"""Compose files that may be read together as one project: what they run, and what speaks for them."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property

from msgspec import Struct

from archgen.app.importing.compose_sketch import ServiceSketch
from archgen.importers.compose.own_programs import is_own_program
from archgen.importers.names import makes_load
from archgen.importers.products import image_name
from archgen.importers.stages import PRODUCTION, STAGING, TRIAL, stage_of, without_stage

_OF_COPIES = re.compile(r"[-_.](blue|green|\d+)$", re.IGNORECASE)
_OF_LANGUAGES = frozenset(
    ("alpine", "amazoncorretto", "aspnet", "bun", "debian", "deno", "eclipse-temurin", "elixir", "golang", "gradle", "maven", "node",
     "openjdk", "php", "python", "ruby", "runtime", "rust", "sdk", "ubuntu")
)  # fmt: skip
"""Images that run any program of a language, out of a directory that is mounted."""

ENOUGH = 0.5
"""The part of a project's own programs that another one has to run to be the same system."""

MOST = 0.7
"""That part where it runs fewer programs, unless both a name and a script speak for it."""

UNNAMED_RANK = 2


class ComposeCandidate(Struct, frozen=True, dict=True):
    """Compose files that may be read together, what they run, and what speaks for them.

    They may be `deployed_by` a file, or by a command that stands in their own comments. They are read `instead` of files for
    development.
    """

    files: tuple[str, ...]
    services: dict[str, ServiceSketch]
    stage: int
    deployed_by: str = ""
    by_pipeline: bool = False
    by_comments: bool = False
    instead: str = ""

    @cached_property
    def own(self) -> dict[str, ServiceSketch]:
        """Return the system's own programs, without those for trials and for those who work on it."""
        return {
            name: service
            for name, service in self.services.items()
            if service.runs
            and service.starts
            and is_own_program(name, service.image, service.built)
            and not any(stage_of(word) == TRIAL for word in (name, *service.profiles))
        }

    @cached_property
    def starts(self) -> bool:
        """Return True unless all services have no replicas, as tools do that somebody runs by hand."""
        return not self.services or any(service.starts for service in self.services.values())

    @cached_property
    def deciding(self) -> dict[str, ServiceSketch]:
        """Return the programs by which a system is known again: what is added for a trial, and that no other calls, is none.

        That is what makes load, and beside programs that are built here an image of others that none of them names.
        """
        own = {name: each for name, each in self.own.items() if not makes_load(name, image_name(each.image))}
        if not any(each.built for each in own.values()):
            return own or self.own
        named = {
            host for name, each in self.services.items() for host in (*each.waits_for, *each.hosts) if host != name
        }
        return {name: each for name, each in own.items() if each.built or name in named}

    @cached_property
    def builds(self) -> set[str]:
        """Return the directories that programs are built from."""
        return {service.built for service in self.services.values()} - {""}

    @property
    def missing(self) -> set[str]:
        """Return the names that its programs wait for or that may be hosts in their variables, and that it doesn't run itself."""
        named = (name for service in self.own.values() for name in (*service.waits_for, *service.hosts))
        return {*named} - self.services.keys()

    @property
    def rank(self) -> int:
        """Return how much speaks for the files: a name and a script, either, neither; then trials.

        What a server starts after each change counts as much as both.
        """
        if self.stage >= STAGING:
            return self.stage + 2
        return UNNAMED_RANK - (self.stage == PRODUCTION) - bool(self.deployed_by or self.instead) - self.by_pipeline

    @property
    def reasons(self) -> list[str]:
        """Return what speaks for the files."""
        named = [] if self.stage != PRODUCTION else ["its name says production"]
        by = "its comments say how to deploy it" if self.by_comments else f"{self.deployed_by} starts it"
        rival = f"it runs images of a registry, and {self.instead}"
        return [*named, *([by] if self.deployed_by else []), *([rival] if self.instead else [])]

    @cached_property
    def is_released(self) -> bool:
        """Return True if all programs of the system's own run by images of a registry, and none is built here."""
        return bool(self.own) and all("/" in each.image and not each.built for each in self.own.values())

    def is_meant_beside(self, helpers: Iterable[ComposeCandidate]) -> bool:
        """Return True if a name or a script speaks for the files, or they are released images on top of what these need."""
        is_on = len(self.files) > 1 and any(self.files[0] in each.files for each in helpers)
        return self.rank < UNNAMED_RANK or (self.is_released and is_on)

    def covers(self, other: ComposeCandidate) -> float:
        """Return the part of the programs of another project that this one runs too, by their names or their sources."""
        return self._part_of(other, other.own)

    def _part_of(self, other: ComposeCandidate, others: dict[str, ServiceSketch]) -> float:
        named = {_bare(name): service for name, service in self.own.items()}
        own = {name: service.built for name, service in named.items()}
        alike = [
            name for name in others if _bare(name) in named and self._may_run(named[_bare(name)], other, others[name])
        ]
        # of one source, as many programs count as run of it here
        left = Counter(own.values()) - Counter(own[_bare(name)] for name in alike)
        renamed = Counter(each.built for name, each in others.items() if each.built and name not in alike)
        return (len(alike) + (left & renamed).total()) / len(others) if others else 0.0

    def _may_run(self, service: ServiceSketch, other: ComposeCandidate, counterpart: ServiceSketch) -> bool:
        """Return True if nothing speaks against a service as that of the same name in another project: no source, no image."""
        if service.built and counterpart.built:
            return _may_be_one((service.built, self._places), (counterpart.built, other._places))
        images = _bare_image(service.image), _bare_image(counterpart.image)
        if all(images):
            return images[0] == images[1]
        # a directory that has the name of an image is about a product, such as tools/sentry
        return not any(
            _bare_image(each.image) in places
            for each, places in ((service, self._places - other._places), (counterpart, other._places - self._places))
        )

    @cached_property
    def _places(self) -> set[str]:
        """Return the directories of the files, each by its path and by its name."""
        paths = {os.path.dirname(path) or "." for path in self.files}
        return paths | {os.path.basename(path) for path in paths}

    def is_variant_of(self, other: ComposeCandidate) -> bool:
        """Return True if this runs the system of another project: its programs, or its services as a script for production has them."""
        shared = len(self.services.keys() & other.services.keys()) >= ENOUGH * len(other.services)
        for others in (other.own, other.deciding) if shared else (other.own,):
            is_enough = self.rank <= 0 or len(self.own) >= len(others)
            if self._part_of(other, others) >= (ENOUGH if is_enough else MOST):
                return True
        return self.rank <= 0 and bool(self.own) and shared


def stands_apart(project: ComposeCandidate, helpers: Iterable[ComposeCandidate]) -> bool:
    """Return True for a small program beside a stack of products that it has nothing to do with."""
    services = set[str]().union(*(each.services for each in helpers))
    places = [os.path.dirname(path) for path in project.files]
    is_own = bool(project.builds) and all(
        any(source == place or source.startswith(f"{place}{os.sep}") for place in places) for source in project.builds
    )
    is_tied = not services.isdisjoint(project.missing | project.services.keys())
    return is_own and not is_tied and project.rank >= UNNAMED_RANK and len(project.services) < len(services)


def _may_be_one(source: tuple[str, set[str]], other: tuple[str, set[str]]) -> bool:
    """Return True for sources of which one holds the other; what stands beside a compose file of its own is a program of its own."""
    (directory, _), (inner, inner_places) = sorted((source, other), key=lambda each: len(each[0]))
    return directory == inner or (_holds(directory, inner) and inner not in inner_places)


def _holds(directory: str, other: str) -> bool:
    return directory == "." or other.startswith(f"{directory}{os.sep}")


def _bare_image(image: str) -> str:
    """Return the name of an image without its stage; the empty text where a variable is in it, or where it is that of a language."""
    name = image_name(image)
    return "" if "$" in name or name in _OF_LANGUAGES else _bare(name)


def _bare(name: str) -> str:
    """Return the name of a service without that of a stage or a number: `web-blue` runs what `web` does."""
    return _OF_COPIES.sub("", without_stage(name))
