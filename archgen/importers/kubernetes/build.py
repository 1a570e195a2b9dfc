"""The objects that kustomizations put together: resources with their patches, as `kustomize build` prints them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from archgen.importers.charts.absent import charts_of_kustomization, releases_of
from archgen.importers.facts import UNLISTED, FactSheet, Opener
from archgen.importers.kubernetes.beside import meant_for, moved_along
from archgen.importers.kubernetes.deployed import Deployed, deployed_by, is_deployed, put_where_deployed
from archgen.importers.kubernetes.kustomize.kustomization import (
    GENERATORS,
    RESOURCES,
    documents_of,
    exchange_images,
    files_of_variables,
    generated_by,
    is_in_repository,
    is_inline,
    label_objects,
    patches_of,
    path_beside,
    rename_objects,
    scale_objects,
)
from archgen.importers.kubernetes.kustomize.patch_targets import PatchTargets, patched
from archgen.importers.kubernetes.kustomize.patching import is_deletion
from archgen.importers.kubernetes.manifests import (
    ROUTES,
    WORKLOADS,
    Manifest,
    Manifests,
    ObjectKey,
    SettingEntry,
    is_patch,
    objects_of,
    pod_of,
)
from archgen.importers.kubernetes.variants import (
    KubernetesSystem,
    common_directory,
    leave_out,
    without_leftovers,
    without_trials,
)
from archgen.importers.nodes import SourceNode
from archgen.importers.stages import UNNAMED, is_before_release, stage_of

_DEEPEST = 100
_LARGEST = 256 * 1024
_MOST_APPLIED = 2000
"""Components that are applied in all: each may name others."""

_SETTINGS = ("ConfigMap", "Secret", "SealedSecret", "ExternalSecret")
"""Kinds of what stands beside kustomizations and is applied by hand."""

_NAMED_IF_UNLISTED = (*ROUTES, "HorizontalPodAutoscaler", "NetworkPolicy")
"""Kinds that change what is said of a listed workload: who reads must know that such a file, perhaps applied by hand, didn't count."""

_ITEM_IN_COMMENT = re.compile(r"""^[ \t]*#[ \t#]*-[ \t]+["']?(?:\./)?([^\s"'#/]+)["']?[ \t]*(?:#.*)?$""", re.MULTILINE)
_OF_EXAMPLES = re.compile(r"example|sample", re.IGNORECASE)
_REMOTE = ("https://", "http://", "ssh://", "git@", "git::", "github.com/")


class _Built(Struct):
    """What a kustomization puts together: objects, and the entries of those that it makes."""

    objects: dict[ObjectKey, Manifest]
    generated: dict[ObjectKey, list[SettingEntry]]

    @property
    def workloads(self) -> dict[ObjectKey, Manifest]:
        """Return the objects that run something."""
        return {key: each for key, each in self.objects.items() if each.kind in WORKLOADS and not _is_bare(each)}


def read_objects(
    kustomizations: list[SourceNode],
    documents: list[SourceNode],
    manifests: Manifests,
    opener: Opener,
    sheet: FactSheet,
) -> Iterator[Manifest]:
    """Yield the objects of kustomizations and of all files that none has to do with; add to manifests what they make."""
    if not kustomizations:
        objects = [each for document in documents for each in objects_of(document)]
        deployed = [each for document in documents for each in deployed_by(document)]
        yield from without_trials([_put(each, deployed) for each in objects], sheet)
        return
    builder = _Builder(kustomizations, documents, opener, sheet)
    for built in builder.systems():
        for key, entries in built.generated.items():
            manifests.generated.setdefault(key, []).extend(entries)
        for each in built.objects.values():
            # a patch may take all containers away
            if not _is_bare(each):
                yield each
            elif any(_containers(each)):
                sheet.omit(each.origin, each.name, "it has no image, and no patch that is read gives it one")
    others = list(builder.others())
    yield from without_trials([*without_leftovers(others, builder.counting, sheet)], sheet)


def _put(each: Manifest, deployed: list[Deployed]) -> Manifest:
    return put_where_deployed(each, posixpath.dirname(each.node.path), deployed) if deployed else each


class _Builder:
    def __init__(
        self, kustomizations: list[SourceNode], documents: list[SourceNode], opener: Opener, sheet: FactSheet
    ) -> None:
        self.opener, self.sheet = opener, sheet
        self.by_directory: dict[str, SourceNode] = {}
        for root in kustomizations:
            self.by_directory.setdefault(posixpath.dirname(posixpath.normpath(root.path)), root)
        self.base = common_directory(self.by_directory)
        self.files: dict[str, list[SourceNode]] = {}
        for document in documents:
            self.files.setdefault(posixpath.normpath(document.path), []).append(document)
        self.read = [*self.files]
        self.built: dict[str, _Built] = {}
        self.open: set[str] = set()
        self.listed: set[str] = set()
        self.done: set[str] = set()
        self.applied = 0
        self.deployed = [each for document in documents for each in deployed_by(document)]
        self.counting: list[Manifest] = []
        self.stage = UNNAMED + 1
        self.turned_off: dict[str, set[str]] = {}

    def systems(self) -> Iterator[_Built]:
        """Yield what the kustomizations put together that no other one names, without variants of each other.

        Two that put together the same workloads aren't applied to one cluster: an overlay, what is for visitors, and what stands
        further up comes first.
        """
        paths = {each.path for each in self.deployed}
        roots = {each: any(is_deployed(each, path) for path in paths) for each in self.roots() if each} | {"": False}
        taken: list[KubernetesSystem] = []
        for directory in sorted(self.roots(), key=lambda each: self._rank(each, roots[each])):
            built = self.build(directory)
            self._put_where_deployed(built, directory)
            system = KubernetesSystem(self._stage(directory), built.workloads, roots[directory])
            first = next((each for each in taken if each.excludes(system)), None)
            if first is not None:
                root = self.by_directory[directory]
                if self._is_broken(root):
                    self.sheet.omit(root.origin, directory, "it names files that aren't there")
                leave_out(system, first, root.path, self.sheet)
                continue
            taken.append(system)
            self.stage = min(self.stage, system.stage)
            self.counting += built.objects.values()
            yield built

    def _put_where_deployed(self, built: _Built, directory: str) -> None:
        """Put what a controller applies into the namespace that it has for it."""
        objects = [*built.objects.values()] if self.deployed else []
        for each in objects:
            moved = put_where_deployed(each, directory, self.deployed)
            if moved is not each:
                del built.objects[each.key]
                built.objects.setdefault(moved.key, moved)

    def _stage(self, directory: str) -> int:
        return stage_of(directory.removeprefix(self.base))

    def _rank(self, directory: str, deployed: bool) -> tuple[bool, bool, bool, int, bool, int, str]:
        root = self.by_directory[directory]
        outer = any(item.text.startswith("../") for key in RESOURCES for item in root.get(key).list())
        stage = self._stage(directory)
        can_run = not self._is_broken(root)
        return stage > UNNAMED, not deployed, not can_run, stage, not outer, directory.count("/"), directory

    def _is_broken(self, root: SourceNode) -> bool:
        """Return True for a kustomization that can't be applied: a resource isn't there, and isn't kept out of the repository."""
        names = (item.text for key in RESOURCES for item in root.get(key).list())
        return any(is_in_repository(name) and not self.opener.holds(root.path, name) for name in names)

    def roots(self) -> list[str]:
        """Return the directories that no other kustomization names, and those that name each other alone."""
        named = {path for directory in self.by_directory for path in self._named_by(directory)}
        applied = [each for each, root in self.by_directory.items() if root.text_at("kind") != "Component"]
        first = [each for each in applied if each not in named]
        reached, waiting = {*first}, [*first]
        while waiting:
            below = self._named_by(waiting.pop()) - reached
            reached |= below
            waiting += below
        return [*first, *(each for each in applied if each not in reached)]

    def _named_by(self, directory: str) -> set[str]:
        root = self.by_directory[directory]
        paths = {path_beside(root, item.text) for key in RESOURCES for item in root.get(key).list()}
        return paths & self.by_directory.keys()

    def build(self, directory: str) -> _Built:
        """Return what the kustomization of a directory puts together."""
        if directory not in self.built:
            self.open.add(directory)
            built = self.built[directory] = _Built({}, {})
            self._apply(built, self.by_directory[directory])
            self.open.discard(directory)
        return self.built[directory]

    def _apply(self, built: _Built, root: SourceNode) -> None:
        """Add the resources of a kustomization to what is built, and change all of it as the kustomization says."""
        self.done.add(posixpath.dirname(posixpath.normpath(root.path)))
        for key in ("resources", "bases"):
            for item in root.get(key).list():
                self._add(built, root, item)
        for item in root.get("components").list():
            path = path_beside(root, item.text)
            self.applied += 1
            if path in self.by_directory and path not in self.open and self.applied < _MOST_APPLIED:
                self.open.add(path)
                self._apply(built, self.by_directory[path])
                self.open.discard(path)
        for key, kind in GENERATORS.items():
            for generator in root.get(key).list():
                if name := generator.text_at("name"):
                    entries = list(generated_by(generator, self.opener))
                    built.generated.setdefault((kind, generator.text_at("namespace"), name), []).extend(entries)
                    self._note_files(generator)
        charts = [each for each in charts_of_kustomization(root) if each.is_known]
        built.objects.update({each.key: each for release in releases_of(charts) for each in objects_of(release)})
        for chart in root.get("helmCharts").list():
            if chart.text_at("name") not in [each.chart for each in charts]:
                self.sheet.omit(chart.origin, chart.text_at("name")[:100] or "helmCharts", "a chart isn't rendered")
        self._patch(built, root)
        scale_objects(built.objects, root)
        exchange_images(built.objects, root)
        rename_objects(built.objects, built.generated, root)
        label_objects(built.objects, root)
        if namespace := root.text_at("namespace"):
            _put_into(built, namespace)

    def _note_files(self, generator: SourceNode) -> None:
        """Note which files of variables aren't there, and which examples stand in for them."""
        for item, file, is_example in files_of_variables(generator, self.opener):
            if file is None:
                place = item.origin
                self.sheet.omit(place, generator.text_at("name"), f"its file {item.text[:100]} isn't there")
            elif is_example:
                self.sheet.stand_in(file.path)

    def _add(self, built: _Built, root: SourceNode, item: SourceNode) -> None:
        path = path_beside(root, item.text)
        if item.text.startswith(_REMOTE):
            self.sheet.omit(item.origin, item.text[:100], "a remote base isn't read")
        elif path in self.by_directory:
            if path not in self.open and len(self.open) < _DEEPEST:
                inner = self.build(path)
                built.objects.update(inner.objects)
                built.generated.update({key: [*entries] for key, entries in inner.generated.items()})
        else:
            self.listed.add(path)
            for document in self._documents(item, path):
                # an overlay may say which image its base runs
                for each in objects_of(document, to_patch=True):
                    if each.key not in built.objects or _is_bare(built.objects[each.key]):
                        built.objects[each.key] = each

    def _documents(self, item: SourceNode, path: str) -> list[SourceNode]:
        if path not in self.files:
            # once for all that name it
            opened = self.opener(item.path, item.text)[:1] if path.endswith((".yaml", ".yml", ".json")) else ()
            self.files[path] = [root for file in opened for root in documents_of(file.path, file.data)]
        return self.files[path]

    def _patch(self, built: _Built, root: SourceNode) -> None:
        targets = PatchTargets(built.objects.values())
        for target, patch in patches_of(root):
            documents, above = self._documents_of_patch(patch)
            for document in documents:
                selected = targets.selected_by(target) if target.is_map else targets.named_by(document)
                _patch_objects(built, [*selected], document, above, self.sheet)
                if not target.is_map:
                    _patch_generated(built, document)

    def _documents_of_patch(self, patch: SourceNode) -> tuple[list[SourceNode], int]:
        """Return the documents of a patch, and the lines of their file above them."""
        if is_inline(patch):
            above = patch.line if "\n" in patch.text else patch.line - 1
            return documents_of(patch.path, patch.text.encode()), above
        path = path_beside(patch, patch.text)
        self.listed.add(path)
        return self._documents(patch, path) if patch.text else [], 0

    def others(self) -> Iterator[Manifest]:
        """Yield the objects of files that no kustomization names.

        Where a kustomization names others of the directory, what it doesn't name runs nowhere, but for settings.
        """
        covered = {posixpath.dirname(path) for path in self.listed if self._runs(path)}
        covered |= {directory for directory, built in self.built.items() if built.workloads}
        covered |= self.by_directory.keys() - self.done
        unlisted = [
            (each, posixpath.dirname(path) in covered and path not in self.sheet.by_hand)
            for path in self.read
            if path not in self.listed
            for document in self.files[path]
            for each in objects_of(document)
        ]
        # an overlay that isn't read has no say
        unread = self.by_directory.keys() - self.done
        beside = [
            each
            for each, is_covered in unlisted
            if is_covered and posixpath.dirname(each.node.path) not in unread and not self._is_commented_out(each)
        ]
        meant = {id(each): moved for each, moved in meant_for(self.counting, beside)}
        for each, is_covered in unlisted:
            if each.kind in _SETTINGS and self._is_of_trial(each):
                self.sheet.omit(
                    each.origin,
                    f"{each.kind} {each.name}",
                    f"{UNLISTED}, and its directory is for trials",
                )
            elif each.kind in _SETTINGS or not (is_covered or self._is_commented_out(each)):
                put = _put(each, self.deployed)
                yield moved_along(put, self.counting) if is_covered and each.kind in _SETTINGS else put
            elif id(each) in meant:
                yield meant[id(each)]
            elif each.kind in WORKLOADS:
                self.sheet.omit(each.origin, each.name, UNLISTED)
            elif each.kind in _NAMED_IF_UNLISTED:
                self.sheet.omit(each.origin, f"{each.kind} {each.name}", UNLISTED)

    def _is_of_trial(self, each: Manifest) -> bool:
        """Return True for what lies in a directory for trials, where the kustomizations that are read put together no trial.

        An example shows what the system itself is given.
        """
        directory = posixpath.dirname(posixpath.normpath(each.node.path))
        inner = directory.removeprefix(common_directory((self.base, directory)))
        return self.stage <= UNNAMED and is_before_release(inner) and _OF_EXAMPLES.search(inner) is None

    def _is_commented_out(self, each: Manifest) -> bool:
        """Return True for a file that a kustomization of its directory has as an item in a comment, as one that is turned off."""
        directory, name = posixpath.split(posixpath.normpath(each.node.path))
        if directory not in self.turned_off:
            root = self.by_directory.get(directory)
            opened = self.opener(root.path, posixpath.basename(root.path))[:1] if root is not None else ()
            texts = (file.data[:_LARGEST].decode("utf-8", "replace") for file in opened)
            self.turned_off[directory] = {item for text in texts for item in _ITEM_IN_COMMENT.findall(text)}
        return name in self.turned_off[directory]

    def _runs(self, path: str) -> bool:
        documents = self.files.get(path, ())
        return any(each.kind in WORKLOADS for document in documents for each in objects_of(document))


def _containers(each: Manifest) -> Iterator[SourceNode]:
    return pod_of(each.kind, each.node).get("containers").list()


def _is_bare(each: Manifest) -> bool:
    """Return True for a workload without an image."""
    return is_patch(each.kind, each.node)


def _patch_objects(built: _Built, targets: list[Manifest], patch: SourceNode, above: int, sheet: FactSheet) -> None:
    for target in targets:
        each = built.objects.get(target.key)
        if each is not None and is_deletion(patch):
            del built.objects[target.key]
        elif each is not None:
            built.objects[target.key] = patched(each, patch, above, sheet)


def _patch_generated(built: _Built, patch: SourceNode) -> None:
    """Add the entries by which a patch changes a ConfigMap or Secret that a kustomization makes."""
    kind, name = patch.text_at("kind"), patch.text_at("metadata", "name")
    for (other, _, title), entries in built.generated.items() if kind in GENERATORS.values() else ():
        if (other, title) == (kind, name):
            for section in ("data", "stringData") if kind == "ConfigMap" else ("stringData",):
                for key, value in patch.get(section).items():
                    entries.append((key, value.text, value.origin))


def _put_into(built: _Built, namespace: str) -> None:
    """Put all objects into a namespace."""
    objects = [*built.objects.values()]
    built.objects.clear()
    for each in objects:
        moved = replace(each, namespace=namespace, declared=each.declared or each.namespace)
        built.objects.setdefault(moved.key, moved)
    entries = [*built.generated.items()]
    built.generated.clear()
    for (kind, _, name), values in entries:
        built.generated.setdefault((kind, namespace, name), []).extend(values)
