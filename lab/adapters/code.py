"""The files of a program; to lose them is to delete them."""

from __future__ import annotations

from archgen.model.architecture import Replica
from lab.adapters.application import PROGRAM
from lab.service import File, Service, shell
from lab.site import Site

SERVES = ("code-base",)


def service(site: Site, replica: Replica) -> Service:
    """Return a copy of the program's files."""
    program = f"{site.directory(replica)}/pages.py"
    return Service(
        name=replica.id,
        packages=(),
        files=(File(program, PROGRAM.read_text(encoding="utf-8")),),
        lose=(("rm", program),),
        alive=shell(f"test -s {program}"),
    )
