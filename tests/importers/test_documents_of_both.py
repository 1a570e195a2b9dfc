"""Documents that tell of compose files and of manifests: what a sentence on both says of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.importing import summary
from tests.importers.compose_projects import imported
from tests.importers.test_found_files import WORKLOAD
from tests.importers.test_production_choice import AUTOSCALER, COMPOSE, formats_of

BOTH = "# Shop\n\n{}\n\n{}```sh\ndocker compose up -d\n```\n\n```sh\nkubectl apply -f k8s/\n```\n"
"""A document that tells of both ways, below a sentence on them."""


@pytest.mark.parametrize("between", ["", "## Start\n\n"])
@pytest.mark.parametrize(
    ("sentence", "read"),
    [
        pytest.param(
            "Docker Compose for a start by one command and Kubernetes for production.", "kubernetes", id="for"
        ),
        pytest.param("One-command runs by Docker Compose, production-grade ones by Kubernetes.", "kubernetes", id="by"),
        pytest.param("提供 Docker Compose 一键部署和 Kubernetes/Helm 生产级部署两种形态", "kubernetes", id="chinese"),
        pytest.param("Docker Compose for production, and Kubernetes to try it.", "compose", id="other-way-round"),
    ],
)
def test_sentence_on_both_tools_says_of_each_its_own(
    sentence: str, read: str, between: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"docker-compose.yml": COMPOSE, "k8s/web.yaml": f"{WORKLOAD}---\n{AUTOSCALER}"}
    assert formats_of(tmp_path, monkeypatch, files | {"README.md": BOTH.format(sentence, between)}) == {read}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("- Docker Compose (production uses Kubernetes)", id="the-other-tool"),
        pytest.param("- Docker Compose (works in production too)", id="a-part"),
    ],
)
def test_words_in_parentheses_on_something_else_say_nothing(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"docker-compose.yml": COMPOSE, "k8s/web.yaml": WORKLOAD, "deploy.sh": "kubectl apply -f k8s/\n"}
    lines = summary(imported(tmp_path, monkeypatch, files | {"README.md": f"# Shop\n\n{line}\n"}))
    assert "the documents" not in lines, lines


def test_manifests_for_development_are_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"docker-compose.yml": COMPOSE, "k8s/web.yaml": WORKLOAD}
    document = "# Shop\n\n- Kubernetes (for development)\n- Docker Compose\n"
    lines = summary(imported(tmp_path, monkeypatch, files | {"README.md": document}))
    assert "the documents name the manifests for development" in lines, lines


def test_manifests_for_which_little_speaks_but_more_than_for_the_compose_file_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"docker-compose.yml": COMPOSE, "k8s/web.yaml": f"{WORKLOAD}---\n{AUTOSCALER}"}
    lines = summary(imported(tmp_path, monkeypatch, files | {"README.md": BOTH.format("A shop.", "")})).splitlines()
    assert (
        "read docker-compose.yml: it restarts what ends; manifests of Kubernetes may be in use too: "
        "the documents say how to apply them, they have routes or autoscalers"
    ) in lines
