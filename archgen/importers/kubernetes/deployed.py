"""The directories that a controller applies to a cluster.

Controllers are Argo CD, by Applications, and Flux, by Kustomizations.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase

from msgspec import Struct
from msgspec.structs import replace

from archgen.importers.charts.generators import generated_elements
from archgen.importers.kubernetes.manifests import Manifest
from archgen.importers.nodes import SourceNode

_GROUPS = ("argoproj.io/", "kustomize.toolkit.fluxcd.io/")
_MARKS = tuple(group.encode() for group in _GROUPS)
"""The groups of what tells a controller to apply a directory."""

_KINDS = ("Application", "ApplicationSet", "Kustomization")
_HOLE = re.compile(r"\{\{\s*\.?([\w.]+)\s*\}\}")
_MOST_PATHS = 1000


class Deployed(Struct, frozen=True):
    """A directory that a controller applies, with `*` for any name, and the namespace of its objects that declare none.

    A namespace `*` has the name for which the first `*` of the path stands. `moves` is True for one of all objects, and
    `holds_all` where directories below are applied too.
    """

    path: str
    namespace: str = ""
    moves: bool = False
    holds_all: bool = False


def may_deploy(data: bytes) -> bool:
    """Return True for a file that may tell a controller to apply a directory."""
    return any(mark in data for mark in _MARKS)


def deployed_by(document: SourceNode) -> Iterator[Deployed]:
    """Yield the directories that an object has a controller apply, from the root of their repository."""
    if document.text_at("kind") not in _KINDS or not document.text_at("apiVersion").startswith(_GROUPS):
        return
    outer = document.get("spec")
    spec = outer.get("template", "spec") if outer.get("template").is_map else outer
    if spec.text_at("suspend") == "true":
        return
    moved = spec.text_at("targetNamespace")
    namespace = moved or spec.text_at("destination", "namespace")
    for source in (spec, spec.get("source"), *spec.get("sources").list()):
        for path, space in _filled_in(source.text_at("path"), namespace, outer):
            if "{{" not in path and posixpath.normpath(path) != ".":
                known = "" if "{{" in space or ("*" in space and space != "*") else space
                holds_all = source is spec or source.text_at("directory", "recurse") == "true"
                yield Deployed(posixpath.normpath(path.strip("/")), known, bool(moved), holds_all)


def _filled_in(path: str, namespace: str, spec: SourceNode) -> list[tuple[str, str]]:
    """Return a path and a namespace, or those of each element that the generators of a set of Applications put into them."""
    if "{{" not in path:
        return [(path, namespace)] if path else []
    filled = {(path, namespace): None}
    # two generators of a matrix fill in a path together
    for elements in generated_elements(spec, 0):
        more = [(_put_in(path, each), _put_in(space, each)) for path, space in filled for each in elements]
        filled |= dict.fromkeys(more[:_MOST_PATHS])
    return [*filled]


def _put_in(text: str, values: dict[str, str]) -> str:
    return _HOLE.sub(lambda hole: values.get(hole[1]) or hole[0], text)


def is_deployed(directory: str, path: str) -> bool:
    """Return True for a directory that a controller applies by a path; both may begin further up, and `*` is any name."""
    words, others = directory.strip("/").split("/"), path.split("/")
    pairs = [*zip(reversed(words), reversed(others), strict=False)]
    # a pattern that begins further up needs a name in common: its last word alone may match any directory
    is_named = len(words) >= len(others) or any(one == other for one, other in pairs)
    return is_named and all(_is_name(one, other) for one, other in pairs)


def is_below_applied(directory: str, paths: Collection[str]) -> bool:
    """Return True for a directory, by all its names from the root of a machine, that has a path of a controller in it."""
    words = directory.split("/")
    return any(
        all(map(_is_name, words[start:], others))
        for others in (path.split("/") for path in paths)
        for start in range(len(words) - len(others) + 1)
    )


def _is_name(name: str, other: str) -> bool:
    return name == other or ("*" in other and fnmatchcase(name, other))


def put_where_deployed(each: Manifest, directory: str, deployed: Iterable[Deployed]) -> Manifest:
    """Return an object in the namespace that the controller of its directory has for it; as it is where there are several.

    Of controllers of several directories that hold it, the one of the innermost counts.
    """
    spaces: set[tuple[str, bool]] = set()
    innermost = 0
    for application in deployed:
        place = _place_of(directory, application) if application.namespace else ""
        depth = min(place.count("/"), application.path.count("/")) + 1 if place else 0
        if depth > innermost:
            innermost, spaces = depth, set()
        if place and depth == innermost:
            spaces.add((_namespace_of(application, place), application.moves))
    if len(spaces) != 1:
        return each
    namespace, moves = spaces.pop()
    if not namespace or (each.namespace and not moves):
        return each
    return replace(each, namespace=namespace, declared=each.declared or each.namespace)


def namespace_for(directory: str, declared: str, deployed: Iterable[Deployed]) -> str:
    """Return the namespace into which what a directory puts together comes; the empty text where nothing, or several, tell it."""
    own = [each for each in deployed if each.namespace and is_deployed(directory, each.path)]
    spaces = {_namespace_of(each, directory) for each in own if each.moves or not declared}
    return (spaces.pop() if len(spaces) == 1 else "") if spaces else declared


def _place_of(directory: str, application: Deployed) -> str:
    """Return the directory, or one above, that a controller applies with an object in it; the empty text for none."""
    words = directory.strip("/").split("/")
    least = len(words) - 1 if not application.holds_all else 0
    places = ("/".join(words[:length]) for length in range(len(words), least, -1))
    return next((place for place in places if is_deployed(place, application.path)), "")


def _namespace_of(application: Deployed, directory: str) -> str:
    if application.namespace != "*":
        return application.namespace
    words, others = directory.strip("/").split("/"), application.path.split("/")
    place = next((place for place, name in enumerate(others) if name == "*"), len(others)) - len(others)
    return words[place] if len(others) > 1 and -len(words) <= place < 0 else ""
