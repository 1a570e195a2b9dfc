"""A site in chapters: what each says of itself, and that the order and the number of those who make them do not matter."""

from __future__ import annotations

import os

import markdown
import pytest

from archgen.app.models import check_models
from archgen.app.workspace.inputs import read
from archgen.site.page import Page, SitePart
from archgen.site_build import theme_templates
from archgen.site_build.headings import split_headings
from archgen.site_build.html_site import write_html
from archgen.site_build.menu import LISTED, menu
from archgen.site_build.mkdocs_pages import MkDocsPages
from archgen.site_build.mkdocs_settings import mkdocs_settings
from archgen.site_build.site import unbuilt_site
from tests.paths import ROOT

MODELS = tuple(
    os.path.join(ROOT, "models", f"{name}.arch.yaml")
    for name in ("1-simple-web-stack", "2-distributed-web-infrastructure")
)
HOSTILE = """\
archgen: 1
name: "A & B <script>alert(1)</script> `x` *y* {{ z }} [l](m) # h"
components:
  a: {kind: client}
  b: {kind: web-server}
connections: {a -> b: http}
flows:
  one: {title: "What **does** `it` [say](x) é & <b>?", steps: [a -> b: "GET"]}
  two: {title: "===", steps: [a -> b: "GET"]}
"""


@pytest.fixture(scope="module")
def chapters(tmp_path_factory: pytest.TempPathFactory) -> tuple[SitePart, ...]:
    hostile = str(tmp_path_factory.mktemp("models") / "hostile.arch.yaml")
    with open(hostile, "w", encoding="utf-8") as stream:
        stream.write(HOSTILE)
    return unbuilt_site(check_models(read((*MODELS, hostile)), "2026-11-24"), "2026-11-24")


def test_a_chapter_is_called_as_its_page(chapters: tuple[SitePart, ...]) -> None:
    for chapter in chapters:
        made = tuple(chapter.make())
        documents = [(page.path, page.title) for page in made if page.path.endswith(".md")]
        assert documents == ([(chapter.path, chapter.title)] if chapter.title else [])


def test_chapters_can_be_made_in_any_order(chapters: tuple[SitePart, ...]) -> None:
    backwards = [tuple(chapter.make()) for chapter in reversed(chapters)]
    assert backwards[::-1] == [tuple(chapter.make()) for chapter in chapters]


def test_headings_are_what_markdown_makes_of_them(chapters: tuple[SitePart, ...]) -> None:
    declared = mkdocs_settings("Site")["markdown_extensions"]
    toc = next(one["toc"] for one in declared if isinstance(one, dict))
    reader = markdown.Markdown(
        extensions=[one if isinstance(one, str) else "toc" for one in declared], extension_configs={"toc": toc}
    )
    seen = 0
    for page in (page for chapter in chapters for page in chapter.make() if page.path.endswith(".md")):
        text = MkDocsPages(()).lift(page.content.partition("\n---\n")[2])
        ours = split_headings(text)
        assert ours is not None, page.path
        assert ours.html == reader.reset().convert(text), page.path
        assert bare(ours.contents) == bare(reader.toc_tokens), page.path
        seen += len(ours.contents)
    assert seen > 80


def bare(tokens: list[dict[str, object]]) -> list[object]:
    return [(one["level"], one["id"], one["name"], bare(one["children"])) for one in tokens]  # type: ignore[arg-type]


def test_the_bytes_do_not_depend_on_how_many_make_them(
    chapters: tuple[SitePart, ...], tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for jobs in (1, 4):
        output = os.path.join(tmp_path, str(jobs))
        monkeypatch.setattr("archgen.site_build.html_site.processors", lambda jobs=jobs: jobs)
        write_html(chapters, "Site", output)
        made.append(contents(output))
    assert made[0] == made[1]
    assert "hostile/flows/one/index.html" in made[0]


def contents(directory: str) -> dict[str, bytes]:
    found = {}
    for where, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(where, name)
            with open(path, "rb") as stream:
                found[os.path.relpath(path, directory).replace(os.sep, "/")] = stream.read()
    return found


def test_parts_that_pages_share_are_what_each_would_have(
    chapters: tuple[SitePart, ...], tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With few pages in the menu, most are in directories that it does not lead into."""
    monkeypatch.setattr("archgen.site_build.menu.LISTED", 5)
    made = []
    for name, repeated in (("each", ()), ("shared", theme_templates.REPEATED)):
        monkeypatch.setattr(theme_templates, "REPEATED", repeated)
        output = os.path.join(tmp_path, name)
        write_html(chapters, "Site", output)
        made.append(contents(output))
    assert made[0] == made[1]
    assert b"flows/read-page" not in made[0]["rules/index.html"]


def test_a_long_menu_leaves_out_what_a_tier_leads_to(chapters: tuple[SitePart, ...]) -> None:
    pages = [page for chapter in chapters for page in chapter.make()]
    whole = str(menu(pages))
    assert "2-distributed-web-infrastructure/flows/read-page/index.md" in whole
    many = [
        Page(f"tier-{tier}/{path}", "", path)
        for tier in range(LISTED // 3 + 1)
        for path in ("index.md", "flows/a/index.md", "flows/b/index.md")
    ]
    assert [list(one.values()) for one in menu(many)] == [[page.path] for page in many[::3]]
