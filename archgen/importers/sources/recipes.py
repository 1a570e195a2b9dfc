"""Images that a project builds itself: what their Dockerfiles begin with, run, set, and copy from the project."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator
from typing import Protocol

from msgspec import Struct, field

from archgen.importers.facts import Configuration, Opener, Origin
from archgen.importers.packages import DOCKERFILES
from archgen.importers.sources.instructions import files_written, instructions_of

_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}?")
_CONFIGURED = ("/etc/", "/usr/local/etc/", "/opt/")
_ROOTS = ("root", "rootfs")
"""Directories that hold files as they lie in the image."""

_INSTALLS = re.compile(
    r"\b(?:pip3?|npm|pnpm|yarn|bun|gem|pecl|composer|poetry|pdm|uv|conda|mamba|micromamba)\s+(?:install|i|add|require|env|create)\b[^&|;]*"
    r"|\bdocker-php-ext-install\b[^&|;]*"
)
"""A command that installs packages for a program, with their names."""

_OF_SYSTEM = re.compile(
    r"(?<![\w-])(?:python3?|py3|php\d*|ruby)-(?!pip|dev|venv|setuptools|wheel|full|minimal|fpm|cli)[\w-]+"
)
"""Libraries of a language among the packages of a system: `python3-psycopg2`."""

_PACKAGE = re.compile(r"\bgo build\b[^&|;]*?\s\./((?:[\w.-]+/){0,5}cmd/[\w.-]+)")
"""A program of Go that a recipe builds: `go build -o /server ./cmd/server`."""

_UNREAD = re.compile(r"\b(conda|mamba|micromamba)\s+(env|create)\b|git\+|https?://|--(extra-)?index-url")
"""Words of commands that install what no list here names."""

_BARE = re.compile(
    r"(docker\.io/|public\.ecr\.aws/(docker/|lambda/)|gcr\.io/distroless/|cgr\.dev/chainguard/"
    r"|registry\.access\.redhat\.com/(ubi\d+/)?|ghcr\.io/astral-sh/|bitnami/|oven/|denoland/)?(library/)?[^/]*|mcr\.microsoft\.com/.*"
)
"""Images of languages and systems, which bring no library for a store."""

_MOST_INSTALLED = 60
_TEMPLATES = tuple(
    f".{kind}{end}" for kind in ("json", "yml", "yaml", "toml", "ini", "conf") for end in (".template", ".tmpl", ".tpl")
)
_CONFIGURATIONS = (".conf", ".cfg", *_TEMPLATES, "Caddyfile")
"""Ends of the names of configurations, those that a start script fills in too."""

_PAGES = re.compile(r"/usr/share/nginx|/var/www|/htdocs|/usr/share/caddy|/srv\b")
_CONFIGURES = re.compile(
    r"/etc/nginx|\.conf\b|/conf/|conf\.d|\bsites-|envsubst|proxy_pass|Caddyfile|\.sh\b|entrypoint", re.IGNORECASE
)

SCRIPT = re.compile(r"(?:[\w./-]*/)?(?:[\w.-]*\.sh|[\w.-]*entry-?point[\w-]*)")
"""The path of a script of a shell."""

FURTHER_UP = ("..", "../..")
"""Where a compose file is run from that lies below: then its paths begin there."""

_SPECIAL = frozenset("'\"\\")
"""Characters that mean something to a shell in a list of words."""


class SourceText(Struct, frozen=True):
    """A text and its place; it is `unset` where it is empty for a variable that no file sets.

    `of_reader` is the value of an example that names the machine of its reader, and so sets nothing in a container.
    """

    text: str
    source: Origin
    unset: bool = False
    of_reader: str = ""


_IN_BRACES = re.compile(r"\$\{(\w+)\}")


class Built(Protocol):
    """Something at a place that is built from a directory, by a recipe in it, up to a stage of that."""

    source: Origin
    built: str
    dockerfile: str
    stage: str
    arguments: list[str]


class Build(Struct):
    """A build that a file at a place may do."""

    source: Origin
    built: str
    dockerfile: str
    stage: str = ""
    arguments: list[str] = field(default_factory=list)


class Recipe(Struct):
    """The sources of an image: the image below it, its words, its variables, and the files that it copies or writes, by target.

    Those that it has `written` have the line of the recipe before them; the `scripts` of a shell are by their targets, too. `sources`
    are all that it copies from the project, wherever to, also into the stages that it takes files `out_of`; `installed` are the
    commands that install packages. It runs in the `directory` of the project, where it copies more of it.
    `works_in` is where that lies in the image, `roots` are the directories that hold the whole project there, and `exposed` the
    ports on which it listens by its own words. It is `shaped` by what its instructions say that copy files and run commands;
    `commands` are those that are run alone, and `packages` the programs of Go that these build.
    """

    image: str = ""
    words: str = ""
    variables: dict[str, SourceText] = field(default_factory=dict)
    copies: dict[str, SourceText] = field(default_factory=dict)
    scripts: dict[str, SourceText] = field(default_factory=dict)
    written: dict[str, tuple[Configuration, int]] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    installed: list[str] = field(default_factory=list)
    out_of: set[str] = field(default_factory=set)
    directory: str = ""
    works_in: str = ""
    roots: list[str] = field(default_factory=list)
    exposed: list[int] = field(default_factory=list)
    shaped: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)

    @property
    def commands_that_install(self) -> str:
        """Return the commands that install packages, one on each line."""
        return "\n".join(self.installed[:_MOST_INSTALLED])

    @property
    def is_bare(self) -> bool:
        """Return True for an image of a language or a system, to which no package comes but those of lists."""
        return _BARE.fullmatch(self.image) is not None and _UNREAD.search(self.commands_that_install) is None

    @property
    def has_pages_alone(self) -> bool:
        """Return True for an image that gets files for a web server to serve, and nothing that may configure it."""
        pages = any(_PAGES.search(each) is not None for each in self.shaped)
        return pages and not any(_CONFIGURES.search(each) is not None for each in self.shaped)


def find_source(service: Built, opener: Opener) -> None:
    """Set the directory that a service is built from, if it is meant from further up, where its recipe is."""
    if _is_built_here(service) and not opener(service.source.path, _path_of(service)):
        for above in FURTHER_UP:
            source = posixpath.normpath(posixpath.join(above, service.built))
            if opener(service.source.path, _path_of(service, source)):
                service.built = source
                return


def _is_built_here(service: Built) -> bool:
    return bool(service.built) and not service.built.startswith(("http:", "https:", "git:", "git@"))


def _path_of(service: Built, source: str = "") -> str:
    return posixpath.join(source or service.built, service.dockerfile or "Dockerfile")


def read_recipe(service: Built, opener: Opener) -> Recipe:
    """Return the recipe of a service that is built; an empty one where there is no Dockerfile."""
    if not _is_built_here(service):
        return Recipe()
    path = _path_of(service)
    files = [file for file in opener(service.source.path, path)[:1] if len(file.data) < 1 << 18]
    for file in files:
        stages = dict(_stages(file.path, file.data.decode("utf-8", "replace"), service.built, bool(service.arguments)))
        chosen = service.stage if service.stage in stages else next(reversed(stages), "")
        return _resolved(stages, chosen)
    return Recipe()


def read_own_recipe(source: Origin, directory: str, opener: Opener, names: Iterable[str] = DOCKERFILES) -> Recipe:
    """Return the recipe in a directory, as a file at a place calls it, that an image is built from; it names paths in it, or around it.

    `names` are those that it may have.
    """
    recipes: list[Recipe] = []
    place = posixpath.dirname(source.path)
    for context in (directory, *(posixpath.normpath(posixpath.join(directory, above)) for above in FURTHER_UP)):
        for file in names:
            named = posixpath.relpath(posixpath.join(place, directory, file), posixpath.join(place, context))
            recipe = read_recipe(Build(source, context, named), opener)
            if any(opener.holds(source.path, copy.text) for copy in recipe.copies.values()):
                return recipe
            # an argument without a value may stand for the image below
            recipes += [recipe] if recipe.image or recipe.shaped else []
    return recipes[0] if recipes else Recipe()


def _resolved(stages: dict[str, Recipe], name: str) -> Recipe:
    """Return a stage with what it takes over from the stages that it begins with."""
    recipe = stages.get(name, Recipe())
    for _ in stages:
        base = stages.get(recipe.image)
        if base is None or base is recipe:
            break
        recipe = Recipe(
            base.image,
            recipe.words or base.words,
            base.variables | recipe.variables,
            base.copies | recipe.copies,
            written=base.written | recipe.written,
            scripts=base.scripts | recipe.scripts,
            works_in=recipe.works_in,
            exposed=base.exposed + recipe.exposed,
            shaped=base.shaped + recipe.shaped,
            commands=base.commands + recipe.commands,
        )
    used = [stages[each] for each in _used(stages, name)]
    recipe.sources = [source for stage in used for source in stage.sources]
    recipe.installed = [command for stage in used for command in stage.installed]
    recipe.packages = [name for stage in used for name in stage.packages]
    roots = [root for stage in used for root in stage.roots if recipe.works_in.startswith(f"{root}/")]
    recipe.directory = recipe.works_in[len(roots[0]) + 1 :] if roots else ""
    return recipe


def _used(stages: dict[str, Recipe], name: str) -> list[str]:
    """Return a stage, those that it begins with, and those that it takes files out of."""
    used, waiting = dict[str, None](), [name]
    while waiting:
        each = waiting.pop()
        if each in stages and each not in used:
            used[each] = None
            waiting += [stages[each].image, *sorted(stages[each].out_of)]
    return list(used)


def _stages(path: str, text: str, context: str, is_given: bool) -> Iterator[tuple[str, Recipe]]:
    """Yield the stages of a Dockerfile by name; one without a name by its number.

    What it writes holds the defaults of its arguments, unless the build `is_given` others.
    """
    recipe, name, count = Recipe(), "", 0
    arguments: dict[str, str] = {}
    working: dict[str, str] = {}
    for each in instructions_of(text):
        instruction, rest, line = each.word, each.rest, each.line
        words = rest.split()
        if instruction in ("COPY", "ADD", "RUN", "CMD", "ENTRYPOINT"):
            recipe.shaped.append(each.body)
        for file in files_written(each):
            if _is_configuration(file.target):
                before, first = recipe.written.get(file.target, (Configuration(path, b""), file.line))
                written = file.text if is_given else _with_defaults(file.text, arguments)
                recipe.written[file.target] = Configuration(path, before.data + written.encode()), first
        if instruction == "FROM":
            if count:
                yield name, recipe
            words = [word for word in words if not word.startswith("--")]
            working[name] = recipe.works_in
            name = words[2] if len(words) > 2 and words[1].lower() == "as" else str(count)
            image = _filled(words[0] if words else "", arguments)
            recipe, count = Recipe(image, works_in=working.get(image, "/")), count + 1
        elif instruction == "ARG":
            key, _, value = rest.partition("=")
            arguments[key.strip()] = value.strip("\"' ")
        elif instruction == "ENV":
            recipe.variables.update(_variables(rest, Origin(path, line)))
        elif instruction in ("CMD", "ENTRYPOINT"):
            recipe.words = f"{recipe.words} {_command(rest)}".strip()
        elif instruction == "WORKDIR":
            recipe.works_in = posixpath.normpath(posixpath.join(recipe.works_in, _filled(rest, arguments)))
        elif instruction == "EXPOSE":
            ports = [word.partition("/") for word in words if not word.endswith("/udp")]
            recipe.exposed += [int(port) for port, _, _ in ports if re.fullmatch("[0-9]{1,5}", port)]
        elif instruction == "RUN":
            recipe.commands.append(each.body)
            recipe.packages += _PACKAGE.findall(rest) if "go build" in rest else []
            recipe.installed += [*_INSTALLS.findall(rest), *_OF_SYSTEM.findall(rest)]
        else:
            for target, copied, is_root in _copied(words, context, Origin(path, line)):
                if is_root or _is_configuration(target) or posixpath.basename(target).startswith(".env"):
                    recipe.copies[target] = copied
                if SCRIPT.fullmatch(target) is not None:
                    recipe.scripts[target] = copied
            _take_sources(recipe, words, context, arguments)
    if count:
        yield name, recipe


def _filled(text: str, arguments: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda match: arguments.get(match[1]) or match[2] or "", text)


def _with_defaults(text: str, arguments: dict[str, str]) -> str:
    """Return a text with the arguments in it that have a value; a shell leaves nothing in the place of the others."""
    return _IN_BRACES.sub(lambda match: arguments.get(match[1]) or match[0], text) if arguments else text


def _variables(rest: str, source: Origin) -> Iterator[tuple[str, SourceText]]:
    words = split_words(rest)
    if words and "=" not in words[0]:
        yield words[0], SourceText(" ".join(words[1:]), source)
        return
    for word in words:
        key, separator, value = word.partition("=")
        if separator:
            yield key, SourceText(value, source)


def _command(rest: str) -> str:
    try:
        words = json.loads(rest) if rest.startswith("[") else None
    except (ValueError, RecursionError):
        words = None
    return " ".join(str(word) for word in words) if isinstance(words, list) else rest


def _copied(words: list[str], context: str, source: Origin) -> Iterator[tuple[str, SourceText, bool]]:
    """Yield what an instruction copies from the project, by the targets; True for files that lie there as in the image."""
    if any(word.startswith("--from") for word in words):
        return
    named = _paths(words)
    for name in named[:-1]:
        target = named[-1] + posixpath.basename(name) if named[-1].endswith("/") else named[-1]
        if posixpath.basename(name) == "*":
            name, target = posixpath.dirname(name) or ".", named[-1].rstrip("/") or "/"
        is_root = named[-1] == "/" and posixpath.normpath(name) in _ROOTS
        yield target, SourceText(posixpath.join(context, name.lstrip("/")), source), is_root


def _is_configuration(target: str) -> bool:
    """Return True for a place in an image where configurations lie."""
    return target.startswith(_CONFIGURED) or target.endswith(_CONFIGURATIONS)


def _paths(words: list[str]) -> list[str]:
    """Return the paths of an instruction that copies: those of its sources, then that of the target."""
    return [word.strip('[]",') for word in words if not word.startswith(("--", "<<"))]


def _take_sources(recipe: Recipe, words: list[str], context: str, arguments: dict[str, str]) -> None:
    """Add to a stage what an instruction copies from the project, or the stage that it takes files out of."""
    stages = [word.partition("=")[2] for word in words if word.startswith("--from=")]
    recipe.out_of.update(stages)
    paths = _paths(words)
    if "." in (posixpath.normpath(path) for path in paths[:-1]) and not stages:
        recipe.roots.append(posixpath.normpath(posixpath.join(recipe.works_in, paths[-1])))
    for name in paths[:-1] if not stages else ():
        recipe.sources.append(posixpath.join(context, _filled(name, arguments).lstrip("/")))


def split_words(text: str) -> list[str]:
    """Return the words of a command; as they stand where its quotes don't match."""
    if _SPECIAL.isdisjoint(text):
        return text.split()
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()
