"""Hosts that stand in the source of a program itself: the address of a store, a host with its port, the default of a variable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set

from archgen.importers.sources.calls.source_calls import ONLY_SHOWS
from archgen.importers.sources.reading import CodeText
from archgen.importers.stages import STAGING, stage_of
from archgen.importers.variable_names import HOST_ENDS, names_callers

_QUOTED = r"[\"'`]([^\s\"'`]{1,300})[\"'`]"
_ADDRESS = re.compile(
    r"[\"'`]((?!https?:|wss?:)[a-zA-Z][a-zA-Z0-9+.:-]{1,40}://[^\s\"'`]{1,300}"
    r"|[A-Za-z][\w.-]*:[0-9]{4,5}(?:,[A-Za-z][\w.-]*:[0-9]{4,5})*)[\"'`]"
)
"""An address of anything but pages, or hosts with their ports: `"redis://cache:6379/0"`, `"kafka:9092"`."""

_PAIR = re.compile(r"\(\s*[\"']([A-Za-z][\w.-]*)[\"']\s*,\s*([0-9]{4,5})\s*\)")
"""A host and a port as two values: `("cache", 6379)`."""

_DEFAULT = re.compile(
    rf"\b([A-Z][A-Z0-9_]{{1,60}})[\"'`]?\s*[\])]?\s*(?:,\s*(?:default(?:_value)?\s*=\s*)?|\|\|\s*|\?\?\s*|\bor\s+|\{{\s*"
    rf"|\.default\(\s*){_QUOTED}"
)
"""A variable and what stands for it otherwise: `os.getenv("DB_HOST", "db")`, `process.env.DB_HOST || 'db'`."""

_NAMED = re.compile(
    rf"(?<![\w.])[\"']?(\w{{0,60}}{HOST_ENDS})[\"']?\s*(?::\s*[\w.\[\]| ]{{1,40}}?\s*=|:=|[:=])\s*"
    rf"(?:\w{{1,40}}\(\s*(?:default\s*=\s*)?)?{_QUOTED}",
    re.IGNORECASE,
)
"""A host under its name: `HOST: 'db'`, `HostName = "rabbitmq"`, `redis_host: str = Field(default="redis")`."""

_WORD = re.compile(r"[A-Za-z_]\w*")
_LONGEST = 1000
_OF_SETTINGS = re.compile(r"[ \t]*(?:- )?[\"']?([A-Za-z_][\w.-]*)[\"']?:[ \t]+[\"']?([^\s\"'#][^\n\"']*)")
_OF_RUBY = re.compile(
    r"<%=\s*ENV(?:\.fetch\(|\[)\s*[\"'](\w+)[\"']\s*[)\]]?\s*(?:,|\|\||\{)\s*[\"']([^\"'\n]*)[\"']\s*[)\}]?\s*%>"
)
_SECTION = re.compile(r"([A-Za-z_]\w*):")


def written_hosts(source: CodeText, hosts: Iterable[str], given: Set[str]) -> Iterator[tuple[str, str, int]]:
    """Yield the name, the value and the line of what may be one of the hosts whose names stand in a source.

    What stands on a line with a variable that the program is `given` is there only for want of it.
    """
    if source.path.endswith((".yml", ".yaml")):
        yield from _settings(source, given)
        return
    # the patterns take their time with each line, and hardly any has a host
    for number, full in enumerate(source.bare.split("\n"), 1):
        line = full[:_LONGEST]
        lower = line.lower()
        if not any(host in lower for host in hosts):
            continue
        found = [*_in_line(line)]
        is_meant = found and ONLY_SHOWS.search(line) is None and not names_callers(line)
        if is_meant and given.isdisjoint(_variables(line)):
            yield from ((name, value, number) for name, value in found)


def _in_line(line: str) -> Iterator[tuple[str, str]]:
    """Yield the names and the values of what may be a host in a line of a source."""
    yield from (("", match[1]) for match in _ADDRESS.finditer(line))
    yield from (("", f"{match[1]}:{match[2]}") for match in _PAIR.finditer(line))
    yield from ((match[1].upper(), match[2]) for pattern in (_DEFAULT, _NAMED) for match in pattern.finditer(line))


def _variables(line: str) -> Iterable[str]:
    """Return the words of a line in capitals: a variable may be written as one of a language."""
    return map(str.upper, _WORD.findall(line))


def _settings(source: CodeText, given: Set[str]) -> Iterator[tuple[str, str, int]]:
    """Yield the settings of a file of YAML but for those of other stages than production, with the defaults of Ruby."""
    stage = ""
    for number, full in enumerate(source.bare.split("\n"), 1):
        section = _SECTION.match(full)
        stage = section[1] if section is not None else stage
        line = _OF_RUBY.sub(lambda match: match[2] if match[1] not in given else "", full)
        match = _OF_SETTINGS.match(line) if "<%" not in line else None
        if match is not None and stage_of(stage) < STAGING:
            yield match[1].upper(), match[2].strip(), number
