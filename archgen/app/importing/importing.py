"""Import: configurations to a model, its facts as JSON, or a summary."""

from __future__ import annotations

import os
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from archgen.app.importing.collect import collect_sources
from archgen.app.importing.opening import opener_of
from archgen.app.importing.source_files import SourceFiles
from archgen.app.importing.unread_proxies import lines_of_proxies, lines_of_tools
from archgen.importers.assembly.doubts import as_assumed, as_doubted
from archgen.importers.assembly.inventory import Part
from archgen.importers.assembly.model import ImportedModel, assemble_model
from archgen.importers.assembly.text import text_of
from archgen.importers.charts.repository import RenderedCharts
from archgen.importers.facts import UNLISTED, Omission, Origin, SourceError
from archgen.importers.run import LOOKED_FOR, Reading, read_all
from archgen.model.problems import UsageError
from archgen.model.wording import first_few

_MOST_OTHERS = 10
_MOST_ALIKE = 3
"""Parts or files that have a line of their own each, though the lines differ in the name alone."""

_MOST_NAMED = 6
"""Files that a summary names one by one."""


class Import(Struct, frozen=True):
    """An imported model, the text of its file, and all errors of its configurations."""

    model: ImportedModel
    text: str
    reading: Reading
    errors: tuple[SourceError, ...]
    others: tuple[str, ...]
    proxies: tuple[str, ...] = ()
    charts: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    overlays: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    missing: tuple[tuple[str, str, bool], ...] = ()
    bases: Mapping[str, str] = field(default_factory=dict)
    listed: Mapping[str, str] = field(default_factory=dict)
    tools: tuple[str, ...] = ()
    lost: Mapping[str, Sequence[str]] = field(default_factory=dict)


def import_model(
    paths: tuple[str, ...], name: str | None, profiles: tuple[str, ...] = (), values: tuple[str, ...] = ()
) -> Import:
    """Import the configurations of paths, a chart with `values`; raise UsageError where they hold none, NothingImported with the errors."""
    collection = collect_sources(paths, values)
    unnamed = tuple(collection.unnamed_proxies.values())
    reading = read_all(
        collection.files.values(),
        opener_of(paths, collection),
        frozenset(profiles),
        unnamed,
        collection.together,
        collection.built,
        collection.started,
        collection.by_hand,
    )
    facts = as_assumed(reading.facts, collection.doubted)
    unrendered = (Omission(Origin(path, 1), path, reason) for path, reason in collection.rendered.omitted)
    reading = replace(
        reading,
        facts=tuple(as_doubted(facts, collection.rendered.doubted)),
        omissions=(*(_with_lists(each, collection.listed) for each in reading.omissions), *unrendered),
    )
    errors = tuple(sorted({*collection.errors, *reading.errors, *_unfinished(collection.rendered)}))
    sources = _sources_of(collection, reading)
    lost = collection.rendered.lost
    model = assemble_model(reading.facts, name or _name(reading, paths), sources, collection.undecided, lost)
    if not model.inventory.parts:
        raise NothingImported(_nothing(collection, paths), errors)
    read = {file.path for file, _ in reading.sources}
    return Import(
        model,
        text_of(model),
        reading,
        errors,
        others=tuple(sorted(each for each in collection.others if not _is_read(each, read))),
        proxies=tuple(_lines_of_proxies(collection, reading, paths)),
        tools=tuple(lines_of_tools(collection.of_tools)),
        charts=tuple(collection.charts),
        templates=tuple(collection.templates),
        overlays=tuple(dict.fromkeys(collection.overlays)),
        reasons=tuple(collection.reasons),
        missing=tuple(dict.fromkeys(collection.missing)),
        bases=collection.bases,
        listed=collection.listed,
        lost=lost,
    )


def _sources_of(collection: SourceFiles, reading: Reading) -> list[str]:
    """Return the paths to read again: of what is made of a chart that of the chart."""
    charts = collection.rendered.charts
    return [*dict.fromkeys(charts.get(file.path, file.path) for file, _ in reading.sources), *collection.values]


def _unfinished(rendered: RenderedCharts) -> Iterator[SourceError]:
    """Yield an error for each template that takes more work than the import spends: the model lacks what it makes."""
    for path in rendered.unfinished:
        words = "the template takes too much work to fill in; run `helm template` on its chart, and import the result"
        yield SourceError(path, 1, 1, words)


def _with_lists(omission: Omission, listed: Mapping[str, str]) -> Omission:
    """Return an omission of what no kustomization that is read lists, with another one that does."""
    by = listed.get(os.path.normpath(omission.source.path))
    if by is None or UNLISTED not in omission.reason:
        return omission
    return replace(omission, reason=omission.reason.replace(UNLISTED, f"only {by} lists it, which isn't read"))


def _lines_of_proxies(collection: SourceFiles, reading: Reading, paths: tuple[str, ...]) -> Iterator[str]:
    formats = {file.path: name for file, name in reading.sources}
    unread = [file for path, file in sorted(collection.unnamed_proxies.items()) if path not in formats]
    if unread:
        yield from lines_of_proxies(unread, collection.owners_of_proxies(), formats, paths)


class NothingImported(UsageError):
    """Files in which nothing is recognized, with the errors in them."""

    def __init__(self, message: str, errors: tuple[SourceError, ...]) -> None:
        super().__init__(message)
        self.errors = errors


def _is_read(path: str, read: set[str]) -> bool:
    """Return True for a file that is read, or a directory of such files: it is named beside the directory that left it out."""
    return path in read or any(each.startswith(f"{path}{os.sep}") for each in read)


def _nothing(collection: SourceFiles, paths: tuple[str, ...]) -> str:
    count = len(collection.files)
    looked = f"{count} file{'' if count == 1 else 's'}"
    if collection.missing:
        return f"nothing to import in {', '.join(paths)[:200]}: {looked} read; {_absence(*collection.missing[0])}"
    chart = [_rendering(each) for each in collection.charts[:1]]
    others = [f"`archgen import {each}` reads {each} instead" for each in sorted(collection.others)[:1]]
    unread = [*others, *chart, *_templates(tuple(collection.templates)), *lines_of_tools(collection.of_tools)]
    step = "; ".join(unread[:_MOST_ALIKE]) or "name the file that describes the system"
    return f"nothing to import in {', '.join(paths)[:200]}: {looked} read; looked for {LOOKED_FOR}; {step}"


def _absence(path: str, name: str, is_outside: bool) -> str:
    if is_outside:
        return f"{path} names {name[:200]}, which is outside the project; import a directory that holds both"
    return f"{path} names {name[:200]}, which isn't there; correct the path, or add what it names"


def _rendering(chart: str) -> str:
    return f"{chart} is a Helm chart: render it with `helm template {chart}`, and import the result"


def _name(reading: Reading, paths: tuple[str, ...]) -> str:
    """Return the name of the system: that of the project, else of the directory."""
    if reading.name:
        return reading.name
    directories = [os.path.abspath(path if os.path.isdir(path) else os.path.dirname(path) or ".") for path in paths]
    common = os.path.commonpath(directories) if len(directories) > 1 else directories[0]
    words = re.sub(r"[^\w .-]+", " ", os.path.basename(common)).strip()
    return words or "Imported system"


def _keeps_messages(part: Part) -> bool:
    """Return True for a broker; NATS keeps what it passes on nowhere, unless it has a volume."""
    return part.kind == "queue" and (part.persists or part.product != "nats")


def summary(result: Import) -> str:
    """Return what was imported in a few lines: counts, questions, and what was left out."""
    parts, doors = result.model.inventory.parts, result.model.doors
    connections = result.model.values.get("connections", {})
    assumed = sum(isinstance(each, dict) and "assumed" in each for each in connections.values())
    stores = [
        part.id for part in parts.values() if part.traits.stores or part.kind == "search" or _keeps_messages(part)
    ]
    stores += [f"a file of {part.id} ({part.file_database})" for part in parts.values() if part.file_database]
    lines = [
        f"{_count(len(parts), 'component')}, {_count(len(connections), 'connection')}"
        f" ({assumed} assumed), {_count(len(result.model.values.get('flows', {})), 'assumed flow')}"
        f" from {_sources(result.reading)}",
        f"front doors: {_listed(doors.front)}; stores: {_listed(stores)}",
    ]
    lines += [f"incomplete: {_lost(chart, paths)}" for chart, paths in result.lost.items()]
    lines += [f"read {reason}" for reason in result.reasons]
    lines += _beside(result)
    lines += _merged(result)
    lines += [f"read {decision}; --profile names others" for decision in result.reading.decisions]
    lines += result.reading.warnings[:_MOST_OTHERS]
    lines += _left_out(result.reading)
    lines += [f"example values: {path}, since the file itself isn't there" for path in result.reading.stand_ins]
    lines += [f"missing: {_absence(*each)}" for each in result.missing[:_MOST_OTHERS]]
    lines += _repeated(result.reading)
    lines += _charts(result.charts)
    lines += _templates(result.templates)
    if result.overlays:
        first = result.overlays[0]
        lines.append(
            f"not read: {_count(len(result.overlays), 'overlay')}, such as {first}; "
            f"`archgen import {shlex.quote(first)}` reads that one instead"
        )
    lines += [*_not_read(result), *result.tools]
    questions = result.model.questions
    if questions:
        lines.append(
            f"{_count(len(questions), 'question')}; the first:"
            if len(questions) > 3
            else f"{_count(len(questions), 'question')}:"
        )
        lines += [f"  {each.id}  {each.ask} ({' | '.join(each.options)})" for each in questions[:3]]
    return "\n".join(lines) + "\n"


def _lost(chart: str, paths: Sequence[str]) -> str:
    """Return words on the templates of a chart that aren't filled in, and the step that reads them all the same."""
    names = ", ".join(first_few([os.path.basename(path) for path in paths], _MOST_NAMED))
    are = "template isn't" if len(paths) == 1 else "templates aren't"
    step = f"`helm template {shlex.quote(chart)}` renders all of them; import the result"
    return f"{len(paths)} {are} read of {chart}: {names}; {step}"


def _left_out(reading: Reading) -> Iterator[str]:
    """Yield a line for each part that isn't imported; those left out for one reason share a line if they are many."""
    alike: dict[str, list[str]] = {}
    for omission in reading.omissions:
        alike.setdefault(omission.reason, []).append(omission.name)
    shown = {reason for reason, names in alike.items() if len(names) > _MOST_ALIKE}
    yield from (f"left out: {', '.join(alike[reason])}: {reason}" for reason in sorted(shown))
    apart = [omission for omission in reading.omissions if omission.reason not in shown]
    yield from (f"left out: {omission.name} ({omission.source}): {omission.reason}" for omission in apart[:20])


def _not_read(result: Import) -> Iterator[str]:
    """Yield a line for each path that isn't read, with the command that reads it."""
    beside: dict[str, list[str]] = {}
    for path in result.others:
        if path not in result.bases:
            beside.setdefault(os.path.dirname(path), []).append(path)
    grouped = {directory: paths for directory, paths in beside.items() if len(paths) > _MOST_ALIKE}
    for directory, paths in grouped.items():
        names = ", ".join(os.path.basename(path) for path in paths)
        yield f"not read: {directory or '.'}: {names}; `archgen import {shlex.quote(paths[0])}` reads the first instead"
    apart = [path for path in result.others if path in result.bases or os.path.dirname(path) not in grouped]
    for path in apart[:_MOST_OTHERS]:
        files = [result.bases[path], path] if path in result.bases else [path]
        yield f"not read: {path}; `archgen import {shlex.join(files)}` reads it instead"
    if (count := len(apart) - _MOST_OTHERS) > 0:
        yield f"not read: {_count(count, 'more path')}"
    yield from result.proxies[:_MOST_OTHERS]


def _charts(charts: tuple[str, ...]) -> list[str]:
    """Return a line for each Helm chart; one for all if they are many."""
    if len(charts) <= _MOST_ALIKE:
        return [
            f"not read: {each} is a Helm chart; `archgen import {shlex.quote(each)}` reads it instead"
            for each in charts
        ]
    first = charts[0]
    return [f"not read: {len(charts)} Helm charts, such as {first}; `archgen import {first}` reads one instead"]


def _templates(paths: tuple[str, ...]) -> Iterator[str]:
    """Yield a line for each directory with templates of another tool than Helm."""
    counts = Counter(os.path.dirname(path) or "." for path in paths)
    for directory, count in [*counts.items()][:_MOST_OTHERS]:
        first = next(path for path in paths if (os.path.dirname(path) or ".") == directory)
        named = f"{first}, a template" if count == 1 else f"{count} templates in {directory}, such as {first}"
        yield f"not read: {named}; import what is made of {'it' if count == 1 else 'them'}"


def _beside(result: Import) -> list[str]:
    """Return a line on the directories that are read beside an overlay, though no kustomization lists what they run."""
    facts = result.reading.facts
    manifests = {file.path for file, name in result.reading.sources if name == "kubernetes"}
    run = {fact.subject for fact in facts if fact.key == "image"}
    kinds = (fact for fact in facts if fact.key == "kind" and fact.subject in run)
    workloads = [fact.source.path for fact in kinds if fact.source.path in manifests]
    loose = Counter(os.path.dirname(path) or "." for path in workloads if path not in result.listed)
    if not result.overlays or len(workloads) == loose.total():
        return []
    return [
        f"read too: {directory}, {_count(count, 'workload')} that no kustomization lists"
        for directory, count in [*loose.items()][:_MOST_OTHERS]
    ]


def _merged(result: Import) -> list[str]:
    """Return a line on the components that compose files and manifests both describe: two variants of one system, as a rule."""
    formats = {file.path: name for file, name in result.reading.sources if name in ("compose", "kubernetes")}
    if len({*formats.values()}) < 2:
        return []
    described: dict[str, set[str]] = {}
    for fact in result.reading.facts:
        if fact.subject.startswith("component:") and fact.source.path in formats:
            described.setdefault(fact.subject.partition(":")[2], set()).add(formats[fact.source.path])
    names = sorted(name for name, both in described.items() if len(both) > 1)
    if not names:
        return []
    return [
        f"read as one: {', '.join(names[:_MOST_NAMED])} of compose files and of manifests; to keep them apart, import one of the two"
    ]


def _repeated(reading: Reading) -> list[str]:
    """Return a line on what stands in several files, such as the variants of a system for several clouds."""
    if not reading.repeated:
        return []
    name, first, other = reading.repeated[0]
    count = _count(len(reading.repeated), "workload")
    if os.path.dirname(first) != os.path.dirname(other):
        return [
            f"the first counts: {count} in several files, such as {name} ({first}, {other}); name one directory of them"
        ]
    return [f"one counts: {count} in several files, such as {name} ({first}, not {other}); name one of the files"]


def _sources(reading: Reading) -> str:
    """Return the files that were read, or how many of each format."""
    if len(reading.sources) <= _MOST_NAMED:
        return ", ".join(f"{file.path} ({name})" for file, name in reading.sources)
    counts = Counter(name for _, name in reading.sources)
    return f"{len(reading.sources)} files ({', '.join(f'{count} {name}' for name, count in sorted(counts.items()))})"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(first_few(names, _MOST_OTHERS)) or "none"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
