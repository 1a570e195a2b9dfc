"""The ways into the pages: the MkDocs plugin beside hand-written pages, files on disk, and text that is hostile."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from archgen.site.code_block import yaml_block
from archgen.site.escape import code, external_link, prose, text
from archgen.site.html_builder import title
from archgen.site_build.menu import insert_menu
from archgen.site_build.mkdocs_pages import without_dates
from tests import paths
from tests.document import article, page, parse, section
from tests.forked import mkdocs
from tests.hostile import HOSTILE

ROOT = str(paths.ROOT)


PROJECT = """\
site_name: Ours
use_directory_urls: false
theme: {name: material, font: false}
plugins: [search, archgen]
nav:
  - Home: index.md
  - Architecture: archgen
  - Notes: notes.md
"""


def project(directory: str, config: str = PROJECT, home: bool = True) -> str:
    os.makedirs(os.path.join(directory, "docs"))
    for name, words in {"index.md": "# Ours\n\nWritten by hand.\n", "notes.md": "# Notes\n"}.items():
        if home or name != "index.md":
            with open(os.path.join(directory, "docs", name), "w", encoding="utf-8") as stream:
                stream.write(words)
    with open(os.path.join(directory, "mkdocs.yml"), "w", encoding="utf-8") as stream:
        stream.write(config)
    os.makedirs(os.path.join(directory, "models"))
    for name in ("1-simple-web-stack", "2-distributed-web-infrastructure"):
        shutil.copy(os.path.join(ROOT, "models", f"{name}.arch.yaml"), os.path.join(directory, "models"))
    return directory


def test_the_plugin_stands_beside_hand_written_pages(tmp_path: object) -> None:
    directory = project(os.path.join(str(tmp_path), "ours"))
    done = mkdocs("build", "--strict", at=directory)
    assert done.returncode == 0, done.stderr
    site = os.path.join(directory, "site")
    assert "Written by hand." in article(site).words
    generated = os.path.join(site, "architecture")
    assert "reads 11.5 h" in article(generated).words
    assert "What changed since Simple web stack" in article(generated, "ladder").words
    assert list(next(article(generated, "1-simple-web-stack").all("figure")).all("svg"))
    menu = [one.words for one in page(site).all("a") if one.has("md-nav__link")]
    assert menu.index("Distributed web infrastructure") < menu.index("Notes")
    assert "Single point of failure" not in menu


def test_the_projects_own_site_builds_without_a_warning_and_has_every_page(tmp_path: Path, site: str) -> None:
    own = str(tmp_path / "site")
    done = mkdocs("build", "--strict", "--site-dir", own, at=ROOT)
    assert done.returncode == 0, done.stderr
    generated = {file.relative_to(site) for file in Path(site).rglob("index.html")}
    assert {file.relative_to(own) for file in Path(own).rglob("index.html")} == generated
    for name in (
        "start",
        "reading-a-finding",
        "ci",
        "write-a-model",
        "answer-questions",
        "model-language",
        "add-a-rule",
        "add-a-renderer",
        "design-decisions",
    ):
        with open(os.path.join(own, f"{name}.html"), encoding="utf-8") as stream:
            document = parse(stream.read())
        assert next(document.all("h1")).words
        for one in document.all():
            asked = one.attributes.get("src", "") if one.tag in ("script", "img", "iframe") else ""
            if one.tag == "link":
                asked = one.attributes.get("href", "")
            assert not re.match(r"(?:https?:)?//", asked), (name, one.tag, asked)


def test_a_broken_model_is_a_page_that_says_why(tmp_path: object) -> None:
    directory = project(os.path.join(str(tmp_path), "ours"))
    with open(os.path.join(directory, "models", "3-broken.arch.yaml"), "w", encoding="utf-8") as stream:
        stream.write("archgen: 1\nname: broken\ncomponents:\n  web: {kind: web-servr, <b>: 1}\n")
    done = mkdocs("build", "--strict", at=directory)
    assert done.returncode == 1
    assert "models/3-broken.arch.yaml:4:" in done.stderr
    notice = next(
        one
        for one in article(os.path.join(directory, "site"), "architecture", "3-broken").all("div")
        if one.has("admonition")
    )
    assert "to fix before this model can be shown" in notice.words
    assert "models/3-broken.arch.yaml:4:" in notice.words
    assert "web-servr" in notice.words
    sound = article(os.path.join(directory, "site"), "architecture", "1-simple-web-stack")
    assert list(next(sound.all("figure")).all("svg"))


def test_no_model_is_an_error_in_words(tmp_path: object) -> None:
    directory = project(os.path.join(str(tmp_path), "ours"))
    shutil.rmtree(os.path.join(directory, "models"))
    done = mkdocs("build", at=directory)
    assert done.returncode == 1
    assert "no model matches models/*.arch.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def seen(words: str) -> str:
    """Words as a page shows them: one line, controls visible."""
    return " ".join(title_free(words).split())


def title_free(words: str) -> str:
    from archgen.report.common.terminal import escape_controls

    return escape_controls(" ".join(words.split()))


@pytest.mark.slow
def test_hostile_words_are_shown_as_words(hostile: tuple[str, dict[str, str]]) -> None:
    site, written = hostile
    assert len(written) >= len(HOSTILE) - 1
    for name, words in written.items():
        document = article(site, name)
        assert next(document.all("h1")).words == seen(words) or not words.strip(), name
        flow = article(site, name, "flows", "f")
        assert seen(words) in flow.words
        assert seen(words) in section(document, "how-it-works") + document.words


def test_hostile_words_add_no_element_and_no_attribute(hostile: tuple[str, dict[str, str]]) -> None:
    site, written = hostile
    clean = len([one for one in page(site, "rules").all("script") if one.attributes.get("type") != "application/json"])
    for name in written:
        for path in ((name,), (name, "flows", "f")):
            document = page(site, *path)
            # data are no script
            scripts = [one for one in document.all("script") if one.attributes.get("type") != "application/json"]
            assert len(scripts) == clean
            for one in document.all():
                assert not any(attribute.startswith("on") for attribute in one.attributes), (path, one.tag)
                assert not one.attributes.get("href", "").lower().startswith("javascript:")
                assert one.tag != "iframe"


def test_hostile_words_stay_out_of_the_markup_of_menus_and_titles(hostile: tuple[str, dict[str, str]]) -> None:
    site, written = hostile
    name = next(name for name, words in written.items() if words.startswith("<script>"))
    document = page(site, name)
    assert next(document.all("title")).text.startswith("<script>alert(1)</script>")
    menu = [one.words for one in document.all("a") if one.has("md-nav__link")]
    assert "<script>alert(1)</script>" in menu


@pytest.mark.parametrize("words", HOSTILE)
def test_every_way_of_escaping_gives_text_back(words: str) -> None:
    import markdown

    for escaped in (text(words), code(words), prose(words.replace("`", "'")), title(words)):
        made = parse(markdown.markdown(f"before {escaped} after", extensions=["tables", "attr_list", "admonition"]))
        tags = {one.tag for one in made.all()} - {"p", "code"}
        assert tags == set()
    shown = parse(markdown.markdown(f"before {text(words)} after")).words
    assert shown == " ".join(f"before {seen(words)} after".split())


def test_text_at_the_start_of_a_block_starts_none() -> None:
    import markdown

    for words in (
        "# a",
        "- a",
        "+ a",
        "* a",
        "> a",
        "1. a",
        "1) a",
        "    a",
        "***",
        "---",
        "===",
        "| a |",
        ":a",
        "[a]: b",
    ):
        made = parse(markdown.markdown(text(words), extensions=["tables"]))
        assert [one.tag for one in made.all()] == ["p"], words
        assert made.words == words.strip()


def test_a_cell_holds_any_words() -> None:
    import markdown

    for words in HOSTILE:
        source = f"| a | b |\n| --- | --- |\n| {text(words)} | {code(words)} |"
        made = parse(markdown.markdown(source, extensions=["tables"]))
        assert len(list(made.all("td"))) == 2


def test_only_addresses_of_the_web_become_links() -> None:
    assert external_link("a", "javascript:alert(1)") == "a"
    assert 'href="https&#58;//example.org/&#34;' in external_link("a", 'https://example.org/"')


def test_the_source_is_shown_as_it_is() -> None:
    source = 'a: 1  # why\n\n  - b: "x # y" # z\nurl: http://x#y\n'
    made = parse(yaml_block(source, anchors=True))
    block = next(made.all("pre"))
    assert [line.rstrip() for line in block.text.split("\n")] == source.rstrip("\n").split("\n")
    assert [one.attributes["id"] for one in block.all("span") if "id" in one.attributes] == ["L1", "L2", "L3", "L4"]
    assert [one.text for one in block.all("span") if one.has("c1")] == ["# why", "# z"]


def test_the_menu_goes_to_its_marker_or_to_the_end() -> None:
    assert insert_menu(["a.md", "archgen", "b.md"], ["x"], "Ours") == ["a.md", "x", "b.md"]
    assert insert_menu([{"Systems": "archgen"}, "b.md"], ["x"], "Ours") == [{"Systems": ["x"]}, "b.md"]
    assert insert_menu(["a.md"], ["x"], "Ours") == ["a.md", {"Ours": ["x"]}]


def test_a_sitemap_has_no_day() -> None:
    dated = "<url>\n <loc>a</loc>\n <lastmod>2026-11-24</lastmod>\n</url>"
    assert without_dates(dated) == "<url>\n <loc>a</loc>\n</url>"
    assert re.search("lastmod", dated)


@pytest.mark.parametrize(
    ("name", "text", "warned"),
    [
        ("zensical.toml", "[project.plugins.archgen]\n", True),
        ("zensical.toml", "[project]\nsite_name = 'archgen'\n", False),
        ("mkdocs.yml", "plugins: [search, archgen]\n", None),
        ("mkdocs.yml", "site_name: archgen\n", False),
    ],
)
def test_a_generator_that_ignores_the_plugin_is_told_of(
    tmp_path: object, name: str, text: str, warned: bool | None
) -> None:
    from importlib.util import find_spec
    from shutil import which

    from archgen.site_build.zensical import plugin_warning

    with open(os.path.join(str(tmp_path), name), "w", encoding="utf-8") as stream:
        stream.write(text)
    told = plugin_warning(str(tmp_path))
    expected = bool(find_spec("zensical") or which("zensical")) if warned is None else warned
    assert (told is not None) == expected
    assert told is None or (name in told and "archgen build --pages" in told)
