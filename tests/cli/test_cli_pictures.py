"""`draw` and `build`: which files they write, what they refuse to touch, and that they write the same bytes again."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from archgen.cli import main
from tests.drawn import NEEDS_GRAPHVIZ
from tests.generators.level_models import services
from tests.paths import ROOT

TIER_1 = (ROOT / "models" / "1-simple-web-stack.arch.yaml").read_text(encoding="utf-8")
BROKEN = "archgen: 1\nname: Broken\ncomponentz: {}\n"
FLOWLESS = "archgen: 1\nname: Quiet\ncomponents:\n  user: {kind: client}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with tier 1."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "1-simple-web-stack.arch.yaml").write_text(TIER_1, encoding="utf-8")
    return tmp_path


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def digest(directory: Path) -> dict[str, str]:
    files = (path for path in sorted(directory.rglob("*")) if path.is_file())
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# draw


def test_draw_writes_every_view_as_svg(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "-o", "out"]) == 0
    written = [
        "1-simple-web-stack.deployment.svg",
        "1-simple-web-stack.flow-read-page.svg",
        "1-simple-web-stack.flow-write-comment.svg",
    ]
    assert names(project / "out") == written
    assert capsys.readouterr().out.split() == [os.path.join("out", name) for name in written]
    for name in written:
        assert ElementTree.parse(project / "out" / name).getroot().tag.endswith("}svg")


@pytest.mark.parametrize(
    ("words", "written"),
    [
        (["--view", "deployment"], ["1-simple-web-stack.deployment.svg"]),
        (["--flow", "read-page"], ["1-simple-web-stack.flow-read-page.svg"]),
        (["--format", "dot"], ["1-simple-web-stack.deployment.dot"]),
        (["--format", "diagrams"], ["1-simple-web-stack.deployment.py"]),
        (
            ["--format", "mermaid", "--format", "svg", "--flow", "read-page"],
            ["1-simple-web-stack.flow-read-page.mmd", "1-simple-web-stack.flow-read-page.svg"],
        ),
    ],
)
def test_draw_writes_what_was_asked_for(project: Path, words: list[str], written: list[str]) -> None:
    assert main(["draw", "-o", "out", *words]) == 0
    assert names(project / "out") == written


def test_draw_infers_the_format_of_one_file_from_its_name(project: Path) -> None:
    assert main(["draw", "--view", "deployment", "-o", "a/picture.png"]) == 0
    assert (project / "a" / "picture.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_without_findings_has_no_badges(project: Path) -> None:
    assert main(["draw", "--view", "deployment", "-o", "with.svg"]) == 0
    assert main(["draw", "--view", "deployment", "-o", "without.svg", "--no-findings"]) == 0
    assert 'class="badge"' in (project / "with.svg").read_text(encoding="utf-8")
    assert 'class="badge"' not in (project / "without.svg").read_text(encoding="utf-8")


def test_a_theme_may_be_fixed(project: Path) -> None:
    for theme in ("light", "dark", "auto"):
        assert main(["draw", "--view", "deployment", "-o", f"{theme}.svg", "--theme", theme]) == 0
    texts = {theme: (project / f"{theme}.svg").read_text(encoding="utf-8") for theme in ("light", "dark", "auto")}
    assert len(set(texts.values())) == 3
    assert "prefers-color-scheme" in texts["auto"]
    assert "prefers-color-scheme" not in texts["light"] + texts["dark"]


@pytest.mark.parametrize("engine", ["domain", pytest.param("graphviz", marks=NEEDS_GRAPHVIZ)])
def test_every_engine_draws_every_component(project: Path, engine: str) -> None:
    assert main(["draw", "--view", "deployment", "-o", "picture.svg", "--engine", engine]) == 0
    text = "".join(ElementTree.parse(project / "picture.svg").getroot().itertext())
    assert all(name in text for name in ("user", "dns", "nginx", "app", "code", "mysql", "server-1"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--flow", "reed-page"], "unknown flow `reed-page`; did you mean `read-page`?"),
        (["--view", "deploymnt"], "unknown view `deploymnt`; did you mean `deployment`?"),
        (["--format", "webp"], "unknown format `webp`"),
        (["--engine", "elk"], "unknown engine `elk`"),
        (["--theme", "drak"], "unknown theme `drak`; did you mean `dark`?"),
        (["--format", "dot", "--view", "flows"], "dot can't show flows"),
        (["-o", "picture.svg", "--view", "flows"], "picture.svg has room for one diagram; got 2: 1-simple-web-stack."),
    ],
)
def test_draw_tells_a_wrong_use(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert main(["draw", "-o", "out", *words]) == 2
    assert message in capsys.readouterr().err
    assert names(project) == ["models"]


def test_a_file_shows_a_large_deployment_as_one_diagram(project: Path) -> None:
    services = "".join(f"  s{n}: {{kind: service, runs_on: h{n}}}\n" for n in range(60))
    calls = "".join(f"  s{n} -> s{n + 1}: https\n" for n in range(59))
    hosts = ", ".join(f"h{n}: {{}}" for n in range(60))
    (project / "large.arch.yaml").write_text(
        f"archgen: 1\nname: Large\nhosts: {{{hosts}}}\ncomponents:\n{services}connections:\n{calls}", encoding="utf-8"
    )
    assert main(["draw", "large.arch.yaml", "-o", "out", "--view", "deployment"]) == 0
    assert len(names(project / "out")) > 1
    assert main(["draw", "large.arch.yaml", "-o", "one.svg"]) == 0
    assert main(["draw", "large.arch.yaml", "-o", "two.svg", "--view", "deployment"]) == 0
    assert (project / "one.svg").read_bytes() == (project / "two.svg").read_bytes()


def test_a_file_that_holds_too_much_says_how_to_draw_less(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    services = "".join(f"  s{n}: {{kind: service, runs_on: h{n}}}\n" for n in range(60))
    calls = "".join(f"  s{n} -> s{n + step}: https\n" for n in range(45) for step in (1, 15))
    hosts = ", ".join(f"h{n}: {{}}" for n in range(60))
    (project / "large.arch.yaml").write_text(
        f"archgen: 1\nname: Large\nhosts: {{{hosts}}}\ncomponents:\n{services}connections:\n{calls}", encoding="utf-8"
    )
    asked = [
        (["large.arch.yaml"], True),
        (["large.arch.yaml", "--level", "deployment"], False),
        (["large.arch.yaml", "--format", "d2"], False),
        (["models"], False),
    ]
    for words, advised in asked:
        assert main(["draw", *words, "-o", "one.svg"]) == 0
        told = capsys.readouterr().err
        assert ("large: 60 cards and 90 lines in one diagram" in told and "--level system" in told) == advised
        assert advised or not told


@pytest.mark.parametrize(
    ("words", "files"),
    [
        (["-o", "picture.svg"], ["picture.svg"]),
        (["-o", "out", "--level", "system"], ["1-simple-web-stack.deployment.svg"]),
    ],
)
def test_a_file_and_a_level_show_the_deployment(project: Path, words: list[str], files: list[str]) -> None:
    assert main(["draw", *words]) == 0
    out = project / "out"
    assert (names(out) if out.is_dir() else [name for name in names(project) if name != "models"]) == files


def test_a_model_without_a_meaning_loses_its_own_pictures_only(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "models" / "2-broken.arch.yaml").write_text(BROKEN, encoding="utf-8")
    assert main(["draw", "-o", "out"]) == 2
    captured = capsys.readouterr()
    assert "2-broken.arch.yaml:3:1" in captured.err
    assert captured.out
    assert not any(name.name.startswith("2-broken") for name in (project / "out").iterdir())


def test_no_site_is_written_while_a_model_has_no_meaning(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "-o", "out"]) == 0
    before = digest(project / "out")
    (project / "models" / "2-broken.arch.yaml").write_text(BROKEN, encoding="utf-8")
    capsys.readouterr()
    assert main(["build", "-o", "out"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "2-broken.arch.yaml:3:1" in captured.err
    assert "nothing was written" in captured.err
    assert digest(project / "out") == before


# build


def test_build_replaces_an_older_site_wholly(project: Path) -> None:
    assert main(["build"]) == 0
    for page in ("", "1-simple-web-stack", "1-simple-web-stack/flows/read-page", "rules/single-point-of-failure"):
        assert (project / "site" / page / "index.html").exists(), page
    assert names(project) == ["models", "site"]
    (project / "models" / "1-simple-web-stack.arch.yaml").rename(project / "models" / "renamed.arch.yaml")
    assert main(["build"]) == 0
    assert (project / "site" / "renamed" / "index.html").exists()
    assert not (project / "site" / "1-simple-web-stack").exists()


@pytest.mark.parametrize("words", [["-o", "."], ["-o", ".."], ["-o", "models"], ["--pages", "models"], ["-o", "a.txt"]])
def test_build_touches_nothing_that_is_no_site(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    (project / "a.txt").write_text("mine", encoding="utf-8")
    before = digest(project)
    assert main(["build", *words]) == 2
    assert capsys.readouterr().err.startswith("archgen: ")
    assert digest(project) == before


# The same bytes every time


def run(project: Path, seed: str, *words: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": "1795000000"}
    command = [sys.executable, "-m", "archgen", *words, str(ROOT / "models")]
    subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)


@pytest.mark.parametrize(
    "words",
    [
        ("build",),
        pytest.param(
            ("draw", "--scale", "1", "--format", "svg", "--format", "png", "--format", "mermaid", "--format", "dot"),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_files_do_not_depend_on_the_hash_seed(project: Path, words: tuple[str, ...]) -> None:
    run(project, "0", *words, "-o", "first")
    run(project, "4242", *words, "-o", "second")
    assert digest(project / "first") == digest(project / "second")


def test_a_site_that_archgen_did_not_make_is_left_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    public = project / "public"
    public.mkdir()
    (public / "index.html").write_text("by hand", encoding="utf-8")
    assert main(["build", "-o", "public"]) == 2
    assert "not of archgen's making" in capsys.readouterr().err
    assert (public / "index.html").read_text(encoding="utf-8") == "by hand"
    assert main(["build", "-o", "out"]) == 0
    assert main(["build", "-o", "out"]) == 0


# Levels


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shop.arch.yaml").write_text(services(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_large_system_is_drawn_in_levels(large: Path) -> None:
    assert main(["draw", "--view", "deployment", "--no-findings", "-o", "out", "shop.arch.yaml"]) == 0
    assert names(large / "out") == [
        *(f"shop.deployment.network-net-{number}.svg" for number in range(6)),
        "shop.deployment.role-observer.svg",
        "shop.deployment.svg",
    ]


@pytest.mark.parametrize(
    ("words", "written"),
    [
        (["--level", "system"], ["shop.deployment.svg"]),
        (["--level", "deployment"], ["shop.deployment.svg"]),
        (["--level", "group:network:net-1"], ["shop.deployment.network-net-1.svg"]),
        (["--format", "d2"], ["shop.deployment.d2"]),
        (["--view", "overview,networks", "--level", "system"], ["shop.networks.svg", "shop.overview.svg"]),
    ],
)
def test_a_level_may_be_asked_for(large: Path, words: list[str], written: list[str]) -> None:
    view = [] if "--view" in words else ["--view", "deployment"]
    assert main(["draw", *view, *words, "--no-findings", "-o", "out", "shop.arch.yaml"]) == 0
    assert names(large / "out") == written


def test_an_unknown_level_is_a_wrong_use(large: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "--view", "deployment", "--level", "group:net-1", "-o", "out", "shop.arch.yaml"]) == 2
    assert "unknown level `group:net-1`" in capsys.readouterr().err
    assert not (large / "out").exists()


def test_the_score_is_of_each_diagram_of_the_view(large: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--view", "deployment", "--level", "system", "--score", "--no-findings", "-o", "out"]
    assert main(["draw", *words, "shop.arch.yaml"]) == 0
    score = capsys.readouterr().err
    assert score.startswith("shop.deployment: ")
    assert all(word in score for word in (" cards, ", " lines, ", " chips, ", " crossing", "smallest text"))


def test_show_prints_a_level(large: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--level", "role:observer", "--wide", "--no-findings", "shop.arch.yaml"]) == 0
    level, _, flows = capsys.readouterr().out.partition("Requests that need")
    assert "metrics" in level
    assert "svc-0-0" not in level
    assert "svc-0-0" in flows
