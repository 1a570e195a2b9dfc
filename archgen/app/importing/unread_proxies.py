"""Configurations that aren't read: of proxies, with the files that bring each into a container, and of other tools."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping

from archgen.app.importing.compose_files import is_compose_file
from archgen.app.importing.directories import FoundFiles, path_in
from archgen.importers.compose.interpolation import OF_SHELL
from archgen.importers.facts import Configuration
from archgen.importers.stages import TRIAL, stage_of
from archgen.importers.unnamed_proxies import leads_by_names, proxy_of

_MOUNTED = re.compile(
    r"""(?<![\w./$}-])(\.{1,2}/[^:"'\s,\]}]+):|\b(?:source|file)["']?:[ \t]*["']?([^/$:"'\s,\]}]*/[^:"'\s,\]}]+|[^/$:"'\s,\]}]+\.\w+)"""
)
"""A path before a target in a container, or by itself as the source of a mount or of a configuration."""

_OF_SHELL = re.compile("|".join(rf"\${name}/|\$\{{{name}\}}/" for name in OF_SHELL))

_COPIED = re.compile(r"^[ \t]*(?:COPY|ADD)[ \t]+(.*)", re.MULTILINE | re.IGNORECASE)
_RECIPE = re.compile(r"(^|[._-])(Dockerfile|Containerfile)([._-]|$)", re.IGNORECASE)
_MOST_FILES = 60
_MOST_WORDS = 20

_TOOLS = (
    ("Terraform", re.compile(r"\.tf(\.json)?$")),
    ("Nomad", re.compile(r"\.nomad(\.hcl)?$")),
    ("Podman", re.compile(r"\.(container|kube)$")),
    ("Pulumi", re.compile(r"(^|/)Pulumi\.ya?ml$")),
)
"""Tools that run systems by files that no importer reads, each with the ends of their names."""

_OF_ROLE = re.compile(r"(^|/)roles/[^/]+/((tasks|handlers)/.*\.ya?ml|templates/.*\.j2)$")
_OF_INVENTORY = r"(/[a-z0-9_-]+|/[^/]+\.(ini|ya?ml)|/(group|host)_vars/[^/]+|/[a-z0-9_-]+/hosts(\.ini|\.ya?ml)?)?"
_OF_ANSIBLE = re.compile(
    rf"{_OF_ROLE.pattern}|(^|/)(playbook|site)s?\.ya?ml$|(^|/)playbooks?/[^/]+\.ya?ml$"
    rf"|(^|/)inventor(y|ies)({_OF_INVENTORY}|\.ini)$|(^|/)hosts\.ini$"
)
"""Files of Ansible: those of roles, inventories, and what applies roles by its usual name."""

_TEMPLATE = re.compile(
    r"(^|/)templates/.*(nginx|haproxy|keepalived|caddy|compose|kubernetes|k8s)[^/]*(/.*)?\.(j2|jinja2?)$", re.IGNORECASE
)
"""A template of Ansible for what an importer reads."""

_RUNS = re.compile(r"(?:docker|podman)(?<=\bdocker|\bpodman)[ ]+(?:container[ ]+)?run\b((?:\\\r?\n|[^\n;|&#])*)")
_ON_PORT = re.compile(r"""(?:-p|--publish)[ =]*["']?(?:[\d.]+:)?(\d{2,5}):\d""")
_BY_NAME = re.compile(r"""--name[ =]+["']?([\w${}.-]+)""")
_ASSIGNS = re.compile(
    r"""^[ \t]*(?:(?:export|readonly|local)[ \t]+)?(\w+)=["']?([\w./:@-]+)["']?[ \t]*$""", re.MULTILINE
)
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_STARTING = (".sh", ".service", ".md", ".rst", "Makefile", "justfile")
"""Ends of the names of files that may start a container by a command."""

Owners = Callable[[], Mapping[str, str]]
"""Return the words on what brings a file into a container, by the path of the file or of a directory around it."""


def owners_in(directory: str, paths: Iterable[str], found: FoundFiles) -> dict[str, str]:
    """Return what the compose files and the recipes of images below a directory mount or copy, with the words for it."""
    owners: dict[str, str] = {}
    names = [(path, os.path.basename(path)) for path in paths]
    named = [(path, name) for path, name in names if is_compose_file(name) or _is_recipe(name)]
    for path, base in named[:_MOST_FILES]:
        verb = "mounts" if is_compose_file(base) else "copies"
        places = {os.path.dirname(path), "" if directory == "." else directory}
        for name in _named_in(found.text(path), is_recipe=verb == "copies"):
            for place in places:
                owners.setdefault(path_in(place, name), f"{path} {verb} it")
    return owners


def started_containers(paths: Iterable[str], found: FoundFiles) -> dict[int, tuple[str, str, int]]:
    """Return the containers that commands in files start by a name, by the ports of the machine: each with its place."""
    started: dict[int, tuple[str, str, int]] = {}
    for path in [path for path in paths if path.endswith(_STARTING)][:_MOST_FILES]:
        text = found.text(path)
        values = dict(_ASSIGNS.findall(text)) if " run" in text else {}
        for match in _RUNS.finditer(text) if " run" in text else ():
            named = _BY_NAME.search(match[1])
            name = _filled(named[1], values) if named is not None else ""
            for port in _ON_PORT.findall(match[1]) if name else ():
                started.setdefault(int(port), (name, path, text.count("\n", 0, match.start()) + 1))
    return started


def _filled(word: str, values: Mapping[str, str]) -> str:
    """Return a word with the values of its variables."""
    return _VARIABLE.sub(lambda hole: values.get(hole[1], ""), word)


def _is_recipe(name: str) -> bool:
    """Return True for the name of a recipe of an image."""
    return "file" in name.lower() and _RECIPE.search(name) is not None


def _named_in(text: str, *, is_recipe: bool) -> Iterator[str]:
    """Yield the relative paths that a file mounts; a recipe of an image names them as they are, and the target last."""
    if not is_recipe:
        # hardly any line has a path, and the pattern takes its time with each
        lines = (
            line
            for line in _OF_SHELL.sub("./", text).split("\n")
            if ("./" in line or "file" in line or "source" in line) and line.lstrip(" \t")[0] != "#"
        )
        yield from (short or long for line in lines for short, long in _MOUNTED.findall(line))
    for line in _COPIED.findall(text) if is_recipe else ():
        words = [word.strip("\"',[]") for word in _OF_SHELL.sub("./", line).split()[:_MOST_WORDS]]
        yield from (word for word in words[:-1] if word[:1].isalnum() or word.startswith("./"))


def lines_of_proxies(
    files: Iterable[Configuration], owners: Mapping[str, str], formats: Mapping[str, str], paths: tuple[str, ...]
) -> Iterator[str]:
    """Yield a line for each configuration that isn't read, with the command that reads it where it may be one of this system.

    `formats` are those of the files that are read: another configuration of such a proxy that leads to containers by their names
    is of one that doesn't run, and one beside what a container gets is another version. `paths` are those of the command line.
    """
    described = {*formats.values()}
    beside = {
        (os.path.dirname(path), product): path
        for path, product in sorted(formats.items(), reverse=True)
        if any(each in owners for each in _around(path))
    }
    for file in files:
        owner = next((owners[path] for path in _around(file.path) if path in owners), "")
        if not owner and proxy_of(file) in described and leads_by_names(file):
            owner = "no compose file mounts it"
        if not owner and stage_of(_below_any(file.path, paths)) == TRIAL:
            owner = "its path is named for a trial, or for what is out of use"
        other = beside.get((os.path.dirname(file.path), proxy_of(file)))
        reason = f": {other}, which lies beside it, is in use" if other else ""
        step = f"; `archgen import {shlex.join((*paths, file.path))}` reads it too"
        yield f"not read: {file.path}: {owner}" if owner else f"not read: {file.path}{reason}{step}"


def _below_any(path: str, directories: Iterable[str]) -> str:
    """Return a path from the directory of a command line that holds it: what lies above says nothing of it."""
    within = (each for each in directories if path.startswith(os.path.join(os.path.normpath(each), "")))
    return os.path.relpath(path, next(within, "."))


def files_of_tools(directory: str, paths: Iterable[str]) -> dict[str, list[str]]:
    """Return the files below a directory by which other tools run systems, by the names of the tools; not those for trials."""
    found: dict[str, list[str]] = {}
    paths = [*paths]
    for path in paths:
        end = path.rpartition(os.sep)[2]
        # hardly any name ends so, and there may be thousands
        if ".tf" in end or ".nomad" in end or end.endswith((".container", ".kube")) or end.startswith("Pulumi."):
            tool = next((tool for tool, pattern in _TOOLS if pattern.search(end)), "")
            if tool and stage_of(os.path.relpath(path, directory)) != TRIAL:
                found.setdefault(tool, []).append(path)
    # a directory called `roles` may hold anything
    if any(_OF_ROLE.search(path.replace(os.sep, "/")) for path in paths if "roles" in path):
        applied = [path for path in paths if _OF_ANSIBLE.search(path.replace(os.sep, "/"))]
        found["Ansible"] = sorted(
            applied, key=lambda path: (_OF_ROLE.search(path.replace(os.sep, "/")) is not None, path)
        )
    return found


def templates_among(paths: Iterable[str]) -> list[str]:
    """Return the templates of Ansible for configurations of proxies, compose files and manifests."""
    names = ((path, path.replace(os.sep, "/")) for path in paths if path.endswith(("j2", "jinja")))
    return [path for path, name in names if _TEMPLATE.search(name)]


def lines_of_tools(files: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield a line for each tool whose files no importer reads."""
    for tool, paths in files.items():
        count = f"{len(paths)} files" if len(paths) > 1 else "1 file"
        yield f"not read: {count} of {tool}, such as {paths[0]}"


def _around(path: str) -> Iterator[str]:
    """Yield a path, and the directory that holds it: what a container gets of more is no configuration alone."""
    yield path
    if inner := os.path.dirname(path):
        yield inner
