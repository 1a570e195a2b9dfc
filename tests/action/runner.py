"""What a runner does with the steps of the GitHub action, in a checkout with a model, and a pull request with comments."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.paths import ROOT, TESTS

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
TIER = (ROOT / "models" / "1-simple-web-stack.arch.yaml").read_text(encoding="utf-8")
FAKE = TESTS / "action" / "fake_gh.py"


def checkout(directory: Path) -> Path:
    """Make a checkout with a model, and what a runner has beside it."""
    (directory / "shop" / "models").mkdir(parents=True)
    (directory / "shop" / "models" / "shop.arch.yaml").write_text(TIER, encoding="utf-8")
    (directory / "temp").mkdir()
    (directory / "bin").mkdir()
    return directory / "shop"


def step(name: str) -> dict[str, Any]:
    """Return a step by its id."""
    steps: dict[str, Any] = next(step for step in ACTION["runs"]["steps"] if step.get("id") == name)
    return steps


def perform(
    project: Path, name: str, context: dict[str, str] | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a step of the action as a runner does: expressions only in its variables, the script in bash."""
    script = step(name)["run"]
    assert "${{" not in script
    values = inputs() | {"steps.install.outputs.python": sys.executable} | (context or {})
    environment = {
        "PATH": f"{project.parent / 'bin'}:/usr/bin:/bin",
        "HOME": str(project.parent),
        "RUNNER_TEMP": str(project.parent / "temp"),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_JOB": "architecture",
        "GITHUB_WORKFLOW": "Checks",
        "GITHUB_OUTPUT": str(project.parent / "output"),
        "GITHUB_REPOSITORY": "shop/web",
        "GITHUB_STEP_SUMMARY": str(project.parent / "summary"),
        **variables,
        **{
            key: re.sub(r"\$\{\{ (.+?) \}\}", lambda match: values[match[1]], text)
            for key, text in step(name)["env"].items()
        },
    }
    words = [shutil.which("bash") or "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(words, cwd=project, env=environment, capture_output=True, text=True)


def inputs(**values: str) -> dict[str, str]:
    """Return the action's inputs with their defaults."""
    defaults = {f"inputs.{name}": about["default"] for name, about in ACTION["inputs"].items()}
    return defaults | {f"inputs.{name.replace('_', '-')}": text for name, text in values.items()}


def outputs(project: Path) -> dict[str, str]:
    """Return what the steps so far put out."""
    lines = (project.parent / "output").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def archgen(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does."""
    command = [sys.executable, "-I", "-m", "archgen", *words]
    return subprocess.run(command, cwd=project, capture_output=True, text=True)


def git(project: Path, *words: str) -> str:
    """Run git in the checkout."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["/usr/bin/env", "git", *who, *words], cwd=project, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def committed(project: Path) -> str:
    """Commit the models, and return the commit."""
    git(project, "init", "-q")
    git(project, "add", "models")
    git(project, "commit", "-qm", "first")
    return git(project, "rev-parse", "HEAD")


def commit_again(project: Path) -> None:
    """Commit what changed in the models, as a pull request does."""
    git(project, "add", "models")
    git(project, "commit", "-qm", "second")


def install_gh(project: Path) -> None:
    """Put the fake `gh` on the PATH."""
    command = project.parent / "bin" / "gh"
    command.write_text(f"#!/bin/sh\nexec '{sys.executable}' -I '{FAKE}' '{project.parent}' \"$@\"\n", encoding="utf-8")
    command.chmod(0o755)


def pull_request(project: Path, report: str | None = None, **values: str) -> dict[str, str]:
    """Return the context of the comment's step, with a report."""
    file = project.parent / "temp" / "archgen-review.md"
    if report is not None:
        file.write_text(report, encoding="utf-8")
    return inputs(**values) | {
        "github.event.pull_request.number": "17",
        "github.token": "none",
        "steps.review.outputs.report": str(file),
    }


def comments(project: Path) -> list[dict[str, str]]:
    """Return the comments of the pull request."""
    kept = project.parent / "comments.json"
    comments: list[dict[str, str]] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else []
    return comments


def write_comments(project: Path, *comments: tuple[str, str]) -> None:
    """Begin with comments of (author, body)."""
    kept = [{"id": f"IC_{n}", "author": author, "body": body} for n, (author, body) in enumerate(comments)]
    (project.parent / "comments.json").write_text(json.dumps(kept), encoding="utf-8")


def summary(project: Path) -> str:
    """Return the summary of the job."""
    file = project.parent / "summary"
    return file.read_text(encoding="utf-8") if file.exists() else ""
