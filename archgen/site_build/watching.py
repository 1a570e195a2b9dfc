"""The directories that a server watches to build the site again, and in them the files that a lint reads."""

from __future__ import annotations

import os
from collections.abc import Mapping

from mkdocs.livereload import LiveReloadServer
from watchdog.events import FileSystemEvent, FileSystemEventHandler

from archgen.app.workspace.watching import is_read


def watch(server: LiveReloadServer, directories: Mapping[str, bool]) -> None:
    """Build again when a model or a configuration in a directory changes; `True` includes what lies below it.

    A directory that is watched already, by itself or from above, is passed over; so every build may ask for the same.
    """
    for directory, deep in directories.items():
        path = os.path.abspath(directory)
        if os.path.isdir(path) and not _is_watched(server, path):
            # the server would build again for every file of the directory, whatever it is
            server._watched_paths[path] = 1
            server._watch_refs[path] = server.observer.schedule(_Handler(server), path, recursive=deep)


def _is_watched(server: LiveReloadServer, path: str) -> bool:
    watches = [*server._watch_refs.values()]
    return any(
        path == watch.path or (watch.is_recursive and os.path.commonpath((path, watch.path)) == watch.path)
        for watch in watches
    )


class _Handler(FileSystemEventHandler):
    def __init__(self, server: LiveReloadServer) -> None:
        self._server = server

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Ask for a build if its result may change."""
        files = (os.fsdecode(event.src_path), os.fsdecode(event.dest_path))
        # a new directory may be the one that the models are looked for in
        is_new_directory = event.is_directory and event.event_type == "created"
        if is_new_directory or (not event.is_directory and any(is_read(file) for file in files if file)):
            with self._server._rebuild_cond:
                self._server._want_rebuild = True
                self._server._rebuild_cond.notify_all()
