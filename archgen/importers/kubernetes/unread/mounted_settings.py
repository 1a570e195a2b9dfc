"""The settings in files of ConfigMaps that a pod mounts, by names as those of variables, and the variables that such files read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache

from archgen.importers.facts import Origin
from archgen.importers.kubernetes.configurations import mounted_by
from archgen.importers.kubernetes.manifests import Manifests
from archgen.importers.kubernetes.part import Workload
from archgen.importers.kubernetes.variables import data_of
from archgen.importers.sources.reading import CodeText

_CODE = (".py", ".rb", ".js", ".cjs", ".mjs", ".ts", ".exs", ".php")
_FILES = (
    ".yaml", ".yml", ".json", ".toml", ".ini", ".properties", ".conf", ".cfg", ".config", ".env", ".edn", ".hocon", ".xml", *_CODE,
)  # fmt: skip
"""The ends of the names of files with settings, and of those among them that are code."""

_PUT_IN = re.compile(r"\$\{(?:env:)?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b")
_NAME = re.compile(r"""(?:- +|export +)?[:"']?([A-Za-z][\w.-]{0,60})["']?""")
_VALUE = re.compile(r"""(?:[:=]>? ?)?["']?([^\s"'#,;]{4,500})["']?,?(?: #.*)?""")
_OPENS = re.compile(r"[:=]?>? ?[\[({|>]{0,2}-?")
"""A setting in a line: its name, and behind that its value, or nothing but the beginning of what it holds."""

_SECTION = re.compile(r"\[{1,2}\"?([\w.-]{1,60})\"?\]{1,2}")
_COMMENT = ("#", "//", ";", "<!--", "--")
_GENERIC = frozenset(
    ("url", "uri", "host", "hostname", "endpoint", "address", "addr", "server", "base_url", "baseurl", "api_url")
)
"""Names of settings that tell nothing without what they stand in."""

_LONGEST_LINE = 700
_MOST_LINES = 3000
_MOST_FILES = 40
_LONGEST_TEXT = 20_000


def files_mounted(manifests: Manifests, part: Workload) -> Iterator[tuple[str, str, Origin]]:
    """Yield the files with settings that a pod mounts: the name, the text, and the place."""
    count = 0
    for name, keys in mounted_by(part):
        for key, (text, source) in data_of(manifests, "ConfigMap", part.namespace, name).items():
            if (keys is None or key in keys) and key.lower().endswith(_FILES) and count < _MOST_FILES:
                count += 1
                yield key, _by_lines(text), source


@lru_cache(maxsize=256)
def _by_lines(text: str) -> str:
    """Return a text of JSON that a template wrote into one line with each setting in a line of its own."""
    line = text.strip()
    if not line.startswith("{") or "\n" in line or len(line) > _LONGEST_TEXT:
        return text
    try:
        return json.dumps(json.loads(line), indent=1)
    except (ValueError, RecursionError):
        return text


def names_in_files(manifests: Manifests, part: Workload) -> frozenset[str]:
    """Return the names of the variables that the files of a pod are filled in with, or read where they are code."""
    names: set[str] = set()
    for key, text, _ in files_mounted(manifests, part):
        names.update(_PUT_IN.findall(text) if "${" in text else ())
        names.update(_names_read(key, text) if key.endswith(_CODE) else ())
    return frozenset(names)


@lru_cache(maxsize=256)
def _names_read(name: str, text: str) -> frozenset[str]:
    return frozenset(CodeText(name, text).names.names)


def settings_in_files(manifests: Manifests, part: Workload) -> Iterator[tuple[str, str, Origin]]:
    """Yield the settings of the files that a pod mounts: a name as of a variable, a value with a dot in it, and the place."""
    hidden = manifests.hidden.get(part.id, set())
    for _, text, source in files_mounted(manifests, part):
        for name, value, line in _settings_in(text):
            if (source.path, source.line + line) not in hidden:
                yield name, value, Origin(source.path, source.line + line)


@lru_cache(maxsize=256)
def _settings_in(text: str) -> tuple[tuple[str, str, int], ...]:
    # many pods may mount one file
    return tuple(_settings_by_line(text))


def _settings_by_line(text: str) -> Iterator[tuple[str, str, int]]:
    outer: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], 1):
        content = line[:_LONGEST_LINE].strip()
        if not content or content.startswith(_COMMENT):
            continue
        if (section := _SECTION.fullmatch(content)) is not None:
            outer = [(-1, section[1])]
            continue
        indent = len(line) - len(line.lstrip())
        while outer and outer[-1][0] >= indent:
            outer.pop()
        name = _NAME.match(content)
        rest = " ".join(content[name.end() :].split()) if name is not None else ""
        if name is not None and _OPENS.fullmatch(rest) is not None:
            outer.append((indent, name[1]))
            continue
        value = _VALUE.fullmatch(rest) if name is not None and "." in rest else None
        if name is not None and value is not None and "." in value[1]:
            is_generic = name[1].lower().replace("-", "_") in _GENERIC and outer
            yield _as_variable(f"{outer[-1][1]}_{name[1]}" if is_generic else name[1]), value[1], number


def _as_variable(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper())
