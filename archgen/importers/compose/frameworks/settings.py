"""Configurations that a framework reads out of the source of a service, which no compose file names.

Spring and Micronaut read `application.yml` and `bootstrap.yml` of `src/main/resources`. A configuration server of Spring holds
those of other services by their names, and one for all of them: in its source, or in a directory that it mounts. Programs of .NET
read `appsettings.json`, and one for the stage over it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from archgen.importers.addresses import Mention, mentions
from archgen.importers.catalogue import is_like
from archgen.importers.compose.neighbours import Networks
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import SourceText
from archgen.importers.compose.sources import settings_of_dotnet, source_directories
from archgen.importers.facts import Attachment, Configuration, Opener, Origin
from archgen.importers.outside import Outside, OutsideStore, stores_named
from archgen.importers.schemes import told_beside
from archgen.importers.sources.calls.registered_names import registered_names
from archgen.importers.sources.mounted_settings import active_profiles, in_effect, settings_by_sections, settings_in
from archgen.importers.variable_names import is_for_browsers, names_page, names_telemetry
from archgen.model.finding import Confidence
from archgen.model.kinds import KINDS

_RESOURCES = "src/main/resources"
_PROFILES = ("docker", "prod", "production")
_STEMS = ("application", "bootstrap", *(f"application-{profile}" for profile in _PROFILES))
_LOCATIONS = re.compile(r"search[-_]?locations(.*(?:\n\s*- .*)*)", re.IGNORECASE)
_DIRECTORY = re.compile(r"file:/*(/[\w./-]+)")
"""A directory that a configuration server serves from, as `file:/config` or `file:///config/{application}`."""

_PROFILE = re.compile(rf"-({'|'.join(_PROFILES)}|default)$")
_MOST_SERVERS = 5
_LARGEST = 256 * 1024


def read_by_frameworks(
    parts: Mapping[str, ServicePart], mounts: Iterable[Attachment], opener: Opener, hosts: Mapping[str, str]
) -> Iterator[Attachment]:
    """Yield the configurations that services mount or have in their sources.

    Those that a configuration server serves are for the services that they are of, and not for the server.
    """
    own = {name: _own(part, opener) for name, part in parts.items()}
    hosts = {**registered_names((parts[name].id, files) for name, files in own.items()), **hosts}
    locations = {parts[name].id: _locations(parts[name], files) for name, files in own.items()}
    handed_out: dict[str, list[Configuration]] = {}
    for mount in mounts:
        if _is_served(mount.target, locations[mount.owner]):
            handed_out.setdefault(mount.owner, []).append(mount.file)
        else:
            yield mount
    for name, files in own.items():
        for file in _in_effect(parts[name], files):
            yield _attached(parts[name], file, hosts)
    for server in [part for part in parts.values() if locations[part.id]][:_MOST_SERVERS]:
        called = f"//{server.service.name}:".encode()
        clients = [name for name, files in own.items() if any(called in file.data for file in files)]
        yield from _served(parts, clients, [*_below(server, opener), *handed_out.get(server.id, ())], hosts)


def _locations(part: ServicePart, files: Iterable[Configuration]) -> list[str]:
    """Return the locations that a service serves configurations from, by its variables and its own files."""
    texts = [f"{name}={value.text}" for name, value in (part.recipe.variables | part.service.environment).items()]
    texts += [file.data.decode("utf-8", "replace") for file in files]
    return [locations for text in texts for locations in _LOCATIONS.findall(text)]


def _is_served(target: str, locations: Iterable[str]) -> bool:
    """Return True for a mount that lies in a directory of the locations, or that holds one."""
    path = f"{posixpath.normpath(target)}/"
    directories = [f"{posixpath.normpath(name)}/" for text in locations for name in _DIRECTORY.findall(text)]
    return any(path.startswith(directory) or directory.startswith(path) for directory in directories)


def _own(part: ServicePart, opener: Opener) -> list[Configuration]:
    for directory in _directories(part, opener) if part.guess.known.product is None else ():
        if not opener(part.service.source.path, directory):
            continue
        files = _opened(part, directory, _STEMS, opener)
        profiles, _ = _profiles_of(part, files)
        stems = [f"application-{each}" for each in profiles if each not in _PROFILES and "/" not in each]
        return [*files, *_opened(part, directory, stems, opener)]
    return []


def _profiles_of(part: ServicePart, files: Iterable[Configuration]) -> tuple[list[str], dict[str, str]]:
    """Return the profiles that a service of Spring runs with, as far as files tell, and its variables."""
    given = {name: value.text for name, value in (part.recipe.variables | part.service.environment).items()}
    return active_profiles(files, given, (part.service.words, part.recipe.words)), given


def _in_effect(part: ServicePart, files: list[Configuration]) -> list[Configuration]:
    """Return the files of a service without what its variables set again, and what is for other profiles.

    Nothing says which of them are read together, so that none takes back what another one says.
    """
    profiles, given = _profiles_of(part, files)
    return [next(in_effect([file], profiles or _PROFILES, given), file) for file in files]


def _opened(part: ServicePart, directory: str, stems: Iterable[str], opener: Opener) -> list[Configuration]:
    names = [f"{stem}.{end}" for stem in stems for end in ("yml", "yaml", "properties")]
    named = opener.find(part.service.source.path, directory, names)
    return [file for files in named for file in files[:1] if len(file.data) <= _LARGEST]


def _directories(part: ServicePart, opener: Opener) -> Iterator[str]:
    """Yield where the resources of a service may lie: in its source, without one in the directory of its name."""
    for directory in source_directories(part, opener):
        yield posixpath.join(directory, _RESOURCES)
    if not part.service.built:
        yield posixpath.join(".", part.service.name, _RESOURCES)


def _below(part: ServicePart, opener: Opener) -> list[Configuration]:
    """Return the files in directories below the resources."""
    opened = (opener(part.service.source.path, directory) for directory in _directories(part, opener))
    files = next((files for files in opened if files), ())
    return [file for file in files if posixpath.basename(posixpath.dirname(file.path)) != "resources"]


def _served(
    parts: Mapping[str, ServicePart], clients: list[str], files: list[Configuration], hosts: Mapping[str, str]
) -> Iterator[Attachment]:
    for file in files:
        stem = _PROFILE.sub("", posixpath.basename(file.path).rpartition(".")[0])
        if stem in parts:
            yield _attached(parts[stem], file, hosts)
        for name in clients if stem == "application" else ():
            if not KINDS[parts[name].kind].observes:
                yield _attached(parts[name], file, hosts, is_shared=True)


def _attached(
    part: ServicePart, file: Configuration, hosts: Mapping[str, str], *, is_shared: bool = False
) -> Attachment:
    return Attachment(part.id, "", file, file.path, hosts, is_shared=is_shared)


def calls_in_files(
    parts: Mapping[str, ServicePart],
    opener: Opener,
    variables_of: Callable[[ServicePart], Mapping[str, SourceText]],
    networks: Networks,
    outside: Outside,
    by_id: dict[str, ServicePart | OutsideStore],
) -> Iterator[tuple[ServicePart, Mention, Origin, bool, Confidence]]:
    """Yield the calls that the settings in sources tell, each of one program alone; stores in no file come to those `by_id`.

    Those of .NET in effect are as sure as variables.

    What Spring reads names such stores alone, of which the project runs none: an address of elsewhere is often that of those who
    develop a program.
    """
    stores = [part.guess.known for part in parts.values() if part.guess.known.keeps_data]
    for part in parts.values():
        works = KINDS[part.kind].role == "application"
        hosts = networks.hosts_of(part.service)
        for file in settings_of_dotnet(part, opener, variables_of(part)) if works else ():
            settings = [*settings_by_sections(file)]
            values = {name: value for name, value, _ in settings}
            for name, value, line in settings:
                if is_for_browsers(name) or names_page(part.kind, name, value) or names_telemetry(name):
                    continue
                place, told = Origin(file.path, line), told_beside(name, lambda key: values.get(key, ""))  # noqa: B023
                for mention in mentions(name, value, hosts, told):
                    yield part, mention, place, True, "high" if not mention.assumed else "medium"
                for mention, store in outside.mentions(name, value, hosts, place, told):
                    by_id[store.id] = store
                    yield part, mention, place, True, "medium"
        for file in _in_effect(part, _own(part, opener)) if works else ():
            for name, value, line, told in settings_in(_attached(part, file, hosts)):
                named = stores_named(name.upper(), value, told.port)
                if any(is_like(each, known) for _, known in named for each in stores):
                    continue
                for mention, store in outside.mentions(name.upper(), value, hosts, Origin(file.path, line), told):
                    by_id[store.id] = store
                    yield part, mention, Origin(file.path, line), True, "medium"
