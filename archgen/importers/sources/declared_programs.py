"""A program as a file declares it, with the names that its directory may have."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct


class Program(Struct, frozen=True):
    """A program: the file that declares it, its name, its command, the name of its image, and what is the same for all in one image.

    It may be built from `directories`, as that file calls them, the likelier ones first; of several programs of Go in one, its image
    holds those of `packages`, such as `cmd/server`.
    """

    path: str
    name: str
    command: str
    image: str
    identity: str
    directories: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()

    def names(self, is_alone: bool) -> Iterator[str]:
        """Yield the names that its directory may have, the likelier ones first; those of its image if it `is_alone` there.

        A first word is often that of the system.
        """
        file = posixpath.basename(next(iter(self.command.split()), ""))
        for name in (self.name, self.image if is_alone else "", file):
            yield from (each for each in (name, name.partition("-")[2]) if each)
