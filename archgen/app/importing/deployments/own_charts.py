"""Charts of a system's own programs, beside files that are for those who work on it: stores alone, and what a tool runs."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from archgen.app.importing.deployments.chart_installations import charts_as_installed
from archgen.app.importing.deployments.cluster_evidence import count_workloads
from archgen.app.importing.deployments.evidence import Evidence
from archgen.app.importing.deployments.programs import telling_words
from archgen.app.importing.directories import FoundFiles, path_prefix
from archgen.app.importing.needed_directories import images_in
from archgen.app.importing.project_choice import ProjectChoice
from archgen.importers.charts.repository import RenderedCharts, charts_in
from archgen.importers.compose.own_programs import is_own_program
from archgen.importers.names import image_without_tag
from archgen.importers.products import image_name
from archgen.importers.stages import STAGING, stage_of

_OF_DEVELOPERS = ("skaffold.yaml", "skaffold.yml", "Tiltfile", "devspace.yaml")
"""Files by which a tool builds programs and runs them for those who change them."""

_MOST = 0.7
_FEW = 0.2


class OwnCharts(Struct, frozen=True):
    """Charts that run the system's own programs, what they make, the images of these programs, and why they are read."""

    charts: list[str]
    rendered: RenderedCharts
    images: list[str]
    reason: str = ""


def find_own_charts(directory: str, paths: Sequence[str], found: FoundFiles) -> OwnCharts | None:
    """Return the charts below a directory that run the system's own programs, without those for trials; None for none."""
    charts = [each for each in charts_in(paths) if stage_of(os.path.relpath(each, directory)) < STAGING]
    rendered = charts_as_installed(directory, charts, paths, found) if charts else RenderedCharts()
    images = {
        image: rendered.charts[path]
        for path, each in rendered.manifests.items()
        for image in images_in(each.data)
        if path in rendered.charts and is_own_program("", image, "")
    }
    return OwnCharts(sorted({*images.values()}), rendered, sorted(images)) if images else None


def charts_beside_helpers(
    directory: str, choice: ProjectChoice, paths: Sequence[str], found: FoundFiles
) -> OwnCharts | None:
    """Return the charts of the system's own programs beside compose files of stores and tools alone; None for none.

    A compose file runs no program of its own if it builds none, and has no image of an owner whose images the charts run.
    """
    running = [each for project in choice.candidates for each in project.own.values()]
    owners = {_owner_of(each.image) for each in running}
    is_helper = bool(choice.candidates) and all(each.services for each in choice.candidates)
    if not is_helper or "" in owners or any(each.built for each in running):
        return None
    own = find_own_charts(directory, paths, found)
    # programs may be published under several owners
    if own is None or not owners.isdisjoint(map(_owner_of, own.images)) or _share_in_compose(own, choice) >= _MOST:
        return None
    return replace(
        own, reason=f"{choice.projects[0][-1]} runs no program of its own, and {own.charts[0]} is a Helm chart"
    )


def charts_beside_others(
    directory: str, manifests: Mapping[str, bytes], paths: Sequence[str], found: FoundFiles
) -> OwnCharts | None:
    """Return the charts of the system's own programs beside manifests that run none of any; None for none."""
    images = (image for data in manifests.values() if count_workloads(data) for image in images_in(data))
    if any(is_own_program("", image, "") for image in images):
        return None
    own = find_own_charts(directory, paths, found)
    return replace(own, reason=f"{own.charts[0]}: the manifests run no program of the system's own") if own else None


def _owner_of(image: str) -> str:
    """Return the part of an image's name before that of the program; the empty text for one without an owner, or with a variable."""
    return "" if "$" in image else image_without_tag(image).rpartition("/")[0]


def runs_others(own: OwnCharts, choice: ProjectChoice) -> bool:
    """Return True for charts of programs hardly one of which compose files run: these may be for those who work on the system."""
    return _share_in_compose(own, choice) < _FEW


def _share_in_compose(own: OwnCharts, choice: ProjectChoice) -> float:
    """Return the share of the programs of charts that compose files run too, by their names."""
    names = [
        telling_words(posixpath.basename(name))
        for project in choice.candidates
        for key, each in project.services.items()
        for name in (key, image_name(each.image), each.built)
        if name not in ("", ".")
    ]
    programs = [telling_words(posixpath.basename(image_name(each))) for each in own.images]
    shared = sum(any(one <= other or other <= one for other in names if other) for one in programs if one)
    return shared / len(programs) if programs else 0.0


def evidence_of_tools(directory: str, manifests: Mapping[str, bytes], paths: Iterable[str]) -> Evidence | None:
    """Return what speaks against manifests that tools for developers run: such a file lies beside or above nearly all of them.

    One in the directory itself may be how everything is run, also for visitors.
    """
    tools = {os.path.dirname(path): path for path in paths if os.path.basename(path) in _OF_DEVELOPERS}
    tools = {place: path for place, path in tools.items() if os.path.relpath(place or ".", directory) != "."}
    running = [path for path, data in manifests.items() if count_workloads(data)]
    by = {
        path: tool for path in running for place, tool in sorted(tools.items()) if path.startswith(path_prefix(place))
    }
    if len(by) < _MOST * len(running) or not by:
        return None
    return Evidence(-2, f"{min(by.values())} runs them for those who change them")
