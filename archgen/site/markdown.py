"""Markdown from values: headings with fixed anchors, tables, lists, badges, figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from archgen.linting.finding_groups import FindingGroup, on_subjects
from archgen.model.finding import SEVERITIES, Severity, count_severity
from archgen.model.wording import first_few, listed
from archgen.site.blocks import block_html
from archgen.site.escape import code, text
from archgen.site.html_builder import Html, Scripted, one_line, tag, title
from archgen.site.page import Page

ROWS = 500
"""Rows of a table that are shown; the model below the page has the rest."""

NAMED = 12
"""Names that a sentence lists before it counts the rest."""


def page(path: str, name: str, *parts: str, boost: float = 1) -> Page:
    """Return a page of Markdown blocks under its title; `boost` is its weight in search."""
    # the title stands here too, because themes strip and decode the one that they find in the text
    weight = f"\nsearch:\n  boost: {boost:g}" if boost != 1 else ""
    head = f'---\ntitle: "{title(name)}"{weight}\n---\n\n'
    scripted = any(isinstance(part, Scripted) for part in parts)
    static = (part.static if isinstance(part, Scripted) else part for part in parts)
    return Page(path, head + blocks(*parts), name, boost=boost, static=head + blocks(*static) if scripted else "")


def heading(level: int, label: str, anchor: str | None = None) -> str:
    """Return a heading; the label is escaped already."""
    mark = f" {{ #{anchor} }}" if anchor else ""
    return f"{'#' * level} {label}{mark}"


def section(label: str, anchor: str, content: str) -> Iterator[str]:
    """Yield content under a heading of the second level; nothing without content."""
    if content:
        yield heading(2, label, anchor)
        yield content


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of escaped cells without its empty columns; empty without rows."""
    body = [tuple(row) for row in rows]
    columns = [column for column in range(len(head)) if any(row[column] for row in body)]
    if not body:
        return ""
    lines = [_row(cells, columns) for cells in (head, ["---"] * len(head), *body[:ROWS])]
    rest = f"\n\n… and {len(body) - ROWS} more." if len(body) > ROWS else ""
    return "\n".join(lines) + rest


def _row(cells: Sequence[str], columns: Sequence[int]) -> str:
    return f"| {' | '.join(cells[column] for column in columns)} |"


def bullets(lines: Iterable[str]) -> str:
    """Return a list with an item a line; empty without lines."""
    return "\n".join(f"- {line}" for line in lines)


def codes(names: Iterable[str], last: str = "and") -> str:
    """Return ids as an English list, each in a fixed-width face; beyond a dozen the rest is counted."""
    return listed(first_few([code(name) for name in names], NAMED), last)


def details(summary: str, table: str) -> Scripted:
    """Return a table that is shown on demand, as HTML, because Markdown is not read within HTML.

    No generator changes links in HTML, so the table of a static page stands there unfolded.
    """
    newline = Html("\n")
    block = tag("details", tag("summary", Html(summary)), newline, block_html(table) or Html(table), newline)
    return Scripted(block, f"**{summary}**\n\n{table}")


def blocks(*parts: str) -> str:
    """Return blocks one after the other, without the empty ones."""
    return "\n\n".join(part for part in parts if part) + "\n"


def notice(title: str, *content: Html) -> Html:
    """Return a box that says what is wrong, in the classes of the theme."""
    return tag("div", tag("p", title, class_="admonition-title"), *content, class_="admonition failure")


def badge(number: int, severity: Severity) -> Html:
    """Return the numbered mark of an issue, the same in shape and number as in the diagrams."""
    return tag("span", str(number), class_=f"archgen-badge archgen-{severity}", title=f"{severity} {number}")


def figure(source: str, alt: str) -> Html:
    """Return an image in a file beside the page, without a link to a larger one."""
    return tag("figure", tag("img", src=source, alt=one_line(alt)), class_="archgen-picture")


def image(source: str, alt: str) -> str:
    """Return an image in a file beside the page as Markdown, for hosts of pages that style nothing."""
    return f"![{text(alt)}]({source})"


def full_size_figure(source: str, alt: str) -> str:
    """Return an image in a file beside the page; the MkDocs plugin puts the file's content in its place."""
    return f"{figure(source, alt)}\n\n[Full-size diagram]({source}){{ .archgen-full }}"


def severity_counts(groups: Sequence[FindingGroup]) -> str:
    """Return how many findings there are of each severity, on how many subjects, and accepted ones apart."""
    counts = Counter(group.first.severity for group in groups if not group.first.accepted)
    accepted = len(groups) - counts.total()
    parts = [count_severity(counts[severity], severity) for severity in SEVERITIES if counts[severity]]
    parts = [f"{', '.join(parts)}{on_subjects(groups)}"] if parts else []
    return ", ".join([*parts, *([f"{accepted} accepted"] if accepted else [])]) or "no issues"
