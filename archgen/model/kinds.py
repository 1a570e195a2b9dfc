"""The kinds of component and what follows from each: its role in a picture and its traits in an analysis."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Role = Literal["visitor", "edge", "balancer", "web", "application", "data", "support", "observer"]

ROLES: tuple[Role, ...] = ("visitor", "edge", "balancer", "web", "application", "data", "support", "observer")
"""The columns of a deployment picture, in reading order along a request; observers stand under their host's row."""


class Kind(Struct, frozen=True):
    """A kind of component and its traits.

    balances: can spread requests over several targets.
    serves: answers requests of visitors with work of its own, so it has to grow with the traffic.
    entry: may be the first thing that a visitor's HTTP request reaches.
    terminates_tls: may end TLS and speak plaintext behind it.
    stores: keeps data that nobody could recreate, so it wants a backup.
    protects, observes: stands beside the flows and guards or watches them.
    passive: is used by others and never runs on its own (a code base).
    foreign: is run by somebody else unless the model says otherwise, and is reached over the internet.
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


_ALL = (
    Kind("client", "Client", "visitor", "The user's computer or phone, with a browser that speaks HTTP to the site."),
    Kind("dns", "Domain name system", "edge", "Answers which address a domain name leads to."),
    Kind(
        "cdn",
        "Content delivery network",
        "edge",
        "Serves copies of the content from places near the visitors.",
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
        "Takes requests in the place of the servers behind it and passes them on.",
        balances=True,
        entry=True,
        terminates_tls=True,
    ),
    Kind(
        "api-gateway",
        "API gateway",
        "balancer",
        "The one door to many services: checks, limits and routes each request.",
        balances=True,
        entry=True,
        terminates_tls=True,
    ),
    Kind("router", "Router", "edge", "Passes packets between networks."),
    Kind("nat-gateway", "NAT gateway", "edge", "Lets machines of a private network call out under a public address."),
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
        "Runs the code base and builds the dynamic answer to a request.",
        serves=True,
        entry=True,
        terminates_tls=True,
    ),
    Kind(
        "service",
        "Service",
        "application",
        "A program of its own that does one job for others.",
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
    Kind("worker", "Worker", "application", "Takes jobs from a queue and does them beside the requests."),
    Kind("scheduler", "Scheduler", "application", "Starts jobs at set times."),
    Kind(
        "code-base",
        "Application files",
        "application",
        "The site's own files: HTML, CSS, JavaScript and server-side code.",
        passive=True,
    ),
    Kind("database", "Database", "data", "Stores the site's data and answers queries about it.", stores=True),
    Kind("cache", "Cache", "data", "Keeps answers in memory that would be costly to make again."),
    Kind("key-value-store", "Key-value store", "data", "Stores values under keys, for fast look-ups.", stores=True),
    Kind("queue", "Queue", "data", "Holds messages until somebody works on them."),
    Kind("stream", "Stream", "data", "An ordered log of events that many readers follow.", stores=True),
    Kind("object-storage", "Object storage", "data", "Stores whole files under names, reached over HTTP.", stores=True),
    Kind("file-storage", "File storage", "data", "A file system that several machines share.", stores=True),
    Kind("search", "Search engine", "data", "Answers full-text queries from an index."),
    Kind("identity-provider", "Identity provider", "support", "Checks who somebody is and vouches for it."),
    Kind("secrets", "Secrets store", "support", "Keeps passwords and keys and hands them to those entitled."),
    Kind("mail", "Mail server", "support", "Sends and receives e-mail."),
    Kind("bastion", "Bastion host", "support", "The one guarded door for administrators."),
    Kind(
        "monitoring", "Monitoring", "observer", "Gathers measurements, shows them and raises the alarm.", observes=True
    ),
    Kind(
        "monitoring-agent",
        "Monitoring client",
        "observer",
        "Runs on a server, collects its measurements and sends them to the monitoring.",
        observes=True,
    ),
    Kind("log-collector", "Log collector", "observer", "Gathers logs from many machines in one place.", observes=True),
    Kind("backup", "Backup", "support", "Keeps copies of data from which it can be restored.", protects=True),
    Kind(
        "external-service",
        "External service",
        "support",
        "A service that somebody else runs.",
        entry=True,
        foreign=True,
    ),
    Kind("other", "Component", "application", "A part of the system that fits no other kind."),
)

KINDS: dict[str, Kind] = {kind.id: kind for kind in _ALL}
