"""The files to import, as they are collected, with what is said of the choice among them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence

from archgen.app.importing.compose_files import is_compose_file
from archgen.app.importing.compose_sketch import sketch_compose
from archgen.app.importing.deployments.chart_installations import charts_as_installed
from archgen.app.importing.deployments.compose_evidence import development_in
from archgen.app.importing.deployments.networks import MOST_PROJECTS
from archgen.app.importing.directories import DirectoryEntries, FoundFiles
from archgen.app.importing.project_choice import ProjectChoice
from archgen.app.importing.unread_proxies import Owners
from archgen.importers.charts.repository import RenderedCharts, charts_in
from archgen.importers.facts import Configuration, SourceError
from archgen.system.files import IMPORTED, ResolvedDirectory, UnreadableFile, read_file


class SourceFiles:
    """The files to import, and what can't be read.

    `others` are left out, for a user to name, and `bases` has the compose files that some of those only change.
    `unnamed_proxies` count where they lead to what the files describe; the `owners_of_proxies` mount or copy others.
    `names_by_directory` are the files of the directories that a command line names. `together` are compose files that make one
    project, in their order, and `reasons` say why a directory's projects are read rather than others. `missing` are the names
    in kustomizations, after the file of each, by which nothing is to be found, and True for those outside the project. `templates` are
    those of other tools than Helm, and `generated` those, and programs, that make manifests of the directory at hand. `built` are
    the sources by which compose files that aren't read build services, by their names.
    `listed` are the paths that kustomizations name, each with the first of these, `of_tools` the files by which other tools run
    systems, and `doubted` the paths of compose files for development beside a chart. Containers are `started` and charts `rendered`.
    Manifests are applied `by_hand` that a user names, or for which a command stands in a comment, though no kustomization lists them.
    `undecided` are the ways to run the system between which nothing decides, each as that which is read and others.
    `values` are the files of values that a user names for a chart.
    `scanned` are directories by their resolved paths, as the command line names them, with what lists those in them.
    """

    def __init__(self) -> None:
        self.files: dict[str, Configuration] = {}
        self.errors: list[SourceError] = []
        self.others: list[str] = []
        self.bases: dict[str, str] = {}
        self.unnamed_proxies: dict[str, Configuration] = {}
        self.owners_of_proxies: Owners = dict
        self.charts: list[str] = []
        self.templates: list[str] = []
        self.generated: list[str] = []
        self.overlays: list[str] = []
        self.missing: list[tuple[str, str, bool]] = []
        self.names_by_directory: dict[str, frozenset[str]] = {}
        self.resolved: dict[str, ResolvedDirectory] = {}
        self.scanned: dict[str, tuple[str, Callable[[str], DirectoryEntries]]] = {}
        self.together: list[tuple[str, ...]] = []
        self.reasons: list[str] = []
        self.built: dict[str, tuple[str, str]] = {}
        self.listed: dict[str, str] = {}
        self.of_tools: dict[str, list[str]] = {}
        self.doubted: set[str] = set()
        self.undecided: list[tuple[str, ...]] = []
        self.by_hand: set[str] = set()
        self.started: dict[int, tuple[str, str, int]] = {}
        self.rendered = RenderedCharts()
        self.values: dict[str, bytes] = {}

    def read_values(self, paths: Iterable[str]) -> None:
        """Read the files of values that a user names for a chart; what can't be read is an error."""
        for path in paths:
            try:
                self.values[path] = read_file(path, IMPORTED)
            except UnreadableFile as error:
                self.errors.append(SourceError(path, 1, 1, f"the file {error.reason}; {error.step}"))

    def read(self, path: str, inside: str | None = None) -> None:
        """Read a file; what can't be read is an error."""
        try:
            self.files.setdefault(path, Configuration(path, read_file(path, IMPORTED, inside)))
        except UnreadableFile as error:
            self.errors.append(SourceError(path, 1, 1, f"the file {error.reason}; {error.step}"))

    def read_projects(self, choice: ProjectChoice, found: FoundFiles, reason: str = "") -> None:
        """Read the compose files that are chosen in a directory; `reason` says why these and no manifests."""
        for project in choice.projects:
            for path in project:
                self.read(path, found.inside)
        self.together += choice.projects
        self.built |= choice.built
        self.others += choice.others
        for path in choice.others:
            beside = [project[0] for project in choice.projects if os.path.dirname(project[0]) == os.path.dirname(path)]
            if beside and is_compose_file(os.path.basename(path)) and sketch_compose(path, found.text(path)).changed:
                self.bases[path] = beside[0]
        if choice.reason or reason:
            named = named_files(choice)
            why, _, rival = reason.partition("; ")
            reasons = [*choice.reason.removeprefix(f"{named}: ").split(", "), *why.split(", ")]
            reasons = [*dict.fromkeys(each for each in reasons if each)]
            self.reasons.append(f"{named}: {', '.join(reasons)}{f'; {rival}' if rival else ''}")
        for project in choice.projects:
            self.reasons += _overrides_of_developers(project, found)

    def doubt(self, choice: ProjectChoice, reason: str) -> None:
        """Take all that compose files say as assumed, for a reason if there is any: visitors use charts, which aren't read."""
        if reason:
            self.doubted.update(path for project in choice.projects for path in project)
            self.reasons.append(f"{named_files(choice)} as assumed: it {reason}")

    def read_charts(
        self,
        directory: str,
        paths: list[str],
        found: FoundFiles,
        instead: Callable[[RenderedCharts], bool] | None,
        only: Sequence[str] = (),
    ) -> bool:
        """Read what charts below a directory make, or one alone; `instead` of something else if that says so. False if nothing is read."""
        rendered = charts_as_installed(directory, only or charts_in(paths), paths, found)
        if not rendered.manifests or (instead is not None and not instead(rendered)):
            return False
        self.add_charts(rendered)
        return True

    def add_charts(self, rendered: RenderedCharts) -> None:
        """Read what charts make."""
        self.rendered = rendered
        self.files |= rendered.manifests
        self.reasons += rendered.reasons
        read = {*rendered.charts.values(), *rendered.parts}
        self.charts = [chart for chart in self.charts if chart not in read]

    def leave_out(self, paths: Iterable[str], reason: str) -> None:
        """Name compose files that aren't read for a user, and the reason."""
        self.others += paths
        self.reasons.append(reason)


def named_files(choice: ProjectChoice) -> str:
    names = [" with ".join(project) for project in choice.projects]
    return " and ".join(names if len(names) <= MOST_PROJECTS else (names[0], f"{len(names) - 1} more"))


def _overrides_of_developers(project: Sequence[str], found: FoundFiles) -> Iterator[str]:
    """Yield a line on each override that Compose adds by itself and that is for development, with the command that leaves it out."""
    for path in project:
        shown = development_in(found.text(path)) if ".override." in os.path.basename(path) else ""
        others = [other for other in project if other != path]
        if shown and others:
            yield f"{path}, which {shown}; `archgen import {shlex.join(others)}` leaves it out"
