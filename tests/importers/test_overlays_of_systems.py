"""Overlays of several systems in one repository: which of them run together, and which bases none of them applies."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.importing import NothingImported, import_model, summary
from tests.importers.test_found_files import WORKLOAD, write
from tests.importers.test_overlays import ARGO, base, overlay, replicas


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


@pytest.mark.parametrize(
    ("stage", "others", "names"),
    [
        ("prod/tools-dev", "prod/web-prod", {"web"}),
        ("prod/tools-dev", "prod/web", {"web"}),
        ("prod/tools-uat", "prod/web-prod", {"web"}),
        ("prod/tools", "prod/web-prod", {"web", "tools"}),
        ("prod/tools-dev", "prod/web-uat", {"web", "tools"}),
        # another directory is of another part of the system
        ("tools/dev", "web/prod", {"web", "tools"}),
    ],
)
def test_trial_without_a_base_in_common_stands_aside_for_those_beside_it(
    stage: str, others: str, names: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**base("base/web"), **base("base/tools", "tools")})
    write({**overlay(stage, "../../base/tools", 2, "tools"), **overlay(others, "../../base/web", 2)})
    write({"argo.yaml": ARGO % stage})
    assert replicas().keys() == names


APPLY = "kubectl apply -k k8s/base/lost\n"


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (base("k8s/base/lost", "lost"), {"web"}),
        (base("k8s/base/tools/lost", "lost"), {"web"}),
        ({**base("k8s/base/lost", "lost"), "deploy.sh": APPLY}, {"web", "lost"}),
        ({**base("k8s/base/lost", "lost"), "argo.yaml": ARGO % "k8s/base/lost"}, {"web", "lost"}),
        ({**base("k8s/base/lost", "lost"), **overlay("k8s/prod/lost", "../../base/lost", 2, "lost")}, {"web", "lost"}),
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


@pytest.mark.parametrize(
    ("below", "path", "around", "is_read"),
    [
        ("", "k8s/overlays/prod", "", True),
        ("", "k8s/overlays/prod/kustomization.yaml", "", False),
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
        is_directory = not path.endswith("yaml")
        assert is_directory is ("names ../../base, which is outside the project" in str(raised.value))


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
