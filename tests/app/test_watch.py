"""`lint --watch` as somebody runs it: it judges again at a change, and ends cleanly."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path
from queue import Queue

import pytest

from archgen.app.workspace.watching import is_read, watched
from archgen.cli import main
from archgen.model.problems import UsageError
from tests.forked import command
from tests.paths import ROOT
from tests.patience import PATIENCE, save

TIER = (ROOT / "models" / "1-simple-web-stack.arch.yaml").read_text(encoding="utf-8")
WAITS = "waiting for changes"


class Watch:
    """A running watch; what it says on standard error comes line by line, its report is read at the end of each turn."""

    def __init__(self, directory: Path, *words: str, terminal: bool = False) -> None:
        self.master, other = pty.openpty() if terminal else os.pipe()
        words = ("lint", "--watch", *words)
        self.process = subprocess.Popen(
            command(*words), cwd=directory, stdout=other, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        os.close(other)
        self.lines: Queue[str] = Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.put(line)

    def turn(self) -> tuple[str, str]:
        """What one turn says on standard error before it waits, and its report."""
        said = ""
        while WAITS not in (line := self.lines.get(timeout=PATIENCE)):
            said += line
        return said, os.read(self.master, 1_000_000).decode()

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.reader.join(PATIENCE)
            assert self.process.stderr is not None
            self.process.stderr.close()
            os.close(self.master)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    file = tmp_path / "models" / "shop.arch.yaml"
    file.write_text(TIER, encoding="utf-8")
    return file


def test_it_judges_again_at_a_change_and_ends_at_an_interrupt(model: Path, tmp_path: Path) -> None:
    watch = Watch(tmp_path, "--format", "concise")
    try:
        assert "missing-tls" in watch.turn()[1]
        save(model, TIER.replace("{protocol: http, port: 80}", "https"), tmp_path)
        _, told = watch.turn()
        assert "missing-backup" in told
        assert "missing-tls" not in told
        # what is being written may be anything for a moment
        save(model, "archgen: 1\nname: [", tmp_path)
        assert "invalid-model" in watch.turn()[1]
        save(tmp_path / "models" / "other.arch.yaml", TIER, tmp_path)
        told = watch.turn()[1]
        assert "other.arch.yaml" in told
        assert "\x1b" not in told
    finally:
        assert watch.end() == 0


def test_a_terminal_is_cleared(model: Path, tmp_path: Path) -> None:
    watch = Watch(tmp_path, "--format", "concise", terminal=True)
    try:
        assert watch.turn()[1].startswith("\x1b[2J\x1b[H")
    finally:
        assert watch.end() == 0


def test_only_what_a_lint_reads_wakes_it(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [is_read(name) for name in ("a.arch.yaml", "a/part.yml", "archgen.toml", "a.sarif", ".a.yaml.1.part")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert watched(()) == (str(tmp_path / "models"),)
    (tmp_path / "archgen.toml").write_text("", encoding="utf-8")
    assert watched(()) == (str(tmp_path / "models"), str(tmp_path / "archgen.toml"))
    assert watched((".", "models/shop.arch.yaml")) == (str(tmp_path),)
    with pytest.raises(UsageError, match="is not there"):
        watched(("nowhere/a.arch.yaml",))


def test_it_waits_for_files_only(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["lint", "--watch", "-"]) == 2
    assert "waits for files" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    assert main(["lint", "--watch", str(ROOT / "models")]) == 2
    assert "archgen[watch]" in capsys.readouterr().err
