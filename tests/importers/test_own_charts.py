"""Charts of a system's own programs beside files that only those who work on it use."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.importing import import_model, summary
from archgen.importers.charts.repository import render_charts
from archgen.model.problems import UsageError
from tests.importers.compose_projects import imported
from tests.importers.test_deployments import CHART, INSTALL, pipeline, read
from tests.importers.test_found_files import TEMPLATE, WORKLOAD, write

HELPERS = (
    "services:\n  db: {image: 'postgres:16', ports: ['5432:5432']}\n  mail: {image: axllent/mailpit}\n"
    "  kibana: {image: 'docker.elastic.co/kibana/kibana:8.1.0'}\n"
)
EXTENDING = (
    "services:\n  db:\n    extends:\n      file: base.yml\n      service: store\n    ports: ['127.0.0.1:5432:5432']\n"
    "  hooks: {extends: {file: base.yml, service: hooks}, profiles: [webhook]}\n  other: {extends: db}\n"
)
EXTENDED = (
    "services:\n  store: {image: 'postgres:16'}\n  hooks: {extends: relay}\n  relay: {image: 'relays/relay-server:1'}\n"
)
STORE = WORKLOAD.replace("acme/web:1", "postgres:16").replace("web", "db")


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"docker/docker-compose.yml": HELPERS}, id="below"),
        pytest.param({"docker-compose.yml": HELPERS}, id="by-default"),
        pytest.param({"docker-compose.yml": EXTENDING, "base.yml": EXTENDED}, id="extending-those-of-a-file"),
        pytest.param({"docker/docker-compose.yml": HELPERS, "k8s/db.yaml": STORE}, id="with-manifests"),
        pytest.param({"docker-compose.yml": HELPERS, "k8s/db.yaml": STORE}, id="by-default-with-manifests"),
        pytest.param(
            {
                "docker-compose.yml": f"{HELPERS}  hooks: {{image: 'relays/hooks:1'}}\n",
                "helm/templates/hooks.yaml": TEMPLATE.replace("acme/web", "other.example/relays/hooks"),
                "helm/templates/jobs.yaml": TEMPLATE.replace("acme/web", "acme/jobs"),
            },
            id="with-one-program-of-others",
        ),
    ],
)
def test_a_chart_is_read_instead_of_compose_files_of_stores_and_tools(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    result = imported(tmp_path, monkeypatch, {**CHART, **files})
    assert "helm" in read(result)
    assert read(result) <= {"helm", "k8s"}
    [compose] = [path for path in files if "compose" in path]
    assert compose in result.others
    assert any(f"charts: {compose} runs no program of its own, and helm is" in each for each in result.reasons)


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(
            {"docker-compose.yml": f"{HELPERS}  api: {{build: api}}\n", "api/Dockerfile": "FROM a\n"}, id="built"
        ),
        pytest.param({"docker-compose.yml": f"{HELPERS}  api: {{image: 'acme/api:1'}}\n"}, id="of-the-owner"),
        pytest.param({"docker-compose.yml": f"{HELPERS}  web: {{image: 'hub/web:1'}}\n"}, id="of-another-owner"),
        pytest.param({"docker-compose.yml": f"{HELPERS}  api: {{image: '$API'}}\n"}, id="variable"),
        pytest.param(
            {"docker-compose.yml": HELPERS, "helm/templates/web.yaml": TEMPLATE.replace("acme/web", "redis")},
            id="chart-of-a-store",
        ),
    ],
)
def test_compose_files_are_read_where_they_or_the_charts_tell_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    assert read(imported(tmp_path, monkeypatch, {**CHART, **files})) == {"docker-compose.yml"}


@pytest.mark.parametrize(
    ("service", "asked"),
    [
        pytest.param("fake-dns: {build: dns}", [("docker-compose.yml", "helm")], id="other-programs"),
        pytest.param("web: {build: dns}", [("docker-compose.yml", "helm")], id="the-same-program"),
        pytest.param(
            "web: {build: dns, environment: {NODE_ENV: production}, ports: ['443:443']}", [], id="for-visitors"
        ),
    ],
)
def test_a_chart_beside_compose_files_is_asked_about_unless_much_speaks_for_these(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service: str, asked: list[tuple[str, ...]]
) -> None:
    files = {"docker-compose.yml": f"{HELPERS}  {service}\n", "dns/Dockerfile": "FROM a\n", **CHART}
    result = imported(tmp_path, monkeypatch, files)
    assert read(result) == {"docker-compose.yml"}
    assert [each.options for each in result.model.questions if each.kind == "way"] == asked


WITH_OTHERS = {
    "docker-compose.yml": "services:\n  web: {build: web}\n  peer: {build: peer}\n  tunnel: {image: ngrok/ngrok}\n",
    "web/Dockerfile": "FROM a\n",
    "peer/Dockerfile": "FROM a\n",
}


@pytest.mark.parametrize(
    ("files", "expected", "asked"),
    [
        pytest.param(pipeline(INSTALL), "helm", [("helm", "docker-compose.yml")], id="installed-by-a-pipeline"),
        pytest.param(
            {"README.md": f"Install it:\n\n    {INSTALL}"},
            "docker-compose.yml",
            [("docker-compose.yml", "helm")],
            id="in-the-documents",
        ),
        pytest.param({}, "docker-compose.yml", [("docker-compose.yml", "helm")], id="told-by-nothing"),
        pytest.param(
            pipeline(INSTALL, "ssh shop docker compose up -d"),
            "docker-compose.yml",
            [("docker-compose.yml", "helm")],
            id="both-by-a-pipeline",
        ),
        pytest.param(pipeline("ssh shop docker compose up -d"), "docker-compose.yml", [], id="compose-by-a-pipeline"),
    ],
)
def test_a_chart_of_some_of_the_programs_is_read_where_it_is_installed_and_asked_about(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, str],
    expected: str,
    asked: list[tuple[str, ...]],
) -> None:
    result = imported(tmp_path, monkeypatch, {**CHART, **WITH_OTHERS, **files})
    assert read(result) == {expected}
    assert [each.options for each in result.model.questions if each.kind == "way"] == asked


def test_a_chart_is_read_beside_manifests_that_run_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(imported(tmp_path, monkeypatch, {**CHART, "k8s/db.yaml": STORE})) == {"helm", "k8s"}


SKAFFOLD = "apiVersion: skaffold/v2beta22\nkind: Config\ndeploy: {kubectl: {manifests: [deploy/web.yaml]}}\n"
OF_DEVELOPERS = {"web/deploy/web.yaml": WORKLOAD, "web/skaffold.yaml": SKAFFOLD}


def test_a_chart_is_read_instead_of_manifests_that_a_tool_for_developers_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = imported(tmp_path, monkeypatch, {**CHART, **OF_DEVELOPERS})
    assert read(result) == {"helm"}
    assert "web/skaffold.yaml runs them for those who change them" in result.reasons[0]
    [asked] = [each for each in result.model.questions if each.kind == "way"]
    assert asked.options == ("helm", "web/deploy")


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(
            {
                **OF_DEVELOPERS,
                "deploy.sh": "kubectl apply -f web/deploy/\n",
                **pipeline("kubectl apply -f web/deploy/"),
            },
            id="pipeline",
        ),
        pytest.param({"manifests/web.yaml": WORKLOAD, "skaffold.yaml": SKAFFOLD}, id="all-of-the-repository"),
        pytest.param(
            {**OF_DEVELOPERS, "helm/templates/web.yaml": TEMPLATE.replace("web", "shipping")}, id="other-programs"
        ),
    ],
)
def test_manifests_that_such_a_tool_runs_are_read_where_more_speaks_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    assert "helm" not in read(imported(tmp_path, monkeypatch, {**CHART, **files}))


VALUES = {
    "helm/templates/web.yaml": TEMPLATE.replace("acme/web:1", "{{ .Values.image }}"),
    "helm/values.yaml": "image: acme/web:0\n",
    "shop-prod-values.yaml": "image: acme/web:2\n",
    "others/other-values.yaml": "image: acme/web:3\n",
}
REUSED = "helm upgrade --reuse-values shop ./helm"
OTHER = "others/other-values.yaml"


@pytest.mark.parametrize(
    ("files", "image"),
    [
        pytest.param({}, "acme/web:2", id="by-name-beside-it"),
        pytest.param({"web-prod-values.yaml": ""}, "acme/web:0", id="by-names"),
        pytest.param(
            {"deploy.ps1": "helm upgrade shop .\\helm `\n    --values others\\other-values.yaml\n"},
            "acme/web:3",
            id="in-power-shell",
        ),
        pytest.param(
            {"README.md": f"    helm install shop <SHOP_DIR>/helm -f ${{SHOP_DIR}}/{OTHER}\n"},
            "acme/web:3",
            id="from-wherever-the-repository-lies",
        ),
        pytest.param(
            {"deploy.sh": f"{REUSED}\nhelm upgrade shop ./helm --values others/other-values.yaml\n"},
            "acme/web:3",
            id="by-the-command-that-names-them",
        ),
    ],
)
def test_values_are_those_that_a_command_names_else_those_for_production_beside_the_chart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], image: str
) -> None:
    result = imported(tmp_path, monkeypatch, {**CHART, **VALUES, **files})
    assert [part.image for part in result.model.inventory.parts.values()] == [image]


@pytest.mark.parametrize(
    ("paths", "values", "image"),
    [
        pytest.param(("helm", OTHER), (), "acme/web:3", id="behind-the-chart"),
        pytest.param((".",), (OTHER,), "acme/web:3", id="of-the-only-chart"),
        pytest.param(("helm", OTHER), ("shop-prod-values.yaml",), "acme/web:3", id="the-last-counts"),
        pytest.param(("helm",), ("shop-prod-values.yaml",), "acme/web:2", id="instead-of-those-of-a-command"),
    ],
)
def test_values_that_a_user_names_count(
    paths: tuple[str, ...], values: tuple[str, ...], image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write({**CHART, **VALUES, "deploy.sh": f"helm upgrade --install shop ./helm --values {OTHER}\n"})
    result = import_model(paths, None, values=values)
    assert [part.image for part in result.model.inventory.parts.values()] == [image]
    assert result.model.values["sources"] == sorted(["helm", *values, *paths[1:]])


def test_values_that_no_installation_uses_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = imported(tmp_path, monkeypatch, {**CHART, **VALUES, "helm/values-test.yaml": "image: acme/web:4\n"})
    assert f"not read: {OTHER}; `archgen import helm {OTHER}` reads it instead" in summary(result)
    assert "values-test" not in summary(result)


def test_values_are_for_one_chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write({**CHART, **VALUES, "more/Chart.yaml": "name: more\n", "c.yml": "services: {a: {image: a}}\n"})
    refused = {".": "2 Helm charts, such as helm", "others": "no Helm chart", "c.yml": "name the directory"}
    for path, message in refused.items():
        with pytest.raises(UsageError, match=message):
            import_model((path,), None, values=(OTHER,))


def test_values_beside_several_charts_are_of_none() -> None:
    files = {
        f"{name}/{path.removeprefix('helm/')}": text.encode() for name in ("a", "b") for path, text in CHART.items()
    } | {"prod-values.yaml": b"tag: 2"}
    rendered = render_charts(".", ["a", "b"], sorted(files), files.__getitem__)
    assert all("prod-values.yaml" not in each for each in rendered.reasons)
