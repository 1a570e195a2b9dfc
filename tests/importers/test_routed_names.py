"""Routes to Services without pods: names of what is outside the cluster, and names that no file has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.compose_projects import imported
from tests.importers.test_found_files import WORKLOAD

SHOP = f"""{WORKLOAD}---
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec: {{selector: {{app: web}}, ports: [{{port: 80}}]}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: shop}}
spec: {{rules: [{{host: acme.com, http: {{paths: [
  {{path: /, backend: {{service: {{name: web, port: {{number: 80}}}}}}}},
  {{path: /login, backend: {{service: {{name: %s, port: {{number: 4180}}}}}}}}]}}}}]}}
"""
OUTER = "---\napiVersion: v1\nkind: Service\nmetadata: {name: login}\nspec: {type: ExternalName, externalName: %s, ports: [{port: 4180}]}\n"


@pytest.mark.parametrize(
    ("name", "outer", "kind", "left_out"),
    [
        ("login", OUTER % "login.acme.com", "external-service", []),
        # what the values of a chart don't tell
        ("login", OUTER % "''", "external-service", []),
        ("login", OUTER % "web.default.svc.cluster.local", None, []),
        ("login", "", None, ["Service login"]),
        ("web-service", "", None, []),
    ],
)
def test_route_leads_to_what_a_name_stands_for(
    name: str, outer: str, kind: str | None, left_out: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = imported(tmp_path, monkeypatch, {"shop.yaml": SHOP % name + outer})
    parts = result.model.inventory.parts
    assert (parts[name].kind if name in parts else None) == kind
    assert ("ingress -> login" in result.model.values["connections"]) is (kind is not None)
    assert [each.name for each in result.reading.omissions] == left_out
