"""What the texts of a repository say a way to run its system is for: those who work on it, or its visitors."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from archgen.app.importing.directories import found_text

_DEVELOPMENT = re.compile(
    r"\b(locale?(ly)?|dev|develop(er|ers|ment|ing)?|hot[- ]reload|développement|desarrollo|desenvolvimento|"
    r"entwicklung\w*|sviluppo)\b|разработ|本地|开发|開発|로컬|개발",
    re.IGNORECASE,
)
_PRODUCTION = re.compile(
    r"\b(prod|production|produktion|producción|produção|produzione)\b|продакш|生产|生產|本番|프로덕션|운영",
    re.IGNORECASE,
)
_READ = re.compile(r"(readme|deploy\w*|deployment|installation|install)([._-]\w+)?\.(md|rst|adoc|txt)", re.IGNORECASE)
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+\S")
_FENCED = re.compile(r"[ \t]*(```|~~~)")
_MOST_DOCUMENTS = 4
_MOST_LINES = 4000
_LONGEST_LINE = 400


def use_of(text: str) -> int:
    """Return 1 for words that speak of production, -1 for those that speak of development, 0 for both or neither."""
    return (_PRODUCTION.search(text) is not None) - (_DEVELOPMENT.search(text) is not None)


def comments_above(text: str) -> str:
    """Return the comments of a file before its first key of several lines, and the name that it gives itself."""
    lines: list[str] = []
    for line in text.splitlines()[:200]:
        if line.startswith("#"):
            lines.append(line)
        elif line.startswith("name:"):
            lines.append(line.partition(":")[2])
        elif line[:1].isalpha() and not line.startswith("version:"):
            break
    return "\n".join(lines)


def usage_texts(names: Iterable[str], directory: str, inside: str) -> list[str]:
    """Return the texts beside a system that tell how to run it."""
    chosen = sorted(
        (name for name in names if _READ.fullmatch(name)),
        key=lambda name: (not name.lower().startswith("readme"), name),
    )
    return [found_text(os.path.join(directory, name), inside) for name in chosen[:_MOST_DOCUMENTS]]


def stated_uses(texts: Iterable[str], command: re.Pattern[str]) -> Iterator[int]:
    """Yield what texts say of each command in them: in its line, else in the line above its code, else in its heading."""
    for text in texts:
        heading = above = ""
        is_code = False
        for line in text.splitlines()[:_MOST_LINES]:
            if _FENCED.match(line):
                is_code = not is_code
            elif not is_code and _HEADING.match(line):
                heading, above = line[:_LONGEST_LINE], ""
            elif line.strip():
                if command.search(line[:_LONGEST_LINE]) is not None:
                    places = (line[:_LONGEST_LINE], above, heading)
                    yield next((use for place in places if (use := use_of(place))), 0)
                if not is_code or line.lstrip().startswith("#"):
                    above = line[:_LONGEST_LINE]
