"""Packed charts, as `helm dependency` puts them into a repository: archives of which no more is unpacked than charts have."""

from __future__ import annotations

import io
import posixpath
import tarfile
import zlib

_LARGEST = 4 << 20
_MOST_UNPACKED = 8 << 20
_MOST_FILES = 1000
_ENDS = (".yaml", ".yml", ".tpl", ".tgz", ".txt", ".json", ".conf", ".sh")
_OF_GZIP = 31


def is_package(path: str) -> bool:
    """Return True for the path of a chart that is packed in the directory of another one."""
    return path.endswith(".tgz") and posixpath.basename(posixpath.dirname(path)) == "charts"


def files_of_package(data: bytes) -> dict[str, bytes]:
    """Return the files of a packed chart by their paths in it; none where it isn't one, or where it is larger than any."""
    if len(data) > _LARGEST:
        return {}
    try:
        unpacker = zlib.decompressobj(_OF_GZIP)
        plain = unpacker.decompress(data, _MOST_UNPACKED)
        return _files_in(plain) if not unpacker.unconsumed_tail else {}
    except (zlib.error, tarfile.TarError, ValueError, EOFError, OverflowError, RecursionError):
        return {}


def _files_in(plain: bytes) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    with tarfile.TarFile(fileobj=io.BytesIO(plain)) as archive:
        for count, member in enumerate(archive):
            if count > _MOST_FILES:
                return {}
            name = posixpath.normpath(member.name)
            is_inside = not name.startswith(("/", "..")) and "\0" not in name
            # what has holes is larger than what is packed of it
            is_plain = member.isreg() and member.sparse is None and member.size <= len(plain)
            if is_plain and is_inside and name.endswith(_ENDS):
                content = archive.extractfile(member)
                files[name] = content.read() if content is not None else b""
    return files
