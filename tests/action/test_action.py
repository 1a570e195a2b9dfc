"""The GitHub action: its steps as a runner performs them, in a checkout whose files would be run if Python saw them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.action.runner import (
    ACTION,
    TIER,
    archgen,
    checkout,
    comments,
    committed,
    inputs,
    install_gh,
    outputs,
    perform,
    pull_request,
)
from tests.paths import ROOT

QUIET = "archgen: 1\nname: Quiet\ncomponents:\n  user: {kind: client}\n"
MODULES = (
    "archgen/__init__.py",
    "archgen/cli/__init__.py",
    "archgen/cli/__main__.py",
    "encodings/__init__.py",
    "ensurepip/__init__.py",
    "hashlib.py",
    "hatchling/__init__.py",
    "json.py",
    "msgspec.py",
    "pip.py",
    "pip/__init__.py",
    "pip/__main__.py",
    "sitecustomize.py",
    "subprocess.py",
    "usercustomize.py",
    "venv/__main__.py",
    "yaml.py",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with a model."""
    return checkout(tmp_path)


# Lint


@pytest.mark.parametrize(
    ("model", "values", "code"),
    [
        (TIER, {}, "1"),
        (TIER, {"fail_on": "never"}, "0"),
        (TIER, {"paths": "models/shop.arch.yaml\n"}, "1"),
        (QUIET, {}, "0"),
        ("archgen: 1\nnam: x\n", {"fail_on": "never"}, "2"),
        (TIER, {"fail_on": "sometimes"}, "2"),
        (TIER, {"paths": "--help\n-x"}, "2"),
    ],
)
def test_the_action_lints_as_the_command_does(project: Path, model: str, values: dict[str, str], code: str) -> None:
    (project / "models" / "shop.arch.yaml").write_text(model, encoding="utf-8")
    done = perform(project, "lint", inputs(**values))
    assert done.returncode == 0, done.stderr
    assert outputs(project)["exit-code"] == code
    verdict = perform(project, "verdict", {"steps.lint.outputs.exit-code": code})
    assert verdict.returncode == int(code)


def test_the_action_annotates_reports_and_sums_up(project: Path) -> None:
    done = perform(project, "lint")
    assert done.stdout == archgen(project, "lint", "--format", "github").stdout
    assert done.stdout.startswith("::error file=models/shop.arch.yaml,line=")
    report = json.loads((project / "archgen.sarif").read_text(encoding="utf-8"))
    assert len(report["runs"][0]["results"]) == len(done.stdout.splitlines())
    assert "## Architecture findings" in (project.parent / "summary").read_text(encoding="utf-8")


def test_what_an_input_holds_is_never_run(project: Path) -> None:
    hostile = '"; touch hacked; echo "$(touch hacked)`touch hacked`'
    for name in ("paths", "fail_on", "since", "baseline"):
        perform(project, "lint", inputs(**{name: hostile}))
        assert outputs(project)["exit-code"] == "2"
    perform(project, "lint", inputs(sarif="$(touch hacked).sarif"))
    perform(project, "review", inputs(paths=hostile) | {"github.event.pull_request.base.sha": hostile})
    assert not (project / "hacked").exists()


def test_every_input_of_the_action_is_used_and_described() -> None:
    used = set(re.findall(r"inputs\.([a-z-]+)", json.dumps(ACTION)))
    assert used == set(ACTION["inputs"])
    assert all(about["description"] for about in (*ACTION["inputs"].values(), *ACTION["outputs"].values()))


# A hostile checkout


def plant(project: Path) -> Path:
    """Fill a checkout with modules and configuration that leave a mark once they are read; return the mark."""
    mark = project.parent / "mark"
    code = f"import os\nos.close(os.open({str(mark)!r}, os.O_CREAT | os.O_WRONLY))\n"
    for name in MODULES:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(code, encoding="utf-8")
    backend = (
        '[build-system]\nrequires = []\nbuild-backend = "pip"\nbackend-path = ["."]\n[project]\nname = "archgen"\n'
    )
    (project / "pyproject.toml").write_text(backend, encoding="utf-8")
    (project / "pip.conf").write_text("[global]\nindex-url = http://127.0.0.1:1/\n", encoding="utf-8")
    (project / "constraints.txt").write_text("pyyaml==0\n", encoding="utf-8")
    shutil.copytree(project / "pip", project / "requirements" / "pip")
    for name in ("gh", "git", "python", "python3", "pip"):
        (project / name).unlink(missing_ok=True) if (project / name).is_file() else None
        if not (project / name).is_dir():
            (project / name).write_text(f"#!/bin/sh\ntouch '{mark}'\nexit 1\n", encoding="utf-8")
            (project / name).chmod(0o755)
    return mark


def careless(project: Path) -> dict[str, str]:
    """Return variables of a job that point into the checkout, and a PATH with the working directory in it."""
    return {
        "PATH": f":.:{project.parent / 'bin'}:/usr/bin:/bin",
        "PIP_CONFIG_FILE": str(project / "pip.conf"),
        "PIP_CONSTRAINT": "constraints.txt",
        "PIP_INDEX_URL": "http://127.0.0.1:1/",
        "PYTHONPATH": str(project),
        "PYTHONSTARTUP": str(project / "yaml.py"),
        "PYTHONUSERBASE": str(project),
    }


def test_nothing_in_the_checkout_is_run(project: Path) -> None:
    base = committed(project)
    mark = plant(project)
    carelessly = subprocess.run([sys.executable, "-m", "pip", "--version"], cwd=project, capture_output=True)
    assert mark.exists(), carelessly.stderr
    mark.unlink()
    install_gh(project)
    context = inputs(since=base) | {"github.event.pull_request.base.sha": base}
    for name in ("lint", "review"):
        done = perform(project, name, context, **careless(project))
        assert done.returncode == 0, done.stderr
    assert outputs(project)["exit-code"] == "0"
    done = perform(project, "comment", pull_request(project), **careless(project))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert not mark.exists()
    assert len(comments(project)) == 1


@pytest.mark.skipif("ARCHGEN_INSTALLS" not in os.environ, reason="fetches packages from the index, as .ci/run does")
def test_the_action_installs_only_packages_whose_hashes_it_knows(project: Path) -> None:
    """The real step, with the package index; what it installs then lints."""
    mark = plant(project)
    done = perform(project, "install", {"steps.python.outputs.python-path": sys.executable}, **careless(project))
    assert done.returncode == 0, done.stderr
    python = outputs(project)["python"]
    assert Path(python).is_relative_to(project.parent / "temp")
    lint = perform(project, "lint", {"steps.install.outputs.python": python}, **careless(project))
    assert outputs(project)["exit-code"] == "1", lint.stderr
    words = [python, "-I", "-c", "import archgen; print(archgen.__file__)"]
    file = subprocess.run(words, cwd=project, capture_output=True, text=True, check=True).stdout
    assert Path(file).is_relative_to(project.parent / "temp")
    assert not mark.exists()


# What it is made of


def test_every_action_that_it_uses_is_pinned() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    uses = re.findall(r"uses: (.*)", text)
    assert len(uses) == 2
    assert [line for line in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_it_brings_what_it_needs() -> None:
    named = re.findall(r"\$GITHUB_ACTION_PATH/([\w./]+)", json.dumps(ACTION))
    assert len(named) == 2
    assert [name for name in named if not (ROOT / name).is_file()] == []
