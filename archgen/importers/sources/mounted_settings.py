"""Settings in files that pods mount or images hold, by names as of variables: `config.env`, `application.yaml`, `appsettings.json`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from archgen.importers.facts import Attachment, Configuration
from archgen.importers.schemes import Beside, told_beside
from archgen.importers.secrets import without_secret
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable
from archgen.language.yaml.tree import Map, Seq, TreeNode, unpack

_LINE = re.compile(r"""([ \t]*)(?:- )?(?:export )?["']?([A-Za-z][A-Za-z0-9_.-]{0,80})["']?[ \t]*[:=][ \t]*(.*)""")
_BETWEEN_WORDS = re.compile(r"[.-]+")
_MAY_NAME_STORE = re.compile(
    rb"[a-z]://|redis|postgres|pgsql|mysql|maria|mongo|kafka|rabbit|amqp|elastic|opensearch|memcache|cassandra|neo4j|mssql|oracle|"
    rb"sqlserver|\bdb\b|\bpg|minio|s3|dynamo|nacos|eureka|consul|keycloak|vault|db_|database|datasource|data source",
    re.IGNORECASE,
)
"""A word of each store that a setting may name; a file without one is not read by its lines."""

_OF_PROPERTIES = re.compile(r"[ \t]*([\w.\[\]-]+)[ \t]*[=:][ \t]*(.*)")
_NEXT_OF_PROPERTIES = re.compile(r"[#!]---\s*")
_WITH_DEFAULT = re.compile(r"\$\{([\w.-]{1,100}):((?:[^{}]|\{[^{}]*\})*)\}")
_FILLED_IN = re.compile(rb"@[\w.-]{1,100}@")
"""What Maven puts a value in for: the sign can't begin a word of YAML."""

_COMMENT_OF_JSON = re.compile(rb"^[ \t]*//[^\n]*", re.MULTILINE)
_NO_WORD = re.compile(r"[^A-Z0-9]")
_ON_PROFILE = ("SPRINGCONFIGACTIVATEONPROFILE", "SPRINGPROFILES")
_PROFILES = "SPRINGPROFILESACTIVE"
_NAMES_PROFILES = re.compile(r"spring[._]profiles[._]active", re.IGNORECASE)
_SWITCH = ".ENABLED"

_STAGES_OF_DOTNET = ("ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT")
_STAGE = re.compile(r"[\w-]{1,60}")

_LARGEST = 64 * 1024
_DEEPEST = 12


def files_of_dotnet(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the files of settings that a program of .NET with these variables reads, one over the other."""
    stage = next((variables[name] for name in _STAGES_OF_DOTNET if variables.get(name)), "Production")
    stages = ["", *([f".{stage}"] if _STAGE.fullmatch(stage) else [])]
    return tuple(f"{stem}{each}.json" for stem in ("appsettings", "ocelot") for each in stages)


_PROGRAMS = (".py", ".rb", ".js", ".ts", ".php")
_NAME_IN_PROGRAM = re.compile(r"[A-Za-z_$][\w$.]*[,;]?")


def is_program(attachment: Attachment) -> bool:
    """Return True for a file of a language, in which a word without quotes is a name and no value."""
    return attachment.target.endswith(_PROGRAMS)


def settings_in(attachment: Attachment) -> Iterator[tuple[str, str, int, Beside]]:
    """Yield the name, the value and the line of each setting of a file, and what stands beside a host.

    One inside others has the names of all of them: `redis: {host: x}` on two lines is `REDIS_HOST`, as frameworks take it from a
    variable.
    """
    settings = [*_settings_in(attachment)]
    values = {name.upper(): value for name, value, _ in settings}
    for name, value, line in settings:
        yield name, value, line, told_beside(name.upper(), lambda key: values.get(key, ""))


def _settings_in(attachment: Attachment) -> Iterator[tuple[str, str, int]]:
    data = attachment.file.data
    if len(data) > _LARGEST or _MAY_NAME_STORE.search(data) is None:
        return
    above: list[tuple[int, str]] = []
    in_program = is_program(attachment)
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        match = _LINE.match(line)
        if match is None or (in_program and _NAME_IN_PROGRAM.fullmatch(match[3].strip()) is not None):
            continue
        indent, name, value = (
            len(match[1]),
            _BETWEEN_WORDS.sub("_", match[2]),
            match[3].strip().rstrip(",").strip("\"'"),
        )
        while above and above[-1][0] >= indent:
            above.pop()
        if value in ("", "{", "["):
            if len(above) < _DEEPEST:
                above.append((indent, name))
        else:
            yield "_".join((*(each for _, each in above), name)), value, number + attachment.line


def settings_by_sections(file: Configuration) -> Iterator[tuple[str, str, int]]:
    """Yield the name, the value and the line of each setting of a file of .NET, named as the variable that sets it: `A__B`."""
    try:
        documents = [*_documents(file, str)]
    except Unreadable:
        return
    for each in (each for settings in documents for each in settings):
        yield each.way[1:].replace(".", "__"), each.value, each.line + 1


def settings_by_ways(file: Configuration) -> Iterator[tuple[str, str]]:
    """Yield the names that lead to each setting of a file, with points between them, and its value; nothing of what can't be read."""
    try:
        documents = [*_documents(file, str)]
    except Unreadable:
        return
    yield from ((each.way[1:], each.value) for settings in documents for each in settings)


def settings_written_in(file: Configuration) -> list[FileSetting]:
    """Return the settings of a file of YAML, JSON or properties; none of what can't be read."""
    try:
        return [each for settings in _documents(file) for each in settings]
    except Unreadable:
        return []


class FileSetting(NamedTuple):
    """A setting of a file: the names that lead to it, its value, and its line and column, both counted from 0."""

    way: str
    value: str
    line: int
    column: int

    @property
    def name(self) -> str:
        """Return the names in one, as frameworks compare them with variables."""
        return _bare(self.way)


def active_profiles(files: Iterable[Configuration], variables: Mapping[str, str], words: Iterable[str]) -> list[str]:
    """Return the profiles that a program of Spring runs with: those of its variable, without one those of its files.

    Files count for nothing where the words that start it, or another variable, name profiles too.
    """
    values = {_bare(name): value for name, value in variables.items()}
    named = [values[_PROFILES]] if _PROFILES in values else []
    if not named and not any(_NAMES_PROFILES.search(each) for each in (*words, *values.values())):
        for file in files:
            named = _profiles_named(file, values) or named
    return [profile for text in named for each in text.split(",") if (profile := each.strip())]


def _profiles_named(file: Configuration, values: Mapping[str, str]) -> list[str]:
    """Return what a file says of the profiles, as far as that is for any of them; a placeholder with its value."""
    try:
        documents = [*_documents(file)]
    except Unreadable:
        return []
    return [
        _WITH_DEFAULT.sub(lambda match: values.get(_bare(match[1]), match[2]), each.value)
        for settings in documents
        if _is_of_profile(settings, ())
        for each in settings
        if each.name == _PROFILES
    ]


def in_effect(
    files: Sequence[Configuration], profiles: Collection[str], variables: Mapping[str, str]
) -> Iterator[Configuration]:
    """Yield the files that a framework reads one over the other, each without what a program that has variables doesn't take from it.

    That are the documents of other profiles, what a later one or a variable sets again, and what is switched off. Lines stay
    where they are. A file that can't be read is left out.
    """
    values = {_bare(name): value for name, value in variables.items()}
    again = {*values}
    kept: list[Configuration] = []
    for file in reversed(files):
        lines = file.data.decode("utf-8-sig", "replace").split("\n")
        try:
            documents = [*_documents(file)]
        except Unreadable:
            continue
        for settings in reversed(documents):
            is_read = _is_of_profile(settings, profiles)
            off = tuple(
                each.way.removesuffix(_SWITCH[1:])
                for each in settings
                if each.way.endswith(_SWITCH) and each.value == "false" and each.name not in again
            )
            # behind the last one of a line first: the others stay where they were
            for each in reversed(settings):
                if not is_read or each.name in again or each.way.startswith(off):
                    lines[each.line] = _without(lines[each.line], each)
            again |= {each.name for each in settings} if is_read else set()
        text = _WITH_DEFAULT.sub(lambda match: _put_in(match, values), "\n".join(lines))
        kept.append(replace(file, data=text.encode("utf-8", "replace")))
    yield from reversed(kept)


def _documents(file: Configuration, spell: Callable[[str], str] | None = None) -> Iterator[list[FileSetting]]:
    """Yield the settings of each document of a file, their names spelled in some way; raise Unreadable."""
    if file.path.endswith(".properties"):
        documents: list[list[FileSetting]] = [[]]
        for number, line in enumerate(file.data.decode("utf-8-sig", "replace").split("\n")):
            match = _OF_PROPERTIES.match(line)
            if _NEXT_OF_PROPERTIES.fullmatch(line) is not None:
                documents.append([])
            elif match is not None:
                documents[-1].append(FileSetting("." + _way(match[1]), match[2].strip(), number, match.start(2)))
        yield from documents
        return
    data = _FILLED_IN.sub(lambda match: b"x" * len(match[0]), file.data)
    if file.path.endswith(".json"):
        data = _COMMENT_OF_JSON.sub(b"", data).replace(b"\t", b" ")
    yield from ([*_leaves(root, "", 0, spell or _way)] for root in read_documents(data))


def _leaves(node: TreeNode, way: str, mark: int, spell: Callable[[str], str]) -> Iterator[FileSetting]:
    """Yield the scalars below a node; those of a list have its name: who sets it again sets all of it."""
    if isinstance(node, Map):
        for key, place in zip(node, node.marks[1::2], strict=True):
            yield from _leaves(node[key], f"{way}.{spell(key)}", place, spell)
    elif isinstance(node, Seq) and node:
        for item, place in zip(node, node.marks, strict=True):
            yield from (each._replace(way=way) for each in _leaves(item, way, place, spell))
    else:
        _, line, column = unpack(mark)
        text = "" if node is None or isinstance(node, Seq) else str(node)
        yield FileSetting(way, text.lower() if isinstance(node, bool) else text, line - 1, column - 1)


def _is_of_profile(settings: Iterable[FileSetting], profiles: Collection[str]) -> bool:
    """Return True for a document that is for some of the profiles, or for any."""
    needed = [each.value for each in settings if each.name in _ON_PROFILE]
    return not needed or any(
        all(
            (word.lstrip("!") in profiles) != word.startswith("!") for word in re.split(r"\s*&\s*", alternative.strip())
        )
        for value in needed
        for alternative in re.split(r"[,|]", value)
    )


def _without(line: str, setting: FileSetting) -> str:
    """Return a line without a value; without all that follows where it stands in another form."""
    before, rest = line[: setting.column], line[setting.column :]
    return before + (rest.replace(setting.value, "", 1) if setting.value and setting.value in rest else "")


def _put_in(match: re.Match[str], values: Mapping[str, str]) -> str:
    """Return what stands for a placeholder with a default: the value of the variable of its name, if there is one."""
    name = _bare(match[1])
    if name in values:
        return values[name]
    return f"${{{match[1]}:{_WITH_DEFAULT.sub(lambda inner: _put_in(inner, values), match[2])}}}"


def _way(name: str) -> str:
    return ".".join(map(_bare, name.split(".")))


def _bare(name: str) -> str:
    return _NO_WORD.sub("", name.upper())


_HOLE = re.compile(rb"\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-[^}\n]{0,1000})?\}")
"""A variable, with what stands for it otherwise; a file may hold many that never end."""


def fill_variables(data: bytes, variables: Mapping[str, str]) -> bytes:
    """Return a configuration with `${NAME}` and `${env:NAME}` replaced by the variables that are known and no secrets."""

    def value(match: re.Match[bytes]) -> bytes:
        name = match[1].decode()
        text = without_secret(name, variables.get(name, ""))
        return text.encode("utf-8", "replace") if text and "\n" not in text else match[0]

    return _HOLE.sub(value, data)
