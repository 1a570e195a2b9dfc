"""Calls that nothing but the sources of programs show: by the name of a Service in them, mostly where a variable isn't set."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set

from archgen.importers.addresses import Mention, mentions
from archgen.importers.catalogue import is_like
from archgen.importers.facts import Opener, Origin
from archgen.importers.kubernetes.custom_resources import Resource
from archgen.importers.kubernetes.manifests import Manifests
from archgen.importers.kubernetes.part import Workload, is_unknown_program
from archgen.importers.kubernetes.shared_settings import SharedSettings
from archgen.importers.kubernetes.sought_stores import unknown_variables
from archgen.importers.kubernetes.variables import variables_of
from archgen.importers.outside import OutsideStore
from archgen.importers.packages import PackageLists, has_driver_for
from archgen.importers.sources.calls.literal_addresses import working_files
from archgen.importers.sources.calls.written_hosts import written_hosts
from archgen.importers.sources.modules import modules_required, with_modules
from archgen.importers.sources.reading import CodeText
from archgen.importers.variable_names import is_for_browsers, names_page, names_telemetry
from archgen.model.kinds import KINDS

_OF_SETTINGS = re.compile(
    r"(?:envs?|environments?|config(?:uration)?s?|settings?|constants?|propert(?:y|ies)|defaults?|variables?)\.(?:java|kt|scala|groovy)$",
    re.IGNORECASE,
)
"""Sources in the modules of a system that hold what stands for its variables."""

_OF_TESTS = re.compile(r"(^|/)(test|it|integration-?tests?)/|Tests?\.\w+$", re.IGNORECASE)
_OF_SPRING = (".yml", ".yaml", ".properties")
_MOST_FILES = 100
_MOST_HOSTS = 500
_FEW = 2
_LARGEST = 256 * 1024


WrittenCall = tuple[Workload, Mention, Origin, bool]
"""A program, a component whose name stands in its source, the place, and True where something else speaks for the call too."""


def written_calls(
    manifests: Manifests,
    parts: Iterable[Workload],
    sharing: SharedSettings,
    hosts_of: Callable[[str], Mapping[str, str]],
    components: Mapping[str, Workload | Resource | OutsideStore],
    called: Set[tuple[str, str]],
) -> Iterator[WrittenCall]:
    """Yield the calls of Services whose names stand in the source of a program, or in a module of the system that it requires.

    Of a source that several are built of, stores count for each. What files show of a store, or of one of its sort, comes first.
    """
    named: dict[tuple[str, str], tuple[str, ...]] = {}
    written: dict[str, re.Pattern[str]] = {}
    for part in parts:
        if not is_unknown_program(part) or KINDS[part.guess.known.kind].role != "application":
            continue
        hosts = {
            name.lower(): identity
            for name, identity in hosts_of(part.namespace).items()
            if _is_name(name) and identity != part.id and (part.id, identity) not in called
        }
        if not hosts:
            continue
        if part.namespace not in written:
            names = sorted(filter(_is_name, hosts_of(part.namespace)), key=len, reverse=True)
            titles = "|".join(re.escape(name.lower()) for name in names[:_MOST_HOSTS])
            written[part.namespace] = re.compile(rf"(?<=[\"'`/@,])(?:{titles})(?=[\"'`/:,?])")
        own = sharing.sources.own_code(part.id)
        lists = sharing.libraries_of(part)
        lists = lists if lists.text else sharing.sources.lists_of_image(part.id) or lists
        given = {*_given(manifests, part)}
        found: dict[str, WrittenCall] = {}
        # of a program without a list of packages, a name for pages alone tells that its scripts may run in browsers
        libraries = lists.text or ("" if part.guess.known.kind == "app-server" else "-")
        inner = [(file, True) for file in _code(own or sharing.sources.image_code(part.id), libraries)]
        required = [(file, False) for file in required_code(lists, sharing.opener)]
        all_lists = with_modules(lists, sharing.opener) if required else lists
        for file, is_inner in (*inner, *required):
            if (part.namespace, file.path) not in named:
                named[part.namespace, file.path] = tuple(_named_in(file, written[part.namespace]))
            words = [each for each in named[part.namespace, file.path] if each in hosts]
            for mention, line in _mentions(file, words, given, part, hosts):
                known = components[mention.host].guess.known
                is_driven = known.keeps_data and has_driver_for(known, all_lists)
                is_likely = is_driven or (is_inner and (bool(own) or known.keeps_data))
                # whose libraries are for no such store needs none that the system has a name for
                if known.keeps_data and not is_likely:
                    continue
                present = found.get(mention.host)
                if present is None or (is_likely and not present[-1]):
                    found[mention.host] = part, mention, Origin(file.path, line), is_likely
        kinds = [components[target].guess.known for caller, target in called if caller == part.id]
        programs = [target for target in found if not components[target].guess.known.keeps_data]
        for target, (_, mention, source, is_likely) in found.items():
            known = components[target].guess.known
            is_called = (part.id, target) in called or (
                known.keeps_data and any(is_like(each, known) for each in kinds)
            )
            if target != part.id and not is_called:
                # a source that names many programs knows the addresses of a whole system
                yield part, mention, source, is_likely and (known.keeps_data or len(programs) <= _FEW)


def _is_name(host: str) -> bool:
    """Return True for the name of a Service alone."""
    return host[:1] not in ("", ":") and ":" not in host and "." not in host


def _named_in(file: CodeText, hosts: re.Pattern[str]) -> Iterator[str]:
    """Yield the hosts that a source may name: few do, and only those are looked through without their comments."""
    yield from {match[0]: None for match in hosts.finditer(file.text.lower())}


def required_code(lists: PackageLists, opener: Opener) -> list[CodeText]:
    """Return the sources of settings in the modules of a system that a program requires."""
    places = modules_required(lists, opener) if lists.paths else []
    if not places:
        return []
    path = lists.paths[0]
    tree = opener.tree(path)
    question = required_code, tree.project
    if question not in opener.answers:
        names = [each for each in tree.names if _OF_SETTINGS.search(each) and not _OF_TESTS.search(each)]
        opener.answers[question] = names
    inside = tuple(f"{each}/" for each in places)
    names = [each for each in opener.answers[question] if each.startswith(inside)]
    root = posixpath.relpath(".", tree.place or ".")
    for name in names[:_MOST_FILES]:
        asked = required_code, tree.project, name
        if asked not in opener.answers:
            files = opener(path, posixpath.join(root, name))[:1]
            opener.answers[asked] = [
                CodeText(each.path, each.data[:_LARGEST].decode("utf-8", "replace")) for each in files
            ]
    return [file for name in names[:_MOST_FILES] for file in opener.answers[required_code, tree.project, name]]


def _code(files: Iterable[CodeText], libraries: str) -> Iterator[CodeText]:
    """Yield the sources that run on servers; what Spring reads is read as it does."""
    for file, is_for_browsers_too in working_files(files, libraries):
        if not (is_for_browsers_too or file.path.endswith(_OF_SPRING)):
            yield file


def _given(manifests: Manifests, part: Workload) -> Iterator[str]:
    for container in part.containers:
        yield from (name.upper() for name, _ in variables_of(manifests, part.namespace, container))
        yield from (name.upper() for name, _, _ in unknown_variables(manifests, part.namespace, container))


def _mentions(
    file: CodeText, words: Collection[str], given: Set[str], part: Workload, hosts: Mapping[str, str]
) -> Iterator[tuple[Mention, int]]:
    for name, value, line in written_hosts(file, words, given) if words else ():
        if not (is_for_browsers(name) or names_page(part.guess.known.kind, name, value) or names_telemetry(name)):
            yield from ((mention, line) for mention in mentions(name, value, hosts) if not mention.assumed)
