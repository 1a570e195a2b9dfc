"""Random scalars of the model language: a text for each definition of the schema that is one."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

PLAIN = ("web team", "a", "Shop", "x" * 60, "3.1", "round-robin", "nginx", "mysql", "www.foobar.com", "192.0.2.10")
ODD = (
    "Überprüfung der Größe",
    "数据库 服务",
    "خادم قاعدة البيانات",
    "👩‍👩‍👧 🔒",
    "e\u0301" * 8,
    "a: b # c",
    "- [x] | `y` *z* _w_",
    "<b>bold</b> & <script>alert(1)</script>",
    "{{ x }} {% y %} ${z} $(w)",
    "[link](javascript:alert(1)) ![i](x)",
    "'single' \"double\" \\back\\",
    "two\nlines",
    "a paragraph\n\n    and code\n",
    " spaces around ",
    "\t tab",
    "]]> --> <!-- %% #59; ;",
    "=1+1",
    "no",
    "0x1F",
    "~",
    "",
    "word " * 60,
    "an-unbreakable-word-" * 12,
)
NUMBERS = (0, 1, -1, 8, 42, 3.5, 1e-07, 10**15)
KNOWN = {
    "product": ("nginx", "haproxy", "mysql", "postgresql", "redis", "kafka", "prometheus", "no-such-product"),
    "icon": ("simple/nginx", "material/database", "diagrams/onprem/network/haproxy", "no/such-icon", "logo.svg"),
    "version": ("8.4", "5.7", "1.18", "latest", "11"),
    "os": ("Ubuntu 24.04", "Debian 9", "Windows Server 2012"),
    "algorithm": ("round-robin", "least-connections", "ip-hash", "random"),
    "health_check": ("GET /health", True, False, "tcp"),
    "stickiness": ("cookie", "source-ip", False, True),
    "rate_limit": ("10/s per address", False),
    "rollback": ("deploy the previous image", False),
    "authentication": ("password", "certificate", False),
    "address": ("192.0.2.11", "10.0.0.5", "2001:db8::1", "host.example.org"),
    "image": ("registry.example.org/shop/app:1.4.2", "nginx:latest", "app@sha256:" + "0" * 64),
    "probes": ("www.foobar.com", "https://www.foobar.com/health", "foobar.com"),
    "alerts": ("operations", "#on-call"),
    "names": ("www.foobar.com", "*.foobar.com", "foobar.com"),
    "domain": ("foobar.com", "www.foobar.com", "api.example.org"),
    "measures": ("requests-per-second", "error-rate", "latency"),
    "conflicts": ("last-write-wins", "certification"),
    "credentials": ("shop-reader", "root"),
    "issuer": ("Let's Encrypt", "private CA"),
    "rule": ("missing-tls", "SEC001", "single-point-of-failure", "REL001", "no-such-rule"),
}
UNITS = ("ms", "s", "m", "min", "h", "d", "w", "y")


def text(rand: Random, key: str) -> Any:
    """A text, or a number or flag that is taken as it is written."""
    if key in KNOWN and rand.random() < 0.7:
        return rand.choice(KNOWN[key])
    kind = rand.random()
    if kind < 0.5:
        return rand.choice(PLAIN)
    return rand.choice(ODD) if kind < 0.85 else rand.choice((*NUMBERS, True, False))


def message(rand: Random, key: str) -> Any:
    """A message of a step, which may be empty."""
    return None if rand.random() < 0.1 else text(rand, key)


def date(rand: Random, _: str) -> str:
    """A day, before or after that of the tests."""
    return f"{rand.choice((1999, 2025, 2026, 2027, 2999))}-{rand.randint(1, 12):02}-{rand.randint(1, 28):02}"


def duration(rand: Random, _: str) -> str:
    """A time with its unit."""
    return f"{rand.choice(('0', '1', '5', '30', '1.5', '999999999'))}{rand.choice(UNITS)}"


def rate(rand: Random, _: str) -> str:
    """So many in a time."""
    gap = rand.choice(("", " "))
    return (
        f"{rand.choice(('0', '1', '50', '200', '1.5', '999999999999'))}{gap}/{gap}{rand.choice(('s', 'min', 'h', 'd'))}"
    )


def percentage(rand: Random, _: str) -> str:
    """A share of hundred."""
    return rand.choice(("99.9%", "99.95 %", "100%", "0%", "99.99999%", "50%", "100.0%"))


def address(rand: Random, _: str) -> str:
    """The target of a link."""
    return rand.choice(("https://wiki.example.org/x?a=1&b=<2>", "http://a.b", "mailto:ops@example.org", "./x.md", "#a"))


def firewall_port(rand: Random, _: str) -> str:
    """Ports of a firewall's rule in words."""
    return rand.choice(("any", "tcp/443", "udp/53", "8000-8080", "tcp/1-65535", "https", "22"))


def path(_: Random, __: str) -> str:
    """A part of a model in another file; families write it."""
    return "part.yaml"


SCALARS: dict[str, Callable[[Random, str], Any]] = {
    "text": text,
    "message": message,
    "date": date,
    "duration": duration,
    "rate": rate,
    "path": path,
}
"""How a definition of the schema is made that is a scalar; what refers to something is made where it is known."""

PATTERNS: dict[str, Callable[[Random, str], Any]] = {
    "%$": percentage,
    "^(https?://": address,
    "^(any|": firewall_port,
}
"""How a text with a pattern of its own is made, by the start or the end of the pattern."""
