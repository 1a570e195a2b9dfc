"""Overlays of Kustomize: which of them is read over its base, and what counts of both."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.importing import import_model
from tests.importers.test_found_files import WORKLOAD, write


def base(directory: str, name: str = "web") -> dict[str, str]:
    return {
        f"{directory}/app.yaml": WORKLOAD.replace("web", name),
        f"{directory}/kustomization.yaml": "resources: [app.yaml]\n",
    }


def overlay(directory: str, target: str, count: int, name: str = "web") -> dict[str, str]:
    text = f"resources:\n  - {target}\nreplicas: [{{name: {name}, count: {count}}}]\n"
    return {f"{directory}/kustomization.yaml": text}


def replicas() -> dict[str, int]:
    return {part.id: part.replicas for part in import_model((".",), None).model.inventory.parts.values()}


@pytest.mark.parametrize(
    ("visitors", "other"),
    [
        ("overlays/prod", "overlays/pre-prod"),
        ("overlays/prod", "overlays/nonprod"),
        ("overlays/prod/us", "overlays/dev/eu"),
        ("overlays/us/live", "overlays/eu/local"),
        ("overlays/production", "overlays/dev/production"),
        ("overlays/release", "overlays/e2e-release"),
        ("overlays/latest", "overlays/development"),
        ("overlays/prod-devices", "overlays/aws"),
        ("overlays/staging", "overlays/demo"),
        ("test/overlays/prod", "test/overlays/aws"),
        ("overlays/prod/us", "overlays/prod-test"),
    ],
)
def test_overlay_is_ranked_by_all_parts_of_its_path(
    visitors: str, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(base("base"))
    for directory, count in ((visitors, 8), (other, 7)):
        write(overlay(directory, f"{'../' * (directory.count('/') + 1)}base", count))
    assert replicas() == {"web": 8}
    assert import_model((".",), None).overlays == (other,)


def test_each_base_has_an_overlay_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("front/base", "web"), **base("back/base", "api"), "shared/kustomization.yaml": "labels: []\n"})
    for app, name, count in (("front", "web", 4), ("back", "api", 3)):
        write(overlay(f"{app}/overlays/prod", "../../base\n  - ../../../shared", count, name))
        write(overlay(f"{app}/overlays/dev", "../../base", 9, name))
    assert replicas() == {"api": 3, "web": 4}
    assert import_model((".",), None).overlays == ("back/overlays/dev", "front/overlays/dev")


def test_overlay_reads_the_overlays_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("front/base", "web"), **base("back/base", "api")})
    write({**overlay("front/common", "../base", 5), **overlay("back/common", "../base", 6, "api")})
    for cluster in ("dev", "prod"):
        text = "resources:\n  - ../../front/common\n  - ../../back/common\n  - tracer.yaml\n"
        tracer = WORKLOAD.replace("web", f"tracer-{cluster}")
        write({f"clusters/{cluster}/kustomization.yaml": text, f"clusters/{cluster}/tracer.yaml": tracer})
    assert replicas() == {"api": 6, "tracer-prod": 1, "web": 5}
    assert import_model((".",), None).overlays == ("clusters/dev",)
