"""SHA-256 (FIPS 180-4) without the OpenSSL that `hashlib` loads, which takes a tenth of a small model's lint."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any


@cache
def _sha256() -> Callable[[bytes], Any]:
    """The module is Python's own and has had two names, so the public one stays the last resort, as in `random`."""
    for name in ("_sha2", "_sha256"):
        try:
            found: Callable[[bytes], Any] = import_module(name).sha256
        except ImportError:
            continue
        return found
    from hashlib import sha256

    return sha256


def digest(*words: str) -> str:
    """The SHA-256 of words, between which a zero stands, as 64 hexadecimal digits."""
    found: str = _sha256()("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()
    return found
