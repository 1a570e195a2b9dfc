"""Directories of manifests that nothing applies by their names, and that the system needs all the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from archgen.importers.nodes import SourceNode
from archgen.importers.products import guess
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable
from archgen.model.kinds import KINDS

_IMAGE = re.compile(rb"""\bimage["']?:[ \t]*["']?([^\s"'#,{}]{1,300})""")
_HOST = r"\w*(?:URL|URI|DSN|HOST(?:NAME)?|SERVERS?|ADDR(?:ESS)?|ENDPOINT|SERVICE|BROKERS?|UPSTREAM)"
"""Ends of the names of variables with a host."""


def holds_store(files: Iterable[bytes]) -> bool:
    """Return True for files that run the image of a store."""
    images = {match[1].decode("utf-8", "replace") for data in files for match in _IMAGE.finditer(data)}
    return any(KINDS[guess("", image, "", frozenset()).known.kind].stores for image in images)


def is_called(files: Iterable[bytes], read: Sequence[bytes]) -> bool:
    """Return True for files with a Service that is read nowhere, and whose name stands as a host in what is read."""
    names = {*_services_in(files)} - {*_services_in(read)}
    if not names:
        return False
    name = rf"(?:{'|'.join(map(re.escape, sorted(names)))})(?:\.[a-z0-9-]+)*"
    called = re.compile(
        rf"""(?://|@){name}(?![\w-])|(?<![\w./@-]){name}:\d{{2,5}}\b|"""
        rf"""(?i:{_HOST})["']?(?:\s*[:=]|\s*[\n,]\s*value:)[ \t]*["']?{name}["']?[ \t]*[,}}\r\n]"""
    )
    return any(called.search(_IMAGE.sub(b"", data).decode("utf-8", "replace") + "\n") is not None for data in read)


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
