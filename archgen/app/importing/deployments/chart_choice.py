"""Helm charts beside compose files or manifests of the same system: which of them visitors use, and why."""

from __future__ import annotations

import itertools
import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from archgen.app.importing.applied_paths import ScriptVariables, command_lines, is_for_trial_cluster
from archgen.app.importing.candidates import MOST
from archgen.app.importing.deploy_commands import command_files, is_pipeline
from archgen.app.importing.deployments.chart_installations import INSTALLS, charts_as_installed, words_of_installation
from archgen.app.importing.deployments.cluster_evidence import (
    count_workloads,
    evidence_of_cluster,
    names_of_objects,
    paths_of_controllers,
    sketch_cluster,
)
from archgen.app.importing.deployments.evidence import Evidence, has_strong, strongest, weigh
from archgen.app.importing.deployments.image_updates import image_updates
from archgen.app.importing.deployments.manifest_files import manifest_directories
from archgen.app.importing.deployments.own_charts import evidence_of_tools, find_own_charts, runs_others
from archgen.app.importing.deployments.production_choice import command_for, evidence_of_project
from archgen.app.importing.deployments.programs import names_in_values, programs_of, share_in_chart, telling_words
from archgen.app.importing.directories import FoundFiles, entries_of
from archgen.app.importing.needed_directories import images_in
from archgen.app.importing.overlays import applied_by
from archgen.app.importing.project_choice import ProjectChoice
from archgen.app.importing.stated_use import (
    OF_COMPOSE,
    CommandPattern,
    stated_uses,
    usage_texts,
    uses_of_directory,
    uses_of_tool,
)
from archgen.importers.charts.repository import RenderedCharts, charts_in
from archgen.importers.compose.own_programs import is_own_program
from archgen.importers.kubernetes.deployed import is_below_applied
from archgen.importers.products import image_name
from archgen.importers.stages import PRODUCTION, STAGING, TRIAL, stage_of
from archgen.model.wording import first_few, listed

_MOST_NAMED = 3
_HALF = 0.5
_SOME = 1 / 3
"""The share of the programs of compose files that a chart runs by the same names, at least, which a pipeline brings to visitors."""

_OF_HELM = re.compile(r"\bhelm\b(?![/-])", re.IGNORECASE)
_INSTALLATION = CommandPattern(INSTALLS, ("helm",))
_PUBLISHES = re.compile(r"\bhelm[ ]+(?:cm-)?push\b|chart-releaser-action|\bcr[ ]+upload\b|helm-gh-pages")
"""Commands and actions that bring charts to where others install them from."""

_STATEMENTS = re.compile(r";|&&|\|")
_FROM = re.compile(r"^(\.\./|/|\$\{?\w+\}?/)+")
_VARIABLE = re.compile(r"\$\{?\w+\}?")


class ChartChoice(Struct, frozen=True):
    """A chart that is read instead of manifests, what it makes, the directories of the manifests, and why.

    It is `asked` whether visitors use it where nothing shows it but that the manifests are for development.
    """

    chart: str
    rendered: RenderedCharts
    manifests: list[str]
    reason: str
    is_asked: bool = False


def installed_charts(lines: Iterable[str]) -> Iterator[str]:
    """Yield the charts that the commands in lines install, each by its path from wherever."""
    lines = [*lines]
    is_likely = any("helm" in line for line in lines)
    variables = ScriptVariables("\n".join(lines)) if is_likely else None
    for statement in itertools.chain.from_iterable(map(_STATEMENTS.split, lines)):
        match = INSTALLS.search(statement)
        if match is None or variables is None or "--dry-run" in statement:
            continue
        words, _ = words_of_installation(statement)
        # a release has a name before its chart, unless Helm makes one
        for word in words[1:2] or words[:1]:
            yield from (posixpath.normpath(each.path) for each in variables.filled_in(word) if "://" not in each.path)


def _is_installed(chart: str, directory: str, lines: Iterable[str], *, is_only: bool = False) -> bool:
    """Return True if lines of commands install a chart; the only one of a directory may stand in a variable of another file."""
    place = os.path.relpath(chart, directory).replace(os.sep, "/")
    for word in installed_charts(lines):
        bare = _FROM.sub("", word)
        if bare == place or ("/" in bare and (place.endswith(f"/{bare}") or bare.endswith(f"/{place}"))):
            return True
        if is_only and _VARIABLE.fullmatch(word):
            return True
    return False


def _scripts_that_install(chart: str, directory: str, paths: Sequence[str], found: FoundFiles) -> Iterator[str]:
    """Yield the scripts and workflows that install a chart in a cluster of visitors."""
    is_only = len(charts_in(paths)) == 1
    for path, text in command_files(directory, paths, found):
        is_likely = INSTALLS.search(text) is not None and not is_for_trial_cluster(path, text)
        if is_likely and _is_installed(chart, directory, command_lines(text), is_only=is_only):
            yield os.path.relpath(path, directory)


def _texts_that_install(chart: str, directory: str, texts: Iterable[str]) -> list[str]:
    """Return the documents with a command that installs a chart."""
    return [text for text in texts if _is_installed(chart, directory, command_lines(text))]


def evidence_of_chart(
    chart: str,
    directory: str,
    texts: Sequence[str],
    paths: Sequence[str],
    found: FoundFiles,
    applied: Iterable[str] = (),
) -> Iterator[Evidence]:
    """Yield what speaks for a chart as what visitors use, and against it."""
    place = os.path.relpath(chart, directory)
    if stage_of(place) == PRODUCTION:
        yield Evidence(2, f"{chart} is named for production")
    if applied and is_below_applied(os.path.abspath(chart), {*applied}):
        yield Evidence(3, f"a controller applies {chart}", is_deed=True)
    scripts = [*_scripts_that_install(chart, directory, paths, found)]
    by = next(filter(is_pipeline, scripts), "")
    inner = os.path.join(chart, "") if chart != "." else ""
    written = next(
        ((script, path) for script, path in image_updates(directory, paths, found) if path.startswith(inner)), None
    )
    if by:
        yield Evidence(3, f"{by} installs {chart}", is_deed=True)
    elif written is not None:
        script = os.path.relpath(written[0], directory)
        yield Evidence(3, f"{script} writes the images that it builds into {written[1]}", is_deed=True)
    elif scripts:
        yield Evidence(2, f"{scripts[0]} installs {chart}")
    elif publishing := _publisher_of(chart, directory, paths, found):
        yield Evidence(1, f"{publishing} publishes {chart}")
    installing = _texts_that_install(chart, directory, texts)
    above = [*texts, *_texts_above(chart, directory, found)]
    uses = {*uses_of_directory(texts, os.path.basename(place)), *uses_of_tool(above, _OF_HELM, OF_COMPOSE)} - {0}
    stated = max(stated_uses(installing, _INSTALLATION), default=0) or (uses.pop() if len(uses) == 1 else 0)
    if stated < 0:
        yield Evidence(-2, f"the documents name {chart} for development")
    elif stated > 0:
        yield Evidence(2, f"the documents name {chart} for production", is_stated=True)
    elif installing:
        yield Evidence(1, f"the documents say how to install {chart}")


def _publisher_of(chart: str, directory: str, paths: Sequence[str], found: FoundFiles) -> str:
    """Return the script or workflow that publishes a chart, which it names unless there is no other; the empty text for none."""
    is_only = len(charts_in(paths)) == 1
    for path, text in command_files(directory, paths, found):
        if _PUBLISHES.search(text) is not None and (is_only or os.path.relpath(chart, directory) in text):
            return os.path.relpath(path, directory)
    return ""


def _texts_above(chart: str, directory: str, found: FoundFiles) -> Iterator[str]:
    """Yield the documents in the directories between a chart and the whole, which may tell of the ways to deploy side by side."""
    place = os.path.dirname(chart)
    while place and os.path.relpath(place, directory) not in (".", "") and not place.startswith(".."):
        yield from usage_texts(entries_of(place)[0], place, found)
        place = os.path.dirname(place)


def prefer_chart(
    directory: str,
    manifests: Mapping[str, bytes],
    names: Sequence[str],
    paths: Sequence[str],
    found: FoundFiles,
) -> ChartChoice | list[str]:
    """Return the chart to read instead of manifests that run the same programs, else the charts that visitors may use instead.

    What a pipeline or a controller does decides; else that the manifests are for trials, and something installs the chart, or that
    documents name the chart for production and nothing the manifests.
    """
    charts = [each for each in charts_in(paths) if stage_of(os.path.relpath(each, directory)) < STAGING]
    if not charts:
        return []
    sketch = sketch_cluster(directory, manifests, found)
    if not sketch.images:
        return []
    texts = usage_texts(names, directory, found)
    places = manifest_directories(directory, [*manifests]) or sorted(
        {os.path.dirname(path) or "." for path in manifests}
    )
    cluster = [*evidence_of_cluster(sketch, directory, paths, texts, found, places)]
    if any(each.is_deed for each in cluster):
        return []
    tools = evidence_of_tools(directory, manifests, paths) if not has_strong(cluster, 1) else None
    cluster += [tools] if tools is not None else []
    applied = {path for data in manifests.values() for path in applied_by(data)}
    for chart in charts:
        evidence = [*evidence_of_chart(chart, directory, texts, paths, found, applied)]
        is_proven = any(each.is_deed for each in evidence)
        is_shown = is_proven or weigh(evidence) > 0
        is_trial = has_strong(cluster, -1) and (is_shown or tools is not None)
        is_named = any(each.is_stated for each in evidence) and not has_strong(cluster, 1)
        if not (is_proven or is_trial or is_named) or has_strong(evidence, -1):
            continue
        rendered = charts_as_installed(directory, [chart], paths, found)
        # where it is stated that the chart is for visitors, others of its programs may have another name in manifests
        least = _HALF if is_named else MOST
        if _covers(rendered, ([image] for image in sketch.images), least):
            against = strongest(cluster, -1) if is_trial else []
            why = ", ".join(strongest(evidence, 1)) or "a Helm chart that runs the programs of the manifests"
            of_others = (
                f"; of the manifests in {listed(first_few(places, _MOST_NAMED))}: {', '.join(against)}"
                if against
                else ""
            )
            if not is_shown:
                running = (path for path, data in manifests.items() if count_workloads(data))
                places = sorted({os.path.dirname(path) or "." for path in running})
            places = [each for each in places if stage_of(os.path.relpath(each, directory)) < TRIAL] or places
            return ChartChoice(chart, rendered, places, why + of_others, not (is_proven or (is_trial and is_shown)))
    return [each for each in charts if _names_all(each, sketch.images, found)]


def _names_all(chart: str, images: Iterable[str], found: FoundFiles) -> bool:
    """Return True for a chart with values of nearly all images, as far as their names show."""
    words = [telling_words(name) for name in names_in_values(chart, found)]
    sought = [telling_words(posixpath.basename(image)) for image in images]
    return sum(any(own <= other for other in words) for own in sought) >= MOST * len(sought) > 0


def _covers(rendered: RenderedCharts, programs: Iterable[Iterable[str]], least: float = MOST) -> bool:
    """Return True if charts run nearly all programs, each by one of its names, or a lesser share."""
    files = [each.data for each in rendered.manifests.values()]
    images = {image for data in files for image in images_in(data) if is_own_program("", image, "")}
    names = {name for data in files for name in names_of_objects(data)} if images else set[str]()
    words = [telling_words(each) for each in {*names, *(posixpath.basename(image_name(image)) for image in images)}]
    sought = [[telling_words(posixpath.basename(name)) for name in each] for each in programs]
    shared = sum(any(own <= other for own in each for other in words) for each in sought)
    return shared >= least * len(sought) > 0


class ChartBeside(Struct, frozen=True):
    """Charts that run the programs of compose files, and what shows that these aren't what visitors use.

    It is proven if a pipeline or a controller installs the charts, and nothing the compose files. Of programs that have other names
    there, or that only those need who work on the system, it is asked all the same: `least` is the share that charts run.
    """

    charts: list[str]
    reason: str
    is_proven: bool
    choice: ProjectChoice
    least: float = MOST

    @property
    def is_asked(self) -> bool:
        """Return True where the charts may be of another system."""
        return self.least < MOST

    def is_replaced_by(self, rendered: RenderedCharts) -> bool:
        """Return True if what is understood of charts stands for the compose files: of one that is proven nearly all programs."""
        services = [each for project in self.choice.candidates for each in project.services.values()]
        if rendered.replaces(each.image for each in services):
            return True
        programs = ([name for name, _ in each] for each in programs_of(self.choice))
        return self.is_proven and _covers(rendered, programs, self.least)


def chart_beside_compose(
    directory: str,
    choice: ProjectChoice,
    charts: Sequence[str],
    names: Sequence[str],
    paths: Sequence[str],
    found: FoundFiles,
) -> ChartBeside | None:
    """Return the charts that run the programs of compose files for development; None for any others."""
    shares = {each: share_in_chart(choice, each, directory, paths, found) for each in charts}
    if max(shares.values(), default=0.0) < _SOME:
        return None
    texts = usage_texts(names, directory, found)
    compose = [
        each for project in choice.candidates for each in evidence_of_project(directory, project, texts, paths, found)
    ]
    applied = paths_of_controllers(directory, paths, found)
    deeds = {
        chart: each.says
        for chart in charts
        for each in evidence_of_chart(chart, directory, texts, paths, found, applied)
        if each.is_deed
    }
    alike = sorted((each for each in charts if shares[each] >= MOST), key=lambda each: each not in deeds)
    least = MOST
    if not alike and not has_strong(compose, 1):
        alike, least = [each for each in charts if each in deeds and shares[each] >= _SOME], _SOME
    if not alike:
        return None
    is_proven = alike[0] in deeds and not any(each.is_deed for each in compose)
    if (has_strong(compose, 1) or least < MOST) and not is_proven:
        return None
    against = strongest(compose, -1) if has_strong(compose, -1) else []
    against = against or ([f"isn't what visitors use: {deeds[alike[0]]}"] if is_proven else [])
    installed = (
        f"isn't what {by}" for each in alike if (by := _deployer_of(each, choice, directory, paths, texts, found))
    )
    against = against or [*itertools.islice(installed, 1)]
    reason = f"{listed(against)}, and {alike[0]} is a Helm chart"
    return ChartBeside([*deeds] if is_proven else [], reason, is_proven, choice, least) if against else None


def rival_charts(
    directory: str, choice: ProjectChoice, names: Sequence[str], paths: Sequence[str], found: FoundFiles
) -> list[str]:
    """Return the charts of a system that visitors may use instead of compose files that are read.

    These run hardly one of the programs; or something brings charts to visitors, if it isn't the compose files alone, or tells how
    to install one; or nothing says for what the compose files are.
    """
    own = find_own_charts(directory, paths, found) if choice.candidates else None
    if own is not None and runs_others(own, choice):
        return own.charts
    rendered = own.charts if own is not None else []
    shares = {each: share_in_chart(choice, each, directory, paths, found) for each in charts_in(paths)}
    # a chart that can't be filled in may run the programs all the same
    charts = [each for each, share in shares.items() if share >= MOST or (each in rendered and share > 0)]
    if not charts:
        return []
    texts = usage_texts(names, directory, found)
    compose = [
        each for project in choice.candidates for each in evidence_of_project(directory, project, texts, paths, found)
    ]
    applied = paths_of_controllers(directory, paths, found)
    evidence = {chart: [*evidence_of_chart(chart, directory, texts, paths, found, applied)] for chart in charts}
    if any(each.is_deed for each in compose):
        return [chart for chart, of_chart in evidence.items() if any(each.is_deed for each in of_chart)]
    least = 1 if has_strong(compose, 1) and not has_strong(compose, -1) else 0
    return [chart for chart, of_chart in evidence.items() if weigh(of_chart) >= least]


def _deployer_of(
    chart: str, choice: ProjectChoice, directory: str, paths: Sequence[str], texts: Sequence[str], found: FoundFiles
) -> str:
    """Return words for a script that installs a chart, else for the documents where these tell of no other way."""
    by = next(_scripts_that_install(chart, directory, paths, found), "")
    if by:
        return f"{by} installs"
    installing = _texts_that_install(chart, directory, texts)
    others = (use for project in choice.candidates for use in stated_uses(texts, command_for(project)))
    is_told = any(use >= 0 for use in stated_uses(installing, _INSTALLATION))
    return "the documents install" if is_told and not any(use >= 0 for use in others) else ""
