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
DEPLOY = "MODE=$1\nkustomize build k8s/overlays/$MODE | kubectl apply -f -\n"


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
                ".github/workflows/cd.yml": "on: push\nenv: {default: onprem}\nrun: kubectl apply -k k8s/overlays/$MODE\n",
            },
            3,
            ".github/workflows/cd.yml applies it by default",
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
    ],
)
def test_directory_called_like_an_unread_overlay_is_read_if_something_applies_it(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**MODES, **LOOSE, **files})
    assert "registry" in replicas()


@pytest.mark.parametrize("own", [{}, {"k8s/onprem/kustomization.yaml": "resources: [registry.yaml]\n"}])
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
