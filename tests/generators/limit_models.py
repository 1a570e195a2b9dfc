"""Models at the limits of what a picture can show, as text."""

from __future__ import annotations


def hub(lines: int = 400) -> str:
    """A database that so many services write to."""
    text = ["archgen: 1", "name: A hub", "components:", "  db: {kind: database, product: postgresql}"]
    text += [f"  service-{at}: {{kind: service}}" for at in range(lines)]
    text += ["connections:", *(f"  service-{at} -> db: {{protocol: postgresql, port: 5432}}" for at in range(lines))]
    return "\n".join(text) + "\n"


def crowd(replicas: int = 60) -> str:
    """So many replicas of an application on one host, behind a balancer."""
    return f"""archgen: 1
name: A crowd on one host
hosts:
  big: {{address: 192.0.2.10}}
components:
  user: {{kind: client}}
  lb: {{kind: load-balancer, product: haproxy, balance: {{algorithm: round-robin, health_check: "GET /health"}}}}
  app: {{kind: app-server, product: gunicorn, runs_on: {{big: {replicas}}}}}
  db: {{kind: database, product: postgresql}}
connections:
  user -> lb: https
  lb -> app: {{protocol: http, port: 8000}}
  app -> db: postgresql
"""


def nested(levels: int = 12) -> str:
    """Zones within zones, with a pair of servers in the innermost and one server further out."""
    zones = ["  zone-1: {kind: region}"]
    zones += [f"  zone-{at}: {{kind: rack, in: zone-{at - 1}}}" for at in range(2, levels + 1)]
    return "\n".join(
        [
            "archgen: 1",
            "name: Zones within zones",
            "zones:",
            *zones,
            "hosts:",
            f"  web-1: {{zone: zone-{levels}, address: 192.0.2.11}}",
            f"  web-2: {{zone: zone-{levels}, address: 192.0.2.12}}",
            f"  db-1: {{zone: zone-{levels // 2}, address: 192.0.2.21}}",
            "components:",
            "  user: {kind: client}",
            "  nginx: {kind: web-server, product: nginx, runs_on: [web-1, web-2]}",
            "  db: {kind: database, product: mysql, runs_on: db-1}",
            "connections:",
            "  user -> nginx: https",
            "  nginx -> db: mysql",
            "",
        ]
    )


EMPTY = "archgen: 1\nname: Nothing yet\n"

LIMITS = {"hub": hub(), "crowd": crowd(), "nested": nested(), "empty": EMPTY}
"""The text of each by name."""
