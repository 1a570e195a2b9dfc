"""Compose files beside manifests of Kubernetes: which of them an import reads, by what speaks for either."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.importing import import_model, summary
from archgen.cli import main
from tests.importers.compose_projects import compose, imported
from tests.importers.test_found_files import TEMPLATE, WORKLOAD, write

COMPOSE = "services:\n  web:\n    build: web\n    restart: always\n"
SYSTEM = {"docker-compose.yml": COMPOSE, "k8s/prod/web.yaml": WORKLOAD}
"""Files of which only a little more has to speak for the manifests."""

APPLY = "kubectl apply -k k8s/prod\n"
APPLIED = "# Shop\n\n```sh\nkubectl apply -f k8s/\n```\n"
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop}
spec: {source: {path: k8s/prod}}
"""
AUTOSCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {kind: Deployment, name: web}, minReplicas: 1}
"""

NEVER_PULLED = WORKLOAD.replace('image: "acme/web:1"', 'image: "web:1",\n    imagePullPolicy: Never\n')

STORE = "  db:\n    image: postgres:16\n"
WITH_SETTINGS = WORKLOAD.replace("}]}}}\n", ", envFrom: [{secretRef: {name: web}}]}]}}}\n")


def with_lines(*lines: str, head: str = "") -> dict[str, str]:
    """Return the compose file with further lines of its service, and with lines above all."""
    return {"docker-compose.yml": head + COMPOSE + "".join(f"    {line}\n" for line in lines)}


def formats_of(directory: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> set[str]:
    """Return the formats that an import reads of a directory."""
    return {name for _, name in imported(directory, monkeypatch, files).reading.sources}


DEVELOPMENT = [
    pytest.param(with_lines("command: npm run dev"), id="command-of-developers"),
    pytest.param(with_lines("command: uvicorn app:app --reload"), id="server-that-reloads"),
    pytest.param(with_lines("environment: {NODE_ENV: development}"), id="environment"),
    pytest.param(with_lines("environment:", "  - APP_ENV=${APP_ENV:-dev}"), id="environment-by-default"),
    pytest.param(with_lines("volumes:", "  - ./web:/app"), id="mounted-source"),
    pytest.param(with_lines("volumes:", "  - ./web/src:/app/src"), id="mounted-part-of-the-source"),
    pytest.param(with_lines("environment:", "  - API_URL=http://localhost:8000"), id="visitors-at-localhost"),
    pytest.param(
        {"docker-compose.yml": f"{COMPOSE}{STORE}    ports:\n      - '5432:5432'\n", "k8s/prod/web.yaml": WITH_SETTINGS},
        id="published-store",
    ),
    pytest.param({"docker-compose.yml": COMPOSE.replace("    restart: always\n", "")}, id="no-restart"),
    pytest.param(
        {"docker-compose.yml": COMPOSE.replace("    restart: always\n", "").replace("build: web", "image: acme/web:1")},
        id="no-restart-of-an-image-that-is-built",
    ),
    pytest.param(with_lines(head="# Stack for local work\n"), id="comment"),
    pytest.param(with_lines(head="# 本地开发\n"), id="comment-in-another-language"),
    pytest.param(with_lines(head="# 请勿用于生产\n"), id="comment-against-production-in-another-language"),
    pytest.param(with_lines(head="# Not meant for production\n"), id="comment-against-production"),
    pytest.param(with_lines(head="# Prod-like topology\n"), id="comment-that-compares-with-production"),
    pytest.param(with_lines(head="# Mirrors the production setup\n"), id="comment-on-a-copy-of-production"),
    pytest.param(with_lines(head="# Local stack; for production use Kubernetes\n"), id="comment-on-both"),
    pytest.param({"README.md": "`docker compose up` isn't for production.\n"}, id="documents-against-production"),
    pytest.param({"README.md": "Local: `docker compose up`; for production see k8s/.\n"}, id="clause-of-the-documents"),
    pytest.param({"README.md": "## No longer used\n\n```sh\ndocker compose up\n```\n"}, id="unused-in-the-documents"),
    pytest.param(with_lines(head="name: shop-dev\n"), id="name-of-the-project"),
    pytest.param({"README.md": "# Run locally\n\n```sh\ndocker compose up\n```\n"}, id="heading-of-the-documents"),
    pytest.param({"README.md": "- **Local:** `docker compose up`\n"}, id="line-of-the-documents"),
    pytest.param({"README.md": "| Runs in | Docker Compose (dev) / Kubernetes (prod) |\n"}, id="tools-of-the-documents"),
    pytest.param({"README.md": "| Where | How |\n|---|---|\n| Local | Docker Compose |\n"}, id="table-of-the-documents"),
    pytest.param({"README.md": "`docker-compose.yml` has four services for development.\n"}, id="name-in-the-documents"),
    pytest.param({"README.md": "For developers:\n\n```sh\ndocker compose up\n```\n"}, id="line-above-in-the-documents"),
]  # fmt: skip
CLUSTER = [
    pytest.param({"k8s/hpa.yaml": AUTOSCALER}, id="autoscaler"),
    pytest.param({"argocd/shop.yaml": ARGO}, id="controller"),
    pytest.param({"argocd/shop.yaml": ARGO.replace("k8s/prod", "k8s")}, id="controller-of-all-below"),
    pytest.param({"deploy.sh": APPLY}, id="script"),
    pytest.param({"deploy.sh": APPLY.replace("kubectl", "oc")}, id="script-for-openshift"),
    pytest.param({"deploy.sh": "kustomize build k8s/prod | kubectl apply -f - | tee log\n"}, id="pipe"),
    pytest.param({"Makefile": f"rollout:\n\t{APPLY}"}, id="target"),
    pytest.param({".github/workflows/main.yml": f"run: {APPLY}"}, id="workflow"),
    pytest.param(
        {".github/workflows/main.yml": f"on:\n  pull_request:\n  push:\nrun: {APPLY}"}, id="workflow-of-two-events"
    ),
    pytest.param(
        {".github/workflows/main.yml": f"kind: push\nuses: a/b@v1 # not kind\nrun: {APPLY}"},
        id="workflow-with-an-action",
    ),
    pytest.param({"cloudbuild.yaml": f"args: {APPLY}"}, id="build-in-a-cloud"),
    pytest.param({"README.md": APPLIED}, id="documents"),
]
TRIALS = [
    pytest.param({}, id="nothing-else"),
    pytest.param({"deploy.sh": f"kind create cluster\n{APPLY}"}, id="cluster-for-a-trial"),
    pytest.param({"deploy.sh": f"true\n  # {APPLY}"}, id="command-in-a-comment"),
    pytest.param({"deploy.sh": "kustomize build k8s/prod | kubectl apply --dry-run=server -f -\n"}, id="command-that-only-shows"),
    pytest.param({"deploy.sh": "kustomize build k8s/prod | kubeconform\n"}, id="command-for-a-check"),
    pytest.param({".github/workflows/main.yml": f"run: echo # {APPLY}"}, id="command-in-a-comment-of-a-line"),
    pytest.param({".github/workflows/main.yml": f"- uses: a/k3d-action@v2\n- run: {APPLY}"}, id="action-for-a-trial"),
    pytest.param({".github/workflows/main.yml": f"on: [pull_request]\nrun: {APPLY}"}, id="request-to-merge"),
    pytest.param({".github/workflows/main.yml": f"on:\n  pull_request:\n    types: [opened]\nrun: {APPLY}"}, id="request-in-lines"),
    pytest.param({"Makefile": f"dev-up:\n\t{APPLY}"}, id="target-for-a-trial"),
    pytest.param({"deploy.sh": APPLY.replace("prod", "local")}, id="overlay-for-a-trial"),
    pytest.param({"scripts/k8s-smoke.sh": APPLY}, id="script-of-a-test"),
    pytest.param({"README.md": APPLIED.replace("Shop", "Local cluster")}, id="documents-on-a-trial"),
    pytest.param({"README.md": APPLIED.replace("Shop", "Experimental"), "k8s/hpa.yaml": AUTOSCALER}, id="documents-on-an-experiment"),
    pytest.param(
        {**with_lines("volumes:", "  - ./web.conf:/etc/web.conf"), "web.conf": "listen 80\n"}, id="mounted-configuration"
    ),
    pytest.param({"argocd/shop.yaml": ARGO.replace("k8s/prod", "shop/prod")}, id="controller-of-another-directory"),
    pytest.param({"argocd/shop.yaml": ARGO.replace("Application", "Workflow")}, id="object-of-the-controllers-group"),
    pytest.param({"argocd/dev/shop.yaml": ARGO}, id="controller-for-a-trial"),
    pytest.param(with_lines("ports: ['127.0.0.1:8080:80']"), id="port-of-no-store"),
    pytest.param(with_lines("healthcheck: {test: curl http://localhost:80}"), id="check-at-localhost"),
    pytest.param(with_lines("environment: {VAULT_ADDR: 'http://127.0.0.1:8200'}"), id="address-of-a-command-line"),
    pytest.param(with_lines(head="# For production and for development\n"), id="comment-for-both"),
    pytest.param(with_lines(head="# For local work use Kubernetes\n"), id="comment-on-manifests"),
    pytest.param({"README.md": "`docker compose -f docker-compose.dev.yml up` for development\n"}, id="documents-on-another-file"),
]  # fmt: skip
PRODUCTION = [
    pytest.param(with_lines("ports: ['443:443']"), id="https"),
    pytest.param(with_lines("environment: {NODE_ENV: production}"), id="environment"),
    pytest.param(with_lines(head="# The production stack\n"), id="comment"),
    pytest.param({"docker-compose.yml": COMPOSE.replace("build: web", "image: acme/web:1")}, id="image-that-is-built"),
    pytest.param({"release.sh": "docker compose up -d\n"}, id="script"),
    pytest.param({"DEPLOY.md": "## Production\n\n```sh\ndocker compose up -d\n```\n"}, id="documents"),
    pytest.param({"DEPLOY.md": "We deploy with `docker compose up -d`.\n"}, id="documents-on-a-server"),
]


@pytest.mark.parametrize("files", [*DEVELOPMENT, *CLUSTER])
def test_manifests_are_read_where_more_speaks_for_them(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert formats_of(tmp_path, monkeypatch, SYSTEM | files) == {"kubernetes"}


@pytest.mark.parametrize("files", TRIALS)
def test_compose_files_are_read_where_too_little_speaks_for_the_manifests(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert formats_of(tmp_path, monkeypatch, SYSTEM | files) == {"compose"}


@pytest.mark.parametrize("files", PRODUCTION)
def test_compose_files_of_visitors_are_read_beside_manifests_that_the_documents_name(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = {"README.md": APPLIED}
    assert formats_of(tmp_path, monkeypatch, SYSTEM | readme) == {"kubernetes"}
    assert formats_of(tmp_path, monkeypatch, SYSTEM | readme | files) == {"compose"}


STATED = with_lines(head="# The production stack\n")["docker-compose.yml"]
CONTROLLED = {"argocd/shop.yaml": ARGO.replace("k8s/prod", "k8s")}


@pytest.mark.parametrize(
    ("text", "file", "scripts", "read"),
    [
        (STATED, "docker-compose.yml", {".github/workflows/main.yml": f"run: {APPLY}"}, "kubernetes"),
        (STATED, "docker-compose.yml", {"Jenkinsfile": APPLY}, "kubernetes"),
        (STATED, "docker-compose.yml", CONTROLLED, "kubernetes"),
        (STATED, "docker-compose.yml", {"deploy.sh": APPLY}, "compose"),
        (COMPOSE, "docker-compose.prod.yml", {"Jenkinsfile": APPLY}, "kubernetes"),
        (COMPOSE, "docker-compose.prod.yml", {"deploy.sh": APPLY}, "compose"),
        (COMPOSE, "docker-compose.yml", {"Jenkinsfile": APPLY, "release.sh": "docker compose up -d\n"}, "compose"),
        (COMPOSE, "docker-compose.yml", {"release.sh": "docker compose up -d\n"}, "compose"),
        (
            COMPOSE,
            "docker-compose.yml",
            {
                **CONTROLLED,
                "k8s/hpa.yaml": AUTOSCALER,
                "k8s/prod/kustomization.yaml": "resources: [..]\n",
                "release.sh": "docker compose up -d\n",
            },
            "kubernetes",
        ),
    ],
)
def test_pipeline_that_applies_manifests_outweighs_names_and_comments(
    text: str, file: str, scripts: dict[str, str], read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert formats_of(tmp_path, monkeypatch, {file: text, "k8s/web.yaml": WORKLOAD} | scripts) == {read}


@pytest.mark.parametrize(
    ("more", "read"),
    [
        ({}, "kubernetes"),
        ({"conf/web.conf": "listen 443\n"}, "compose"),
        ({"conf/web.conf.example": "listen 443\n"}, "compose"),
    ],
)
def test_port_whose_configuration_is_not_there_shows_no_https(
    more: dict[str, str], read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = with_lines("ports: ['443:443']", "volumes:", "  - ./conf/web.conf:/etc/web.conf:ro", "  - ./data:/data")
    assert formats_of(tmp_path, monkeypatch, SYSTEM | {"README.md": APPLIED} | files | more) == {read}


def test_configuration_of_another_service_tells_nothing_of_https(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = SYSTEM | {"README.md": APPLIED} | with_lines("ports: ['443:443']")
    files["docker-compose.yml"] += (
        "  probe:\n    image: prom/blackbox-exporter\n    volumes:\n    - ./probe.yml:/probe.yml\n"
    )
    assert formats_of(tmp_path, monkeypatch, files) == {"compose"}
    write({"docker-compose.yml": files["docker-compose.yml"].replace("'443:443'", "'80:80'")})
    lines = summary(import_model((".",), None)).splitlines()
    assert lines[2].endswith("and docker-compose.yml mounts probe.yml, which isn't there"), lines


@pytest.mark.parametrize("profile", ["    profiles: [ui]\n", ""])
def test_program_that_only_a_profile_starts_does_not_tell_systems_apart(
    profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{compose('app@.')}    command: npm run dev\n  front:\n    build: front\n{profile}"
    files = {"docker-compose.yml": text, "k8s/prod/web.yaml": WORKLOAD}
    assert formats_of(tmp_path, monkeypatch, files) == {"kubernetes" if profile else "compose"}


def test_only_built_program_counts_though_a_profile_starts_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{compose('tool=maker/tool', 'web@web')}    command: npm run dev\n    profiles: [web]\n"
    files = {"docker-compose.yml": text, "k8s/prod/web.yaml": WORKLOAD}
    assert formats_of(tmp_path, monkeypatch, files) == {"kubernetes"}


@pytest.mark.parametrize(
    "manifests",
    [
        pytest.param({"k8s/prod/web.yaml": WORKLOAD.replace("web", "probe")}, id="of-something-else"),
        pytest.param({"k8s/dev/web.yaml": WORKLOAD}, id="of-a-trial"),
        pytest.param({"k8s/prod/web.yaml": TEMPLATE}, id="to-be-rendered"),
        pytest.param({"k8s/prod/web.yaml": WORKLOAD.replace("acme/web:1", "postgres:16")}, id="of-stores"),
        pytest.param(
            {"k8s/web.yaml": NEVER_PULLED, "k8s/hpa.yaml": AUTOSCALER, "deploy.sh": APPLY.replace("/prod", "")},
            id="of-images-on-this-machine",
        ),
    ],
)
def test_manifests_that_may_not_be_the_system_are_not_read(
    manifests: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = with_lines("command: npm run dev", head="# For development\n")
    assert formats_of(tmp_path, monkeypatch, local | manifests) == {"compose"}


@pytest.mark.parametrize(
    ("services", "read"),
    [
        (("app@.",), "kubernetes"),
        (("front@front", "back@back"), "compose"),
        (("web-service@src",), "kubernetes"),
        (("web=acme/web",), "kubernetes"),
        (("web=acme/other-web",), "compose"),
        (("web@web", "jobs@web"), "kubernetes"),
        (("web@web", "jobs@jobs"), "compose"),
        (("web@web", "jobs=php:8"), "compose"),
        (("web@web", "tool=maker/tool"), "kubernetes"),
        (("web@web", "redis@redis"), "kubernetes"),
        (("web=acme/$IMAGE",), "kubernetes"),
    ],
)
def test_manifests_are_of_the_same_system_by_names_and_images_or_by_its_only_program(
    services: tuple[str, ...], read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = compose(*services) + "    command: npm run dev\n"
    files = {"docker-compose.yml": text, "k8s/prod/web.yaml": WORKLOAD}
    assert formats_of(tmp_path, monkeypatch, files) == {read}


@pytest.mark.parametrize(
    ("manifest", "read"),
    [
        (WORKLOAD, "compose"),
        (WITH_SETTINGS, "kubernetes"),
        (f"{WORKLOAD}---\n{WORKLOAD.replace('acme/web:1', 'postgres:16').replace('web', 'db')}", "kubernetes"),
    ],
)
def test_manifests_of_a_system_with_a_store_have_one_or_a_variable_for_it(
    manifest: str, read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = with_lines("command: npm run dev") | {"k8s/prod/web.yaml": manifest}
    files["docker-compose.yml"] += STORE
    assert formats_of(tmp_path, monkeypatch, files) == {read}


@pytest.mark.parametrize("more", [{"deploy.sh": APPLY}, with_lines("command: npm run dev")])
def test_leftover_manifests_with_routes_and_images_of_a_registry_are_not_read(
    more: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = {"docker-compose.yml": COMPOSE.replace("    restart: always\n", ""), "k8s/web.yaml": WORKLOAD}
    assert formats_of(tmp_path, monkeypatch, plain | {"k8s/hpa.yaml": AUTOSCALER}) == {"compose"}
    write(more)
    assert {name for _, name in import_model((".",), None).reading.sources} == {"kubernetes"}


@pytest.mark.parametrize(
    ("image", "read"), [("caddy:2", "compose"), ("a/swagger-ui", "kubernetes"), ("lscr.io/linuxserver/swag", "compose")]
)
def test_program_that_gets_certificates_speaks_for_a_compose_file(
    image: str, read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = SYSTEM | {"README.md": APPLIED, "k8s/prod/web.yaml": WITH_SETTINGS}
    files["docker-compose.yml"] += f"  docs:\n    image: {image}\n"
    assert formats_of(tmp_path, monkeypatch, files) == {read}


def test_overlay_may_name_other_images_than_those_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = with_lines("command: npm run dev", head="# For development\n")
    files = {"k8s/prod/web.yaml": NEVER_PULLED, "k8s/hpa.yaml": AUTOSCALER}
    assert formats_of(tmp_path, monkeypatch, local | files) == {"kubernetes"}


@pytest.mark.parametrize(("name", "read"), [("docker-compose.dev.yml", "kubernetes"), ("compose.yml", "compose")])
def test_file_that_is_named_for_development_gives_way(
    name: str, read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert formats_of(tmp_path, monkeypatch, {name: COMPOSE, "k8s/prod/web.yaml": WORKLOAD}) == {read}


def test_manifests_of_too_few_of_the_programs_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    others = "".join(f"  p{number}:\n    build: p{number}\n" for number in range(3))
    files = with_lines("command: npm run dev") | {"k8s/prod/web.yaml": WORKLOAD}
    files["docker-compose.yml"] += others
    files["k8s/prod/p0.yaml"] = WORKLOAD.replace("web", "p0")
    lines = summary(imported(tmp_path, monkeypatch, files)).splitlines()
    assert "read docker-compose.yml: nothing shows that the manifests run the same system" in lines
    assert "not read: k8s; `archgen import k8s` reads it instead" in lines
    write({"k8s/prod/p1.yaml": WORKLOAD.replace("web", "p1")})
    assert {name for _, name in import_model((".",), None).reading.sources} == {"kubernetes"}


def test_summary_says_why_and_how_to_read_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = with_lines("command: npm run dev", head="# For development\n") | {"k8s/prod/web.yaml": WORKLOAD}
    lines = summary(imported(tmp_path, monkeypatch, files)).splitlines()
    assert (
        "read manifests of Kubernetes: k8s/prod is named for production, their images are in a registry, "
        "and docker-compose.yml speaks of development in its comments and runs `npm run dev`"
    ) in lines
    assert "not read: docker-compose.yml; `archgen import docker-compose.yml` reads it instead" in lines
    write({"docker-compose.yml": COMPOSE})
    lines = summary(import_model((".",), None)).splitlines()
    assert "read docker-compose.yml: it restarts what ends" in lines
    assert "not read: k8s; `archgen import k8s` reads it instead" in lines


def test_summary_says_that_two_variants_became_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = imported(tmp_path, monkeypatch, SYSTEM)
    assert "read as one" not in summary(result)
    both = summary(import_model((".", "k8s"), None))
    assert "not read" not in both
    assert "read as one: web of compose files and of manifests; to keep them apart, import one of the two" in both


def test_manifests_come_before_compose_files_further_down_unless_clearly_more_speaks_for_these(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"deploy/docker-compose.prod.yml": COMPOSE.replace("build: web", "build: ../web")}
    result = imported(tmp_path, monkeypatch, {"k8s/prod/web.yaml": WORKLOAD} | files)
    lines = summary(result).splitlines()
    reason = "k8s/prod is named for production, their images are in a registry"
    rival = "deploy/docker-compose.prod.yml may be in use too: its name says production"
    assert f"read manifests of Kubernetes: {reason}; {rival}" in lines
    assert (
        "not read: deploy/docker-compose.prod.yml; `archgen import deploy/docker-compose.prod.yml` reads it instead"
        in lines
    )
    write({"deploy/deploy.sh": "docker compose -f docker-compose.prod.yml up -d\n"})
    lines = summary(import_model((".",), None)).splitlines()
    assert "read deploy/docker-compose.prod.yml: its name says production, deploy/deploy.sh starts it" in lines
    assert "not read: k8s; `archgen import k8s` reads it instead" in lines


def test_documents_that_name_a_compose_file_further_down_for_production_win(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"deploy/compose.yml": COMPOSE.replace("build: web", "build: ../web"), "k8s/web.yaml": WORKLOAD}
    assert formats_of(tmp_path, monkeypatch, files) == {"kubernetes"}
    assert formats_of(tmp_path, monkeypatch, {"README.md": "Production: `docker compose up`\n"}) == {"compose"}
    write({"k8s/web.yaml": WORKLOAD.replace("web", "probe")})
    assert {name for _, name in import_model((".",), None).reading.sources} == {"compose"}
    write({"k8s/prod/web.yaml": WORKLOAD.replace("web", "probe")})
    assert {name for _, name in import_model((".",), None).reading.sources} == {"kubernetes"}
    Path("k8s/prod/web.yaml").unlink()
    Path("README.md").unlink()
    assert {name for _, name in import_model((".",), None).reading.sources} == {"kubernetes"}


def test_compose_file_of_something_else_further_down_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"k8s/web.yaml": WORKLOAD, "tools/docker-compose.yml": "services:\n  probe:\n    build: probe\n"}
    lines = summary(imported(tmp_path, monkeypatch, files)).splitlines()
    assert "read manifests of Kubernetes: no compose file lies in ." in lines
    assert "not read: tools/docker-compose.yml; `archgen import tools/docker-compose.yml` reads it instead" in lines
    Path("tools").rename("tests")
    assert "read" not in {line.split()[0] for line in summary(import_model((".",), None)).splitlines()}


def test_what_one_of_several_files_shows_is_said_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = "# For local development\n"
    files = {
        "shop/docker-compose.yml": head + COMPOSE.replace("web", "shop"),
        "mail/docker-compose.yml": head + COMPOSE.replace("web", "mail"),
        "k8s/prod/shop.yaml": WORKLOAD.replace("web", "shop"),
        "k8s/prod/mail.yaml": WORKLOAD.replace("web", "mail"),
    }
    lines = summary(imported(tmp_path, monkeypatch, files)).splitlines()
    assert any("one of mail/docker-compose.yml and shop/docker-compose.yml speaks of" in line for line in lines), lines


@pytest.mark.parametrize(
    ("comment", "read"),
    [
        ("For local development. For production use Kubernetes (see deploy/k8s)", "kubernetes"),
        ("For local development", "compose"),
        ("Never use Kubernetes in production", "compose"),
    ],
)
def test_comment_that_names_kubernetes_for_production_tells_that_manifests_are_of_the_system(
    comment: str, read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = with_lines("command: npm run dev", head=f"# {comment}\n") | {"k8s/prod/web.yaml": WORKLOAD}
    files["docker-compose.yml"] += "  backend:\n    build: backend\n"
    assert formats_of(tmp_path, monkeypatch, files) == {read}


def test_programs_of_one_directory_with_recipes_of_their_own_count_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = "".join(
        f"  {name}:\n    build:\n      context: .\n      dockerfile: {name}/Dockerfile\n"
        for name in ("web", "api", "jobs")
    )
    front = "  front:\n    build: front\n"
    files = {"docker-compose.yml": f"services:\n{services}{front}"}
    files |= {f"k8s/prod/{name}.yaml": WORKLOAD.replace("web", name) for name in ("web", "api", "jobs")}
    assert formats_of(tmp_path, monkeypatch, files) == {"kubernetes"}


@pytest.mark.parametrize(
    ("more", "options"),
    [
        ({}, ("docker-compose.yml", "k8s")),
        ({"release.sh": "docker compose up -d\n"}, ()),
        ({"k8s/hpa.yaml": AUTOSCALER}, ("k8s", "docker-compose.yml")),
        ({"Jenkinsfile": APPLY}, ()),
        ({"Jenkinsfile": APPLY, "release.sh": "docker compose up -d\n"}, ("docker-compose.yml", "k8s")),
    ],
)
def test_way_to_run_the_system_is_asked_for_unless_the_repository_shows_it(
    more: dict[str, str], options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [each for each in imported(tmp_path, monkeypatch, SYSTEM | more).model.questions if each.kind == "way"]
    assert [each.options for each in asked] == ([options] if options else [])


def test_answer_with_another_way_names_the_import_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = next(each for each in imported(tmp_path, monkeypatch, SYSTEM).model.questions if each.kind == "way")
    assert main(["import", ".", "-o", "models/x.arch.yaml"]) == 0
    before = Path("models/x.arch.yaml").read_bytes()
    assert main(["answer", asked.id, "k8s"]) == 2
    assert "archgen import k8s -o models/x.arch.yaml --update" in capsys.readouterr().err
    assert Path("models/x.arch.yaml").read_bytes() == before
    assert main(["import", "k8s", "-o", "models/x.arch.yaml", "--update"]) == 0
    assert b"kind: way" not in Path("models/x.arch.yaml").read_bytes()


def test_answer_with_the_way_that_is_read_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = next(each for each in imported(tmp_path, monkeypatch, SYSTEM).model.questions if each.kind == "way")
    for update in ([], ["--update"]):
        assert main(["import", ".", "-o", "models/x.arch.yaml", *update]) == 0
        if not update:
            assert main(["answer", asked.id, "docker-compose.yml"]) == 0
        assert b"kind: way" not in Path("models/x.arch.yaml").read_bytes()
