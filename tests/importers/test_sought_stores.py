"""Stores whose addresses stand in no manifest: in a Secret without values, beside another database, and in what a script ignores."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.compose_projects import imported

POD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: web, image: "acme/web:1", envFrom: [{secretRef: {name: form}}], env: [
  {name: DATABASE_URL, valueFrom: {secretKeyRef: {name: shop, key: url}}}%s]}]}}}
"""
MADE = "resources: [web.yaml]\nsecretGenerator:\n- {name: shop, literals: ['url=%s']}\n- {name: form, literals: [%s]}\n"


@pytest.mark.parametrize(
    ("url", "form", "expected"),
    [
        ("postgres://", "A=", {"web -> postgresql"}),
        ("mysql://", "A=", {"web -> mysql"}),
        ("", "A=", {"web -> database"}),
        ("sqlite:///data/shop.db", "A=", set()),
    ],
)
def test_secret_with_the_beginning_of_an_address_leads_to_a_store(
    url: str, form: str, expected: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"web.yaml": POD % "", "kustomization.yaml": MADE % (url, form)}
    calls = imported(tmp_path, monkeypatch, files).model.values.get("connections", {})
    assert {each for each in calls if not each.startswith("visitor")} == expected


def test_mail_server_of_settings_that_somebody_fills_in_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"web.yaml": POD % "", "kustomization.yaml": MADE % ("", "SMTP_SETTINGS=")}
    questions = imported(tmp_path, monkeypatch, files).model.questions
    assert [each.about for each in questions if "SMTP_SETTINGS" in each.ask] == ["web -> mail"]


BESIDE = """---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: stats}
spec: {template: {metadata: {labels: {app: stats}}, spec: {containers: [{name: stats, image: %s}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: stats}
spec: {selector: {app: stats}, ports: [{port: 9000}]}
"""
CALL = ", {name: STATS_HOST, value: 'stats:9000'}"


@pytest.mark.parametrize(
    ("image", "call", "packages", "expected"),
    [
        ("clickhouse", CALL, "", {"web -> stats", "web -> database"}),
        ("clickhouse", CALL, "psycopg2\nclickhouse-driver\n", {"web -> stats", "web -> postgresql"}),
        ("clickhouse", "", "psycopg2\n", {"web -> postgresql"}),
        ("clickhouse", "", "", {"web -> stats"}),
        ("postgres", CALL, "psycopg2\n", {"web -> stats"}),
    ],
)
def test_address_of_just_a_database_is_not_that_of_one_for_measurements(
    image: str, call: str, packages: str, expected: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"web.yaml": POD % call + BESIDE % image, "web/Dockerfile": "FROM python\nCOPY . .\n"}
    build = {
        "build.sh": "docker build -t acme/web:1 web\n",
        "web/requirements.txt": packages,
        "web/app.py": "import os\n",
    }
    calls = imported(tmp_path, monkeypatch, files | (build if packages else {})).model.values["connections"]
    assert {each for each in calls if not each.startswith("visitor")} == expected


SCRIPT = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: clean}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: clean, image: %s, command: [sh, -c, "%s"], env: [
  {name: MYSQL_PASSWORD, valueFrom: {secretKeyRef: {name: x, key: y}}}]}]}}}}}
"""


@pytest.mark.parametrize(
    ("image", "script", "is_called"),
    [
        ("acme/kubectl", "kubectl get pods\\n  # mysql -h stats -p$MYSQL_PASSWORD\\necho done", False),
        ("acme/kubectl", "kubectl get pods\\n mysql -h stats -p$MYSQL_PASSWORD # all", True),
        ("acme/clean", "clean\\n# mysql -h stats\\n", True),
    ],
)
def test_line_that_a_shell_does_not_run_calls_nothing(
    image: str, script: str, is_called: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"clean.yaml": SCRIPT % (image, script) + BESIDE % "mysql"}
    calls = imported(tmp_path, monkeypatch, files).model.values.get("connections", {})
    assert ("clean -> stats" in calls) is is_called


KEYED = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: jobs}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: jobs, image: "acme/jobs:1", env: [
  {name: %s, valueFrom: {secretKeyRef: {name: keys, key: token}}}]}]}}}}}
"""


@pytest.mark.parametrize(
    ("variable", "about"),
    [
        ("YOUTRACK_TOKEN", ["jobs -> youtrack"]),
        ("FIRECRAWL_API_KEY", ["jobs -> firecrawl"]),
        ("ADMIN_TOKEN", []),
        ("WEBHOOK_TOKEN", []),
        ("SENTRY_TOKEN", []),
        ("API_TOKEN", []),
    ],
)
def test_key_for_a_service_by_its_name_asks_for_the_call(
    variable: str, about: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = imported(tmp_path, monkeypatch, {"jobs.yaml": KEYED % variable}).model.questions
    assert [each.about for each in questions if variable in each.ask] == about


def test_cron_job_named_after_what_it_calls_takes_no_setting_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = KEYED.replace("name: jobs", "name: fetch-weather")
    files = {"jobs.yaml": job % "WEATHER_URL", "token.yaml": job.replace("weather", "tides") % "TIDES_TOKEN"}
    asked = {each.about: each.ask for each in imported(tmp_path, monkeypatch, files).model.questions}
    assert "WEATHER_URL" in asked["fetch-weather -> weather"]
    assert "TIDES_TOKEN" in asked["fetch-tides -> tides"]


def test_program_that_runs_at_times_calls_the_provider_of_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = imported(tmp_path, monkeypatch, {"jobs.yaml": KEYED % "STRIPE_API_KEY"}).model.values["connections"]
    assert calls["jobs -> stripe"]["assumed"] == "medium"


@pytest.mark.parametrize(
    ("command", "stores"),
    [
        ("rm -rf /data/* && wget -qO- $DATA_URL | tar -xz -C /data && exec start", ["the data"]),
        ("rm -f /data/lock && exec start", ["index"]),
    ],
)
def test_store_that_fetches_its_data_at_each_start_needs_no_backup(
    command: str, stores: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = f"services:\n  index: {{image: solr, command: sh -c '{command}', volumes: ['data:/data']}}\n  web: {{image: acme/web}}\n"
    questions = imported(tmp_path, monkeypatch, {"compose.yml": services}).model.questions
    assert [each.ask for each in questions if each.about == "backups"] == [f"Does anything back up {stores[0]}?"]


SEALED = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: %s}
spec: {template: {spec: {containers: [{name: main, image: "acme/%s:1", env: [
  {name: POSTGRES_URL, valueFrom: {secretKeyRef: {name: sealed, key: url}}}%s]}]}}}
"""


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("server", ", {name: POSTGRES_MAX_CONNECTIONS_SERVER, value: '4'}"),
        ("server", ", {name: POSTGRES_CHECK_SERVER, value: 'true'}"),
        ("shop-monitoring", ""),
        ("shop-proxy", ""),
    ],
)
def test_limit_or_a_name_hides_no_store_that_a_secret_holds(
    name: str, beside: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = imported(tmp_path, monkeypatch, {"web.yaml": SEALED % (name, name, beside)}).model.values["connections"]
    assert f"{name} -> postgresql" in calls


def test_job_that_runs_something_in_the_pods_of_a_workload_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = (
        "\n---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly}\n"
        "spec: {jobTemplate: {spec: {template: {spec: {containers: [\n"
        "  {name: main, image: acme/kubectl, command: [kubectl], args: [-n, shop, exec, %s, --, save.sh]}]}}}}}\n"
    )
    for place, is_called in (("deployment/web", True), ("deployment/other", False)):
        files = {"web.yaml": POD % "" + job % place}
        calls = imported(tmp_path, monkeypatch, files).model.values["connections"]
        assert ("nightly -> web" in calls) is is_called
