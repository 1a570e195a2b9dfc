"""Programs that no compose file starts, beside a project of stores alone whose published ports they call on their own machine."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice

from msgspec import Struct

from archgen.importers.catalogue import Known
from archgen.importers.compose.parts import ServicePart
from archgen.importers.facts import IN_SOURCE, Fact, FactSheet, FileTree, Opener, Origin
from archgen.importers.names import free_id, make_id
from archgen.importers.products import guess
from archgen.importers.protocols import statements_of_call
from archgen.importers.sources.file_kinds import CODE, NO_CODE
from archgen.importers.sources.folders import is_list, package_of
from archgen.importers.sources.literal_addresses import working_files
from archgen.importers.sources.local_ports import local_ports_called, port_served
from archgen.importers.sources.reading import CodeText, code_text
from archgen.model.kinds import KINDS

_ENTRANCE = re.compile(
    r"(^|/)(main|server|index|app|manage|wsgi|asgi|__main__|worker|program|\w*Application)\.(go|py|rs|[cm]?[jt]s|rb|java|kt|cs)$",
    re.IGNORECASE,
)
"""The file that a program begins with."""

_COMMAND = re.compile(r"(^|/)cmd/([\w-]+)/\w+\.go$")
_ASIDE = re.compile(
    r"(^|/)(examples?|samples?|docs?|scripts?|tools?|tutorials?|templates?|migrations?|benchmarks?|bench|demos?|playground)/"
)
_OF_SETTINGS = re.compile(r"(^|/)(\.env(\.example|\.local|\.development)?|(config|settings)\.(ya?ml|json|toml))$")
_MOST_PROGRAMS = 20
_MOST_FILES = 200
_LARGEST = 128 * 1024


class _Program(Struct):
    """A program: its directory, its name, the file that it begins with, and its sources."""

    place: str
    title: str
    entrance: str
    sources: list[CodeText]


def add_unstarted_programs(
    parts: Collection[ServicePart], host: str, taken: dict[str, str], opener: Opener, sheet: FactSheet
) -> None:
    """Add the programs of a repository that call what a project publishes, where that runs no program of its own."""
    published = _published(parts)
    if not published or any(each.guess.known.product is None and _works(each.kind) for each in parts):
        return
    path = next(iter(parts)).service.source.path
    programs = [*islice(_programs(path, opener), _MOST_PROGRAMS)]
    calls = {each.place: [*_local_calls(each)] for each in programs}
    used = [each for each in programs if any(port in published for port, _ in calls[each.place])]
    names = Counter(each.title for each in used)
    served: dict[int, list[str]] = {}
    ids: dict[str, str] = {}
    for program in used:
        # a name that several have is that of a part of each
        name = program.title if names[program.title] == 1 else program.place
        ids[program.place] = free_id(make_id(name or "app"), taken)
        taken[ids[program.place]] = program.place
        _describe(program, ids[program.place], sheet, served)
        machine = Origin(path, next(iter(parts)).service.source.line)
        sheet.add(Fact(f"component:{ids[program.place]}", "host", host, machine, IN_SOURCE, "medium"))
    local = {port: each[0] for port, each in served.items() if len(each) == 1 and port not in published}
    for program in used:
        own = ids[program.place]
        for port, place in calls[program.place]:
            if port in published:
                _connect(own, published[port], port, place, sheet)
            elif local.get(port, own) != own:
                subject = f"connection:{own}->{local[port]}"
                for key, value in (("protocol", "http"), ("served", [port, "http"]), ("is_assumed", True)):
                    sheet.add(Fact(subject, key, value, place, IN_SOURCE, "medium"))


def _published(parts: Iterable[ServicePart]) -> Mapping[int, ServicePart]:
    """Return the parts by the ports of their machine, each of which one alone has."""
    by_port: dict[int, list[ServicePart]] = {}
    for part in parts:
        for port in part.machine_ports:
            by_port.setdefault(port, []).append(part)
    return {port: found[0] for port, found in by_port.items() if len(found) == 1}


def _works(kind: str) -> bool:
    return KINDS[kind].role in ("application", "web")


def _local_calls(program: _Program) -> Iterator[tuple[int, Origin]]:
    """Yield the ports of the machine itself that a program calls, each with its place."""
    for source in program.sources:
        yield from ((port, Origin(source.path, line)) for port, line in local_ports_called(source))


def _describe(program: _Program, identity: str, sheet: FactSheet, served: dict[int, list[str]]) -> None:
    known = guess(program.title, "", "", frozenset()).known
    known = known if known.product is None and _works(known.kind) else Known("app-server")
    place, evidence = Origin(program.entrance, 1), "a program that no file starts"
    sheet.add(Fact(f"component:{identity}", "kind", known.kind, place, evidence, "medium"))
    port = next(filter(None, map(port_served, program.sources)), None)
    if port is not None:
        served.setdefault(port, []).append(identity)
        value = {"protocol": "http", "port": port, "target": port}
        sheet.add(Fact(f"entry:{identity}:{port}", "entry", value, place, evidence, "medium"))


def _connect(own: str, target: ServicePart, port: int, place: Origin, sheet: FactSheet) -> None:
    subject = f"connection:{own}->{target.id}"
    target_port = next((each.target for each in target.service.ports if each.published == port), port)
    for key, value, _ in statements_of_call(None, target_port, False, None, target.guess, IN_SOURCE):
        sheet.add(Fact(subject, key, value, place, IN_SOURCE, "medium"))
    sheet.add(Fact(subject, "is_assumed", True, place, IN_SOURCE, "medium"))


def _programs(path: str, opener: Opener) -> Iterator[_Program]:
    """Yield the directories that hold an entrance below a list of packages, the innermost ones, each with its sources."""
    tree = opener.tree(path)
    names = [name for name in tree.names if _ASIDE.search(name) is None]
    code = [name for name in names if CODE.search(name) is not None and NO_CODE.search(name) is None]
    entrances: dict[str, str] = {}
    for listed in sorted(
        {posixpath.dirname(name) for name in names if is_list(posixpath.basename(name))}, key=len, reverse=True
    ):
        inner = [name for name in code if _is_below(name, listed)]
        commands = {match[2]: name for name in inner if (match := _COMMAND.search(name)) is not None}
        if len(commands) > 1:
            entrances |= {posixpath.dirname(name): name for name in commands.values()}
            continue
        found = [*commands.values(), *(name for name in inner if _ENTRANCE.search(name[len(listed) :]) is not None)]
        found = [
            name
            for name in found
            if name.count("/") - listed.count("/") < (8 if name.endswith((".java", ".kt")) else 3)
        ]
        # the list of a whole repository is none of its programs'
        if found and not any(_is_below(place, listed) for place in entrances):
            entrances[listed] = min(found, key=lambda name: (name.count("/"), name))
    for place, entrance in sorted(entrances.items()):
        opened = [*_opened([name for name in code if _is_below(name, place)], tree, path, opener)]
        beside = [name for name in names if _is_below(name, place) and _OF_SETTINGS.search(name) is not None]
        lists = [name for name in names if posixpath.dirname(name) == place and is_list(posixpath.basename(name))]
        packages = "\n".join(each.text.lower() for each in _opened(lists, tree, path, opener))
        sources = [file for file, is_for_browsers in working_files(opened, packages) if not is_for_browsers]
        title = _title(place, names, tree, path, opener)
        yield _Program(place, title, _seen(entrance, tree, path), [*sources, *_opened(beside, tree, path, opener)])


def _title(place: str, names: list[str], tree: FileTree, path: str, opener: Opener) -> str:
    """Return the name of a program: of its directory, or of its package where that is the repository."""
    lists = [name for name in names if posixpath.dirname(name) == "" and is_list(name)] if not place else []
    packages = (package_of((each.path, each.text)) for each in _opened(lists, tree, path, opener))
    return posixpath.basename(place) or next(filter(None, packages), "").rpartition("/")[2]


def _is_below(name: str, place: str) -> bool:
    return name.startswith(f"{place}/") if place else True


def _seen(name: str, tree: FileTree, path: str) -> str:
    """Return the path of a file of the repository as the user names those beside the compose file."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), posixpath.relpath(name, tree.place or ".")))


def _opened(names: list[str], tree: FileTree, path: str, opener: Opener) -> Iterator[CodeText]:
    for name in names[:_MOST_FILES]:
        for file in opener(path, posixpath.relpath(name, tree.place or "."))[:1]:
            if len(file.data) <= _LARGEST:
                yield code_text(file.path, file.data.decode("utf-8", "replace"), opener.answers)
