"""Directories with several compose projects: which of them an import reads, why, and what it says of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.importing import import_model, summary
from tests.importers.compose_projects import STORES, SYSTEM, assert_choice, compose, imported, read_files


@pytest.mark.parametrize(
    ("files", "read", "reason"),
    [
        pytest.param(
            {"docker-compose.yml": compose(*SYSTEM), "docker-compose.prod.yml": compose(*SYSTEM)},
            ["docker-compose.prod.yml"],
            "docker-compose.prod.yml: its name says production",
            id="production-by-its-name",
        ),
        pytest.param(
            {"docker-compose.yml": compose(*SYSTEM), "deploy/prod/docker-compose.yml": compose("web@../../web", "api@../../api")},
            ["deploy/prod/docker-compose.yml"],
            "deploy/prod/docker-compose.yml: its name says production",
            id="production-by-its-directory",
        ),
        pytest.param(
            {"docker-compose.yml": compose(*SYSTEM), "docker-compose.dev.yml": compose(*SYSTEM)},
            ["docker-compose.yml"],
            "docker-compose.yml: Compose reads it by default",
            id="default-before-development",
        ),
        pytest.param(
            {"docker-compose.yml": compose(*SYSTEM), "test/docker-compose.prod.yml": compose("web@../web", "api@../api")},
            ["docker-compose.yml"],
            "",
            id="test-of-production-is-a-test",
        ),
        pytest.param(
            {
                "docker-compose.ci.yml": compose(*SYSTEM),
                "docker-compose.dev.yml": compose(*SYSTEM),
                "docker-compose.example.yml": compose("web=acme/web", "api=acme/api", "db=postgres:16"),
            },
            ["docker-compose.example.yml"],
            "docker-compose.example.yml: it lies nearest",
            id="example-before-files-for-tests",
        ),
        pytest.param(
            {"docker-compose.yml": compose(*SYSTEM), "docker-compose.prod.yml": compose("web")},
            ["docker-compose.prod.yml", "docker-compose.yml"],
            "docker-compose.yml with docker-compose.prod.yml: its name says production",
            id="file-that-only-changes-follows-its-base",
        ),
        pytest.param(
            {
                "compose.yml": compose(*SYSTEM),
                "compose.prod.yml": "services:\n  web:\n    image: acme/web\n    build: !override\n    ports: !override [a]\n"
                "  api:\n    image: acme/api\n    build: !reset null\n",
            },
            ["compose.prod.yml", "compose.yml"],
            "compose.yml with compose.prod.yml: its name says production",
            id="file-that-takes-back-what-its-base-builds",
        ),
        pytest.param(
            {
                "compose.yml": compose(*SYSTEM),
                "compose.prod.yml": compose(*SYSTEM).replace("    build", "    shm_size: !!str 1gb\n    build"),
            },
            ["compose.prod.yml"],
            "compose.prod.yml: its name says production",
            id="tag-of-yaml-itself-changes-nothing-of-another-file",
        ),
        pytest.param(
            {"compose.yml": compose("web=node:22", "api=node:22"), "compose.prod.yml": compose("web=acme/shop", "api=acme/shop")},
            ["compose.prod.yml"],
            "compose.prod.yml: its name says production",
            id="image-of-a-language-is-no-other-program",
        ),
        pytest.param(
            {"compose.yml": compose("web=acme/a", "api=acme/b"), "compose.prod.yml": compose("web=acme/shop", "api=acme/shop")},
            ["compose.yml"],
            "compose.yml: Compose reads it by default",
            id="other-images-are-other-programs",
        ),
        pytest.param(
            {"compose.yml": compose(*SYSTEM), "compose.override.yml": compose("mock@mock"), "compose.prod.yml": compose("web")},
            ["compose.prod.yml", "compose.yml"],
            "compose.yml with compose.prod.yml: its name says production",
            id="override-for-development-is-left-out-with-one-for-production",
        ),
        pytest.param(
            {"docker-compose.yml": compose(*STORES), "infra/docker-compose.prod.yml": compose("web=acme/web", *STORES)},
            ["infra/docker-compose.prod.yml"],
            "infra/docker-compose.prod.yml: its name says production, docker-compose.yml runs no program of its own",
            id="helper-with-stores-alone",
        ),
        pytest.param(
            {"docker-compose.yml": compose(*STORES), "docker/docker-compose.yml": compose("web@../web", "api@../api")},
            ["docker/docker-compose.yml"],
            "docker/docker-compose.yml: docker-compose.yml runs no program of its own",
            id="helper-beside-the-only-project-that-builds",
        ),
        pytest.param(
            {
                "docker-compose.yml": compose(*STORES),
                **{f"apps/{name}/docker-compose.yml": compose(f"{name}@.") for name in ("a", "b", "c", "d")},
            },
            ["docker-compose.yml"],
            "docker-compose.yml: Compose reads it by default",
            id="helper-of-many-projects-none-of-which-is-the-system",
        ),
        pytest.param(
            {"docker-compose.yml": compose(*SYSTEM), "tools/docker-compose.prod.yml": compose("scraper@scraper", "db=postgres:16")},
            ["docker-compose.yml"],
            "docker-compose.yml: Compose reads it by default",
            id="production-of-something-else",
        ),
        pytest.param(
            {
                "docker-compose.yml": compose(*SYSTEM),
                "tools/sentry/docker-compose.prod.yml": compose("web=getsentry/sentry", "api=getsentry/sentry"),
            },
            ["docker-compose.yml"],
            "docker-compose.yml: Compose reads it by default",
            id="product-in-a-directory-of-its-name",
        ),
        pytest.param(
            {"docker-compose.yml": compose("app@.", *STORES), "packages/landing/docker-compose.prod.yml": compose("app@.")},
            ["docker-compose.yml"],
            "docker-compose.yml: Compose reads it by default",
            id="package-with-a-source-and-a-project-of-its-own",
        ),
        pytest.param(
            {
                "shop/docker-compose.yml": compose("web=acme/shop-web", "api=acme/shop-api"),
                "wiki/docker-compose.yml": compose("web=acme/wiki-web", "api=acme/wiki-api"),
            },
            ["shop/docker-compose.yml", "wiki/docker-compose.yml"],
            "",
            id="systems-side-by-side-of-other-images",
        ),
        pytest.param(
            {"docker-compose.yml": compose("app@.", *STORES), "docker-compose.live-reload.yml": compose("app@.", *STORES)},
            ["docker-compose.yml"],
            "docker-compose.yml: Compose reads it by default",
            id="live-reload-is-for-developers",
        ),
        pytest.param(
            {"docker-compose.yml": compose("app@.", *STORES), "live-chat/docker-compose.yml": compose("app@..", *STORES)},
            ["docker-compose.yml"],
            "docker-compose.yml: Compose reads it by default",
            id="live-chat-is-no-stage",
        ),
        pytest.param(
            {
                "shop-a/docker-compose.yml": compose("web@../src/web", "api@../src/api"),
                "shop-b/docker-compose.yml": compose("web@../src/web", "api@../src/api"),
                "infra/deploy/docker-compose.prod.yml": compose("web@../../src/web", "api@../../src/api"),
            },
            ["infra/deploy/docker-compose.prod.yml"],
            "infra/deploy/docker-compose.prod.yml: its name says production",
            id="project-that-stands-for-two-is-read-once",
        ),
        pytest.param(
            {"docker-compose.yml": compose(*SYSTEM), "docker-compose.prod.yml": compose("web=acme/web:1", "api=acme/api:1")},
            ["docker-compose.prod.yml", "docker-compose.yml"],
            "docker-compose.yml with docker-compose.prod.yml: its name says production",
            id="other-images-without-the-store-change-the-file-beside-them",
        ),
        pytest.param(
            {
                "docker-compose.yml": compose(*SYSTEM),
                "docker-compose.prod.yml": compose("web=acme/web:1", "api=acme/api:1") + "    environment: {DATABASE_URL: 'postgres://db.example/x'}\n",
            },
            ["docker-compose.prod.yml"],
            "docker-compose.prod.yml: its name says production",
            id="file-with-an-address-of-its-own-stands-for-itself",
        ),
        pytest.param(
            {
                "docker-compose.yml": compose(*SYSTEM, "worker@worker", "mailer@mailer"),
                "docker-compose.prod.yml": compose("web@web", "api@api", "queue@queue"),
            },
            ["docker-compose.yml"],
            "docker-compose.yml: Compose reads it by default",
            id="production-of-less-than-half",
        ),
        pytest.param(
            {
                "backend/docker-compose.yml": compose("api@.", *STORES),
                "deploy/docker-compose.prod.yml": compose("api=acme/api", "web=acme/web", *STORES),
            },
            ["deploy/docker-compose.prod.yml"],
            "deploy/docker-compose.prod.yml: its name says production",
            id="of-two-variants-side-by-side-one-is-read",
        ),
        pytest.param(
            {"api/docker-compose.yml": compose("api@.", *STORES), "shop/docker-compose.yml": compose("shop@.", *STORES)},
            ["api/docker-compose.yml", "shop/docker-compose.yml"],
            "",
            id="two-systems-side-by-side-are-no-variants",
        ),
        pytest.param(
            {"local/docker-compose.yml": compose("kiosk@."), "shop/docker-compose.yml": compose("shop@.")},
            ["shop/docker-compose.yml"],
            "shop/docker-compose.yml: it lies nearest",
            id="trial-beside-another-project",
        ),
        pytest.param(
            {
                "billing/docker-compose.yml": compose("billing@.", "db=postgres:16"),
                "local-search/docker-compose.yml": compose("search@.", "es=elasticsearch:8.1.0"),
                "preview/docker-compose.yml": compose("renderer@.", "cache=redis:7"),
            },
            [f"{name}/docker-compose.yml" for name in ("billing", "local-search", "preview")],
            "",
            id="systems-with-a-word-of-a-stage-in-their-names",
        ),
        pytest.param(
            {
                "shop/docker-compose.yml": compose("shop@../src/shop", "api@../src/api"),
                "shop-staging/docker-compose.yml": compose("shop@../src/shop", "mock@mock", "probe@probe"),
                "sample-stores/docker-compose.yml": compose("search=elasticsearch:8.1.0"),
            },
            ["shop/docker-compose.yml"],
            "shop/docker-compose.yml: it lies nearest",
            id="stages-that-share-a-program-or-run-stores-alone",
        ),
    ],
)  # fmt: skip
def test_project_is_chosen_by_evidence(
    files: dict[str, str], read: list[str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_choice(imported(tmp_path, monkeypatch, files), read, reason)


def test_manifest_of_a_trial_is_not_read_instead_of_a_stack_of_products(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: fixture}
spec: {template: {spec: {containers: [{name: fixture, image: acme/fixture}]}}}
"""
    stack = {"docker-compose.yml": compose("kafka=confluentinc/cp-kafka:7", "cache=redis:7")}
    result = imported(tmp_path, monkeypatch, {**stack, "test/fixtures/deploy.yaml": manifest})
    assert read_files(result) == ["docker-compose.yml"]


def test_summary_says_why_and_names_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = imported(
        tmp_path, monkeypatch, {"docker-compose.yml": compose(*SYSTEM), "docker-compose.prod.yml": compose(*SYSTEM)}
    )
    lines = summary(result).splitlines()
    assert "read docker-compose.prod.yml: its name says production" in lines
    assert "not read: docker-compose.yml; `archgen import docker-compose.yml` reads it instead" in lines
    alone = import_model(("docker-compose.yml",), None)
    assert read_files(alone) == ["docker-compose.yml"]
    assert "reads it instead" not in summary(alone)


def test_later_file_of_another_directory_changes_the_services_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = "services:\n  web:\n    image: acme/web:2\n    ports: ['80:80']\n"
    deploy = "docker compose -f docker-compose.yml -f cloud/docker-compose.yml up -d\n"
    result = imported(
        tmp_path,
        monkeypatch,
        {"docker-compose.yml": compose("web=acme/web:1"), "cloud/docker-compose.yml": over, "deploy.sh": deploy},
    )
    assert "image: acme/web:2" in result.text
    assert set(result.model.inventory.parts) == {"web"}


def test_summary_names_an_override_with_what_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "compose.yml": compose(*SYSTEM),
        "compose.dev.yml": compose("web"),
        "compose.test.yml": compose("probe@probe"),
    }
    lines = summary(imported(tmp_path, monkeypatch, files)).splitlines()
    assert "not read: compose.dev.yml; `archgen import compose.yml compose.dev.yml` reads it instead" in lines
    assert "not read: compose.test.yml; `archgen import compose.test.yml` reads it instead" in lines


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ("build: {context: web, target: dev}", "builds the target `dev`"),
        ("build:\n      target: development", "builds the target `development`"),
        ("command: npm run dev", "runs `npm run dev`"),
        ("environment:\n      NODE_ENV: development", "sets NODE_ENV to development"),
        ("mem_limit: 1g", ""),
    ],
)
def test_summary_says_how_to_leave_out_an_override_for_development(
    more: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"compose.yml": compose(*SYSTEM), "compose.override.yml": f"services:\n  web:\n    {more}\n"}
    lines = summary(imported(tmp_path, monkeypatch, files)).splitlines()
    line = f"read compose.override.yml, which {shown}; `archgen import compose.yml` leaves it out"
    assert [each for each in lines if "leaves it out" in each] == ([line] if shown else [])


def test_summary_does_not_name_stores_that_stand_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "compose.yml": compose(*SYSTEM),
        "a/compose.yml": compose(*STORES),
        "b/compose.yml": compose("x@x", *STORES),
    }
    text = summary(imported(tmp_path, monkeypatch, files))
    assert "not read: b/compose.yml" in text
    assert "a/compose.yml" not in text


DEPLOYED = "jobs:\n  deploy:\n    steps:\n      - run: {}\n"
UP = "docker compose --env-file .env -f compose.server.yaml up -d"
OVER_SSH = f"|\n          ssh user@host <<'REMOTE'\n          cd /srv/app\n          {UP}\n          REMOTE"


@pytest.mark.parametrize("command", [UP, OVER_SSH])
def test_what_a_workflow_starts_comes_before_a_name(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"compose.prod.yaml": compose(*SYSTEM), "compose.server.yaml": compose(*SYSTEM)}
    files[".github/workflows/main.yml"] = DEPLOYED.format(command)
    result = imported(tmp_path, monkeypatch, files)
    assert_choice(result, ["compose.server.yaml"], "compose.server.yaml: .github/workflows/main.yml starts it")


def test_what_a_script_starts_is_named_beside_what_a_workflow_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"compose.prod.yaml": compose(*SYSTEM), "compose.server.yaml": compose(*SYSTEM)}
    files |= {
        ".github/workflows/main.yml": DEPLOYED.format(UP),
        "deploy.sh": "docker compose -f compose.prod.yaml up -d\n",
    }
    reason = "compose.prod.yaml: its name says production, deploy.sh starts it"
    rival = ".github/workflows/main.yml starts compose.server.yaml"
    assert_choice(imported(tmp_path, monkeypatch, files), ["compose.prod.yaml"], f"{reason}; {rival}")


def test_a_workflow_is_the_reason_beside_a_file_for_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"compose.server.yaml": compose(*SYSTEM), "compose.test.yaml": compose(*SYSTEM)}
    files[".github/workflows/main.yml"] = DEPLOYED.format(UP)
    result = imported(tmp_path, monkeypatch, files)
    assert_choice(result, ["compose.server.yaml"], "compose.server.yaml: .github/workflows/main.yml starts it")


def test_a_name_for_production_stays_where_a_workflow_starts_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"compose.prod.yaml": compose(*SYSTEM, "proxy=nginx"), "compose.server.yaml": compose(*SYSTEM)}
    files[".github/workflows/main.yml"] = DEPLOYED.format(UP)
    reason = "its name says production; .github/workflows/main.yml starts compose.server.yaml"
    assert_choice(imported(tmp_path, monkeypatch, files), ["compose.prod.yaml"], f"compose.prod.yaml: {reason}")
