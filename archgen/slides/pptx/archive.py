"""Presentations as reproducible bytes, without a time of writing."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from io import BytesIO

from pptx.presentation import Presentation

_EPOCH = (1980, 1, 1, 0, 0, 0)


def presentation_bytes(presentation: Presentation, title: str) -> bytes:
    """Return the file; the same presentation always gives the same bytes."""
    core = presentation.core_properties
    core.title = title[:250]
    core.author = core.last_modified_by = "archgen"
    core.created = core.modified = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    core.revision = 1
    saved = BytesIO()
    presentation.save(saved)
    return _undated(saved)


def _undated(saved: BytesIO) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o600 << 16
            archive.writestr(info, source.read(name))
    return target.getvalue()
