"""How the charts of a repository are installed: by helmfiles, and by the objects of Argo CD and Flux."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from archgen.importers.charts.chart_places import LONGEST, ChartPlaces, Installation, documents_in
from archgen.importers.charts.generators import sets_of_elements
from archgen.importers.charts.helmfiles import is_helmfile, releases_of_helmfile
from archgen.importers.charts.values import plain, set_value
from archgen.importers.nodes import SourceNode
from archgen.importers.stages import TRIAL

_OF_CONTROLLERS = (b"argoproj.io/", b"helm.toolkit.fluxcd.io/")
_KINDS = ("Application", "ApplicationSet", "HelmRelease")
_HOLE = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}")


_MOST = 200


def installations_in(
    charts: Sequence[str], paths: Sequence[str], data: Callable[[str], bytes]
) -> Iterator[Installation]:
    """Yield how files have the charts of a repository installed."""
    places = ChartPlaces(charts, paths)
    for path in paths if charts else ():
        if is_helmfile(path):
            yield from releases_of_helmfile(path, places, data)
        elif path.endswith((".yaml", ".yml")):
            content = data(path)
            if len(content) <= LONGEST and any(mark in content for mark in _OF_CONTROLLERS):
                for document in documents_in(content):
                    yield from _of_controller(path, document, places)


def chosen_installations(chart: str, installations: Iterable[Installation]) -> list[Installation]:
    """Return the installations of a chart for visitors, each release once; none where all are for trials.

    Of several commands for a release, one that names values says more than one that takes those from before.
    """
    own = sorted((each for each in installations if each.chart == chart), key=lambda each: not each.files)
    stage = min((each.stage for each in own), default=TRIAL)
    likely = {each.release: each for each in reversed(own) if each.stage == stage < TRIAL}
    return [_with_addresses(each, own) for each in [*likely.values()][::-1][:_MOST]]


def _with_addresses(installation: Installation, others: Iterable[Installation]) -> Installation:
    """Return an installation with the addresses that any command for its release puts in: an upgrade reuses them."""
    alike = (each.addresses for each in others if each.release == installation.release)
    return replace(installation, addresses=tuple(dict.fromkeys(itertools.chain.from_iterable(alike))))


def _of_controller(path: str, document: SourceNode, places: ChartPlaces) -> Iterator[Installation]:
    kind, name = document.text_at("kind"), document.text_at("metadata", "name")
    if kind not in _KINDS or document.text_at("spec", "suspend") == "true":
        return
    if kind == "HelmRelease":
        yield from _of_flux(path, name, document.get("spec"), places)
        return
    outer = document.get("spec")
    template = outer.get("template") if kind == "ApplicationSet" else document
    spec = template.get("spec")
    elements = sets_of_elements(outer) if kind == "ApplicationSet" else [{}]
    for source in (spec.get("source"), *spec.get("sources").list()):
        for each in elements[:_MOST]:
            filled = _Filled(each)
            title = filled.text(template.text_at("metadata", "name"))
            yield from _of_argo(path, title, source, filled, places)


class _Filled(Struct):
    """What a generator fills in."""

    values: dict[str, str]

    def text(self, text: str) -> str:
        """Return a text with what is known filled in."""
        return _HOLE.sub(lambda hole: self.values.get(hole[1].lstrip("."), hole[0]), text)


def _of_argo(path: str, title: str, source: SourceNode, filled: _Filled, places: ChartPlaces) -> Iterator[Installation]:
    helm = source.get("helm")
    place = filled.text(source.text_at("path"))
    for chart in places.charts(place):
        # of the directories that a generator finds, each stands for the sign for any
        name = posixpath.basename(chart)
        # `$values` is another source of the same Application
        files = (
            places.file(filled.text(each.text).replace("*", name), chart, posixpath.dirname(path))
            for each in helm.get("valueFiles").list()
        )
        values = plain(helm.get("valuesObject").value)
        if text := helm.text_at("values"):
            documents = documents_in(filled.text(text).encode())
            values = plain(documents[0].value) if documents else {}
        values = values if isinstance(values, dict) else {}
        for each in helm.get("parameters").list():
            set_value(values, each.text_at("name"), filled.text(each.text_at("value")))
        release = (filled.text(helm.text_at("releaseName")) or title).replace("*", name)
        release = name if "{{" in release else release
        yield Installation(chart, release, tuple(filter(None, files)), values, path)


def _of_flux(path: str, name: str, spec: SourceNode, places: ChartPlaces) -> Iterator[Installation]:
    inner = spec.get("chart", "spec")
    if inner.text_at("sourceRef", "kind") not in ("GitRepository", "Bucket", ""):
        return
    for chart in places.charts(inner.text_at("chart")):
        files = (places.file(each.text, chart, "") for each in inner.get("valuesFiles").list())
        values = plain(spec.get("values").value)
        values = values if isinstance(values, dict) else {}
        yield Installation(chart, spec.text_at("releaseName") or name, tuple(filter(None, files)), values, path)
