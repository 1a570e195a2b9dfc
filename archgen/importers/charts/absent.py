"""Charts that others require and that aren't in the files: the names that their definitions give, and a release of each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from archgen.importers.charts.functions import TO_BE_SET, size_of
from archgen.importers.charts.library import LIBRARY, SILENT_OF_LIBRARY
from archgen.importers.charts.values import plain
from archgen.importers.facts import Configuration, FactSheet
from archgen.importers.names import name_of_release
from archgen.importers.nodes import SourceNode
from archgen.importers.store_names import product_of_chart
from archgen.importers.yaml_files import documents
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable

_LARGEST_VALUES = 20_000
_OF_NAMES = ("fullname", "secretName", "serviceName")


class AbsentChart(Struct, frozen=True):
    """A chart that one requires and that isn't in the files: where it is required, its name there, and its values.

    One that `is_called` is addressed by its name, though no product is known that it runs.
    """

    path: str
    line: int
    chart: str
    title: str
    release: str
    values: dict[str, Any]
    namespace: str = ""
    is_called: bool = False

    @property
    def full_name(self) -> str:
        """Return the name that its objects have, or begin with."""
        overrides = (str(self.values.get(key) or "") for key in ("nameOverride", "fullnameOverride"))
        return name_of_release(self.release, self.title, *overrides)

    @property
    def is_known(self) -> bool:
        """Return True for the chart of a product."""
        return product_of_chart(self.chart, self.title) is not None


def stand_ins_of(charts: Iterable[AbsentChart]) -> list[Configuration]:
    """Return a release of each chart of a product, or that is called, as a controller would get it, where the chart is required."""
    releases: dict[str, list[tuple[str, int]]] = {}
    for each in charts:
        if each.is_known or each.is_called:
            values = each.values if size_of(each.values, _LARGEST_VALUES) <= _LARGEST_VALUES else {}
            document = {
                "apiVersion": "helm.toolkit.fluxcd.io/v2",
                "kind": "HelmRelease",
                "metadata": {"name": each.full_name, **({"namespace": each.namespace} if each.namespace else {})},
                "spec": {
                    "releaseName": each.release,
                    "chart": {"spec": {"chart": each.chart}},
                    "values": {"nameOverride": each.title, **values},
                },
            }
            releases.setdefault(each.path, []).append((json.dumps(document), each.line))
    return [
        Configuration(
            path,
            "\n---\n".join(text for text, _ in lines).encode(),
            tuple(line for _, line in lines for _ in range(2))[:-1],
        )
        for path, lines in releases.items()
    ]


def has_address_of(name: str, texts: Iterable[str]) -> bool:
    """Return True if a text has an address with a name as its host."""
    host = re.escape(name)
    address = re.compile(rf"(?:://|@){host}(?![\w-])|(?<![\w.-]){host}(?:\.[\w-]{{1,63}}){{0,4}}:[0-9]{{2,5}}(?![\w.])")
    return any(name in text and address.search(text) is not None for text in texts)


def release_in_values(values: dict[str, Any], titles: Iterable[str]) -> str:
    """Return the name of a release that addresses in the values of a chart begin with, before those of the charts that it requires.

    The empty text where there is none, or more than one.
    """
    if size_of(values, _LARGEST_VALUES) > _LARGEST_VALUES:
        return ""
    text = json.dumps(values, default=str)
    found = {
        match[1]
        for title in {*titles}
        if f"-{title}" in text
        for match in re.finditer(rf"(?:://|@)([a-z][a-z0-9-]{{0,40}})-{re.escape(title)}(?=[:./\"\\])", text)
    }
    return found.pop() if len(found) == 1 else ""


def releases_of(charts: Iterable[AbsentChart]) -> Iterator[SourceNode]:
    """Yield the documents of releases of charts of products."""
    for file in stand_ins_of(charts):
        yield from documents(file, FactSheet())


def charts_of_application(document: SourceNode) -> Iterator[AbsentChart]:
    """Yield the charts outside the repository that an Application of Argo CD installs."""
    spec, name = document.get("spec"), document.get("metadata", "name")
    for source in (spec.get("source"), *spec.get("sources").list()):
        helm, chart = source.get("helm"), source.text_at("chart")
        if chart:
            values = plain(helm.get("valuesObject").value) or _values_in(helm.text_at("values"))
            release = helm.text_at("releaseName") or name.text
            space = spec.text_at("destination", "namespace")
            yield AbsentChart(name.path, name.line, chart, _last(chart), release, _mapping(values), space)


def charts_of_kustomization(document: SourceNode) -> Iterator[AbsentChart]:
    """Yield the charts outside the repository that Kustomize gets and fills in."""
    for item in document.get("helmCharts").list():
        chart, name = item.get("name"), item.text_at("name")
        if name and item.text_at("repo"):
            space = item.text_at("namespace") or document.text_at("namespace")
            release = item.text_at("releaseName") or name
            values = _mapping(plain(item.get("valuesInline").value))
            yield AbsentChart(chart.path, chart.line, name, _last(name), release, values, space)


def _values_in(text: str) -> Any:
    try:
        roots = read_documents(text[:_LARGEST_VALUES].encode())
    except Unreadable:
        return None
    return plain(roots[0]) if roots else None


def _mapping(values: Any) -> dict[str, Any]:
    return values if isinstance(values, dict) else {}


def _last(chart: str) -> str:
    return chart.rpartition("/")[2]


def text_of_definition(name: str, charts: Iterable[AbsentChart]) -> str | None:
    """Return what a definition of such a chart gives as far as all charts of products have it; None for that of no such chart."""
    if name.startswith(SILENT_OF_LIBRARY) and any(each.chart == LIBRARY for each in charts):
        return ""
    owner, _, rest = name.partition(".")
    chart = next((each for each in charts if owner in (each.chart, each.title)), None)
    known = product_of_chart(chart.chart, chart.title) if chart is not None else None
    if chart is None or known is None:
        return None
    word = rest.rpartition(".")[2]
    if word in _OF_NAMES:
        return chart.full_name
    return str(known.port) if word == "port" and known.port else TO_BE_SET
