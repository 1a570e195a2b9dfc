"""A compose file in outline, from its lines alone: enough to compare projects of which most are never read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping

from msgspec import Struct, field

from archgen.app.importing.directories import path_in
from archgen.importers.sources.recipes import FURTHER_UP
from archgen.importers.variable_names import HOST_ENDS

_KEY = re.compile(r"""["']?([\w.<-][\w.<-]*)["']?[ \t]*:(?=[ \t]|$)[ \t]*(.*)""")
_WORD = re.compile(r"[A-Za-z0-9][\w.-]*")
_IN_BRACES = re.compile(
    r"""\b(image|build|context|dockerfile|extends|file|service|depends_on|profiles)["']?:[ \t]*(\[[^\]]*\]|["']?[^\s,{}"']+)"""
)
FILE = re.compile(r"""(?<![\w./-])[\w./-]+\.ya?ml""")
"""The name of a YAML file, sought once in a word: a start at each of its signs takes the square of its length."""

_ADDRESS = re.compile(rf"({HOST_ENDS}|DATABASE)[\"']?[:=]")
"""The end of a variable that tells a program where something is."""
_HOST = re.compile(r"""(?:@|//|["'=,\[ \t])([A-Za-z0-9][\w-]*)(?=:\d|[/"',}\]\s]|$)""")
_OF_HOST = re.compile(r"host|addr|server|ur[il]|broker|endpoint|dsn|://|:\d", re.IGNORECASE)

_NO_REPLICAS = re.compile(r"""\breplicas["']?:[ \t]*["']?0["']?[ \t]*[,}]""")

_MOST_LINES = 20_000
_LONGEST = 1000
_MOST_EXTENDED = 4
"""Services that one extends by way of another."""

_INNER = ("build", "depends_on", "deploy", "extends", "profiles")
"""Keys of a service whose values may stand in the lines below."""

_OF_CONDITIONS = frozenset(
    ("condition", "service_healthy", "service_started", "service_completed_successfully", "required", "restart", "true", "false",
     "override", "reset", "null", "<<")
)  # fmt: skip
"""Words beside the names of services for which another one waits."""


class ServiceSketch(Struct):
    """A service: its image, the directory and the recipe that it is built from, what it waits for, and the lines that may name hosts.

    It may take over what another one says, that it `extends`, of a file that it names or of its own. One that `amends` replaces or
    takes back what another file says, so that it doesn't run by itself. What has no replicas never `starts` but by hand.
    """

    image: str = ""
    built: str = ""
    recipe: str = ""
    extends: str = ""
    extends_file: str = ""
    runs: bool = False
    amends: bool = False
    starts: bool = True
    waits_for: list[str] = field(default_factory=list)
    profiles: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def hosts(self) -> set[str]:
        """Return the words of its lines that may be hosts; few sketches are asked for them."""
        return {host for line in self.lines for host in _hosts(line)}


_NOTHING = ServiceSketch()


class ComposeSketch(Struct, frozen=True):
    """The services of a compose file by name, the files that it includes, and whether it names addresses for its programs."""

    path: str
    services: dict[str, ServiceSketch]
    includes: tuple[str, ...] = ()
    has_addresses: bool = False

    @property
    def changed(self) -> set[str]:
        """Return the names of services that the file only changes: another one says what they run."""
        return {name for name, service in self.services.items() if not service.runs}


def sketch_compose(path: str, text: str) -> ComposeSketch:
    """Return the outline of a compose file."""
    services: dict[str, ServiceSketch] = {}
    includes: list[str] = []
    section = ""
    levels: list[int] = []
    service = ServiceSketch()
    inner = ""
    for line in text.splitlines()[:_MOST_LINES]:
        words = line.lstrip(" ")
        if not words or words[0] == "#":
            continue
        indent = len(line) - len(words)
        if indent == 0 and words[0] != "-":
            section, levels = words.partition(":")[0].strip("\"'"), []
        if section == "include":
            includes += FILE.findall(words[:_LONGEST])
        if section == "services" and indent > 0 and len(levels) > 1 and "image:" not in words[:_LONGEST]:
            service.lines.append(words)
        if section != "services" or indent == 0 or (not inner and len(levels) > 1 and indent > levels[1]):
            continue
        while levels and indent < levels[-1]:
            levels.pop()
        is_item = words[0] == "-"
        if not is_item and (not levels or indent > levels[-1]) and len(levels) < 3:
            levels.append(indent)
        key, value = (match[1], match[2]) if not is_item and (match := _KEY.match(words)) else ("", "")
        if len(levels) == 1 and key:
            service = services[key] = ServiceSketch()
            inner = ""
            _take_braces(service, value)
            service.lines.append(value)
        elif len(levels) == 2 and key and indent == levels[1]:
            inner = key if key in _INNER else ""
            _take(service, key, value)
        elif inner and (is_item or key):
            _take_inner(service, inner, key, value if key else words)
    for each in services.values():
        each.runs = each.runs and not each.amends
        if each.built and "://" not in each.built:
            each.built = _source_of(os.path.dirname(path), each)
    return ComposeSketch(path, services, tuple(includes), _ADDRESS.search(text) is not None)


def with_extended(sketches: Mapping[str, ComposeSketch], open_sketch: Callable[[str], ComposeSketch]) -> None:
    """Fill in the images and the sources of services that extend others, each in a file that is opened if it isn't sketched yet."""
    opened = dict(sketches)
    for sketch in sketches.values():
        for service in sketch.services.values():
            base, path = service, sketch.path
            for _ in range(_MOST_EXTENDED):
                if not base.extends or service.image or service.built:
                    break
                path = path_in(os.path.dirname(path), base.extends_file) if base.extends_file else path
                if path not in opened:
                    opened[path] = open_sketch(path)
                base = opened[path].services.get(base.extends, _NOTHING)
                service.image, service.built, service.recipe = base.image, base.built, base.recipe


def _source_of(directory: str, service: ServiceSketch) -> str:
    """Return the directory that a service is built from; one that is meant from further up, where its recipe is, as it is there."""
    places = (
        (directory, *(os.path.normpath(os.path.join(directory, above)) for above in FURTHER_UP)) if directory else ("",)
    )
    sources = [path_in(place, service.built) for place in places if not place.startswith("..")]
    recipe = service.recipe or "Dockerfile"
    found = (source for source in sources if os.path.isfile(os.path.join(source, recipe)))
    return next(found, sources[0])


def _take(service: ServiceSketch, key: str, value: str) -> None:
    if value[:1] == "!":
        # the tags of YAML itself, such as `!!str`, say nothing of other files
        service.amends = service.amends or value.startswith(("!reset", "!override"))
        value = value.partition(" ")[2].strip() if not value.startswith("!reset") else ""
        # what nothing stands behind is taken back; what stands below is another matter
        if not value or value[0] == "#":
            return
    if key in ("image", "build", "extends", "<<"):
        service.runs = True
    if key == "image":
        service.image = _scalar(value)
    elif key == "build":
        service.built = _scalar(value) if value and value[0] not in "{&*" else _of_braces(value, "context") or "."
        service.recipe = _of_braces(value, "dockerfile")
    elif key == "extends":
        service.extends = _scalar(value) if value[:1] != "{" else _of_braces(value, "service")
        service.extends_file = _of_braces(value, "file")
    elif (key == "scale" and _scalar(value) == "0") or (key == "deploy" and _NO_REPLICAS.search(value[:_LONGEST])):
        service.starts = False
    elif key in ("depends_on", "profiles"):
        _list_of(service, key).extend(word for word in _WORD.findall(value) if word not in _OF_CONDITIONS)


def _take_inner(service: ServiceSketch, inner: str, key: str, value: str) -> None:
    if inner == "build":
        service.runs = True
        if key == "context":
            service.built = _scalar(value)
        elif key == "dockerfile":
            service.recipe = _scalar(value)
    elif inner == "extends":
        if key == "service":
            service.extends = _scalar(value)
        elif key == "file":
            service.extends_file = _scalar(value)
    elif inner == "deploy":
        service.starts = service.starts and not (key == "replicas" and _scalar(value) == "0")
    elif not key:
        _list_of(service, inner).extend(_WORD.findall(value.partition("#")[0])[:1])
    elif inner == "depends_on" and key not in _OF_CONDITIONS:
        service.waits_for.append(key)


def _take_braces(service: ServiceSketch, value: str) -> None:
    """Take what a service holds that stands in one line."""
    for key, text in _IN_BRACES.findall(value[:_LONGEST]):
        if key == "context":
            service.built, service.runs = _scalar(text), True
        elif key == "dockerfile":
            service.recipe, service.built, service.runs = _scalar(text), service.built or ".", True
        elif key == "service":
            service.extends = _scalar(text)
        elif key == "file":
            service.extends_file = _scalar(text)
        else:
            _take(service, key, text)
    if "*" in value[:1]:
        service.runs = True


def _of_braces(value: str, name: str) -> str:
    return next((_scalar(text) for key, text in _IN_BRACES.findall(value[:_LONGEST]) if key == name), "")


def _hosts(text: str) -> set[str]:
    """Return the words of a line that may be hosts, where something in it speaks of one."""
    line = text[:_LONGEST]
    return set(_HOST.findall(line)) if _OF_HOST.search(line) is not None else set()


def _list_of(service: ServiceSketch, key: str) -> list[str]:
    return service.waits_for if key == "depends_on" else service.profiles


def _scalar(value: str) -> str:
    return value.partition(" #")[0].strip().strip("\"'")
