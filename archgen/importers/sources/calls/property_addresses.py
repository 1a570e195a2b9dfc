"""Addresses on the internet in the properties of Spring that a source reads, and the server that its mail is sent through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from archgen.importers.facts import Configuration, Origin, WrittenAddress
from archgen.importers.sources.calls.literal_addresses import called_names, calls_others, literal_addresses
from archgen.importers.sources.mounted_settings import settings_by_sections
from archgen.importers.sources.reading import CodeText

_PROPERTIES = re.compile(r"(^|/)(application|bootstrap)(-prod\w*)?\.(ya?ml|properties)$")
_CODE = (".java", ".kt", ".scala", ".groovy")
_VALUE = re.compile(r"(?:\$\{([A-Z][A-Z0-9_]*):)?([^${}]+)\}?")
_BOUND = re.compile(
    r"@Value\(\s*\"\$\{([\w.-]{1,100})[:}][^)\n]*\)\s*(?:(?:private|public|protected|final|static|lateinit|va[lr]|String|URI|URL)\s+)*(\w+)"
)
_NAMED = re.compile(r"(?:getProperty\(\s*\"|\burl\s*=\s*\"\$\{)([\w.-]{1,100})[\":}]")
_PREFIX = re.compile(r"@ConfigurationProperties\(\s*(?:(?:prefix|value)\s*=\s*)?\"([\w.-]{1,100})\"")
_MAIL = "spring.mail."
_SENDERS = ("MailSender", "JavaMail")


def addresses_in(files: list[CodeText], libraries: str) -> Iterator[WrittenAddress]:
    """Yield the addresses on the internet that the source of a program holds; `libraries` are its packages, in small letters."""
    yield from literal_addresses(files, libraries)
    yield from property_addresses(files)


def property_addresses(files: Iterable[CodeText]) -> Iterator[WrittenAddress]:
    """Yield the addresses of properties that clients in the same program are made for, with the variable that sets each again."""
    kept = [*files]
    code = [file for file in kept if file.path.endswith(_CODE)]
    for file in (file for file in kept if code and _PROPERTIES.search(file.path) is not None):
        if "https://" not in file.text and "mail" not in file.text:
            continue
        settings = settings_by_sections(Configuration(file.path, file.text.encode("utf-8", "replace")))
        stated = {name.replace("__", "."): (value, line) for name, value, line in settings}
        for way, (text, line) in stated.items():
            match = _VALUE.fullmatch(text)
            variable = (match[1] if match is not None else None) or re.sub(r"[.-]", "_", way).upper()
            origin = Origin(file.path, line)
            if (
                match is not None
                and way == f"{_MAIL}host"
                and any(each in source.text for source in code for each in _SENDERS)
            ):
                port = _VALUE.fullmatch(stated.get(f"{_MAIL}port", ("", 0))[0])
                yield WrittenAddress(f"{match[2]}:{port[2]}" if port is not None else match[2], variable, origin)
            elif match is not None and match[2].startswith("https://"):
                is_called = [each for source in code for each in _uses(source, way)]
                if is_called:
                    yield WrittenAddress(match[2], variable, origin, any(is_called))


def _uses(source: CodeText, way: str) -> Iterator[bool]:
    """Yield a value for each place at which a source takes a property: True where it calls what stands there."""
    text = source.bare
    if way in text and calls_others(source):
        yield from (match[2] in called_names(source) for match in _BOUND.finditer(text) if match[1] == way)
        yield from (match[0].startswith("url") for match in _NAMED.finditer(text) if match[1] == way)
    elif "ConfigurationProperties" in text:
        yield from (False for match in _PREFIX.finditer(text) if way.startswith(f"{match[1]}."))
