"""A page as a browser's parser would see it, as far as the tests need: a tree of elements with their words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Element:
    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Element | str] = []

    @property
    def text(self) -> str:
        words = (child if isinstance(child, str) else child.text for child in self.children)
        return "".join(words)

    @property
    def words(self) -> str:
        return " ".join(self.text.replace("¶", "").split())

    def all(self, tag: str = "") -> Iterator[Element]:
        for child in self.children:
            if isinstance(child, Element):
                if tag in ("", child.tag):
                    yield child
                yield from child.all(tag)

    def has(self, name: str) -> bool:
        return name in self.attributes.get("class", "").split()

    def by_id(self, name: str) -> Element:
        return next(one for one in self.all() if one.attributes.get("id") == name)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("document", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        for position in range(len(self.open) - 1, 0, -1):
            if self.open[position].tag == tag:
                del self.open[position:]
                return

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(text: str) -> Element:
    """The document of some HTML."""
    builder = _Builder()
    builder.feed(text)
    builder.close()
    return builder.open[0]


def page(site: str, *path: str) -> Element:
    """The document of a page of a built site, by its directory."""
    with open(os.path.join(site, *path, "index.html"), encoding="utf-8") as stream:
        return parse(stream.read())


def article(site: str, *path: str) -> Element:
    """What the page itself says, without the theme around it."""
    return next(one for one in page(site, *path).all("article"))


def rows(table: Element) -> list[list[str]]:
    """The cells of a table, its head first."""
    return [[cell.words for cell in row.all() if cell.tag in ("td", "th")] for row in table.all("tr")]


def table_after(document: Element, anchor: str) -> list[list[str]]:
    """The first table after the heading with an anchor."""
    found = False
    for one in document.all():
        found = found or one.attributes.get("id") == anchor
        if found and one.tag == "table":
            return rows(one)
    raise AssertionError(f"no table after #{anchor}")


def section(document: Element, anchor: str) -> str:
    """The words from the heading with an anchor up to the next heading of any level."""
    words: list[str] = []
    inside = False
    for one in document.all():
        if one.tag in ("h1", "h2", "h3", "h4"):
            if inside:
                break
            inside = one.attributes.get("id") == anchor
        elif inside and one.tag in ("p", "li", "tr"):
            words.append(one.words)
    return " ".join(words)
