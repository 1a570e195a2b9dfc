"""Where the generated pages are in a site of somebody's own: below a prefix, and never in the place of a file of the host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mkdocs.config import load_config
from mkdocs.structure.files import get_files

from archgen.app.models import check_models
from archgen.app.workspace.inputs import read
from archgen.model.problems import UsageError
from archgen.site.page import Page
from archgen.site_build.hosted_pages import HostedPages, site_directory
from archgen.site_build.site import site_pages
from tests.document import article
from tests.paths import ROOT
from tests.site_build.test_hosted import TIER, build, host
from tests.surroundings import DAY


def add(pages: tuple[Page, ...], prefix: str, top: Path) -> None:
    """What the plugin does to the host's files, without the build around it."""
    config = load_config(str(top / "mkdocs.yml"), plugins=["search"])
    config = config.plugins.on_config(config)
    HostedPages(pages, site_directory(prefix)).add(get_files(config), config)


@pytest.fixture(scope="module")
def generated() -> tuple[Page, ...]:
    """What the plugin adds to the host."""
    return site_pages(check_models(read((str(ROOT / "models" / f"{TIER}.arch.yaml"),)), DAY), DAY)


@pytest.mark.parametrize(
    ("prefix", "file", "written"),
    [
        ("", "index.md", "index.html"),
        ("", "glossary/index.md", "glossary/index.html"),
        ("architecture", "architecture/index.md", "architecture/index.html"),
        ("architecture", "architecture/Rules/index.md", "architecture/rules/index.html"),
        ("architecture", f"architecture/{TIER}/index.html", f"architecture/{TIER}/index.html"),
        ("architecture", "architecture/llms.txt", "architecture/llms.txt"),
        ("architecture", "architecture/llms.txt/x.png", "architecture/llms.txt"),
        ("architecture", "architecture/rules", "architecture/rules/"),
        ("deep/er", "deep/er/issues/index.md", "deep/er/issues/index.html"),
    ],
)
def test_a_file_of_the_host_in_the_place_of_a_generated_one_is_an_error(
    tmp_path: Path, generated: tuple[Page, ...], prefix: str, file: str, written: str
) -> None:
    top = host(tmp_path)
    if not prefix and file != "index.md":
        (top / "docs" / "index.md").unlink()
    own = top / "docs" / file
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("# Ours, by hand\n", encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        add(generated, prefix, top)
    assert str(refused.value).startswith(f"docs/{file} ")
    assert f"would both be written to {written}" in str(refused.value)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("listed", [True, False])
def test_a_page_of_the_host_in_the_place_of_a_generated_one_ends_the_build(tmp_path: Path, listed: bool) -> None:
    """The check sees the host's file in the menu and out of it."""
    top = host(tmp_path)
    own = top / "docs" / "architecture" / "rules" / "index.md"
    own.parent.mkdir(parents=True)
    own.write_text("# Ours, by hand\n", encoding="utf-8")
    if listed:
        config = (top / "mkdocs.yml").read_text(encoding="utf-8")
        (top / "mkdocs.yml").write_text(f"{config}  - Here: architecture/rules/index.md\n", encoding="utf-8")
    done = build(top)
    assert done.returncode == 1
    assert "docs/architecture/rules/index.md" in done.stderr
    assert "would both be written to architecture/rules/index.html" in done.stderr
    assert "another `prefix`" in done.stderr
    assert "Traceback" not in done.stderr
    assert own.read_text(encoding="utf-8") == "# Ours, by hand\n"


def test_a_page_of_the_host_that_becomes_the_directory_of_the_generated_ones_is_an_error(
    tmp_path: Path, generated: tuple[Page, ...]
) -> None:
    top = host(tmp_path, urls="true")
    (top / "docs" / "architecture.md").write_text("# Ours\n", encoding="utf-8")
    said = "docs/architecture.md and the generated page architecture/index.md would both be written"
    with pytest.raises(UsageError, match=re.escape(said)):
        add(generated, "architecture", top)


@pytest.mark.parametrize(("prefix", "path"), [("", ""), ("systems", "systems/"), ("a/b/", "a/b/"), ("a/b", "a/b/")])
def test_the_prefix_is_a_directory_or_empty(prefix: str, path: str) -> None:
    assert site_directory(prefix) == path


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("prefix", "path"), [("''", ""), ("a/b/", "a/b/")])
def test_generated_pages_are_below_the_prefix(tmp_path: Path, prefix: str, path: str) -> None:
    top = host(tmp_path, plugins=f"[{{archgen: {{prefix: {prefix}}}}}]", entry="archgen")
    for name in ("index.md", "glossary.md", "issues.md"):
        if not path:
            (top / "docs" / name).unlink()
    if not path:
        config = (top / "mkdocs.yml").read_text(encoding="utf-8")
        (top / "mkdocs.yml").write_text(re.sub(r"  - (index|Words|Issues).*\n", "", config), encoding="utf-8")
    done = build(top, "--strict")
    assert done.returncode == 0, done.stderr
    assert article(str(top / "site"), *path.split("/"), TIER).words
    assert "Simple web stack" in article(str(top / "site"), *path.split("/")).words


@pytest.mark.parametrize(
    "prefix", ["/", "/a", "../x", "a/../b", "a//b", "a\\b", "-x", "a b", ".x", "\x1b[31m", "##[group]"]
)
def test_any_other_prefix_is_refused(prefix: str) -> None:
    with pytest.raises(UsageError, match="`prefix` must be empty or a directory of the site"):
        site_directory(prefix)
