"""The kinds of component, with the role of each in a diagram and its traits in an analysis."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Role = Literal["visitor", "edge", "balancer", "web", "application", "data", "support", "observer"]

ROLES: tuple[Role, ...] = ("visitor", "edge", "balancer", "web", "application", "data", "support", "observer")
"""The columns of a deployment diagram, in reading order along a request; observers stand under their host's row."""


class Kind(Struct, frozen=True):
    """A kind of component and its traits.

    balances: can spread requests over several targets.
    serves: answers requests of visitors with work of its own, so it has to grow with the traffic.
    entry: may be the first thing that a visitor's HTTP request reaches.
    terminates_tls: may end TLS and speak plaintext behind it.
    stores: keeps data that can't be recreated, so it needs a backup.
    protects, observes: stands beside the flows and guards or watches them.
    passive: is used by others and never runs on its own (a code base).
    foreign: is a managed service unless the model declares otherwise, and is reached over the internet.
    """

    id: str
    title: str
    role: Role
    summary: str
    balances: bool = False
    serves: bool = False
    entry: bool = False
    terminates_tls: bool = False
    stores: bool = False
    protects: bool = False
    observes: bool = False
    passive: bool = False
    foreign: bool = False


ROUTING = ("firewall", "router")
"""The kinds to which routes lead by an address; a provider's network has a NAT gateway for each zone, with routes of its own."""

FORWARDING = (*ROUTING, "nat-gateway")
"""The kinds that pass packets on as they come."""

PASSING = (*FORWARDING, "waf", "cdn")
"""The kinds that pass a visitor's request on to the component that it is for."""

RELAYING = (*PASSING, "load-balancer", "reverse-proxy")
"""The kinds that call nobody by themselves: what they send is what came in last."""

FILE_STORES = ("file-storage", "object-storage")
"""The kinds that keep files."""

QUEUES = ("queue", "stream")
"""The kinds that keep what is sent until it is taken."""

JOB_KEEPERS = (*QUEUES, "cache", "key-value-store", "database")
"""The kinds that keep jobs: a worker that starts by itself and asks one of them takes jobs from it."""

KEEPING = ("queue", "log-collector", "secrets", "mail")
"""The kinds beside stores that keep what they get."""

AGENTS = ("monitoring-agent", "log-collector")
"""The kinds that every host of a model has one of, if the hosts beside it have."""

_ALL = (
    Kind(
        "client", "Client", "visitor", "The visitor's computer or phone, with a browser that speaks HTTP to the site."
    ),
    Kind("dns", "Domain name system", "edge", "Resolves domain names to addresses."),
    Kind(
        "cdn",
        "Content delivery network",
        "edge",
        "Serves copies of the content from locations near the visitors.",
        balances=True,
        entry=True,
        terminates_tls=True,
    ),
    Kind(
        "firewall",
        "Firewall",
        "edge",
        "Lets through the traffic that its rules allow, and nothing else.",
        protects=True,
    ),
    Kind(
        "waf",
        "Web application firewall",
        "edge",
        "Reads HTTP requests and stops those that look like an attack.",
        entry=True,
        terminates_tls=True,
        protects=True,
    ),
    Kind(
        "load-balancer",
        "Load balancer",
        "balancer",
        "Spreads requests over several servers and leaves out those that fail.",
        balances=True,
        entry=True,
        terminates_tls=True,
    ),
    Kind(
        "reverse-proxy",
        "Reverse proxy",
        "balancer",
        "Takes requests on behalf of the servers behind it and passes them on.",
        balances=True,
        entry=True,
        terminates_tls=True,
    ),
    Kind(
        "api-gateway",
        "API gateway",
        "balancer",
        "The single entry to many services: checks, limits and routes each request.",
        balances=True,
        entry=True,
        terminates_tls=True,
    ),
    Kind("router", "Router", "edge", "Passes packets between networks."),
    Kind(
        "nat-gateway",
        "NAT gateway",
        "edge",
        "Lets machines of a private network call the internet under a public address.",
    ),
    Kind(
        "web-server",
        "Web server",
        "web",
        "Takes HTTP requests, serves static files and passes the rest to the application.",
        serves=True,
        entry=True,
        terminates_tls=True,
    ),
    Kind(
        "app-server",
        "Application server",
        "application",
        "Runs the code base and builds the dynamic response to a request.",
        serves=True,
        entry=True,
        terminates_tls=True,
    ),
    Kind(
        "service",
        "Service",
        "application",
        "An independent program that does one job for others.",
        serves=True,
        entry=True,
        terminates_tls=True,
    ),
    Kind(
        "function",
        "Function",
        "application",
        "Code that a platform runs on demand, without a server of its own.",
        entry=True,
    ),
    Kind("worker", "Worker", "application", "Takes jobs from a queue and runs them in the background."),
    Kind("scheduler", "Scheduler", "application", "Starts jobs at set times."),
    Kind(
        "code-base",
        "Application files",
        "application",
        "The site's own files: HTML, CSS, JavaScript and server-side code.",
        passive=True,
    ),
    Kind("database", "Database", "data", "Stores the site's data and answers queries about it.", stores=True),
    Kind("cache", "Cache", "data", "Keeps results in memory that are costly to compute."),
    Kind("key-value-store", "Key-value store", "data", "Stores values under keys, for fast look-ups.", stores=True),
    Kind("queue", "Queue", "data", "Holds messages until a worker processes them."),
    Kind("stream", "Stream", "data", "An ordered log of events that many readers follow.", stores=True),
    Kind("object-storage", "Object storage", "data", "Stores files under names, over HTTP.", stores=True),
    Kind("file-storage", "File storage", "data", "A file system that several machines share.", stores=True),
    Kind("search", "Search engine", "data", "Answers full-text queries from an index."),
    Kind("identity-provider", "Identity provider", "support", "Verifies the identity of users."),
    Kind("secrets", "Secrets store", "support", "Keeps passwords and keys for authorized components."),
    Kind("mail", "Mail server", "support", "Sends and receives e-mail."),
    Kind("bastion", "Bastion host", "support", "The single guarded entry for administrators."),
    Kind("monitoring", "Monitoring", "observer", "Collects measurements, shows them and raises alerts.", observes=True),
    Kind(
        "monitoring-agent",
        "Monitoring client",
        "observer",
        "Runs on a server, collects its measurements and sends them to monitoring.",
        observes=True,
    ),
    Kind("log-collector", "Log collector", "observer", "Collects logs from many machines in one place.", observes=True),
    Kind("backup", "Backup", "support", "Keeps copies of data to restore it from.", protects=True),
    Kind(
        "external-service",
        "External service",
        "support",
        "A service of another provider.",
        entry=True,
        foreign=True,
    ),
    Kind("other", "Component", "application", "A component that fits none of the other kinds."),
)

KINDS: dict[str, Kind] = {kind.id: kind for kind in _ALL}
