"""YAML as a block of code with an anchor per line, marked up for colour without a lexer of its own."""

from __future__ import annotations

import re

from archgen.report.common.terminal import plain
from archgen.site.escape import html

LARGEST = 400_000
"""Characters of a model that a page shows; a model beyond that is read in its file."""

_KEY = re.compile(r"^(\s*(?:- )?)([^\s#'\"\[\]{},][^#'\"\[\]{},:]*?)(:)(?=\s|$)")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_COMMENT = re.compile(r"(?:^|(?<=\s))#")


def yaml_block(source: str, anchors: bool = False) -> str:
    """The text as a block of code; with `anchors`, line 7 can be reached as `#L7`."""
    shown = source[:LARGEST]
    lines = [_line(line, number if anchors else 0) for number, line in enumerate(shown.rstrip("\n").split("\n"), 1)]
    rest = "\n<p>The rest is in the file.</p>" if len(source) > LARGEST else ""
    return block("\n".join(lines)) + rest


def _line(line: str, number: int) -> str:
    line = plain(line.rstrip("\r").expandtabs(8))
    comment = next((one for one in _COMMENT.finditer(line) if not _quoted(line[: one.start()])), None)
    body, tail = (line[: comment.start()], line[comment.start() :]) if comment else (line, "")
    key = _KEY.match(body)
    shown = html(body)
    if key:
        shown = f'{key[1]}<span class="nt">{html(key[2])}</span>{html(key[3])}{html(body[key.end() :])}'
    if tail:
        shown += f'<span class="c1">{html(tail)}</span>'
    # Markdown ends a block of HTML at no blank line, but a block without any is the same to every Markdown
    return f'<span id="L{number}">{shown or " "}</span>' if number else shown or " "


def _quoted(before: str) -> bool:
    """Whether what follows stands inside quotes; an apostrophe within a word opens none."""
    return bool(before.count('"') % 2 or len(_APOSTROPHE.sub("", before).split("'")) % 2 == 0)


def output_block(output: str) -> str:
    """What the tool prints, as a block of code."""
    return block("\n".join(html(plain(line)) or " " for line in output.rstrip("\n").split("\n")))


def block(body: str) -> str:
    """Escaped text as a block of code that `assets/archgen.js` lets readers copy.

    It holds no `code`: what does, the theme measures one by one while a page loads, even where nobody sees it.
    """
    return f'<div class="highlight" data-search-exclude><pre class="archgen-code">{body}</pre></div>'
