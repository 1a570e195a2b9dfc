"""Files of values for charts: those that a user names beside a chart, and those that no installation is known to use."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from archgen.app.importing.compose_files import is_compose_file
from archgen.app.importing.deployments.chart_installations import charts_as_installed
from archgen.app.importing.directories import FoundFiles, files_below, is_chart
from archgen.app.importing.source_files import SourceFiles
from archgen.importers.charts.repository import RenderedCharts, charts_in
from archgen.importers.stages import TRIAL, stage_of
from archgen.model.problems import UsageError
from archgen.system.files import FOUND, ResolvedDirectory, UnreadableFile, read_file

_OF_VALUES = re.compile(r"(?:^|[-_.])values(?:[-_.][\w.-]*)?\.ya?ml$", re.IGNORECASE)
_KEY = re.compile(rb"^([A-Za-z][\w-]*)[ \t]*:", re.MULTILINE)
_OF_OBJECT = re.compile(rb"^(?:apiVersion|kind)[ \t]*:", re.MULTILINE)
_MOST = 3
_MOST_CANDIDATES = 60
_ENOUGH = 0.5
"""The part of the keys of a file that are keys of a chart's own values, if the file is for that chart."""


def values_among(paths: Iterable[str], named: Sequence[str]) -> tuple[str, ...]:
    """Return the files of values: those that are named as such, and what no other format has beside the directory of a chart."""
    paths = [*paths]
    if any(map(is_chart, paths)):
        named = (*named, *(path for path in paths if _may_be_values(path)))
    elif named and not any(map(os.path.isdir, paths)):
        raise UsageError(f"{named[0]} fills in a Helm chart; name the directory of the chart too")
    return tuple(dict.fromkeys(map(os.path.normpath, named)))


def _may_be_values(path: str) -> bool:
    name = os.path.basename(path)
    if not name.endswith((".yaml", ".yml")) or is_compose_file(name) or not os.path.isfile(path):
        return False
    try:
        data = read_file(path, FOUND)
    except UnreadableFile:
        return False
    return _OF_OBJECT.search(data) is None and _KEY.search(data) is not None


def fill_in_chart(collection: SourceFiles, directory: str) -> None:
    """Read the only chart in a directory with the values that a user names for it; UsageError where there is none, or several are."""
    inside = collection.resolved[os.path.abspath(directory)] = ResolvedDirectory.of(directory)
    paths = [*files_below(directory)]
    charts = charts_in(paths)
    if len(charts) != 1:
        what = "no Helm chart" if not charts else f"{len(charts)} Helm charts, such as {charts[0]}"
        first = next(iter(collection.values), "a file of values")
        raise UsageError(f"{first} fills in a Helm chart, and {directory} holds {what}; name the directory of a chart")
    rendered = charts_as_installed(directory, charts, paths, FoundFiles(inside), collection.values)
    collection.charts += charts
    collection.add_charts(rendered)


def note_unused_values(collection: SourceFiles, directory: str) -> None:
    """Name the files of values for charts of a directory that are read, and that may be for visitors as well."""
    if not collection.rendered.charts:
        return
    inside = collection.resolved[os.path.abspath(directory)]
    paths = files_below(directory, entries=collection.scanned[inside][1])
    for path, chart in _unused_values(collection.rendered, paths, FoundFiles(inside)):
        collection.others.append(path)
        collection.bases[path] = chart


def _unused_values(rendered: RenderedCharts, paths: Iterable[str], found: FoundFiles) -> Iterator[tuple[str, str]]:
    """Yield the files of values that a chart which is read may be filled in with instead, each with the chart."""
    own = {chart: _keys_of(os.path.join(chart, "values.yaml"), found) for chart in {*rendered.charts.values()}}
    named = (path for path in paths if _OF_VALUES.search(os.path.basename(path)) is not None)
    candidates = [path for path in named if os.path.basename(path) not in ("values.yaml", "values.yml")]
    count = 0
    for path in candidates[:_MOST_CANDIDATES]:
        if path in rendered.filled_in or stage_of(os.path.basename(path)) == TRIAL:
            continue
        chart = _chart_of(_keys_of(path, found), own)
        if chart:
            count += 1
            yield path, chart
        if count == _MOST:
            return


def _chart_of(keys: set[bytes], own: Mapping[str, set[bytes]]) -> str:
    """Return the chart whose own values have most of some keys; the empty text for none, or several."""
    fitting = [chart for chart, each in sorted(own.items()) if keys and len(keys & each) >= _ENOUGH * len(keys)]
    return fitting[0] if len(fitting) == 1 else ""


def _keys_of(path: str, found: FoundFiles) -> set[bytes]:
    return {*_KEY.findall(found.data(path))}
