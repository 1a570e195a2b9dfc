"""Overlays of one base that stand equal: the one that scripts apply, and what lies loose for the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.importing import import_model, summary
from tests.importers.test_found_files import WORKLOAD, write
from tests.importers.test_overlays import ARGO, base, overlay, replicas

MODES = {
    **base("k8s/base"),
    **overlay("k8s/overlays/azure", "../../base", 2),
    **overlay("k8s/overlays/onprem", "../../base", 3),
}
LOOSE = {"k8s/onprem/registry.yaml": WORKLOAD.replace("web", "registry")}
REGISTRY = "apiVersion: v1\nkind: Service\nmetadata: {name: registry}\nspec: {selector: {app: registry}}\n"
CALL = WORKLOAD.replace("web", "jobs").replace("image:", "env: [{name: %s}], image:")
DEPLOY = "MODE=$1\nkustomize build k8s/overlays/$MODE | kubectl apply -f -\n"
WORKFLOW = """\
on:
  push:
  workflow_dispatch:
    inputs:
      mode:
        type: string
        default: onprem
jobs:
  deploy:
    env:
      MODE: ${{ inputs.mode }}
    steps:
      - run: kubectl apply -k k8s/overlays/$MODE
"""


@pytest.mark.parametrize(
    ("scripts", "count", "reason"),
    [
        ({}, 2, "the first of 2 equal ones by name"),
        ({"deploy.sh": DEPLOY}, 2, "the first of 2 equal ones by name"),
        ({"deploy.sh": DEPLOY.replace("$1", '"${1:-onprem}"')}, 3, "deploy.sh applies it by default"),
        ({"deploy.sh": DEPLOY.replace("$1", "${1:-onprem-2}")}, 2, "the first of 2 equal ones by name"),
        (
            {"Makefile": "MODE ?= onprem\nup:\n\tkubectl apply -k k8s/overlays/$(MODE)\n"},
            3,
            "Makefile applies it by default",
        ),
        ({"deploy.sh": "kubectl apply -k ./k8s/overlays/onprem/\n"}, 3, "deploy.sh applies it"),
        ({"deploy.sh": "cd k8s/overlays/onprem\nkubectl apply -k .\n"}, 3, "deploy.sh applies it"),
        (
            {"deploy-a.sh": DEPLOY.replace("$1", "${1:-onprem}"), "deploy-b.sh": DEPLOY.replace("$1", "${1:-azure}")},
            2,
            "the first of 2 equal ones by name",
        ),
        (
            {"deploy.sh": "kubectl apply -k k8s/overlays/onprem || kubectl apply -k k8s/overlays/azure\n"},
            2,
            "the first of 2 equal ones by name",
        ),
        ({"deploy.sh": "echo ${1:-onprem} k8s/overlays/onprem\n"}, 2, "the first of 2 equal ones by name"),
        (
            {
                "deploy.sh": DEPLOY.replace("$1", "${1:-azure}"),
                ".github/workflows/cd.yml": WORKFLOW,
            },
            3,
            ".github/workflows/cd.yml applies it by default",
        ),
        ({"deploy.sh": DEPLOY + "# kubectl apply -k k8s/overlays/onprem\n"}, 2, "the first of 2 equal ones by name"),
        ({"deploy.sh": DEPLOY + "kubectl delete -k k8s/overlays/onprem\n"}, 2, "the first of 2 equal ones by name"),
        (
            {"deploy.sh": DEPLOY + "kustomize build k8s/overlays/onprem | kubectl diff -f -\n"},
            2,
            "the first of 2 equal ones by name",
        ),
        (
            {"deploy.sh": DEPLOY + "kubectl apply --dry-run=client -k k8s/overlays/onprem\n"},
            2,
            "the first of 2 equal ones by name",
        ),
        ({"deploy.sh": f"LOG=${{LOG:-onprem}}\n{DEPLOY}"}, 2, "the first of 2 equal ones by name"),
        (
            {"deploy.sh": "for m in azure onprem; do kubectl apply -k k8s/overlays/$m; done\n"},
            2,
            "the first of 2 equal ones by name",
        ),
        ({"deploy.sh": "for m in onprem jobs; do kubectl apply -k k8s/overlays/$m; done\n"}, 3, "deploy.sh applies it"),
        (
            {
                "deploy.sh": 'DIR="k8s/overlays/${1:-onprem}"\nkustomize build "$DIR" > all.yaml\nkubectl apply -f all.yaml\n'
            },
            3,
            "deploy.sh applies it by default",
        ),
        (
            {"deploy.sh": 'MODE=${1:-onprem}\n[ "$MODE" = azure ] && L=1\nkubectl apply -f k8s/base/app.yaml\n'},
            3,
            "deploy.sh applies it by default",
        ),
        ({"README.md": "Then `kubectl apply -k k8s/overlays/onprem`.\n"}, 3, "README.md says how to apply it"),
        (
            {"README.md": "## Local development\n\n    kubectl apply -k k8s/overlays/onprem\n"},
            2,
            "the first of 2 equal ones by name",
        ),
    ],
)
def test_overlay_of_equal_ones_is_the_one_that_scripts_apply(
    scripts: dict[str, str], count: int, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**MODES, **scripts})
    result = import_model((".",), None)
    assert replicas() == {"web": count}
    assert result.reasons == (f"overlay k8s/overlays/{'azure' if count == 2 else 'onprem'}: {reason}",)


def test_overlay_for_production_comes_before_the_default_of_a_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**MODES, **overlay("k8s/overlays/prod", "../../base", 5), "deploy.sh": DEPLOY.replace("$1", "${1:-onprem}")})
    assert replicas() == {"web": 5}
    assert import_model((".",), None).reasons == ()


@pytest.mark.parametrize(
    "files",
    [
        {
            "k8s/onprem/kustomization.yaml": "resources: [registry.yaml]\n",
            "all/kustomization.yaml": "resources: [../k8s/onprem]\n",
        },
        {"deploy.sh": "kubectl apply -f k8s/onprem/\n"},
        {"deploy.sh": "cd k8s\nkubectl apply -f onprem\n"},
        {"argo.yaml": ARGO % "k8s/onprem"},
        {"README.md": "    kubectl apply -f k8s/onprem\n"},
        {"deploy.sh": 'for d in jobs onprem; do kubectl apply -f "k8s/$d"; done\n'},
        # what is called by address is needed; another one of that name isn't
        {"k8s/onprem/service.yaml": REGISTRY, "k8s/jobs.yaml": CALL % "REGISTRY_HOST, value: registry"},
        {
            "k8s/onprem/service.yaml": REGISTRY,
            "k8s/jobs.yaml": CALL % "REGISTRY, value: 'http://registry.shop:5000/v2'",
        },
    ],
)
def test_directory_called_like_an_unread_overlay_is_read_if_something_applies_it(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**MODES, **LOOSE, **files})
    assert "registry" in replicas()


@pytest.mark.parametrize(
    "own",
    [
        {},
        {"k8s/onprem/kustomization.yaml": "resources: [registry.yaml]\n"},
        {"k8s/onprem/service.yaml": REGISTRY, "k8s/config.yaml": "apiVersion: v1\nkind: ConfigMap\nMODE: registry\n"},
        {
            "k8s/onprem/service.yaml": REGISTRY,
            "k8s/one.yaml": REGISTRY,
            "k8s/two.yaml": "apiVersion: v1\nkind: ConfigMap\nA_HOST: registry\n",
        },
    ],
)
def test_directory_called_like_an_unread_overlay_is_left_out_and_named(
    own: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**MODES, **LOOSE, **own, "other/onprem/jobs.yaml": WORKLOAD.replace("web", "jobs")})
    # of another system, the directory of that name is no mode of this one
    assert replicas() == {"jobs": 1, "web": 2}
    assert "not read: k8s/onprem; `archgen import k8s/onprem` reads it instead" in summary(import_model((".",), None))
    write({"deploy.sh": DEPLOY.replace("$1", "${1:-onprem}")})
    assert replicas() == {"jobs": 1, "registry": 1, "web": 3}


def test_part_of_the_path_of_an_overlay_that_is_read_is_no_other_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(
        {
            **base("base"),
            **overlay("overlays/prod/us", "../../../base", 2),
            **overlay("overlays/dev/us", "../../../base", 3),
        }
    )
    write({"us/jobs.yaml": WORKLOAD.replace("web", "jobs")})
    assert replicas() == {"jobs": 1, "web": 2}


@pytest.mark.parametrize(("overlay_name", "is_read"), [("onprem", False), ("prod", True), ("base", True)])
def test_only_what_is_called_like_an_equal_overlay_lies_loose(
    overlay_name: str, is_read: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(
        {**base("k8s/app"), **overlay("k8s/overlays/azure", "../../app", 2), "k8s/base/jobs.yaml": "kind: ConfigMap\n"}
    )
    write(overlay(f"k8s/overlays/{overlay_name}", "../../app", 3))
    # beside an overlay for production another one is no mode
    loose = "azure" if overlay_name == "prod" else overlay_name
    write({f"k8s/{loose}/registry.yaml": WORKLOAD.replace("web", "registry")})
    assert ("registry" in replicas()) is is_read
