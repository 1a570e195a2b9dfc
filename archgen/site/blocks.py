"""HTML of the blocks that generated pages consist of, without a reader of Markdown: it is most of the time of a build.

Nothing of what a model says is Markdown by the time it is on a page (see `archgen.site.escape`), so the few marks that
are left are the generator's own, and each means one thing.
"""

from __future__ import annotations

import re

_CODE = re.compile(r"`([^`]*)`")
_LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*)\)(?:\{ \.([\w-]+) \})?")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")
_EMPHASIS = re.compile(r"\*([^*]+)\*")
_CLASS = re.compile(r"\n\{ \.([\w-]+) \}$")
_OTHERWISE = re.compile(r"\d+[.)]\s|[*+]\s|[-#>|\s]|```|~~~|!!!|$|<(?!(?:code|a|span)\b)")
"""How a block begins that is no paragraph."""


def block_html(block: str) -> str | None:
    """The HTML of a paragraph, a flat list, a table or of what is HTML already; None for any other block."""
    if block.startswith(("<figure", "<div", "<table", "<details")):
        return block
    if block.startswith("| "):
        return _table(block.split("\n"))
    lines = block.split("\n")
    if all(line.startswith("- ") for line in lines):
        return f"<ul>\n{''.join(f'<li>{inline(line[2:])}</li>{chr(10)}' for line in lines)}</ul>"
    return _paragraph(block) if not _OTHERWISE.match(block) else None


def _paragraph(block: str) -> str:
    named = _CLASS.search(block)
    if named:
        return f'<p class="{named[1]}">{inline(block[: named.start()])}</p>'
    return f"<p>{inline(block)}</p>"


def _table(lines: list[str]) -> str:
    head, _, *rows = ([inline(cell.strip()) for cell in line[2:-2].split(" | ")] for line in lines)
    top = "".join(f"<th>{cell}</th>\n" for cell in head)
    body = "".join(f"<tr>\n{''.join(f'<td>{cell}</td>{chr(10)}' for cell in row)}</tr>\n" for row in rows)
    return f"<table>\n<thead>\n<tr>\n{top}</tr>\n</thead>\n<tbody>\n{body}</tbody>\n</table>"


def inline(words: str) -> str:
    """The HTML of words with code, links and emphasis."""
    shown = _CODE.sub(_code, words) if "`" in words else words
    if "](" in shown:
        shown = _LINK.sub(_link, shown)
    if "*" in shown:
        shown = _EMPHASIS.sub(r"<em>\1</em>", _STRONG.sub(r"<strong>\1</strong>", shown))
    return shown


def _code(found: re.Match[str]) -> str:
    return f"<code>{found[1].replace('>', '&gt;')}</code>"


def _link(found: re.Match[str]) -> str:
    label, target, named = found.groups()
    return f'<a{f" class={chr(34)}{named}{chr(34)}" if named else ""} href="{target}">{label}</a>'
