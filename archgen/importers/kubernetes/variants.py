"""Variants of a system, of which a cluster runs one: for visitors, for previews, for trials."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from archgen.importers.facts import FactSheet
from archgen.importers.kubernetes.beside import PURPOSES, meant_for
from archgen.importers.kubernetes.manifests import OTHERS, WORKLOADS, Manifest, ObjectKey, containers_of
from archgen.importers.products import guess, image_name, is_product
from archgen.importers.stages import PRODUCTION, UNNAMED, file_without_stage, is_before_release, stage_of

_OF_WORKLOADS = (*(kind for kinds in PURPOSES for kind in kinds), "NetworkPolicy")
"""Kinds of what is for workloads, and says nothing without them."""

_WORD = re.compile(r"[a-z0-9]+")
_OF_FIXTURES = re.compile(r"(^|/)(test-?data|fixtures?|e2e|hack|cypress|__tests__|mocks?|test-?fixtures?)(/|$)")
"""Directories of what no system is made of."""

_TESTS = re.compile(r"test(s|ing)?")


class KubernetesSystem(Struct):
    """What is applied together: its stage, the workloads, and True where a controller applies it."""

    stage: int
    workloads: dict[ObjectKey, Manifest]
    is_deployed: bool = False

    def excludes(self, other: KubernetesSystem) -> bool:
        """Return True for a variant of this system: most of it is the same, in an earlier stage or in the same namespace.

        Where the other one runs programs of its own, those alone tell: many systems have a `redis`. What two make of the same
        documents are variants in any namespaces, but for those that a controller applies.
        """
        own = {key: each for key, each in other.workloads.items() if not is_product(_image_of(each))} or other.workloads
        is_earlier = other.stage > max(self.stage, UNNAMED)
        if not (self.is_deployed and other.is_deployed):
            made = {(each.origin, each.former or each.name, _image_of(each)) for each in self.workloads.values()}
            alike = [each for each in own.values() if (each.origin, each.former or each.name, _image_of(each)) in made]
            if alike and 2 * len(alike) >= len(own):
                return True
        places: dict[ObjectKey, list[Manifest]] = {}
        for (kind, namespace, name), each in self.workloads.items():
            places.setdefault((kind, "" if is_earlier else namespace, name), []).append(each)
        common = sum(
            any(_runs_same(each, first) for first in places.get((kind, "" if is_earlier else namespace, name), ()))
            for (kind, namespace, name), each in own.items()
        )
        return common > 0 and 2 * common >= len(own)


def _runs_own(workload: Manifest) -> bool:
    return not is_product(_image_of(workload))


def _keeps_data(workload: Manifest) -> bool:
    return guess("", _image_of(workload), "", frozenset()).known.keeps_data


def _image_of(workload: Manifest) -> str:
    return next((each.text_at("image") for each in containers_of(workload.kind, workload.node)), "")


def _runs_same(one: Manifest, other: Manifest) -> bool:
    """Return True unless the images of two workloads of one name tell two programs: `acme/shop-api`, `acme/wiki-api`.

    An image of more words, or of another stage, may be the same program; so is what begins as one document.
    """
    if one.node.path == other.node.path:
        return True
    first, second = _words(_image_of(one)), _words(_image_of(other))
    return first <= second or second <= first


def _is_of_one_owner(one: Manifest, other: Manifest) -> bool:
    """Return True for images of which one is called as the other and its owner, such as `shop/shop` and `shop/api`; the same ones too."""
    first, second = ({*_WORD.findall(_image_of(each).partition(":")[0])} for each in (one, other))
    return _runs_same(one, other) or first <= second or second <= first


def _words(image: str) -> set[str]:
    """Return the words of an image's name without those of a stage, where it has others; none of a placeholder."""
    words = set(_WORD.findall(image_name(image))) if not set(image) & set("$<{") else set()
    return {each for each in words if stage_of(each) == UNNAMED} or words


def leave_out(system: KubernetesSystem, counting: KubernetesSystem, path: str, sheet: FactSheet) -> None:
    """Record the workloads of a variant that isn't read, which lies at a path, and the system that counts in its place."""
    places = {(kind, name): each.node.path for (kind, _, name), each in counting.workloads.items()}
    for (kind, _, name), each in system.workloads.items():
        first = places.get((kind, name))
        if first is None:
            sheet.omit(each.origin, name, f"another variant of the system; import {path} to read that one")
        elif first != each.node.path:
            sheet.repeat(f"{kind} {name}", first, each.node.path)


def without_leftovers(objects: list[Manifest], counting: Iterable[Manifest], sheet: FactSheet) -> Iterator[Manifest]:
    """Yield objects of no kustomization, without those of directories that run mostly what kustomizations run, in no namespace.

    `counting` are the objects of the kustomizations: what lies loose is what these replaced, or an example. What only such a
    directory runs is read with what is for it: stores and workers are often applied by hand.
    """
    run = {(each.kind, each.name): each for each in counting if each.kind in WORKLOADS}
    directories: dict[str, list[Manifest]] = {}
    for each in objects:
        directories.setdefault(posixpath.dirname(each.node.path), []).append(each)
    for inner in directories.values():
        workloads = [each for each in inner if each.kind in WORKLOADS]
        own = [each for each in workloads if not is_product(_image_of(each))] or workloads
        again = [
            each
            for each in own
            if not each.namespace
            and (first := run.get((each.kind, each.name))) is not None
            and _is_of_one_owner(each, first)
        ]
        if not again or 2 * len(again) < len(own):
            yield from inner
            continue
        for each in workloads:
            first = run.get((each.kind, each.name))
            if first is not None:
                sheet.repeat(f"{each.kind} {each.name}", first.node.path, each.node.path)
        rest = [each for each in workloads if (each.kind, each.name) not in run]
        yield from rest
        others = [each for each in inner if each.kind not in WORKLOADS] if rest else []
        # a Service or a route of what runs again would be a second way to it
        meant = {id(each) for each, _ in meant_for(rest, others)}
        yield from (each for each in others if each.kind not in _OF_WORKLOADS or id(each) in meant)


def without_trials(every: list[Manifest], sheet: FactSheet) -> Iterator[Manifest]:
    """Yield objects without those of files and directories for trials, where others beside them run mostly the same."""
    objects = [*_without_copies([*_without_fixtures(every, sheet)], sheet)]
    systems: dict[str, list[Manifest]] = {}
    base = common_directory(posixpath.dirname(each.node.path) for each in objects)
    for each in objects:
        systems.setdefault(_staged(each.node.path, base), []).append(each)
    taken: list[KubernetesSystem] = []
    for directory in sorted(systems, key=lambda each: (stage_of(posixpath.basename(each)), each)):
        workloads = {each.key: each for each in systems[directory] if each.kind in WORKLOADS}
        system = KubernetesSystem(stage_of(posixpath.basename(directory)), workloads)
        first = next((each for each in taken if system.stage > UNNAMED and each.excludes(system)), None)
        is_test = _TESTS.fullmatch(posixpath.basename(directory)) is not None and not any(
            _runs_own(each) or _keeps_data(each) for each in workloads.values()
        )
        if is_test and any(each.workloads for each in taken if each.stage <= UNNAMED):
            # a public image beside all else only shows that the cluster works; a store is there for somebody
            for each in workloads.values():
                sheet.omit(each.origin, each.name, "its directory is for tests")
        elif first is None:
            taken.append(system)
            yield from systems[directory]
        else:
            leave_out(system, first, directory, sheet)


def _without_fixtures(objects: list[Manifest], sheet: FactSheet) -> Iterator[Manifest]:
    """Yield objects without those of directories for tests and developers alone, where programs run from others."""
    base = common_directory(posixpath.dirname(each.node.path) for each in objects)
    aside = {id(each) for each in objects if _OF_FIXTURES.search(posixpath.dirname(each.node.path)[len(base) :])}
    runs = any(id(each) not in aside and each.kind in WORKLOADS and _runs_own(each) for each in objects if aside)
    for each in objects:
        if not (runs and id(each) in aside):
            yield each
        elif each.kind in WORKLOADS:
            sheet.omit(each.origin, each.name, "its directory is for tests, or for developers alone")


def _without_copies(objects: list[Manifest], sheet: FactSheet) -> Iterator[Manifest]:
    """Yield objects without those of files for a stage before the release beside one of the same name for production."""
    released = {
        _title(each.node.path): each.node.path
        for each in objects
        if stage_of(posixpath.basename(each.node.path)) == PRODUCTION
    }
    for each in objects:
        path = each.node.path
        first = released.get(_title(path)) if released and is_before_release(posixpath.basename(path)) else None
        if first is None:
            yield each
        elif each.kind not in OTHERS:
            sheet.omit(each.origin, each.name, f"{posixpath.basename(first)} beside its file is for production")


def _title(path: str) -> tuple[str, str]:
    """Return the directory of a file, and its name without a stage."""
    directory, name = posixpath.split(path)
    return directory, file_without_stage(name)


def common_directory(directories: Iterable[str]) -> str:
    """Return the directory that holds all others: what its path is called depends on where the files lie, and says nothing."""
    paths = list(directories)
    return posixpath.commonpath(paths) if paths and len({path[:1] == "/" for path in paths}) == 1 else ""


def _staged(path: str, base: str) -> str:
    """Return the directory of a file, below a base, that its name gives a stage; the empty text where none has one."""
    directory = posixpath.dirname(path)
    while directory not in ("", "/", base) and stage_of(posixpath.basename(directory)) == UNNAMED:
        directory = posixpath.dirname(directory)
    return "" if directory == base else directory.strip("/")
