"""Helm charts of a repository: where they lie, and what is read of them where nothing else describes the system."""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from archgen.importers.charts.absent import AbsentChart, stand_ins_of
from archgen.importers.charts.chart import ChartResult, render_chart
from archgen.importers.charts.chart_places import DOCUMENTS, Installation
from archgen.importers.charts.installations import chosen_installations, installations_in
from archgen.importers.charts.rendering import OF_FILES
from archgen.importers.facts import Configuration
from archgen.importers.products import image_name, is_product
from archgen.importers.stages import PRODUCTION, TRIAL, stage_of
from archgen.model.wording import first_few, listed

_RUNS = re.compile(rb"^kind:[ \t]*[\"']?(Deployment|StatefulSet|DaemonSet|Rollout)\b", re.MULTILINE)
_NEEDED = re.compile(
    rb"^kind:[ \t]*[\"']?(Deployment|StatefulSet|DaemonSet|Rollout|Service|Ingress|HTTPRoute|ConfigMap)\b", re.MULTILINE
)
_HELPING = re.compile(rb"^kind:[ \t]*[\"']?(Secret|CronJob)\b", re.MULTILINE)
_OF_KIND = re.compile(rb"^kind:[ \t]*\w", re.MULTILINE)
_MOST_NAMED = 3
_VALUES = re.compile(r"(?:values[-_.]([^/]+)|([^/]+)[-_.]values)\.ya?ml")


class RenderedCharts(Struct):
    """The manifests that charts make, the chart of each by its path, what isn't rendered with the reason, and words on each chart.

    They are whole if all is understood that tells what runs, and what it calls. Those at the paths `doubted` are of charts that aren't
    understood as a whole, or that stand for charts outside the files. `lost` are the templates of each chart that the model may need
    and that aren't filled in; those are `unfinished` that take more work than the templates of a chart may. `parts` are the charts
    that are read as parts of others, and `filled_in` the files of values that count beside those of the charts themselves.
    """

    manifests: dict[str, Configuration] = field(default_factory=dict)
    charts: dict[str, str] = field(default_factory=dict)
    omitted: list[tuple[str, str]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    is_whole: bool = True
    doubted: set[str] = field(default_factory=set)
    lost: dict[str, list[str]] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)
    filled_in: set[str] = field(default_factory=set)

    def add(self, other: RenderedCharts) -> None:
        """Add what other charts make."""
        self.manifests |= other.manifests
        self.charts |= other.charts
        self.omitted += other.omitted
        self.reasons += other.reasons
        self.is_whole &= other.is_whole
        self.doubted |= other.doubted
        self.lost |= other.lost
        self.unfinished += other.unfinished
        self.parts |= other.parts
        self.filled_in |= other.filled_in

    def add_outside(self, charts: Iterable[AbsentChart]) -> None:
        """Add releases of charts outside the repository, of which no more is known than of any of their product."""
        for each in stand_ins_of(charts):
            self.manifests[each.path] = each
            self.doubted.add(each.path)

    def replaces(self, images: Iterable[str]) -> bool:
        """Return True if all is understood that tells what runs, and products of images, such as stores, stand in it too."""
        text = b"\n".join(each.data for each in self.manifests.values()).lower()
        products = (image_name(each).rpartition("/")[2] for each in images if is_product(each))
        return self.is_whole and all(product.lower().encode() in text for product in products)


def all_charts(paths: Iterable[str]) -> list[str]:
    """Return the directories of Helm charts among files."""
    named = (path for path in paths if path.endswith("Chart.yaml"))
    return sorted(posixpath.dirname(path) for path in named if posixpath.basename(path) == "Chart.yaml")


def charts_in(paths: Iterable[str]) -> list[str]:
    """Return the Helm charts among files, without those that lie in another one."""
    charts = all_charts(paths)
    places = [posixpath.join(outer, "charts", "") for outer in charts]
    return [chart or "." for chart in charts if not chart.startswith((*places,))]


def render_charts(
    directory: str,
    charts: Sequence[str],
    paths: Sequence[str],
    data: Callable[[str], bytes],
    installed: Callable[[], Sequence[Installation]] = lambda: (),
    values: Sequence[str] = (),
) -> RenderedCharts:
    """Return what the charts in a directory that run something make as they are installed, or with files of values that a user names.

    Where nothing tells how, the values for production count over their own. `installed` are the installations by commands.
    """
    result = RenderedCharts()
    files = {path: functools.partial(data, path) for path in paths}
    charts = [chart for chart in charts if stage_of(posixpath.relpath(chart, directory)) != TRIAL]
    named = {chart: [Installation(chart, "", tuple(values))] for chart in charts if values}
    installations = named or _installations(charts, paths, data, installed)
    made = {chart: render_chart(chart, files, installations[chart]) for chart in charts}
    # what another chart requires is a part of that
    inner = {each for rendered in made.values() for each in rendered.inner}
    for chart, rendered in made.items():
        if chart in inner or not any(_RUNS.search(each.data) and b"image:" in each.data for each in rendered.manifests):
            continue
        result.manifests |= {each.path: each for each in rendered.manifests}
        result.charts |= {each.path: chart for each in rendered.manifests}
        result.omitted += rendered.omitted
        unread = [path for path, reason in rendered.omitted if path in files and not reason.endswith(OF_FILES)]
        result.is_whole &= not any(path.endswith(".tpl") or _NEEDED.search(data(path)) for path in unread)
        lost = [path for path in unread if _may_be_needed(path, data(path))]
        is_doubted = bool(lost) or any(path.endswith(".tpl") for path in unread)
        result.doubted.update(each.path for each in (rendered.manifests if is_doubted else rendered.stand_ins))
        result.reasons.append(_words_on(chart, rendered, installations[chart], is_whole=not is_doubted))
        if lost:
            result.lost[chart] = lost
        result.unfinished += rendered.unfinished
        result.parts |= rendered.inner
        result.filled_in.update(path for each in installations[chart] for path in each.files)
    return result


def _may_be_needed(path: str, data: bytes) -> bool:
    """Return True for a template without which a model may lack something: one of what runs, is called or sets it up, or of no kind."""
    is_of_no_kind = _OF_KIND.search(data) is None
    return not path.endswith(".tpl") and bool(is_of_no_kind or _NEEDED.search(data) or _HELPING.search(data))


def _installations(
    charts: Sequence[str],
    paths: Sequence[str],
    data: Callable[[str], bytes],
    installed: Callable[[], Sequence[Installation]],
) -> dict[str, list[Installation]]:
    """Return how each chart is installed: as files say, else as commands do, else with its values for production."""
    told = [*installations_in(charts, paths, data)]
    found = {chart: chosen_installations(chart, told) for chart in charts}
    commands = installed() if not all(found.values()) else ()
    for chart in charts:
        by_command = chosen_installations(chart, commands) if not found[chart] else []
        # of commands that install the same under several names, each is an example
        filled = [each for each in by_command if each.files] or by_command
        distinct = {(each.files, each.source != DOCUMENTS and repr(each.values)): each for each in reversed(filled)}
        # a command of a document, or for any stage, leaves out the values for production
        usual = Installation(chart, "", tuple(_values_of(chart, charts, paths)))
        found[chart] += [replace(each, files=each.files or usual.files) for each in reversed(distinct.values())]
        found[chart] = found[chart] or [usual]
    return found


def _words_on(chart: str, rendered: ChartResult, installations: Sequence[Installation], *, is_whole: bool) -> str:
    """Return a line on a chart: what it is filled in with, and what isn't known of it."""
    files = (path for each in installations for path in each.files)
    names = dict.fromkeys(["values.yaml", *map(posixpath.basename, files)])
    named = listed(first_few([*names], _MOST_NAMED))
    by = dict.fromkeys(each.source for each in installations if each.source)
    titles = [each.title for each in rendered.absent if each.is_known or each.is_called]
    words = f"filled in with {named}"
    if by:
        is_one = len(by) == 1 and DOCUMENTS not in by
        words += f" as {listed(first_few([*by], _MOST_NAMED))} {'installs' if is_one else 'install'} it"
    if not is_whole:
        words += " as far as its templates are understood"
    if titles:
        are = "are charts" if titles[1:] else "is a chart"
        words += f"; {listed(titles)}, which {are} outside the repository, by name and values alone"
    assumed = "" if is_whole else " as assumed"
    return f"{chart}{assumed}: a Helm chart, {words}; `helm template {chart}` renders all of it"


def _values_of(chart: str, charts: Sequence[str], paths: Sequence[str]) -> list[str]:
    """Return the file of values for production of a chart: in it, else beside it, where no other chart may be meant."""
    around = posixpath.join(chart, "") if chart != "." else ""
    inner = [path for path in paths if path.startswith(around) and _is_for_production(path[len(around) :])]
    if inner or chart == ".":
        return inner[:1]
    place = posixpath.dirname(chart)
    beside = [
        path for path in paths if posixpath.dirname(path) == place and _is_for_production(posixpath.basename(path))
    ]
    others = [each for each in charts if posixpath.dirname(each) == place]
    return beside if len(beside) == 1 and len(others) == 1 else []


def _is_for_production(name: str) -> bool:
    match = _VALUES.fullmatch(name)
    return match is not None and stage_of(match[1] or match[2]) == PRODUCTION
