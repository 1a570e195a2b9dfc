"""Profiles of a compose project that are hosts: what runs on which of them, and by which ports they call each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.compose_projects import imported

_SERVICES = """\
services:
  web:
    image: acme/site
    profiles: [web0, web1, web2]
    ports: ["8080:8080"]
    extra_hosts: ["data_proxy:203.0.113.7"]
  door:
    image: nginx
    profiles: [front0]
    ports: ["443:443"]
  data_proxy:
    image: acme/site
    command: start-proxy
    profiles: [home0]
    ports: ["7000:7000"]
  agent:
    build: agent
    profiles: [web0, web1, web2, front0, home0]
"""


def test_profiles_that_are_hosts_are_all_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = imported(tmp_path, monkeypatch, {"compose.yml": _SERVICES}).model.values
    places = {name: each.get("runs_on") for name, each in model["components"].items()}
    assert places["web"] == ["web0", "web1", "web2"]
    assert places["door"] == "front0"
    assert places["data_proxy"] == "home0"
    assert len(places["agent"]) == 5


def test_ports_between_hosts_are_no_doors_for_certain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = imported(tmp_path, monkeypatch, {"compose.yml": _SERVICES}).model
    calls = model.values["connections"]
    assert calls["visitor -> web"]["assumed"] == "low"
    assert "assumed" not in calls["visitor -> door"]
    assert calls["web -> data_proxy"]["assumed"] == "medium"
    assert any(each.kind == "reach" and "web:8080" in each.ask for each in model.questions)


@pytest.mark.parametrize("names", [("gpu0", "gpu1", "cpu0"), ("web", "api", "worker"), ("never1", "never2", "tools0")])
def test_other_profiles_are_no_hosts(
    names: tuple[str, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = names
    services = (
        f"services:\n  app: {{image: acme/app, profiles: [{first}, {second}]}}\n"
        f"  other: {{image: acme/other, profiles: [{third}]}}\n"
    )
    hosts = imported(tmp_path, monkeypatch, {"compose.yml": services}).model.values["hosts"]
    assert hosts.keys() == {"docker-host"}
