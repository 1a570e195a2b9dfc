"""Configurations of all formats as the facts that they state together."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from archgen.importers.attached import is_proxy, read_alone, read_attachments
from archgen.importers.compose.machine.several_projects import join_machines
from archgen.importers.compose.project import is_compose, read_projects
from archgen.importers.compose.reader import read_compose
from archgen.importers.facts import Configuration, Fact, FactSheet, ImportFormat, Omission, Opener, Origin, SourceError
from archgen.importers.kubernetes.kustomize.kustomization import is_kustomization, states_something
from archgen.importers.kubernetes.manifests import is_manifest
from archgen.importers.kubernetes.reader import read_kubernetes
from archgen.importers.nodes import SourceNode
from archgen.importers.proxies import leave_out_unheard
from archgen.importers.stages import EXAMPLES
from archgen.importers.unnamed_proxies import leading_to
from archgen.importers.yaml_files import begins_object, documents

LOOKED_FOR = "compose files, Kubernetes manifests, and configurations of nginx, HAProxy and keepalived"
"""The formats, for a message."""

_YAML_NAMES = (".yml", ".yaml", ".json")


class Reading(Struct, frozen=True):
    """The result of a run: the facts, the files that gave some, what is left out, and errors."""

    facts: tuple[Fact, ...]
    sources: tuple[tuple[Configuration, ImportFormat], ...]
    omissions: tuple[Omission, ...]
    errors: tuple[SourceError, ...]
    name: str
    stand_ins: tuple[str, ...] = ()
    repeated: tuple[tuple[str, str, str], ...] = ()
    decisions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def read_all(
    files: Iterable[Configuration],
    opener: Opener,
    profiles: frozenset[str] = frozenset(),
    unnamed: Iterable[Configuration] = (),
    together: Iterable[tuple[str, ...]] = (),
    built: Mapping[str, tuple[str, str]] | None = None,
    started: Mapping[int, tuple[str, str, int]] | None = None,
    by_hand: Iterable[str] = (),
) -> Reading:
    """Return the facts of files; their order doesn't matter.

    `unnamed` are configurations of proxies that nobody names: they count where they lead to something in the files.
    `together` are the paths of compose files that make one project, wherever they lie. `built` are the sources of services, each
    with its recipe, of which other compose files build what these name by an image; beside manifests those of the images. `started`
    are the names and places of containers that commands start, by the ports of the machine, and manifests `by_hand` are applied though
    no kustomization lists them.
    """
    sheet = FactSheet()
    sheet.started |= {port: (name, Origin(path, line)) for port, (name, path, line) in (started or {}).items()}
    sheet.by_hand.update(map(posixpath.normpath, by_hand))
    sources: dict[str, tuple[Configuration, ImportFormat]] = {}
    manifests: list[SourceNode] = []
    kustomizations: list[SourceNode] = []
    applied: set[str] = set()
    proxies: list[Configuration] = []
    compose: list[tuple[Configuration, SourceNode]] = []
    for file in sorted({file.path: file for file in files}.values(), key=lambda file: file.path):
        if is_proxy(file):
            proxies.append(file)
            continue
        roots = documents(file, sheet) if _may_be_yaml(file) else []
        for root in roots:
            if is_compose(root):
                compose.append((file, root))
                sources[file.path] = (file, "compose")
            elif is_kustomization(file.path):
                kustomizations.append(root)
                applied.add(file.path)
                if states_something(file.data):
                    sources[file.path] = (file, "kubernetes")
            elif is_manifest(root):
                manifests.append(root)
                sources[file.path] = (file, "kubernetes")
        is_known = file.path in sources or file.path in applied
        if not is_known and not any(error.path == file.path for error in sheet.errors):
            sheet.omit(Origin(file.path, 1), file.path, "no known format")
    projects = read_projects(compose, opener, profiles, sheet, together, built or {})
    attachments = read_compose(projects, opener, sheet) + read_kubernetes(
        manifests, kustomizations, opener, sheet, built or {}
    )
    for attached, name in read_attachments(attachments, sheet):
        sources.setdefault(attached.path, (attached, name))
    leave_out_unheard(sheet)
    mounted = {attachment.file.path: attachment.file for attachment in attachments}
    named = [file for file in proxies if file.path not in mounted]
    running = [file for path, file in mounted.items() if sources.get(path, (file, ""))[1] in ("nginx", "haproxy")]
    leading = leading_to([file for file in unnamed if file.path not in mounted], sheet, running)
    for file, name in read_alone([*named, *leading], sheet, frozenset(file.path for file in leading)):
        sources.setdefault(file.path, (file, name))
    join_machines(sheet)
    title = projects[0].name if projects else ""
    return Reading(
        sheet.facts,
        tuple(sources.values()),
        sheet.omissions,
        sheet.errors,
        title,
        sheet.stand_ins,
        sheet.repeated,
        sheet.decisions,
        sheet.warnings,
    )


def _may_be_yaml(file: Configuration) -> bool:
    path = file.path.lower()
    stem, end = posixpath.splitext(path)
    is_likely = re.match(rb"\s*(?:---|\{|[A-Za-z_-]+:\s)", file.data) is not None or begins_object(file.data)
    return is_likely or (stem if end in EXAMPLES else path).endswith(_YAML_NAMES)
