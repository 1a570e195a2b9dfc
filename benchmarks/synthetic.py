"""Inputs of a given size, the same on every run."""

from __future__ import annotations

import os

HOSTS_PER_ZONE = 20
COMPONENTS_PER_HOST = 5


def model(components: int) -> str:
    """A model with this many components in rows of web, application and database servers, and a flow for each row."""
    hosts = components // COMPONENTS_PER_HOST
    zones = max(1, hosts // HOSTS_PER_ZONE)
    lines = ["archgen: 1", "name: A large system", "zones:"]
    lines += [f"  zone-{at}: {{kind: datacenter}}" for at in range(zones)]
    lines += ["hosts:"]
    lines += [
        f"  host-{at}: {{zone: zone-{at % zones}, address: 10.0.{at // 250}.{at % 250 + 1}}}" for at in range(hosts)
    ]
    lines += ["components:", "  user: {kind: client}"]
    rows = (components - 1) // 3
    for at in range(rows):
        host = at % hosts
        lines += [
            f"  web-{at}:",
            "    kind: web-server",
            "    product: nginx",
            f"    runs_on: [host-{host}, host-{(host + 1) % hosts}]",
            f"    why: Takes the requests of row {at}.",
            f"  app-{at}: {{kind: app-server, product: gunicorn, runs_on: [host-{host}, host-{(host + 1) % hosts}]}}",
            f"  db-{at}:",
            "    kind: database",
            "    product: mysql",
            f"    runs_on: [host-{host}, host-{(host + 1) % hosts}]",
            f"    replication: {{primary: host-{host}, failover: automatic, mode: synchronous}}",
        ]
    lines += ["connections:"]
    for at in range(rows):
        lines += [
            f"  user -> web-{at}: https",
            f"  web-{at} -> app-{at}: {{protocol: http, port: 8080}}",
            f"  app-{at} -> db-{at}: {{protocol: mysql, access: read-write}}",
        ]
    lines += ["flows:"]
    for at in range(0, rows, 10):
        lines += [
            f"  flow-{at}:",
            f"    title: Request of row {at}",
            "    steps:",
            f"      - user -> web-{at}: GET /",
            f"      - web-{at} -> app-{at}: run",
            f"      - app-{at} -> db-{at}: SELECT",
            f"      - db-{at} --> app-{at}: rows",
        ]
    return "\n".join(lines) + "\n"


def material_site(directory: str, pages: int) -> None:
    """The sources of a Material site with this many pages, each a title."""
    docs = os.path.join(directory, "docs")
    os.makedirs(docs)
    with open(os.path.join(directory, "mkdocs.yml"), "w", encoding="utf-8") as stream:
        stream.write("site_name: Empty\ntheme: {name: material, font: false}\n")
    for at in range(pages):
        name = "index.md" if at == 0 else f"page-{at}.md"
        with open(os.path.join(docs, name), "w", encoding="utf-8") as stream:
            stream.write(f"# Page {at}\n")
