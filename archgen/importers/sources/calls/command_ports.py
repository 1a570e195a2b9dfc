"""Ports on which a command says that it listens."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archgen.importers.catalogue import STORE_PROTOCOLS

_FLAG = re.compile(r"(?<!\S)(?:--(?:http-|server[.-])?port|-p)[= ](\d{2,5})(?!\S)")
_BOUND = re.compile(r"(?:(?<![\w.:/@-])(?:0\.0\.0\.0|\[::\])|(?<![\w.\]])):(\d{2,5})(?!\S)")
"""An address on which a program listens: `0.0.0.0:8000`, `:8000`."""

_BINDING = re.compile(
    r"(?<!\S)(?:(?:--bind|-b|--listen|-l)[= ]|runserver )(?:[\w.-]{1,60}|\[[\w:]{0,40}\]):(\d{2,5})(?!\S)"
)
"""The same behind a word for it, with any address of the machine: `-b 127.0.0.1:8000`."""

_WORDS_BOUND = re.compile(r"(?<!\S)0\.0\.0\.0 (\d{2,5})(?!\S)")
"""The same in two words, as `websockify 0.0.0.0 6080` has it."""


def ports_in_words(words: str) -> Iterator[int]:
    """Yield the ports on which a command says that it listens; the clients of stores name the port of the store by the same flag."""
    for pattern in (_BOUND, _BINDING, _WORDS_BOUND):
        yield from numbers(pattern.findall(words))
    yield from (port for port in numbers(_FLAG.findall(words)) if port not in STORE_PROTOCOLS)


def numbers(texts: list[str]) -> Iterator[int]:
    """Yield the texts that are numbers of ports."""
    for text in texts:
        if text.isascii() and text.isdecimal() and len(text) < 6 and 0 < int(text) < 65536:
            yield int(text)
