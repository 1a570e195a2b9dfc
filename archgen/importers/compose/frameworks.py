"""Configurations that a framework reads out of the source of a service, which no compose file names.

Spring and Micronaut read `application.yml` and `bootstrap.yml` of `src/main/resources`. A configuration server of Spring holds
those of other services by their names, and one for all of them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.sources import source_directories
from archgen.importers.facts import Attachment, Configuration, Opener
from archgen.model.kinds import KINDS

_RESOURCES = "src/main/resources"
_PROFILES = ("docker", "prod", "production")
_NAMES = tuple(
    f"{stem}.{end}"
    for stem in ("application", "bootstrap", *(f"application-{profile}" for profile in _PROFILES))
    for end in ("yml", "yaml", "properties")
)
_SERVES_OTHERS = re.compile(rb"search-?locations", re.IGNORECASE)
_PROFILE = re.compile(rf"-({'|'.join(_PROFILES)}|default)$")
_MOST_SERVERS = 5
_LARGEST = 256 * 1024


def read_by_frameworks(
    parts: Mapping[str, ServicePart], opener: Opener, hosts: Mapping[str, str]
) -> Iterator[Attachment]:
    """Yield the configurations in the sources of services, those of a configuration server for the services that they are of."""
    own = {name: _own(part, opener) for name, part in parts.items()}
    for name, files in own.items():
        for file in files:
            yield _attached(parts[name], file, hosts)
    servers = [name for name, files in own.items() if any(_SERVES_OTHERS.search(file.data) for file in files)]
    for name in servers[:_MOST_SERVERS]:
        called = f"//{name}:".encode()
        clients = [other for other, files in own.items() if any(called in file.data for file in files)]
        yield from _served(parts, clients, _below(parts[name], opener), hosts)


def _own(part: ServicePart, opener: Opener) -> list[Configuration]:
    for directory in _directories(part, opener) if part.guess.known.product is None else ():
        if not opener(part.service.source.path, directory):
            continue
        named = (opener(part.service.source.path, posixpath.join(directory, name))[:1] for name in _NAMES)
        return [file for files in named for file in files if len(file.data) <= _LARGEST]
    return []


def _directories(part: ServicePart, opener: Opener) -> Iterator[str]:
    """Yield where the resources of a service may lie: in its source, without one in the directory of its name."""
    for directory in source_directories(part, opener):
        yield posixpath.join(directory, _RESOURCES)
    if not part.service.built:
        yield posixpath.join(".", part.service.name, _RESOURCES)


def _below(part: ServicePart, opener: Opener) -> list[Configuration]:
    """Return the files in directories below the resources."""
    found = (opener(part.service.source.path, directory) for directory in _directories(part, opener))
    files = next((files for files in found if files), ())
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
