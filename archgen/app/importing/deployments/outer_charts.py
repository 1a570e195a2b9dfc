"""Charts outside an imported directory, and in its project, that charts in it require by their paths."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from archgen.app.importing.directories import CHART, FoundFiles, files_below, is_chart, path_in, project_of
from archgen.importers.charts.chart_places import documents_in
from archgen.system.files import ResolvedDirectory, lies_in

_MOST_CHARTS = 20
_DEEPEST = 6
_BY_PATH = "file://"
_REQUIRING = (CHART, "requirements.yaml")


def with_outer_charts(
    directory: str, charts: Iterable[str], paths: Sequence[str], found: FoundFiles
) -> tuple[Sequence[str], Callable[[str], bytes]]:
    """Return the paths below a directory with those of the charts outside that its charts require, and what reads any of them."""
    around = os.path.join(os.path.abspath(directory), "")
    waiting, seen = [*charts], dict[str, None]()
    outer: FoundFiles | None = None
    while waiting and len(seen) < _MOST_CHARTS:
        chart = waiting.pop()
        for place in _required_by_path(chart, outer if outer is not None and chart in seen else found):
            if place in seen or os.path.join(os.path.abspath(place), "").startswith(around):
                continue
            outer = outer or FoundFiles(ResolvedDirectory.of(project_of(directory)))
            if lies_in(os.path.realpath(place), outer.inside) and is_chart(place):
                seen[place] = None
                waiting.append(place)
    if outer is None or not seen:
        return paths, found.data
    others = [path for place in seen for path in files_below(place, _DEEPEST)]
    reader, elsewhere = outer, {*others} - {*paths}
    return [*paths, *sorted(elsewhere)], lambda path: reader.data(path) if path in elsewhere else found.data(path)


def _required_by_path(chart: str, found: FoundFiles) -> Iterator[str]:
    """Yield the directories of the charts that a chart requires by their paths."""
    for name in _REQUIRING:
        path = path_in(chart, name)
        for document in documents_in(found.data(path), path) if os.path.isfile(path) or name == CHART else ():
            for entry in document.get("dependencies").list():
                place = entry.text_at("repository")
                if place.startswith(_BY_PATH):
                    yield path_in(chart, place.removeprefix(_BY_PATH))
