"""`archgen diff` as a user meets it: what it compares, in which formats, between files and between revisions."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from archgen.cli import main
from tests import contracts
from tests.generators.hostile_model import write as write_hostile
from tests.paths import ROOT

NAMES = (
    "1-simple-web-stack",
    "2-distributed-web-infrastructure",
    "3-secured-and-monitored",
    "4-split-components",
)
FILES = tuple(f"models/{name}.arch.yaml" for name in NAMES)
BROKEN = "archgen: 1\nname: Broken\ncomponentz: {}\n"
QUIET = "archgen: 1\nname: Quiet\ncomponents:\n  user: {kind: client}\n"

CALLS = re.compile(r"(?<!\w)@\w|#\d|\bGH-\d")
"""What GitHub makes a mention or a reference of, looked for in what a reader sees and not in code."""

Git = Callable[..., str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the reference models, and nothing in the environment that changes the output."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    for file in FILES:
        (tmp_path / file).write_bytes((ROOT / file).read_bytes())
    return tmp_path


@pytest.fixture
def git(project: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """The project as a git repository of its own, nothing committed yet."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(project / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    (project / "gitconfig").write_text("[user]\n name = A\n email = a@example.org\n[init]\n defaultBranch = main\n")

    def run(*words: str) -> str:
        done = subprocess.run(("git", *words), cwd=project, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    run("init", "--quiet")
    return run


def commit(git: Git, message: str = "a change") -> str:
    git("add", "models")
    git("commit", "--quiet", "--allow-empty", "-m", message)
    return git("rev-parse", "HEAD")


def diff_json(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["diff", "--format", "json", *words]) == 0, capsys.readouterr().err
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    contracts.check("diff", document)
    changes: list[dict[str, Any]] = document["changes"]
    return changes


def refusal(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert main(["diff", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return err


# What is compared


def test_without_words_every_step_of_the_ladder(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changes = diff_json(capsys)
    assert [(one["before"]["file"], one["after"]["file"]) for one in changes] == list(pairwise(FILES))


def test_the_ladders_order_is_not_that_of_the_files(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "models" / "0-first.arch.yaml").write_text("archgen: 1\nname: Last\nfollows: 9-then\ncomponents: {}\n")
    (project / "models" / "9-then.arch.yaml").write_text(
        f"archgen: 1\nname: Then\nfollows: {NAMES[0]}\ncomponents: {{}}\n"
    )
    changes = diff_json(capsys, "models")
    assert [one["after"]["name"] for one in changes if one["after"]["name"] in ("Last", "Then")] == ["Then", "Last"]


def test_one_model_is_compared_with_the_one_that_it_follows(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff_json(capsys, FILES[2]) == diff_json(capsys, FILES[1], FILES[2])


def test_two_directories_are_compared_model_by_model(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "new").mkdir()
    (project / "new" / f"{NAMES[0]}.arch.yaml").write_text((project / FILES[1]).read_text())
    (project / "new" / "fresh.arch.yaml").write_text(QUIET)
    changes = diff_json(capsys, "models", "new")
    told = {(one["before"]["file"], one["after"]["file"]) for one in changes}
    assert (FILES[0], f"new/{NAMES[0]}.arch.yaml") in told
    assert ("no model", "new/fresh.arch.yaml") in told
    assert (FILES[3], "no model") in told


def test_standard_input_is_one_of_the_two(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import sys

    text = (project / FILES[1]).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    (change,) = diff_json(capsys, FILES[0], "-", "--stdin-filename", "new.arch.yaml")
    assert change["after"]["file"] == "new.arch.yaml"
    assert "both" in refusal(capsys, "-", "-")


# What is said


def test_the_text_says_that_reads_improve_and_writes_do_not(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", FILES[0], FILES[1]]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Reads improve: read-page is down 11.5 h per year, was 14.0 h (rests on 15 assumed numbers)." in out
    assert "Writes get worse: write-comment is down 22.0 h per year, was 14.0 h (rests on 14 assumed numbers)." in out
    assert "read-page no longer stops with server-1; write-comment still does." in out
    assert "+ component haproxy" in out
    assert "- connection user -> nginx" in out
    assert "~ component nginx: runs on server-1 and server-2, was on server-1" in out
    assert "introduced (3) error[REL001] single-point-of-failure [1]: Losing lb-1 (with" in out
    assert "stops with dns and lb-1; before with dns and server-1" in out
    _, _, assumed = out.partition("assumed, since no model declares it")
    assert (
        "99.9% for server-1, lb-1 and server-2: design target: a workload in a single zone is designed for 99.9%"
        in assumed
    )
    assert "99.98% for mysql@server-1 and mysql@server-2: convention:" in assumed


def test_the_text_of_the_fourth_step_names_what_stays_open(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", FILES[2], FILES[3]]) == 0
    out = " ".join(capsys.readouterr().out.split())
    _, _, findings = out.partition("findings introduced")
    introduced, _, rest = findings.partition("left open")
    _, _, resolved = rest.partition("resolved (")
    assert all(f"Losing {host} (with" in introduced for host in ("web-1", "app-1"))
    assert "Losing lb-1 (with" in resolved
    assert "identical-servers" in resolved
    assert "Losing fw-1 (with" in rest.partition("resolved (")[0]


def test_a_model_and_itself_differ_in_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in FILES:
        assert main(["diff", file, file]) == 0
        assert capsys.readouterr().out.endswith("  nothing changed\n")
        assert main(["diff", file, file, "--format", "markdown"]) == 0
        assert capsys.readouterr().out.endswith("\n\nNothing changed.\n")


def test_json_has_every_number_and_what_it_rests_on(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (change,) = diff_json(capsys, FILES[0], FILES[1])
    assert change["summary"]["findings"] == {"introduced": 3, "left": 7, "resolved": 3, "accepted": 0}
    read = change["flows"]["read-page"]
    assert (read["direction"], read["firm"]) == ("better", True)
    assert read["after"]["availability"] == pytest.approx(0.9986878717, abs=1e-9)
    assert read["before"]["availability"] == pytest.approx(0.9984039108, abs=1e-9)
    assert len(read["after"]["assumed"]) == 15
    assert read["single_points_of_failure"] == {
        "resolved": [{"kind": "host", "id": "server-1"}],
        "left": [{"kind": "replica", "id": "dns#1"}],
        "introduced": [{"kind": "host", "id": "lb-1"}],
    }


def test_markdown_folds_its_details(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", FILES[0], FILES[1], "--format", "markdown"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("## Simple web stack → Distributed web infrastructure\n")
    assert "Findings: **3 introduced**, **7 left open**, **3 resolved**." in out
    assert "- `read-page` no longer stops with `server-1`; `write-comment` still does.\n" in out
    assert "| `read-page` | 99.84% → 99.869% | 14.0 h → 11.5 h | `dns` and `server-1` → `dns` and `lb-1` |" in out
    assert out.count("<details") == out.count("</details>") == 6
    assert out.count("<details open>") == 1
    assert "- 99.9% for `server-1`, `lb-1` and `server-2`: design target: a workload in a single zone" in out


def test_every_assumed_number_of_the_json_is_listed_for_people_too(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (change,) = diff_json(capsys, FILES[2], FILES[3])
    sides = [flow[side] for flow in change["flows"].values() for side in ("before", "after")]
    wanted = {(one["element"]["id"], one["source"]) for side in sides for one in side["assumed"]}
    assert len(wanted) > 12
    for form, ends in (("text", "assumed, since"), ("markdown", "Assumed availabilities")):
        assert main(["diff", FILES[2], FILES[3], "--format", form]) == 0
        told = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), capsys.readouterr().out.partition(ends)[2])
        told = " ".join(told.partition("</details>")[0].replace("`", "").split())
        for element, source in wanted:
            line = next(one for one in re.split(r"(?=\d+(?:\.\d+)? % for )", told) if source in one)
            assert re.search(rf"(?: |, ){re.escape(element)}[ ,:]", line), (element, source)


def test_several_formats_in_one_run(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--format", "text", "--format", "json=out.json", "--format", "markdown=out.md"]) == 0
    assert "Reads improve" in capsys.readouterr().out
    assert len(json.loads((project / "out.json").read_text())["changes"]) == 3
    assert (project / "out.md").read_text().count("## ") == 3
    assert "only one format can go to stdout" in refusal(capsys, "--format", "text", "--format", "json")
    assert "did you mean `markdown`" in refusal(capsys, "--format", "markdwn")


def test_the_exit_code_is_about_what_was_introduced(project: Path) -> None:
    assert main(["diff", FILES[0], FILES[1]]) == 0
    assert main(["diff", FILES[0], FILES[1], "--fail-on", "error"]) == 1
    assert main(["diff", FILES[1], FILES[0], "--fail-on", "error"]) == 1
    assert main(["diff", FILES[0], FILES[0], "--fail-on", "info"]) == 0
    quiet = (project / FILES[0]).read_text()
    (project / "quiet.arch.yaml").write_text(quiet)
    (project / "lonely.arch.yaml").write_text(quiet.replace("components:\n", "components:\n  lonely: {kind: cache}\n"))
    for severity, code in (("never", 0), ("error", 0), ("warning", 1), ("info", 1)):
        assert main(["diff", "quiet.arch.yaml", "lonely.arch.yaml", "--fail-on", severity]) == code
    assert main(["diff", "lonely.arch.yaml", "quiet.arch.yaml", "--fail-on", "info"]) == 0


def test_what_has_no_meaning_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "models" / "5-broken.arch.yaml").write_text(BROKEN)
    for words in ([FILES[0], "models/5-broken.arch.yaml"], ["models/5-broken.arch.yaml"], []):
        err = refusal(capsys, *words)
        assert "componentz" in err
        assert "nothing was compared" in err
    assert "there is no such file" in refusal(capsys, FILES[0], "models/none.arch.yaml")
    assert "not 3" in refusal(capsys, *FILES[:3])
    assert "no model follows another" in refusal(capsys, FILES[0])


# Revisions


def test_a_model_of_a_revision_and_the_one_here(git: Git, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(git)
    (project / FILES[0]).write_bytes((project / FILES[1]).read_bytes().replace(b"follows: 1-simple-web-stack\n", b""))
    (change,) = diff_json(capsys, "main", FILES[0])
    assert change["before"] == {"file": f"main:{FILES[0]}", "name": "Simple web stack"}
    assert change["after"]["file"] == FILES[0]
    assert "read-page no longer stops with server-1; write-comment still does." in change["sentences"]
    assert diff_json(capsys, "HEAD") == diff_json(capsys, "HEAD", "models") == diff_json(capsys, "HEAD", "--", FILES[0])


def test_a_range_of_revisions(git: Git, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = commit(git)
    git("checkout", "--quiet", "-b", "split")
    (project / FILES[3]).write_text(
        (project / FILES[3]).read_text().replace("runs_on: web-1", "runs_on: [web-1, app-1]")
    )
    (project / "models" / "5-more.arch.yaml").write_text(QUIET)
    commit(git)
    for word in ("main..split", "main..", "main...HEAD", f"{first[:10]}..HEAD"):
        changes = diff_json(capsys, word)
        assert [one["after"]["name"] for one in changes] == ["Split components", "Quiet"], word
        assert changes[1]["before"]["file"] == "no model"
    (change,) = diff_json(capsys, "main..HEAD", "--", FILES[3])
    assert {"kind": "replica", "id": "nginx@app-1", "change": "added", "what": []} in change["things"]
    assert ("web-1", "resolved") in {
        (one["before"]["subject"]["id"], one["verdict"]) for one in change["findings"] if one["before"]
    }
    (undone,) = diff_json(capsys, "split..main", "--", "models/5-more.arch.yaml")
    assert undone["after"]["file"] == "no model"


def test_three_dots_start_where_both_began(git: Git, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(git)
    git("checkout", "--quiet", "-b", "side")
    commit(git)
    git("checkout", "--quiet", "main")
    (project / FILES[0]).unlink()
    git("rm", "--quiet", FILES[0])
    commit(git)
    assert diff_json(capsys, "main...side") == []
    assert [one["before"]["file"] for one in diff_json(capsys, "main..side")] == ["no model"]


def test_paths_are_relative_to_where_one_stands(
    git: Git, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(git)
    (project / FILES[0]).write_text((project / FILES[0]).read_text().replace("8.8.8.8", "9.9.9.9"))
    monkeypatch.chdir(project / "models")
    (change,) = diff_json(capsys, "HEAD", f"{NAMES[0]}.arch.yaml")
    assert change["summary"]["things"]["changed"] == 4
    assert change["before"]["file"] == f"HEAD:./{NAMES[0]}.arch.yaml"
    assert len(change["findings"]) == change["summary"]["findings"]["left"]
    (project / "elsewhere").mkdir()
    monkeypatch.chdir(project / "elsewhere")
    (there,) = diff_json(capsys, "HEAD", "../models")
    assert there["things"] == change["things"]


def test_what_a_model_includes_is_read_at_its_revision(
    git: Git, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "models" / "parts").mkdir()
    part = project / "models" / "parts" / "hosts.yaml"
    part.write_text("hosts:\n  a: {}\n")
    (project / "models" / "6-whole.arch.yaml").write_text(f"{QUIET}include: [parts/hosts.yaml]\n")
    commit(git)
    part.write_text("hosts:\n  a: {}\n  b: {}\n")
    (change,) = diff_json(capsys, "main")
    assert change["things"] == [{"kind": "host", "id": "b", "change": "added", "what": []}]


def test_what_git_does_not_know_is_said(
    git: Git, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(git)
    assert "no model changed" in _out(capsys, "HEAD")
    assert "knows no revision `nope`" in refusal(capsys, "nope", FILES[0])
    assert "knows no revision `nope`" in refusal(capsys, "main..nope")
    assert "models/none.arch.yaml is neither in main nor in" in refusal(capsys, "main", "models/none.arch.yaml")
    assert "knows no revision `--output=x`" in refusal(capsys, "--", "--output=x")
    assert not (project / "x").exists()
    monkeypatch.setenv("PATH", str(project))
    assert "git is not installed" in refusal(capsys, "main", FILES[0])
    assert _out(capsys, FILES[0], FILES[1]) != ""


def test_outside_of_a_repository_there_are_no_revisions(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    assert "`main` is no file, and no revision can be read here" in refusal(capsys, "main", FILES[0])


def test_the_older_model_may_have_no_meaning(git: Git, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sound = (project / FILES[0]).read_text()
    (project / FILES[0]).write_text(BROKEN)
    commit(git)
    (project / FILES[0]).write_text(sound)
    err = refusal(capsys, "main", FILES[0])
    assert f"main:{FILES[0]}:3:1" in err


def _out(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert main(["diff", *words]) == 0
    return capsys.readouterr().out


# Hostile text


@pytest.mark.slow
def test_whatever_a_model_says_stays_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("gfm-like", {"linkify": False})
    written = write_hostile(str(tmp_path))
    plain = tmp_path / "plain.arch.yaml"
    plain.write_text(QUIET)
    assert len(written) > 10
    for name in written:
        model = str(tmp_path / f"{name}.arch.yaml")
        for pair in (
            (str(plain), model),
            (model, str(plain)),
            (model, str(tmp_path / f"{next(iter(written))}.arch.yaml")),
        ):
            svg = tmp_path / "out.svg"
            assert main(["diff", *pair, "--svg", str(svg)]) == 0
            out = capsys.readouterr().out
            assert all(line.isprintable() for line in out.replace("\u200d", "").split("\n")), name
            ElementTree.fromstring(svg.read_bytes())
            assert main(["diff", *pair, "--format", "markdown"]) == 0
            markdown = capsys.readouterr().out
            ours = re.compile(r"</?details( open)?>|<summary>[\w ,]+</summary>|\s+")
            for token in parser.parse(markdown):
                inside = [token, *(token.children or ())]
                for one in inside:
                    assert one.type not in ("image", "link_open", "html_inline", "s_open"), (name, one)
                    if one.type == "text":
                        assert not CALLS.search(one.content), (name, one.content)
                    if one.type == "html_block":
                        assert ours.sub("", one.content) == "", (name, one.content)
            assert main(["diff", *pair, "--format", "json"]) == 0
            contracts.check("diff", json.loads(capsys.readouterr().out))


def test_a_comment_is_never_too_long(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = "".join(f"  c{at}: {{kind: database, name: {'n' * 500}}}\n" for at in range(400))
    (project / "big.arch.yaml").write_text(f"archgen: 1\nname: Big\ncomponents:\n{parts}")
    (project / "none.arch.yaml").write_text(QUIET)
    out = _out(capsys, "none.arch.yaml", "big.arch.yaml", "--format", "markdown")
    assert len(out) < 65_536
    assert "more" in out


# Pictures


def test_the_picture_of_one_change_and_of_several(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _out(capsys, FILES[0], FILES[1], "--svg", "change.svg")
    assert ElementTree.parse(project / "change.svg").getroot().tag.endswith("}svg")
    _out(capsys, "--svg", "pictures")
    assert sorted(path.name for path in (project / "pictures").iterdir()) == [f"{name}.diff.svg" for name in NAMES[1:]]
    assert "do not fit into one.svg" in refusal(capsys, "--svg", "one.svg")
    assert main(["draw", "--view", "diff", "-o", "drawn"]) == 0
    assert (project / "drawn" / f"{NAMES[1]}.diff.svg").read_bytes().startswith(b"<svg")
