"""Compose files of which nothing, or a variable alone, tells which are run: the question, and what is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.started_files import assignments_in
from archgen.cli import main
from tests.importers.compose_projects import STORES, SYSTEM, compose, imported, read_files
from tests.importers.test_found_files import WORKLOAD

BUILT, RELEASED = compose(*SYSTEM), compose("web=acme/web:1", "api=acme/api:1", "db=postgres:16")
DEVELOPED = BUILT.replace("build: web", "build: web\n    command: npm run dev")
PART = compose("web@web") + "    environment: {DB_HOST: db.acme.example}\n"


@pytest.mark.parametrize(
    ("files", "options"),
    [
        pytest.param(
            {"docker-compose.large.yml": RELEASED, "docker-compose.small.yml": RELEASED},
            ("docker-compose.large.yml", "docker-compose.small.yml"),
            id="variants-by-names-that-tell-nothing",
        ),
        pytest.param({"docker-compose.large.yml": RELEASED, "docker-compose.dev.yml": BUILT}, (), id="for-development"),
        pytest.param(
            {"0-plain/docker-compose.yml": RELEASED, "1-with-proxy/docker-compose.yml": RELEASED},
            ("0-plain/docker-compose.yml", "1-with-proxy/docker-compose.yml"),
            id="variants-in-directories-beside-each-other",
        ),
        pytest.param(
            {"compose/maps.yml": RELEASED, "compose/tasks.yml": compose("web=acme/tasks:1", "jobs=acme/jobs:1")},
            ("compose/maps.yml", "compose/tasks.yml"),
            id="parts-beside-each-other",
        ),
        pytest.param({"docker-compose.yml": BUILT, "docker-compose.gpu.yml": BUILT}, (), id="by-default"),
        pytest.param(
            {"docker-compose.yml": DEVELOPED, "docker-compose.gpu.yml": BUILT},
            ("docker-compose.yml", "docker-compose.gpu.yml"),
            id="by-default-for-development",
        ),
        pytest.param(
            {"docker-compose.yml": BUILT, "docker-compose.prod.yml": PART},
            ("docker-compose.yml", "docker-compose.prod.yml"),
            id="part-for-production",
        ),
        pytest.param(
            {"docker-compose.yml": BUILT, "docker-compose.prod.yml": RELEASED, "deploy.sh": "docker compose up -d\n"},
            ("docker-compose.yml", "docker-compose.prod.yml"),
            id="script-against-a-name",
        ),
        pytest.param({"docker-compose.yml": BUILT, "docs/docker-compose.prod.yml": PART}, (), id="of-documents"),
        pytest.param({"docker-compose.yml": BUILT, "docker-compose.prod.yml": RELEASED}, (), id="named-and-whole"),
        pytest.param(
            {
                "docker-compose.yml": compose("web-dev@web", "db=postgres:16"),
                "examples/docker-compose.example.yml": RELEASED,
            },
            ("docker-compose.yml", "examples/docker-compose.example.yml"),
            id="example-beside-programs-of-developers",
        ),
        pytest.param(
            {"docker-compose.yml": DEVELOPED, "examples/docker-compose.yml": RELEASED},
            ("docker-compose.yml", "examples/docker-compose.yml"),
            id="example-beside-development",
        ),
        pytest.param(
            {"docker-compose.yml": DEVELOPED, "examples/docker-compose.yml": BUILT}, (), id="example-to-build"
        ),
        pytest.param({"docker-compose.yml": BUILT, "examples/docker-compose.yml": RELEASED}, (), id="example-alone"),
    ],
)
def test_compose_files_for_which_no_less_speaks_are_asked_about(
    files: dict[str, str], options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [each.options for each in imported(tmp_path, monkeypatch, files).model.questions if each.kind == "way"]
    assert asked == ([options] if options else [])


def test_answer_with_several_files_names_each_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"docker-compose.yml": BUILT, "docker-compose.prod.yml": compose("web", "api", "jobs=acme/jobs:1")}
    files |= {"docker-compose.live.yml": RELEASED, "deploy.sh": "docker compose -f docker-compose.yml up -d\n"}
    asked = [each for each in imported(tmp_path, monkeypatch, files).model.questions if each.kind == "way"]
    several = "docker-compose.yml docker-compose.prod.yml"
    assert [each.options for each in asked] == [("docker-compose.yml", "docker-compose.live.yml", several)]
    assert "docker-compose.yml with docker-compose.prod.yml may run" in asked[0].ask
    assert main(["import", ".", "-o", "models/x.arch.yaml"]) == 0
    assert main(["answer", asked[0].id, several]) == 2
    assert "archgen import docker-compose.yml docker-compose.prod.yml -o" in capsys.readouterr().err


OF_VARIABLE = "on: push\njobs:\n  ship:\n    steps:\n"
STEP = '      - name: Settings of {}\n        run: echo "COMPOSE_FILE={}" >> $GITHUB_ENV\n'
LIVE = "volumes:\n  data: {external: true}\n"


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(
            {
                ".github/workflows/deploy.yml": OF_VARIABLE
                + STEP.format("staging", "docker-compose.yml;ops/extra.yml")
                + STEP.format("production", "docker-compose.yml;ops/prod.yml;ops/jobs.yml")
                + "      - run: make up\n"
            },
            id="for-stages",
        ),
        pytest.param(
            {"deploy.sh": "export COMPOSE_FILE=docker-compose.yml:ops/prod.yml:ops/jobs.yml\nmake up\n"}, id="shell"
        ),
        pytest.param(
            {"deploy.sh": "docker stack up -c docker-compose.yml -c ops/prod.yml -c ops/jobs.yml shop\n"},
            id="of-a-swarm",
        ),
    ],
)
def test_files_of_any_name_that_a_script_has_compose_read_are_read(
    script: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"docker-compose.yml": BUILT, "ops/prod.yml": LIVE, "ops/jobs.yml": compose("jobs=acme/jobs:1"), **script}
    result = imported(tmp_path, monkeypatch, {**files, "ops/extra.yml": compose("probe=acme/probe:1")})
    assert [path for path in read_files(result) if "extra" in path] == []
    assert {"docker-compose.yml", "ops/jobs.yml"} <= {*read_files(result)}
    assert result.reasons[0].startswith("docker-compose.yml with ops/prod.yml with ops/jobs.yml: ")


def test_released_programs_on_a_file_of_what_they_need_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = "services:\n  web: {image: 'ghcr.io/acme/web:1', depends_on: [db]}\n"
    files = {"docker-compose.yml": compose(*STORES), "docker-compose.local.yml": waiting.replace("image", "build")}
    result = imported(tmp_path, monkeypatch, {**files, "docker-compose.pre-built.yml": waiting})
    assert read_files(result) == ["docker-compose.pre-built.yml", "docker-compose.yml"]


def test_what_a_cluster_printed_is_no_part_beside_what_is_applied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = WORKLOAD.replace("{name: web}", '{name: old, uid: abc, resourceVersion: "5093"}', 1)
    result = imported(tmp_path, monkeypatch, {"k8s/web.yaml": WORKLOAD, "before/web.yaml": printed})
    assert [file.path for file, _ in result.reading.sources] == ["k8s/web.yaml"]
    assert result.others == ("before",)
    result = imported(tmp_path, monkeypatch, {"k8s/web.yaml": printed})
    assert len(result.reading.sources) == 2


def test_variable_is_searched_in_steps_of_its_length() -> None:
    assert assignments_in("COMPOSE_FILE=" * 20_000) == []
    assert len(assignments_in("COMPOSE_FILE: a.yml\n" * 20_000)) == 20


BUILDER = 'export const web = {apiVersion: "apps/v1", kind: "Deployment", metadata: {name: "web"}};\n'
ERB = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  <% if live %>\n  replicas: 3\n  <% end %>\n"


@pytest.mark.parametrize(
    ("files", "options"),
    [
        pytest.param({"ops/web.yaml.erb": ERB}, ("docker-compose.yml", "ops"), id="templates-of-another-engine"),
        pytest.param({"kubernetes/web.mts": BUILDER}, ("docker-compose.yml", "kubernetes"), id="programs"),
        pytest.param({"kubernetes/web.mts": "export const x = 1;\n"}, (), id="program-of-something-else"),
        pytest.param({"src/web.ts": BUILDER}, (), id="program-elsewhere"),
        pytest.param({"tests/k8s/web.py": BUILDER}, (), id="of-tests"),
        pytest.param({"ops/web.yaml.erb": ERB, "release.sh": "docker compose up -d\n"}, (), id="compose-is-started"),
        pytest.param(
            {"k8s-specifications/web.yaml": WORKLOAD},
            ("docker-compose.yml", "k8s-specifications"),
            id="manifests-by-a-name",
        ),
    ],
)
def test_what_may_be_in_use_is_asked_about_though_no_importer_reads_it(
    files: dict[str, str], options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = imported(tmp_path, monkeypatch, {"docker-compose.yml": BUILT, **files})
    assert [each.options for each in result.model.questions if each.kind == "way"] == ([options] if options else [])
    assert [*result.templates] == [name for name in files if options and not name.endswith("l")] + [
        name for name in files if name.endswith(".erb") and not options
    ]


APPLIED = "sed s/TAG/$TAG/ {0} | kubectl apply -f -\n"
IN_NGINX = WORKLOAD.replace("apiVersion", "# settings\napiVersion", 1)
CONFIGURED = (
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: proxy}\n"
    "data:\n  nginx.conf: |\n    server {\n      listen 80;\n    }\n"
)


def test_template_in_a_directory_of_manifests_is_one_by_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, trial = "kubernetes/deployment-production.tmpl", "kubernetes/deployment-staging.tmpl"
    files = {
        live: IN_NGINX + CONFIGURED,
        trial: IN_NGINX,
        "kubernetes/mail.html.tmpl": "kind: x",
        "web/page.tmpl": WORKLOAD,
    }
    result = imported(
        tmp_path, monkeypatch, {**files, "docker-compose.yml": compose("web@web"), "deploy.sh": APPLIED.format(live)}
    )
    assert {name for _, name in result.reading.sources} == {"kubernetes"}
    assert {file.path for file, _ in result.reading.sources} == {live, trial}
    assert [each.name for each in result.reading.omissions] == ["web"]


def test_directory_of_a_pipeline_is_no_trial_if_a_script_deploys_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"docker-compose.yml": compose("web@web"), "ci/k8s/web.yaml": WORKLOAD}
    ways = [
        [each.options for each in imported(tmp_path, monkeypatch, more).model.questions if each.kind == "way"]
        for more in (files, {"ci/deploy.sh": "kubectl apply -f ci/k8s/web.yaml\n"})
    ]
    assert ways == [[], [("ci/k8s", "docker-compose.yml")]]
