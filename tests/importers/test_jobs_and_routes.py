"""Services of compose files that only begin something, and those to which labels lead visitors though others call them too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.compose_projects import imported

_SYSTEM = """\
services:
  web: {image: acme/web, restart: always, ports: ["80:80"]}
  api: {image: acme/api, restart: always}
  mail: {image: acme/mail, restart: unless-stopped}
"""


@pytest.mark.parametrize(
    ("service", "is_job"),
    [
        ("{build: {context: ., dockerfile: db-upgrade.dockerfile}}", True),
        ("{image: acme/keys, command: ./generate-keys.sh}", True),
        ("{image: acme/keys, command: ./generate-keys.sh, restart: always}", False),
        ("{image: acme/keys, command: ./generate-keys.sh, ports: ['90:90']}", False),
        ("{image: acme/reports, command: ./serve.sh}", False),
        ("{image: 'httpd:2.4', entrypoint: [/bin/sh, -c], command: '\"htpasswd -Bbn a b > /auth/users\"'}", True),
        ("{image: 'httpd:2.4', command: httpd-foreground}", False),
    ],
)
def test_what_only_begins_something_is_no_component(
    service: str, is_job: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = imported(tmp_path, monkeypatch, {"compose.yml": f"{_SYSTEM}  other: {service}\n"}).model
    assert ("other" not in model.values["components"]) is is_job


def test_label_leads_visitors_to_what_another_one_calls_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = "labels: ['traefik.enable=true', 'traefik.http.services.%s.loadbalancer.server.port=8080']"
    services = (
        f"services:\n  web: {{image: acme/web, environment: {{AUTH_URL: 'http://auth:8080'}}, {labels % 'web'}}}\n"
        f"  auth: {{image: acme/auth, {labels % 'auth'}}}\n"
        f"  files: {{image: minio/minio, ports: ['9001:9001'], {labels % 'files'}}}\n"
    )
    calls = imported(tmp_path, monkeypatch, {"compose.yml": services}).model.values["connections"]
    assert {"outer-proxy -> web", "outer-proxy -> auth", "outer-proxy -> files", "visitor -> files"} <= calls.keys()
    assert "assumed" not in calls["outer-proxy -> auth"]
