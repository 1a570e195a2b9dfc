"""Whom the site reaches: every link of it leads somewhere, anchors included; search finds words and no drawing; programs
find a text; and each door and each generator gives the same pages and pictures.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import unquote

import pytest

from archgen.rules import RULES
from archgen.site.page import SCRIPTS, STYLES
from tests import paths
from tests.document import Element, article, parse, section
from tests.forked import archgen, mkdocs
from tests.paths import RACK
from tests.surroundings import DAY

ROOT = str(paths.ROOT)
TIERS = ("1-simple-web-stack", "2-distributed-web-infrastructure", "3-secured-and-monitored", "4-split-components")


def run(directory: str, *words: str) -> None:
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(words, cwd=directory, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


def build(*words: str) -> None:
    done = archgen("build", "--today", DAY, *words)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The pages on disk."""
    output = str(tmp_path_factory.mktemp("reach") / "pages")
    build("--pages", output)
    return output


def files(site: str, ending: str) -> set[str]:
    return {
        os.path.relpath(os.path.join(where, name), site)
        for where, _, names in os.walk(site)
        for name in names
        if name.endswith(ending)
    }


def document(site: str, path: str) -> Element:
    with open(os.path.join(site, path), encoding="utf-8") as stream:
        return parse(stream.read())


def documents(site: str) -> dict[str, Element]:
    return {path: document(site, path) for path in files(site, ".html") if path != "404.html"}


def references(document: Element) -> Iterator[tuple[str, str]]:
    for one in document.all():
        for attribute in ("href", "src", "xlink:href"):
            if attribute in one.attributes and one.tag != "base":
                yield one.tag, one.attributes[attribute]


def dead(site: str) -> list[str]:
    """The links of a site that lead nowhere: to no file of it, or to no place in the page."""
    known = documents(site)
    ids = {path: {one.attributes["id"] for one in page.all() if "id" in one.attributes} for path, page in known.items()}
    found = []
    for path, page in known.items():
        for tag, reference in references(page):
            if reference.startswith(("http://", "https://", "data:", "mailto:")) or reference in ("", "#"):
                continue
            where, _, anchor = reference.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(path), unquote(where))) if where else path
            if os.path.isdir(os.path.join(site, target)):
                target = os.path.join(target, "index.html")
            if not os.path.isfile(os.path.join(site, target)):
                found.append(f"{path}: <{tag}> {reference}")
            elif anchor and target in ids and unquote(anchor) not in ids[target] and not anchor.startswith("__"):
                found.append(f"{path}: <{tag}> {reference} (no such place)")
    return found


def test_every_link_leads_somewhere(site: str) -> None:
    assert sum(len(list(references(page))) for page in documents(site).values()) > 3000
    assert dead(site) == []


def test_a_dead_link_would_be_found(site: str, tmp_path: object) -> None:
    copy = os.path.join(str(tmp_path), "site")
    shutil.copytree(site, copy)
    with open(os.path.join(copy, "ladder", "index.html"), "a", encoding="utf-8") as stream:
        stream.write('<a href="../nowhere/index.html">x</a><a href="../rules/index.html#nothing">y</a>')
    assert dead(copy) == [
        "ladder/index.html: <a> ../nowhere/index.html",
        "ladder/index.html: <a> ../rules/index.html#nothing (no such place)",
    ]


def test_every_id_of_a_page_is_there_once(site: str) -> None:
    for path, page in documents(site).items():
        ids = [one.attributes["id"] for one in page.all() if "id" in one.attributes]
        assert sorted(ids) == sorted(set(ids)), path


@pytest.mark.slow
def test_the_pages_on_disk_are_the_same_and_their_links_work(pages: str, site: str) -> None:
    with open(os.path.join(pages, "mkdocs.yml"), encoding="utf-8") as stream:
        assert "archgen:" not in stream.read()
    done = mkdocs("build", "--strict", "--site-dir", "built", at=pages)
    assert done.returncode == 0, done.stdout + done.stderr
    built = os.path.join(pages, "built")
    assert files(built, "index.html") == files(site, "index.html")
    assert dead(built) == []
    check_pictures(built)
    shutil.rmtree(built)


def check_pictures(site: str) -> None:
    """The pictures of a page without the plugin: those in it, and the files that it leads to."""
    document = article(site, TIERS[0])
    files = {one.attributes["href"] for one in document.all("a") if one.attributes.get("href", "").endswith(".svg")}
    files |= {one.attributes["src"] for one in document.all("img")}
    assert {"deployment.svg", "fix-first.svg"} <= files
    assert all(os.path.isfile(os.path.join(site, TIERS[0], one)) for one in files)
    assert next(next(document.all("figure")).all("svg")).attributes["role"] == "graphics-document"
    assert "This setup is active-active" in section(article(site, TIERS[1]), "about-active-active")


@pytest.fixture(scope="module")
def index(site: str) -> dict[str, str]:
    """What search knows: the words of each place."""
    with open(os.path.join(site, "search", "search_index.json"), encoding="utf-8") as stream:
        return {one["location"]: f"{one['title']} {one['text']}" for one in json.load(stream)["docs"]}


def test_search_finds_components_rules_and_terms(index: dict[str, str]) -> None:
    for name in ("haproxy", "nginx", "mysql", "server-1", "lb-1"):
        assert any(name in words for place, words in index.items() if place.startswith(TIERS[1])), name
    for rule in RULES:
        assert rule.id in index["rules/index.html"]
        assert rule.title in index[f"rules/{rule.id}/index.html"].replace("&quot;", '"').replace("&#39;", "'")
    assert "spreads them over several servers" in index["glossary/index.html#kind-load-balancer"]
    assert "Cut set" in index["glossary/index.html#measure-cut-set"]


def test_search_knows_no_drawing_and_no_data(index: dict[str, str]) -> None:
    for place, words in index.items():
        for noise in ("viewBox", "<svg", "<path", "prefers-color-scheme", "font-family", '{"', "--md-"):
            assert noise not in words, (place, noise)
    # the words of a picture are not words of its page: a legend is in every picture
    assert not any("unencrypted across hosts" in words and "name look-up" in words for words in index.values())


def test_programs_find_an_index_and_one_text(site: str) -> None:
    with open(os.path.join(site, "llms.txt"), encoding="utf-8") as stream:
        index = stream.read()
    with open(os.path.join(site, "llms-full.txt"), encoding="utf-8") as stream:
        full = stream.read()
    import re

    from markdown_it import MarkdownIt

    links = [
        token.attrs["href"]
        for block in MarkdownIt().parse(index)
        for token in block.children or ()
        if token.type == "link_open"
    ]
    assert len(links) == len(set(links)) > 10
    assert all(os.path.isfile(os.path.join(site, str(link))) for link in links)
    assert re.match(r"# Architecture\n\n> ", index)
    for name in TIERS:
        assert f"({name})" in full
        assert f"{name}/index.html" in index
    assert "single points of failure: dns, lb-1 and server-1" in full


ENGINES = {"properdocs": ("build", "-f", "mkdocs.yml"), "zensical": ("build",)}


BIN = os.path.dirname(sys.executable)


def with_engine(*names: str) -> pytest.MarkDecorator:
    """A test with each of these generators; those that are not installed are skipped."""
    return pytest.mark.parametrize(
        "engine",
        [
            pytest.param(
                name,
                marks=pytest.mark.skipif(
                    not os.path.exists(os.path.join(BIN, name)), reason=f"{name} of the extra `ci` is not installed"
                ),
            )
            for name in names
        ],
    )


@pytest.mark.slow
@with_engine(*ENGINES)
def test_another_generator_makes_the_same_pages_of_what_is_on_disk(engine: str, site: str, pages: str) -> None:
    run(pages, os.path.join(BIN, engine), *ENGINES[engine])
    built = os.path.join(pages, "site")
    assert files(built, "index.html") == files(site, "index.html")
    assert files(built, ".svg") >= files(site, ".svg")
    for path in ("ladder/index.html", f"{TIERS[1]}/index.html", "issues/index.html"):
        ours, theirs = (document(each, path) for each in (site, built))
        for tag in ("h1", "h2", "h3", "tr"):
            words = [[one.words for one in next(each.all("article")).all(tag)] for each in (ours, theirs)]
            assert words[0] == words[1], (path, tag)
    assert dead(built) == []
    shutil.rmtree(built)


@pytest.mark.slow
@with_engine("properdocs")
def test_the_plugin_makes_the_same_pages(engine: str, rack: str, tmp_path: object) -> None:
    """With MkDocs, the project's own site has them."""
    directory = str(tmp_path)
    os.makedirs(os.path.join(directory, "docs"))
    with open(os.path.join(directory, "mkdocs.yml"), "w", encoding="utf-8") as stream:
        stream.write(
            "site_name: Ours\nuse_directory_urls: false\ntheme: {name: material, font: false}\n"
            f"plugins: [search, {{archgen: {{models: '*.arch.yaml', today: \"{DAY}\"}}}}]\n"
        )
    shutil.copy(os.path.join(ROOT, RACK), directory)
    run(directory, os.path.join(BIN, engine), "build", "--strict", "-f", "mkdocs.yml")
    assert files(os.path.join(directory, "site", "architecture"), "index.html") == files(rack, "index.html")


def test_what_archgen_adds_to_a_tier_page_is_light(site: str) -> None:
    """150 KB gzipped at most: the page with its pictures and data, the scripts and the style sheets."""
    for name in TIERS:
        size = 0
        for path in (f"{name}/index.html", *SCRIPTS, *STYLES):
            with open(os.path.join(site, path), "rb") as stream:
                size += len(gzip.compress(stream.read()))
        assert size < 150_000, (name, size)
