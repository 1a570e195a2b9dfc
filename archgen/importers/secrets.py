"""Names and values that may be secrets: they decide nothing and are repeated nowhere."""

from __future__ import annotations

import re
from functools import lru_cache

_SECRET = re.compile(
    r"(?<!COM)(?<!BY)PASS(?!IVE|ENGER|THROUGH)|PWD|SECRET|TOKEN|(?<!VAL)KEY(?!CLOAK|SPACE|DB)|"
    r"CREDENTIAL|PRIVATE|AUTH(?!ORIT|OR)|SALT|SIGNATURE|CERT",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"_(HOST(NAME)?|URLS?|URI|ADDR(ESS)?|ENDPOINT|PORT|SERVER|SERVICE|UPSTREAM|IMAGE|TAG|VERSION)$", re.IGNORECASE
)
"""Names of what tells a place or a version, whatever it is the place of."""

_ADDRESS = re.compile(r"(https?://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,99}[A-Za-z0-9])?(?::[0-9]{1,5})?)(?:/[^@]*)?")
"""An address without a user; behind the host, what a provider calls may have a secret."""

_USER_INFO = re.compile(r"(?:(?<=//)|^)[^/\s@]*@")


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Return True if a variable of this name may hold a secret."""
    return _SECRET.search(name) is not None and _PLACE.search(name) is None


def without_secret(name: str, value: str) -> str:
    """Return a value; under the name of a secret nothing but the host of an address, such as nginx is given as a `PROXY_PASS`."""
    if not is_secret_name(name):
        return value
    match = _ADDRESS.fullmatch(value) if value.startswith("http") else None
    return match[1] if match is not None else ""


def without_user_info(text: str) -> str:
    """Return a text without the user names and passwords of its URLs."""
    return _USER_INFO.sub("", text) if "@" in text else text
