"""What an owner wrote into an imported model, and an import over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.cli import main

MODEL = Path("models/x.arch.yaml")

COMPOSE = """
services:
  web: {image: "acme/web:1", ports: ["80:80"], environment: {DB_HOST: db}}
  db: {image: "mariadb:12"}
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of a model that was imported and answered."""
    monkeypatch.chdir(tmp_path)
    Path("compose.yml").write_text(COMPOSE)
    assert main(["import", ".", "-o", str(MODEL)]) == 0
    assert main(["answer", "q-d783fd", "one"]) == 0
    return MODEL


def test_update_keeps_what_no_import_writes(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accept = ["accept", "single-point-of-failure", "docker-host", "--reason", "A server at home", "--owner", "me"]
    assert main([*accept, "--model", str(model)]) == 0
    text = model.read_text()
    assert "A server at home" in text
    assert main(["import", ".", "-o", str(model), "--check"]) == 0
    Path("compose.yml").write_text(COMPOSE.replace("mariadb:12", "mariadb:13"))
    assert main(["import", ".", "-o", str(model), "--update"]) == 0
    assert model.read_text() == text.replace("mariadb:12", "mariadb:13")
    assert main(["import", ".", "-o", str(model)]) == 2
    assert "--update imports over it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ("    assumed: high\n", "", "flow requests-web;"),
        ("components:\n", "components:\n  media: {kind: file-storage, managed: true}\n", "component media;"),
        ("connections:\n", "connections:\n  db -> web: http\n", "connection db -> web;"),
    ],
)
def test_update_names_what_it_would_delete(
    model: Path, old: str, new: str, lost: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = model.read_text()
    assert old in text
    model.write_text(text.replace(old, new, 1))
    assert main(["import", ".", "-o", str(model), "--update"]) == 2
    assert f"would delete what you wrote in {model}: {lost}" in capsys.readouterr().err
    assert model.read_text() == text.replace(old, new, 1)


def test_update_deletes_what_files_no_longer_show(model: Path) -> None:
    Path("compose.yml").write_text("services: {web: {image: 'acme/web:1', ports: ['80:80']}}\n")
    assert main(["import", ".", "-o", str(model), "--update"]) == 0
    assert "db" not in model.read_text().partition("components:")[2].partition("questions:")[0]
