"""Models as they were: files of a git revision, read through the `git` command and never checked out."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable

from archgen.app.workspace.git import run_git
from archgen.app.workspace.inputs import LARGEST, Input
from archgen.model.problems import UsageError
from archgen.system.bounded_process import Output

_OUTSIDE = "is outside repository"


def is_range(word: str) -> bool:
    """Return True if a word is a range of revisions, such as `main..HEAD`, and no path."""
    return ".." in word and ".." not in word.split("/") and not os.path.exists(word)


def range_labels(word: str) -> tuple[str, str]:
    """Return the names of both ends of a range; a missing end is HEAD."""
    old, _, new = word.partition("..." if "..." in word else "..")
    return old or "HEAD", new or "HEAD"


def ends(word: str) -> tuple[str, str]:
    """The two commits of `A..B`, or of `A...B`, where the first is what both grew from; a missing end is HEAD."""
    dots = "..." if "..." in word else ".."
    old, _, new = word.partition(dots)
    first, second = commit(old or "HEAD"), commit(new or "HEAD")
    if dots == "..":
        return first, second
    base = run_git("merge-base", first, second)
    if not base.succeeded:
        raise UsageError(f"{old or 'HEAD'} and {new or 'HEAD'} have no commit in common; use .. instead of ...")
    return base.line, second


def commit(revision: str) -> str:
    """The commit that a revision names; UsageError if there is none, or no repository."""
    inside = run_git("rev-parse", "--git-dir")
    if not inside.succeeded:
        reason = inside.reason or "no repository"
        raise UsageError(f"`{revision}` is no file, and no revision can be read here: {reason}")
    # what starts with a hyphen would be an option to git, and no branch is called so
    refused = revision.startswith("-") or "\0" in revision
    sha = None if refused else run_git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if sha is None or not sha.succeeded:
        raise UsageError(
            f"git knows no revision `{revision}`, and there is no such file; `git log` lists the commits, a shallow "
            "clone lacks the older ones"
        )
    return sha.line


def read_at(sha: str, label: str, file: str) -> Input | None:
    """A model file as it was in a commit, under the name that git has for it there; None if it was not there."""
    data = _content(sha, file)
    if data is None:
        return None
    return Input(f"{label}:{file if '/' in file else './' + file}", data, include=_includer(sha, file))


def files_at(sha: str, directory: str, suffix: str) -> tuple[str, ...]:
    """The files of a commit in and below a directory that end in a suffix, relative to the working directory."""
    listing = _listed(sha, _relative(directory) + "/", "-r", "--name-only")
    names = (os.fsdecode(name) for name in listing.data.split(b"\0") if name)
    return tuple(name for name in names if name.endswith(suffix))


def _content(sha: str, file: str) -> bytes | None:
    """Return the bytes of a file in a commit; None if it isn't there, or isn't a file.

    UsageError if it belongs to the commit and this clone lacks it: then nothing can be said about its past.
    """
    blob = run_git("cat-file", "blob", f"{sha}:{_relative(file)}")
    if blob.succeeded:
        return blob.data
    if b" blob " in _listed(sha, _relative(file)).data:
        raise UsageError(
            f"{file} of {sha[:12]} can't be read: {blob.reason}; archgen fetches nothing, so use a clone without --filter"
        )
    return None


def _listed(sha: str, path: str, *options: str) -> Output:
    """List a path in a commit, which is empty where it isn't there; UsageError if the listing can't be read."""
    listing = run_git("ls-tree", "-z", *options, sha, "--", path)
    if len(listing.data) > LARGEST:
        raise UsageError(f"{path} has too many files in {sha[:12]}; name the models behind the revision")
    if not listing.succeeded and _OUTSIDE not in listing.reason:
        raise UsageError(f"{path} can't be read in {sha[:12]}: {listing.reason}; use a clone without --filter")
    return listing


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
