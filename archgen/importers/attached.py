"""Configurations that components mount: proxies by their formats, anything else for the addresses in it."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.importers.addresses import mentions
from archgen.importers.facts import Attachment, Configuration, Fact, FactSheet, Format, Origin

_LONGEST_LINE = 2000
_MOST_LINES = 20_000


def read_attachments(attachments: list[Attachment], sheet: FactSheet) -> Iterator[tuple[Configuration, Format]]:
    """Add the facts of mounted files; yield the files whose format is known."""
    for attachment in attachments:
        _search(attachment, sheet)
    yield from ()


def _search(attachment: Attachment, sheet: FactSheet) -> None:
    """Add a call for each address of a component in a file, comments aside."""
    text = attachment.file.data.decode("utf-8", "replace")
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], 1):
        content = line.strip()
        if not content or content.startswith(("#", "//", ";")):
            continue
        for mention in mentions("", content[:_LONGEST_LINE], attachment.hosts):
            if mention.host == attachment.owner:
                continue
            subject = f"connection:{attachment.owner}->{mention.host}"
            origin = Origin(attachment.file.path, number)
            sheet.add(Fact(subject, "protocol", mention.protocol or "http", origin, "mounted configuration"))
            if mention.port is not None:
                sheet.add(Fact(subject, "number", mention.port, origin, "mounted configuration"))
