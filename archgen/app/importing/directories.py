"""The files of a directory that is imported."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from archgen.app.config.config import repository_of
from archgen.system.files import FOUND, ResolvedDirectory, UnreadableFile, lies_in, read_file

_SKIPPED = {"node_modules", "vendor", "venv", "__pycache__", "testdata", "site-packages", "target", "dist"}
_OF_DEPLOYMENT = re.compile(
    r"\.(k8s|kube(?:rnetes)?|helm|charts?|kustomize|manifests?|deploy(?:ment)?s?|infra(?:structure)?|docker|compose|containers?|"
    r"openshift|argo(?:cd)?|flux|gitops|devops|cluster|werf|gke|eks|aks)(?:[-_.][\w.-]*)?",
    re.IGNORECASE,
)
"""Names of hidden directories in which projects keep how they are deployed; in that of a user, clients keep their own there."""

_OF_PACKAGES = ("package.json", "package-lock.json", "composer.json", "tsconfig.json")
"""Ends of the names of files that tell what a program is built of."""

_TRANSLATIONS = frozenset(("lang", "langs", "languages", "locale", "locales", "i18n", "l10n", "translations"))
"""Directories of texts in several languages, which are large and tell no address."""

CHART = "Chart.yaml"
_MAKES_CHART = re.compile(
    r"Chart\.ya?ml\.(j2|jinja2?|tpl|tmpl|template|in|erb|mustache|gotmpl|dist)|Chart\.(template|tmpl|tpl|in)\.ya?ml"
)
"""Names of templates that a script makes the description of a chart of, as to put a version in."""

_HOLE = re.compile(r"\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}|<%=[^\n]*?%>|@\w+@|\$[A-Z_]+\b")
_STATEMENT = re.compile(r"\{%[^\n]*?%\}")
_NAME_WITH_HOLE = re.compile(r"^name:[^\n\0]*\0[^\n]*$", re.MULTILINE)
_OF_HELM = re.compile(rb"\{\{-?\s*(?:\.Values\b|\.Release\b|\$\.Values\b|include\b)")
_MOST_TEMPLATES = 5

_API_VERSION = re.compile(rb'^[ {]*"?apiVersion"?:', re.MULTILINE)
MOST_FILES = 5000
_DEEPEST = 8
_LARGEST_KEPT = 64 * 1024
_MOST_KEPT = 16 * 1024 * 1024
"""Bytes of files that are kept: more than the manifests of nearly all repositories."""

DirectoryEntries = tuple[list[str], list[str]]
"""The names of a directory's files and of its directories."""


def project_of(directory: str) -> str:
    """Return the directory that what a configuration names may not lead out of: the repository, else the working directory.

    An archive that is unpacked has no repository. All that a user has lies below a home directory, so that it is no project.
    """
    around, here = repository_of(directory), os.getcwd()
    is_repository = os.path.exists(os.path.join(around, ".git"))
    is_project = here not in (os.path.expanduser("~"), os.path.abspath(os.sep))
    return here if is_project and not is_repository and lies_in(around, here) else around


def files_below(
    directory: str, deepest: int = _DEEPEST, entries: Callable[[str], DirectoryEntries] | None = None
) -> Iterator[str]:
    """Yield the files below a directory in a stable order, without dependencies and hidden directories but those of a deployment.

    `entries` lists a directory, for those who go through the same ones again.
    """
    entries = entries or entries_of
    count = 0
    waiting = [(path_prefix(directory), 0)]
    while waiting:
        where, depth = waiting.pop()
        names, directories = entries(where)
        if depth < deepest:
            shown = [name for name in reversed(directories) if name not in _SKIPPED]
            shown = [name for name in shown if name[0] != "." or _is_of_deployment(where, name)]
            waiting += [(f"{where}{name}{os.sep}", depth + 1) for name in shown]
        if CHART not in names and _makes_chart(where, names, directories):
            yield where + CHART
        for name in names:
            count += 1
            if count > MOST_FILES:
                return
            yield where + name


def _makes_chart(where: str, names: Collection[str], directories: Collection[str]) -> bool:
    """Return True for a directory that is a chart but for its description, which a script makes, of a template there or elsewhere."""
    if "templates" not in directories or "values.yaml" not in names:
        return any(map(_MAKES_CHART.fullmatch, names)) and ("templates" in directories or "values.yaml" in names)
    if any(map(_MAKES_CHART.fullmatch, names)):
        return True
    templates = os.path.join(where, "templates")
    yaml = [name for name in entries_of(templates)[0] if name.endswith((".yaml", ".yml"))][:_MOST_TEMPLATES]
    return any(_OF_HELM.search(_begin_of(os.path.join(templates, name))) is not None for name in yaml)


def _begin_of(path: str) -> bytes:
    try:
        return read_file(path, FOUND)[:_LARGEST_KEPT]
    except UnreadableFile:
        return b""


def is_chart(directory: str) -> bool:
    """Return True for the directory of a Helm chart, also of one whose description a script makes."""
    return os.path.isfile(os.path.join(directory, CHART)) or _makes_chart(directory, *entries_of(directory))


def _chart_made(path: str, inside: ResolvedDirectory) -> bytes:
    """Return the description of a chart that a script makes: as its template has it, without what that puts in."""
    directory = os.path.dirname(path)
    names, directories = entries_of(directory)
    if CHART in names or not _makes_chart(directory, names, directories):
        return b""
    title = os.path.basename(os.path.abspath(directory))
    template = next(filter(_MAKES_CHART.fullmatch, names), None)
    try:
        text = (
            read_file(os.path.join(directory, template), FOUND, inside).decode("utf-8", "replace") if template else ""
        )
    except UnreadableFile:
        text = ""
    text = _NAME_WITH_HOLE.sub(lambda _: f"name: {title}", _HOLE.sub("\0", _STATEMENT.sub("", text)))
    return text.replace("\0", "0.0.0").encode() or f"name: {title}\nversion: 0.0.0\n".encode()


def _is_of_deployment(where: str, name: str) -> bool:
    return _OF_DEPLOYMENT.fullmatch(name) is not None and os.path.abspath(where) != os.path.expanduser("~")


def path_prefix(directory: str) -> str:
    """Return what stands before a name in the paths of a directory's files."""
    return "" if directory == "." else f"{directory.rstrip(os.sep)}{os.sep}".removeprefix("./")


def entries_of(directory: str) -> DirectoryEntries:
    """Return the sorted names of a directory's files and directories, without links to directories; none if it can't be read."""
    names: list[str] = []
    directories: list[str] = []
    try:
        with os.scandir(directory or ".") as entries:
            for entry in entries:
                if not _is_directory(entry):
                    names.append(entry.name)
                elif not entry.is_symlink():
                    directories.append(entry.name)
    except OSError:
        return [], []
    return sorted(names), sorted(directories)


def _is_directory(entry: os.DirEntry[str]) -> bool:
    """Return True for a directory, or a link to one; False for a link that leads to itself."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def path_below(directory: str, path: str) -> str:
    """Return the path of a file from a directory on: of one that was found below it what follows, without a look at every word."""
    prefix = path_prefix(directory)
    return (
        path[len(prefix) :]
        if path.startswith(prefix) and not path.startswith("..")
        else os.path.relpath(path, directory)
    )


def path_in(directory: str, name: str) -> str:
    """Return the path of a file or directory that another directory calls by a name."""
    return os.path.normpath(os.path.join(directory, name))


def holds_no_address(path: str) -> bool:
    """Return True for a file that by its name tells of packages, or by its directories holds texts in several languages."""
    return path.endswith(_OF_PACKAGES) or not _TRANSLATIONS.isdisjoint(path.split(os.sep)[:-1])


class FoundFiles:
    """The files that are looked at to choose among them, inside a directory; those of usual sizes are read once.

    `made` has what much work made of them, by what it was made for: whoever asks again gets the same.
    """

    def __init__(self, inside: ResolvedDirectory, room: int = _MOST_KEPT) -> None:
        self.inside = inside
        self.made: dict[tuple[str, ...], Any] = {}
        self._kept: dict[str, bytes] = {}
        self._room = room

    def data(self, path: str) -> bytes:
        """Return the bytes of a file; none if it can't be read."""
        if path in self._kept:
            return self._kept[path]
        try:
            data = read_file(path, FOUND, self.inside)
        except UnreadableFile:
            data = _chart_made(path, self.inside) if os.path.basename(path) == CHART else b""
        if len(data) <= min(_LARGEST_KEPT, self._room):
            self._kept[path] = data
            self._room -= len(data)
        return data

    def text(self, path: str) -> str:
        """Return the text of a file; the empty one if it can't be read."""
        return self.data(path).decode("utf-8", "replace")

    def manifest(self, path: str) -> bytes:
        """Return a file that may be a manifest of Kubernetes; no bytes for any other."""
        data = self.data(path)
        return data if b"kind" in data and b"apiVersion" in data and _API_VERSION.search(data) is not None else b""
