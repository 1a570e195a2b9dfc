"""Overlays of several systems in one repository: which of them run together, and which bases none of them applies."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.importing import NothingImported, import_model, summary
from tests.importers.test_found_files import WORKLOAD, write
from tests.importers.test_overlays import ARGO, FLUX, base, overlay, replicas


def placed(directory: str, target: str, count: int, namespace: str, name: str = "web") -> dict[str, str]:
    """Return an overlay that puts its objects into a namespace."""
    ((path, text),) = overlay(directory, target, count, name).items()
    return {path: f"{text}namespace: {namespace}\n"}


@pytest.mark.parametrize(
    ("spaces", "applied", "expected"),
    [
        (("north", "south"), ("north", "south"), {"web": 2, "south-web": 3}),
        (("north", "south"), ("north",), {"web": 2}),
        (("north", "south"), (), {"web": 2}),
        (("same", "same"), ("north", "south"), {"web": 2}),
    ],
)
def test_what_a_controller_applies_to_namespaces_of_its_own_runs_at_the_same_time(
    spaces: tuple[str, str],
    applied: tuple[str, ...],
    expected: dict[str, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {**base("base/web"), **base("base/jobs", "jobs")}
    files |= placed("overlays/north-prod", "../../base/web", 2, spaces[0])
    files |= placed("overlays/south-prod", "../../base/web", 3, spaces[1])
    files |= placed("overlays/south-dev", "../../base/web\n  - ../../base/jobs", 4, "trial")
    files |= {f"argo/{each}.yaml": ARGO % f"overlays/{each}-prod" for each in applied}
    write(files)
    assert replicas() == expected
    applies = "a controller applies it to a namespace of its own"
    is_several = len(expected) > 1
    assert is_several is (f"read overlay overlays/south-prod: {applies}" in summary(import_model((".",), None)))


TO_NAMESPACE = ARGO.replace("}}}", "}, destination: {namespace: %s}}}")
TO_TARGET = (FLUX % "%s").replace("path: ./%s", "path: ./%s, targetNamespace: %s")


@pytest.mark.parametrize(
    ("form", "declared", "spaces", "names"),
    [
        (TO_NAMESPACE, "", ("north", "south"), {"web", "south-web"}),
        (TO_TARGET, "", ("north", "south"), {"web", "south-web"}),
        (TO_NAMESPACE, "", ("same", "same"), {"web"}),
        (TO_TARGET, "own", ("north", "south"), {"web", "south-web"}),
        # what the kustomization says comes before the namespace for all that declares none
        (TO_NAMESPACE, "own", ("north", "south"), {"web"}),
    ],
)
def test_namespaces_into_which_a_controller_puts_copies_are_their_own(
    form: str, declared: str, spaces: tuple[str, str], names: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(base("base/web"))
    for name, space in zip(("north", "south"), spaces, strict=True):
        directory = f"overlays/{name}-prod"
        write(placed(directory, "../../base/web", 2, declared) if declared else overlay(directory, "../../base/web", 2))
        write({f"argo/{name}.yaml": form % (directory, space)})
    assert replicas().keys() == names
    first = "the first of 2 that a controller applies"
    assert (f"read overlay overlays/north-prod: {first}" in summary(import_model((".",), None))) is (len(names) == 1)


def test_controller_of_a_pattern_puts_copies_into_namespaces_of_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    generators = "generators: [{git: {directories: [{path: tenants/*}]}}]"
    template = "template: {spec: {source: {path: '{{path}}'}, destination: {namespace: '{{path.basename}}'}}}"
    write(
        {
            "set.yaml": f"{ARGO.partition('spec')[0].replace('Application', 'ApplicationSet')}spec: {{{generators}, {template}}}}}\n"
        }
    )
    write(
        {
            **base("base/web"),
            **overlay("tenants/north", "../../base/web", 2),
            **overlay("tenants/south", "../../base/web", 3),
        }
    )
    assert replicas() == {"web": 2, "south-web": 3}


@pytest.mark.parametrize(
    ("stage", "others", "argo", "names"),
    [
        ("all/tools-dev", "all/web-prod", ARGO % "all/tools-dev", {"web"}),
        ("all/tools-uat", "all/web-prod", ARGO % "all/tools-uat", {"web"}),
        ("all/tools-dev", "all/web", "", {"web"}),
        ("all/tools-dev", "all/web", ARGO % "all/tools-dev", {"web", "tools"}),
        ("all/tools", "all/web-prod", "", {"web", "tools"}),
        ("all/tools-dev", "all/web-uat", "", {"web", "tools"}),
        # what lies below production is called after a program
        ("prod/tools-dev", "prod/web", "", {"web", "tools"}),
        ("all/legacy-tools", "all/web", "", {"web", "tools"}),
        ("all/dev-tools", "all/web", "", {"web", "tools"}),
        # another directory is of another part of the system
        ("tools/dev", "web/prod", "", {"web", "tools"}),
    ],
)
def test_trial_without_a_base_in_common_stands_aside_for_those_beside_it(
    stage: str, others: str, argo: str, names: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("base/web"), **base("base/tools", "tools")})
    write({**overlay(stage, "../../base/tools", 2, "tools"), **overlay(others, "../../base/web", 2)})
    write({"argo.yaml": argo})
    assert replicas().keys() == names


@pytest.mark.parametrize(
    ("count", "expected", "reason"),
    [
        (3, {"web", "north-web", "south-web"}, "south-prod: a controller applies it to a namespace of its own"),
        (4, {"web"}, "east-prod: the first of 4 that a controller applies"),
    ],
)
def test_many_copies_of_one_system_are_read_as_one(
    count: int, expected: set[str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(base("base/web"))
    for number in range(count):
        name = ("east", "north", "south", "west")[number]
        write(placed(f"overlays/{name}-prod", "../../base/web", 2, name))
        write({f"argo/{number}.yaml": ARGO % f"overlays/{name}-prod"})
    assert replicas().keys() == expected
    assert f"read overlay overlays/{reason}" in summary(import_model((".",), None))


@pytest.mark.parametrize(
    ("name", "beside", "expected"),
    [
        ("qa", "web", {"web", "qa"}),
        ("ab-test", "web", {"web", "ab-test"}),
        # a copy of what stands beside it, which has a base of its own
        ("web-qa", "web", {"web"}),
        ("qa", "prod", {"web"}),
    ],
)
def test_program_that_is_called_like_a_trial_is_read_if_its_base_is_too(
    name: str, beside: str, expected: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("apps/web/base"), **overlay(f"deploy/{beside}", "../../apps/web/base", 1)})
    write({**base(f"apps/{name}/base", name), **overlay(f"deploy/{name}", f"../../apps/{name}/base", 1, name)})
    assert replicas().keys() == expected


NET = {"common/net/kustomization.yaml": "resources: [net.yaml]\n", "common/net/net.yaml": "kind: NetworkPolicy\n"}


@pytest.mark.parametrize(
    ("place", "names", "expected"),
    [
        ("base", ["app.yaml", "../../../common/net"], {"cart", "users", "redis"}),
        # a base is one by its name also where what is common runs something
        ("base", ["app.yaml", "../../../common/net", "../../../redis"], {"cart", "users", "redis"}),
        ("app", ["app.yaml", "../../../common/net"], {"cart", "users", "redis"}),
        # two overlays upon one more of a base are modes of it
        ("app", ["app.yaml", "../../../redis"], {"cart", "redis"}),
    ],
)
def test_base_that_names_what_systems_have_in_common_is_a_base(
    place: str, names: list[str], expected: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**NET, **base("redis", "redis")})
    for name in ("cart", "users"):
        write({f"apps/{name}/{place}/app.yaml": WORKLOAD.replace("web", name)})
        write({f"apps/{name}/{place}/kustomization.yaml": f"resources: [{', '.join(names)}]\n"})
        write(overlay(f"apps/{name}/overlays/prod", f"../../{place}", 1, name))
        write(overlay(f"apps/{name}/overlays/dev", f"../../{place}", 5, name))
    assert replicas().keys() == expected


@pytest.mark.parametrize(
    ("shared", "expected"),
    [
        ("", {"web", "cart", "users"}),
        ("  - ../../../../common/net\n", {"web", "cart", "users"}),
    ],
)
def test_overlays_upon_nothing_that_runs_are_modes_only_of_what_lies_nearest(
    shared: str, expected: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**NET, **base("web", "web")})
    for name in ("cart", "users"):
        write(
            {
                f"apps/{name}/base/kustomization.yaml": "resources: [map.yaml]\n",
                f"apps/{name}/base/map.yaml": "kind: ConfigMap\n",
            }
        )
        for stage in ("prod", "dev"):
            text = f"resources:\n  - app.yaml\n  - ../../base\n{shared}"
            write({f"apps/{name}/overlays/{stage}/kustomization.yaml": text})
            mode = name if stage == "prod" else f"{name}-{stage}"
            write({f"apps/{name}/overlays/{stage}/app.yaml": WORKLOAD.replace("web", mode)})
    assert replicas().keys() == expected
    write({"apps/trial/dev/kustomization.yaml": "resources: [app.yaml, ../../../common/net]\n"})
    write({"apps/trial/dev/app.yaml": WORKLOAD.replace("web", "trial")})
    assert replicas().keys() == expected
    write({"apps/kustomization.yaml": "resources: [trial/dev]\n"})
    assert replicas().keys() == expected | {"trial"}


def test_component_is_no_overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("web"), **base("components/core", "cache"), **overlay("prod", "../web\n  - ../components/core", 2)})
    for name in ("disk", "share"):
        text = "kind: Component\nresources: [../core]\nreplicas: [{name: cache, count: 3}]\n"
        write({f"components/{name}/kustomization.yaml": text})
    assert replicas() == {"web": 2, "cache": 1}
    assert import_model((".",), None).reasons == ()


STORE = WORKLOAD.replace("web", "lost").replace("acme/lost:1", "postgres:16")
APPLY = "kubectl apply -k k8s/base/lost\n"


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (base("k8s/base/lost", "lost"), {"web"}),
        (base("k8s/base/tools/lost", "lost"), {"web"}),
        ({**base("k8s/base/lost", "lost"), "deploy.sh": APPLY}, {"web", "lost"}),
        ({**base("k8s/base/lost", "lost"), "argo.yaml": ARGO % "k8s/base/lost"}, {"web", "lost"}),
        ({**base("k8s/base/lost", "lost"), **overlay("k8s/prod/lost", "../../base/lost", 2, "lost")}, {"web", "lost"}),
        ({**base("k8s/base/lost", "lost"), "README.md": f"Once: `{APPLY.strip()}`\n"}, {"web", "lost"}),
        ({**base("k8s/base/lost", "lost"), "README.md": f"For local development: `{APPLY.strip()}`\n"}, {"web"}),
        # other ways to apply it
        *(
            ({**base("k8s/base/lost", "lost"), path: text}, names)
            for path, text, names in (
                ("skaffold.yaml", "manifests:\n  kustomize:\n    paths: [k8s/base/lost]\n", {"web", "lost"}),
                ("main.tf", 'data "kustomization_build" "a" { path = "k8s/base/lost" }\n', {"web", "lost"}),
                ("deploy.sh", "apply k8s/base/lost\n", {"web", "lost"}),
                ("deploy.sh", "for d in k8s/base/*/; do\n", {"web", "lost"}),
                ("deploy.sh", "find k8s/base -type d\n", {"web", "lost"}),
                ("Makefile", "all:\n\tkubectl apply -k k8s/base/$@\n", {"web", "lost"}),
                (
                    "deploy.sh",
                    "apply k8s/base/lost-web k8s/base/web old-base/lost; cat k8s/base > k8s/base/$1\n",
                    {"web"},
                ),
                ("notes.md", "apply k8s/base/lost\n", {"web"}),
            )
        ),
        (
            {"k8s/base/lost/kustomization.yaml": "resources: [app.yaml]\n", "k8s/base/lost/app.yaml": STORE},
            {"web", "lost"},
        ),
        (base("k8s/lost", "lost"), {"web", "lost"}),
        (base("lost/base", "lost"), {"web", "lost"}),
        (base("lost/base/lost", "lost"), {"web", "lost"}),
    ],
)
def test_base_that_no_overlay_names_beside_others_is_left_out_and_named(
    files: dict[str, str], names: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("k8s/base/web"), **overlay("k8s/overlays/prod", "../../base/web", 2), **files})
    assert replicas().keys() == names
    lost = next(path.rpartition("/")[0] for path in files)
    is_named = f"not read: {lost}; `archgen import {lost}` reads it instead" in summary(import_model((".",), None))
    assert is_named is ("lost" not in names)


def test_workloads_that_no_kustomization_lists_are_named_beside_an_overlay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("k8s/base"), **overlay("k8s/overlays/prod", "../../base", 2)})
    write({"watch/probe.yaml": WORKLOAD.replace("web", "probe")})
    named = "read too: watch, 1 workload that no kustomization lists"
    assert named not in summary(import_model((".",), None))
    write(overlay("k8s/overlays/dev", "../../base", 1))
    assert [line for line in summary(import_model((".",), None)).splitlines() if "read too" in line] == [named]
    assert "read too" not in summary(import_model(("k8s",), None))


@pytest.mark.parametrize(
    ("below", "path", "around", "is_read"),
    [
        ("", "k8s/overlays/prod", "", True),
        ("", "k8s/overlays/prod/kustomization.yaml", "", True),
        ("k8s", "overlays/prod", "", True),
        ("k8s/overlays", "prod", "", False),
        ("k8s/overlays/prod", ".", "", False),
        # a repository is the project, also below the working directory
        ("", "k8s/overlays/prod", "k8s/overlays/.git", False),
        ("k8s/overlays", "prod", ".git", True),
    ],
)
def test_working_directory_is_the_project_where_there_is_no_repository(
    below: str, path: str, around: str, is_read: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("k8s/base"), **overlay("k8s/overlays/prod", "../../base", 3)})
    if around:
        Path(around).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / below)
    if is_read:
        result = import_model((path,), None)
        assert {part.id: part.replicas for part in result.model.inventory.parts.values()} == {"web": 3}
        assert "outside" not in summary(result)
    else:
        with pytest.raises(NothingImported) as raised:
            import_model((path,), None)
        assert "names ../../base, which is outside the project" in str(raised.value)


def test_home_directory_is_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    write({**base("base"), **overlay("overlays/prod", "../../base\n  - api.yaml", 3)})
    write({"overlays/prod/api.yaml": WORKLOAD.replace("web", "api")})
    lines = summary(import_model(("overlays/prod",), None)).splitlines()
    absence = "overlays/prod/kustomization.yaml names ../../base, which is outside the project"
    assert [line for line in lines if line.startswith("missing: ")] == [
        f"missing: {absence}; import a directory that holds both"
    ]


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"k8s/kustomization.yaml": f"resources: []\n---{WORKLOAD}"}, "k8s/kustomization.yaml"),
        ({"k8s/kustomization.yaml": f"{WORKLOAD}---\nresources: []\n"}, "k8s/kustomization.yaml"),
        (
            {f"{each}/kustomization.yaml": f"resources: []\n---{WORKLOAD.replace('web', each)}" for each in ("a", "b")},
            "a/kustomization.yaml and 1 more",
        ),
        ({"k8s/kustomization.yaml": "---\nresources: [app.yaml]\n---\n", "k8s/app.yaml": WORKLOAD}, ""),
    ],
)
def test_other_documents_of_a_kustomization_are_named(
    files: dict[str, str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({"app.yaml": WORKLOAD, **files})
    words = "Kustomize takes the first document alone; move the others into files that it names"
    assert import_model((".",), None).reasons == ((f"{line}: {words}",) if line else ())
