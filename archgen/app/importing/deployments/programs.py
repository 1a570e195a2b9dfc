"""The programs of compose files, and whether manifests or a chart run them too."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from archgen.app.importing.candidates import MOST
from archgen.app.importing.compose_sketch import ServiceSketch
from archgen.app.importing.deployments.cluster_evidence import ClusterSketch
from archgen.app.importing.directories import FoundFiles, entries_of
from archgen.app.importing.project_choice import ProjectChoice
from archgen.importers.names import image_without_tag
from archgen.importers.products import image_name, is_product
from archgen.importers.stages import TRIAL, stage_of

_WORD = re.compile(r"[a-z0-9]{2,}")
_RUNS = re.compile(rb"kind(?<=^kind):[ \t]*(Deployment|StatefulSet|DaemonSet|Rollout)\b", re.MULTILINE)
_REPOSITORY = re.compile(r"\b(?:repository:[ \t]*[\"']?|image:[ \t]*[\"']?(?=[\w.-]+/))([\w./-]+)")
_NAME_OF_PART = re.compile(r"^(?:[ ]{0,2}(?=[\w-]+:[ \t]*(?:\{|$))|[ ]*-[ ]+name:[ \t]*)([A-Za-z][\w-]*)", re.MULTILINE)
"""A key of values with more below it, or the name of an item."""

_OF_ANY = frozenset(("service", "svc", "app", "server", "deployment"))


def runs_alike(
    sketch: ClusterSketch, choice: ProjectChoice, directory: str, *, is_deployed: bool = False, is_stated: bool = False
) -> bool:
    """Return True for manifests that may run the system of compose files: nearly all of its programs, and what its data may be in.

    Of those that a pipeline or a controller deploys, it is enough that they run all programs of an owner whose image both name;
    where it is stated that a cluster runs the system, that they run half of its programs: others may have another name there.
    """
    services = [each for project in choice.candidates for each in project.services.values()]
    keeps_data = any(each.image and is_product(each.image) for each in services)
    if keeps_data and not sketch.has_settings:
        return False
    programs = programs_of(choice)
    # the only program, of the directory itself, may have any name
    if {each.built for alike in programs for _, each in alike} == {directory}:
        return True
    owners = {_owner_of(each.image) for alike in programs for _, each in alike if _is_in_both(each, sketch)} - {""}
    if owners and is_deployed:
        programs = [
            alike for alike in programs if any(each.built or _owner_of(each.image) in owners for _, each in alike)
        ]
    # what isn't in the repository may have been moved out of it
    programs = [alike for alike in programs if not all(_is_absent(each) for _, each in alike)] or programs
    names = [*map(telling_words, (*sketch.names, *sketch.images))]
    found = [any(_runs_in(name, each, sketch, names) for name, each in alike) for alike in programs]
    return sum(found) >= (0.5 if is_stated else MOST) * len(found)


def _is_absent(service: ServiceSketch) -> bool:
    """Return True for a service whose source isn't there: neither its directory nor anything in it."""
    is_local = service.built and "$" not in service.built and "://" not in service.built
    return bool(is_local) and not any(entries_of(service.built))


def _is_in_both(service: ServiceSketch, sketch: ClusterSketch) -> bool:
    return "$" not in service.image and image_without_tag(service.image) in sketch.repositories


def _owner_of(image: str) -> str:
    """Return the part of an image's name before that of the program; the empty text for one without an owner."""
    return image_without_tag(image).rpartition("/")[0]


def programs_of(choice: ProjectChoice) -> list[list[tuple[str, ServiceSketch]]]:
    """Return the services that run each program of a system: those of one source and recipe are one, what others built counts alone."""
    own = [(name, each) for project in choice.candidates for name, each in project.own.items() if not is_product(name)]
    plain = [pair for pair in own if not pair[1].profiles]
    # what only a profile starts doesn't run beside a program without one
    own = plain if any(each.built for _, each in plain) else own
    built: dict[tuple[str, str], list[tuple[str, ServiceSketch]]] = {}
    for name, each in own:
        # an image without an owner is that of a language, into which the sources are mounted
        if each.built or "/" not in each.image:
            built.setdefault((each.built or name, each.recipe), []).append((name, each))
    return [*built.values()] or [[each] for each in own]


def _runs_in(name: str, service: ServiceSketch, sketch: ClusterSketch, names: Sequence[frozenset[str]]) -> bool:
    """Return True for a program that manifests run too: of the same image, or where it is built, one with the words of its name."""
    image = image_name(service.image)
    if "/" in service.image and "$" not in image and not service.built:
        return image in sketch.images
    words = [telling_words(each) for each in (name, image, os.path.basename(service.built)) if each not in ("", ".")]
    return any(own <= other for own in words for other in names)


def telling_words(name: str) -> frozenset[str]:
    """Return the words of a name without those that tell only that it runs."""
    words = frozenset(_WORD.findall(name.lower()))
    return words - _OF_ANY or words


def share_in_chart(choice: ProjectChoice, chart: str, directory: str, paths: Sequence[str], found: FoundFiles) -> float:
    """Return the share of the programs of compose files for which a chart that runs something has a template, or values of an image.

    One in a directory for tests or of examples isn't what visitors use.
    """
    programs = programs_of(choice)
    inner = os.path.join(chart, "") if chart != "." else ""
    # a chart may hold those of its programs
    below = [path for path in paths if path.startswith(inner) and "templates" in path[len(inner) :].split(os.sep)[:-1]]
    if stage_of(os.path.relpath(chart, directory)) == TRIAL or not any(
        _RUNS.search(found.data(path)) for path in below
    ):
        return 0.0
    if {each.built for alike in programs for _, each in alike} == {directory}:
        return 1.0
    images = names_in_values(chart, found)
    words = [telling_words(each) for each in (*(os.path.basename(path).partition(".")[0] for path in below), *images)]
    parts = [
        any(telling_words(name) <= other for name, _ in alike for other in words if telling_words(name))
        for alike in programs
    ]
    return sum(parts) / len(parts) if parts else 0.0


def names_in_values(chart: str, found: FoundFiles) -> list[str]:
    """Return the images of a chart's values, and the names of the parts that these have settings of."""
    values = found.text(os.path.join(chart, "values.yaml"))
    return [*_REPOSITORY.findall(values), *_NAME_OF_PART.findall(values)]
