"""Labels that kustomizations give to their objects: copies of one base are told apart by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.importing import import_model
from archgen.importers.kubernetes.kustomize.kustomization import documents_of, label_objects
from archgen.importers.kubernetes.manifests import labels_of, objects_of
from tests.importers.test_found_files import WORKLOAD, write

SERVICE = "{apiVersion: v1, kind: Service, metadata: {name: redis}, spec: {%sports: [{port: 6379}]}}\n"
STORE = (
    f"{WORKLOAD.replace('acme/web:1', 'redis:7').replace('web', 'redis')}---\n{SERVICE % 'selector: {app: redis}, '}"
)
CALLER = WORKLOAD.replace('image: "acme/web:1"', 'image: "acme/web:1", env: [{name: REDIS_URL, value: "redis://%s"}]')
PAIRS = "labels: [{pairs: {part: NAME}, %s}]"


def called(host: str, labels: str, store: str = STORE) -> list[str]:
    """Return the stores that a program calls by a host, where two kustomizations make one of a base each."""
    write({"base/redis.yaml": store, "base/kustomization.yaml": "resources: [redis.yaml]\n"})
    for name in ("cache", "queue"):
        own = labels.replace("NAME", name)
        write({f"{name}/kustomization.yaml": f"resources: [../base]\nnamePrefix: {name}-\n{own}\n"})
    write({"app/kustomization.yaml": "resources: [app.yaml, ../cache, ../queue]\n", "app/app.yaml": CALLER % host})
    lines = import_model((".",), None).text.splitlines()
    return [line.split()[2].rstrip(":") for line in lines if line.startswith("  web -> ")]


@pytest.mark.parametrize(
    ("labels", "store"),
    [
        ("commonLabels: {part: NAME}", "queue-redis"),
        (PAIRS % "includeSelectors: true", "queue-redis"),
    ],
)
def test_service_selects_the_copy_of_its_own_labels(
    labels: str, store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert called("queue-redis:6379", labels) == [store]


def test_name_that_two_services_had_before_leads_to_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert called("redis:6379", "commonLabels: {part: NAME}") == ["redis"]


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("Pod", "{containers: [{name: a, image: a}]}"),
        ("CronJob", "{jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: a}]}}}}}"),
        (
            "StatefulSet",
            "{template: {metadata: {labels: {part: old, app: a}}, spec: {containers: [{name: a, image: a}]}}}",
        ),
    ],
)
def test_pods_of_any_workload_get_labels(kind: str, spec: str) -> None:
    text = f"{{apiVersion: v1, kind: {kind}, metadata: {{name: a}}, spec: {spec}}}\n---\n{SERVICE % ''}"
    objects = {
        (each.kind, "", each.name): each for root in documents_of("a.yaml", text.encode()) for each in objects_of(root)
    }
    (root,) = documents_of("kustomization.yaml", b"labels: [{pairs: {part: new}, includeTemplates: true}]\n")
    label_objects(objects, root)
    assert labels_of(kind, objects[kind, "", "a"].node)["part"] == "new"
    (root,) = documents_of("kustomization.yaml", b"commonLabels: {part: newer}\n")
    label_objects(objects, root)
    assert labels_of(kind, objects[kind, "", "a"].node)["part"] == "newer"
    # what selects nothing leads elsewhere
    assert not [*objects["Service", "", "redis"].node.get("spec", "selector").items()]
