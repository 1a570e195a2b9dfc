"""The comment of the GitHub action: what it says, which comment it edits, and what happens where it may not comment."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.action.runner import (
    TIER,
    archgen,
    checkout,
    comments,
    commit_again,
    committed,
    inputs,
    install_gh,
    outputs,
    perform,
    pull_request,
    summary,
    write_comments,
)

ENCRYPTED = TIER.replace("user -> nginx: {protocol: http, port: 80}", "user -> nginx: {protocol: https, port: 443}")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with a model."""
    return checkout(tmp_path)


def test_the_steps_of_the_action_come_to_what_the_command_does(project: Path) -> None:
    """A whole job on a pull request, step by step in their order."""
    install_gh(project)
    base = committed(project)
    (project / "models" / "shop.arch.yaml").write_text(ENCRYPTED, encoding="utf-8")
    commit_again(project)
    context = inputs(fail_on="warning") | {"github.event.pull_request.base.sha": base}
    codes = {}
    for name in ("lint", "review", "comment", "verdict"):
        codes[name] = perform(project, name, context).returncode
        context |= {f"steps.{name}.outputs.{key}": value for key, value in outputs(project).items()}
        context |= pull_request(project)
    alone = archgen(project, "lint", "--fail-on", "warning", "--format", "sarif")
    assert codes == {"lint": 0, "review": 0, "comment": 0, "verdict": alone.returncode}
    assert (project / "archgen.sarif").read_text(encoding="utf-8") == alone.stdout
    assert summary(project) == archgen(project, "lint", "--format", "markdown").stdout
    (comment,) = comments(project)
    marker, _, report = comment["body"].partition("\n")
    assert re.fullmatch("<!-- archgen-review [0-9a-f]{16} -->", marker)
    assert report == archgen(project, "review", f"{base}...HEAD", "--format", "markdown").stdout
    assert "missing-tls" in report


def test_a_comment_is_about_the_paths_of_the_action(project: Path) -> None:
    (project / "models" / "other.arch.yaml").write_text(TIER, encoding="utf-8")
    base = committed(project)
    for name in ("shop", "other"):
        (project / "models" / f"{name}.arch.yaml").write_text(ENCRYPTED, encoding="utf-8")
    commit_again(project)
    context = inputs(paths="models/other.arch.yaml\n") | {"github.event.pull_request.base.sha": base}
    assert perform(project, "review", context).returncode == 0
    report = Path(outputs(project)["report"]).read_text(encoding="utf-8")
    assert "models/other.arch.yaml" in report
    assert "shop.arch.yaml" not in report


def test_a_change_that_can_not_be_compared_fails_nothing(project: Path) -> None:
    committed(project)
    done = perform(project, "review", {"github.event.pull_request.base.sha": "0" * 40})
    assert done.returncode == 0
    assert "knows no revision" in done.stderr
    assert done.stdout.startswith("::warning title=archgen::")
    assert not (project.parent / "output").exists()


def test_an_invalid_model_is_reviewed(project: Path) -> None:
    base = committed(project)
    (project / "models" / "shop.arch.yaml").write_text("archgen: 1\nnam: x\n", encoding="utf-8")
    commit_again(project)
    done = perform(project, "review", {"github.event.pull_request.base.sha": base})
    assert done.returncode == 0, done.stderr
    assert "**Invalid:**" in Path(outputs(project)["report"]).read_text(encoding="utf-8")


def test_links_lead_to_the_commit_on_the_forge(project: Path) -> None:
    (project / "models" / "shop.arch.yaml").write_text(ENCRYPTED, encoding="utf-8")
    base = committed(project)
    (project / "models" / "shop.arch.yaml").write_text(TIER, encoding="utf-8")
    commit_again(project)
    context = {"github.event.pull_request.base.sha": base}
    perform(project, "review", context, GITHUB_SERVER_URL="https://github.example")
    report = Path(outputs(project)["report"]).read_text(encoding="utf-8")
    assert re.search(r"\(https://github\.example/shop/web/blob/[0-9a-f]{40}/models/shop\.arch\.yaml#L\d+\)", report)


def test_only_the_comment_of_an_earlier_run_is_edited(project: Path) -> None:
    install_gh(project)
    perform(project, "comment", pull_request(project, "first\n"))
    marker = comments(project)[0]["body"].partition("\n")[0]
    others = (
        ("stranger", f"{marker}\nof a stranger\n"),
        ("github-actions[bot]", "of another workflow\n"),
        ("github-actions[bot]", f"quoted:\n{marker}\n"),
        ("github-actions[bot]", f"{marker[:-5]}x -->\nof another action\n"),
    )
    write_comments(project, *others, ("github-actions[bot]", f"{marker}\nfirst\n"), *others)
    for report in ("second\n", "third\n", "third\n"):
        done = perform(project, "comment", pull_request(project, report))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    bodies = [comment["body"] for comment in comments(project)]
    assert bodies.pop(4) == f"{marker}\nthird\n"
    assert bodies == [body for _, body in (*others, *others)]
    asked = (project.parent / "asked").read_text(encoding="utf-8").split()
    assert asked.count("mutation") == 3


def test_each_use_of_the_action_has_a_comment_of_its_own(project: Path) -> None:
    install_gh(project)
    for _ in range(2):
        perform(project, "comment", pull_request(project, "all\n"))
        perform(project, "comment", pull_request(project, "some\n", paths="models/a.arch.yaml\n"))
        perform(project, "comment", pull_request(project, "job\n"), GITHUB_JOB="other")
    assert [comment["body"].partition("\n")[2] for comment in comments(project)] == ["all\n", "some\n", "job\n"]
    assert len({comment["body"].partition("\n")[0] for comment in comments(project)}) == 3


@pytest.mark.parametrize(
    "reason",
    ["gh: Resource not accessible by integration (HTTP 403)", "50%\r::error::x\n::error::y", "", "x" * 5000],
)
def test_a_token_that_may_not_write_gives_a_summary(project: Path, reason: str) -> None:
    install_gh(project)
    (project.parent / "read-only").write_bytes(reason.encode())
    done = perform(project, "comment", pull_request(project, "## Shop\n"))
    assert done.returncode == 0
    assert summary(project) == "## Shop\n"
    (line,) = done.stdout.splitlines()
    assert line.startswith("::notice title=archgen::No comment (")
    assert len(line) < 500
    assert comments(project) == []


def test_a_runner_without_gh_gives_a_summary(project: Path) -> None:
    for lacking in ({}, {"GITHUB_REPOSITORY": "shop/none"}):
        done = perform(project, "comment", pull_request(project, "## Shop\n"), PATH="/nowhere", **lacking)
        assert done.returncode == 0, done.stderr
        assert "the runner has no gh command" in done.stdout
        install_gh(project)
    done = perform(project, "comment", pull_request(project, "## Shop\n"), GITHUB_REPOSITORY="shop/none")
    assert "GitHub shows no such pull request" in done.stdout
    assert summary(project) == "## Shop\n" * 3


def test_a_comment_is_no_longer_than_github_takes(project: Path) -> None:
    install_gh(project)
    done = perform(project, "comment", pull_request(project, "é" * 100_000))
    assert (done.returncode, done.stdout) == (0, "")
    assert len(comments(project)[0]["body"]) == 65_536
