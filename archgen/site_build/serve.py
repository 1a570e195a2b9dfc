"""The site of some models while they are being written: built in memory again at every change, and shown in a browser."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from archgen.model.problems import UsageError
from archgen.report.common.terminal import brief
from archgen.site.page import Made
from archgen.site_build.html import Site
from archgen.site_build.live import Say, Server, interruptible, quiet
from archgen.site_build.preview import Preview, Previews
from archgen.site_build.reloading import look_at

POLL = 0.1
"""Seconds between two looks at the models; what a look costs is a few calls of the system."""


class Serving:
    """Makes the site of whatever models there are into a directory, and only if a page of it has changed."""

    def __init__(
        self,
        files: Callable[[], tuple[str, ...]],
        today: Callable[[], str],
        name: str,
        output: str,
        say: Say,
        named: tuple[str, ...] = (),
    ) -> None:
        self._files = files
        self._today = today
        self._say = say
        self._previews = Previews(named)
        self._site = Site(name, output)
        self._chapters: tuple[Made, ...] = ()
        self.included: dict[str, bool] = {}
        self.place = ""

    def build(self) -> bool:
        """Make the site; whether there was anything to make."""
        preview = self._previews.shown(self._files, self._today)
        self._tell(preview)
        self.included = dict.fromkeys(preview.included, False)
        if preview.chapters == self._chapters:
            return False
        self._chapters = ()
        for error in self._site.build(preview.chapters):
            if error not in preview.errors:
                self._say(f"error: {error.words}")
        self._chapters = preview.chapters
        return True

    def _tell(self, preview: Preview) -> None:
        if preview.trouble:
            self._say(f"error: {preview.trouble}")
        for one in preview.problems:
            self._say(f"{one.file}:{one.line}:{one.column}: {one.message}")
        for error in preview.errors:
            self._say(f"error: {error.words}")


def serve(
    files: Callable[[], tuple[str, ...]],
    paths: tuple[str, ...],
    today: Callable[[], str],
    name: str,
    address: tuple[str, int],
    say: Say,
) -> None:
    """Serve the site of the models that `files` finds until the process is interrupted; `paths` are where it looks.

    Port 0 takes any that is free. UsageError if the address cannot be had.
    """
    with interruptible(), quiet(say), _directory() as output:
        serving = Serving(files, today, name, output, say, paths)
        try:
            serving.build()
            _serve(serving, lambda: _watched(files, paths) | serving.included, address, output, say)
        except KeyboardInterrupt:
            say("stopped")


@contextmanager
def _directory() -> Iterator[str]:
    output = tempfile.mkdtemp(prefix="archgen-")
    try:
        yield output
    finally:
        shutil.rmtree(output, ignore_errors=True)


def _serve(
    serving: Serving, watched: Callable[[], dict[str, bool]], address: tuple[str, int], output: str, say: Say
) -> None:
    def again() -> None:
        _again(serving, say)
        look_at(server, watched())

    server = Server(again, address, output, say, POLL)
    # what is saved before anything watches is seen by one more look, and only then is it said where to look
    server._want_rebuild = True
    server.build_delay = POLL / 2
    _bind(server, address)
    server.error_handler = lambda code: _error_page(output, code)
    look_at(server, watched())
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    serving.place = f"http://{host}:{server.server_address[1]}/"
    try:
        server.serve()  # type: ignore[no-untyped-call]
    finally:
        server.shutdown()


def _bind(server: Server, address: tuple[str, int]) -> None:
    try:
        server.server_bind()
    except OSError as error:
        host, port = address
        raise UsageError(f"{host}:{port} cannot be served on: {error.strerror}; name another --port") from error
    server.server_bind = lambda: None  # type: ignore[method-assign]


def _again(serving: Serving, say: Say) -> None:
    """Build once more; whatever goes wrong is told, since the server would keep readers waiting for what never comes."""
    try:
        made = serving.build()
        if serving.place:
            say(f"serving {serving.place} (stop with Ctrl+C)")
            serving.place = ""
        else:
            say("built" if made else "nothing has changed")
    except Exception as error:
        say(f"error: {brief(str(error))}")


def _error_page(output: str, code: int) -> bytes | None:
    file = os.path.join(output, f"{code}.html")
    if not os.path.isfile(file):
        return None
    with open(file, "rb") as stream:
        return stream.read()


def _watched(files: Callable[[], tuple[str, ...]], paths: tuple[str, ...]) -> dict[str, bool]:
    """The directories of the models and of the configuration, and whether what is below them counts too."""
    found = {os.path.abspath(path): True for path in paths if os.path.isdir(path)}
    # where a configuration is, or will be
    found.setdefault(os.getcwd(), False)
    try:
        models = [os.path.dirname(os.path.abspath(file)) for file in files()]
    except (UsageError, OSError):
        models = [os.path.abspath("models")]
    for directory in models:
        found.setdefault(directory, False)
    return found
