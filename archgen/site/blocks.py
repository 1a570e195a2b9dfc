"""HTML of the blocks that generated pages consist of, without a Markdown parser, which would take most of a build's time.

A model's text on a page is no Markdown any more (see `archgen.site.escape`), so the few marks that are left are the
generator's own, and each means one thing.
"""

from __future__ import annotations

import re

from archgen.site.html_builder import Html, tag

_CODE = re.compile(r"`([^`]*)`")
_LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*)\)(?:\{ \.([\w-]+) \})?")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")
_EMPHASIS = re.compile(r"\*([^*]+)\*")
_CLASS = re.compile(r"\n\{ \.([\w-]+) \}$")
_NO_PARAGRAPH = re.compile(r"\d+[.)]\s|[*+]\s|[-#>|\s]|```|~~~|!!!|$|<(?!(?:code|a|span)\b)")
"""The beginnings of blocks that are no paragraphs."""
_NEWLINE = Html("\n")


def block_html(block: str) -> Html | None:
    """Return the HTML of a paragraph, a flat list, a table or of HTML itself; None for any other block."""
    if block.startswith(("<figure", "<div", "<table", "<details")):
        return Html(block)
    lines = block.split("\n")
    if block.startswith("| "):
        return _table(lines)
    if all(line.startswith("- ") for line in lines):
        return _rows("ul", [tag("li", inline_html(line[2:])) for line in lines])
    return None if _NO_PARAGRAPH.match(block) else _paragraph(block)


def _paragraph(block: str) -> Html:
    styled = _CLASS.search(block)
    if styled is None:
        return tag("p", inline_html(block))
    return tag("p", inline_html(block[: styled.start()]), class_=styled[1])


def _table(lines: list[str]) -> Html:
    head, _, *body = ([inline_html(cell.strip()) for cell in line[2:-2].split(" | ")] for line in lines)
    rows = [_rows("tr", [tag("td", cell) for cell in row]) for row in body]
    return _rows("table", [_rows("thead", [_rows("tr", [tag("th", cell) for cell in head])]), _rows("tbody", rows)])


def _rows(name: str, children: list[Html]) -> Html:
    """Return an element with each child on a line of its own."""
    return tag(name, _NEWLINE, *(part for child in children for part in (child, _NEWLINE)))


def inline_html(markdown: str) -> Html:
    """Return the HTML of Markdown with code, links and emphasis."""
    result = _CODE.sub(_code, markdown) if "`" in markdown else markdown
    if "](" in result:
        result = _LINK.sub(_link, result)
    if "*" in result:
        result = _EMPHASIS.sub(r"<em>\1</em>", _STRONG.sub(r"<strong>\1</strong>", result))
    return Html(result)


def _code(match: re.Match[str]) -> str:
    return tag("code", Html(match[1].replace(">", "&gt;")))


def _link(match: re.Match[str]) -> str:
    label, target, style = match.groups()
    return tag("a", Html(label), class_=style, href=Html(target))
