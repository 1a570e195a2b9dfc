"""Charts with their values as manifests, as `helm template` prints them."""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from archgen.importers.charts.absent import (
    AbsentChart,
    has_address_of,
    release_in_values,
    stand_ins_of,
    text_of_definition,
)
from archgen.importers.charts.chart_places import Installation
from archgen.importers.charts.functions import CAPABILITIES, TO_BE_SET
from archgen.importers.charts.library import LIBRARY, definitions_of_library
from archgen.importers.charts.packages import files_of_package, is_package
from archgen.importers.charts.rendering import OF_FILES, TemplateRenderer
from archgen.importers.charts.syntax import NotUnderstood, ParsedTemplate, TemplateNode, parse_template
from archgen.importers.charts.values import over, plain, set_value, value_at
from archgen.importers.charts.work import LimitReached, TemplateWork
from archgen.importers.facts import Configuration
from archgen.importers.nodes import SourceNode
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable
from archgen.language.yaml.tree import Map

_DEEPEST = 4
_MOST_CHARTS = 40
_MOST_PACKAGES = 20
_MOST_FILES = 20
_LARGEST_FILE = 64 * 1024
_NAMES = ("Chart.yaml", "values.yaml")
_KIND = re.compile(r"^kind:[ \t]*[\"']?(\w+)", re.MULTILINE)
_SILENT = frozenset(
    ("CustomResourceDefinition", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "ServiceAccount", "PrometheusRule")
)  # fmt: skip
OMITTED = "a template that isn't understood here: "
"""What the reason begins with for which a template is omitted."""

_SEPARATOR = re.compile(r"^---[ \t]*(?=[^\s#-])", re.MULTILINE)
"""A sign between documents with the next one on its line, as `---` and then an action that cuts the blanks before it leave it."""


class ChartResult(Struct):
    """What a chart makes: manifests, with the lines of their templates; and what isn't rendered, each with the reason.

    Of `absent` charts no more is known than what charts of the same product have in common; those in the directories `inner` are
    parts of it. `stand_ins` are those of the manifests that stand for absent charts. Of the omitted templates those are `unfinished`
    that take more than a template may.
    """

    manifests: list[Configuration]
    omitted: list[tuple[str, str]]
    absent: list[AbsentChart] = field(default_factory=list)
    inner: set[str] = field(default_factory=set)
    stand_ins: list[Configuration] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)


class _Chart(Struct):
    directory: str
    about: dict[str, Any]
    values: dict[str, Any]


def render_chart(
    directory: str,
    files: Mapping[str, Callable[[], bytes]],
    installations: Sequence[Installation] = (),
    work: TemplateWork | None = None,
) -> ChartResult:
    """Return what the chart in a directory makes of the files, as it is installed, else with its own values; all in so much work."""
    result = ChartResult([], [])
    charts = _Charts(files, result, work or TemplateWork())
    for each in installations or [Installation(directory, "")]:
        charts.render(each)
    result.manifests[:] = _joined([*result.manifests, *result.stand_ins])
    result.omitted[:] = dict.fromkeys(result.omitted)
    return result


class _Charts:
    def __init__(self, files: Mapping[str, Callable[[], bytes]], result: ChartResult, work: TemplateWork) -> None:
        self._files = dict(files)
        self._result = result
        self._work = work
        self._count = 0
        self._unpacked: set[str] = set()
        self._absent: list[AbsentChart] = []

    def render(self, installation: Installation) -> None:
        """Render a chart and those in it that are turned on."""
        chart = self._chart(installation.chart)
        if chart is None:
            return
        for path in installation.files:
            chart.values = over(chart.values, self._mapping(path))
        chart.values = over(chart.values, installation.values)
        for way in installation.addresses:
            # a value of the chart's own may be as good as what is put in
            if value_at(chart.values, way) in (None, ""):
                set_value(chart.values, way, TO_BE_SET)
        named = str(chart.about.get("name") or posixpath.basename(installation.chart))
        titles = [str(each.get("alias") or each["name"]) for each in self._required(chart)]
        release = installation.release or release_in_values(chart.values, titles) or named
        self._absent = []
        charts = [*self._with_inner(chart, release, 0)]
        self._result.inner.update(each.directory for each in charts[1:])
        absent = self._absent
        definitions: dict[str, list[TemplateNode]] = (
            {**definitions_of_library()} if any(each.chart == LIBRARY for each in absent) else {}
        )
        templates: dict[str, ParsedTemplate] = {}
        for each in charts:
            for path in self._below(each.directory):
                try:
                    templates[path] = parse_template(self._text(path))
                except NotUnderstood as problem:
                    self._omit(path, problem)
                    continue
                definitions[path] = templates[path].nodes
                for name, body in templates[path].definitions.items():
                    definitions.setdefault(name, body)
        renderer = TemplateRenderer(definitions, functools.partial(text_of_definition, charts=absent), self._work)
        waiting: list[tuple[str, dict[str, Any]]] = []
        for each in charts:
            about = {key[:1].upper() + key[1:]: value for key, value in each.about.items()}
            about |= {"Name": about.get("Name") or release, "Version": about.get("Version") or "0.1.0"}
            root = {
                "Values": each.values,
                "Chart": about,
                "Release": {"Name": release, "Namespace": "", "Service": "Helm", "IsInstall": True, "IsUpgrade": False,
                            "Revision": 1},
                "Capabilities": CAPABILITIES,
                "Files": functools.partial(self._files_of, each.directory),
            }  # fmt: skip
            for path in self._below(each.directory):
                if path in templates and path.endswith((".yaml", ".yml")):
                    template = {
                        "Name": path,
                        "BasePath": posixpath.normpath(posixpath.join(each.directory, "templates")),
                    }
                    waiting.append((path, {**root, "Template": template}))
        made = {}
        # where not all can be made, it is what runs and what leads to it that is
        for place, (path, root) in sorted(enumerate(waiting), key=lambda each: (self._rank(each[1][0]), each[0])):
            made[place] = self._made(path, templates[path], root, renderer)
        self._result.manifests += [each for _, each in sorted(made.items()) if each is not None]
        texts = [each.data.decode("utf-8", "replace") for each in made.values() if each is not None]
        absent = [self._told(each, texts) for each in absent]
        self._result.stand_ins += stand_ins_of(absent)
        self._result.absent += absent

    def _told(self, absent: AbsentChart, texts: list[str]) -> AbsentChart:
        """Return an absent chart, with a note of one of no known product, of which nothing is read but who calls it."""
        if absent.is_known or absent.chart == LIBRARY:
            # the definitions of the library are known, and it makes nothing by itself
            return absent
        is_called = has_address_of(absent.full_name, texts)
        if not is_called:
            place = f"{absent.path}: {absent.title[:100]}"
            self._result.omitted.append((place, "a chart that isn't in the repository"))
        return replace(absent, is_called=is_called)

    def _made(
        self, path: str, template: ParsedTemplate, root: dict[str, Any], renderer: TemplateRenderer
    ) -> Configuration | None:
        """Return what a template makes; None for nothing, and where it isn't understood."""
        try:
            text, lines = _with_separators(*renderer.render(template.nodes, root))
            self._work.spend(len(text))
            documents = read_documents(text.encode())
        except NotUnderstood as problem:
            self._omit(path, problem)
            return None
        except Unreadable:
            self._omit(path, "what is made of it is no YAML")
            return None
        is_manifest = any(isinstance(each, Map) for each in documents)
        return Configuration(path, text.encode(), tuple(lines)) if is_manifest else None

    def _rank(self, path: str) -> int:
        """Return 0 for a template of what runs or leads to it, 1 for settings alone, 2 for what tells nothing of a system."""
        kinds = {*_KIND.findall(self._text(path))}
        return 0 if not kinds else 1 if kinds == {"ConfigMap"} else 2 if kinds <= _SILENT else 0

    def _omit(self, path: str, problem: object) -> None:
        self._result.omitted.append((path, f"{OMITTED}{problem}"))
        if isinstance(problem, LimitReached):
            self._result.unfinished.append(path)

    def _with_inner(self, chart: _Chart, release: str, depth: int) -> Iterator[_Chart]:
        """Yield a chart and those in its directory that its values turn on, with what it says to them.

        One that is required under several names is a chart under each of them.
        """
        yield chart
        self._count += 1
        needed = self._required(chart)
        self._unpack(chart.directory)
        inner = {posixpath.basename(each): each for each in self._inner(chart.directory)}
        for entry in needed:
            repository = str(entry.get("repository") or "")
            if repository.startswith("file://"):
                place = posixpath.normpath(posixpath.join(chart.directory, repository.removeprefix("file://")))
                # a copy of it may lie in the chart alone
                if posixpath.join(place, "Chart.yaml") in self._files or str(entry["name"]) not in inner:
                    inner[str(entry["name"])] = place
        named = {str(entry["name"]) for entry in needed}
        for entry in (*({"name": name} for name in inner if name not in named), *needed):
            name = str(entry["name"])
            title = str(entry.get("alias") or name)
            if depth >= _DEEPEST or self._count >= _MOST_CHARTS or not _is_on(entry, chart.values):
                continue
            other = self._chart(inner[name]) if name in inner else None
            own = chart.values.get(title)
            own = own if isinstance(own, dict) else {}
            if other is None:
                self._note_absent(chart, AbsentChart("", 1, name, title, release, own))
                continue
            other.values = over(other.values, own)
            if "alias" in entry:
                other.about["name"] = title
            shared = chart.values.get("global")
            other.values["global"] = over(other.values.get("global") or {}, shared if isinstance(shared, dict) else {})
            yield from self._with_inner(other, release, depth + 1)

    def _required(self, chart: _Chart) -> list[dict[str, Any]]:
        """Return the charts that a chart requires; those of the first version of Helm stand in a file of their own."""
        own = chart.about.get("dependencies")
        if own is None:
            place = posixpath.normpath(posixpath.join(chart.directory, "requirements.yaml"))
            own = self._mapping(place).get("dependencies")
        listed = own if isinstance(own, list) else []
        return [each for each in listed if isinstance(each, dict) and each.get("name")]

    def _note_absent(self, chart: _Chart, absent: AbsentChart) -> None:
        """Note a chart that isn't in the files, with its place."""
        place = posixpath.normpath(posixpath.join(chart.directory, "Chart.yaml"))
        needed = self._tree(place).get("dependencies").list()
        line = next((each.line for each in needed if each.text_at("name") == absent.chart), 1)
        self._absent.append(replace(absent, path=place, line=line))

    def _chart(self, directory: str) -> _Chart | None:
        about, values = (posixpath.normpath(posixpath.join(directory, name)) for name in _NAMES)
        if about not in self._files:
            return None
        return _Chart(directory, self._mapping(about), self._mapping(values))

    def _inner(self, directory: str) -> list[str]:
        place = posixpath.normpath(posixpath.join(directory, "charts"))
        names = [posixpath.dirname(path) for path in self._files if posixpath.basename(path) == "Chart.yaml"]
        packed = (each for each in names if is_package(posixpath.dirname(each)))
        own = [each for each in packed if posixpath.dirname(posixpath.dirname(each)) == place]
        # a directory counts more than a package of the same name
        return [*sorted(own), *sorted(each for each in names if posixpath.dirname(each) == place)]

    def _unpack(self, directory: str) -> None:
        """Add the files of the charts that are packed in a chart, as if each package were a directory."""
        place = posixpath.normpath(posixpath.join(directory, "charts"))
        packages = {path for path in self._files if is_package(path) and posixpath.dirname(path) == place}
        for path in sorted(packages - self._unpacked)[: _MOST_PACKAGES - len(self._unpacked)]:
            self._unpacked.add(path)
            for name, data in files_of_package(self._files[path]()).items():
                self._files.setdefault(posixpath.join(path, name), functools.partial(bytes, data))

    def _below(self, directory: str) -> list[str]:
        """Return the templates of a chart."""
        place = posixpath.normpath(posixpath.join(directory, "templates"))
        ends = (".yaml", ".yml", ".tpl")
        tests = f"{place}/tests/"
        return [path for path in sorted(self._files)
                if path.startswith(f"{place}/") and path.endswith(ends) and not path.startswith(tests)]  # fmt: skip

    def _files_of(self, directory: str, pattern: str) -> dict[str, str]:
        """Return the files of a chart that a pattern names, but for its templates and charts; raise NotUnderstood for large ones."""
        place = posixpath.normpath(posixpath.join(directory, pattern))
        found = (
            [place]
            if place in self._files
            else [path for path in self._files if "*" in place and fnmatchcase(path, place)]
        )
        made = {posixpath.relpath(path, directory): self._files[path]() for path in found[:_MOST_FILES]}
        if len(found) > _MOST_FILES or any(len(data) > _LARGEST_FILE for data in made.values()):
            raise NotUnderstood(OF_FILES)
        return {path: data.decode("utf-8", "replace").replace("\r\n", "\n") for path, data in made.items()}

    def _text(self, path: str) -> str:
        return self._files[path]().decode("utf-8", "replace").replace("\r\n", "\n")

    def _mapping(self, path: str) -> dict[str, Any]:
        """Return the mapping in a file; none where it isn't there or can't be read."""
        value = plain(self._tree(path).value)
        return value if isinstance(value, dict) else {}

    def _tree(self, path: str) -> SourceNode:
        try:
            roots = read_documents(self._files[path]()) if path in self._files else []
        except Unreadable:
            roots = []
        return SourceNode(roots[0] if roots else None, path)


def _joined(manifests: Iterable[Configuration]) -> Iterable[Configuration]:
    """Return manifests with those together that one template makes for a chart under several names."""
    joined: dict[str, Configuration] = {}
    for each in manifests:
        first = joined.get(each.path)
        if first is None:
            joined[each.path] = each
        else:
            data = b"\n---\n".join((first.data, each.data))
            joined[each.path] = Configuration(each.path, data, (*first.lines, each.lines[0], *each.lines))
    return joined.values()


def _with_separators(text: str, lines: list[int]) -> tuple[str, list[int]]:
    """Return a text whose documents begin on a line of their own: Helm parts them at `---` whatever follows on that line."""
    if _SEPARATOR.search(text) is None:
        return text, lines
    made = [*zip(text.split("\n"), lines, strict=True)]
    parted = [(part, line) for whole, line in made for part in _SEPARATOR.sub("---\n", whole).split("\n")]
    return "\n".join(part for part, _ in parted), [line for _, line in parted]


def _is_on(entry: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Return False for a required chart whose condition is false in the values, or all of its tags are."""
    for condition in str(entry.get("condition") or "").split(","):
        value: Any = values
        for key in condition.strip().split(".") if condition.strip() else ():
            value = value.get(key) if isinstance(value, dict) else None
        if condition.strip() and isinstance(value, bool):
            return value
    tags, chosen = entry.get("tags"), values.get("tags")
    states = [chosen.get(str(tag)) for tag in tags] if isinstance(tags, list) and isinstance(chosen, dict) else []
    return False not in states or True in states
