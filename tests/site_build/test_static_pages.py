"""Pages for hosts that remove scripts, style sheets and objects: whole without them, in Markdown that every reader knows."""

from __future__ import annotations

import os
import re
from pathlib import Path

import markdown
import pytest

from archgen.cli import main
from tests.document import Element, parse
from tests.forked import mkdocs
from tests.generators.level_models import services
from tests.paths import ROOT

REMOVED = ("script", "style", "svg", "object", "template", "link", "iframe")
WORDS = ("p", "li", "h1", "h2", "h3", "h4", "td", "th")
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_ATTRIBUTES = re.compile(r"\{ ?[.#]")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of a system that needs levels and of one that doesn't."""
    at = tmp_path_factory.mktemp("static")
    (at / "shop.arch.yaml").write_text(services(domains=4), encoding="utf-8")
    small = ROOT / "models" / "2-distributed-web-infrastructure.arch.yaml"
    files = (str(at / "shop.arch.yaml"), str(small))
    assert main(["build", *files, "--pages", str(at / "pages"), "--static", "--today", "2026-11-24"]) == 0
    return at / "pages"


def rendered(file: Path) -> Element:
    """A page as a reader of plain Markdown with tables shows it."""
    text = _FRONT.sub("", file.read_text("utf-8"))
    return parse(f"<main>{markdown.markdown(text, extensions=['tables'])}</main>")


@pytest.fixture(scope="module")
def documents(pages: Path) -> dict[str, Element]:
    docs = pages / "docs"
    return {str(file.relative_to(docs)): rendered(file) for file in sorted(docs.rglob("*.md"))}


@pytest.mark.slow
def test_nothing_that_hosts_remove_is_on_a_page(pages: Path, documents: dict[str, Element]) -> None:
    for path, page in documents.items():
        for name in REMOVED:
            assert not list(page.all(name)), (path, name)
        words = " ".join(part.text for part in page.all() if part.tag in WORDS)
        assert not _ATTRIBUTES.search(words), path
    assert not (pages / "docs" / "assets").exists()
    assert "extra_" not in (pages / "mkdocs.yml").read_text("utf-8")


def test_every_picture_is_an_image_with_words(pages: Path, documents: dict[str, Element]) -> None:
    shown = set()
    for path, page in documents.items():
        for image in page.all("img"):
            assert image.attributes["alt"], path
            shown.add((pages / "docs" / path).parent.joinpath(image.attributes["src"]).resolve())
    drawn = {file.resolve() for file in (pages / "docs").rglob("*.svg")}
    assert shown == drawn
    assert any("group-" in file.name for file in drawn)


def test_every_link_leads_to_a_page_and_an_anchor(pages: Path, documents: dict[str, Element]) -> None:
    anchors = {path: {part.attributes.get("id") for part in page.all()} for path, page in documents.items()}
    for path, page in documents.items():
        for link in page.all("a"):
            target = link.attributes.get("href", "")
            if not target or target.startswith("http"):
                continue
            file, _, anchor = target.partition("#")
            place = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
            assert (pages / "docs" / place).is_file(), (path, target)
            assert not anchor or anchor in anchors[place], (path, target)


def test_a_picture_is_told_in_words(pages: Path) -> None:
    text = (pages / "docs" / "2-distributed-web-infrastructure" / "index.md").read_text("utf-8")
    assert "![Deployment of Distributed web infrastructure](deployment.svg)" in text
    assert "<strong>mysql on server-1</strong>" in text
    assert "mysql on server-2 (replication)" in text
    assert "[error 1](#issue-1): " in text


def test_mkdocs_builds_them(pages: Path, tmp_path: Path) -> None:
    done = mkdocs("build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site"), at=pages)
    assert (done.returncode, done.stderr) == (0, "")


def test_static_pages_need_a_directory_of_pages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--static"]) == 2
    assert "--static needs --pages DIR" in capsys.readouterr().err
