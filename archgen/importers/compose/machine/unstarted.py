"""Programs that no compose file starts, but maybe a process manager on the machine itself.

They call the ports that a project publishes there.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from itertools import islice

from msgspec import Struct

from archgen.importers.catalogue import Known
from archgen.importers.compose.parts import ServicePart
from archgen.importers.facts import IN_SOURCE, Fact, FactSheet, FileTree, Opener, Origin
from archgen.importers.names import free_id, make_id
from archgen.importers.packages import PackageLists
from archgen.importers.products import guess
from archgen.importers.protocols import statements_of_call
from archgen.importers.sources.calls.literal_addresses import working_files
from archgen.importers.sources.calls.local_ports import local_ports_called, port_served
from archgen.importers.sources.file_kinds import is_code
from archgen.importers.sources.folders import PROJECT, is_list, package_of
from archgen.importers.sources.listed_drivers import describe_drivers
from archgen.importers.sources.process_managers.process import Variable, port_of_process
from archgen.importers.sources.process_managers.started import Started, own_sources, started_programs
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
_OF_PROGRAM = re.compile(r"Sdk\.(Web|Worker|BlazorWebAssembly)\b|<OutputType>\s*(Win)?Exe\b", re.IGNORECASE)
_OF_DESK = re.compile(r"Aspire\.AppHost|<IsTestProject>\s*true|Microsoft\.NET\.Test\.Sdk", re.IGNORECASE)
"""What a project file of .NET says of a program, and of a project that is for those alone who work on others."""

_REFERENCE = re.compile(r"<ProjectReference\s+Include=\"([^\"\n]{1,300})\"")
_PORT = re.compile(r"[1-9][0-9]{1,4}")
_GIVEN = ".env"
_MOST_PROGRAMS = 20
_MOST_FILES = 200
_LARGEST = 128 * 1024


class _Program(Struct, eq=False):
    """A program: its directory, its name, the file that it begins with, its sources, and what a process manager declares of it."""

    place: str
    title: str
    entrance: Origin
    sources: list[CodeText]
    started: Started | None = None
    lists: str = ""


def add_unstarted_programs(
    parts: Collection[ServicePart], host: str, taken: dict[str, str], opener: Opener, sheet: FactSheet
) -> None:
    """Add the programs of a repository that call what a project publishes, where that runs no program of its own.

    Beside programs of its own there may be others that a process manager starts.
    """
    published = _published(parts)
    if not published:
        return
    path = next(iter(parts)).service.source.path
    own_parts = [each for each in parts if each.guess.known.product is None and _works(each.kind)]
    started, is_alike = started_programs(path, opener), False
    if own_parts:
        started, is_alike = _not_among({each.service.name.lower() for each in parts}, own_parts, started, path, opener)
    programs = [*islice(_programs(path, opener, started, is_alone=not own_parts), _MOST_PROGRAMS)]
    calls = [[*_local_calls(each)] for each in programs]
    calling = [any(port in published for port, _ in each) for each in calls]
    # what calls none of the stores may be started beside them all the same
    is_beside = is_alike or any(
        is_one and each.started is not None for each, is_one in zip(programs, calling, strict=True)
    )
    used = [
        (each, own)
        for each, own, is_one in zip(programs, calls, calling, strict=True)
        if is_one or (is_beside and each.started is not None)
    ]
    names = Counter(each.title for each, _ in used)
    served: dict[int, list[str]] = {}
    ids: list[str] = []
    for program, _ in used:
        # a name that several have is that of a part of each
        name = program.title if names[program.title] == 1 else program.place
        own = free_id(make_id(name or program.title or "app"), taken)
        ids.append(own)
        taken[own] = program.place
        _describe(program, own, sheet, served)
        describe_drivers(own, PackageLists(program.lists.lower()), program.sources, program.entrance, opener, sheet)
        machine = Origin(path, next(iter(parts)).service.source.line)
        sheet.add(Fact(f"component:{own}", "host", host, machine, IN_SOURCE, "medium"))
    local = {port: each[0] for port, each in served.items() if len(each) == 1 and port not in published}
    for own, (_, called) in zip(ids, used, strict=True):
        for port, place in called:
            if port in published:
                _connect(own, published[port], port, place, sheet)
            elif local.get(port, own) != own:
                subject = f"connection:{own}->{local[port]}"
                for key, value in (("protocol", "http"), ("served", [port, "http"]), ("is_assumed", True)):
                    sheet.add(Fact(subject, key, value, place, IN_SOURCE, "medium"))


def _not_among(
    names: Set[str], parts: Collection[ServicePart], started: list[Started], path: str, opener: Opener
) -> tuple[list[Started], bool]:
    """Return the programs that a project doesn't run, where it runs most under the same names: then these are told by their names.

    Else the directories tell, if it builds each of its own from one of them: then the second value is False.
    """
    heard = {port.target for part in parts for port in part.service.ports}
    others = [
        each
        for each in started
        # what answers on the port of a service is that by another name
        if each.title.lower() not in names and port_of_process(each.process, "") not in heard
    ]
    if len(others) * 2 <= len(started):
        return others, True
    built = {posixpath.normpath(posixpath.join(posixpath.dirname(path), each.service.built)) for each in parts}
    root = posixpath.normpath(_seen("", opener.tree(path), path))
    if root in built or not all(each.service.built for each in parts):
        return [], False
    return [
        each for each in others if posixpath.normpath(_seen(each.place, opener.tree(path), path)) not in built
    ], False


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
    variables = program.started.process.variables if program.started is not None else ()
    lines = (" ".join(f"{each.name}={each.value}".split()) for each in variables)
    given = code_text(_GIVEN, "\n".join(lines), {})
    for port, line in local_ports_called(given):
        yield port, Origin(program.entrance.path, variables[line - 1].line)
    for source in program.sources:
        yield from ((port, Origin(source.path, line)) for port, line in local_ports_called(source))


def _describe(program: _Program, identity: str, sheet: FactSheet, served: dict[int, list[str]]) -> None:
    known = guess(program.title, "", "", frozenset()).known
    known = known if known.product is None and _works(known.kind) else Known("app-server")
    place, evidence = program.entrance, "a program that no file starts"
    variables: tuple[Variable, ...] = ()
    if program.started is not None:
        evidence = "process manager"
        variables = program.started.process.variables
        if program.started.process.count > 1:
            sheet.add(Fact(f"component:{identity}", "replicas", program.started.process.count, place, evidence))
    sheet.add(Fact(f"component:{identity}", "kind", known.kind, place, evidence, "medium"))
    given = [int(each.value) for each in variables if each.name == "PORT" and _PORT.fullmatch(each.value)]
    started = (port_of_process(program.started.process, program.lists),) if program.started is not None else ()
    port = next(filter(None, (*given, *started, *map(port_served, program.sources))), None)
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


def _programs(path: str, opener: Opener, started: list[Started], *, is_alone: bool) -> Iterator[_Program]:
    """Yield what is started, and where it `is_alone` the directories that hold an entrance below a list of packages, with their sources.

    These are the innermost ones.
    """
    tree = opener.tree(path)
    names = [name for name in tree.names if _ASIDE.search(name) is None]
    code = [name for name in names if is_code(name)]
    entrances: dict[str, str] = {}
    projects = {posixpath.dirname(name) for name in names if PROJECT.search(name) is not None}
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
        # the list of a whole repository is none of its programs', but pages lie in the program of .NET that serves them
        if found and (listed in projects or not any(_is_below(place, listed) for place in entrances)):
            entrances[listed] = min(found, key=lambda name: (name.count("/"), name))
    for program in started:
        others = [each for each in {*entrances, *(other.place for other in started)} if _is_inner(each, program.place)]
        own = [
            name
            for name in names
            if _is_below(name, program.place) and not any(_is_below(name, each) for each in others)
        ]
        sources = own_sources(program, [*_sources(program.place, own, tree, path, opener)])
        near = [name for name in own if posixpath.relpath(name, program.place or ".").count("/") < 2]
        settings = [] if program.is_shared else [*_opened(filter(_OF_SETTINGS.search, near), tree, path, opener)]
        lists = [name for name in own if posixpath.dirname(name) == program.place and name.endswith("package.json")]
        text = "\n".join(each.text for each in _opened(lists, tree, path, opener))
        yield _Program(program.place, program.title, program.source, [*sources, *settings], program, text)
    for place, entrance in sorted(entrances.items()) if is_alone else ():
        if any(each.place == place or (each.entrance and _is_below(each.entrance, place)) for each in started):
            continue
        own = [name for name in names if _is_below(name, place)]
        sources = [
            *_sources(place, own, tree, path, opener),
            *_opened(filter(_OF_SETTINGS.search, own), tree, path, opener),
        ]
        title = _title(place, names, tree, path, opener)
        lists = [name for name in own if posixpath.dirname(name) == place and is_list(posixpath.basename(name))]
        opened = [*_opened(lists, tree, path, opener)]
        if _is_library_of_dotnet([each.text for each in opened if PROJECT.search(each.path)]):
            continue
        text = "\n".join(each.text for each in opened)
        for other in _referenced(place, text, names, tree, path, opener):
            sources += _sources(other, [name for name in names if _is_below(name, other)], tree, path, opener)
        yield _Program(place, title, Origin(_seen(entrance, tree, path), 1), sources, lists=text)


def _is_library_of_dotnet(projects: list[str]) -> bool:
    """Return True for project files of .NET of which none makes a program: libraries, and what starts others on a desk."""
    return bool(projects) and not any(
        _OF_PROGRAM.search(each) is not None and _OF_DESK.search(each) is None for each in projects
    )


def _referenced(place: str, text: str, names: list[str], tree: FileTree, path: str, opener: Opener) -> dict[str, None]:
    """Return the directories of the projects of .NET that a project refers to, and those that these refer to."""
    known, waiting = dict[str, None](), [(place, text)]
    files = {posixpath.normpath(name): name for name in names if PROJECT.search(name) is not None}
    while waiting and len(known) < _MOST_PROGRAMS:
        around, content = waiting.pop()
        for named in _REFERENCE.findall(content):
            file = posixpath.normpath(posixpath.join(around, named.replace("\\", "/")))
            inner = posixpath.dirname(file)
            if file in files and inner != place and inner not in known:
                known[inner] = None
                waiting += [(inner, each.text) for each in _opened([files[file]], tree, path, opener)]
    return known


def _sources(place: str, names: list[str], tree: FileTree, path: str, opener: Opener) -> Iterator[CodeText]:
    """Yield the sources of a program that don't run in browsers."""
    code = [name for name in names if is_code(name)]
    lists = [name for name in names if posixpath.dirname(name) == place and is_list(posixpath.basename(name))]
    packages = "\n".join(each.text.lower() for each in _opened(lists, tree, path, opener))
    for file, is_for_browsers in working_files([*_opened(code, tree, path, opener)], packages):
        if not is_for_browsers:
            yield file


def _title(place: str, names: list[str], tree: FileTree, path: str, opener: Opener) -> str:
    """Return the name of a program: of its directory, or of its package where that is the repository."""
    lists = [name for name in names if posixpath.dirname(name) == "" and is_list(name)] if not place else []
    packages = (package_of((each.path, each.text)) for each in _opened(lists, tree, path, opener))
    return posixpath.basename(place) or next(filter(None, packages), "").rpartition("/")[2]


def _is_below(name: str, place: str) -> bool:
    return name.startswith(f"{place}/") if place else True


def _is_inner(name: str, place: str) -> bool:
    return name != place and _is_below(name, place)


def _seen(name: str, tree: FileTree, path: str) -> str:
    """Return the path of a file of the repository as the user names those beside the compose file."""
    return posixpath.normpath(
        posixpath.join(posixpath.dirname(path), posixpath.relpath(name or ".", tree.place or "."))
    )


def _opened(names: Iterable[str], tree: FileTree, path: str, opener: Opener) -> Iterator[CodeText]:
    for name in islice(names, _MOST_FILES):
        for file in opener(path, posixpath.relpath(name, tree.place or "."))[:1]:
            if len(file.data) <= _LARGEST:
                yield code_text(file.path, file.data.decode("utf-8", "replace"), opener.answers)
