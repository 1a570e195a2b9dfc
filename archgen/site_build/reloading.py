"""What a server that builds again at every change looks at: directories, and in them what a lint reads."""

from __future__ import annotations

import os
from collections.abc import Mapping

from mkdocs.livereload import LiveReloadServer
from watchdog.events import FileSystemEvent, FileSystemEventHandler

from archgen.app.workspace.watching import is_read


def look_at(server: LiveReloadServer, directories: Mapping[str, bool]) -> None:
    """Build again when a model or a configuration in a directory changes; `True` counts what lies below it too.

    A directory that is looked at already, by itself or from above, is passed over; so the same may be asked at every build.
    """
    for directory, deep in directories.items():
        path = os.path.abspath(directory)
        if os.path.isdir(path) and not _seen(server, path):
            # the server would build again for every file of the directory, whatever it is
            server._watched_paths[path] = 1
            server._watch_refs[path] = server.observer.schedule(_Handler(server), path, recursive=deep)


def _seen(server: LiveReloadServer, path: str) -> bool:
    watches = [*server._watch_refs.values()]
    return any(
        path == watch.path or (watch.is_recursive and os.path.commonpath((path, watch.path)) == watch.path)
        for watch in watches
    )


class _Handler(FileSystemEventHandler):
    def __init__(self, server: LiveReloadServer) -> None:
        self._server = server

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Ask for a build if it may come out otherwise."""
        files = (os.fsdecode(event.src_path), os.fsdecode(event.dest_path))
        # a new directory may be the one that the models are looked for in
        came = event.is_directory and event.event_type == "created"
        if came or (not event.is_directory and any(is_read(file) for file in files if file)):
            with self._server._rebuild_cond:
                self._server._want_rebuild = True
                self._server._rebuild_cond.notify_all()
