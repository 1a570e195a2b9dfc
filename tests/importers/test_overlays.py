"""Overlays of Kustomize: which of them is read over its base, and what counts of both."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.importing import import_model, summary
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


ARGO = "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: x}, spec: {source: {path: %s}}}\n"
ARGO_SETS = (
    ARGO.replace("Application", "ApplicationSet")
    .replace("spec: {", "spec: {template: {spec: {")
    .replace("}}}", "}}}}}")
)
FLUX = "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: x}, spec: {path: ./%s}}\n"


@pytest.mark.parametrize(
    ("applying", "chosen"),
    [
        ({"a.yaml": ARGO % "overlays/oci"}, 8),
        ({"a.yaml": ARGO.replace("source: {path: %s}", "sources: [{chart: x}, {path: overlays/oci}]")}, 8),
        ({"a.yaml": ARGO_SETS % "overlays/oci/"}, 8),
        ({"a.yaml": FLUX % "overlays/oci"}, 8),
        ({"a.yaml": FLUX % "overlays/oci", "b.yaml": FLUX % "overlays/prod"}, 7),
        ({"a.yaml": FLUX.replace("spec: {", "spec: {suspend: true, ") % "overlays/oci"}, 7),
        ({"a.yaml": ARGO % "other/oci", "b.yaml": ARGO % "."}, 7),
        ({"a.yaml": ARGO % "'{{ path }}'"}, 7),
        ({"a.yaml": ARGO.replace("argoproj.io", "example.org") % "overlays/oci"}, 7),
        ({"a.yaml": ARGO.replace("Application", "AppProject") % "overlays/oci"}, 7),
        ({"a.yaml": ARGO % "overlays/dev"}, 7),
        ({"a.yaml": ARGO % "[overlays/oci"}, 7),
    ],
)
def test_overlay_that_a_controller_applies_comes_before_what_is_only_called_so(
    applying: dict[str, str], chosen: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("base"), **{f"apps/{name}": text for name, text in applying.items()}})
    for name, count in (("prod", 7), ("oci", 8), ("dev", 9)):
        write(overlay(f"overlays/{name}", "../../base", count))
    assert replicas() == {"web": chosen}


def test_what_a_controller_applies_in_the_directory_of_an_overlay_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("base"), **overlay("overlays/prod", "../../base", 7), **overlay("overlays/dev", "../../base", 8)})
    for name in ("prod/tools", "prod/drafts", "dev/toys"):
        write(base(f"overlays/{name}", name.rpartition("/")[2]))
    write({"argo/tools.yaml": ARGO % "overlays/prod/tools", "argo/toys.yaml": ARGO % "overlays/dev/toys"})
    assert replicas() == {"tools": 1, "web": 7}


def test_set_of_applications_names_the_overlay_of_each_element(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("base"), **overlay("overlays/prod", "../../base", 7), **overlay("overlays/oci", "../../base", 8)})
    spec = "generators: [{git: {}}, {list: {elements: [{env: oci}]}}], template: {spec: {source: {path: 'overlays/{{ .env }}'}}}"
    write(
        {
            "a.yaml": f"{{apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet, metadata: {{name: x}}, spec: {{{spec}}}}}\n"
        }
    )
    assert replicas() == {"web": 8}


@pytest.mark.parametrize(("directory", "count"), [(".", 3), ("overlays", 3), ("overlays/prod", 3), ("overlays/eu", 7)])
def test_overlay_upon_an_overlay_leaves_the_inner_one_and_its_base(
    directory: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    write({**base("base"), **overlay("overlays/prod", "../../base", 3), **overlay("overlays/eu", "../prod", 7)})
    parts = import_model((directory,), None).model.inventory.parts.values()
    assert {part.id: part.replicas for part in parts} == {"web": count}


@pytest.mark.parametrize("kind", ["Ingress", "HorizontalPodAutoscaler", "NetworkPolicy", "HTTPRoute"])
def test_what_stands_beside_a_kustomization_does_not_vanish_without_a_word(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(
        {
            **base("k8s"),
            "k8s/by-hand.yaml": f"{{apiVersion: x/v1, kind: {kind}, metadata: {{name: edge}}, spec: {{}}}}\n",
        }
    )
    assert f"left out: {kind} edge (k8s/by-hand.yaml:1): no kustomization lists it" in summary(
        import_model((".",), None)
    )


def test_kustomizations_that_name_each_other_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({"a/kustomization.yaml": "resources: [app.yaml, ../b]\n", "a/app.yaml": WORKLOAD})
    write({"b/kustomization.yaml": "resources: [app.yaml, ../a]\n", "b/app.yaml": WORKLOAD.replace("web", "api")})
    assert replicas() == {"api": 1, "web": 1}


def test_trial_that_a_controller_applies_is_read_where_there_is_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("k8s/base"), **overlay("k8s/demo", "../base", 3), **overlay("k8s/local", "../base", 4)})
    assert replicas() == {"web": 1}
    write({"argo.yaml": ARGO % "k8s/local"})
    assert replicas() == {"web": 4}
    monkeypatch.chdir("k8s")
    write({"argo.yaml": ARGO % "k8s/local"})
    assert replicas() == {"web": 4}


def test_what_only_an_overlay_that_is_not_read_names_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("base"), **base("extra", "jobs"), **base("shared", "api"), **base("alone", "db")})
    write({"all/kustomization.yaml": "resources: [../extra, ../shared]\n"})
    write(overlay("overlays/prod", "../../base\n  - ../../shared", 2))
    write(overlay("overlays/dev", "../../base\n  - ../../all", 3))
    assert replicas() == {"api": 1, "db": 1, "web": 2}


@pytest.mark.parametrize(
    ("below", "path"), [("", "k8s/overlays/prod"), ("k8s/overlays/prod", "."), ("", "k8s/overlays")]
)
def test_bases_outside_a_directory_are_read_with_its_overlay(
    below: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    write({**base("k8s/base"), **base("k8s/base/inner", "api"), "k8s/jobs.yaml": WORKLOAD.replace("web", "jobs")})
    write(
        {
            "k8s/base/kustomization.yaml": "resources: [app.yaml, inner]\n",
            "k8s/beside.yaml": WORKLOAD.replace("web", "no"),
        }
    )
    write(overlay("k8s/overlays/prod", "../../base\n  - ../../jobs.yaml\n  - ../../../../outside", 3))
    write(overlay("k8s/overlays/dev", "../../base", 5))
    monkeypatch.chdir(tmp_path / below)
    result = import_model((path,), None)
    assert {part.id: part.replicas for part in result.model.inventory.parts.values()} == {"api": 1, "jobs": 1, "web": 3}


def test_no_base_outside_the_repository_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        {
            f"{tmp_path}/other/app.yaml": WORKLOAD.replace("web", "no"),
            f"{tmp_path}/other/kustomization.yaml": "resources: [app.yaml]\n",
        }
    )
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repository")
    write({**base("base"), **overlay("prod", "../base\n  - ../../other\n  - ../../other/app.yaml", 3)})
    for path in (".", "prod"):
        result = import_model((path,), None)
        assert {part.id: part.replicas for part in result.model.inventory.parts.values()} == {"web": 3}


@pytest.mark.parametrize("directory", ["applied", "overlays/prod"])
def test_replicas_of_the_overlay_count_and_those_of_the_field_after_patches(
    directory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    patch = WORKLOAD.split("spec:")[0] + "spec: {replicas: 5}\n"
    text = "resources: [app.yaml]\nreplicas: [{name: web, count: 2}]\npatches: [{path: scale.yaml}]\n"
    write({**base("base"), "base/kustomization.yaml": text, "base/scale.yaml": patch})
    assert replicas() == {"web": 2}
    write(overlay(directory, f"{'../' * (directory.count('/') + 1)}base", 8))
    assert replicas() == {"web": 8}


@pytest.mark.parametrize(
    ("key", "patch"),
    [
        ("patches", "{target: {name: web}, path: scale.yaml}"),
        ("patchesJson6902", "{target: {name: web}, path: scale.yaml}"),
        ("patchesStrategicMerge", "scale.yaml"),
    ],
)
def test_overlay_that_states_patches_alone_is_read(
    key: str, patch: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("base"), "prod/kustomization.yaml": f"resources:\n  - ../base\n{key}:\n  - {patch}\n"})
    write({"prod/scale.yaml": "{kind: Deployment, metadata: {name: web}, spec: {replicas: 4}}\n"})
    assert replicas() == {"web": 4}


@pytest.mark.parametrize(
    ("names", "count"),
    [
        ("../base\n  - ../base/gone.yaml", 1),
        ("../base/app.yaml\n  - gone.yaml", 1),
        # what is made for each cluster is kept out of repositories
        ("../base\n  - secrets.yaml", 7),
        ("../base\n  - https://example.org/gone.yaml", 7),
    ],
)
@pytest.mark.parametrize("root", ["kustomization.yaml", "eu/kustomization.yaml"])
def test_overlay_that_cannot_be_applied_gives_way_to_what_can(
    names: str, count: int, root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("base"), **overlay("prod", names, 7)})
    write({"prod/kustomization.yaml": "namespace: shop\n" + Path("prod/kustomization.yaml").read_text()})
    write({root: f"resources: [{'../' if '/' in root else ''}base]\n"})
    assert replicas() == {"web": count}


def test_two_kustomizations_in_two_namespaces_make_one_workload_of_one_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("base"), **overlay("prod", "../base", 7), "kustomization.yaml": "namespace: b\nresources: [base]\n"})
    write({"prod/kustomization.yaml": "namespace: a\n" + Path("prod/kustomization.yaml").read_text()})
    assert replicas() == {"web": 7}


def test_kustomization_of_the_same_programs_beside_an_overlay_is_another_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("k8s/base"), **overlay("k8s/overlays/prod", "../../base", 7)})
    write(
        {
            "k8s/overlays/prod/kustomization.yaml": "namespace: shop-prod\n"
            + Path("k8s/overlays/prod/kustomization.yaml").read_text()
        }
    )
    write(
        {
            "k8s/app.yaml": Path("k8s/base/app.yaml").read_text(),
            "k8s/kustomization.yaml": "namespace: shop\nresources: [app.yaml]\n",
        }
    )
    write({"README.md": "    kubectl apply -k k8s\n"})
    assert replicas() == {"web": 7}
    write({"deploy.ps1": "kubectl apply -k k8s\\overlays\\prod\n"})
    assert replicas() == {"web": 7}
    write({"deploy.sh": "kubectl apply -k k8s\n"})
    assert len(replicas()) == 2
