"""The plugin is a guest: the host's pages, files, colours and Markdown stay what they are, to the pixel."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from archgen.site.page import PAGE_CLASS, SCRIPTS, SITE_STYLE, STYLES
from tests.browser import MARKS, SURROUNDINGS, TRIED, Browser
from tests.document import Element, article, page, parse
from tests.forked import mkdocs
from tests.paths import ROOT
from tests.patience import until

ASSETS = ROOT / "archgen" / "site"
TIER = "1-simple-web-stack"

HOST = """\
site_name: Ours
use_directory_urls: {urls}
theme:
  name: material
  font: false
  features: [{features}]
  palette:
    - media: "(prefers-color-scheme: light)"
      scheme: default
      primary: deep orange
      accent: lime
      toggle: {{icon: material/weather-sunny, name: Dark}}
    - media: "(prefers-color-scheme: dark)"
      scheme: slate
      primary: teal
      accent: amber
      toggle: {{icon: material/weather-night, name: Light}}
extra_css: [ours.css]
plugins: {plugins}
nav:
  - index.md
  - Words: glossary.md
  - Issues: issues.md
  - Architecture: {entry}
"""

INDEX = """\
# Ours

Written by hand, with a [link](glossary.md), `code` and a list:

- one that is long enough to be broken over more than a single line of the page, whatever width the page has, as it is long
- two

## A table

| A | Column with words | C |
| --- | --- | --- |
| `a long name in code` | words and words and words and words and words and words and words and words | 1 |
| b | [link](issues.md) | 2 |

### Below { #not-an-anchor }

!!! note "No admonition here"

    since the host has none

```python
# a comment
print("code")
```

> quoted

1. first
2. second
"""

PAGES = {
    "index.md": INDEX,
    "glossary.md": "# Our words\n\nThe host's glossary.\n",
    "issues.md": "# Our issues\n\nThe host's issues.\n",
    "other.md": "# Other\n",
    "ours.css": ":root > * { --md-typeset-a-color: #b00020; }\n.md-typeset h1 { letter-spacing: 0.1em; }\n",
}


def host(
    top: Path, plugins: str = "[search, archgen]", entry: str = "archgen", urls: str = "false", features: str = ""
) -> Path:
    """A site of somebody's own with a palette, a style sheet, a glossary and issues, and a model beside it."""
    for name, text in PAGES.items():
        file = top / "docs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    declared = HOST.format(plugins=plugins, entry=entry, urls=urls, features=features)
    (top / "mkdocs.yml").write_text(declared, encoding="utf-8")
    (top / "models").mkdir()
    model = (ROOT / "models" / f"{TIER}.arch.yaml").read_text(encoding="utf-8")
    (top / "models" / f"{TIER}.arch.yaml").write_text(model, encoding="utf-8")
    return top


def build(top: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return mkdocs("build", *words, at=top)


def built(top: Path, **declared: str) -> Path:
    done = build(host(top, **declared), "--strict")
    assert done.returncode == 0, done.stderr
    return top / "site"


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("before"), plugins="[search]", entry="[other.md]")


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("after"))


def content(site: Path, name: str) -> str:
    """What stands in a page of the host, without its menu."""
    text = (site / name).read_text(encoding="utf-8")
    return text[text.index("<article") : text.index("</article>")]


# Files


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", ["index.html", "glossary.html", "issues.html"])
def test_the_hosts_pages_are_what_they_were(before: Path, after: Path, name: str) -> None:
    assert content(after, name) == content(before, name)
    document = parse((after / name).read_text(encoding="utf-8"))
    looks = [one.attributes.get("href", "") + one.attributes.get("src", "") for one in document.all()]
    assert not [look for look in looks if any(look.endswith(path) for path in (*STYLES, *SCRIPTS, SITE_STYLE))]
    assert PAGE_CLASS not in (after / name).read_text(encoding="utf-8")


def test_everything_generated_is_below_the_prefix(before: Path, after: Path) -> None:
    def files(top: Path) -> set[str]:
        return {file.relative_to(top).as_posix() for file in top.rglob("*") if file.is_file()}

    new = files(after) - files(before)
    assert {name for name in new if not name.startswith("architecture/")} == set()
    assert f"architecture/{TIER}/index.html" in new
    assert files(before) - files(after) == set()
    assert not (after / ".archgen").exists()


def links(document: Element) -> list[str]:
    found = [one.attributes.get("href", "") + one.attributes.get("src", "") for one in document.all()]
    return [link for link in found if link and not re.match(r"[a-z]+:|#|data:", link)]


@pytest.fixture(scope="module")
def in_directories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The host with addresses of directories, built with the plugin."""
    return built(tmp_path_factory.mktemp("directories"), urls="true")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("urls", ["after", "in_directories"])
def test_generated_pages_have_their_look_and_every_link_leads_somewhere(
    urls: str, request: pytest.FixtureRequest
) -> None:
    site: Path = request.getfixturevalue(urls)
    checked = 0
    for file in (site / "architecture").rglob("*.html"):
        document = parse(file.read_text(encoding="utf-8"))
        assert next(document.all("article")).has(PAGE_CLASS)
        wanted = [link for link in links(document) if link.endswith((".css", ".js"))]
        assert [link for link in wanted if link.endswith(STYLES[0])]
        assert [link for link in wanted if link.endswith(SCRIPTS[0])]
        for link in links(document):
            target = file.parent / unquote(re.split(r"[?#]", link)[0])
            assert target.exists(), (file, link)
            checked += 1
    assert checked > 1000


@pytest.mark.slow
def test_links_to_directories_have_no_file(in_directories: Path) -> None:
    assert links(article(str(in_directories), "architecture")).count(f"{TIER}/") >= 2


def test_the_hosts_markdown_reads_none_of_the_generated_pages(tmp_path: Path, after: Path) -> None:
    top = host(tmp_path, entry="archgen")
    config = (top / "mkdocs.yml").read_text(encoding="utf-8")
    extensions = (
        "markdown_extensions: [abbr, def_list, footnotes, md_in_html, smarty, sane_lists, pymdownx.tilde, nl2br]\n"
    )
    (top / "mkdocs.yml").write_text(config + extensions, encoding="utf-8")
    assert build(top).returncode == 0
    for path in (f"{TIER}/index.html", "rules/single-point-of-failure/index.html", "issues/index.html"):
        assert content(tmp_path / "site", f"architecture/{path}") == content(after, f"architecture/{path}")


def test_the_menu_has_an_entry_of_its_own_under_that_of_the_host(tmp_path: Path) -> None:
    top = host(tmp_path)
    config = (top / "mkdocs.yml").read_text(encoding="utf-8").partition("nav:")[0]
    (top / "mkdocs.yml").write_text(config, encoding="utf-8")
    assert build(top, "--strict").returncode == 0
    menu = [one.words for one in page(str(top / "site")).all("a") if one.has("md-nav__link")]
    assert [name for name in menu if name in ("Our words", "Our issues", "Other")] == [
        "Our words",
        "Our issues",
        "Other",
    ]
    labels = [one.words for one in page(str(top / "site")).all("label") if one.has("md-nav__link")]
    assert "Architecture" in labels
    assert menu.index("Other") < menu.index("Simple web stack")


def test_a_link_of_the_host_to_an_anchor_of_a_generated_page_is_checked(tmp_path: Path) -> None:
    top = host(tmp_path)
    config = (top / "mkdocs.yml").read_text(encoding="utf-8")
    (top / "mkdocs.yml").write_text(config + "validation: {links: {anchors: warn}}\n", encoding="utf-8")
    page = top / "docs" / "other.md"
    page.write_text(f"[there](architecture/{TIER}/index.md#issues)\n", encoding="utf-8")
    assert build(top, "--strict").returncode == 0
    page.write_text(f"[there](architecture/{TIER}/index.md#nothing)\n", encoding="utf-8")
    assert "does not contain an anchor '#nothing'" in build(top).stderr


def test_warnings_cannot_steer_a_terminal_or_a_log(tmp_path: Path) -> None:
    top = host(tmp_path)
    (top / "models" / "\x1b[31m##[group].arch.yaml").write_text("archgen: 1\nname: [\n", encoding="utf-8")
    done = build(top)
    assert done.returncode == 0
    assert "##(group]" in done.stderr
    assert "\x1b[31m" not in done.stderr
    assert "##[" not in done.stderr


# Looks


def selectors(text: str) -> Iterator[tuple[str, str]]:
    """The selectors of a style sheet, one by one, each with its declarations."""
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    for found in re.finditer(r"([^{};]+)\{([^{}]*)\}", bare):
        depth = 0
        edges = [-1]
        for at, char in enumerate(found[1]):
            depth += (char == "(") - (char == ")")
            if char == "," and depth == 0:
                edges.append(at)
        for start, end in pairwise([*edges, len(found[1])]):
            yield found[1][start + 1 : end].strip(), found[2]


@pytest.mark.parametrize("path", STYLES)
def test_a_style_sheet_asks_for_a_class_of_its_own_or_sets_names_of_its_own(path: str) -> None:
    for selector, declarations in selectors((ASSETS / path).read_text(encoding="utf-8")):
        bare = selector
        while re.search(r":not\([^()]*\)", bare) or re.search(r":not\((?:[^()]|\([^()]*\))*\)", bare):
            bare = re.sub(r":not\((?:[^()]|\([^()]*\))*\)", "", bare)
        if selector in (":root", '[data-md-color-scheme="default"]', '[data-md-color-scheme="slate"]'):
            names = [line.partition(":")[0].strip() for line in declarations.split(";") if line.strip()]
            assert all(name.startswith("--archgen-") for name in names), (selector, names)
        else:
            assert ".archgen-" in bare or bare == "@page archgen", selector


@pytest.fixture(scope="module")
def swapping(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The host before and after, with a theme that swaps pages without loading them."""
    top = tmp_path_factory.mktemp("swapping")
    for name in ("before", "after"):
        (top / name).mkdir()
    features = "navigation.instant"
    return (
        built(top / "before", plugins="[search]", entry="[other.md]", features=features),
        built(top / "after", features=features),
    )


@pytest.mark.parametrize("where", TRIED)
@pytest.mark.parametrize("swaps", [False, True], ids=["loading", "swapping"])
@MARKS[0]
@MARKS[1]
@MARKS[2]
def test_the_hosts_pages_are_equal_to_the_pixel(
    before: Path,
    after: Path,
    swapping: tuple[Path, Path],
    chromium: Browser,
    swaps: bool,
    where: str,
) -> None:
    sites = swapping if swaps else (before, after)
    size, scheme = SURROUNDINGS[where]
    other = screenshot(chromium, before / "other.html", scheme, size)
    for name in ("index.html", "glossary.html", "issues.html"):
        shots = [screenshot(chromium, site / name, scheme, size) for site in sites]
        assert shots[0] == shots[1], name
        assert shots[0] != other
        assert chromium.run("return document.body.dataset.mdColorScheme") == (
            "default" if scheme == "light" else "slate"
        )


def screenshot(browser: Browser, file: Path, scheme: str, size: tuple[int, int]) -> bytes:
    browser.size(*size)
    browser.prefer(scheme)
    browser.driver.get(file.as_uri())
    # the theme keeps the scheme that a reader was last shown
    browser.run("localStorage.clear()")
    browser.driver.refresh()
    shots: list[bytes] = []

    def settled() -> bool:
        shots.append(browser.driver.get_screenshot_as_png())
        return len(shots) > 3 and len(set(shots[-3:])) == 1

    until(settled)
    browser.picture(f"hosted-{file.parent.parent.name}-{file.stem}-{scheme}-{size[0]}")
    return shots[-1]
