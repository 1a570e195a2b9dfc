"""The SHA-256 of texts (FIPS 180-4), without the OpenSSL that `hashlib` loads, a tenth of a small model's lint."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any


@cache
def _sha256() -> Any:
    """Return Python's own SHA-256, whose module has had two names, else that of OpenSSL, as `random` does."""
    for name in ("_sha2", "_sha256"):
        with suppress(ImportError):
            return import_module(name).sha256
    return import_module("hashlib").sha256


def digest(*words: str) -> str:
    """Return the SHA-256 of words, separated by a zero byte, as 64 hexadecimal digits."""
    return str(_sha256()("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest())


def digest_bytes(data: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hexadecimal digits."""
    return str(_sha256()(data).hexdigest())
