"""Markdown from values: tables, headings with fixed anchors, badges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archgen.model.finding import Finding, Severity
from archgen.site.blocks import block_html
from archgen.site.escape import html, one_line, title
from archgen.site.page import Page

ROWS = 500
"""Rows of a table that are shown; the model below the page has the rest."""


def page(path: str, name: str, *parts: str) -> Page:
    """A page of Markdown blocks under its title."""
    # the title is stated here too, because themes strip and decode the one that they find in the text
    return Page(path, f'---\ntitle: "{title(name)}"\n---\n\n{blocks(*parts)}', name)


def heading(level: int, label: str, anchor: str | None = None) -> str:
    """A heading; the label is escaped already."""
    mark = f" {{ #{anchor} }}" if anchor else ""
    return f"{'#' * level} {label}{mark}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of escaped cells; columns in which no row says anything are left out; empty without rows."""
    body = [tuple(row) for row in rows]
    kept = [column for column in range(len(head)) if any(row[column] for row in body)]
    if not body:
        return ""
    lines = [_row(head, kept), _row(["---"] * len(head), kept), *(_row(row, kept) for row in body[:ROWS])]
    rest = f"\n\n… and {len(body) - ROWS} more." if len(body) > ROWS else ""
    return "\n".join(lines) + rest


def _row(cells: Sequence[str], kept: Sequence[int]) -> str:
    return f"| {' | '.join(cells[column] for column in kept)} |"


def folded(summary: str, table: str) -> str:
    """A table that is shown when its summary is asked for, as HTML, because Markdown is not read within HTML."""
    return f"<details><summary>{summary}</summary>\n{block_html(table)}\n</details>"


def blocks(*parts: str) -> str:
    """Blocks one after the other, the empty ones left out."""
    return "\n\n".join(part for part in parts if part) + "\n"


def notice(title: str, content: str) -> str:
    """A box that says what is wrong, in the classes of the theme; title and content are HTML."""
    return f'<div class="admonition failure"><p class="admonition-title">{title}</p>{content}</div>'


def badge(number: int, severity: Severity) -> str:
    """The numbered mark of an issue, the same in shape and number as in the pictures."""
    return f'<span class="archgen-badge archgen-{severity}" title="{severity} {number}">{number}</span>'


def chart(source: str, alt: str) -> str:
    """A picture that needs no larger one, in a file beside the page."""
    return f'<figure class="archgen-picture"><img src="{html(source)}" alt="{html(one_line(alt))}"></figure>'


def picture(source: str, alt: str) -> str:
    """A picture in a file beside the page; the MkDocs plugin puts the file's content in its place."""
    return f"{chart(source, alt)}\n\n[This picture in full size]({source}){{ .archgen-full }}"


def counted(findings: Iterable[Finding]) -> str:
    """How many there are of each severity, in words, accepted ones apart."""
    found = list(findings)
    said = [_many(sum(1 for one in found if one.severity == word and not one.accepted), word) for word in _NOUNS]
    accepted = sum(1 for one in found if one.accepted)
    return ", ".join([*filter(None, said), *([f"{accepted} accepted"] if accepted else [])]) or "no issues"


_NOUNS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def _many(number: int, severity: Severity) -> str:
    noun = _NOUNS[severity]
    return "" if not number else f"{number} {noun}" if number == 1 else f"{number} {noun}s"
