"""Where the sources of services lie, and the settings that programs read out of them, which no compose file names."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from archgen.importers.addresses import Mention, mentions
from archgen.importers.catalogue import FETCHING
from archgen.importers.compose.environment import names_reader, opened_variables
from archgen.importers.compose.interpolation import expanded_variables
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import Service, SourceText
from archgen.importers.facts import Attachment, Configuration, Opener, Origin
from archgen.importers.packages import DOCKERFILES, PACKAGE_LISTS, directory_named
from archgen.importers.products import image_name
from archgen.importers.sources.built_images import image_builds
from archgen.importers.sources.calls.source_calls import source_calls
from archgen.importers.sources.mounted_settings import files_of_dotnet, in_effect
from archgen.importers.sources.recipes import read_recipe
from archgen.importers.variable_names import is_for_browsers, names_page, names_telemetry
from archgen.model.kinds import KINDS

_BUILT_BELOW = re.compile(r"/?(target|build/libs)/[^/]*$")
"""Where Maven and Gradle put what a module is built into."""

_MODULE = re.compile(r"[\w.-]+(/[\w.-]+)*")
_OF_PROGRAMS = ("apps", "services", "workers", "packages")
"""Directories of a repository in which its programs lie."""

_INSTALLED = re.compile(
    r"^/(etc|run|tmp|dev|proc|sys|certs?|ssl|docker-entrypoint|usr/share|usr/local/(etc|share)|var/(lib|log|run|cache|backups?))(/|$)"
)
"""Where no sources are mounted."""

_FILES = (
    *(f"{stem}.{end}" for stem in ("config", "settings") for end in ("yml", "yaml", "json", "toml", "ini", "py", "js", "ts")),
    *(f"{directory}/{name}" for directory in ("app", "src", "config", "app/core") for name in ("config.py", "settings.py")),
    *(f"{directory}/{name}.{end}" for directory in ("config", "configs", "conf", "etc")
      for name in ("config", "default", "production", "app", "settings") for end in ("yml", "yaml", "json", "toml", "ini")),
    "src/config.ts", "src/config.js", "src/config/index.ts", "src/config/index.js",
)  # fmt: skip
"""Files of settings below a source, as programs name them most."""

_IGNORES = (b".env", b"/.env", b"*.env", b".env*", b"**/.env", b"**/.env*")
"""Lines of a `.dockerignore` by which no `.env` comes into an image."""

_MOST_COPIED = 20
_MOST_WORDS = 50
_LARGEST = 64 * 1024


def source_directories(part: ServicePart, opener: Opener) -> Iterator[str]:
    """Yield the directories that may hold the source of a service, the likelier ones first."""
    service = part.service
    built = service.built
    if "://" in built or built.startswith("git@"):
        return
    if built:
        beside = posixpath.dirname(service.dockerfile)
        if beside and not posixpath.isabs(beside):
            yield posixpath.join(built, beside)
        for text in service.arguments:
            if _BUILT_BELOW.search(text):
                yield posixpath.join(built, _BUILT_BELOW.sub("", text))
            elif _MODULE.fullmatch(text) and (text.partition("/")[0] == service.name or "/" in text):
                yield posixpath.join(built, text)
        # what is built outside of the recipe: `COPY gateway/target/app.jar app.jar`
        yield from (_BUILT_BELOW.sub("", path) or built for path in part.recipe.sources if _BUILT_BELOW.search(path))
        yield from directories_by_argument(part)
        if part.recipe.directory:
            yield posixpath.join(built, part.recipe.directory)
        yield built
    elif part.guess.known.product is None:
        yield from _directories_of_image(part, opener)
    mounts = [
        mount.text for target, mount in service.mounts.items() if mount.text[:1] == "." and not _INSTALLED.match(target)
    ]
    modules = [word for word in service.words.split()[:_MOST_WORDS] if "/" in word and _MODULE.fullmatch(word)]
    # `npm --workspace services/orders start` in a repository that is mounted
    yield from (posixpath.join(mount, module) for mount in mounts[:5] for module in dict.fromkeys(modules))
    yield from mounts
    holds_all = posixpath.normpath(built) in map(posixpath.normpath, part.recipe.sources)
    if built and not holds_all and "." not in mounts and image_name(part.recipe.image) == "php":
        # what it runs is mounted, by a path that a variable holds
        yield "."


def directories_by_argument(part: ServicePart) -> Iterator[str]:
    """Yield the directories in which the program may lie whose name, that of the service, its recipe for several is given."""
    service = part.service
    if service.built and any(text == service.name for text in service.arguments):
        yield from (posixpath.join(service.built, place, service.name) for place in _OF_PROGRAMS)
    # `WORKDIR /app/apps/${APP}`
    if service.built and part.recipe.directory:
        words = (text for text in service.arguments if re.fullmatch(r"[A-Za-z][\w-]{0,62}", text) is not None)
        yield from (posixpath.join(service.built, part.recipe.directory, text) for text in words)


def _directories_of_image(part: ServicePart, opener: Opener) -> Iterator[str]:
    """Yield the directory that an image may be built from: a Dockerfile for several programs lies above what they are made of."""
    image = image_name(part.service.image)
    built = _like_named(part, opener) or (
        directory_named([image], PACKAGE_LISTS, part.service.source.path, opener) if image else None
    )
    if built is not None:
        yield built[0]


def _like_named(part: ServicePart, opener: Opener) -> tuple[str, str] | None:
    """Return the directory whose name a service or its image has, with the Dockerfile in it, which its image may be built by."""
    image = image_name(part.service.image)
    names = dict.fromkeys((part.service.name, image, image.partition("-")[2]))
    return directory_named(names, DOCKERFILES, part.service.source.path, opener)


def variables_of_files(part: ServicePart, outer: Mapping[str, str], opener: Opener) -> Iterator[tuple[str, SourceText]]:
    """Yield the variables of the files that a service names, or that its image copies; `outer` are those of the project."""
    copied = [copy for target, copy in part.recipe.copies.items() if posixpath.basename(target).startswith(".env")]
    on_host = part.service.network_mode == "host"
    for named in [*copied, *part.service.env_files[:20]]:
        for file in opened_variables(part.service.source.path, named.text, opener):
            # what an example leaves empty is to be filled in
            is_example = posixpath.basename(file.path) != posixpath.basename(named.text)
            for name, (text, line) in expanded_variables(file.data, outer).items():
                place = Origin(file.path, line)
                if is_example and not on_host and names_reader(name, text):
                    yield name, SourceText("", place, unset=True, of_reader=text)
                else:
                    yield name, SourceText(text, place, unset=is_example and not text)


def calls_in_sources(
    parts: Mapping[str, ServicePart],
    opener: Opener,
    hosts_of: Callable[[Service], Mapping[str, str]],
    outer: Mapping[str, str],
) -> Iterator[tuple[ServicePart, Mention, Origin, bool]]:
    """Yield the calls that a `.env` in the source of a service tells, which its program reads itself; True if it does so alone.

    Of several programs that share the file, those that wait for one of its hosts read it. `hosts_of` returns what a service reaches.
    """
    working = [part for part in parts.values() if KINDS[part.kind].role == "application"]
    calls_of = {part.id: list(_mentions(part, opener, hosts_of(part.service), outer)) for part in working}
    users = {(part.service.built_program, source.path) for part in working for _, source in calls_of[part.id]}
    shared = Counter(path for _, path in users)
    alike = Counter(part.service.built_program for part in working)
    for part in working:
        waits = {parts[name].id for name in part.service.depends_on if name in parts}
        is_theirs = any(mention.host in waits for mention, _ in calls_of[part.id])
        for mention, source in calls_of[part.id]:
            is_example = posixpath.basename(source.path) != ".env"
            # one of the program's own names what that calls
            is_example &= posixpath.dirname(source.path) == posixpath.dirname(part.service.source.path)
            if is_example and any(
                each.id == mention.host and each.guess.known.product in FETCHING for each in parts.values()
            ):
                continue  # an example names all that a project runs, and no program calls what measures it
            if is_theirs or shared[source.path] == 1:
                yield part, mention, source, shared[source.path] == alike[part.service.built_program] == 1


def _mentions(
    part: ServicePart, opener: Opener, hosts: Mapping[str, str], outer: Mapping[str, str]
) -> Iterator[tuple[Mention, Origin]]:
    for name, value in _variables(part, opener, outer):
        if not (is_for_browsers(name) or names_page(part.kind, name, value.text) or names_telemetry(name)):
            yield from ((mention, value.source) for mention in mentions(name, value.text, hosts))


def _variables(part: ServicePart, opener: Opener, outer: Mapping[str, str]) -> Iterator[tuple[str, SourceText]]:
    for directory in dict.fromkeys(source_directories(part, opener)):
        if posixpath.normpath(directory) == "." and not _brings_in(part, opener):
            continue
        for file in opened_variables(part.service.source.path, posixpath.join(directory, ".env"), opener, moved=False):
            for name, (text, line) in expanded_variables(file.data, outer).items():
                yield name, SourceText(text, Origin(file.path, line))
            return


def _brings_in(part: ServicePart, opener: Opener) -> bool:
    """Return True if the `.env` beside the compose file, which Compose itself reads, comes into the container of a service."""
    if any(posixpath.normpath(mount.text) in (".", ".env") for mount in part.service.mounts.values()):
        return True
    if not any(posixpath.normpath(source) in (".", ".env") for source in part.recipe.sources):
        return False
    lines = [line for file in opener(part.service.source.path, ".dockerignore")[:1] for line in file.data.splitlines()]
    return not any(line.strip() in _IGNORES for line in lines)


def settings_in_sources(
    parts: Mapping[str, ServicePart],
    opener: Opener,
    hosts: Mapping[str, str],
    variables_of: Callable[[ServicePart], Mapping[str, SourceText]],
) -> Iterator[Attachment]:
    """Yield the files of settings in the sources of services, and those that images which nothing builds here may hold.

    A source that is of one program alone is searched for calls too.
    """
    places = {part.id: posixpath.normpath(next(source_directories(part, opener), "")) for part in parts.values()}
    counts = Counter(places.values())
    programs = [part for part in parts.values() if part.guess.known.product is None]
    local = {
        f"{host}:{port}": part.id
        for part in programs
        for port in part.same_ports
        for host in ("localhost", "127.0.0.1")
    }
    for part in parts.values():
        works, leads = KINDS[part.kind].role == "application", KINDS[part.kind].balances
        files = [
            *(_settings(part, opener) if works else ()),
            *(settings_of_dotnet(part, opener, variables_of(part)) if works or leads else ()),
            *(_copied(part, opener) if not part.service.built and not part.recipe.image else ()),
        ]
        place = places[part.id]
        is_around = any(each != place and f"{each}/".startswith(f"{place}/") for each in places.values())
        if works and part.guess.known.product is None and place != "." and counts[place] == 1 and not is_around:
            given = part.service.environment.keys() | part.recipe.variables.keys()
            reached = {**hosts, **local} if not part.service.network_mode else hosts
            calls = source_calls(part.service.source.path, place, opener, reached, given)
            yield from (Attachment(part.id, "", file, file.path, reached, is_shared=True) for file in calls)
        yield from (Attachment(part.id, "", file, file.path, hosts, is_shared=True) for file in files)


def _copied(part: ServicePart, opener: Opener) -> Iterator[Configuration]:
    """Yield the configurations that the Dockerfile of a directory named like a service copies."""
    if part.guess.known.product is not None or not KINDS[part.kind].serves:
        return
    named = _like_named(part, opener)
    for directory, file in [named] if named is not None else []:
        above = posixpath.dirname(posixpath.normpath(directory))
        for context in (directory, above or ".", posixpath.dirname(above) or "."):
            dockerfile = posixpath.relpath(posixpath.join(directory, file), context)
            recipe = read_recipe(replace(part.service, built=context, dockerfile=dockerfile, stage=""), opener)
            opened = (opener(part.service.source.path, copy.text)[:_MOST_COPIED] for copy in recipe.copies.values())
            files = [file for files in opened for file in files]
            if files:
                yield from files
                break


def _settings(part: ServicePart, opener: Opener) -> list[Configuration]:
    for directory in dict.fromkeys(source_directories(part, opener)):
        if posixpath.normpath(directory).strip("./") == "":
            continue
        named = opener.find(part.service.source.path, directory, _FILES)
        files = [file for opened in named for file in opened[:1] if len(file.data) <= _LARGEST]
        if files:
            return files
    return []


def settings_of_dotnet(
    part: ServicePart, opener: Opener, variables: Mapping[str, SourceText]
) -> tuple[Configuration, ...]:
    """Return the files of settings in the source of a program of .NET, as far as they are in effect beside its variables."""
    given = {name: value.text for name, value in variables.items()}
    path = part.service.source.path
    place, builds = opener.tree(path).place, image_builds(path, opener)
    for directory in dict.fromkeys(source_directories(part, opener)) if part.guess.known.product is None else ():
        module = builds.settings_in(posixpath.normpath(posixpath.join(place, directory)))
        named = opener.find(path, posixpath.relpath(module, place), files_of_dotnet(given))
        files = [file for opened in named for file in opened[:1] if len(file.data) <= _LARGEST]
        if files:
            return (*in_effect(files, (), given),)
    return ()
