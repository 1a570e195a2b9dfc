"""Hosts that stand in the source of a program itself: the address of a store, a host with its port, the default of a variable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set

from archgen.importers.addresses import hosts_in
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
_OF_SETTINGS = re.compile(r"[ \t]*(?:- )?[\"']?([A-Za-z_][\w.-]*)[\"']?:[ \t]+[\"']?([^\s\"'#][^\n\"']*)")
_OF_RUBY = re.compile(
    r"<%=\s*ENV(?:\.fetch\(|\[)\s*[\"'](\w+)[\"']\s*[)\]]?\s*(?:,|\|\||\{)\s*[\"']([^\"'\n]*)[\"']\s*[)\}]?\s*%>"
)
_SECTION = re.compile(r"([A-Za-z_]\w*):")


def written_hosts(source: CodeText, hosts: Mapping[str, str], given: Set[str]) -> Iterator[tuple[str, str, int]]:
    """Yield the name, the value and the line of what may be one of the hosts in a source.

    What stands on a line with a variable that the program is `given` is there only for want of it.
    """
    text = source.bare
    if not hosts_in(text, hosts):
        return
    if source.path.endswith((".yml", ".yaml")):
        yield from _settings(source, given)
        return
    for pattern in (_ADDRESS, _PAIR, _DEFAULT, _NAMED):
        for match in pattern.finditer(text):
            start, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.end())
            line = text[start : end if end >= 0 else len(text)]
            if ONLY_SHOWS.search(line) is not None or names_callers(line) or not given.isdisjoint(_variables(line)):
                continue
            name, value = ("", match[1]) if pattern is _ADDRESS else (match[1], match[2])
            name, value = ("", f"{name}:{value}") if pattern is _PAIR else (name, value)
            yield name.upper(), value, source.line_at(match.start())


def _variables(line: str) -> Iterable[str]:
    """Return the words of a line in capitals: a variable may be written as one of a language."""
    return map(str.upper, _WORD.findall(line[:1000]))


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
