"""Objects beside a kustomization that it doesn't list, but that what it lists needs: they are applied by hand, or by another tool."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from archgen.importers.kubernetes.manifests import (
    ROUTES,
    WORKLOADS,
    Manifest,
    ObjectKey,
    containers_of,
    labels_of,
    may_be_one_namespace,
)
from archgen.importers.kubernetes.routing.backends import backends_in
from archgen.importers.kubernetes.routing.routes import hosts_of_route
from archgen.importers.kubernetes.variables import configurations_taken
from archgen.importers.stages import UNNAMED, stage_of
from archgen.importers.variable_names import HOST_ENDS, names_itself

PURPOSES = (("Service",), ROUTES, ("HorizontalPodAutoscaler",))
"""Kinds of what is for other objects; routes are for Services, and so come after them."""

_ADDRESS = re.compile(
    r"(?:(//|@)|^)([a-z0-9][a-z0-9-]{0,62})(?:\.([a-z0-9][a-z0-9-]{0,62})(?:\.svc(?:\.[a-z.]{1,60})?)?)?(:\d+)?(?=/|$)"
)
_OF_ADDRESS = re.compile(rf"({HOST_ENDS}|SERVICE)$", re.IGNORECASE)
"""Ends of names under which a word alone is a host: what no kustomization lists needs more than a word of an address."""

_LONGEST_VALUE = 1000


class _Index(Struct):
    """Objects by what others name them by."""

    workloads: dict[tuple[str, str], list[tuple[Manifest, dict[str, str]]]] = field(default_factory=dict)
    by_name: dict[tuple[str, str], list[Manifest]] = field(default_factory=dict)

    def add(self, each: Manifest) -> None:
        """Add an object."""
        self.by_name.setdefault((each.kind, each.name), []).append(each)
        if each.kind in WORKLOADS:
            labels = labels_of(each.kind, each.node)
            for item in labels.items():
                self.workloads.setdefault(item, []).append((each, labels))

    def selected_by(self, service: Manifest) -> list[Manifest]:
        """Return the workloads that a Service selects."""
        selector = {key: value.text for key, value in service.node.get("spec", "selector").items()}
        alike = min((self.workloads.get(item, []) for item in selector.items()), key=len, default=[])
        return [
            part
            for part, labels in alike
            if may_be_one_namespace(service.namespace, part.namespace) and selector.items() <= labels.items()
        ]

    def targets_of(self, each: Manifest) -> set[ObjectKey | None]:
        """Return what a Service, a route or an autoscaler is for; None for what isn't there, or what visitors reach without it."""
        if each.kind == "Service":
            return {part.key for part in self.selected_by(each)}
        if each.kind in ROUTES:
            return {self._named(each, "Service", backend.name.partition(".")[0]) for backend in backends_in(each)}
        target = each.node.get("spec", "scaleTargetRef")
        return {self._named(each, target.text_at("kind"), target.text_at("name"))}

    def _named(self, each: Manifest, kind: str, name: str) -> ObjectKey | None:
        found = next(
            (
                other
                for other in self.by_name.get((kind, name), ())
                if may_be_one_namespace(each.namespace, other.namespace)
            ),
            None,
        )
        reached = found is not None and found.node.text_at("spec", "type") in ("NodePort", "LoadBalancer")
        return found.key if found is not None and not reached else None


class _Claim(Struct):
    """The first file of the likeliest stage that serves a target at a host, and whether others of that stage do too."""

    stage: int
    path: str
    is_shared: bool = False


def meant_for(listed: Iterable[Manifest], unlisted: Iterable[Manifest]) -> Iterator[tuple[Manifest, Manifest]]:
    """Yield what is meant for listed objects alone, or called by them, each also in the namespace of those.

    Workloads are called, and Services, routes and autoscalers are meant for others. A policy calls nothing: lists of them are kept
    for all overlays, and one for pods that run nowhere is in no one's way. Where one of the same purpose is listed, it
    is an alternative; so is a route to what visitors reach without it. Of several files for one target the one that is named
    for production counts, else none, but the first of Services; routes of different hosts add up. What its file's name gives
    to a trial isn't meant.
    """
    index, objects = _Index(), [*listed]
    likely = [each for each in unlisted if _stage_of(each) <= UNNAMED]
    called = [*_called(objects, likely)] if likely else []
    yield from called
    objects += [moved for _, moved in called]
    for each in objects:
        index.add(each)
    for kinds in PURPOSES:
        served = {target for each in objects if each.kind in kinds for target in index.targets_of(each)}
        free: list[tuple[Manifest, set[ObjectKey]]] = []
        claims: dict[tuple[ObjectKey, str | None], _Claim] = {}
        for each in likely:
            found = index.targets_of(each) if each.kind in kinds else set[ObjectKey | None]()
            targets = {target for target in found if target is not None}
            spaces = {space for _, space, _ in targets}
            if len(spaces) == 1 and len(targets) == len(found) and served.isdisjoint(targets):
                free.append((each, targets))
                for target in targets:
                    _claim(each, target, claims)
        for each, targets in free:
            if all(_has_claim(each, target, claims) for target in targets):
                moved = replace(each, namespace=each.namespace or next(iter(targets))[1])
                index.add(moved)
                objects.append(moved)
                yield each, moved


def moved_along(each: Manifest, listed: Iterable[Manifest]) -> Manifest:
    """Return what stands beside kustomizations in the namespace that these put all the objects of its own namespace into."""
    objects = [*listed] if each.namespace else []
    spaces = {other.namespace for other in objects if other.declared == each.namespace}
    is_left = len(spaces) == 1 and not any(other.namespace == each.namespace for other in objects)
    return replace(each, namespace=spaces.pop(), declared=each.namespace) if is_left else each


def _claim(each: Manifest, target: ObjectKey, claims: dict[tuple[ObjectKey, str | None], _Claim]) -> None:
    """Note the file of an object for its target: at each host, and, under None, at any."""
    stage, path = _stage_of(each), each.node.path
    for host in {*hosts_of_route(each)} or {""}:
        for key in ((target, host), (target, None)):
            first = claims.setdefault(key, _Claim(stage, path))
            if stage < first.stage:
                claims[key] = _Claim(stage, path)
            elif stage == first.stage and path != first.path:
                first.is_shared = True


def _has_claim(each: Manifest, target: ObjectKey, claims: dict[tuple[ObjectKey, str | None], _Claim]) -> bool:
    """Return True if no other file of the same stage, or of a likelier one, serves the target at a host of an object."""
    stage, path = _stage_of(each), each.node.path
    hosts = {*hosts_of_route(each)}
    # a route without a host serves all of them
    places: tuple[str | None, ...] = (*hosts, "") if hosts else (None,)
    for claim in (claims.get((target, place)) for place in places):
        if claim is not None and claim.stage <= stage:
            is_own = claim.path == path and (not claim.is_shared or each.kind == "Service")
            if not is_own:
                return False
    return True


def _called(listed: list[Manifest], likely: list[Manifest]) -> Iterator[tuple[Manifest, Manifest]]:
    """Yield the workloads of Services that listed programs call by address, and those beside what such programs take variables from.

    Of Services of one name in several files none is called.
    """
    index = _Index()
    for each in likely:
        index.add(each)
    here = {each.name for each in listed if each.kind == "Service"}
    taken: set[int] = set()
    for name, space, own_space in _addresses(listed):
        services = [] if name in here else index.by_name.get(("Service", name), [])
        reached = [each for each in services if (each.namespace or own_space) == (space or own_space)]
        if len(reached) == 1:
            for part in index.selected_by(reached[0]):
                if id(part) not in taken:
                    taken.add(id(part))
                    yield part, replace(part, namespace=part.namespace or reached[0].namespace or space or own_space)
    held = {(each.node.path, each.kind, each.name) for each in likely}
    for kind, name, own_space in _references(listed):
        for part in likely:
            if part.kind in WORKLOADS and (part.node.path, kind, name) in held and id(part) not in taken:
                taken.add(id(part))
                yield part, replace(part, namespace=part.namespace or own_space)


def _references(listed: list[Manifest]) -> Iterator[tuple[str, str, str]]:
    """Yield the kind and the name of each configuration that no list holds and that programs take variables from, with their namespaces."""
    here = {(each.kind, each.name) for each in listed}
    for each in listed:
        containers = containers_of(each.kind, each.node) if each.kind in WORKLOADS else []
        taken = dict.fromkeys(pair for container in containers for pair in configurations_taken(container))
        yield from ((kind, name, each.namespace) for kind, name in taken if (kind, name) not in here)


def _addresses(listed: Iterable[Manifest]) -> set[tuple[str, str, str]]:
    """Return the names that variables of programs have as hosts, with the namespace in the address, and that of the program."""
    return {
        (match[2], match[3] or "", each.namespace)
        for each in listed
        if each.kind in WORKLOADS
        for container in containers_of(each.kind, each.node)
        for variable in container.get("env").list()
        if not names_itself(variable.text_at("name"), variable.text_at("value"))
        for match in _ADDRESS.finditer(variable.text_at("value")[:_LONGEST_VALUE])
        if match[1] or match[4] or _OF_ADDRESS.search(variable.text_at("name")) is not None
    }


def _stage_of(each: Manifest) -> int:
    return stage_of(posixpath.basename(each.node.path))
