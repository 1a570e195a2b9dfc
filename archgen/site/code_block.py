"""Blocks of code: YAML with an anchor per line, marked up without a lexer, and printed output."""

from __future__ import annotations

import re
from functools import lru_cache

from archgen.report.common.terminal import escape_controls
from archgen.site.html_builder import Html, html, join, tag

LARGEST = 400_000
"""Characters of a model that a page shows; the rest of a larger one is read in its file."""

_KEY = re.compile(r"^(\s*(?:- )?)([^\s#'\"\[\]{},][^#'\"\[\]{},:]*?)(:)(?=\s|$)")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_COMMENT = re.compile(r"(?:^|(?<=\s))#")
_REMEMBERED = 2048
"""Lines whose markup is remembered: the bad and the good example of a rule have most of theirs in common."""

_BLANK = Html(" ")
"""An empty line: a block of HTML without any blank line is the same to every Markdown parser."""


def yaml_block(source: str, anchors: bool = False) -> Html:
    """Return YAML as a block of code; with `anchors`, line 7 can be reached as `#L7`."""
    lines = [_line(line) for line in source[:LARGEST].rstrip("\n").split("\n")]
    if anchors:
        lines = [tag("span", line, id=f"L{number}") for number, line in enumerate(lines, 1)]
    rest = Html("\n<p>The rest is in the file.</p>") if len(source) > LARGEST else ""
    return join((code_block(join(lines, "\n")), rest))


@lru_cache(maxsize=_REMEMBERED)
def _line(line: str) -> Html:
    line = escape_controls(line.rstrip("\r").expandtabs(8))
    start = next(
        (match.start() for match in _COMMENT.finditer(line) if not _is_quoted(line[: match.start()])), len(line)
    )
    body, comment = line[:start], line[start:]
    key = _KEY.match(body)
    shown = html(body)
    if key:
        shown = join((html(key[1]), tag("span", html(key[2]), class_="nt"), html(key[3]), html(body[key.end() :])))
    if comment:
        shown = join((shown, tag("span", html(comment), class_="c1")))
    return shown or _BLANK


def _is_quoted(before: str) -> bool:
    """Return True if quotes are open after a text; an apostrophe within a word opens none."""
    return bool(before.count('"') % 2 or len(_APOSTROPHE.sub("", before).split("'")) % 2 == 0)


def output_block(output: str) -> Html:
    """Return printed output as a block of code."""
    return code_block(join((html(escape_controls(line)) or _BLANK for line in output.rstrip("\n").split("\n")), "\n"))


def code_block(body: Html) -> Html:
    """Return a block of code that `assets/archgen.js` lets readers copy.

    It holds no `code`: the theme measures each of those while a page loads, even where none is visible.
    """
    return tag("div", tag("pre", body, class_="archgen-code"), class_="highlight", data_search_exclude=True)
