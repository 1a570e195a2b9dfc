"""Ways to run a system in a cluster side by side: charts beside manifests, manifests of several platforms, charts made by scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.importers.assembly.model import ImportedModel
from tests.importers.compose_projects import imported

_MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: {name}, image: registry.example.org/acme/{name}:1}}]}}
---
"""
_NAMES = ("orders", "billing", "mailer")
_MANIFESTS = "".join(_MANIFEST.format(name=name) for name in _NAMES)
_VALUES = "".join(f"{name}:\n  image: {{repository: registry.example.org/acme/{name}}}\n" for name in _NAMES)
_TEMPLATE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: %s}
spec:
  selector: {matchLabels: {app: %s}}
  template:
    metadata: {labels: {app: %s}}
    spec: {containers: [{name: %s, image: "{{ .Values.%s.image.repository }}:2"}]}
"""


def _chart(place: str, about: str = "Chart.yaml", text: str = "name: shop\nversion: 1.0.0\n") -> dict[str, str]:
    files = {f"{place}/templates/{name}.yaml": _TEMPLATE % ((name,) * 5) for name in _NAMES}
    return {f"{place}/{about}": text, f"{place}/values.yaml": _VALUES} | files


def _ways(model: ImportedModel) -> list[tuple[str, ...]]:
    return [each.options for each in model.questions if each.kind == "way"]


def test_chart_beside_manifests_of_the_same_programs_is_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = imported(tmp_path, monkeypatch, {"k8s/all.yaml": _MANIFESTS, **_chart("charts/shop")}).model
    assert ("k8s", "charts/shop") in _ways(model)


def test_chart_that_documents_name_for_production_is_read_instead_of_manifests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = (
        "- [Kubernetes and Helm](helm/README.md) (* preferred way for productive setup)\n- [minikube](k8s/x.md)\n"
    )
    files = {"deploy/README.md": document, "deploy/k8s/all.yaml": _MANIFESTS, **_chart("deploy/helm/shop")}
    model = imported(tmp_path, monkeypatch, files).model
    assert model.values["components"]["orders"]["image"].endswith(":2")
    assert ("deploy/helm/shop", "deploy/k8s") in _ways(model)


def test_manifests_of_one_platform_beside_those_for_any_cluster_are_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = "kind: Deployment\napiVersion: apps/v1\nspec:\n  - a\n    b: [\n"
    files = {
        "deploy/kubernetes/all.yaml": _MANIFESTS,
        "deploy/openshift/all.yaml": _MANIFESTS.replace(":1}", ":9}"),
        "deploy/openshift/broken.yaml": broken,
        "benchmark-tool/kubernetes/load.yaml": _MANIFEST.format(name="mocked"),
    }
    result = imported(tmp_path, monkeypatch, files)
    assert all(each["image"].endswith(":1") for each in result.model.values["components"].values() if "image" in each)
    assert not result.reading.errors
    assert ("deploy/kubernetes", "deploy/openshift") in _ways(result.model)
    assert "mocked" not in result.model.values["components"]


@pytest.mark.parametrize(
    ("about", "text"),
    [
        ("Chart.yaml.j2", "name: shop\nversion: {{ version.shop }}\n"),
        ("Chart.template.yaml", "{% if x %}\nname: {{ name }}\nversion: '${VERSION}'\n{% endif %}\n"),
        ("README.md", "a script makes Chart.yaml"),
    ],
)
def test_chart_is_read_whose_description_a_script_makes(
    about: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = imported(tmp_path, monkeypatch, _chart("deploy/shop", about, text))
    assert not result.reading.errors
    assert {*_NAMES} <= result.model.values["components"].keys()
