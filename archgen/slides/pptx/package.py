"""Checks of a template's archive before it's read: its unpacked size, as declared and as it is."""

from __future__ import annotations

import zipfile
from io import BytesIO

from archgen.model.problems import UsageError

_MEGABYTE = 1 << 20
MOST_PARTS = 20_000
MOST_MARKUP = 64 * _MEGABYTE
"""Bytes of all XML: parsed, it takes ten times as much memory."""

MOST_BYTES = 512 * _MEGABYTE
_ENTRY = b"PK\x01\x02"
"""The first bytes of each entry in an archive's directory (APPNOTE.TXT, 4.3.12)."""

_MARKUP = (".xml", ".rels")


def check_package(content: bytes) -> None:
    """Raise UsageError for an archive that is broken, or unpacks to more than a template has."""
    if content.count(_ENTRY) > MOST_PARTS:
        raise UsageError(f"the template must have at most {MOST_PARTS:,} parts; got more; remove slides and pictures")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _check_declared(archive)
            for part in archive.infolist():
                _check_unpacked(archive, part)
    except UsageError:
        raise
    except Exception as error:  # whatever a broken archive makes the reader raise
        raise UsageError(f"the template isn't a PowerPoint file: {type(error).__name__}") from None


def _check_declared(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    sizes = ((MOST_BYTES, parts), (MOST_MARKUP, [part for part in parts if part.filename.lower().endswith(_MARKUP)]))
    for most, some in sizes:
        declared = sum(part.file_size for part in some)
        if declared > most:
            kind = "MB of XML" if most == MOST_MARKUP else "MB"
            raise UsageError(
                f"the template must unpack to at most {most // _MEGABYTE} {kind}; got {declared // _MEGABYTE}; "
                "remove slides and pictures"
            )


def _check_unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpack a part without storing it: its declared size limits the reading, and its checksum shows an excess."""
    with archive.open(part) as stream:
        while stream.read(_MEGABYTE):
            pass
