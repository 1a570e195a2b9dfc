"""Files of example values, which stand in for those that people make of them and keep to themselves."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

EXAMPLES = (".example", ".sample", ".dist", ".template", ".default", ".model", ".tmpl")
"""Ends of the names of examples beside the files that people make of them, the likelier ones first."""


def examples_of(name: str) -> Iterator[str]:
    """Yield the names that an example of a file may have, the likelier ones first."""
    stem, end = posixpath.splitext(name)
    yield from (f"{name}{sort}" for sort in EXAMPLES)
    for word in ("example", "sample", "template"):
        yield f"{word}.{name.lstrip('.')}"
        if stem:
            yield f"{stem}.{word}{end}"
