"""`archgen serve`, driven for real: the site follows the models, and a broken one is shown with its place until it is mended."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests import paths
from tests.document import parse
from tests.forked import archgen, command
from tests.patience import PATIENCE, save, until

ROOT = str(paths.ROOT)
TIER = "2-distributed-web-infrastructure"


class Served:
    """A serving process in a directory of models, and what it says."""

    def __init__(self, directory: str, *words: str) -> None:
        self.directory = directory
        words = ("serve", "--port", "0", "--today", "2026-11-24", *words)
        environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
        self.process = subprocess.Popen(
            command(*words), cwd=directory, stderr=subprocess.PIPE, text=True, env=environment
        )
        self.said: list[str] = []
        self.heard = threading.Condition()
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        self.url = re.search(r"http://\S+/", self.until(r"serving http"))[0]  # type: ignore[index]

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self.heard:
                self.said.append(line.rstrip())
                self.heard.notify_all()

    def until(self, pattern: str, after: int = 0) -> str:
        """The first line after so many that has the pattern."""

        def found() -> str | None:
            return next((line for line in self.said[after:] if re.search(pattern, line)), None)

        with self.heard:
            self.heard.wait_for(lambda: found() is not None, timeout=PATIENCE)
            line = found()
        assert line is not None, self.said
        return line

    def save(self, name: str, text: str) -> None:
        """Save a model, and wait until the site is made again."""
        self.write(f"models/{name}.arch.yaml", text)

    def write(self, path: str, text: str | None) -> None:
        """Write a file, or take it away, and wait until the site is made again."""
        before = len(self.said)
        file = os.path.join(self.directory, path)
        if text is None:
            os.unlink(file)
        else:
            save(Path(file), text, Path(self.directory).parent)
        self.until("^(built|no changes|error)", before)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as answer:
            return str(answer.read().decode())

    def shows(self, path: str, text: str, *, raw: bool = False) -> bool:
        """Wait until a page has a text: a save may be seen in two steps, and the first of them is built as well."""
        return until(lambda: text in (self.get(path) if raw else parse(self.get(path)).words))

    def hides(self, path: str, text: str) -> bool:
        """Wait until a page has a text no more."""
        return until(lambda: text not in parse(self.get(path)).words)

    def epoch(self, known: int) -> int:
        """What a page in a browser asks, to know whether to load again."""
        return int(self.get(f"livereload/{known}/1"))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One process for all tests; each leaves the models as it found them."""
    directory = os.path.join(str(tmp_path_factory.mktemp("serve")), "ours")
    os.makedirs(os.path.join(directory, "models"))
    for name in ("1-simple-web-stack", TIER):
        shutil.copy(os.path.join(ROOT, "models", f"{name}.arch.yaml"), os.path.join(directory, "models"))
    with open(os.path.join(directory, "zensical.toml"), "w", encoding="utf-8") as stream:
        stream.write("[project.plugins.archgen]\n")
    # where includes may be read from ends at the project
    os.makedirs(os.path.join(directory, ".git"))
    one = Served(directory)
    yield one
    one.process.send_signal(signal.SIGINT)
    assert one.process.wait(PATIENCE) == 0
    one.listener.join(PATIENCE)
    assert one.process.stderr is not None
    one.process.stderr.close()
    assert one.said[-1] == "stopped"
    assert sorted(os.listdir(directory)) == [".git", "models", "zensical.toml"]


def model(served: Served) -> str:
    with open(os.path.join(served.directory, "models", f"{TIER}.arch.yaml"), encoding="utf-8") as stream:
        return stream.read()


def test_a_change_is_shown_and_pages_are_told_to_load_again(served: Served) -> None:
    assert "livereload" in served.get(f"{TIER}/index.html")
    told = served.epoch(0)
    whole = model(served)
    served.save(TIER, whole.replace("name: Distributed web infrastructure", "name: Ours in two"))
    assert served.epoch(told) > told
    assert until(lambda: next(parse(served.get(f"{TIER}/index.html")).all("h1")).words == "Ours in two")
    assert served.shows("ladder/index.html", "Ours in two", raw=True)
    served.save(TIER, whole)


def test_a_model_that_breaks_is_shown_with_its_place_and_recovers_at_the_next_save(served: Served) -> None:
    whole = model(served)
    flow = f"{TIER}/flows/read-page/index.html"
    broken = whole.replace("kind: load-balancer", "kind: load-balancr")
    line = broken[: broken.index("load-balancr")].count("\n") + 1
    served.save(TIER, broken)
    for path in (f"{TIER}/index.html", flow):
        assert served.shows(path, f"models/{TIER}.arch.yaml:{line}:")
        assert "load-balancer" in parse(served.get(path)).words
        assert "livereload" in served.get(path)
    assert served.shows("1-simple-web-stack/index.html", "takes down 2 flows")
    served.save(TIER, whole)
    assert until(lambda: "problem" not in next(parse(served.get(flow)).all("h1")).words)
    assert "A visitor opens a page" in served.get(flow)


def _endless(path: str) -> None:
    os.symlink("/dev/zero", path)


def _deep(path: str) -> None:
    _written(path, b"models = " + b"[" * 5000)


def _digits(path: str) -> None:
    _written(path, b"[thresholds]\na = " + b"9" * 5000)


def _binary(path: str) -> None:
    _written(path, b"\xff")


def _elsewhere(path: str) -> None:
    _written(path, b'models = ["/proc/**/x*"]')


def _nul(path: str) -> None:
    _written(path, b'rule-files = ["a\\u0000"]')


def _written(path: str, content: bytes) -> None:
    part = f"{path}.part"
    with open(part, "wb") as stream:
        stream.write(content)
    os.replace(part, path)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_endless, "archgen.toml must be a regular file; got a device"),
        (os.mkfifo, "archgen.toml must be a regular file; got a named pipe"),
        (_deep, "nested at most 32 deep"),
        (_digits, "too many digits"),
        (_binary, "must be UTF-8 text"),
        (_elsewhere, "must stay inside the project"),
        (_nul, "can't be read: embedded null byte"),
    ],
)
def test_a_bad_configuration_is_shown_until_it_is_mended(
    served: Served, spoil: Callable[[str], None], message: str
) -> None:
    before = len(served.said)
    spoil(os.path.join(served.directory, "archgen.toml"))
    served.until("^error: .*archgen.toml", before)
    served.until("^built", before)
    for path in ("index.html", f"{TIER}/index.html"):
        assert served.shows(path, message)
        assert "livereload" in served.get(path)
    # pages wait for a build, and must not wait for one that never comes
    served.write("archgen.toml", None)
    assert served.hides("index.html", "The site failed to build")
    assert served.shows(f"{TIER}/index.html", "Distributed web infrastructure")


def test_text_that_is_no_yaml_and_a_file_that_is_gone_are_survived(served: Served) -> None:
    whole = model(served)
    served.save(TIER, "archgen: 1\nname: [\n")
    assert served.shows(f"{TIER}/index.html", f"models/{TIER}.arch.yaml:")
    os.unlink(os.path.join(served.directory, "models", f"{TIER}.arch.yaml"))
    assert until(lambda: _is_gone(served, f"{TIER}/index.html"))
    served.save(TIER, whole)
    assert until(lambda: not _is_gone(served, f"{TIER}/index.html"))
    assert served.shows(f"{TIER}/index.html", "Distributed web infrastructure")


def _is_gone(served: Served, path: str) -> bool:
    try:
        served.get(path)
    except urllib.error.HTTPError as error:
        return error.code == 404
    return False


def test_a_configuration_that_comes_later_and_breaks_is_told_in_the_page(served: Served) -> None:
    served.write("archgen.toml", "modls = []\n")
    assert served.shows("index.html", "unknown key `modls`")
    assert "livereload" in served.get(f"{TIER}/flows/read-page/index.html")
    served.write("archgen.toml", None)
    assert served.shows("index.html", "ladder", raw=True)


def test_what_is_included_from_elsewhere_is_looked_at_too(served: Served) -> None:
    whole = model(served)
    os.makedirs(os.path.join(served.directory, "shared"))
    with open(os.path.join(served.directory, "shared", "parts.yaml"), "w", encoding="utf-8") as stream:
        stream.write("components:\n  cache: {kind: cache, name: The first cache}\n")
    served.save(TIER, f"{whole}\ninclude: [../shared/parts.yaml]\n")
    assert served.shows(f"{TIER}/index.html", "The first cache")
    served.write("shared/parts.yaml", "components:\n  cache: {kind: cache, name: Another cache}\n")
    assert served.shows(f"{TIER}/index.html", "Another cache")
    served.write("shared/parts.yaml", None)
    assert served.shows(f"{TIER}/index.html", "no such file or directory")
    served.save(TIER, whole)
    os.rmdir(os.path.join(served.directory, "shared"))


def test_a_generator_that_would_ignore_the_plugin_is_told_of(served: Served) -> None:
    assert served.said[0].startswith("warning: zensical.toml uses the archgen plugin, which Zensical silently ignores")


def test_what_cannot_be_served_is_an_error_in_words(tmp_path: object) -> None:
    for words, told in (
        (["--port", "70000"], "--port must be between 0 and 65535; got 70000"),
        (["-"], "serve can't read stdin"),
        (["--today", "soon"], "--today must be a date"),
    ):
        done = archgen("serve", *words, at=str(tmp_path))
        assert done.returncode == 2
        assert told in done.stderr
        assert "Traceback" not in done.stderr


def test_an_address_that_is_taken_is_an_error_in_words(served: Served) -> None:
    port = served.url.rstrip("/").rpartition(":")[2]
    done = archgen("serve", "--port", port, at=served.directory)
    assert done.returncode == 2
    assert f"can't listen on 127.0.0.1:{port}" in done.stderr


def page(port: int) -> str | None:
    """Return the page of the model, or None while nobody answers."""
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/architecture/ours/index.html", timeout=PATIENCE
        ) as answer:
            return str(answer.read().decode())
    except OSError:
        return None


def _answers_or_ended(port: int, process: subprocess.Popen[bytes]) -> bool:
    return bool(page(port)) or process.poll() is not None


def under_mkdocs(top: str) -> tuple[subprocess.Popen[bytes], int]:
    """Return a `mkdocs serve` that answers, and its port: one that was free a moment ago, or else the next."""
    while True:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "mkdocs", "serve", "-q", "-a", f"127.0.0.1:{port}"]
        environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
        with open(os.path.join(top, "said"), "wb") as said:
            process = subprocess.Popen(command, cwd=top, stderr=said, env=environment)
        until(partial(_answers_or_ended, port, process))
        if process.poll() is None:
            return process, port
        with open(os.path.join(top, "said"), encoding="utf-8") as stream:
            assert "Address already in use" in stream.read()


@pytest.mark.slow
def test_the_plugin_shows_what_breaks_under_mkdocs_serve_and_what_is_included(tmp_path: object) -> None:
    top = str(tmp_path)
    for directory in ("docs", "models", "shared", ".git"):
        os.makedirs(os.path.join(top, directory))

    def write(path: str, text: str) -> None:
        with open(os.path.join(top, path), "w", encoding="utf-8") as stream:
            stream.write(text)

    model = "archgen: 1\nname: Ours\ninclude: [../shared/parts.yaml]\ncomponents: {web: {kind: web-server}}\n"
    write(
        "mkdocs.yml",
        "site_name: Ours\nuse_directory_urls: false\ntheme: {name: material, font: false}\nplugins: [archgen]\n",
    )
    write("docs/index.md", "# Ours\n")
    write("shared/parts.yaml", "components: {cache: {kind: cache, name: The first cache}}\n")
    write("models/ours.arch.yaml", model)
    process, port = under_mkdocs(top)

    def shows(words: str) -> bool:
        return words in parse(page(port) or "").words

    try:
        until(lambda: shows("The first cache"))
        write("shared/parts.yaml", "components: {cache: {kind: cache, name: Another cache}}\n")
        until(lambda: shows("Another cache"))
        write("models/ours.arch.yaml", model.replace("web-server", "web-servr"))
        until(lambda: shows("models/ours.arch.yaml:4:26"))
        write("models/ours.arch.yaml", model)
        until(lambda: shows("Another cache"))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)
