"""Repositories whose configuration runs a command that leaves a mark, each with the git command that springs it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

MODEL = "models/shop.arch.yaml"
LOST = "models/lost.arch.yaml"
QUIET = "archgen: 1\nname: Quiet\ncomponents:\n  user: {kind: client}\n"
WHO = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")


def git(directory: Path, *words: str) -> str:
    """Run git as it is, with what the repository configures."""
    done = subprocess.run(("git", *WHO, *words), cwd=directory, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def repository(directory: Path) -> Path:
    """Make a repository of two commits, the first with models that are in no later one."""
    for name in (MODEL, LOST):
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(QUIET, encoding="utf-8")
    git(directory, "init", "--quiet")
    git(directory, "add", "models")
    git(directory, "commit", "-qm", "first")
    (directory / MODEL).write_text(f"{QUIET}  cache: {{kind: cache}}\n", encoding="utf-8")
    git(directory, "commit", "-qam", "second")
    return directory


class Trap:
    """A command that creates `mark`, and the places where a repository may name it."""

    def __init__(self, directory: Path, mark: Path) -> None:
        self.directory, self.mark = directory, mark
        self.command = directory.parent / "trap"
        self.command.write_text(f"#!/bin/sh\ntouch '{mark}'\n", encoding="utf-8")
        self.command.chmod(0o755)

    def configure(self, **values: str) -> None:
        """Set keys, written with `__` for a dot, in the repository's own configuration."""
        for key, value in values.items():
            git(self.directory, "config", key.replace("__", "."), value)

    def spring(self, *words: str, text: str = "", terminal: bool = False) -> None:
        """Run git without any care, so that a test knows that the trap works."""
        output = os.openpty()[1] if terminal else subprocess.DEVNULL
        command = ("git", *WHO, *words)
        subprocess.run(
            command, cwd=self.directory, input=text, stdout=output, stderr=subprocess.DEVNULL, text=True, check=False
        )

    def drop(self, path: str) -> None:
        """Remove the blob of a file of the last commit from the objects, as in a partial clone."""
        sha = git(self.directory, "rev-parse", f"HEAD:{path}")
        (self.directory / ".git" / "objects" / sha[:2] / sha[2:]).unlink()


def _promisor(trap: Trap, url: str, **values: str) -> None:
    """Make a partial clone that lacks a model, and whose remote is asked for it."""
    trap.drop(LOST)
    trap.configure(
        core__repositoryFormatVersion="1",
        extensions__partialClone="origin",
        remote__origin__promisor="true",
        remote__origin__url=url,
        **values,
    )


def ssh_command(trap: Trap) -> None:
    _promisor(trap, "ssh://git.example.invalid/shop", core__sshCommand=str(trap.command))
    trap.spring("cat-file", "blob", f"HEAD:{LOST}")


def external_transport(trap: Trap) -> None:
    _promisor(trap, f"ext::{trap.command}", protocol__ext__allow="always")
    trap.spring("cat-file", "blob", f"HEAD:{LOST}")


def upload_pack(trap: Trap) -> None:
    _promisor(trap, f"file://{trap.directory}", remote__origin__uploadpack=str(trap.command))
    trap.spring("cat-file", "blob", f"HEAD:{LOST}")


def nameless_helper(trap: Trap) -> None:
    """The helper of `::x` has the empty name, which an empty list of protocols allows, and an alias may be it."""
    _promisor(trap, "::x", protocol__allow="always")
    git(trap.directory, "config", "alias.remote-", f"!{trap.command}")
    trap.spring("cat-file", "blob", f"HEAD:{LOST}")


def named_helper(trap: Trap) -> None:
    _promisor(trap, "x", remote__origin__vcs="none", protocol__none__allow="always")
    git(trap.directory, "config", "alias.remote-none", f"!{trap.command}")
    trap.spring("cat-file", "blob", f"HEAD:{LOST}")


def file_system_monitor(trap: Trap) -> None:
    trap.configure(core__fsmonitor=str(trap.command))
    trap.spring("status")


def hooks(trap: Trap) -> None:
    directory = trap.directory / ".githooks"
    directory.mkdir()
    for name in ("post-index-change", "reference-transaction", "pre-auto-gc", "post-checkout", "fsmonitor-watchman"):
        shutil.copy(trap.command, directory / name)
        shutil.copy(trap.command, trap.directory / ".git" / "hooks" / name)
    trap.configure(core__hooksPath=str(directory))
    trap.spring("read-tree", "HEAD")


def _attributes(trap: Trap, line: str) -> None:
    for name in (".gitattributes", ".git/info/attributes"):
        (trap.directory / name).parent.mkdir(exist_ok=True)
        (trap.directory / name).write_text(f"*.yaml {line}\n", encoding="utf-8")


def text_conversion(trap: Trap) -> None:
    _attributes(trap, "diff=trap")
    trap.configure(diff__trap__textconv=str(trap.command))
    trap.spring("cat-file", "--textconv", f"HEAD:{MODEL}")


def filters(trap: Trap) -> None:
    _attributes(trap, "filter=trap")
    trap.configure(filter__trap__smudge=str(trap.command), filter__trap__clean=str(trap.command))
    trap.spring("cat-file", "--filters", f"HEAD:{MODEL}")


def external_diff(trap: Trap) -> None:
    trap.configure(diff__external=str(trap.command))
    trap.spring("diff", "HEAD~1")


def aliases(trap: Trap) -> None:
    for name in ("cat-file", "ls-tree", "merge-base", "rev-parse", "sprung"):
        git(trap.directory, "config", f"alias.{name}", f"!{trap.command}")
    trap.spring("sprung")


def pager(trap: Trap) -> None:
    trap.configure(core__pager=str(trap.command))
    for name in ("cat-file", "ls-tree", "merge-base", "rev-parse"):
        git(trap.directory, "config", f"pager.{name}", str(trap.command))
    trap.spring("log", terminal=True)


def credential_helper(trap: Trap) -> None:
    _promisor(trap, "https://localhost:1/shop", credential__helper=f"!{trap.command}")
    trap.spring("credential", "fill", text="protocol=https\nhost=git.example.invalid\n\n")


def signature_program(trap: Trap) -> None:
    trap.configure(gpg__program=str(trap.command), log__showSignature="true")
    lines = git(trap.directory, "cat-file", "commit", "HEAD").split("\n\n", 1)
    signed = f"{lines[0]}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n -----END PGP SIGNATURE-----\n\n{lines[1]}\n"
    words = ("git", "hash-object", "-t", "commit", "-w", "--stdin")
    done = subprocess.run(words, cwd=trap.directory, input=signed, capture_output=True, text=True, check=True)
    git(trap.directory, "update-ref", "HEAD", done.stdout.strip())
    trap.spring("log", "-1")


def included_configuration(trap: Trap) -> None:
    (trap.directory / "more").write_text(f"[core]\n\tfsmonitor = {trap.command}\n", encoding="utf-8")
    trap.configure(include__path="../more")
    trap.spring("status")


TRAPS: tuple[Callable[[Trap], None], ...] = (
    ssh_command,
    external_transport,
    upload_pack,
    nameless_helper,
    named_helper,
    file_system_monitor,
    hooks,
    text_conversion,
    filters,
    external_diff,
    aliases,
    pager,
    credential_helper,
    signature_program,
    included_configuration,
)
