"""The variables of a project: those of its `.env`, else of the example of one that stands in for it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Set

from msgspec import Struct, field
from msgspec.structs import replace

from archgen.importers.addresses import mentions
from archgen.importers.compose.interpolation import expanded_variables
from archgen.importers.compose.service import SourceText
from archgen.importers.facts import Configuration, Opener
from archgen.importers.sources.json_values import settings_of_json
from archgen.importers.stages import EXAMPLES, examples_of
from archgen.importers.store_names import names_host_alone
from archgen.importers.variable_names import asks_for_host, is_for_browsers

STAND_INS = (
    *(f".env{end}" for end in EXAMPLES),
    ".env.defaults",
    ".env-example",
    ".env-sample",
    "env.example",
    "example.env",
    "env.sample",
    "sample.env",
    "env.template",
    "template.env",
    "env.dist",
    "default.env",
    ".env.production",
    ".env.prod",
    "production.env",
    "prod.env",
    "deploy.env",
    *(
        f"{name}{end}"
        for name in (".env.docker", ".env.prod", ".env.production", ".env.local", ".env.selfhost", ".env.light")
        for end in (".example", ".template", "")
    ),
    "docker.env",
    "variables.env",
    "config.env",
    "stack.env",
    "compose.env",
    *(
        f"{dot}env{sign}{word}"
        for word in ("template", "example", "sample", "dist")
        for dot in ("", ".")
        for sign in ("_", "-")
    ),
    *(f".env{sign}docker{end}" for sign in ("_", "-") for end in (*EXAMPLES[:2], "")),
    *(f".env.example{sign}docker" for sign in ("_", "-", ".")),
    *(f".env.docker{sign}example" for sign in ("_", "-")),
    *(f"{name}.env{end}" for name in ("docker", "compose") for end in EXAMPLES[:2]),
    "dot.env",
)
"""Names of files that people copy to `.env`, the likelier ones first."""

_ELSEWHERE = ("conf", "config", "env", "envs", ".envs", "docker", "..")
"""Directories that keep examples of a `.env` which they don't keep, the likelier ones first."""

_NAMED = re.compile(r"(?:docker-)?compose[.-]([\w-]{1,40})\.ya?ml")
_ALIKE = {"prod": ("production",), "production": ("prod",)}

_MOVED = (*STAND_INS[:2], "env.example")


_READER = re.compile(r"(?<![\w.-])(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?![\w.-])")

_DEFAULT = re.compile(r"\$\{(\w+):?-([\w.-]+)\}")
_BARE = re.compile(r"[A-Za-z][\w-]*")
_SERVICE = re.compile(r"^[ \t]{1,8}([A-Za-z][\w.-]{0,62}):[ \t]*(?:[{#&]|$)", re.MULTILINE)
"""A key in a compose file that may be the name of a service."""

_MOST_FOUND = 8


def names_reader(name: str, value: str) -> bool:
    """Return True for an address of the machine itself in a file of examples, which is that of its reader, and no container's."""
    return _READER.search(value) is not None and asks_for_host(name) and not is_for_browsers(name)


class Environment(Struct):
    """The variables of a project by name; `stand_in` is the file that they are read from if there is no `.env`."""

    variables: dict[str, str] = field(default_factory=dict)
    stand_in: str = ""

    def inside(self, texts: Iterable[str], services: Set[str]) -> dict[str, str]:
        """Return the variables as containers take them: an example that names the machine of its reader sets no address there.

        Neither does one that names something else in the place of a service, for which the `texts` of the project have it by default.
        """
        if not self.stand_in:
            return self.variables
        held = {name for name, value in self.variables.items() if names_reader(name, value)}
        for name, default in {pair for text in texts for pair in _DEFAULT.findall(text)}:
            value = self.variables.get(name, "")
            if default in services and value not in services and _BARE.fullmatch(value) and names_host_alone(name):
                held.add(name)
        return {name: value for name, value in self.variables.items() if name not in held}

    @property
    def profiles(self) -> frozenset[str]:
        """Return the profiles that run if a command names none."""
        names = (name.strip() for name in self.variables.get("COMPOSE_PROFILES", "").split(","))
        return frozenset(name for name in names if name)


def environment_of(path: str, opener: Opener) -> Environment:
    """Return the variables for the compose files beside a path; an example for the file of that name comes first."""
    named = [*_named_like(path)]
    own = (*named, *(f"{directory}/{name}" for directory in _ELSEWHERE for name in named))
    for file in _likeliest(path, "", (".env", *own), (*STAND_INS, *_moved()), opener):
        stands_in = posixpath.basename(file.path) != ".env"
        # what an example leaves empty is to be filled in
        variables = {
            key: value for key, (value, _) in expanded_variables(file.data, {}).items() if value or not stands_in
        }
        return Environment(variables, file.path if stands_in else "")
    return Environment()


def _likeliest(
    path: str, directory: str, own: Iterable[str], stand_ins: Iterable[str], opener: Opener
) -> tuple[Configuration, ...]:
    """Return the first file in a directory that has one of its `own` names, else the likeliest of those that stand in for it.

    That is the first one, unless another one alone has addresses of services that the file at a path declares: of several examples it is
    the one for containers.
    """
    for files in opener.find(path, directory, own):
        return files[:1]
    found = [file for files in opener.find(path, directory, stand_ins) for file in files[:1]]
    if len(found) < 2:
        return (*found,)
    texts = (file.data.decode("utf-8", "replace") for file in opener(path, posixpath.basename(path))[:1])
    services = {name.lower(): name for text in texts for name in _SERVICE.findall(text)}
    return (next((file for file in found[:_MOST_FOUND] if _names_any(file, services)), found[0]),)


def _names_any(file: Configuration, services: Mapping[str, str]) -> bool:
    values = ((name, value) for name, (value, _) in expanded_variables(file.data, {}).items())
    return any(mentions(name, value, services) for name, value in values if "://" in value or names_host_alone(name))


def _named_like(path: str) -> Iterator[str]:
    """Yield the names of examples for a compose file: `.env.prod.example` for `docker-compose.prod.yml`."""
    match = _NAMED.fullmatch(posixpath.basename(path))
    for word in (match[1], *_ALIKE.get(match[1], ())) if match is not None else ():
        yield from (f".env.{word}{end}" for end in (*EXAMPLES, ""))
        yield f".env.example.{word}"


def with_settings(variables: Mapping[str, SourceText]) -> dict[str, SourceText]:
    """Return variables with the settings in those that hold JSON; what stands in a variable of its own counts."""
    inner = {
        name: replace(value, text=text)
        for variable, value in variables.items()
        for name, text in settings_of_json(variable, value.text)
    }
    return inner | {**variables} if inner else {**variables}


def opened_variables(path: str, name: str, opener: Opener, *, moved: bool = True) -> tuple[Configuration, ...]:
    """Return the file of variables that a compose file names, else the example of it; `moved` may lie in another directory."""
    directory, base = posixpath.split(name)
    if base == ".env":
        stand_ins = (*STAND_INS, *(_moved() if moved else ()))
    else:
        # what `.env.docker` is copied from may be the only example that there is
        stand_ins = (*examples_of(base), *(examples_of(".env") if base.startswith(".env.") else ()))
    return _likeliest(path, directory, (base,), stand_ins, opener)


def _moved() -> Iterator[str]:
    """Return the paths of examples that are copied out of another directory."""
    return (f"{directory}/{name}" for directory in _ELSEWHERE for name in _MOVED)
