"""The values that an adapter answers with: files, commands and the process of a replica. Nothing is run here."""

from __future__ import annotations

from msgspec import Struct

Command = tuple[str, ...]


class File(Struct, frozen=True):
    """A file that is written before a start; `path` is absolute."""

    path: str
    text: str


class Service(Struct, frozen=True, kw_only=True):
    """A replica as it runs on its host, and Debian's packages that it comes from.

    `prepare` are commands before each start; `run` stays in the foreground, as `user`, and is what a crash kills. `alive`
    exits with 0 once the replica does all of its part, replication included. A replica without a process has `lose`
    instead, the commands that take it away. `reinstate` are commands once everything is alive, at first and after each
    trial: they give the primary's part back to this replica, or declare what it keeps. `beside` are services of the same
    host that are no element of the model: they are lost with the host alone. `places` are the hosts that commands run on
    where that is not the replica's own.
    """

    name: str
    alive: Command
    packages: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    prepare: tuple[Command, ...] = ()
    run: Command | None = None
    user: str = "root"
    lose: tuple[Command, ...] = ()
    reinstate: tuple[Command, ...] = ()
    beside: tuple[Service, ...] = ()
    places: tuple[str, ...] = ()


def shell(script: str) -> Command:
    """Return the command that runs a script."""
    return ("/bin/sh", "-ec", script)
