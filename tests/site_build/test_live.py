"""The server behind `archgen serve`: whom it answers, what it refuses, and what it leaves behind."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from archgen.site_build.server import is_own, is_plain, own_hosts
from tests.forked import archgen
from tests.hostile_names import NAMELESS, write
from tests.paths import ROOT
from tests.patience import PATIENCE
from tests.site_build.test_serve import Served

TIER = "1-simple-web-stack"
MODEL = (ROOT / "models" / f"{TIER}.arch.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    directory = tmp_path_factory.mktemp("live")
    (directory / "models").mkdir()
    shutil.copy(ROOT / "models" / f"{TIER}.arch.yaml", directory / "models")
    one = Served(str(directory))
    yield one
    end(one, signal.SIGINT)
    assert [line for line in one.said if "Traceback" in line or line.startswith("error")] == []


def left(temporary: Path) -> list[str]:
    """What stands in a temporary directory, beside what Jinja keeps there for the next run of anything."""
    return [name for name in os.listdir(temporary) if not name.startswith("_jinja2-cache-")]


def end(served: Served, number: int) -> None:
    served.process.send_signal(number)
    assert served.process.wait(PATIENCE) == 0
    served.listener.join(PATIENCE)
    assert served.process.stderr is not None
    served.process.stderr.close()


def port(served: Served) -> int:
    return int(served.url.rstrip("/").rpartition(":")[2])


def ask(served: Served, path: str, host: str | None, method: str = "GET") -> tuple[int, str]:
    """The status and the text of an answer to a request that is written as it stands here."""
    connection = http.client.HTTPConnection("127.0.0.1", port(served), timeout=PATIENCE)
    connection.putrequest(method, "/", skip_host=True)
    connection._buffer[0] = f"{method} {path} HTTP/1.1".encode("latin-1")  # type: ignore[attr-defined]
    if host is not None:
        connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    try:
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"])
@pytest.mark.parametrize("suffix", ["", ":", ":8000", ":1"])
def test_the_servers_own_names_are_answered(served: Served, host: str, suffix: str) -> None:
    assert ask(served, "/index.html", f"{host}{suffix}")[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "localhost:80@evil.example",
        "evil.example:80:localhost",
        "127.0.0.1:x",
        "10.0.0.1",
        "0.0.0.0",
        "[::ffff:10.0.0.1]",
        "localhost, evil.example",
    ],
)
def test_any_other_name_is_refused_in_a_plain_line(served: Served, host: str | None) -> None:
    for path in ("/index.html", "/livereload/0/1"):
        status, text = ask(served, path, host)
        assert status == 421
        assert text.startswith("archgen serve answers requests for its own address only")


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("/%00", {400}),
        ("/a%00b/index.html", {400}),
        ("/%0a", {400}),
        ("/%1b%5b31m", {400}),
        ("/%ff%fe", {400}),
        ("/%zz", {404}),
        ("/%", {404}),
        ("/%e2%80%ae", {400}),
        ("/" + "x" * 5000, {404}),
        ("/" + "x/" * 5000, {404}),
        ("/" + "x" * 70_000, {414}),
        ("/..", {404}),
        ("/../../../etc/passwd", {404}),
        ("/%2e%2e/%2e%2e/etc/passwd", {404}),
        ("/..%2f..%2fetc/passwd", {404}),
        ("/assets/../../../../etc/passwd", {404}),
        ("/..\\..\\etc", {404}),
        ("//evil.example/..", {404}),
        # Python's own server takes the second slash away, so that the redirect leads to no other host
        (f"//{TIER}", {302, 404}),
        ("/livereload/" + "9" * 10_000 + "/1", {404}),
        ("/livereload/x/y", {404}),
        ("http://evil.example/", {404}),
        ("*", {404}),
        ("/index.html/index.html", {404}),
        ("/no-such-page", {404}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_strange_paths_are_refused(served: Served, path: str, statuses: set[int]) -> None:
    status, text = ask(served, path, "localhost")
    assert status in statuses
    assert "Traceback" not in text
    assert "root:" not in text


def test_pages_are_answered_and_only_reads(served: Served) -> None:
    assert ask(served, f"/{TIER}/index.html?x=%00#y", "localhost")[0] == 200
    assert ask(served, f"/{TIER}", "localhost")[0] == 302
    assert ask(served, "/", "localhost")[0] == 200
    assert ask(served, "/", "localhost", "HEAD")[0] == 200
    assert ask(served, "/", "localhost", "POST")[0] == 405


def test_what_is_no_request_at_all_is_survived(served: Served) -> None:
    for words in (
        b"\x1b[31m\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" * 300,
        b"",
    ):
        with socket.create_connection(("127.0.0.1", port(served)), 60) as connection:
            connection.sendall(words)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 16):
                pass
    assert ask(served, "/", "localhost")[0] == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_where_it_listens_everywhere_any_address_is_its_own_and_no_name(host: str) -> None:
    hosts = own_hosts(host)
    assert is_own("192.0.2.1:8000", hosts)
    assert is_own("[2001:db8::1]", hosts)
    assert is_own("localhost", hosts)
    assert not is_own("evil.example:8000", hosts)


def test_the_host_that_is_given_is_its_own() -> None:
    assert is_own("Box.Local:8000", own_hosts("box.local"))
    assert is_own("localhost", own_hosts("box.local"))
    assert not is_own("other.local", own_hosts("box.local"))


def test_every_page_of_a_site_is_plain() -> None:
    assert is_plain("/")
    assert is_plain("/größe/flows/read-page/")
    assert not is_plain("//")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_takes_its_directory_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    write(str(tmp_path / "models"), MODEL, (TIER,))
    served = Served(str(tmp_path))
    assert left(temporary)
    end(served, number)
    assert left(temporary) == []
    assert served.said[-1] == "stopped"


@pytest.mark.slow
@pytest.mark.parametrize("name", [NAMELESS[0], "rules", "Index.html"])
def test_a_name_that_leads_out_of_the_directory_writes_nothing_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    write(str(tmp_path / "models"), MODEL, (TIER, name))
    (tmp_path / "models" / f"{name}.arch.yaml").write_text("archgen: 1\nname: [\n", encoding="utf-8")
    served = Served(str(tmp_path))
    assert [made for made in left(temporary) if not made.startswith("archgen-")] == []
    assert "rename the file" in served.get("index.html")
    end(served, signal.SIGTERM)


@pytest.mark.slow
def test_nothing_is_left_where_the_address_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    write(str(tmp_path / "models"), MODEL, (TIER,))
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = archgen("serve", "--port", str(taken.getsockname()[1]), at=tmp_path, environment=environment)
    assert done.returncode == 2
    assert left(temporary) == []
