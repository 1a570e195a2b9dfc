"""The words by which files, directories and namespaces tell a stage, and compose files what they are."""

from __future__ import annotations

import pytest

from archgen.app.importing.compose_files import has_usual_name, is_compose_file, stage_of_compose_file
from archgen.importers.stages import PRODUCTION, STAGING, TRIAL, UNNAMED, stage_of, without_stage


@pytest.mark.parametrize(
    ("path", "stage"),
    [
        ("docker-compose.prod.yml", PRODUCTION),
        ("deploy/docker-compose.yml", UNNAMED),
        ("compose.deployment.yml", PRODUCTION),
        ("docker-compose.keepalived.yml", UNNAMED),
        ("live/docker-compose.yml", PRODUCTION),
        ("prod/docker-compose.staging.yml", STAGING),
        ("compose.localhost.yaml", TRIAL),
        ("test/docker-compose.prod.yml", TRIAL),
    ],
)
def test_stage_of_a_compose_file_is_in_its_name_or_its_directories(path: str, stage: int) -> None:
    assert stage_of_compose_file(path) == stage


@pytest.mark.parametrize(
    ("name", "is_one", "is_usual"),
    [
        ("docker-stack.yml", True, True),
        ("compose.prod.yaml", True, True),
        ("db-compose.yml", True, False),
        # values of a chart
        ("kube-prometheus-stack.yaml", False, False),
    ],
)
def test_word_before_that_of_compose_makes_a_name_less_usual(name: str, is_one: bool, is_usual: bool) -> None:
    assert (is_compose_file(name), has_usual_name(name)) == (is_one, is_usual)


@pytest.mark.parametrize(("name", "stem"), [("shop-uat", "shop"), ("shop_live", "shop"), ("latest", "latest")])
def test_copies_of_a_stage_have_one_name(name: str, stem: str) -> None:
    assert without_stage(name) == stem


def test_directory_before_the_release_is_no_production() -> None:
    assert [stage_of(name) for name in ("preprod", "a/prod/b", "livestream")] == [STAGING, PRODUCTION, UNNAMED]
