"""Patches of Kustomize: which workloads each changes, and what is left of them."""

from __future__ import annotations

from pathlib import Path

import pytest

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
