"""How commands install the charts of a repository: under which names, and with which values."""

from __future__ import annotations

import itertools
import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from archgen.app.importing.applied_paths import OF_WINDOWS, ScriptVariables, command_lines, is_for_trial_cluster
from archgen.app.importing.deploy_commands import command_files
from archgen.app.importing.deployments.outer_charts import with_outer_charts
from archgen.app.importing.directories import FoundFiles, entries_of
from archgen.app.importing.needed_directories import images_in
from archgen.app.importing.stated_use import usage_texts
from archgen.importers.charts.absent import AbsentChart
from archgen.importers.charts.chart_places import DOCUMENTS, ChartPlaces, Installation
from archgen.importers.charts.helmfiles import outside_installations
from archgen.importers.charts.installations import chosen_installations, installations_in
from archgen.importers.charts.repository import RenderedCharts, charts_in, render_charts
from archgen.importers.charts.values import set_value
from archgen.importers.kubernetes.kustomize.kustomization import documents_of
from archgen.importers.kubernetes.manifests import WORKLOADS
from archgen.importers.names import image_without_tag
from archgen.importers.products import is_product
from archgen.importers.stages import STAGING, stage_of
from archgen.importers.store_names import names_address

INSTALLS = re.compile(r"\bhelm[ \t]+(?:-\S+[ \t]+)*(?:upgrade|install)\b")
"""The command that installs a chart."""

_TOKEN = re.compile(r"""(?:\$\{\{[^}\n]*\}\}|\$\{[^}\n]*\}|\$\([^)\n]*\)|"[^"\n]*"|'[^'\n]*'|[^\s"'])+""")


_ALONE = frozenset(
    ("-i", "-g", "--install", "--wait", "--atomic", "--create-namespace", "--debug", "--reuse-values", "--reset-values", "--force",
     "--cleanup-on-fail", "--wait-for-jobs", "--dependency-update", "--devel", "--no-hooks", "--skip-crds", "--generate-name",
     "--reset-then-reuse-values", "--rollback-on-failure", "--verify", "--render-subchart-notes")
)  # fmt: skip
"""Flags of Helm without a value behind them."""

_STATEMENTS = re.compile(r";|&&|\|")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_OF_FILES = ("-f", "--values")
_HOLES = frozenset("$<{")
_OF_VALUES = ("--set", "--set-string")
_MOST = 100


def charts_as_installed(
    directory: str,
    charts: Sequence[str],
    paths: Sequence[str],
    found: FoundFiles,
    values: Mapping[str, bytes] | None = None,
) -> RenderedCharts:
    """Return what charts make with `values` that a user names, else as files say that they are installed, else as commands do.

    Several questions are asked of the same charts of a directory: these are filled in once.
    """
    kept = ("charts", directory, *charts)
    if values is None and kept in found.made:
        rendered: RenderedCharts = found.made[kept]
        return rendered

    def by_commands() -> list[Installation]:
        return _installations_by_commands(charts, directory, paths, found)

    with_outer, data = with_outer_charts(directory, charts, paths, found)
    named = values or {}

    def with_named(path: str) -> bytes:
        return named[path] if path in named else data(path)

    every = [*dict.fromkeys((*with_outer, *named))] if named else with_outer
    result = render_charts(directory, charts, every, with_named if named else data, by_commands, [*named])
    if result.manifests:
        result.add_outside(_outside(charts, directory, paths, found))
    if values is None:
        found.made[kept] = result
    return result


def charts_beside_manifests(
    directory: str, manifests: Mapping[str, bytes], paths: Sequence[str], found: FoundFiles
) -> RenderedCharts:
    """Return what charts make that files or scripts install beside manifests, and of which these run no program."""
    charts = [chart for chart in charts_in(paths) if stage_of(posixpath.relpath(chart, directory)) < STAGING]
    told = [*installations_in(charts, paths, found.data)]
    told += [*_installations_by_scripts(ChartPlaces(charts, paths), directory, paths, found)] if charts else []
    result = RenderedCharts()
    charts = [chart for chart in charts if chosen_installations(chart, told)]
    run = _programs_in(manifests) if charts else set[str]()
    with_outer, data = with_outer_charts(directory, charts, paths, found)
    for chart in charts:
        rendered = render_charts(directory, [chart], with_outer, data, lambda: told)
        if run.isdisjoint(_programs_in({path: each.data for path, each in rendered.manifests.items()})):
            result.add(rendered)
    result.add_outside(_outside(charts_in(paths), directory, paths, found))
    return result


def _outside(charts: Sequence[str], directory: str, paths: Sequence[str], found: FoundFiles) -> Iterator[AbsentChart]:
    """Yield the charts outside the repository that helmfiles and scripts install for visitors, each release once."""
    seen, places = set[str](), ChartPlaces(charts, paths)
    by_scripts = (
        each
        for path, text in command_files(directory, paths, found)
        if INSTALLS.search(text) is not None and not is_for_trial_cluster(path, text)
        for each in _outside_by_commands(path, text, places)
    )
    for each in itertools.chain(outside_installations(charts, paths, found.data), by_scripts):
        if each.is_known and each.release not in seen and stage_of(os.path.relpath(each.path, directory)) < STAGING:
            seen.add(each.release)
            yield each


def _outside_by_commands(path: str, text: str, places: ChartPlaces) -> Iterator[AbsentChart]:
    for line in command_lines(text):
        words, flags = words_of_installation(line)
        if len(words) > 1 and _NAME.fullmatch(words[0]) is not None and places.is_outside(words[1]):
            number = text.count("\n", 0, max(text.find(words[1]), 0)) + 1
            name = posixpath.basename(words[1])
            yield AbsentChart(path, number, name, name, words[0], _values_of(flags))


def _values_of(flags: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the values that flags of a command set."""
    values: dict[str, Any] = {}
    for pair in (pair for flag, value in flags if flag in _OF_VALUES for pair in value.split(",")):
        way, sign, value = pair.partition("=")
        # what somebody fills in tells nothing
        if sign and _HOLES.isdisjoint(pair):
            set_value(values, way, value.strip("\"'"))
    return values


def _addresses_of(flags: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield the ways to the addresses that somebody fills in."""
    for pair in (pair for flag, value in flags if flag in _OF_VALUES for pair in value.split(",")):
        way, sign, value = pair.partition("=")
        if sign and not _HOLES.isdisjoint(value) and names_address(way.rpartition(".")[2]):
            yield way


def _programs_in(manifests: Mapping[str, bytes]) -> set[str]:
    """Return the names of workloads, and the images of the system's own programs."""
    images = {image for data in manifests.values() for image in images_in(data) if not is_product(image)}
    return {image_without_tag(image) for image in images} | {
        document.text_at("metadata", "name")
        for path, data in manifests.items()
        for document in documents_of(path, data)
        if document.text_at("kind") in WORKLOADS
    }


def _installations_by_commands(
    charts: Sequence[str], directory: str, paths: Sequence[str], found: FoundFiles
) -> list[Installation]:
    """Return the installations by the scripts of a repository, else by the commands in its documents."""
    places = ChartPlaces(charts, paths)
    if by_scripts := [*itertools.islice(_installations_by_scripts(places, directory, paths, found), _MOST)]:
        return by_scripts
    texts = usage_texts(entries_of(directory)[0], directory, found)
    return [each for text in texts for each in _installations(text, DOCUMENTS, places)][:_MOST]


def _installations_by_scripts(
    places: ChartPlaces, directory: str, paths: Sequence[str], found: FoundFiles
) -> Iterator[Installation]:
    for path, text in command_files(directory, paths, found):
        if not is_for_trial_cluster(path, text):
            yield from _installations(text, path, places)


def words_of_installation(statement: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the words of a command that installs a chart, and its flags with their values."""
    statement = OF_WINDOWS.sub("/", statement)
    match = INSTALLS.search(statement)
    words, flags, flag = list[str](), list[tuple[str, str]](), ""
    for token in _TOKEN.findall(statement, match.end()) if match is not None else ():
        text = token.strip("\"'")
        if token.startswith("-"):
            name, sign, value = token.partition("=")
            flag = "" if sign or token in _ALONE else token
            flags += [(name, value.strip("\"'"))] if sign else []
        elif flag:
            flags.append((flag, text))
            flag = ""
        else:
            words.append(text)
    return words, flags


def _installations(text: str, path: str, places: ChartPlaces) -> Iterator[Installation]:
    if INSTALLS.search(text) is None:
        return
    lines = command_lines(text)
    variables = ScriptVariables("\n".join(lines))
    base = os.path.dirname(path)
    for statement in itertools.chain.from_iterable(map(_STATEMENTS.split, lines)):
        if INSTALLS.search(statement) is not None and "--dry-run" not in statement:
            # what a loop puts in for the name of a release it puts in for its values too
            for each in itertools.islice(variables.filled_in_alike(statement), _MOST):
                yield from _installation(each, path, base, places)


def _installation(statement: str, path: str, base: str, places: ChartPlaces) -> Iterator[Installation]:
    words, flags = words_of_installation(statement)
    if len(words) < 2:
        return
    files = [
        file
        for flag, value in flags
        for name in (value.split(",") if flag in _OF_FILES else ())
        if (file := places.file(name, base, "")) is not None
    ]
    release = words[0] if _NAME.fullmatch(words[0]) is not None else ""
    for chart in places.charts(words[1], base):
        title, addresses = release or posixpath.basename(chart), tuple(_addresses_of(flags))
        yield Installation(chart, title, tuple(files), _values_of(flags), path, addresses)
