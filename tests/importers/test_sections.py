"""Files of settings that several programs read, as those of all subcommands of a binary: what stands in them for which of these."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.compose_projects import imported

_SERVICES = """\
services:
  ns-gateway:
    build: {context: ., target: gateway}
    ports: ["80:8080"]
    volumes: ["./config.yaml:/config.yaml"]
    depends_on: [mysql]
  ns-builder:
    build: {context: ., target: builder}
    volumes: ["./config.yaml:/config.yaml"]
    depends_on: [mysql]
  mysql: {image: mariadb}
  mongo: {image: mongo}
  loki: {image: grafana/loki}
  other-logs: {image: acme/logs}
  cache: {image: acme/cache}
"""

_SETTINGS = """\
db: {host: mysql, port: 3306}
components:
  gateway:
    mongodb:
      host: mongo
    log:
      type: loki
      loki:
        endpoint: http://loki:3100
      other:
        endpoint: http://other-logs:9428
  builder:
    cache:
      url: http://cache:80
"""


def test_section_named_like_a_program_is_for_that_program_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = imported(tmp_path, monkeypatch, {"compose.yml": _SERVICES, "config.yaml": _SETTINGS}).model
    calls = model.values["connections"]
    assert "ns-gateway -> mongo" in calls
    assert "ns-builder -> mongo" not in calls
    assert "ns-gateway -> cache" not in calls
    # a store in a section of one's own is called; what else is there may be what a program tells others
    assert "assumed" not in calls["ns-gateway -> mongo"]
    assert "assumed" in calls["ns-builder -> cache"]
    # what stands in no section is for any of them
    assert all("assumed" in calls[f"{name} -> mysql"] for name in ("ns-gateway", "ns-builder"))


def test_section_beside_the_one_that_is_chosen_counts_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = imported(tmp_path, monkeypatch, {"compose.yml": _SERVICES, "config.yaml": _SETTINGS}).model
    assert "ns-gateway -> loki" in model.values["connections"]
    assert "ns-gateway -> other-logs" not in model.values["connections"]


def test_sections_with_the_addresses_of_those_they_are_named_like_are_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = "clients:\n  gateway:\n    url: http://ns-gateway:8080\n  builder:\n    url: http://ns-builder:8080\n"
    calls = imported(tmp_path, monkeypatch, {"compose.yml": _SERVICES, "config.yaml": settings}).model.values[
        "connections"
    ]
    assert {"ns-gateway -> ns-builder", "ns-builder -> ns-gateway"} <= calls.keys()
    assert "assumed" in calls["ns-gateway -> ns-builder"]


_CLUSTER = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: shop-{name}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - {{name: {name}, image: acme/{name}, volumeMounts: [{{name: config, mountPath: /config}}]}}
      volumes: [{{name: config, configMap: {{name: shop}}}}]
---
"""


def test_section_in_a_cluster_is_for_its_program_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    indented = "".join(f"    {line}\n" for line in _SETTINGS.replace("host: mongo", "host: mongo.db.svc").splitlines())
    config = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: shop}}\ndata:\n  shop.yaml: |\n{indented}"
    manifests = "".join(_CLUSTER.format(name=name) for name in ("gateway", "builder")) + config
    calls = imported(tmp_path, monkeypatch, {"shop.yaml": manifests}).model.values["connections"]
    callers = {each.partition(" -> ")[0] for each in calls if each.endswith(" -> mongo")}
    assert callers == {"shop-gateway"}


def test_template_that_an_image_is_filled_with_has_the_addresses_of_its_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "compose.yml": "services:\n  api: {build: api}\n  forms: {image: acme/forms}\n  cache: {image: redis}\n",
        "api/Dockerfile": "FROM node\nCOPY config.json.template /usr/share/api/\nCMD ./start.sh\n",
        "api/config.json.template": '{\n"forms": {\n  "url": "http://forms:8005/-"\n},\n'
        '"redis": {\n  "host": "cache",\n  "port": "6380"\n}\n}\n',
    }
    calls = imported(tmp_path, monkeypatch, files).model.values["connections"]
    assert calls["api -> forms"] == {"protocol": "http", "port": 8005}
    assert calls["api -> cache"]["port"] == 6380
