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


def systems(directory: str, count: int, flows: int) -> None:
    """This many models in the manner of the reference tiers, each with so many different flows, no two of them alike."""
    os.makedirs(directory)
    for at in range(count):
        with open(os.path.join(directory, f"system-{at}.arch.yaml"), "w", encoding="utf-8") as stream:
            stream.write(_system(at, flows))


def _system(system: int, flows: int) -> str:
    services = max(2, flows // 6)
    lines = [
        "archgen: 1",
        f"name: System {system}",
        f"summary: What department {system} runs, on {services + 2} servers behind one balancer.",
        "hosts:",
        "  lb: {address: 192.0.2.10}",
        *(f"  server-{at}: {{address: 10.0.{system}.{at + 1}}}" for at in range(services + 1)),
        "components:",
        "  user: {kind: client}",
        "  haproxy: {kind: load-balancer, product: haproxy, runs_on: lb}",
        "  cache: {kind: cache, product: redis, runs_on: server-0}",
        "  mysql:",
        "    kind: database",
        "    product: mysql",
        "    runs_on: [server-0, server-1]",
        "    replication: {primary: server-0, failover: manual, mode: asynchronous}",
    ]
    for at in range(services):
        lines += [
            f"  web-{at}: {{kind: web-server, product: nginx, runs_on: [server-{at}, server-{at + 1}]}}",
            f"  app-{at}: {{kind: app-server, runs_on: [server-{at}, server-{at + 1}], why: It answers for part {at}.}}",
        ]
    lines += ["connections:", "  user -> haproxy: {protocol: http, port: 80}"]
    for at in range(services):
        lines += [
            f"  haproxy -> web-{at}: {{protocol: http, port: 80}}",
            f"  web-{at} -> app-{at}: {{protocol: http, port: {8000 + at}}}",
            f"  app-{at} -> cache: {{protocol: redis, port: 6379}}",
            f"  app-{at} -> mysql: {{protocol: mysql, port: 3306, access: read-write}}",
        ]
    lines += ["flows:"]
    for at in range(flows):
        lines += _flow(at, at % services)
    return "\n".join(lines) + "\n"


def _flow(number: int, service: int) -> list[str]:
    """One request through one service: every other one writes, every third asks the cache first."""
    writes = number % 2
    verb = "POST" if writes else "GET"
    lines = [
        f"  request-{number}:",
        f"    title: A visitor {'sends' if writes else 'opens'} page {number}",
        f"    access: {'write' if writes else 'read'}",
        "    steps:",
        f"      - user -> haproxy: {verb} /page/{number}",
        f"      - haproxy -> web-{service}: {verb} /page/{number}, to the next server in turn",
        f"      - web-{service} -> app-{service}: run the code of page {number}",
    ]
    if number % 3 == 0:
        lines += [f"      - app-{service} -> cache: GET page:{number}", f"      - cache --> app-{service}: nothing yet"]
    return [
        *lines,
        f"      - app-{service} -> mysql: {'INSERT what was sent' if writes else 'SELECT the data'} of page {number}",
        f"      - mysql --> app-{service}: {'stored' if writes else 'rows'}",
        f"      - app-{service} --> web-{service}: {'a redirect' if writes else 'the finished page'}",
        f"      - web-{service} --> haproxy: {'303 See Other' if writes else '200 OK, HTML'}",
        f"      - haproxy --> user: {'303 See Other' if writes else '200 OK, HTML'}",
    ]
