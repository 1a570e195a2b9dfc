"""Where people run it: the GitHub action's steps as scripts, hooks for pre-commit, completion, and what the pages say."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from archgen.cli import COMMANDS
from archgen.cli.parser import Parser
from archgen.project.lint import FORMATS

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
TIER = (ROOT / "models" / "1-simple-web-stack.arch.yaml").read_text(encoding="utf-8")
QUIET = "archgen: 1\nname: Quiet\ncomponents:\n  user: {kind: client}\n"
BIN = str(Path(sys.executable).parent)
PAGES = [(ROOT / name).read_text(encoding="utf-8") for name in ("docs/ci.md", "README.md")]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "shop.arch.yaml").write_text(TIER, encoding="utf-8")
    return tmp_path


def step(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in ACTION["runs"]["steps"] if each.get("id") == name)
    return found


def perform(project: Path, name: str, context: dict[str, str], first: str = BIN) -> subprocess.CompletedProcess[str]:
    """Run a step of the action as a runner does: expressions only in its variables, the script in bash."""
    said = step(name)
    assert "${{" not in said["run"]

    def value(text: str) -> str:
        return re.sub(r"\$\{\{ (.+?) \}\}", lambda found: context[found[1]], text)

    environment = {
        "PATH": f"{first}:{BIN}:{os.environ['PATH']}",
        "HOME": str(project),
        "GITHUB_OUTPUT": str(project / "output"),
        "GITHUB_STEP_SUMMARY": str(project / "summary"),
        **{key: value(text) for key, text in said["env"].items()},
    }
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", said["run"]]
    return subprocess.run(words, cwd=project, env=environment, capture_output=True, text=True)


def inputs(**given: str) -> dict[str, str]:
    """The action's inputs with their defaults."""
    told = {f"inputs.{name}": about["default"] for name, about in ACTION["inputs"].items()}
    return told | {f"inputs.{name.replace('_', '-')}": text for name, text in given.items()}


def outputs(project: Path) -> dict[str, str]:
    lines = (project / "output").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


# The action


@pytest.mark.parametrize(
    ("model", "given", "code"),
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
def test_the_action_lints_as_the_command_does(project: Path, model: str, given: dict[str, str], code: str) -> None:
    (project / "models" / "shop.arch.yaml").write_text(model, encoding="utf-8")
    done = perform(project, "lint", inputs(**given))
    assert done.returncode == 0, done.stderr
    assert outputs(project)["exit-code"] == code
    verdict = perform(project, "verdict", {"steps.lint.outputs.exit-code": code})
    assert verdict.returncode == int(code)


def test_the_action_annotates_reports_and_sums_up(project: Path) -> None:
    done = perform(project, "lint", inputs())
    words = ["archgen", "lint", "--format", "github"]
    alone = subprocess.run([f"{BIN}/archgen", *words[1:]], cwd=project, capture_output=True, text=True)
    assert done.stdout == alone.stdout
    assert done.stdout.startswith("::error file=models/shop.arch.yaml,line=")
    report = json.loads((project / outputs(project)["sarif"]).read_text(encoding="utf-8"))
    assert len(report["runs"][0]["results"]) == len(done.stdout.splitlines())
    assert "## Architecture findings" in (project / "summary").read_text(encoding="utf-8")


def test_what_an_input_holds_is_never_run(project: Path) -> None:
    hostile = '"; touch hacked; echo "$(touch hacked)`touch hacked`'
    for name in ("paths", "fail_on", "since", "baseline"):
        perform(project, "lint", inputs(**{name: hostile}))
        assert outputs(project)["exit-code"] == "2"
    perform(project, "lint", inputs(sarif="$(touch hacked).sarif"))
    assert not (project / "hacked").exists()


def test_the_action_tells_a_pull_request_what_it_changes(project: Path) -> None:
    def git(*words: str) -> str:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *who, *words], cwd=project, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    base = git("rev-parse", "HEAD")
    changed = TIER.replace("user -> nginx: {protocol: http, port: 80}", "user -> nginx: {protocol: https, port: 443}")
    (project / "models" / "shop.arch.yaml").write_text(changed, encoding="utf-8")
    context = {"github.event.pull_request.base.sha": base, "runner.temp": str(project)}
    done = perform(project, "diff", context)
    assert done.returncode == 0, done.stderr
    assert "missing-tls" in (project / "archgen-diff.md").read_text(encoding="utf-8")


def test_every_input_of_the_action_is_used_and_described() -> None:
    used = set(re.findall(r"inputs\.([a-z-]+)", json.dumps(ACTION["runs"])))
    assert used == set(ACTION["inputs"])
    assert all(about["description"] for about in (*ACTION["inputs"].values(), *ACTION["outputs"].values()))


def test_the_steps_of_the_action_come_to_what_the_command_does(project: Path) -> None:
    """A whole job on a pull request, step by step in their order, with a `gh` that writes down what it is given."""
    binaries = project / "bin"
    binaries.mkdir()
    gh = binaries / "gh"
    gh.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$HOME/asked"\ncat "$7" > "$HOME/comment"\n', encoding="utf-8")
    gh.chmod(0o755)
    base = committed(project)
    changed = TIER.replace("{protocol: http, port: 80}", "https")
    (project / "models" / "shop.arch.yaml").write_text(changed, encoding="utf-8")
    context = {
        **inputs(fail_on="warning", comment="true", upload="true"),
        "github.event.pull_request.base.sha": base,
        "github.event.pull_request.number": "17",
        "github.token": "none",
        "runner.temp": str(project),
    }
    codes = {}
    for name in ("lint", "diff", "comment", "verdict"):
        if name == "verdict":
            context["steps.lint.outputs.exit-code"] = outputs(project)["exit-code"]
        codes[name] = perform(project, name, context, str(binaries)).returncode

    def archgen(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([f"{BIN}/archgen", *words], cwd=project, capture_output=True, text=True)

    alone = archgen("lint", "--fail-on", "warning", "--format", "sarif")
    assert codes == {"lint": 0, "diff": 0, "comment": 0, "verdict": alone.returncode}
    assert (project / "archgen.sarif").read_text(encoding="utf-8") == alone.stdout
    assert (project / "summary").read_text(encoding="utf-8") == archgen("lint", "--format", "markdown").stdout
    asked = (project / "asked").read_text(encoding="utf-8").split()
    assert asked[:3] == ["pr", "comment", "17"]
    assert (project / "comment").read_text(encoding="utf-8") == archgen("diff", base, "--format", "markdown").stdout


def committed(project: Path) -> str:
    """The project as a repository of one commit, and that commit."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    for words in (("init", "-q"), ("add", "models"), ("commit", "-qm", "first")):
        subprocess.run(["git", *who, *words], cwd=project, check=True, capture_output=True)
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=project, check=True, capture_output=True, text=True)
    return done.stdout.strip()


# A container


def test_the_image_is_made_of_what_there_is() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert {"pyproject.toml", "archgen", "models"} <= set(copied)
    assert all((ROOT / name).exists() for name in copied)
    # what is not copied does not reach the builder either
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied)
    installed = [line for line in lines if "pip install" in line]
    assert any("--require-hashes --requirement /archgen/requirements/image.txt" in line for line in installed)
    assert all("--require-hashes" in line or "--no-deps --no-build-isolation" in line for line in installed)
    assert re.fullmatch(r"FROM python:3\.\d+\.\d+-slim-[a-z]+(@sha256:[0-9a-f]{64})?", lines[base(lines)])
    command = json.loads(next(line for line in lines if line.startswith("CMD")).removeprefix("CMD "))
    assert command[0] in COMMANDS


def base(lines: list[str]) -> int:
    return next(number for number, line in enumerate(lines) if line.startswith("FROM "))


# pre-commit


def test_the_hooks_are_commands_and_take_the_models(project: Path) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks] == ["archgen-lint", "archgen-fmt"]
    for hook in hooks:
        assert {"id", "name", "description", "entry", "language", "files"} <= set(hook)
        assert re.search(hook["files"], "models/shop.arch.yaml")
        assert not re.search(hook["files"], "models/shop.yaml")
        words = hook["entry"].split()
        done = subprocess.run(
            [f"{BIN}/{words[0]}", *words[1:], "models/shop.arch.yaml"], cwd=project, capture_output=True
        )
        assert done.returncode == (1 if words[1] == "lint" else 0)


# Completion


def complete(project: Path, *words: str) -> list[str]:
    """What bash offers for the last word, which may be empty."""
    script = subprocess.run([f"{BIN}/archgen", "completion", "bash"], capture_output=True, text=True, check=True).stdout
    told = " ".join(f"'{word}'" for word in ("archgen", *words))
    asked = f'COMP_WORDS=({told}); COMP_CWORD={len(words)}; _archgen; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", f"{script}\n{asked}"], capture_output=True, text=True, check=True, cwd=project)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["li"], ["lint"]),
        (["lint", "--fo"], ["--format"]),
        (["lint", "--format", "s"], ["sarif"]),
        (["lint", "--format", "="], list(FORMATS)),
        (["lint", "--format", "=", "gi"], ["github", "gitlab"]),
        (["lint", "--persona", "a"], ["auditor"]),
        (["lint", "--select", "missing-t"], ["missing-tls"]),
        (["explain", "single-p"], ["single-point-of-failure", "single-point-of-failure"]),
        (["explain", "--h"], ["--help"]),
        (["draw", "--format", "draw"], ["drawio"]),
        (["lint", "mod"], []),
        (["nothing", "x"], []),
    ],
)
def test_bash_completes(project: Path, words: list[str], offered: list[str]) -> None:
    assert complete(project, *words) == offered


def test_every_command_and_shell_is_completed(project: Path) -> None:
    assert set(complete(project, "")) == {*COMMANDS, "--help", "--version"}
    for shell in ("bash", "zsh", "fish"):
        done = subprocess.run([f"{BIN}/archgen", "completion", shell], capture_output=True, text=True, check=True)
        assert all(re.search(rf"\b{command}\b", done.stdout) for command in COMMANDS)
        if shell == "fish":
            assert all(re.sub(r"\\.", "", line).count("'") % 2 == 0 for line in done.stdout.splitlines())


# The page


def commands_of(page: str) -> list[str]:
    blocks = re.findall(r"```(?:console|yaml)\n(.*?)```", page, re.DOTALL)
    lines = "\n".join([*blocks, *re.findall(r"`(archgen [^`]+)`", page)]).splitlines()
    found = (re.search(r"\barchgen ((?:{})\b[^#|;&,]*)".format("|".join(COMMANDS)), line) for line in lines)
    return [match[1].strip().rstrip('"]') for match in found if match and "uses:" not in match.string]


@pytest.mark.parametrize("page", PAGES, ids=["ci", "readme"])
def test_every_command_of_a_page_is_one(page: str) -> None:
    told = commands_of(page)
    assert len(told) > 10
    for line in told:
        name, *words = shlex.split(line)
        module = import_module(f"archgen.cli.{name.replace('-', '_')}")
        parser = Parser(prog=name, description=None)
        module.arguments(parser)
        assert isinstance(parser.read(words), argparse.Namespace), line


@pytest.mark.parametrize("page", PAGES, ids=["ci", "readme"])
def test_the_files_of_a_page_are_yaml(page: str) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert len(blocks) >= 3
    for block in blocks:
        assert yaml.safe_load(block)
