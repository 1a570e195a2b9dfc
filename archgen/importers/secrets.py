"""Names and values that may be secrets: they decide nothing and are repeated nowhere."""

from __future__ import annotations

import re
from functools import lru_cache

_SECRET = re.compile(
    r"PASS|PWD|SECRET|TOKEN|(?<!VAL)KEY(?!CLOAK|SPACE|DB)|CREDENTIAL|PRIVATE|AUTH(?!ORIT|OR)|SALT|SIGNATURE|CERT",
    re.IGNORECASE,
)
_PLACE = re.compile(r"_(HOST(NAME)?|URLS?|URI|ADDR(ESS)?|ENDPOINT|PORT|IMAGE|TAG|VERSION)$", re.IGNORECASE)
"""Names of what tells a place or a version, whatever it is the place of."""

_USER_INFO = re.compile(r"(?:(?<=//)|^)[^/\s@]*@")


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Return True if a variable of this name may hold a secret."""
    return _SECRET.search(name) is not None and _PLACE.search(name) is None


def without_user_info(text: str) -> str:
    """Return a text without the user names and passwords of its URLs."""
    return _USER_INFO.sub("", text) if "@" in text else text
