"""Directories that builds fill: what archgen wrote is replaced, all else stays, and a build that ends early leaves nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archgen.app.workspace.directories import MARK, filled_directory, mark
from archgen.model.problems import UsageError
from archgen.system.leftovers import part_name
from tests.forked import archgen
from tests.paths import ROOT
from tests.patience import PATIENCE

MODEL = (ROOT / "models" / "1-simple-web-stack.arch.yaml").read_bytes()


def fill(output: Path, *files: str, content: str = "new") -> None:
    """A build of these files."""
    with filled_directory(str(output)) as made:
        for name in files:
            path = Path(made) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")


def files(directory: Path) -> dict[str, str]:
    """Every file below a directory but the mark, with its content."""
    found = (path for path in directory.rglob("*") if path.is_file() and path.name != MARK)
    return {
        path.relative_to(directory).as_posix(): path.read_text(encoding="utf-8", errors="replace") for path in found
    }


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site of two pages."""
    fill(tmp_path / "site", "index.html", "a/index.html", content="old")
    return tmp_path / "site"


def keep(site: Path, *names: str) -> None:
    for name in names:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text("kept", encoding="utf-8")


def test_what_users_keep_stays(site: Path) -> None:
    kept = ("CNAME", ".nojekyll", ".git/config", ".well-known/x", "a/notes.txt", "own/page.html", ".archgen-notes")
    keep(site, *kept)
    (site / "empty").mkdir()
    fill(site, "index.html", "b/index.html")
    assert files(site) == {**dict.fromkeys(kept, "kept"), "index.html": "new", "b/index.html": "new"}
    assert (site / "empty").is_dir()
    assert (site / MARK).read_text(encoding="utf-8").splitlines()[1:] == ["b/index.html", "index.html"]


def test_what_a_build_no_longer_makes_goes_with_its_directories(site: Path) -> None:
    fill(site, "index.html", "a/b/c/d.html")
    fill(site, "index.html")
    assert sorted(os.listdir(site)) == [MARK, "index.html"]


def test_a_file_becomes_a_directory_and_a_directory_a_file(site: Path) -> None:
    fill(site, "a", "index.html/x")
    assert files(site) == {"a": "new", "index.html/x": "new"}
    fill(site, "a/index.html", "index.html")
    assert files(site) == {"a/index.html": "new", "index.html": "new"}


@pytest.mark.parametrize("first", [(), ("CNAME",), (".git/config", "CNAME"), ("lost+found/x",)])
def test_a_first_build_goes_beside_what_a_host_needs(tmp_path: Path, first: tuple[str, ...]) -> None:
    site = tmp_path / "site"
    site.mkdir()
    keep(site, *first)
    fill(site, "index.html")
    assert files(site) == {**dict.fromkeys(first, "kept"), "index.html": "new"}


@pytest.mark.parametrize("name", ["notes.txt", "README.md", "src/x.py"])
def test_a_directory_of_something_else_is_refused(tmp_path: Path, name: str) -> None:
    keep(tmp_path / "site", name)
    with pytest.raises(UsageError, match="not of archgen's making"):
        fill(tmp_path / "site", "index.html")
    assert files(tmp_path / "site") == {name: "kept"}


@pytest.mark.parametrize(
    ("own", "new"),
    [("b.html", "b.html"), ("b", "b/index.html"), ("b/c/d.html", "b/c"), ("a/notes.txt", "a")],
)
def test_a_file_of_ones_own_in_the_way_is_refused_and_nothing_changes(site: Path, own: str, new: str) -> None:
    keep(site, own)
    before, listed = files(site), (site / MARK).read_bytes()
    with pytest.raises(UsageError, match=f"site/{own.split('/')[0]}.* isn't of archgen's making"):
        fill(site, "index.html", new)
    assert files(site) == before
    assert (site / MARK).read_bytes() == listed
    assert not [name for name in os.listdir(site) if "part" in name]


def test_nothing_goes_through_links_in_the_directory(site: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    keep(outside, "index.html")
    shutil.rmtree(site / "a")
    (site / "a").symlink_to(outside)
    with pytest.raises(UsageError, match="isn't of archgen's making"):
        fill(site, "a/index.html")
    fill(site, "index.html")
    assert files(outside) == {"index.html": "kept"}
    assert (site / "a").is_symlink()


@pytest.mark.parametrize(
    "listed",
    [
        "../outside/x",
        "/{outside}/x",
        "a/../../outside/x",
        "link/x",
        ".git/config",
        ".archgen",
        "a\\..\\x",
        "",
        "a//x",
        "\0",
    ],
)
def test_a_list_of_somebody_else_removes_nothing_else(site: Path, tmp_path: Path, listed: str) -> None:
    outside = tmp_path / "outside"
    keep(outside, "x")
    keep(site, ".git/config", "a/own")
    (site / "link").symlink_to(outside)
    text = (site / MARK).read_text(encoding="utf-8") + listed.format(outside=outside) + "\n"
    (site / MARK).write_text(text, encoding="utf-8")
    fill(site, "index.html")
    assert files(outside) == {"x": "kept"}
    assert files(site) == {".git/config": "kept", "a/own": "kept", "index.html": "new"}


def test_a_mark_without_a_list_says_nothing_of_what_is_ones_own(site: Path) -> None:
    keep(site, "own.html")
    (site / MARK).write_text("Made by archgen; the next build replaces this directory as a whole.\n", encoding="utf-8")
    fill(site, "index.html")
    assert files(site) == {"a/index.html": "old", "own.html": "kept", "index.html": "new"}


def test_no_link_leads_a_directory_out_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project" / ".git").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "project" / "out").symlink_to("../outside")
    monkeypatch.chdir(tmp_path / "project")
    with pytest.raises(UsageError, match="leads out of the project"):
        fill(Path("out/site"), "index.html")
    fill(tmp_path / "outside" / "site", "index.html")
    assert os.listdir(tmp_path / "outside") == ["site"]


def test_a_mark_is_no_link(site: Path, tmp_path: Path) -> None:
    (site / MARK).rename(tmp_path / "elsewhere")
    (site / MARK).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="leads out"):
        fill(site, "index.html")


def test_a_build_that_fails_changes_nothing(site: Path) -> None:
    keep(site, "CNAME")
    before = files(site)
    with pytest.raises((FileExistsError, NotADirectoryError)):
        fill(site, "index.html", "index.html/x")
    assert files(site) == before
    assert not [name for name in os.listdir(site) if "part" in name]


def test_a_directory_that_another_tool_filled_is_marked_as_a_whole(tmp_path: Path) -> None:
    keep(tmp_path / "site", "index.html", "x/y.html", ".git/config")
    mark(str(tmp_path / "site"))
    fill(tmp_path / "site", "index.html")
    assert files(tmp_path / "site") == {"index.html": "new", ".git/config": "kept"}


# The commands


def run(*words: str, at: Path) -> subprocess.CompletedProcess[str]:
    return archgen(*words, at=at)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    for name in "ab":
        (tmp_path / "models" / f"{name}.arch.yaml").write_bytes(MODEL)
    return tmp_path


COMMANDS = {
    "build": ("build", "-o", "out"),
    "pages": ("build", "--pages", "out"),
    "slides": ("slides", "-o", "out", "--format", "svg"),
    "draw": ("draw", "-o", "out", "--view", "overview"),
}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_every_command_keeps_what_is_not_its_own(project: Path, command: tuple[str, ...]) -> None:
    out = project / "out"
    keep(out, "CNAME", ".nojekyll", ".git/config")
    done = run(*command, at=project)
    assert done.returncode == 0, done.stderr
    keep(out, "own.txt")
    (project / "models" / "b.arch.yaml").unlink()
    assert run(*command, at=project).returncode == 0
    found = files(out)
    assert all(found[name] == "kept" for name in ("CNAME", ".nojekyll", ".git/config", "own.txt"))
    assert not (out / "b").exists()
    assert not [name for name in os.listdir(project) if name.startswith(".")]


@pytest.fixture
def mounted(project: Path) -> Iterator[Path]:
    """A file system of its own at `out`, with what a disk has when it is made."""
    out = project / "out"
    out.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(out)], capture_output=True)
    if done.returncode:
        pytest.skip("nothing may be mounted here")
    try:
        (out / "lost+found").mkdir()
        yield out
    finally:
        subprocess.run(["umount", str(out)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [COMMANDS["pages"], COMMANDS["slides"], COMMANDS["draw"]], ids=["pages", "slides", "draw"]
)
def test_every_command_writes_to_a_mount_point(project: Path, mounted: Path, command: tuple[str, ...]) -> None:
    for _ in range(2):
        done = run(*command, at=project)
        assert done.returncode == 0, done.stderr
    assert (mounted / "lost+found").is_dir()
    assert os.path.ismount(mounted)
    assert files(mounted)


def test_a_file_system_may_be_mounted_within(site: Path) -> None:
    shutil.rmtree(site / "a")
    (site / "a").mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(site / "a")], capture_output=True).returncode:
        pytest.skip("nothing may be mounted here")
    try:
        fill(site, "index.html", "a/index.html")
        assert files(site) == {"index.html": "new", "a/index.html": "new"}
    finally:
        subprocess.run(["umount", str(site / "a")], check=True)


def ended(project: Path, command: tuple[str, ...], number: signal.Signals, existing: bool) -> int:
    """The exit code of a command that got a signal when it had begun to fill its directory, and was not done yet."""
    for name in range(6):
        shutil.copy(project / "models" / "a.arch.yaml", project / "models" / f"m{name}.arch.yaml")
    for _ in range(5):
        shutil.rmtree(project / "out", ignore_errors=True)
        if existing:
            keep(project / "out", "CNAME")
        process = subprocess.Popen(
            [sys.executable, "-m", "archgen", *command],
            cwd=project,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None and not any(any(Path(path, "made").glob("*")) for path in left(project)):
            time.sleep(0.001)
        process.send_signal(number)
        if code := process.wait(PATIENCE):
            return code
    raise AssertionError("the command was done before the signal came, five times in a row")


def left(project: Path) -> list[str]:
    return [str(path) for path in project.rglob("*") if path.name.endswith(".archgen-part")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "number", "existing"),
    [
        ("build", signal.SIGTERM, True),
        ("build", signal.SIGINT, False),
        ("pages", signal.SIGTERM, False),
        ("pages", signal.SIGHUP, True),
        ("slides", signal.SIGTERM, True),
    ],
)
def test_a_build_that_is_asked_to_end_cleans_up(
    project: Path, command: str, number: signal.Signals, existing: bool
) -> None:
    code = ended(project, COMMANDS[command], number, existing)
    assert code == (130 if number == signal.SIGINT else -number)
    assert left(project) == []
    assert (files(project / "out") if existing else (project / "out").exists()) == (
        {"CNAME": "kept"} if existing else False
    )


@pytest.mark.slow
@pytest.mark.parametrize(("command", "existing"), [("build", False), ("pages", True), ("slides", False)])
def test_what_a_killed_build_left_goes_with_the_next(project: Path, command: str, existing: bool) -> None:
    ended(project, COMMANDS[command], signal.SIGKILL, existing)
    # the copies of it that share the work end by themselves
    assert left(project)
    until = time.monotonic() + PATIENCE
    while left(project) and time.monotonic() < until:
        assert run(*COMMANDS[command], at=project).returncode == 0
    assert left(project) == []


def test_a_signal_that_is_ignored_stays_so(project: Path) -> None:
    command = [sys.executable, "-m", "archgen", *COMMANDS["pages"]]
    ignoring: Callable[[], object] = lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)  # noqa: E731
    with subprocess.Popen(command, cwd=project, preexec_fn=ignoring, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            process.send_signal(signal.SIGHUP)
            time.sleep(0.01)
    assert process.returncode == 0


def test_what_a_build_fills_is_not_taken_from_it(tmp_path: Path) -> None:
    """A build in another container, whose process nobody here can see, holds its directory."""
    program = (
        "import sys\n"
        "from archgen.system import leftovers\n"
        "leftovers.os.getpid = lambda: 4194305\n"
        "from archgen.app.workspace.directories import filled_directory\n"
        "with filled_directory('site') as made:\n"
        "    print(made, flush=True)\n"
        "    sys.stdin.read()\n"
        "    open(made + '/other', 'w').close()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    made = other.stdout.readline().strip()
    assert "4194305" in made
    (tmp_path / part_name("x").replace(str(os.getpid()), "4194305")).mkdir()
    fill(tmp_path / "site", "index.html")
    assert os.path.isdir(made)
    other.communicate("", timeout=PATIENCE)
    assert other.returncode == 0
    assert sorted(os.listdir(tmp_path)) == ["site"]
