"""Models as they were: files of a git revision, read through the `git` command and never checked out."""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Callable

from archgen.errors import UsageError
from archgen.project.inputs import LARGEST, Input

NO_GIT = "git is not installed, and revisions are read with it; two files can be compared without: `archgen diff A B`"


def is_range(word: str) -> bool:
    """Whether a word is a range of revisions, such as `main..HEAD`, and no path."""
    return ".." in word and ".." not in word.split("/") and not os.path.exists(word)


def ends(word: str) -> tuple[str, str]:
    """The two commits of `A..B`, or of `A...B`, where the first is what both grew from; a missing end is HEAD."""
    dots = "..." if "..." in word else ".."
    old, _, new = word.partition(dots)
    first, second = commit(old or "HEAD"), commit(new or "HEAD")
    if dots == "..":
        return first, second
    done = _git("merge-base", first, second)
    if done.returncode != 0:
        raise UsageError(f"{old or 'HEAD'} and {new or 'HEAD'} have no commit in common; use .. instead of ...")
    return _line(done.stdout), second


def commit(revision: str) -> str:
    """The commit that a revision names; UsageError if there is none, or no repository."""
    inside = _git("rev-parse", "--git-dir")
    if inside.returncode != 0:
        reason = inside.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise UsageError(f"`{revision}` is no file, and no revision can be read here: {reason or 'no repository'}")
    # what starts with a hyphen would be an option to git, and no branch is called so
    done = None if revision.startswith("-") else _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if done is None or done.returncode != 0:
        raise UsageError(
            f"git knows no revision `{revision}`, and there is no such file; `git log` lists the commits, a shallow "
            "clone lacks the older ones"
        )
    return _line(done.stdout)


def read_at(sha: str, label: str, file: str) -> Input | None:
    """A model file as it was in a commit, under the name that git has for it there; None if it was not there."""
    data = _content(sha, file)
    if data is None:
        return None
    return Input(f"{label}:{file if '/' in file else './' + file}", data, include=_includer(sha, file))


def files_at(sha: str, directory: str, suffix: str) -> tuple[str, ...]:
    """The files of a commit in and below a directory that end in a suffix, relative to the working directory."""
    done = _git("ls-tree", "-r", "-z", "--name-only", sha, "--", _relative(directory) + "/")
    if done.returncode != 0:
        return ()
    found = (os.fsdecode(name) for name in done.stdout.split(b"\0") if name)
    return tuple(name for name in found if name.endswith(suffix))


def _content(sha: str, file: str) -> bytes | None:
    """The bytes of a file in a commit; None if it is not there, or is no file."""
    done = _git("cat-file", "blob", f"{sha}:{_relative(file)}")
    return done.stdout[: LARGEST + 1] if done.returncode == 0 else None


def _includer(sha: str, file: str) -> Callable[[str], bytes]:
    """A reader of what a model of that commit includes, relative to it; git itself never leaves the repository."""
    directory = os.path.dirname(file)

    def read_included(name: str) -> bytes:
        data = _content(sha, posixpath.join(directory, name))
        if data is None:
            raise FileNotFoundError(2, "there is no such file at that revision", name)
        return data

    return read_included


def _relative(file: str) -> str:
    """A path as git reads it in a commit: relative to the working directory, wherever in the repository that is."""
    return "./" + os.path.relpath(file).replace(os.sep, "/")


def _line(output: bytes) -> str:
    return output.decode("ascii", "replace").strip()


def _git(*words: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ("git", *words),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
            env={**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
        )
    except FileNotFoundError as error:
        raise UsageError(NO_GIT) from error
