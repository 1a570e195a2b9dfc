"""Directories of manifests that nothing applies by their names, and that the system needs all the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from archgen.importers.nodes import SourceNode
from archgen.importers.products import guess
from archgen.importers.variable_names import HOST_ENDS
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable
from archgen.model.kinds import KINDS

# begins with letters, by which it is sought many times faster than by the edge of a word
_IMAGE = re.compile(rb"""image(?<=\bimage)["']?:[ \t]*["']?([^\s"'#,{}]{1,300})""")
_HOST = rf"(?<!\w)\w*(?:{HOST_ENDS}|SERVICE)"

_NAME = r"([\w-]+)(?:\.[a-z0-9-]+)*"
_CALLED = re.compile(
    rf"""(?://|@){_NAME}(?![\w-])|(?<![\w./@-]){_NAME}:\d{{2,5}}\b|"""
    rf"""(?i:{_HOST})["']?(?:\s*[:=]|\s*[\n,]\s*value:)[ \t]*["']?{_NAME}["']?[ \t]*(?=[,}}\r\n])"""
)
"""Hosts in addresses, before ports and in variables; the name of the Service is the first label."""


def holds_store(files: Iterable[bytes]) -> bool:
    """Return True for files that run the image of a store."""
    images = {image for data in files for image in images_in(data)}
    return any(KINDS[guess("", image, "", frozenset()).known.kind].stores for image in images)


def images_in(data: bytes) -> Iterator[str]:
    """Yield the images that a file with manifests names."""
    yield from (match[1].decode("utf-8", "replace") for match in _IMAGE.finditer(data))


def called_among(directories: Mapping[str, Iterable[bytes]], read: Iterable[bytes]) -> set[str]:
    """Return the directories with a Service that is read nowhere, and whose name stands as a host in what is read.

    What is read is searched once for all: there may be hundreds of directories.
    """
    services = {directory: {*_services_in(files)} for directory, files in directories.items()}
    if not any(services.values()):
        return set()
    texts = [*read]
    called = {name for data in texts for name in _hosts_in(data)} - {*_services_in(texts)}
    return {directory for directory, names in services.items() if not names.isdisjoint(called)}


def _hosts_in(data: bytes) -> Iterator[str]:
    for match in _CALLED.finditer(_IMAGE.sub(b"", data).decode("utf-8", "replace") + "\n"):
        yield match[match.lastindex or 0]


def _services_in(files: Iterable[bytes]) -> Iterator[str]:
    for data in files:
        if b"Service" in data:
            try:
                roots = read_documents(data)
            except Unreadable:
                continue
            for document in (SourceNode(root, "") for root in roots):
                if document.text_at("kind") == "Service" and (name := document.text_at("metadata", "name")):
                    yield name
