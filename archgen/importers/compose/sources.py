"""Where the sources of services lie, and the settings that programs read out of them, which no compose file names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from archgen.importers.compose.environment import opened_variables
from archgen.importers.compose.interpolation import expanded_variables
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import SourceText
from archgen.importers.facts import Configuration, Opener, Origin

_BUILT_BELOW = re.compile(r"/?(target|build/libs)/[^/]*$")
"""Where Maven and Gradle put what a module is built into."""

_MODULE = re.compile(r"[\w.-]+(/[\w.-]+)*")
_INSTALLED = re.compile(
    r"^/(etc|run|tmp|dev|proc|sys|certs?|ssl|docker-entrypoint|usr/share|usr/local/(etc|share)|var/(lib|log|run|cache|backups?))(/|$)"
)
"""Where no sources are mounted."""

_FILES = (
    *(f"{stem}.{end}" for stem in ("config", "settings") for end in ("yml", "yaml", "json", "toml", "ini", "py", "js", "ts")),
    *(f"appsettings{sort}.json" for sort in ("", ".Production", ".Docker")),
    *(f"{directory}/{name}" for directory in ("app", "src", "config", "app/core") for name in ("config.py", "settings.py")),
    *(f"{directory}/{name}.{end}" for directory in ("config", "configs", "conf", "etc")
      for name in ("config", "default", "production", "app", "settings") for end in ("yml", "yaml", "json", "toml", "ini")),
    "src/config.ts", "src/config.js", "src/config/index.ts", "src/config/index.js",
)  # fmt: skip
"""Files of settings below a source, as programs name them most."""

_LARGEST = 64 * 1024


def source_directories(part: ServicePart) -> Iterator[str]:
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
        yield built
    yield from (
        mount.text for target, mount in service.mounts.items() if mount.text[:1] == "." and not _INSTALLED.match(target)
    )


def source_variables(part: ServicePart, opener: Opener, outer: Mapping[str, str]) -> Iterator[tuple[str, SourceText]]:
    """Yield the variables of a `.env` in the source of a service, else of its example, which programs read themselves."""
    for directory in dict.fromkeys(source_directories(part)):
        for file in opened_variables(part.service.source.path, posixpath.join(directory, ".env"), opener, moved=False):
            for name, (text, line) in expanded_variables(file.data, outer).items():
                yield name, SourceText(text, Origin(file.path, line))
            return


def source_settings(part: ServicePart, opener: Opener) -> list[Configuration]:
    """Return the files of settings in the source of a service that is built."""
    for directory in dict.fromkeys(source_directories(part)):
        if posixpath.normpath(directory).strip("./") == "":
            continue
        named = (opener(part.service.source.path, posixpath.join(directory, name))[:1] for name in _FILES)
        files = [file for found in named for file in found if len(file.data) <= _LARGEST]
        if files:
            return files
    return []
