"""Variables that say less than they seem to: TLS beside an address without it, and the path of a file that may be no database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.compose_projects import imported


@pytest.mark.parametrize(
    ("address", "is_secured"),
    [
        ("postgres://u:p@db:5432/x?sslmode=disable", False),
        ("postgres://u:p@db/x?ssl=false", False),
        ("jdbc:mysql://db:3306/x?useSSL=false", False),
        ("postgres://u:p@db:5432/x", True),
        ("postgres://u:p@db:5432/x?sslmode=prefer", True),
    ],
)
def test_address_without_tls_outweighs_a_variable_beside_it(
    address: str, is_secured: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = (
        "services:\n  api: {image: acme/api, environment: {DB_URL: '%s', DB_SSL: 'true'}}\n  db: {image: postgres}\n"
    )
    model = imported(tmp_path, monkeypatch, {"compose.yml": services % address}).model
    assert model.values["connections"]["api -> db"].get("tls", False) is is_secured


@pytest.mark.parametrize(
    ("variable", "path", "confidence"),
    [
        ("SQLITE_PATH", "/data/words.db", "high"),
        ("STATE", "/data/words.sqlite3", "high"),
        ("INDEX_FILE", "/data/words.db", "medium"),
        ("GEOIP_DB", "/data/words.db", None),
        ("PLACES", "/data/ip2location.db", None),
    ],
)
def test_file_is_a_database_of_a_program_for_certain_by_its_library(
    variable: str, path: str, confidence: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = f"services:\n  api: {{image: acme/api, environment: {{{variable}: {path}}}, volumes: ['data:/data']}}\n"
    facts = imported(tmp_path, monkeypatch, {"compose.yml": services}).reading.facts
    assert next((fact.confidence for fact in facts if fact.key == "file_database"), None) == confidence


@pytest.mark.parametrize(
    ("variable", "address", "is_called"),
    [
        ("NUXT_PUBLIC_BACKEND_API_ORIGIN", "http://api:3000", True),
        ("NEXT_PUBLIC_INTERNAL_API_URL", "http://api:3000", True),
        ("API_ORIGIN", "http://api:3000", False),
        ("CORS_BACKEND_ORIGIN", "http://api:3000", False),
        ("ALLOWED_BACKEND_ORIGINS", "http://api:3000", False),
    ],
)
def test_address_that_no_browser_reaches_is_called_by_the_server_of_pages(
    variable: str, address: str, is_called: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = (
        f"services:\n  pages: {{image: acme/pages, ports: ['80:80'], environment: {{{variable}: '{address}'}}}}\n"
        "  api: {image: acme/api}\n"
    )
    model = imported(tmp_path, monkeypatch, {"compose.yml": services}).model
    assert ("pages -> api" in model.values["connections"]) is is_called
