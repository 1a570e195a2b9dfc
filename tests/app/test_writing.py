"""Files that are written: whole or not at all, like the file before, never over an input, never out of the project."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from archgen.app.workspace import atomic_write as writing
from archgen.app.workspace.atomic_write import rewrite, write
from archgen.model.problems import UsageError
from archgen.system.leftovers import part_name
from tests.forked import archgen
from tests.paths import ROOT
from tests.patience import PATIENCE

MODEL = (ROOT / "models" / "1-simple-web-stack.arch.yaml").read_bytes()
HEAD, _, REST = MODEL.partition(b"components:\n")
UNORDERED = b"archgen: 1\nname: a\ncomponents: {}\nhosts: {}\nsummary: b\n"
ORDERED = b"archgen: 1\nname: a\nsummary: b\n"


def run(*words: str, at: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return archgen(*words, at=at, environment={**os.environ, **more})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.arch.yaml").write_bytes(MODEL)
    return tmp_path


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outside")


def unordered(file: Path) -> Path:
    file.write_bytes(UNORDERED)
    return file


# What fmt leaves as it was


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_fmt_keeps_permissions(project: Path, mode: int) -> None:
    file = unordered(project / "models" / "b.arch.yaml")
    file.chmod(mode)
    assert run("fmt", at=project).returncode == 0
    assert file.read_bytes().startswith(ORDERED)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_fmt_keeps_the_owner(project: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may give files away")
    file = unordered(project / "models" / "b.arch.yaml")
    os.chown(file, 12345, 54321)
    assert run("fmt", at=project).returncode == 0
    assert file.read_bytes().startswith(ORDERED)
    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 54321)


def test_fmt_keeps_attributes(project: Path) -> None:
    file = unordered(project / "models" / "b.arch.yaml")
    try:
        os.setxattr(file, "user.note", b"x")
    except OSError:
        pytest.skip("the file system knows no attributes")
    assert run("fmt", at=project).returncode == 0
    assert os.getxattr(file, "user.note") == b"x"


def test_fmt_keeps_an_access_list(project: Path) -> None:
    file = unordered(project / "models" / "b.arch.yaml")
    # version 2; the owner, user 12345, the group, the mask and all others, each with its permissions
    entries = [(1, 6, 0xFFFFFFFF), (2, 4, 12345), (4, 0, 0xFFFFFFFF), (16, 4, 0xFFFFFFFF), (32, 0, 0xFFFFFFFF)]
    acl = (2).to_bytes(4, "little") + b"".join(
        tag.to_bytes(2, "little") + mode.to_bytes(2, "little") + who.to_bytes(4, "little") for tag, mode, who in entries
    )
    try:
        os.setxattr(file, "system.posix_acl_access", acl)
    except OSError:
        pytest.skip("the file system knows no access lists")
    assert run("fmt", at=project).returncode == 0
    assert file.read_bytes().startswith(ORDERED)
    assert os.getxattr(file, "system.posix_acl_access") == acl


def test_fmt_keeps_hard_links(project: Path) -> None:
    file = unordered(project / "models" / "b.arch.yaml")
    other = project / "other"
    other.hardlink_to(file)
    assert run("fmt", at=project).returncode == 0
    assert other.read_bytes() == file.read_bytes() != UNORDERED
    assert other.samefile(file)


def test_fmt_keeps_links_and_writes_where_they_lead(project: Path) -> None:
    file = unordered(project / "shared.yaml")
    link = project / "models" / "b.arch.yaml"
    link.symlink_to("../shared.yaml")
    assert run("fmt", at=project).returncode == 0
    assert os.readlink(link) == "../shared.yaml"
    assert file.read_bytes().startswith(ORDERED)


def test_fmt_follows_no_link_out_of_the_project(project: Path, outside: Path) -> None:
    file = unordered(outside / "b.arch.yaml")
    link = project / "models" / "b.arch.yaml"
    link.symlink_to(file)
    assert run("fmt", at=project).returncode == 2
    assert file.read_bytes() == UNORDERED
    assert run("fmt", "models/b.arch.yaml", at=project).returncode == 0
    assert file.read_bytes().startswith(ORDERED)


def test_lint_fix_keeps_permissions_and_links(project: Path) -> None:
    file = project / "models" / "a.arch.yaml"
    file.write_bytes(MODEL.replace(b"kind: database", b"kind: databse"))
    file.chmod(0o600)
    other = project / "other"
    other.hardlink_to(file)
    run("lint", "--fix", at=project)
    assert file.read_bytes() == other.read_bytes() == MODEL
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_every_link_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, other = tmp_path / "file", tmp_path / "other"
    file.write_bytes(b"before")
    other.hardlink_to(file)
    pour, calls = writing._pour, []

    def full(descriptor: int, content: bytes) -> None:
        calls.append(content)
        pour(descriptor, content[:3] if len(calls) == 1 else content)
        if len(calls) == 1:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "_pour", full)
    with pytest.raises(OSError, match="No space"):
        rewrite(str(file), b"after that")
    assert other.read_bytes() == b"before"


def test_a_directory_that_takes_no_file_still_has_its_file_changed(project: Path) -> None:
    directory = project / "models"
    file = unordered(directory / "b.arch.yaml")
    command = [sys.executable, "-m", "archgen", "fmt", str(file)]
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None or not os.access(sys.executable, os.X_OK):
            pytest.skip("nothing gives up the rights of root")
        command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
    directory.chmod(0o555)
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=PATIENCE)
    finally:
        directory.chmod(0o755)
    if "setpriv" in done.stderr:
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes().startswith(ORDERED)
    assert sorted(os.listdir(directory)) == ["a.arch.yaml", "b.arch.yaml"]


# What reports do not touch


@pytest.mark.parametrize(
    "words",
    [("lint", "--format", "sarif=link"), ("schema", "-o", "link"), ("draw", "-o", "link.svg", "--view", "overview")],
)
def test_no_report_follows_a_link_out_of_the_project(project: Path, outside: Path, words: tuple[str, ...]) -> None:
    target = outside / "target"
    for content in (None, b"mine"):
        if content:
            target.write_bytes(content)
        for name in ("link", "link.svg"):
            (project / name).unlink(missing_ok=True)
            (project / name).symlink_to(target)
        done = run(*words, at=project)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert "leads out of the project" in done.stderr
        assert target.exists() is bool(content)
    assert target.read_bytes() == b"mine"


def test_no_report_goes_through_a_linked_directory_out_of_the_project(project: Path, outside: Path) -> None:
    (project / "out").symlink_to(outside)
    done = run("draw", "-o", "out/pictures", at=project)
    assert done.returncode == 2
    assert "leads out of the project" in done.stderr
    assert os.listdir(outside) == []
    # who names the directory itself means it
    assert run("lint", "--format", f"json={outside}/report.json", at=project).returncode == 1
    assert os.listdir(outside) == ["report.json"]


def test_a_report_may_go_through_a_link_within_the_project(project: Path) -> None:
    (project / "link").symlink_to("report.json")
    assert run("lint", "--format", "json=link", at=project).returncode == 1
    assert (project / "link").is_symlink()
    assert (project / "report.json").read_bytes().startswith(b"{")


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "name",
    [
        "models/a.arch.yaml",
        "models/new.arch.yaml",
        "archgen.toml",
        "part.yaml",
        "rules.toml",
        "baseline.json",
        "hard",
        "soft",
        "other/../models/a.arch.yaml",
    ],
)
def test_no_report_is_written_over_an_input(project: Path, name: str) -> None:
    file = project / "models" / "a.arch.yaml"
    file.write_bytes(MODEL + b"include: ../part.yaml\n")
    (project / "part.yaml").write_bytes(b"hosts: {other: {}}\n")
    (project / "rules.toml").write_bytes(b"")
    (project / "archgen.toml").write_bytes(b'rule-files = ["rules.toml"]\nbaseline = "baseline.json"\n')
    (project / "other").mkdir()
    (project / "soft").symlink_to("models/a.arch.yaml")
    (project / "hard").hardlink_to(file)
    assert run("lint", "--write-baseline", at=project).returncode == 0
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    done = run("lint", "--format", f"json={name}", at=project)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_a_deck_is_not_written_over_its_template(project: Path) -> None:
    assert run("slides", at=project).returncode == 0
    deck = (project / "deck.pptx").read_bytes()
    done = run("slides", "--template", "deck.pptx", at=project)
    assert (done.returncode, "deck.pptx is an input" in done.stderr) == (2, True)
    assert (project / "deck.pptx").read_bytes() == deck


def test_a_report_is_written_over_the_one_before_with_its_permissions(project: Path) -> None:
    report = project / "report.json"
    report.write_bytes(b"old")
    report.chmod(0o600)
    assert run("lint", "--format", "json=report.json", at=project).returncode == 1
    assert report.read_bytes().startswith(b"{")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


def test_a_report_leaves_what_else_is_linked_to_the_one_before(project: Path) -> None:
    kept = project / "kept"
    kept.write_bytes(b"old")
    (project / "report.json").hardlink_to(kept)
    assert run("lint", "--format", "json=report.json", at=project).returncode == 1
    assert kept.read_bytes() == b"old"


def test_reports_go_to_pipes_and_streams(project: Path) -> None:
    done = run("lint", "--format", "json=/dev/stdout", "--format", "sarif=/dev/null", at=project)
    assert done.stdout.startswith("{")
    os.mkfifo(project / "pipe")
    with subprocess.Popen(["cat", "pipe"], cwd=project, stdout=subprocess.PIPE) as reader:
        run("lint", "--format", "json=pipe", at=project)
        assert reader.communicate(timeout=PATIENCE)[0].startswith(b"{")
    with (project / "both").open("w", encoding="utf-8") as stream:
        command = [sys.executable, "-m", "archgen", "lint", "--format", "json=/dev/stdout"]
        subprocess.run(command, cwd=project, stdout=stream, timeout=PATIENCE)
    assert (project / "both").read_bytes().startswith(b"{")


def test_the_baseline_of_a_configuration_stays_in_the_project(project: Path, outside: Path) -> None:
    for name in (outside / "new.json", os.path.relpath(outside / "new.json", project)):
        (project / "archgen.toml").write_text(f'baseline = "{name}"\n', encoding="utf-8")
        done = run("lint", "--write-baseline", at=project)
        assert (done.returncode, "leads out of the project" in done.stderr) == (2, True)
    assert os.listdir(outside) == []
    assert run("lint", "--write-baseline", "--baseline", str(outside / "new.json"), at=project).returncode == 0
    assert os.listdir(outside) == ["new.json"]


# What a process that was killed left


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    own, pid = part_name("file"), str(os.getpid())
    stale = own.replace(pid, str(gone.pid))
    running = own.replace(pid, str(os.getppid()))
    kept = (running, "file.part", ".file.part", f".file.{gone.pid}.part", f"file.{gone.pid}.archgen-part.txt")
    for name in (stale, *kept):
        (tmp_path / name).write_bytes(b"x")
    write(str(tmp_path / "file"), b"new")
    assert sorted(os.listdir(tmp_path)) == sorted(("file", *kept))


def test_a_failing_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "file").write_bytes(b"old")
    monkeypatch.setattr(writing, "_pour", full)
    with pytest.raises(OSError, match="No space"):
        write(str(tmp_path / "file"), b"new")
    assert os.listdir(tmp_path) == ["file"]
    assert (tmp_path / "file").read_bytes() == b"old"


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "directory", "socket/file"])
def test_a_path_that_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "directory").mkdir()
    (tmp_path / "socket").write_bytes(b"")
    with pytest.raises((UsageError, OSError)):
        write(str(tmp_path / name), b"")
