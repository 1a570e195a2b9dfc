"""The manifests of Kubernetes below a directory in outline, and what speaks for them as what visitors use."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable, Iterator, Sequence, Set

from msgspec import Struct, field

from archgen.app.importing.applied_paths import APPLIES, applied_paths, brings_to_visitors, makes_trial_cluster
from archgen.app.importing.deploy_commands import command_files, is_pipeline
from archgen.app.importing.deployments.evidence import Evidence
from archgen.app.importing.deployments.image_updates import image_updates
from archgen.app.importing.deployments.manifest_files import FILLED_IN, is_bare_template, may_be_manifest
from archgen.app.importing.directories import FoundFiles, holds_no_address, path_prefix
from archgen.app.importing.needed_directories import ON_THIS_MACHINE, images_in
from archgen.app.importing.overlays import applied_by
from archgen.app.importing.stated_use import OF_CLUSTER, OF_COMPOSE, stated_uses, uses_of_directory, uses_of_tool
from archgen.importers.compose.own_programs import is_own_program
from archgen.importers.kubernetes.deployed import is_below_applied
from archgen.importers.kubernetes.kustomize.kustomization import is_kustomization
from archgen.importers.names import image_without_tag
from archgen.importers.products import image_name, is_product
from archgen.importers.stages import EXAMPLES, PRODUCTION, TRIAL, stage_of, without_pipeline

# patterns that begin with letters are sought many times faster than those that begin with a place in a line
_WORKLOAD = re.compile(
    rb'kind"?:\s*"?(?:Deployment|StatefulSet|DaemonSet|CronJob|Rollout|Pod|HelmRelease)"?\s*,?\s*$', re.MULTILINE
)
"""What runs something in a cluster, or stands for it."""

_FOR_VISITORS = re.compile(
    rb"kind(?<=^kind):[ \t]*(Ingress|HTTPRoute|Gateway|IngressRoute|HorizontalPodAutoscaler|ScaledObject|PodDisruptionBudget)\b",
    re.MULTILINE,
)
_NAME = re.compile(rb"""name["']?:[ \t]*["']?([a-z0-9][a-z0-9.-]*)""")
_BEFORE_NAME = re.compile(rb"""[ \t-]*["']?|.*[{,][ \t]*["']?""")
_OF_SETTINGS = re.compile(rb"\b(env|envFrom|secretRef|configMapRef|secretKeyRef|secretName)[\"']?:")
_NEVER_PULLED = re.compile(rb"imagePullPolicy:[ \t]*[\"']?Never\b")
_SEVERAL = re.compile(rb"replicas(?<=[\s{,\"']replicas)[\"']?:[ \t]*(?:[2-9]|[1-9]\d)\b")
_OF_TOOLS = re.compile(r"\.tf$|(^|/)skaffold[\w.-]*\.ya?ml$", re.IGNORECASE)
_IS_SETTINGS = re.compile(rb"kind(?<=^kind):[ \t]*(Secret|ConfigMap)\b", re.MULTILINE)
_EMULATED = re.compile(
    rb"\b(localstack|azurite|devstoreaccount1|fake-gcs-server|elasticmq|dynamodb-local|stripe-mock)\b|"
    rb"_EMULATOR_HOST\b|https?://[\w.-]+:4566\b",
    re.IGNORECASE,
)
"""Names and addresses of what stands in for a cloud's services on the machine of a developer."""

_HOLE = re.compile(rb"^[^#\n]{0,500}?\{\{", re.MULTILINE)
"""A hole of a template, and none in a comment."""

_LONGEST_LINE = 500


class ClusterSketch(Struct):
    """The manifests that aren't for trials: the images of the system's own programs, in full too, names, and more that they show.

    `has_settings` is True where a store runs beside the programs, or variables may name one. `stages` has a directory for each
    stage that one is named for, those for trials too.
    """

    images: set[str] = field(default_factory=set)
    repositories: set[str] = field(default_factory=set)
    workloads: int = 0
    names: set[str] = field(default_factory=set)
    has_settings: bool = False
    stages: dict[int, str] = field(default_factory=dict)
    is_for_visitors: bool = False
    is_applied: bool = False
    is_from_registry: bool = False
    is_replicated: bool = False
    is_on_this_machine: bool = False
    emulated: str = ""


def sketch_cluster(directory: str, paths: Iterable[str], found: FoundFiles) -> ClusterSketch:
    """Return the outline of the manifests below a directory; templates of charts and what is for trials runs nothing in it."""
    sketch = ClusterSketch()
    directories, applied = set[str](), set[str]()
    paths = [*paths]
    texts = functools.cache(lambda: [text for _, text in scripts_that_apply(directory, paths, found)])

    @functools.cache
    def stage_at(place: str) -> int:
        inner = os.path.relpath(place or ".", directory)
        stage, other = stage_of(inner), stage_of(without_pipeline(inner))
        is_other = stage != other and any(_applies_any(text, directory, [place]) for text in texts())
        return other if is_other else stage

    for path in paths:
        if not may_be_manifest(path):
            continue
        data = found.manifest(path)
        if not data and not is_kustomization(path):
            continue
        place, workloads = os.path.dirname(path), count_workloads(data)
        stage = stage_at(place)
        if workloads or is_kustomization(path):
            sketch.stages.setdefault(stage, place)
            directories.add(place)
        applied |= {*applied_by(data)} if stage != TRIAL else set()
        if stage == TRIAL or (b"{{" in data and _HOLE.search(data) is not None):
            continue
        emulated = _EMULATED.search(data)
        sketch.emulated = sketch.emulated or (emulated[0].decode() if emulated is not None else "")
        sketch.is_for_visitors = sketch.is_for_visitors or _FOR_VISITORS.search(data) is not None
        if workloads:
            sketch.is_on_this_machine = sketch.is_on_this_machine or _NEVER_PULLED.search(data) is not None
            images = [*images_in(data)]
            sketch.has_settings = (
                sketch.has_settings or _OF_SETTINGS.search(data) is not None or any(map(is_product, images))
            )
            own = {image for image in images if is_own_program("", image, "")}
            sketch.images |= {image_name(image) for image in own}
            sketch.repositories |= {image_without_tag(image) for image in own}
            if own:
                sketch.names |= {*names_of_objects(data)}
                sketch.workloads += workloads
                sketch.is_replicated |= _SEVERAL.search(data) is not None
                sketch.is_from_registry |= any("/" in image and not ON_THIS_MACHINE.match(image) for image in own)
    sketch.is_applied = any(is_below_applied(os.path.abspath(each), applied) for each in directories)
    return sketch


def paths_of_controllers(directory: str, paths: Iterable[str], found: FoundFiles) -> set[str]:
    """Return the directories that objects below a directory have a controller apply, without those of trials."""
    return {
        each
        for path in paths
        if path.lower().endswith((".yml", ".yaml"))
        and stage_of(os.path.dirname(os.path.relpath(path, directory))) != TRIAL
        for each in applied_by(found.manifest(path))
    }


def count_workloads(data: bytes) -> int:
    """Return how many objects of a file run something in a cluster, or stand for it."""
    return sum(_line_before(data, match).lstrip(b" {") in (b"", b'"') for match in _WORKLOAD.finditer(data))


def manifest_at(path: str, present: Set[str], found: FoundFiles) -> bytes:
    """Return a manifest, or a template of one that isn't among those present; of an example nothing but settings to fill in."""
    stem, end = os.path.splitext(path)
    is_to_fill = (end in EXAMPLES or end in FILLED_IN) and stem not in present
    name = f"{stem}.yaml" if is_bare_template(path) else stem if is_to_fill else path
    if not name[-5:].lower().endswith((".yml", ".yaml", ".json")) or holds_no_address(name):
        return b""
    data = found.manifest(path)
    if is_to_fill and count_workloads(data):
        return data if end in FILLED_IN else b""
    return data if not is_to_fill or end in FILLED_IN or _IS_SETTINGS.search(data) else b""


def names_of_objects(data: bytes) -> Iterator[str]:
    """Yield the names in a file: of its objects, containers, volumes and ports."""
    for match in _NAME.finditer(data):
        if _BEFORE_NAME.fullmatch(_line_before(data, match)):
            yield match[1].decode()


def _line_before(data: bytes, match: re.Match[bytes]) -> bytes:
    """Return the line of a match up to it, of a long one the end."""
    first = max(0, match.start() - _LONGEST_LINE)
    return data[max(first, data.rfind(b"\n", first, match.start()) + 1) : match.start()]


def evidence_of_cluster(
    sketch: ClusterSketch,
    directory: str,
    paths: Sequence[str],
    texts: Iterable[str],
    found: FoundFiles,
    places: Sequence[str] = (),
) -> Iterator[Evidence]:
    """Yield what speaks for manifests as those of what visitors use, and against it.

    With `places`, the directories that they lie in, a script counts only if it applies one of these.
    """
    if PRODUCTION in sketch.stages:
        yield Evidence(2, f"{sketch.stages[PRODUCTION]} is named for production")
    if sketch.is_applied:
        yield Evidence(3, "a controller applies them", is_deed=True)
    applying = [(os.path.relpath(path, directory), text) for path, text in scripts_that_apply(directory, paths, found)]
    scripts = [path for path, text in applying if not places or _applies_any(text, directory, places)]
    by = next((path for path in scripts if is_pipeline(path)), None)
    written = next(
        (
            (os.path.relpath(script, directory), path)
            for script, path in (image_updates(directory, paths, found) if by is None else ())
            if not places or any(path.startswith(path_prefix(place)) for place in places)
            if found.manifest(path)
        ),
        None,
    )
    if by is not None:
        yield Evidence(3, f"{by} applies them", is_deed=True)
    elif written is not None:
        yield Evidence(3, f"{written[0]} writes the images that it builds into {written[1]}", is_deed=True)
    elif scripts:
        yield Evidence(2, f"{scripts[0]} applies them")
    elif trial := _trial_script(directory, paths, found, places):
        yield Evidence(-2, f"{trial} applies the manifests to a cluster for trials alone")
    texts = [*texts]
    uses = [*stated_uses(texts, APPLIES)]
    listed = {use for place in places for use in uses_of_directory(texts, os.path.basename(place))} - {0}
    named = listed or {*uses_of_tool(texts, OF_CLUSTER, OF_COMPOSE)} - {0}
    # what is said of a command is nearer than what is said of the tool
    stated = 0 if listed else max(uses, default=0)
    stated = stated or (named.pop() if len(named) == 1 else 0)
    if stated < 0:
        yield Evidence(-2, "the documents name the manifests for development")
    elif stated > 0 and not uses:
        yield Evidence(2, "the documents name them for production")
    elif uses:
        yield Evidence(1 + stated, "the documents say how to apply them")
    if sketch.is_for_visitors:
        yield Evidence(1, "they have routes or autoscalers")
    if sketch.is_from_registry:
        yield Evidence(1, "their images are in a registry")
    if sketch.is_replicated:
        yield Evidence(1, "they run several replicas")
    if sketch.emulated:
        yield Evidence(-2, f"their programs use an emulator, {sketch.emulated}")
    if sketch.is_on_this_machine:
        # an overlay may name other images than its base
        yield Evidence(-1 if PRODUCTION in sketch.stages else -3, "their images are on this machine alone")


def _applies_any(text: str, directory: str, places: Iterable[str]) -> bool:
    """Return True for a script that applies something in one of some directories, or a directory around it."""
    inner = [os.path.relpath(place, directory).replace(os.sep, "/") for place in places]
    words = {re.sub(r"^(\.\./)+", "", each.path) for each in applied_paths(text)}
    # what lies in the directory itself is applied by the name of a file alone
    is_here = "." in inner and any("/" not in word and word.endswith((".yml", ".yaml", ".json")) for word in words)
    return is_here or any(
        f"{word}/".startswith(f"{place}/") or place.startswith(f"{word}/") for word in words for place in inner
    )


def _trial_script(directory: str, paths: Sequence[str], found: FoundFiles, places: Sequence[str]) -> str:
    """Return the script that makes a cluster for trials and applies manifests to it; the empty text for none."""
    for path, text in command_files(directory, paths, found):
        is_trial = makes_trial_cluster(text) and APPLIES.search(text) is not None
        if is_trial and (not places or _applies_any(text, directory, places)):
            return os.path.relpath(path, directory)
    return ""


def scripts_that_apply(directory: str, paths: Iterable[str], found: FoundFiles) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each script or workflow that brings manifests to visitors."""
    yield from ((path, text) for path, text in command_files(directory, paths, found) if brings_to_visitors(path, text))


def texts_that_may_apply(directory: str, paths: list[str], found: FoundFiles) -> Iterator[str]:
    """Yield the text of each file with commands, and of what Skaffold and Terraform apply manifests by."""
    yield from (text for _, text in command_files(directory, paths, found))
    yield from (found.text(path) for path in paths if _OF_TOOLS.search(path) is not None)
