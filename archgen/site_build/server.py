"""The server behind `archgen serve`: that of MkDocs, which answers only reads of the site under the server's own name."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from types import FrameType
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from mkdocs.livereload import LiveReloadServer

from archgen.report.common.terminal import brief

Say = Callable[[str], None]

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""The names of this machine for itself."""

LONGEST_SEGMENT = 255
"""Characters between two slashes of a path; no file system has longer names."""


class SiteServer(LiveReloadServer):
    """Refuses foreign names, methods and paths before MkDocs sees the request."""

    def __init__(self, builder: Callable[[], None], address: tuple[str, int], root: str, say: Say, poll: float) -> None:
        host, port = address
        super().__init__(builder, host, port, root, polling_interval=poll)
        self._say = say
        self._hosts = own_hosts(host)
        self.set_app(self._answer)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        reason = refusal(environ, self._hosts)
        if reason is None:
            return self.serve_request(environ, start_response)
        status, words = reason
        start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(words)))])
        return [words.encode("ascii")]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report a connection that fails in a line; the library prints a traceback."""
        self._say(f"error: a request failed: {brief(str(sys.exc_info()[1]))}")


def own_hosts(host: str) -> frozenset[str] | None:
    """Return the names that requests may ask for; None for any address, if the server listens on all of them.

    A page of another site can make a browser ask for its own name at this machine's address, and read the response. With
    an address in the place of the name, it can't.
    """
    try:
        if ip_address(host).is_unspecified:
            return None
    except ValueError:
        pass
    return frozenset((*LOOPBACK, host.casefold()))


def refusal(environ: WSGIEnvironment, hosts: Collection[str] | None) -> tuple[str, str] | None:
    """Return the status and the words of a refusal; None for a request that may be answered."""
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return "405 Method Not Allowed", "archgen serve answers GET and HEAD only\n"
    if not is_own(environ.get("HTTP_HOST", ""), hosts):
        return "421 Misdirected Request", (
            "archgen serve answers requests for its own address only; open the address that it printed, "
            "or name this host with --host\n"
        )
    try:
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8")
    except UnicodeError:
        return "400 Bad Request", "the path must be UTF-8\n"
    if not path.isprintable():
        return "400 Bad Request", "the path must not hold control characters\n"
    return None if is_plain(path) else ("404 Not Found", "page not found\n")


def is_own(header: str, hosts: Collection[str] | None) -> bool:
    """Return True if a Host header (RFC 9110, 7.2) names one of the hosts, or an address where any will do."""
    name, _, port = header.rpartition(":") if ":" in header.rpartition("]")[2] else (header, "", "")
    if not all(char in "0123456789" for char in port):
        return False
    bare = name.removeprefix("[").removesuffix("]") if name.startswith("[") else name
    if hosts is not None:
        return bare.casefold() in hosts
    try:
        return bool(ip_address(bare))
    except ValueError:
        return bare.casefold() in LOOPBACK


def is_plain(path: str) -> bool:
    """Return True if a path leads down from the root, a step at a time, as every link of a site does."""
    segments = path.removeprefix("/").removesuffix("/").split("/")
    strange = {"", ".", ".."}
    return path == "/" or not any(
        segment in strange or "\\" in segment or len(segment) > LONGEST_SEGMENT for segment in segments
    )


@contextmanager
def interruptible() -> Iterator[None]:
    """Let the signals that end a process interrupt it as Ctrl+C does, so that it removes its files."""
    names = ("SIGTERM", "SIGHUP", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    # a process that was started to outlive its terminal (nohup) does
    before = {number: signal.getsignal(number) for number in numbers if signal.getsignal(number) != signal.SIG_IGN}

    def interrupt(number: int, frame: FrameType | None) -> None:
        for handled in before:
            signal.signal(handled, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in before:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Errors(logging.Handler):
    """Prints an error that MkDocs logs in a line, without its traceback."""

    def __init__(self, say: Say) -> None:
        super().__init__(logging.ERROR)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._say(f"error: {brief(record.getMessage())}{f': {brief(str(error))}' if error else ''}")


@contextmanager
def quiet(say: Say) -> Iterator[None]:
    """Keep MkDocs's log of each request off the terminal, but print its errors."""
    log, handler = logging.getLogger("mkdocs.livereload"), _Errors(say)
    propagates = log.propagate
    log.addHandler(handler)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.propagate = propagates
