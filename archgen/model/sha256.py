"""The SHA-256 of texts."""

from __future__ import annotations

from hashlib import sha256


def digest(*words: str) -> str:
    """Return the SHA-256 of words, separated by a zero byte, as 64 hexadecimal digits."""
    return sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()
