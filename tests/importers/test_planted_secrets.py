"""Secrets in configurations: none of them reaches any output of an import, nor what is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from archgen.cli import main
from tests.importers.planted import COMPOSE, EDGE, KUBERNETES, PLANTED


@pytest.mark.parametrize("files", [COMPOSE, EDGE, KUBERNETES], ids=["compose", "edge", "kubernetes"])
def test_planted_secret_is_in_no_output(
    files: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text.lstrip("\n"), encoding="utf-8")
    outputs: dict[str, str] = {}
    for name in ("yaml", "json", "summary"):
        main(["import", ".", "--format", name])
        outputs[name] = "".join(capsys.readouterr())
    main(["import", ".", "-o", "x.arch.yaml"])
    main(["lint", "x.arch.yaml", "--format", "json", "--fail-on", "never"])
    outputs["lint"] = "".join(capsys.readouterr())
    assert "connections:" in outputs["yaml"]
    assert len(PLANTED) > 70
    leaks = [(name, secret) for name, text in outputs.items() for secret in PLANTED if secret in text]
    assert leaks == []
