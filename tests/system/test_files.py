"""Files that a user or a repository names: read within bounds or refused at once, whatever stands at the path."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from archgen.site_build.preview import Previews
from archgen.site_build.zensical import plugin_warning
from archgen.system.files import Purpose, UnreadableFile, read_file
from tests.forked import archgen
from tests.paths import ROOT

DAY = "2026-11-24"
MODEL = (ROOT / "models" / "1-simple-web-stack.arch.yaml").read_bytes()
"""After that a command hangs; none takes a tenth of it."""

SMALL = Purpose("note", 10)


def run(*words: str, at: Path) -> subprocess.CompletedProcess[str]:
    """A command of archgen in a process of its own, which ends."""
    return archgen(*words, at=at)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """What a command says that refuses its input: one line, without a traceback."""
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("archgen: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.arch.yaml").write_bytes(MODEL)
    return tmp_path


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def directory(path: Path) -> None:
    path.mkdir()


def unix_socket(path: Path) -> None:
    at = os.getcwd()
    # the name of a socket has to be short
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)
    os.chdir(at)


def leads_nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def outside(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(1 << 40)


def endless_without_a_size(path: Path) -> None:
    # a regular file for which the system tells no size, and which blocks whoever reads it
    path.symlink_to("/proc/kmsg")


STRANGE: list[Callable[[Path], None]] = [
    endless,
    pipe,
    directory,
    unix_socket,
    leads_nowhere,
    loop,
    outside,
    huge,
    endless_without_a_size,
]
CONFIGURATION_NAMES = {
    "archgen.toml": ("archgen.toml", None),
    "pyproject.toml": ("pyproject.toml", None),
    "rule file": ("strange", 'rule-files = ["strange"]'),
    "baseline": ("strange", 'baseline = "strange"'),
}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("what", CONFIGURATION_NAMES)
def test_what_the_project_names_is_a_bounded_file_of_the_project(
    project: Path, what: str, strange: Callable[[Path], None]
) -> None:
    name, configuration = CONFIGURATION_NAMES[what]
    if configuration:
        (project / "archgen.toml").write_text(configuration + "\n", encoding="utf-8")
    strange(project / name)
    assert name in refused(run("lint", at=project))


@pytest.mark.parametrize("strange", [one for one in STRANGE if one is not directory])
def test_a_model_that_is_no_file_of_the_project_leaves_the_others_judged(
    project: Path, strange: Callable[[Path], None]
) -> None:
    strange(project / "models" / "b.arch.yaml")
    done = run("lint", "--format", "concise", "models", at=project)
    assert done.returncode == 2
    told = done.stdout.splitlines()
    assert any(line.startswith("models/a.arch.yaml:") for line in told)
    assert any(line.startswith("models/b.arch.yaml:1:1: error[MOD001]") for line in told)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("strange", [one for one in STRANGE if one is not outside])
@pytest.mark.parametrize(
    "words",
    [("lint", "strange"), ("lint", "--baseline", "strange"), ("slides", "--template", "strange"), ("fmt", "strange")],
    ids=" ".join,
)
def test_what_the_command_line_names_is_a_bounded_file(
    project: Path, words: tuple[str, ...], strange: Callable[[Path], None]
) -> None:
    strange(project / "strange")
    done = run(*words, at=project)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("strange", STRANGE)
def test_an_include_is_a_bounded_file_of_the_project(project: Path, strange: Callable[[Path], None]) -> None:
    (project / "models" / "a.arch.yaml").write_bytes(MODEL + b"include: part.yaml\n")
    strange(project / "models" / "part.yaml")
    done = run("lint", "--format", "concise", at=project)
    assert done.returncode == 2
    assert "can't include `part.yaml`: " in done.stdout


@pytest.mark.parametrize("strange", STRANGE)
def test_a_strange_icon_is_no_icon(project: Path, strange: Callable[[Path], None]) -> None:
    model = MODEL.replace(b"kind: database\n", b"kind: database\n    icon: logo.svg\n", 1)
    assert model != MODEL
    (project / "models" / "a.arch.yaml").write_bytes(model)
    strange(project / "models" / "logo.svg")
    assert run("draw", "--view", "deployment", at=project).returncode == 0


@pytest.mark.parametrize("strange", STRANGE)
def test_the_configuration_of_another_tool_may_be_strange(project: Path, strange: Callable[[Path], None]) -> None:
    strange(project / "mkdocs.yml")
    assert plugin_warning(str(project)) is None


def test_the_configuration_of_another_tool_stops_no_build(project: Path) -> None:
    endless(project / "mkdocs.yml")
    assert run("build", "--pages", "pages", at=project).returncode == 0


def test_a_link_of_the_project_may_be_named_on_the_command_line(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "b.arch.yaml"
    elsewhere.write_bytes(MODEL)
    link = project / "models" / "b.arch.yaml"
    link.symlink_to(elsewhere)
    assert "leads out of the project" in run("lint", "models", at=project).stdout
    assert run("lint", "--fail-on", "never", "models/b.arch.yaml", at=project).returncode == 0
    linked = project / "linked"
    linked.symlink_to(elsewhere.parent)
    assert run("lint", "--fail-on", "never", "linked", at=project).returncode == 0
    assert [one.file for one in Previews().build((str(link),), DAY).problems] == [str(link)]
    assert Previews((str(link),)).build((str(link),), DAY).problems == ()


def test_a_configuration_may_name_what_lies_elsewhere_in_the_repository(project: Path) -> None:
    part = project / "services" / "shop"
    part.mkdir(parents=True)
    (project / "rules.toml").write_text("", encoding="utf-8")
    (part / "archgen.toml").write_text(
        'models = ["../../models/*.arch.yaml"]\nrule-files = ["../../rules.toml"]\n', encoding="utf-8"
    )
    assert run("lint", "--fail-on", "never", at=part).returncode == 0


def test_a_file_that_grows_while_it_is_read_is_read_to_its_bound(tmp_path: Path) -> None:
    growing = tmp_path / "growing"
    growing.write_bytes(b"0123456789")
    with subprocess.Popen(["sh", "-c", f"while :; do printf 0123456789 >> '{growing}'; done"]) as writer:
        try:
            while growing.stat().st_size < 100:
                pass
            with pytest.raises(UnreadableFile, match="must be at most"):
                read_file(str(growing), SMALL)
        finally:
            writer.kill()


@pytest.mark.parametrize(("size", "fits"), [(0, True), (10, True), (11, False)])
def test_the_bound_is_exact(tmp_path: Path, size: int, fits: bool) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * size)
    if fits:
        assert read_file(str(file), SMALL) == b"x" * size
    else:
        with pytest.raises(UnreadableFile, match="must be at most"):
            read_file(str(file), SMALL)


def test_a_file_without_a_size_is_read(tmp_path: Path) -> None:
    assert read_file("/proc/self/comm", Purpose("note", 100)).endswith(b"\n")


def test_what_may_not_be_read_is_told(project: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (project / "archgen.toml").touch(0o000)
    assert "archgen.toml can't be read: permission denied" in refused(run("lint", at=project))
