"""How the charts of a repository are installed: by helmfiles, and by the objects of Argo CD and Flux."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct, field

from archgen.importers.charts.absent import AbsentChart
from archgen.importers.charts.generators import sets_of_elements
from archgen.importers.charts.values import over, plain, set_value
from archgen.importers.nodes import SourceNode
from archgen.importers.stages import TRIAL, stage_of
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable

_HELMFILE = re.compile(r"(^|/)(helmfile[\w.-]*\.ya?ml(\.gotmpl)?|helmfile\.d/[^/]+\.ya?ml(\.gotmpl)?)$")
_OF_CONTROLLERS = (b"argoproj.io/", b"helm.toolkit.fluxcd.io/")
_KINDS = ("Application", "ApplicationSet", "HelmRelease")
_HOLE = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}")
_ENVIRONMENT = re.compile(r"\.?Environment\.Name$")
_STATEMENT = re.compile(r"^[ \t]*\{\{-?\s*(if|else|end|range|with|define|/\*)\b.*$", re.MULTILINE)
_STAGES = ("production", "prod", "prd", "live", "default")
"""Names that helmfiles give to the environment of visitors, the likeliest first."""

_OUTSIDE = re.compile(r"(oci://[\w./-]+/|[a-z][\w-]*/)[a-z][\w-]*")
"""A chart of a repository of charts."""

DOCUMENTS = "the documents"
"""The source of a command that stands in documents alone."""

_MOST = 200
_LONGEST = 256 * 1024


class Installation(Struct, frozen=True):
    """A release of a chart of the repository: the directory of that, its name, files of values in their order, and values over these.

    `source` is the file that tells, and the name of the environment that it tells of.
    """

    chart: str
    release: str
    files: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    source: str = ""

    @property
    def stage(self) -> int:
        """Return the stage that its file, its files of values or its name are for."""
        names = (posixpath.basename(each) for each in self.files)
        return max(map(stage_of, ("/".join((self.source, *names)), self.release)))


def installations_in(
    charts: Sequence[str], paths: Sequence[str], data: Callable[[str], bytes]
) -> Iterator[Installation]:
    """Yield how files have the charts of a repository installed."""
    places = ChartPlaces(charts, paths)
    for path in paths if charts else ():
        if _HELMFILE.search(path) is not None:
            yield from _of_helmfile(path, data(path)[:_LONGEST].decode("utf-8", "replace"), places)
        elif path.endswith((".yaml", ".yml")):
            content = data(path)
            if len(content) <= _LONGEST and any(mark in content for mark in _OF_CONTROLLERS):
                for document in _documents(content):
                    yield from _of_controller(path, document, places)


def outside_installations(
    charts: Sequence[str], paths: Sequence[str], data: Callable[[str], bytes]
) -> Iterator[AbsentChart]:
    """Yield the charts outside the repository that helmfiles install."""
    places = ChartPlaces(charts, paths)
    for path in paths:
        text = data(path)[:_LONGEST].decode("utf-8", "replace") if _HELMFILE.search(path) is not None else ""
        for item in _releases(path, text, next(iter(_STAGES))) if text else ():
            chart = item.get("chart")
            if places.is_outside(chart.text) and not _is_off(item):
                values = _inline(item)
                name = posixpath.basename(chart.text)
                yield AbsentChart(path, chart.line, name, name, item.text_at("name"), values, item.text_at("namespace"))


def chosen_installations(chart: str, installations: Iterable[Installation]) -> list[Installation]:
    """Return the installations of a chart for visitors, each release once; none where all are for trials."""
    own = [each for each in installations if each.chart == chart]
    stage = min((each.stage for each in own), default=TRIAL)
    likely = {each.release: each for each in reversed(own) if each.stage == stage < TRIAL}
    return [*likely.values()][::-1][:_MOST]


class ChartPlaces:
    """The charts and files of a repository, by paths from wherever."""

    def __init__(self, charts: Sequence[str], paths: Sequence[str]) -> None:
        self._charts = {posixpath.normpath(chart): chart for chart in charts}
        self._paths = {posixpath.normpath(path): path for path in paths}

    def charts(self, name: str, *bases: str) -> list[str]:
        """Return the charts that a path means, from one of the bases, else from the root of their repository; `*` is any name."""
        if not name or "://" in name:
            return []
        return _meant(name, bases, self._charts)

    def is_outside(self, name: str) -> bool:
        """Return True for a chart of a repository of charts."""
        return _OUTSIDE.fullmatch(name) is not None and not self.charts(name)

    def file(self, name: str, *bases: str) -> str | None:
        """Return the file that a path means."""
        found = _meant(name, bases, self._paths) if name and "://" not in name else []
        return found[0] if len(found) == 1 else None


def _meant(name: str, bases: Iterable[str], known: Mapping[str, str]) -> list[str]:
    for base in bases:
        place = posixpath.normpath(posixpath.join(base, name))
        if place in known:
            return [known[place]]
    bare = posixpath.normpath(re.sub(r"^(\.\./|\./|/|\$\w+/)+", "", name))
    if bare in (".", ""):
        return []
    if bare in known:
        return [known[bare]]
    if "*" in bare:
        return [each for place, each in known.items() if _matches(place, bare)]
    # the directory that is imported may lie below the root of the repository, or above it
    return [
        each
        for place, each in known.items()
        if place.endswith(f"/{bare}") or ("/" in place and bare.endswith(f"/{place}"))
    ]


def _matches(place: str, pattern: str) -> bool:
    words, others = place.split("/"), pattern.split("/")
    return len(words) >= len(others) and all(map(fnmatchcase, words[-len(others) :], others))


def _documents(content: bytes, path: str = "") -> list[SourceNode]:
    try:
        return [SourceNode(each, path) for each in read_documents(content)]
    except Unreadable:
        return []


def _of_helmfile(path: str, text: str, places: ChartPlaces) -> Iterator[Installation]:
    """Yield the releases of a helmfile, for the likeliest of the environments whose files are there."""
    base, found = posixpath.dirname(path), list[Installation]()
    for name in _STAGES if "{{" in text else ("",):
        found = [each for item in _releases(path, text, name) for each in _of_release(path, base, item, places)]
        if any(each.files for each in found):
            break
    yield from found


def _releases(path: str, text: str, environment: str) -> Iterator[SourceNode]:
    def value(hole: re.Match[str]) -> str:
        return environment if _ENVIRONMENT.search(hole[1]) is not None else ""

    for document in _documents(_HOLE.sub(value, _STATEMENT.sub("", text)).encode(), path):
        yield from document.get("releases").list()


def _is_off(item: SourceNode) -> bool:
    return "false" in (item.text_at("installed"), item.text_at("condition"))


def _inline(item: SourceNode) -> dict[str, Any]:
    """Return the values that stand in a helmfile itself."""
    values: dict[str, Any] = {}
    for each in item.get("values").list():
        values = over(values, plain(each.value)) if each.is_map else values
    for each in item.get("set").list():
        set_value(values, each.text_at("name"), each.text_at("value"))
    return values


def _of_release(path: str, base: str, item: SourceNode, places: ChartPlaces) -> Iterator[Installation]:
    named = (each.text for each in item.get("values").list() if not each.is_map)
    files = tuple(file for name in named if (file := places.file(name, base)) is not None)
    for chart in places.charts(item.text_at("chart"), base) if not _is_off(item) else ():
        yield Installation(chart, item.text_at("name"), files, _inline(item), path)


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
            documents = _documents(filled.text(text).encode())
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
