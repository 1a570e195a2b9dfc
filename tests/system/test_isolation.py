"""A part that fails unexpectedly loses nothing else: its model and part are told, the rest is made, the exit code is 2."""

from __future__ import annotations

import importlib
import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from msgspec.structs import replace
from pptx import Presentation

from archgen.cli import main
from archgen.rules import RULES
from archgen.site_build.serve import LiveSite
from tests.paths import ROOT

FIRST, SECOND = "1-simple-web-stack", "2-distributed-web-infrastructure"
FLOW = "read-page"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "models").mkdir()
    for name in (FIRST, SECOND):
        shutil.copy(ROOT / "models" / f"{name}.arch.yaml", tmp_path / "models")
    # the second says nothing of the first, and has no flow of the same name
    second = tmp_path / "models" / f"{SECOND}.arch.yaml"
    text = second.read_text(encoding="utf-8").replace(f"follows: {FIRST}", "").replace(f"  {FLOW}:", "  other:")
    second.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Makes a function of archgen fail where any of its arguments is about something."""

    def fail(function: str, about: str) -> None:
        path, _, name = function.rpartition(".")
        module = importlib.import_module(path)
        right = getattr(module, name)

        def wrong(*words: Any, **named: Any) -> Any:
            if any(_is_about(word, about) for word in (*words, *named.values())):
                raise LookupError("broken on purpose")
            return right(*words, **named)

        monkeypatch.setattr(module, name, wrong)

    return fail


def _is_about(value: Any, about: str) -> bool:
    """Return True for a text with a word, and for a model, a flow or a slide of a name."""
    if isinstance(value, str):
        return about in value
    if isinstance(value, list | tuple):
        return not about or any(_is_about(each, about) for each in value)
    value = getattr(value, "model", value)
    value = getattr(getattr(value, "topology", value), "architecture", getattr(value, "sequence", value))
    return about in (getattr(value, "id", None), getattr(value, "title", None))


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What standard error says of a failure, which it does without a traceback."""
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert err.count("internal error") == 1
    for word in ("LookupError: broken", "ARCHGEN_DEBUG=1", *words):
        assert word in err
    return out


def test_a_rule_that_fails_loses_neither_the_other_rules_nor_the_other_models(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    package = project / "packages"
    (package / "acme-1.0.dist-info").mkdir(parents=True)
    (package / "acme-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (package / "acme-1.0.dist-info" / "entry_points.txt").write_text("[archgen.rules]\nacme = acme_broken:RULE\n")
    (package / "acme_broken.py").write_text(
        "from msgspec.structs import replace\nfrom archgen.rules import BY_NAME\n"
        "def check(context):\n"
        f"    if context.topology.architecture.id == {FIRST!r}:\n"
        "        raise LookupError('broken here')\n"
        "    return BY_NAME['missing-backup'].check(context)\n"
        "RULE = replace(BY_NAME['missing-backup'], id='our-backup', code='OUR002', check=check)\n"
    )
    monkeypatch.syspath_prepend(str(package))
    assert main(["lint", "--format", "json", "--fail-on", "never"]) == 0
    before = json.loads(capsys.readouterr().out)["findings"]
    (project / "archgen.toml").write_text('plugins = ["acme"]\n')
    assert main(["lint", "--format", "json", "--fail-on", "never"]) == 2
    out = told(capsys, f"models/{FIRST}.arch.yaml: internal error in rule our-backup", "acme_broken.py:5", "your rule")
    after = json.loads(out)["findings"]
    assert [one for one in after if one["code"] != "OUR002"] == before
    assert {one["file"] for one in after if one["code"] == "OUR002"} == {f"models/{SECOND}.arch.yaml"}


def test_a_baseline_keeps_what_a_rule_that_failed_could_not_find(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["lint", "--baseline", "known.json", "--write-baseline", "--fail-on", "never"]) == 0
    before = (project / "known.json").read_text()

    def check(_: Any) -> Any:
        raise LookupError("broken")

    rules = tuple(replace(rule, check=check) if rule.id == "missing-backup" else rule for rule in RULES)
    monkeypatch.setattr("archgen.app.config.catalogue.RULES", rules)
    for how in ("--write-baseline", "--prune-baseline"):
        assert main(["lint", "--baseline", "known.json", how, "--fail-on", "never"]) == 2
        assert (project / "known.json").read_text() == before


def test_a_model_that_cannot_be_read_because_of_an_error_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], broken: Callable[[str, str], None]
) -> None:
    broken("archgen.app.models.load", f"{FIRST}.arch.yaml")
    assert main(["lint", "--format", "concise", "--fail-on", "never"]) == 2
    out = told(capsys, f"models/{FIRST}.arch.yaml: internal error in reading the model")
    assert f"models/{SECOND}.arch.yaml" in out
    assert f"{FIRST}.arch.yaml:1:1: error[MOD001] invalid-model: the model can't be read: LookupError" in out


@pytest.mark.parametrize(
    ("function", "part"),
    [("assessing", "analysis"), ("gains", "gains of changes"), ("_json", "the json report")],
)
def test_an_analysis_that_fails_loses_no_other(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    broken: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    part: str,
) -> None:
    if function == "_json":
        broken("archgen.report.analyze.json_.write", "")
    else:
        broken(f"archgen.app.analyze.{function}", FIRST)
    assert main(["analyze", "--format", "json=a.json", "--format", "text"]) == 2
    out = told(capsys, f"internal error in {part}")
    assert "Distributed web infrastructure" in out
    assert (project / "a.json").exists() == (function != "_json")


def test_a_flow_that_cannot_be_simulated_loses_no_other(
    project: Path, capsys: pytest.CaptureFixture[str], broken: Callable[[str, str], None]
) -> None:
    broken("archgen.app.simulate.outcome", "other")
    words = ["simulate", f"models/{SECOND}.arch.yaml", "--kill", "lb-1", "--format", "json"]
    assert main(words) == 2
    flows = json.loads(told(capsys, "internal error in flow other"))["flows"]
    assert flows
    assert "other" not in flows


def test_a_repair_that_fails_is_told(
    project: Path, capsys: pytest.CaptureFixture[str], broken: Callable[[str, str], None]
) -> None:
    broken("archgen.app.what_if.find_smallest_repair", FIRST)
    assert main(["what-if", f"models/{FIRST}.arch.yaml"]) == 2
    assert told(capsys, f"models/{FIRST}.arch.yaml: internal error in changes") == ""


def test_a_comparison_that_fails_loses_no_other(
    project: Path, capsys: pytest.CaptureFixture[str], broken: Callable[[str, str], None]
) -> None:
    second = (project / f"models/{SECOND}.arch.yaml").read_text()
    for name, before in ((SECOND, FIRST), ("3-third", SECOND)):
        text = second.replace("archgen: 1\n", f"archgen: 1\nfollows: {before}\n")
        (project / f"models/{name}.arch.yaml").write_text(text)
    broken("archgen.app.diff.evolve", "3-third")
    assert main(["diff"]) == 2
    out = told(capsys, "models/3-third.arch.yaml: internal error in comparison")
    assert f"{FIRST}.arch.yaml" in out


def test_a_picture_that_fails_loses_no_other(
    project: Path, capsys: pytest.CaptureFixture[str], broken: Callable[[str, str], None]
) -> None:
    assert main(["draw", "-o", "whole"]) == 0
    capsys.readouterr()
    broken("archgen.views.flow.flow_sequence", FLOW)
    assert main(["draw", f"models/{FIRST}.arch.yaml", "-o", "part"]) == 2
    told(capsys, f"models/{FIRST}.arch.yaml: internal error in {FIRST}.flow-{FLOW}.svg")
    made = {file.name: file.read_bytes() for file in (project / "part").iterdir()}
    whole = {file.name: file.read_bytes() for file in (project / "whole").iterdir() if file.name.startswith(FIRST)}
    assert whole.keys() - made.keys() == {f"{FIRST}.flow-{FLOW}.svg"}
    assert all(whole[name] == content for name, content in made.items())


def test_a_picture_that_another_program_cannot_lay_out_loses_no_other(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = project / "dot"
    command.write_text("#!/bin/sh\necho no room >&2\nexit 1\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(project))
    assert main(["draw", f"models/{FIRST}.arch.yaml", "-o", "out", "--engine", "dot"]) == 2
    err = capsys.readouterr().err
    assert f"models/{FIRST}.arch.yaml: {FIRST}.deployment.svg can't be made: `dot` failed: no room" in err
    assert "report" not in err
    assert (project / f"out/{FIRST}.flow-{FLOW}.svg").exists()


def test_a_block_that_cannot_be_shown_loses_no_other(
    project: Path, capsys: pytest.CaptureFixture[str], broken: Callable[[str, str], None]
) -> None:
    broken("archgen.app.drawing.show._structure", FIRST)
    assert main(["show", f"models/{FIRST}.arch.yaml"]) == 2
    assert "GET /" in told(capsys, f"models/{FIRST}.arch.yaml: internal error in the deployment")


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    ("function", "about", "form"),
    [
        ("archgen.views.flow.flow_sequence", FLOW, "pptx"),
        ("archgen.slides.details._reliability", FIRST, "pptx"),
        ("archgen.slides.deck._system", FIRST, "pptx"),
        ("archgen.slides.pptx.writer.paint_sequence", "A visitor opens a page", "pptx"),
        ("archgen.slides.slide_scene.sequence_scene", "A visitor opens a page", "svg"),
    ],
)
def test_a_slide_that_fails_loses_no_other(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    broken: Callable[[str, str], None],
    function: str,
    about: str,
    form: str,
) -> None:
    words = ["slides", f"models/{FIRST}.arch.yaml", "--full", "--format", form]
    assert main([*words, "-o", f"whole.{form}" if form == "pptx" else "whole"]) == 0
    capsys.readouterr()
    broken(function, about)
    assert main([*words, "-o", f"part.{form}" if form == "pptx" else "part"]) == 2
    told(capsys)
    if form == "pptx":
        decks = [Presentation(io.BytesIO((project / f"{name}.pptx").read_bytes())) for name in ("whole", "part")]
        whole, part = ([slide.shapes.title.text for slide in deck.slides] for deck in decks)
        texts = [shape.text for slide in decks[1].slides for shape in slide.shapes if shape.has_text_frame]
        assert ("archgen can't make this slide." in texts) == ("_system" not in function)
    else:
        whole, part = (sorted(file.name for file in (project / name).iterdir()) for name in ("whole", "part"))
    assert set(whole) - set(part) <= {f"Simple web stack: assumptions{part}" for part in ("", " (1 of 2)", " (2 of 2)")}


@pytest.mark.parametrize(
    ("function", "claims"),
    [
        ("archgen.app.drawing.slides.recommend", ("save", "Start with")),
        ("archgen.app.drawing.slides.flow_route", ("goes",)),
    ],
)
def test_a_claim_that_fails_gives_way_to_a_slide_that_says_so(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    claims: tuple[str, ...],
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("out of order")

    decks = []
    for name, exit_code in (("whole", 0), ("part", 2)):
        assert main(["slides", f"models/{FIRST}.arch.yaml", "-o", f"{name}.pptx"]) == exit_code
        made = Presentation(io.BytesIO((project / f"{name}.pptx").read_bytes()))
        decks.append([slide.shapes.title.text for slide in made.slides])
        monkeypatch.setattr(function, fails)
    whole, part = decks
    assert len(part) == len(whole)
    assert all(any(claim in title for claim in claims) for title in set(whole) - set(part))


# The site

PAGES = [
    ("-o", "archgen.site.all_pages.flow_page", FLOW, f"page {FIRST}/flows/{FLOW}/index.md"),
    ("--pages", "archgen.site.all_pages.system_page", FIRST, f"page {FIRST}/index.md"),
    ("--pages", "archgen.site.all_pages.home_page", FIRST, "page index.md"),
    ("--pages", "archgen.site.failed_pages.assess", FIRST, "analysis"),
    ("--pages", "archgen.site.pages.llms_txt._system", FIRST, "file llms.txt"),
]


@pytest.fixture(scope="module")
def whole() -> dict[str, set[str]]:
    """The files of the site by the form that it is built in."""
    return {}


@pytest.mark.sampled(5)
@pytest.mark.parametrize(("form", "function", "about", "part"), PAGES)
def test_a_page_that_fails_loses_no_other(
    project: Path,
    whole: dict[str, set[str]],
    capsys: pytest.CaptureFixture[str],
    broken: Callable[[str, str], None],
    form: str,
    function: str,
    about: str,
    part: str,
) -> None:
    def files(name: str) -> set[str]:
        return {str(file.relative_to(project / name)) for file in (project / name).rglob("*.*")}

    if form not in whole:
        assert main(["build", form, "whole"]) == 0
        capsys.readouterr()
        whole[form] = files("whole")
    broken(function, about)
    assert main(["build", form, "part"]) == 2
    told(capsys, f"models/{FIRST}.arch.yaml: internal error in {part}")
    missing = {name for name in whole[form] - files("part") if not name.endswith(".svg")}
    assert missing <= {"docs/llms-full.txt", "llms-full.txt"}
    home = (project / "part" / ("docs/index.md" if form == "--pages" else "index.html")).read_text()
    assert "Distributed web infrastructure" in home


def test_what_the_theme_cannot_take_loses_no_other_page(
    project: Path, capsys: pytest.CaptureFixture[str], broken: Callable[[str, str], None]
) -> None:
    broken("archgen.site_build.html_site.split_headings", "{ #steps }")
    assert main(["build", f"models/{FIRST}.arch.yaml"]) == 2
    capsys.readouterr()
    assert "This page failed to build" in (project / f"site/{FIRST}/flows/{FLOW}/index.html").read_text()
    assert "Simple web stack" in (project / f"site/{FIRST}/index.html").read_text()


def test_a_page_of_a_single_file_that_fails_loses_no_other(
    project: Path, capsys: pytest.CaptureFixture[str], broken: Callable[[str, str], None]
) -> None:
    broken("archgen.site_build.single_page._block", "GET /")
    assert main(["build", "--single-file", "site.html"]) == 2
    capsys.readouterr()
    page = (project / "site.html").read_text()
    assert "This page failed to build" in page
    assert "Simple web stack" in page


def test_a_served_site_shows_the_other_pages(project: Path, broken: Callable[[str, str], None]) -> None:
    broken("archgen.site.all_pages.flow_page", FLOW)
    said: list[str] = []
    models = tuple(map(str, sorted((project / "models").iterdir())))
    serving = LiveSite(lambda: models, lambda: "2026-11-24", "Systems", str(project / "served"), said.append)
    assert serving.build()
    (words,) = (words for words in said if "internal error" in words)
    assert words.startswith(
        f"error: {project}/models/{FIRST}.arch.yaml: internal error in page {FIRST}/flows/{FLOW}/index.md: "
        "LookupError: broken on purpose (system/test_isolation.py:"
    )
    assert "This page failed to build" in (project / f"served/{FIRST}/flows/{FLOW}/index.html").read_text()
    assert "Simple web stack" in (project / f"served/{FIRST}/index.html").read_text()


def test_a_fence_that_fails_loses_no_page(
    project: Path, broken: Callable[[str, str], None], caplog: pytest.LogCaptureFixture
) -> None:
    (project / "docs").mkdir()
    words = f"# Ours\n\n```archgen\nmodel: {FIRST}\nview: deployment\n```\n\nBelow it.\n"
    (project / "docs" / "index.md").write_text(words)
    (project / "mkdocs.yml").write_text("site_name: Ours\ntheme: {name: material, font: false}\nplugins: [archgen]\n")
    broken("archgen.mkdocs_plugin.embed", "")
    build(load_config(str(project / "mkdocs.yml")))
    assert "internal error in this fence: LookupError: broken on purpose" in caplog.text
    page = (project / "site" / "index.html").read_text()
    assert "This fence failed to render" in page
    assert "Below it." in page


# What nothing isolates


def test_any_other_error_is_told_in_a_line(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    broken: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken("archgen.site_build.site.write_pages", "")
    monkeypatch.setattr("archgen.cli.publish.build.write_pages", sys.modules["archgen.site_build.site"].write_pages)
    assert main(["build", "--pages", "out"]) == 2
    told(capsys, "internal error in archgen build", "report this as an error of archgen")
    monkeypatch.setenv("ARCHGEN_DEBUG", "1")
    assert main(["build", "--pages", "out"]) == 2
    assert "Traceback (most recent call last)" in capsys.readouterr().err
