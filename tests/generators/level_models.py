"""Models of real systems' classes, made from a few lines each: too large for one diagram."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

from tests.paths import TESTS


def services(domains: int = 6, each: int = 5) -> str:
    """Return services with stores of their own in networks, a bus that all use, and agents."""
    components = ["user: {kind: client}", "gateway: {kind: api-gateway}", "bus: {kind: stream, product: kafka}"]
    components += ["vault: {kind: secrets}", "metrics: {kind: monitoring}", "agent: {kind: monitoring-agent}"]
    connections = ["user -> gateway: https", "agent -> metrics: http"]
    for domain in range(domains):
        for number in range(each):
            name = f"svc-{domain}-{number}"
            components.append(f"{name}: {{kind: service, network: net-{domain}}}")
            components.append(f"{name}-db: {{kind: database, network: net-{domain}, replication: {{writers: all}}}}")
            connections += [f"{name} -> {name}-db: postgresql", f"{name} -> bus: kafka"]
            connections += (
                [f"gateway -> {name}: https"] if number == 0 else [f"svc-{domain}-{number - 1} -> {name}: http"]
            )
            connections += [f"{name} -> vault: https"] if number % 2 else []
        connections.append(f"svc-{domain}-0 -> svc-{(domain + 1) % domains}-1: grpc")
    networks = [f"net-{domain}: {{trust: private, name: domain {domain}}}" for domain in range(domains)]
    return _model("Services and a bus", components, connections, {"networks": networks})


def pipelines(lines: int = 10) -> str:
    """Return equal pipelines through the same stages, a network each."""
    stages = {"sources": "database", "ingest": "worker", "lake": "object-storage", "serve": "service"}
    components = ["analyst: {kind: client}", "catalog: {kind: service, network: serve}"]
    connections = ["analyst -> catalog: https"]
    for line in range(lines):
        names = [f"{stage}-{line}" for stage in stages]
        components += [
            f"{name}: {{kind: {kind}, network: {stage}}}"
            for name, (stage, kind) in zip(names, stages.items(), strict=True)
        ]
        components.append(f"clean-{line}: {{kind: worker, network: ingest}}")
        connections += [f"{source} -> {target}: https" for source, target in zip(names[1:], names, strict=False)]
        connections += [
            f"clean-{line} -> lake-{line}: s3",
            f"catalog -> serve-{line}: https",
            f"analyst -> serve-{line}: https",
        ]
    return _model(
        "A data platform", components, connections, {"networks": [f"{stage}: {{trust: private}}" for stage in stages]}
    )


def regions() -> str:
    """Return two regions that are equal up to their names."""
    zones, hosts = [], []
    components = ["user: {kind: client}", "cdn: {kind: cdn, managed: true}"]
    connections = ["user -> cdn: https"]
    for region in ("eu", "us"):
        zones.append(f"{region}: {{kind: region}}")
        for zone in "abc":
            zones.append(f"{region}-{zone}: {{kind: availability-zone, in: {region}}}")
            hosts += [
                f"app-{region}-{zone}: {{zone: {region}-{zone}}}",
                f"db-{region}-{zone}: {{zone: {region}-{zone}}}",
            ]
        app, data = ([f"{tier}-{region}-{zone}" for zone in "abc"] for tier in ("app", "db"))
        components.append(f"lb-{region}: {{kind: load-balancer, managed: true, replicas: 3}}")
        components.append(
            f"pg-{region}: {{kind: database, runs_on: {_flow(data)}, replication: {{primary: db-{region}-a}}}}"
        )
        components.append(f"agent-{region}: {{kind: monitoring-agent, runs_on: {_flow(app + data)}}}")
        connections += [f"cdn -> lb-{region}: https"]
        for number in range(9):
            name = f"svc-{number}-{region}"
            components.append(f"{name}: {{kind: service, runs_on: {_flow(app)}}}")
            connections += [f"lb-{region} -> {name}: http", f"{name} -> pg-{region}: postgresql"]
    components.append("metrics: {kind: monitoring, managed: true}")
    connections += ["agent-eu -> metrics: https", "agent-us -> metrics: https"]
    return _model("Two regions", components, connections, {"zones": zones, "hosts": hosts})


def saas() -> str:
    """Return a system of some 20 components: floating replicas on nodes, stores on hosts of their own."""
    nodes = "{any: [node-1, node-2, node-3, node-4]}"
    components = [
        "user: {kind: client}",
        "cdn: {kind: cdn, managed: true}",
        "alb: {kind: load-balancer, managed: true}",
        f"web: {{kind: web-server, runs_on: {nodes}, replicas: 3}}",
        f"api: {{kind: app-server, runs_on: {nodes}, replicas: 4}}",
        f"worker: {{kind: worker, runs_on: {nodes}, replicas: 2}}",
        "postgres: {kind: database, runs_on: [pg-a, pg-b], replication: {primary: pg-a, failover: manual}}",
        "redis: {kind: cache, runs_on: [redis-a, redis-b]}",
        "queue: {kind: queue, runs_on: [mq-a, mq-b, mq-c]}",
        "s3: {kind: object-storage, managed: true}",
        "mail: {kind: mail, managed: true}",
        "prometheus: {kind: monitoring, runs_on: pg-a}",
        "exporter: {kind: monitoring-agent, runs_on: [node-1, node-2, node-3, node-4, pg-a, pg-b]}",
    ]
    connections = [
        *("user -> cdn: https", "cdn -> alb: https", "alb -> web: http", "alb -> api: http", "api -> redis: redis"),
        *(
            "api -> postgres: postgresql",
            "worker -> postgres: postgresql",
            "api -> queue: amqp",
            "queue -> worker: amqp",
        ),
        *("api -> s3: https", "worker -> s3: https", "worker -> mail: smtps", "exporter -> prometheus: http"),
    ]
    zones = ["eu: {kind: region}", *(f"az-{zone}: {{kind: availability-zone, in: eu}}" for zone in "abc")]
    hosts = [f"node-{number}: {{zone: az-{'aabb'[number - 1]}}}" for number in range(1, 5)]
    hosts += [f"{name}-{zone}: {{zone: az-{zone}}}" for name in ("pg", "redis", "mq") for zone in "abc"]
    return _model("A software service", components, connections, {"zones": zones, "hosts": hosts})


def _flow(names: list[str]) -> str:
    return f"[{', '.join(names)}]"


def _model(name: str, components: list[str], connections: list[str], more: dict[str, list[str]]) -> str:
    sections = {**more, "components": components, "connections": connections}
    body = "".join(f"{section}:\n" + "".join(f"  {line}\n" for line in lines) for section, lines in sections.items())
    return f"archgen: 1\nname: {name}\n{body}"


MODELS: dict[str, Callable[[], str]] = {"services": services, "pipelines": pipelines, "regions": regions, "saas": saas}
"""The models by name."""


def random_system(seed: int) -> str:
    """Return a system of 25 to 80 components: doors, services that call each other, stores, a bus, and agents."""
    random = Random(seed)
    count = random.randint(25, 80)
    services = [f"svc-{number}" for number in range(count * 6 // 10)]
    stores = [f"store-{number}" for number in range(count - len(services) - 6)]
    places = random.choice(("network", "group", "host", ""))
    areas = [f"area-{number}" for number in range(random.randint(2, 8))]

    def where() -> str:
        area = random.choice(areas)
        words = {"network": f", network: {area}", "group": f", group: {area}", "host": f", runs_on: h-{area}", "": ""}
        return words[places]

    components = ["user: {kind: client}", "cdn: {kind: cdn, managed: true}", "lb: {kind: load-balancer}"]
    components += ["bus: {kind: queue}", "metrics: {kind: monitoring}", "agent: {kind: monitoring-agent}"]
    work = ("service", "service", "worker", "app-server", "function")
    components += [f"{name}: {{kind: {random.choice(work)}{where()}}}" for name in services]
    data = ("database", "cache", "object-storage", "search")
    components += [f"{name}: {{kind: {random.choice(data)}{where()}}}" for name in stores]
    pairs = {("user", "cdn"), ("cdn", "lb"), ("agent", "metrics")}
    pairs |= {("lb", random.choice(services)) for _ in range(random.randint(1, 6))}
    pairs |= {(random.choice(services), store) for store in stores for _ in range(random.randint(0, 2))}
    pairs |= {(random.choice(services), random.choice(services)) for _ in range(random.randint(0, count))}
    pairs |= {(service, "bus") for service in services if random.random() < 0.2}
    connections = [f"{source} -> {target}: https" for source, target in sorted(pairs) if source != target]
    more = {
        "network": {"networks": [f"{area}: {{trust: private}}" for area in areas]},
        "group": {"groups": [f"{area}: {{kind: team}}" for area in areas]},
        "host": {
            "zones": [f"{area}: {{kind: datacenter}}" for area in areas],
            "hosts": [f"h-{area}: {{zone: {area}}}" for area in areas],
        },
        "": {},
    }
    return _model("A random system", components, connections, more[places])


FIXTURES = TESTS / "pictures"
"""Systems of other kinds, as people write them."""

WRITTEN: dict[str, Callable[[], str]] = {
    path.name.removesuffix(".arch.yaml"): partial(path.read_text, encoding="utf-8")
    for path in sorted(FIXTURES.glob("*.arch.yaml"))
}
"""Their texts by their names."""

RANDOM: dict[str, Callable[[], str]] = {f"random-{seed}": partial(random_system, seed) for seed in range(24)}
"""Random systems by their numbers."""
