"""Compose files beside those that are read, for which no less speaks: which of them do visitors use?"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from archgen.app.importing.candidates import UNNAMED_RANK, ComposeCandidate
from archgen.app.importing.compose_sketch import sketch_compose
from archgen.app.importing.deployments.compose_evidence import development_in, evidence_of_compose
from archgen.app.importing.deployments.evidence import has_strong
from archgen.app.importing.directories import FoundFiles
from archgen.importers.compose.project import DEFAULTS
from archgen.importers.stages import PRODUCTION, STAGING, UNNAMED, is_example, without_stage

_MOST = 5


def rival_projects(
    directory: str,
    chosen: Sequence[ComposeCandidate],
    candidates: Sequence[ComposeCandidate],
    files: Sequence[str],
    found: FoundFiles,
) -> list[str]:
    """Return the rivals of the only project that is read, each by its files as words: variants of it for which no less speaks.

    A file that Compose reads by default is meant, unless it is for development, or another one is named for production. Beside one
    for development, an example of released images may be what people copy. `files` are all compose files.
    """
    if len(chosen) != 1 or chosen[0].by_pipeline or chosen[0].rank <= 0:
        return []
    rivals = [each.files for each in candidates if _is_rival(directory, each, chosen[0], found)]
    rivals += [each.files for each in candidates if _is_equal(directory, each, chosen[0])]
    rivals += [each.files for each in _examples(directory, chosen[0], files, found)]
    named = (" ".join(files) for files in rivals if not any(" " in path for path in files))
    return [*dict.fromkeys(named)][:_MOST]


def _is_rival(directory: str, each: ComposeCandidate, read: ComposeCandidate, found: FoundFiles) -> bool:
    name, place = os.path.relpath(each.files[-1], directory), os.path.dirname(each.files[-1])
    if each.files[-1] in read.files or not each.own or each.stage >= STAGING or is_example(name):
        return False
    # a directory's name is told in the summary; in the same one, a name alone tells two files apart
    is_beside = place == os.path.dirname(read.files[-1]) or each.rank < UNNAMED_RANK
    is_less = each.rank > read.rank or not is_beside
    if is_less or not (each.is_variant_of(read) or read.is_variant_of(each) or _is_part(each, read)):
        return False
    is_meant = os.path.basename(read.files[0]) in DEFAULTS and each.stage == UNNAMED and not each.deployed_by
    return not is_meant or (
        any(map(development_in, _texts(read, found))) and not any(map(development_in, _texts(each, found)))
    )


def _is_equal(directory: str, each: ComposeCandidate, read: ComposeCandidate) -> bool:
    """Return True for a project that lies as the one which is read does, where nothing but the place speaks for that.

    In the same directory it may run another part of the system, in one beside that it is another way to run it.
    """
    place, own = (os.path.dirname(each.files[-1]), os.path.dirname(read.files[0]))
    is_default = os.path.basename(read.files[0]) in DEFAULTS and os.path.normpath(own or ".") == os.path.normpath(
        directory
    )
    if is_default or read.deployed_by or each.stage > read.stage or not each.own or {*each.files} & {*read.files}:
        return False
    if any(is_example(os.path.relpath(path, directory)) for path in each.files):
        return False
    is_way = os.path.dirname(place) == os.path.dirname(own) and (each.is_variant_of(read) or read.is_variant_of(each))
    return place == own or is_way


def _examples(
    directory: str, read: ComposeCandidate, files: Sequence[str], found: FoundFiles
) -> Iterator[ComposeCandidate]:
    """Yield the examples that run the system by images of a registry, beside files for those who work on it."""
    tried = {without_stage(name) for name, each in read.services.items() if each.built and name not in read.own}
    if not tried and not has_strong(evidence_of_compose(read, _texts(read, found), ""), -1):
        return
    for path in files:
        if path not in read.files and is_example(os.path.relpath(path, directory)):
            example = ComposeCandidate((path,), sketch_compose(path, found.text(path)).services, UNNAMED)
            if example.is_released and (
                not tried.isdisjoint(map(without_stage, example.own)) or example.is_variant_of(read)
            ):
                yield example


def _is_part(each: ComposeCandidate, read: ComposeCandidate) -> bool:
    """Return True for a file that is named for production, and runs programs of one that isn't: others may run elsewhere there."""
    names = each.own.keys() & read.own.keys()
    return each.stage == PRODUCTION and read.stage == UNNAMED and len(names) == len(each.own)


def _texts(project: ComposeCandidate, found: FoundFiles) -> Iterator[str]:
    return (found.text(path) for path in project.files)
