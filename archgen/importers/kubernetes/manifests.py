"""Manifests of Kubernetes sorted by their kinds: files, lists, and what `kubectl get -o json` prints."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct, field

from archgen.importers.charts.absent import charts_of_application, releases_of
from archgen.importers.facts import Origin
from archgen.importers.kubernetes.custom_resource_kinds import GUARDS, POOLS, operated_by
from archgen.importers.nodes import SourceNode
from archgen.importers.stages import stage_of

WORKLOADS = {
    "Deployment": "deployment", "StatefulSet": "stateful set", "DaemonSet": "daemon set", "ReplicaSet": "replica set",
    "ReplicationController": "replication controller", "DeploymentConfig": "deployment", "Rollout": "rollout", "Pod": "pod",
    "Job": "job", "CronJob": "cron job",
}  # fmt: skip
ROUTES = (
    "Ingress", "HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "IngressRoute", "IngressRouteTCP", "VirtualService", "Route",
    "HTTPProxy", "VirtualServer", "ApisixRoute", "Mapping",
)  # fmt: skip
OF_CONTROLLERS = (
    "CiliumNetworkPolicy",
    "CiliumClusterwideNetworkPolicy",
    "CalicoNetworkPolicy",
    "GlobalNetworkPolicy",
    "ClusterNetworkPolicy",
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
)
"""Policies of the controllers of networks, beside those of Kubernetes: what either lets in comes in."""

OTHERS = (
    "Service",
    "ConfigMap",
    "Secret",
    "HorizontalPodAutoscaler",
    "NetworkPolicy",
    *OF_CONTROLLERS,
    "Gateway",
    "Middleware",
    "TraefikService",
    "Endpoints",
    "EndpointSlice",
    "SealedSecret",
    "ExternalSecret",
    "HelmRelease",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    *POOLS,
    *GUARDS,
)

HOOKS = (
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "CustomResourceDefinition",
    "APIService",
)
"""Kinds of what names a Service that the API server calls."""

MONITORS = ("ServiceMonitor", "PodMonitor", "VMServiceScrape", "VMPodScrape")
"""Kinds by which operators have Prometheus or VictoriaMetrics fetch measurements."""


_OF_CALICO = re.compile(r"calico|antrea")
"""The groups of what Calico and Antrea call as Kubernetes does, and which selects pods by other words."""

_HOLES = frozenset("$<{")
"""Signs of an image that somebody puts in before anything runs."""

_HOLE = re.compile(r"^<[^<>]*>$|^\$\{?\w+\}?$|^(change|replace)[-_ ]?(me|this|it)", re.IGNORECASE)
"""The value of a setting that somebody puts in."""

_OF_SETTINGS = ("data", "stringData")
_OF_COPIES = re.compile(r"(^|[^a-z])(backup|bak|copy|orig(inal)?|saved?|templates?|tmpl|dist)([^a-z]|$)", re.IGNORECASE)
"""Words of the names of files that are kept beside what is applied."""

ObjectKey = tuple[str, str, str]
"""Kind, namespace and name."""


class Manifest(Struct, frozen=True):
    """An object: its kind, its namespace (empty where none is declared), its name, and its document.

    `declared` is the namespace of the document, where a kustomization puts the object into another one, and `former` the name
    that the document has, where a kustomization gives it another. Of a route that `is_emptied` a patch leaves no path. A program that
    shares its pod with others has the workload of it in `pod`.
    """

    kind: str
    namespace: str
    name: str
    node: SourceNode
    declared: str = ""
    former: str = ""
    is_emptied: bool = False
    pod: str = ""

    @property
    def key(self) -> ObjectKey:
        """Return what no other object of a cluster has."""
        return self.kind, self.namespace, self.name

    @property
    def origin(self) -> Origin:
        """Return the place of the object's name."""
        return self.node.get("metadata", "name").origin


def may_be_one_namespace(namespace: str, other: str) -> bool:
    """Return True for two namespaces unless files declare that they differ: what declares none may be put into any."""
    return namespace == other or not namespace or not other


SettingEntry = tuple[str, str, Origin]
"""An entry of a ConfigMap or Secret: its key, its value and its place."""


class Manifests(Struct):
    """The objects of all files by kind; of two with one name the first counts, or the last in the files of one directory.

    `generated` are the entries of ConfigMaps and Secrets that kustomizations make, by kind, namespace and name. `entries` keeps
    what was read of a configuration: many workloads refer to one. The lines of files that aren't for their readers are `hidden` to
    these, by their ids.
    """

    objects: dict[str, dict[tuple[str, str], Manifest]] = field(default_factory=dict)
    generated: dict[ObjectKey, list[SettingEntry]] = field(default_factory=dict)
    entries: dict[ObjectKey, dict[str, tuple[str, Origin]]] = field(default_factory=dict)
    hidden: dict[str, set[tuple[str, int]]] = field(default_factory=dict)

    def of(self, *kinds: str) -> list[Manifest]:
        """Return the objects of some kinds, by kind and place."""
        return [each for kind in kinds for each in self.objects.get(kind, {}).values()]

    def add(self, manifest: Manifest) -> tuple[Manifest, Manifest]:
        """Add an object, unless one of its name counts; return the one that counts, and the other one, the same if there is none.

        The files of a directory are applied in their order, each over what those before it say; one for a trial, to be
        filled in, or kept beside another one isn't.
        """
        known = self.objects.setdefault(manifest.kind, {})
        present = known.get((manifest.namespace, manifest.name))
        if present is None or _is_applied_after(manifest, present):
            known[manifest.namespace, manifest.name] = manifest
            return manifest, present or manifest
        return present, manifest


def _is_applied_after(each: Manifest, other: Manifest) -> bool:
    (directory, name), (place, before) = posixpath.split(each.node.path), posixpath.split(other.node.path)
    if directory != place or stage_of(name) > stage_of(before):
        return False
    # `web.yaml` is what is worked on: `web_backup.yaml`, `web2.yaml` and `web_nodeport.yaml` are kept beside it
    is_longer = name != before and name.partition(".")[0].startswith(before.partition(".")[0])
    adds_word = is_longer and stage_of(name) == stage_of(before)
    is_kept = adds_word or _OF_COPIES.search(name) is not None
    return not is_kept and (_is_filled_in(each) or not _is_filled_in(other))


def _is_filled_in(each: Manifest) -> bool:
    """Return True unless the image of a workload, or a value of settings, is one that somebody has to put in."""
    if each.kind in WORKLOADS:
        images = (container.text_at("image") for container in pod_of(each.kind, each.node).get("containers").list())
        return _HOLES.isdisjoint("".join(images))
    values = (value.text for section in _OF_SETTINGS for _, value in each.node.get(section).items())
    return each.kind not in ("Secret", "ConfigMap") or all(_HOLE.search(value) is None for value in values)


def is_manifest(root: SourceNode) -> bool:
    """Return True if a document is an object of Kubernetes."""
    return root.is_map and bool(root.text_at("apiVersion")) and bool(root.text_at("kind"))


def objects_of(root: SourceNode, depth: int = 0, *, to_patch: bool = False) -> Iterator[Manifest]:
    """Yield the objects of a document, those of a list one by one; what only changes another one just where that is `to_patch`."""
    kind = root.text_at("kind")
    if kind == "NetworkPolicy" and _OF_CALICO.search(root.text_at("apiVersion")):
        kind = "CalicoNetworkPolicy"
    if kind.endswith("List") and root.get("items").value is not None and depth < 3:
        for item in root.get("items").list():
            yield from objects_of(item, depth + 1, to_patch=to_patch)
    elif kind == "Application" and root.text_at("apiVersion").startswith("argoproj.io/"):
        for release in releases_of(charts_of_application(root)):
            yield from objects_of(release, depth + 1)
    elif kind in (*WORKLOADS, *ROUTES, *OTHERS, *HOOKS, *MONITORS) or operated_by(root):
        metadata = root.get("metadata")
        name = metadata.text_at("name") or metadata.text_at("generateName").rstrip("-")
        if name and (to_patch or not is_patch(kind, root)):
            yield Manifest(kind, metadata.text_at("namespace"), name, root)


def is_patch(kind: str, root: SourceNode) -> bool:
    """Return True for a workload without an image, which only changes another one of its name."""
    return kind in WORKLOADS and not any(each.text_at("image") for each in pod_of(kind, root).get("containers").list())


def template_keys(kind: str) -> tuple[str, ...]:
    """Return the keys above what the pods of a workload are made of: their metadata and their specification."""
    if kind == "Pod":
        return ()
    return ("spec", "jobTemplate", "spec", "template") if kind == "CronJob" else ("spec", "template")


def pod_of(kind: str, root: SourceNode) -> SourceNode:
    """Return the pod's own specification of a workload."""
    return root.get(*template_keys(kind), "spec")


def labels_of(kind: str, root: SourceNode) -> dict[str, str]:
    """Return the labels of a workload's pods."""
    return {key: value.text for key, value in root.get(*template_keys(kind), "metadata", "labels").items()}


def annotations_of(kind: str, root: SourceNode) -> dict[str, str]:
    """Return the annotations of a workload's pods."""
    return {key: value.text for key, value in root.get(*template_keys(kind), "metadata", "annotations").items()}


def command_of(container: SourceNode) -> str:
    """Return the words that a container runs, as far as the manifest states them."""
    return " ".join(item.text for key in ("command", "args") for item in container.get(key).list())


def all_containers_of(kind: str, root: SourceNode) -> tuple[SourceNode, ...]:
    """Return the containers of a workload in the order of the manifest, then those that run before them."""
    pod = pod_of(kind, root)
    return (*pod.get("containers").list(), *pod.get("initContainers").list())


def containers_of(kind: str, root: SourceNode) -> list[SourceNode]:
    """Return the containers of a workload, the main one first."""
    containers = list(pod_of(kind, root).get("containers").list())
    if len(containers) < 2:
        return containers
    name = root.text_at("metadata", "name")
    return sorted(containers, key=lambda each: (is_sidecar(each), each.text_at("name") != name))


_SIDECARS = (
    "proxy",
    "sidecar",
    "exporter",
    "agent",
    "istio",
    "envoy",
    "linkerd",
    "metrics",
    "fluent",
    "vault",
    "reloader",
    "nginx",
)


def is_sidecar(container: SourceNode) -> bool:
    """Return True for what stands beside a program in its pod, by the words in its name or image."""
    words = f"{container.text_at('name')} {container.text_at('image').rpartition('/')[2]}"
    return any(word in words for word in _SIDECARS)
