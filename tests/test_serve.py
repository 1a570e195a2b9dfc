"""`archgen serve`, driven for real: the site follows the models, and a broken one is shown with its place until it is mended."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.document import parse

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TIER = "2-distributed-web-infrastructure"


class Served:
    """A serving process in a directory of models, and what it says."""

    def __init__(self, directory: str, *words: str) -> None:
        self.directory = directory
        command = [sys.executable, "-m", "archgen.cli", "serve", "--port", "0", "--today", "2026-11-24", *words]
        environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(command, cwd=directory, stderr=subprocess.PIPE, text=True, env=environment)
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
            self.heard.wait_for(lambda: found() is not None, timeout=60)
            line = found()
        assert line is not None, self.said
        return line

    def save(self, name: str, text: str) -> None:
        """Save a model, and wait until the site is made again."""
        before = len(self.said)
        with open(os.path.join(self.directory, "models", f"{name}.arch.yaml"), "w", encoding="utf-8") as stream:
            stream.write(text)
        self.until("^(built|nothing has changed|error)", before)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return str(answer.read().decode())

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
    one = Served(directory)
    yield one
    one.process.send_signal(signal.SIGINT)
    assert one.process.wait(30) == 0
    one.listener.join(30)
    assert one.process.stderr is not None
    one.process.stderr.close()
    assert one.said[-1] == "stopped"
    assert os.listdir(directory) == ["models"]


def model(served: Served) -> str:
    with open(os.path.join(served.directory, "models", f"{TIER}.arch.yaml"), encoding="utf-8") as stream:
        return stream.read()


def test_a_change_is_shown_and_pages_are_told_to_load_again(served: Served) -> None:
    assert "livereload" in served.get(f"{TIER}/index.html")
    told = served.epoch(0)
    whole = model(served)
    served.save(TIER, whole.replace("name: Distributed web infrastructure", "name: Ours in two"))
    assert served.epoch(told) > told
    assert next(parse(served.get(f"{TIER}/index.html")).all("h1")).words == "Ours in two"
    assert "Ours in two" in served.get("ladder/index.html")
    served.save(TIER, whole)


def test_a_model_that_breaks_is_shown_with_its_place_and_recovers_at_the_next_save(served: Served) -> None:
    whole = model(served)
    flow = f"{TIER}/flows/read-page/index.html"
    broken = whole.replace("kind: load-balancer", "kind: load-balancr")
    line = broken[: broken.index("load-balancr")].count("\n") + 1
    served.save(TIER, broken)
    for path in (f"{TIER}/index.html", flow):
        words = parse(served.get(path)).words
        assert f"models/{TIER}.arch.yaml:{line}:" in words
        assert "load-balancer" in words
        assert "livereload" in served.get(path)
    assert "What is wrong" in parse(served.get("1-simple-web-stack/index.html")).words
    served.save(TIER, whole)
    assert "problem" not in next(parse(served.get(flow)).all("h1")).words
    assert "A visitor opens a page" in served.get(flow)


def test_text_that_is_no_yaml_and_a_file_that_is_gone_are_survived(served: Served) -> None:
    whole = model(served)
    served.save(TIER, "archgen: 1\nname: [\n")
    assert f"models/{TIER}.arch.yaml:" in parse(served.get(f"{TIER}/index.html")).words
    before = len(served.said)
    os.unlink(os.path.join(served.directory, "models", f"{TIER}.arch.yaml"))
    served.until("^built", before)
    with pytest.raises(urllib.error.HTTPError):
        served.get(f"{TIER}/index.html")
    served.save(TIER, whole)
    assert "Distributed web infrastructure" in served.get(f"{TIER}/index.html")


def test_a_configuration_that_breaks_is_told_in_the_page(served: Served) -> None:
    # the configuration is only watched where it is, so it is there once the models change
    with open(os.path.join(served.directory, "archgen.toml"), "w", encoding="utf-8") as stream:
        stream.write("modls = []\n")
    served.save(TIER, model(served) + "\n")
    assert "unknown key `modls`" in parse(served.get("index.html")).words
    assert "livereload" in served.get(f"{TIER}/flows/read-page/index.html")
    os.unlink(os.path.join(served.directory, "archgen.toml"))
    served.save(TIER, model(served) + "\n")
    assert "Ladder" in served.get("index.html") or "ladder" in served.get("index.html")


def test_what_cannot_be_served_is_an_error_in_words(tmp_path: object) -> None:
    for words, told in (
        (["--port", "70000"], "--port is a number from 0 to 65535"),
        (["-"], "standard input does not change"),
        (["--today", "soon"], "is not a date"),
    ):
        command = [sys.executable, "-m", "archgen.cli", "serve", *words]
        done = subprocess.run(command, cwd=str(tmp_path), capture_output=True, text=True, timeout=60)
        assert done.returncode == 2
        assert told in done.stderr
        assert "Traceback" not in done.stderr


def test_an_address_that_is_taken_is_an_error_in_words(served: Served) -> None:
    port = served.url.rstrip("/").rpartition(":")[2]
    command = [sys.executable, "-m", "archgen.cli", "serve", "--port", port]
    done = subprocess.run(command, cwd=served.directory, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert f"127.0.0.1:{port} cannot be served on" in done.stderr
