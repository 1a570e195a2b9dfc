"""`lint --since` and `diff` in a repository whose configuration runs commands: none of them is run."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from archgen.app.workspace import git as safe
from archgen.cli import main
from archgen.system.executables import find_executable
from tests.app.hostile_repositories import LOST, MODEL, QUIET, TRAPS, Trap, git, repository
from tests.trees import nodes_of

PACKAGE = Path(safe.__file__).parents[2]
COMMANDS = (
    ["lint", "--since", "HEAD~1"],
    ["lint", "--since", ":/second"],
    ["lint", "--since", "HEAD:models"],
    ["lint", "--since", f":0:{MODEL}"],
    ["diff", "HEAD~1"],
    ["diff", "HEAD~1..HEAD"],
    ["diff", "HEAD~1...HEAD", "--", MODEL, LOST],
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in the working directory, with a user who configured nothing."""
    home, directory = tmp_path / "home", tmp_path / "shop"
    home.mkdir()
    directory.mkdir()
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.chdir(directory)
    return repository(directory)


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """The file that exists once a command of the repository has run."""
    return tmp_path / "mark"


@pytest.mark.sampled(4)
@pytest.mark.parametrize("set_trap", TRAPS, ids=lambda trap: trap.__name__)
@pytest.mark.parametrize("lacking", ["", "GIT_NO_LAZY_FETCH"], ids=["git", "older git"])
def test_no_command_of_a_repository_runs(
    set_trap: Callable[[Trap], None], lacking: str, project: Path, mark: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(safe.VARIABLES, lacking, raising=False)
    set_trap(Trap(project, mark))
    assert mark.exists(), "the trap doesn't work"
    mark.unlink()
    for words in COMMANDS:
        assert main(words) in (0, 1, 2)
        assert not mark.exists(), words


def test_a_file_that_the_clone_lacks_is_an_error_and_not_new(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Trap(project, project / "mark").drop(LOST)
    assert main(["lint", "--since", "HEAD"]) == 2
    assert f"{LOST} of {git(project, 'rev-parse', 'HEAD')[:12]} can't be read: " in capsys.readouterr().err
    tree = git(project, "rev-parse", "HEAD:models")
    (project / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    for words in (["lint", "--since", "HEAD"], ["diff", "HEAD", "models"]):
        assert main(words) == 2
        assert "use a clone without --filter" in capsys.readouterr().err


def test_a_bare_repository_among_the_files_is_not_entered(
    project: Path, mark: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = project / "inner"
    (inner / "models").mkdir(parents=True)
    (inner / MODEL).write_text(QUIET, encoding="utf-8")
    for name in ("HEAD", "config"):
        (inner / name).write_bytes((project / ".git" / name).read_bytes())
    for name in ("objects", "refs"):
        (inner / name).symlink_to(project / ".git" / name)
    git(inner, "--git-dir=.", "config", "core.worktree", ".")
    trap = Trap(project, mark)
    git(inner, "--git-dir=.", "config", "core.fsmonitor", str(trap.command))
    monkeypatch.chdir(inner)
    trap.directory = inner
    trap.spring("status")
    assert mark.exists(), "the trap doesn't work"
    mark.unlink()
    assert main(["lint", "--since", "HEAD"]) == 2
    assert "no revision can be read here: fatal: cannot use bare repository" in capsys.readouterr().err
    assert not mark.exists()


def test_the_environment_leads_to_no_other_repository(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    for name, value in {
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": str(other / "index"),
        "GIT_OBJECT_DIRECTORY": str(other / ".git" / "objects"),
        "GIT_NAMESPACE": "other",
        "GIT_LITERAL_PATHSPECS": "x",
        "GIT_TRACE": str(tmp_path / "trace"),
    }.items():
        monkeypatch.setenv(name, value)
    assert main(["diff", "HEAD~1"]) == 0
    assert "cache" in capsys.readouterr().out
    assert not (tmp_path / "trace").exists()


def test_what_the_user_configured_holds(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So does `safe.directory`, without which a container reads no repository of its host."""
    (tmp_path / "home" / ".gitconfig").write_text("[core]\n\tbigFileThreshold = 5m\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "safe.directory")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(project))
    assert safe.run_git("rev-parse", "--is-inside-work-tree").line == "true"
    kept = safe._environment()
    assert kept["GIT_CONFIG_KEY_0"] == "safe.directory"
    assert kept["HOME"] == str(tmp_path / "home")


@pytest.mark.parametrize("entry", ["", ".", "bin", "{project}/.."])
def test_a_git_of_the_checkout_is_not_run(
    entry: str, project: Path, mark: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = Trap(project, mark)
    (project / "bin").mkdir()
    for place in (project / "git", project / "bin" / "git"):
        place.write_bytes(trap.command.read_bytes())
        place.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join((entry.format(project=project), os.environ["PATH"])))
    assert main(["lint", "--since", "HEAD"]) == 0
    assert not mark.exists()
    monkeypatch.setenv("PATH", f"bin{os.pathsep}.")
    assert find_executable("git") is None


@pytest.mark.parametrize(
    "words",
    [
        ["lint", "--since=--help"],
        ["lint", "--since=-x"],
        ["diff", "--", "--output=x"],
        ["diff", "--", "--output=x..HEAD"],
    ],
)
def test_a_revision_is_never_an_option(words: list[str], project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "knows no revision `-" in capsys.readouterr().err
    assert git(project, "status", "--porcelain") == ""


def test_a_repository_that_never_ends_is_left(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(project / "never")
    git(project, "config", "include.path", "../never")
    monkeypatch.setattr(safe, "SECONDS", 0.5)
    assert main(["lint", "--since", "HEAD"]) == 2
    assert "git rev-parse didn't end within 0.5 s" in capsys.readouterr().err


def test_what_git_prints_is_read_up_to_a_bound(project: Path) -> None:
    assert safe.run_git("cat-file", "blob", f"HEAD:{LOST}", limit=7).data == QUIET.encode()[:8]
    (project / "large").write_bytes(b"x" * 3_000_000)
    git(project, "add", "large")
    output = safe.run_git("cat-file", "blob", ":large", limit=1_000_000)
    assert (output.succeeded, len(output.data)) == (True, 1_000_001)


def test_complaints_without_end_do_not_stop_it(project: Path) -> None:
    """Git warns of each ambiguous name, here with more than a pipe holds."""
    git(project, "branch", "twice")
    git(project, "tag", "twice")
    output = safe.run_git("rev-parse", *["twice"] * 10_000)
    assert output.succeeded
    assert output.reason == "warning: refname 'twice' is ambiguous."
    assert output.data.count(b"\n") == 10_000


def test_commands_are_searched_for_in_a_single_place() -> None:
    """Beside it, a search takes what lies in the working directory."""
    callers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "shutil.which(" in path.read_text(encoding="utf-8")
    }
    assert callers == {"system/executables.py"}


def test_git_is_run_in_a_single_place() -> None:
    """A call beside it would run with the repository's configuration; a key of that name, as Argo CD has one, runs nothing."""
    callers = {
        path
        for path, each in nodes_of("['\"]git['\"]").items()
        if (said := sum(isinstance(node, ast.Constant) and node.value == "git" for node in each))
        and said > _keys(each, "git")
    }
    assert callers == {"app/workspace/git.py"}


def _keys(each: Iterable[ast.AST], key: str) -> int:
    """Return how often a key is looked up by `get`."""
    return sum(
        isinstance(word, ast.Constant) and word.value == key
        for call in each
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "get"
        for word in call.args
    )


def test_a_submodule_and_a_worktree_elsewhere_lead_nowhere(
    project: Path, mark: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    repository(inner)
    git(project, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "inner")
    git(project, "commit", "-qm", "submodule")
    trap = Trap(project, mark)
    git(project / "inner", "config", "core.fsmonitor", str(trap.command))
    assert main(["diff", "HEAD", "--", "inner/models", MODEL]) == 0
    assert "no model" in capsys.readouterr().out
    git(project, "config", "core.worktree", str(inner))
    assert main(["lint", "--since", "HEAD"]) == 2
    assert "can't be read" in capsys.readouterr().err
    assert not mark.exists()
