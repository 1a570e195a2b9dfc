"""Directories with compose projects to choose from, and what an import reads of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from archgen.app.importing.importing import Import, import_model
from tests.importers.test_found_files import write


def compose(*services: str, head: str = "") -> str:
    """Return a compose file: `web@app` builds `web` from `app`, `web=acme/web` runs an image, `web` alone is only changed."""
    lines = [head, "services:"]
    for service in services:
        name, at, source = service.partition("@")
        name, equals, image = name.partition("=") if not at else (name, "", "")
        lines += [
            f"  {name}:",
            f"    build: {source}" if at else f"    image: {image}" if equals else "    restart: always",
        ]
    return "\n".join([*lines, ""])


SYSTEM = ("web@web", "api@api", "db=postgres:16")
STORES = ("db=postgres:16", "cache=redis:7")


def imported(directory: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> Import:
    """Write files, and import their directory."""
    monkeypatch.chdir(directory)
    write(files)
    return import_model((".",), None)


def read_files(result: Import) -> list[str]:
    """Return the compose files that an import read."""
    return sorted(file.path for file, name in result.reading.sources if name == "compose")


def assert_choice(result: Import, read: list[str], reason: str) -> None:
    """Assert which compose files an import read, and the reason that it gives; the empty text where there was no choice."""
    assert read_files(result) == read
    assert list(result.reasons) == ([reason] if reason else [])
