"""Helmfiles: the releases of charts that they install, for the environment of visitors."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from archgen.importers.charts.absent import AbsentChart
from archgen.importers.charts.chart_places import LONGEST, ChartPlaces, Installation, documents_in
from archgen.importers.charts.rendering import TemplateRenderer
from archgen.importers.charts.syntax import NotUnderstood, parse_template
from archgen.importers.charts.values import over, plain, set_value
from archgen.importers.nodes import SourceNode

_HELMFILE = re.compile(r"(^|/)(helmfile[\w.-]*\.ya?ml(\.gotmpl)?|helmfile\.d/[^/]+\.ya?ml(\.gotmpl)?)$")
_HOLE = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}")
_STATEMENT = re.compile(r"^[ \t]*\{\{-?\s*(if|else|end|range|with|define|/\*)\b.*$", re.MULTILINE)
_STAGES = ("production", "prod", "prd", "live", "default")
"""Names that helmfiles give to the environment of visitors, the likeliest first."""


def is_helmfile(path: str) -> bool:
    """Return True for the path of a helmfile."""
    return _HELMFILE.search(path) is not None


def releases_of_helmfile(path: str, places: ChartPlaces, data: Callable[[str], bytes]) -> Iterator[Installation]:
    """Yield the releases of the charts of the repository that a helmfile installs."""
    file = _Helmfile(path, places, data)
    for item in file.releases():
        for chart in places.charts(item.text_at("chart"), file.base):
            yield Installation(chart, item.text_at("name"), *file.values_of(item), path)


def outside_installations(
    charts: Sequence[str], paths: Sequence[str], data: Callable[[str], bytes]
) -> Iterator[AbsentChart]:
    """Yield the charts outside the repository that helmfiles install."""
    places = ChartPlaces(charts, paths)
    for path in filter(is_helmfile, paths):
        file = _Helmfile(path, places, data)
        for item in file.releases():
            chart = item.get("chart")
            if places.is_outside(chart.text):
                name, (_, values) = posixpath.basename(chart.text), file.values_of(item)
                yield AbsentChart(path, chart.line, name, name, item.text_at("name"), values, item.text_at("namespace"))


class _Helmfile:
    """A helmfile with its environment, as far as its templates are understood; else with nothing put in but the name of that."""

    def __init__(self, path: str, places: ChartPlaces, data: Callable[[str], bytes]) -> None:
        self.path, self.base = path, posixpath.dirname(path)
        self._places, self._data = places, data
        self._text = self._text_of(path)
        self._root: dict[str, Any] = {"Values": {}, "Environment": {"Name": ""}}
        environments = self._environments()
        name = next((each for each in (*_STAGES, *environments) if each in environments), _STAGES[0])
        self._root = {"Values": {}, "Environment": {"Name": name}}
        if name in environments:
            _, self._root["Values"] = self.values_of(environments[name])

    def releases(self) -> Iterator[SourceNode]:
        """Yield the releases that are installed."""
        for document in documents_in(self._filled_in(self._text).encode(), self.path):
            for item in document.get("releases").list():
                if "false" not in (item.text_at("installed"), item.text_at("condition")):
                    yield item

    def values_of(self, item: SourceNode) -> tuple[tuple[str, ...], dict[str, Any]]:
        """Return the files of values of a release, and all values together."""
        files, values = list[str](), dict[str, Any]()
        for each in item.get("values").list():
            if each.is_map:
                values = over(values, plain(each.value))
            elif (file := self._places.file(each.text, self.base)) is not None:
                files.append(file)
                text = self._text_of(file)
                documents = documents_in((self._filled_in(text) if file.endswith(".gotmpl") else text).encode())
                read = plain(documents[0].value) if documents else {}
                values = over(values, read if isinstance(read, dict) else {})
        for each in item.get("set").list():
            set_value(values, each.text_at("name"), each.text_at("value"))
        return tuple(files), values

    def _environments(self) -> dict[str, SourceNode]:
        documents = documents_in(_HOLE.sub("", _STATEMENT.sub("", self._text)).encode(), self.path)
        return {name: node for document in documents for name, node in document.get("environments").items()}

    def _text_of(self, path: str) -> str:
        return self._data(path)[:LONGEST].decode("utf-8", "replace").replace("\r\n", "\n")

    def _filled_in(self, text: str) -> str:
        if "{{" not in text:
            return text
        try:
            template = parse_template(text)
            return TemplateRenderer(template.definitions).render(template.nodes, self._root)[0]
        except NotUnderstood:
            name = self._root["Environment"]["Name"]
            return _HOLE.sub(lambda hole: name if "Environment.Name" in hole[1] else "", _STATEMENT.sub("", text))
