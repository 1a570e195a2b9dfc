"""Overlays of Kustomize beside the base that they change: which of them is read, and its own files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import takewhile
from operator import eq

from msgspec import Struct

from archgen.app.importing.kustomizations import Kustomization, only_named_by, reached_from
from archgen.app.importing.needed_directories import (
    NamesInFiles,
    called_among,
    deployments_in,
    holds_store,
    needed_among,
)
from archgen.app.importing.overlay_modes import (
    Scripts,
    ScriptWords,
    above,
    applied_by_scripts,
    loose_directories,
    manifests_under,
    other_ways,
)
from archgen.importers.kubernetes.deployed import Deployed, is_below_applied, is_deployed, namespace_for
from archgen.importers.stages import PRODUCTION, TRIAL, UNNAMED, is_copy_before_release, stage_of, without_copy

_WORKLOAD = re.compile(rb"kind(?<=^kind):\s*(Deployment|StatefulSet|DaemonSet)\s*$", re.MULTILINE)
"""A workload at the top of a document: kustomizations also have kinds deeper down, as targets of patches, and are no bases by that."""

_OF_BASES = ("base", "bases")
_MOST_DIRECTORIES = 2000
_MOST_SYSTEMS = 3
"""Copies of one system that are read where all of them run."""


class _Chosen(Struct, frozen=True):
    """An overlay that is read, why, and those that stand equal with it as modes of the same system."""

    overlay: str
    reason: str = ""
    equal: tuple[str, ...] = ()


class OverlayChoice(Struct, frozen=True):
    """The manifests that are read, the overlays that aren't, the directories that lie loose for those, and words for each choice."""

    manifests: dict[str, bytes]
    unread: list[str]
    loose: list[str]
    reasons: list[str]


def choose_overlays(
    manifests: dict[str, bytes], stated: list[Kustomization], outer: set[str], scripts: Scripts = ScriptWords
) -> OverlayChoice:
    """Return the manifests with those of one overlay for each base; without a base all.

    The kustomizations that state something themselves count as manifests. The `outer` ones lie outside the directory: they are
    read for those in it that name them, and are no choice. `scripts` may tell overlays apart that are else equal.
    """
    by_directory = {each.directory: each for each in stated}
    kustomizations = {directory: each.path for directory, each in by_directory.items()}
    overlays = _overlays_among(by_directory, manifests)
    below = tuple(f"{overlay}{os.sep}" for overlay in overlays)
    manifests = manifests | {each.path: each.text.encode() for each in stated}
    bases = {path: data for path, data in manifests.items() if not path.startswith(below)}
    workloads = [path for path, data in bases.items() if _WORKLOAD.search(data)]
    if not below or not workloads:
        return OverlayChoice(manifests, [], [], [])
    named = {directory: each.named for directory, each in by_directory.items()}
    deployments = [each for data in manifests.values() for each in deployments_in(data)]
    applied = {each.path for each in deployments}
    deployed = _among_deployed([*kustomizations], applied)
    own_overlays = [directory for directory in overlays if kustomizations[directory] not in outer] or overlays
    own_overlays = [*_without_broken(own_overlays, by_directory)]
    spaces = {directory: each.namespace for directory, each in by_directory.items()}
    spaces |= _namespaces_of(deployed & {*overlays}, spaces, deployments)
    roots = [each for each in named if each not in overlays and not _is_before_release(each)]
    held = {*reached_from(roots, named)}
    chosen = [*_choose_overlays(own_overlays, named, workloads, deployed, scripts, spaces, held)]
    read = _directories_of([each.overlay for each in chosen], overlays, named)
    # what is applied beside an overlay may stand in its directory, such as its secrets
    inner_roots = tuple(f"{overlay}{os.sep}" for overlay in read)
    read += sorted(each for each in deployed - {*overlays, *read} if each.startswith(inner_roots))
    own = [path for directory in read for path in (kustomizations[directory], *named[directory])]
    inner = {path for paths in named.values() for path in paths}
    # a trial that no other names is as little of the system as an overlay that is not read
    trials = [
        each
        for each in kustomizations
        if each and _is_before_release(each) and not f"{each}{os.sep}".startswith(below) and each not in inner
    ]
    trials = trials if read else []
    unread = [overlay for overlay in (*overlays, *trials) if overlay not in read]
    modes = [each for choice in chosen for each in choice.equal if each not in read]
    loose = loose_directories(bases, modes, read, named, scripts)
    unnamed = _unnamed_bases(kustomizations, inner, scripts) if read else []
    loose += [each for each, there in manifests_under(unnamed, bases).items() if not holds_store(there.values())]
    loose = [each for each in loose if not is_below_applied(os.path.abspath(each), applied)]
    below_loose = manifests_under(loose, bases)
    lying = {path for there in below_loose.values() for path in there}
    others = {path: data for path, data in bases.items() if path not in lying} if loose else {}
    stated_by_read = {path: manifests[path] for path in own if path in manifests}
    others |= stated_by_read
    names = NamesInFiles()
    called = called_among({each: there.values() for each, there in below_loose.items()}, others.values(), names)
    loose = [each for each in loose if each not in called]
    beside = tuple(
        f"{each}{os.sep}" for each in ((*loose, *trials, *only_named_by(unread, read, named)) if read else ())
    )
    bases = {path: data for path, data in bases.items() if not path.startswith(beside)}
    if read and deployed.issuperset(each.overlay for each in chosen):
        below_idle = manifests_under(_unreached([*read, *unread, *deployed], named, scripts), bases)
        candidates = {each: files for each, files in below_idle.items() if files}
        lying = {path for files in candidates.values() for path in files}
        others = {path: data for path, data in (bases | stated_by_read).items() if path not in lying}
        needed = needed_among(candidates, others, names)
        idle = [each for each in candidates if each not in needed]
        loose += idle
        beside = tuple(f"{each}{os.sep}" for each in idle)
        bases = {path: data for path, data in bases.items() if not path.startswith(beside)}
    working = read if not any(by_directory[each].is_broken for each in read) else []
    ways, lost = other_ways(working, named, manifests, deployed, scripts)
    bases = {path: data for path, data in bases.items() if path not in lost}
    unread += [each for each in ways if each not in unread]
    reasons = [f"overlay {each.overlay}: {each.reason}" for each in chosen if each.reason]
    return OverlayChoice(bases | stated_by_read, unread, loose, reasons)


def _choose_overlays(
    overlays: list[str],
    named: Mapping[str, list[str]],
    workloads: list[str],
    deployed: Set[str],
    scripts: Scripts,
    spaces: Mapping[str, str],
    held: Set[str],
) -> Iterator[_Chosen]:
    """Yield the overlay of each base that visitors see, with the reason; of several that are all for trials none, unless one is deployed.

    `named` are the paths that each kustomization names, by its directory, and `workloads` the files of bases. `deployed` are
    the overlays that a controller applies: of those for visitors they come first, whatever the others are called. Several that
    it applies to namespaces of their own, as `spaces` has them, run at the same time. Of those that change no base what a
    kustomization that is read leads to is `held`.
    """
    inner = {path for overlay in overlays for path in named[overlay]}
    bases = {os.path.dirname(path) for path in workloads} & named.keys()
    groups, alone = _groups(overlays, named, workloads)
    stages = {each: stage for group in groups for each, stage in _stages_of(group).items()}
    best: dict[str, int] = {}
    for each, stage in stages.items():
        best[os.path.dirname(each)] = min(stage, best.get(os.path.dirname(each), TRIAL))
    for group in groups:
        if any(each in alone and each in held for each in group):
            yield from (_Chosen(each) for each in group if each in held)
            continue
        if all(_is_trial_beside(each, best, each in deployed, named) for each in group):
            continue  # what stands beside overlays for visitors, and has none of its own, runs in trials alone
        order = sorted(
            ((stages[each] > UNNAMED, each not in deployed, stages[each], each in inner), each) for each in group
        )
        equal = [each for key, each in order if key == order[0][0]]
        stated = applied_by_scripts(equal, scripts()) if equal[1:] else None
        chosen = order[0][1] if stated is None else stated[0]
        is_only = len(group) == 1 and (chosen not in alone or len(groups) == 1)
        if stages[chosen] != TRIAL or is_only or chosen in deployed:
            worst = max(stages[chosen], UNNAMED)
            others = [each for _, each in order if each not in inner and stages[each] <= worst]
            covered = bases if chosen not in alone else {path for each in group for path in named[each]}
            if equal[1:] and {*equal} <= deployed and len({spaces[each] for each in equal} - {""}) == len(equal):
                together = equal if len(equal) <= _MOST_SYSTEMS else [chosen]
                applied = "a controller applies it to a namespace of its own"
                reason = applied if together == equal else f"the first of {len(equal)} that a controller applies"
                yield from (_Chosen(each, reason) for each in together)
                yield from map(_Chosen, _of_other_bases(together, others, named, covered))
                continue
            beside = [*_of_other_bases([chosen], others, named, covered)]
            alike = "that a controller applies" if {*equal} <= deployed else "equal ones by name"
            reason = "" if {*equal} <= {chosen, *beside} else f"the first of {len(equal)} {alike}"
            yield _Chosen(chosen, reason if stated is None else stated[1], tuple(equal))
            yield from map(_Chosen, beside)


def _overlays_among(stated: Mapping[str, Kustomization], manifests: Mapping[str, bytes]) -> list[str]:
    """Return the directories that change what another one runs.

    A base with a workload of its own may name others: rules for its network, or what all systems of a repository have in common.
    """
    resources = {directory: each.resources for directory, each in stated.items()}
    inner = {path for paths in resources.values() for path in paths}
    return [
        directory
        for directory, each in stated.items()
        if directory
        and each.has_outer_base
        and not each.is_component
        and not ((_is_base(directory) or directory in inner) and _runs_alone(directory, resources, manifests))
    ]


def _without_broken(overlays: list[str], stated: Mapping[str, Kustomization]) -> Iterator[str]:
    """Yield overlays without those that can't be applied, beside one for visitors of the same base that can."""
    places = {
        each: {place for path in _outside(each, stated[each].resources) for place in (path, os.path.dirname(path))}
        for each in overlays
    }
    working = [each for each in overlays if not stated[each].is_broken and not _is_before_release(each)]
    for each in overlays:
        if not stated[each].is_broken or all(places[each].isdisjoint(places[other]) for other in working):
            yield each


def _is_base(directory: str) -> bool:
    return os.path.basename(directory) in _OF_BASES


def _runs_alone(directory: str, resources: Mapping[str, list[str]], manifests: Mapping[str, bytes]) -> bool:
    """Return True for a directory with workloads of its own: a base, whatever it names; any other if it names no workload outside."""
    paths = {path for each in reached_from([directory], resources) for path in resources[each]}
    workloads = [path for path in paths if path in manifests and _WORKLOAD.search(manifests[path])]
    own = [path for path in workloads if path.startswith(f"{directory}{os.sep}")]
    return bool(own) and (_is_base(directory) or len(own) == len(workloads))


def _stages_of(group: list[str]) -> dict[str, int]:
    """Return the stage of each overlay of a group, by what tells its path from those of the others."""
    shared = len(os.path.commonpath([os.path.dirname(overlay) for overlay in group]))
    return {overlay: stage_of(overlay[shared:]) for overlay in group}


def _is_trial_beside(overlay: str, best: Mapping[str, int], is_deployed: bool, named: Mapping[str, list[str]]) -> bool:
    """Return True for an overlay that its name puts before the release, beside one for visitors; not below what is for production.

    `best` are the likeliest stages in each directory. A controller's word weighs more, unless one beside is called for production;
    so does a base that is called the same: a program may be called `qa`, or `preview`.
    """
    directory, name = os.path.split(overlay)
    if not is_copy_before_release(name) or stage_of(directory) == PRODUCTION:
        return False
    if best[directory] == PRODUCTION:
        return True
    is_copy = os.path.join(directory, without_copy(name)) in named
    is_program = not is_copy and any(name in path.split(os.sep) for path in _outside(overlay, named[overlay]))
    return best[directory] == UNNAMED and not is_deployed and not is_program


def _outside(directory: str, paths: Iterable[str]) -> list[str]:
    return [path for path in paths if not path.startswith(f"{directory}{os.sep}")]


def _of_other_bases(
    chosen: list[str], others: list[str], named: Mapping[str, list[str]], bases: Set[str]
) -> Iterator[str]:
    """Yield the first overlay of each base that the chosen ones don't lead to: another overlay may lead to all bases at once."""
    covered = reached_from(chosen, named).keys() & bases
    for overlay in others:
        reached = reached_from([overlay], named).keys() & bases
        if overlay not in chosen and reached - covered:
            covered |= reached
            yield overlay


def _unreached(known: Iterable[str], named: Mapping[str, list[str]], scripts: Scripts) -> list[str]:
    """Return the outermost directories of kustomizations that neither these lead to nor scripts or documents apply.

    A directory around one that is read holds more than its own files.
    """
    applied = [each for each in named if each in known or scripts().applying(each)]
    reached = {outer for each in reached_from(applied, named) for outer in above(each)}
    others = [each for each in named if each and each not in reached]
    return [each for each in others if not any(outer in others for outer in above(os.path.dirname(each)))]


def _unnamed_bases(directories: Iterable[str], named: Set[str], scripts: Scripts) -> list[str]:
    """Return what no kustomization names of a directory of bases of which others are named; a script may apply one by itself."""
    bases = [(each, place) for each in directories if (place := _place_of_base(each))]
    places = {place for each, place in bases if each in named}
    lost = [(each, place) for each, place in bases if each not in named and place in places]
    through = {place for place in {place for _, place in lost} if scripts().goes_through(place)}
    return [
        each
        for each, place in lost
        if place not in through and not (scripts().applying(each) or scripts().has_path(each, place))
    ]


def _place_of_base(directory: str) -> str:
    """Return the innermost directory around one that is called the one of bases; the empty text for none."""
    return next((each for each in above(os.path.dirname(directory)) if os.path.basename(each) in _OF_BASES), "")


def applied_by(data: bytes) -> Iterator[str]:
    """Yield the directories that the objects of a file have a controller apply."""
    return (each.path for each in deployments_in(data))


def _namespaces_of(overlays: Iterable[str], declared: Mapping[str, str], deployments: list[Deployed]) -> dict[str, str]:
    """Return the namespace of each overlay that controllers apply, found by the ends of its path."""
    by_path: dict[str, list[Deployed]] = {}
    for each in deployments:
        by_path.setdefault(each.path if "*" not in each.path else "*", []).append(each)
    lengths = {path.count("/") + 1 for path in by_path}
    spaces: dict[str, str] = {}
    for overlay in overlays:
        words = os.path.abspath(overlay).split(os.sep)
        ends = ["/".join(words[-length:]) for length in lengths]
        likely = [each for end in (*ends, "*") for each in by_path.get(end, ())]
        spaces[overlay] = namespace_for("/".join(words), declared[overlay], likely)
    return spaces


def _among_deployed(overlays: list[str], paths: Set[str]) -> set[str]:
    """Return the overlays that controllers apply: their paths begin at the repository, those of the overlays anywhere in it."""
    lengths = {path.count("/") + 1 for path in paths}
    patterns = [path for path in paths if "*" in path]
    return {
        overlay
        for overlay in overlays
        for words in [os.path.abspath(overlay).split(os.sep)]
        if any("/".join(words[-length:]) in paths for length in lengths)
        or any(is_deployed("/".join(words), pattern) for pattern in patterns)
    }


def _groups(
    overlays: list[str], named: Mapping[str, list[str]], workloads: list[str]
) -> tuple[list[list[str]], Set[str]]:
    """Return the overlays by the workloads that they change, and those that change none, by the nearest that they name."""
    bases = {directory for path in workloads for directory in above(path)}
    others, joined = set(overlays), dict[str, str]()
    targets = {path for overlay in overlays for path in named[overlay] if path in bases}
    for overlay in overlays:
        for path in named[overlay]:
            if path in targets or path in others:
                _join(joined, overlay, path)
    for target in targets:
        for outer in above(target):
            if outer in targets:
                _join(joined, target, outer)
    based = {_first(joined, target) for target in targets}
    alone = [each for each in overlays if _first(joined, each) not in based]
    for overlay in alone:
        for path in _nearest(overlay, named[overlay]):
            _join(joined, overlay, path)
    groups: dict[str, list[str]] = {}
    for overlay in overlays:
        groups.setdefault(_first(joined, overlay), []).append(overlay)
    return list(groups.values()), {*alone}


def _nearest(directory: str, paths: Iterable[str]) -> list[str]:
    """Return the paths outside a directory that have most directories in common with it."""
    shared = {
        path: sum(1 for _ in takewhile(bool, map(eq, path.split(os.sep), directory.split(os.sep))))
        for path in _outside(directory, paths)
    }
    most = max(shared.values(), default=0)
    return [path for path, count in shared.items() if count == most]


def _join(joined: dict[str, str], name: str, other: str) -> None:
    first, second = _first(joined, name), _first(joined, other)
    if first != second:
        joined[second] = first


def _first(joined: dict[str, str], name: str) -> str:
    """Return the name that stands for all that are joined with this one."""
    while name in joined:
        following = joined[name]
        joined[name] = joined.get(following, following)
        name = following
    return name


def _is_before_release(directory: str) -> bool:
    """Return True for a directory that its name calls a trial, or one before the release."""
    return stage_of(os.path.basename(directory)) > UNNAMED


def _directories_of(chosen: list[str], overlays: list[str], named: Mapping[str, list[str]]) -> list[str]:
    """Return overlays and the directories that they name and that hold kustomizations, but for bases."""
    others = set(overlays)
    waiting, seen = list(chosen), dict.fromkeys(chosen)
    below = tuple(f"{overlay}{os.sep}" for overlay in chosen)
    while waiting and len(seen) < _MOST_DIRECTORIES:
        directory = waiting.pop()
        for path in named[directory]:
            inside = path.startswith(below) or path.startswith(f"{directory}{os.sep}")
            if path in named and path not in seen and (inside or path in others):
                seen[path] = None
                waiting.append(path)
    return list(seen)
