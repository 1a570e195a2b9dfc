"""Addresses in a network of one's own that a program takes for want of a setting: the default of a variable, or of a property."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from archgen.importers.facts import FactSheet, Origin, WrittenAddress
from archgen.importers.outside_services import unknown_hosts
from archgen.importers.sources.calls.literal_addresses import DEFAULT, working_files
from archgen.importers.sources.calls.source_calls import ONLY_SHOWS
from archgen.importers.sources.reading import CodeText

_URL = re.compile(
    r"""(?:https?|grpc)://(?:[a-z][a-z0-9-]{1,62}|(?:[0-9]{1,3}\.){3}[0-9]{1,3}):[0-9]{2,5}(?=[/"'`}\s,)])"""
)
"""An address by a name without a domain, or by numbers, with a port: programs of one system call each other so."""

_PROPERTY = re.compile(r"\$\{([\w.-]{1,100}):[ \t]*$")
"""What stands before the default of a property of Spring, in a source or in its settings."""

_OF_TRIALS = re.compile(r"(^|/)application-(dev|test|local|e2e)\w*\.|\.(env|example|sample)(\.|$)")
_BEFORE = 200


def default_addresses(files: Iterable[CodeText], libraries: str) -> Iterator[WrittenAddress]:
    """Yield the addresses that stand for a variable which nothing sets; `libraries` are the packages of the program, in small letters."""
    for file, is_for_browsers in working_files(files, libraries):
        if is_for_browsers or "://" not in file.text or _OF_TRIALS.search(file.path) is not None:
            continue
        text = file.bare
        for match in _URL.finditer(text):
            before = text[max(0, match.start() - _BEFORE) : match.start()]
            named = DEFAULT.search(before) or _PROPERTY.search(before)
            line = before[before.rfind("\n") + 1 :]
            if named is not None and ONLY_SHOWS.search(line) is None:
                name = next(filter(None, named.groups()), "")
                variable = re.sub(r"[.-]", "_", name).upper()
                yield WrittenAddress(
                    match[0], variable, Origin(file.path, file.line_at(match.start())), is_default=True
                )


def seek_defaults(
    program: str,
    files: Iterable[CodeText],
    libraries: str,
    given: Collection[str],
    hosts: Mapping[str, str],
    sheet: FactSheet,
) -> None:
    """Record the addresses that a program has for variables which it isn't `given`, as far as `hosts` hold none of them."""
    for default in default_addresses(files, libraries):
        if default.variable not in given:
            for address, title in unknown_hosts(default.variable, default.url, hosts):
                sheet.seek_in_vain(address, title, program, default.variable, default.source)
