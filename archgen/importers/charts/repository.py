"""Helm charts of a repository: where they lie, and what is read of them where nothing else describes the system."""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct, field

from archgen.importers.charts.chart import render_chart
from archgen.importers.charts.rendering import OF_FILES
from archgen.importers.facts import Configuration
from archgen.importers.products import image_name, is_product
from archgen.importers.stages import PRODUCTION, TRIAL, stage_of
from archgen.model.wording import listed

_RUNS = re.compile(rb"^kind:[ \t]*[\"']?(Deployment|StatefulSet|DaemonSet|Rollout)\b", re.MULTILINE)
_NEEDED = re.compile(
    rb"^kind:[ \t]*[\"']?(Deployment|StatefulSet|DaemonSet|Rollout|Service|Ingress|HTTPRoute|ConfigMap)\b", re.MULTILINE
)
_VALUES = re.compile(r"values[-_.](.+)\.ya?ml")


class RenderedCharts(Struct):
    """The manifests that charts make, the chart of each by its path, what isn't rendered with the reason, and words on each chart.

    They are whole if all is understood that tells what runs, and what it calls.
    """

    manifests: dict[str, Configuration] = field(default_factory=dict)
    charts: dict[str, str] = field(default_factory=dict)
    omitted: list[tuple[str, str]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    is_whole: bool = True

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
    directory: str, charts: Sequence[str], paths: Sequence[str], data: Callable[[str], bytes]
) -> RenderedCharts:
    """Return what the charts in a directory that run something make with their values, and with those for production over them."""
    result = RenderedCharts()
    files = {path: functools.partial(data, path) for path in paths}
    values = {chart: _values_of(chart, paths) for chart in charts}
    made = {
        chart: render_chart(chart, files, tuple(values[chart]))
        for chart in charts
        if stage_of(posixpath.relpath(chart, directory)) != TRIAL
    }
    # what another chart requires is a part of that
    inner = {each for rendered in made.values() for each in rendered.inner}
    for chart, rendered in made.items():
        if chart in inner or not any(_RUNS.search(each.data) and b"image:" in each.data for each in rendered.manifests):
            continue
        result.manifests |= {each.path: each for each in rendered.manifests}
        result.charts |= {each.path: chart for each in rendered.manifests}
        result.omitted += rendered.omitted
        unread = (path for path, reason in rendered.omitted if path in files and not reason.endswith(OF_FILES))
        result.is_whole &= not any(path.endswith(".tpl") or _NEEDED.search(data(path)) for path in unread)
        named = " and ".join(["values.yaml", *(posixpath.basename(each) for each in values[chart])])
        titles = [each.title for each in rendered.absent if each.is_known]
        absent = (
            f"; {listed(titles)}, which {'are charts' if titles[1:] else 'is a chart'} outside the repository, by name and values alone"
            if titles
            else ""
        )
        result.reasons.append(
            f"{chart} as assumed: a Helm chart, filled in with {named} as far as its templates are understood{absent}; "
            f"`helm template {chart}` renders all of it"
        )
    return result


def _values_of(chart: str, paths: Sequence[str]) -> list[str]:
    """Return the file of values for production beside those of a chart."""
    around = posixpath.join(chart, "") if chart != "." else ""
    return [path for path in paths if path.startswith(around) and _is_for_production(path[len(around) :])][:1]


def _is_for_production(name: str) -> bool:
    match = _VALUES.fullmatch(name)
    return match is not None and stage_of(match[1]) == PRODUCTION
