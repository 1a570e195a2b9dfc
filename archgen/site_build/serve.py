"""A server for the site of models that are being written: it builds the site again at every change."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from archgen.model.problems import UsageError
from archgen.report.common.terminal import brief
from archgen.site.page import BuiltPart
from archgen.site_build.html_site import Site
from archgen.site_build.preview import Preview, Previews
from archgen.site_build.server import Say, SiteServer, interruptible, quiet
from archgen.site_build.watching import watch

POLL = 0.1
"""Seconds between two looks at the models; a look costs a few system calls."""


class LiveSite:
    """Builds the site of the present models into a directory, and only if a page of it has changed."""

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
        self._parts: tuple[BuiltPart, ...] = ()
        self.included: dict[str, bool] = {}
        self.place = ""

    def build(self) -> bool:
        """Build the site, and return True if there was anything to build."""
        preview = self._previews.build_or_explain(self._files, self._today)
        self._tell(preview)
        self.included = dict.fromkeys(preview.included, False)
        if preview.parts == self._parts:
            return False
        self._parts = ()
        for error in self._site.build(preview.parts):
            if error not in preview.errors:
                self._say(f"error: {error.words}")
        self._parts = preview.parts
        return True

    def _tell(self, preview: Preview) -> None:
        if preview.trouble:
            self._say(f"error: {preview.trouble}")
        for finding in preview.problems:
            self._say(f"{finding.file}:{finding.line}:{finding.column}: {finding.message}")
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
    """Serve the site of the models that `files` returns until the process is interrupted; `paths` are where it looks.

    Port 0 picks a free port. UsageError if the address is not available.
    """
    with interruptible(), quiet(say), _directory() as output:
        site = LiveSite(files, today, name, output, say, paths)
        try:
            site.build()
            _serve(site, lambda: _watched(files, paths) | site.included, address, output, say)
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
    site: LiveSite, watched: Callable[[], dict[str, bool]], address: tuple[str, int], output: str, say: Say
) -> None:
    def rebuild() -> None:
        _rebuild(site, say)
        watch(server, watched())

    server = SiteServer(rebuild, address, output, say, POLL)
    # a file that is saved before anything watches is found by one more build, and only then the address is printed
    server._want_rebuild = True
    server.build_delay = POLL / 2
    _bind(server, address)
    server.error_handler = lambda code: _error_page(output, code)
    watch(server, watched())
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    site.place = f"http://{host}:{server.server_address[1]}/"
    try:
        server.serve()  # type: ignore[no-untyped-call]
    finally:
        server.shutdown()


def _bind(server: SiteServer, address: tuple[str, int]) -> None:
    try:
        server.server_bind()
    except OSError as error:
        host, port = address
        raise UsageError(f"can't listen on {host}:{port}: {error.strerror}; choose another --port") from error
    server.server_bind = lambda: None  # type: ignore[method-assign]


def _rebuild(site: LiveSite, say: Say) -> None:
    """Build once more, and report any error, since the server would keep readers waiting for a page that never comes."""
    try:
        changed = site.build()
        if site.place:
            say(f"serving {site.place} (stop with Ctrl+C)")
            site.place = ""
        else:
            say("built" if changed else "no changes")
    except Exception as error:
        say(f"error: {brief(str(error))}")


def _error_page(output: str, code: int) -> bytes | None:
    file = os.path.join(output, f"{code}.html")
    if not os.path.isfile(file):
        return None
    with open(file, "rb") as stream:
        return stream.read()


def _watched(files: Callable[[], tuple[str, ...]], paths: tuple[str, ...]) -> dict[str, bool]:
    """Return the directories of the models and of the configuration, and whether to watch what is below them too."""
    directories = {os.path.abspath(path): True for path in paths if os.path.isdir(path)}
    # where a configuration is, or will be
    directories.setdefault(os.getcwd(), False)
    try:
        models = [os.path.dirname(os.path.abspath(file)) for file in files()]
    except (UsageError, OSError):
        models = [os.path.abspath("models")]
    for directory in models:
        directories.setdefault(directory, False)
    return directories
