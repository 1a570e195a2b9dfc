"""Patches of Kustomize: which workloads each changes, and what is left of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.importing import import_model
from tests.importers.test_found_files import WORKLOAD, write
from tests.importers.test_overlays import replicas

STEPS = "[{op: replace, path: /spec/replicas, value: 3}]"


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (f"{{target: {{kind: Deployment}}, patch: '{STEPS}'}}", {"web": 3, "db": 1}),
        (f"{{target: {{kind: StatefulSet|Deployment}}, patch: '{STEPS}'}}", {"web": 3, "db": 3}),
        (f"{{target: {{kind: ^(Rollout|StatefulSet)$, name: .*}}, patch: '{STEPS}'}}", {"web": 1, "db": 3}),
        (f"{{target: {{kind: CronJob}}, patch: '{STEPS}'}}", {"web": 1, "db": 1}),
        (f"{{target: {{kind: Deployment, name: db}}, patch: '{STEPS}'}}", {"web": 1, "db": 1}),
        (f"{{target: {{name: db}}, patch: '{STEPS}'}}", {"web": 1, "db": 3}),
        (f"{{target: {{name: 'd[b]'}}, patch: '{STEPS}'}}", {"web": 1, "db": 1}),
        (f"{{target: {{kind: Deploy.*}}, patch: '{STEPS}'}}", {"web": 3, "db": 1}),
        (f"{{target: {{kind: Deployment, labelSelector: a=b}}, patch: '{STEPS}'}}", {"web": 1, "db": 1}),
        (f"{{target: {{kind: Deployment, annotationSelector: a=b}}, patch: '{STEPS}'}}", {"web": 1, "db": 1}),
        (f"{{target: {{kind: Deployment, namespace: other}}, patch: '{STEPS}'}}", {"web": 1, "db": 1}),
        (f"{{target: {{kind: Deployment}}, patch: '{STEPS.replace('replace', 'test')}'}}", {"web": 1, "db": 1}),
        (f"{{target: {{kind: Deployment}}, patch: '{STEPS.replace('replicas', 'paused')}'}}", {"web": 1, "db": 1}),
        (f"{{patch: '{STEPS}'}}", {"web": 1, "db": 1}),
        ("{target: {kind: Deployment}, path: steps.json}", {"web": 4, "db": 1}),
        ("{patch: '{kind: StatefulSet, metadata: {name: db}, spec: {replicas: 5}}'}", {"web": 1, "db": 5}),
        ("{patch: '{kind: Deployment, metadata: {name: db}, spec: {replicas: 5}}'}", {"web": 1, "db": 1}),
        ("{patch: '{kind: Deployment, spec: {replicas: 5}}'}", {"web": 1, "db": 1}),
        ("{target: {name: db}, patch: '{kind: any, metadata: {name: web}, spec: {replicas: 5}}'}", {"web": 1, "db": 5}),
        ("{patch: '{kind: Deployment, metadata: {name: [}'}", {"web": 1, "db": 1}),
        (
            "{patch: '{kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: null}}}}'}",
            {"db": 1},
        ),
        ("{patch: '{kind: Deployment, metadata: {name: web}, spec: [a]}'}", {"db": 1}),
        ("{target: {name: web}, patch: '[{op: remove, path: /spec/template/spec/containers/0}]'}", {"db": 1}),
        (
            "{target: {name: web}, patch: '[{op: remove, path: /spec/template/spec/containers/7}, 3, {op: move}]'}",
            {"web": 1, "db": 1},
        ),
        (
            "{target: {name: web}, patch: '[{op: add, path: /spec/template/spec/containers/-, value: {name: b, image: x}}]'}",
            {"web": 1, "db": 1},
        ),
    ],
)
def test_patch_scales_the_workloads_of_its_target(
    patch: str, expected: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = WORKLOAD.replace("Deployment", "StatefulSet").replace("acme/web:1", "postgres:17").replace("web", "db")
    write({"app.yaml": f"{WORKLOAD}---{store}", "kustomization.yaml": f"resources: [app.yaml]\npatches: [{patch}]\n"})
    write({"steps.json": '[{"op": "add", "path": "/spec/replicas", "value": 4}]'})
    assert replicas() == expected


BARE = WORKLOAD.replace(', image: "acme/web:1"', ", ports: [{containerPort: 80}]")
FRONT = """
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {rules: [{host: web.acme.com, http: {paths: [{path: /, backend: {service: {name: web, port: {number: 80}}}}]}}]}
"""
LIVE = "{kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{name: web, image: acme/web:9}]}}}}"


@pytest.mark.parametrize(
    ("resources", "patch", "image", "omitted"),
    [
        ("[web.yaml]", LIVE, "acme/web:9", []),
        ("[web.yaml, whole.yaml]", "", "acme/web:1", []),
        ("[whole.yaml, web.yaml]", "", "acme/web:1", []),
        ("[web.yaml]", "", None, ["web"]),
        ("[web.yaml]", LIVE.replace("image", "label"), None, ["web"]),
    ],
)
def test_overlay_gives_a_workload_of_its_base_the_image(
    resources: str, patch: str, image: str | None, omitted: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({"base/web.yaml": BARE, "base/whole.yaml": WORKLOAD, "base/kustomization.yaml": f"resources: {resources}\n"})
    write({"live/kustomization.yaml": "resources: [../base, other.yaml]\n", "live/other.yaml": STORE})
    if patch:
        write({"live/kustomization.yaml": f"resources: [../base, other.yaml]\npatches: [{{patch: '{patch}'}}]\n"})
    result = import_model(("live",), None)
    parts = result.model.inventory.parts
    assert (parts["web"].image if "web" in parts else None) == image
    assert [each.name for each in result.reading.omissions] == omitted


STORE = WORKLOAD.replace("acme/web:1", "postgres:17").replace("web", "db")
MOVED = "[{op: replace, path: /spec/rules/0/http/paths/0/path, value: /shop}]"
NAMED = (
    "{kind: Ingress, metadata: {name: web}, spec: {rules: [{host: acme.com, http: "
    "{paths: [{path: /, backend: {service: {name: web}}}]}}]}}"
)


@pytest.mark.parametrize(
    ("patch", "beside", "called"),
    [
        (f"{{patch: '{NAMED}'}}", "", {"web"}),
        (f"{{patch: '{NAMED.replace('metadata: {name: web', 'metadata: {name: web-live')}'}}", "", {"web"}),
        (f"{{target: {{kind: Ingress}}, patch: '{MOVED}'}}", "", {"web"}),
        # a name that something else has isn't that of before
        (f"{{patch: '{NAMED}'}}", "other.yaml", {"other"}),
    ],
)
def test_patch_further_out_refers_to_an_object_by_the_name_of_its_document(
    patch: str, beside: str, called: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({"base/web.yaml": f"{WORKLOAD}---{FRONT}", "base/kustomization.yaml": "resources: [web.yaml]\n"})
    write({"live/kustomization.yaml": "resources: [../base]\nnameSuffix: -live\n"})
    write({"eu/kustomization.yaml": f"resources: [../live, {beside}]\npatches: [{patch}]\n"})
    other = WORKLOAD.replace("metadata: {name: web}\nspec", "metadata: {name: other}\nspec")
    write({"eu/other.yaml": f"{other}---{FRONT.partition('---')[0]}".replace("{app: web}", "{app: other}")})
    model = import_model(("eu",), None).model
    assert {each.partition(" -> ")[2] for each in model.values["connections"]} - {"ingress"} == called
    assert [each.ask for each in model.questions if each.kind == "call"] == []
