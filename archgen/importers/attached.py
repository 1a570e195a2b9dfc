"""Configurations that components mount: proxies by their formats, anything else for the addresses in it."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import accumulate

from msgspec.structs import replace

from archgen.importers.addresses import Mention, hosts_in, mentions
from archgen.importers.caddy import is_caddy, read_caddy
from archgen.importers.facts import IN_SOURCE, MOUNTED, Attachment, Configuration, Fact, FactSheet, ImportFormat, Origin
from archgen.importers.haproxy import is_haproxy, read_haproxy
from archgen.importers.keepalived import balances, is_keepalived, read_keepalived
from archgen.importers.names import free_id
from archgen.importers.nginx import (
    Directive,
    NginxError,
    is_nginx,
    parse_nginx,
    pools_beside,
    read_directives,
    read_nginx,
)
from archgen.importers.protocols import protocol_of_port, takes_tls_alone
from archgen.importers.proxies import Pools, Proxy, is_trial_configuration
from archgen.importers.sources.calls.registered_names import calls_by_registered_names
from archgen.importers.sources.probes import asked_by_others
from archgen.importers.stages import EXAMPLES
from archgen.importers.variable_names import names_callers, sets_host
from archgen.importers.yaml_files import begins_object
from archgen.model.finding import Confidence
from archgen.model.kinds import KINDS
from archgen.model.protocols import PROTOCOLS

_SETTING = re.compile(
    r"""["']?([A-Za-z][A-Za-z0-9_.-]{0,60})["']?(?:\s*[:=]>?\s*|[ \t]+)["']?([A-Za-z0-9][A-Za-z0-9_.-]*)["']?\s*[,;]?"""
)
"""A name and a word; collectors of logs put nothing but blanks between them: `Host  search`."""

_HOST_OF_BACKEND = re.compile(r"""\.host\s{0,9}=\s{0,9}"([A-Za-z0-9][\w.-]*)\"""")
_PORT_OF_BACKEND = re.compile(r"""\.port\s{0,9}=\s{0,9}"(\d{1,5})\"""")
_PORT_BESIDE = re.compile(r"""["']?port["']?\s{0,9}[:=]\s{0,9}["']?(\d{1,5})["']?,?""", re.IGNORECASE)
_NEAR = 6
_COMMENT = re.compile(r"\s(?:#|//)(?:\s|$)")
"""The beginning of a comment behind a value."""

_FOR_PEOPLE = re.compile(
    r"""["']?((legend(Format)?|expr)["']?\s*[:=]|(description|summary|title|message|help)["']?\s*[:=]\s*[^\s{\[].*\s\S)""",
    re.IGNORECASE,
)
"""A line with a sentence for people, or with a question about measurements: the hosts in it are only spoken of."""

_FETCHES = re.compile(r"""(^|[\s{,"'])(scrape_configs|static_configs|targets)["']?\s*[:=]|\bprometheus\.scrape\b""")
"""Words of a file that says where measurements are fetched, in the form of Prometheus or of Alloy."""

_OPENS = re.compile(r"[\[({:=|>]\s*(?:(?:#|//)[^\n]*)?$")
"""The end of a line in which what stands below it is."""

_LONGEST_LIST = 60
_LONGEST_LINE = 2000
_MOST_LINES = 20_000
_OF_STORES = {
    "key-value-store": ("redis",),
    "cache": ("redis",),
    "queue": ("nats", "amqp"),
    "database": ("mysql", "mongodb"),
}
"""The protocols of stores of a kind whose configurations tell that they take nothing outside TLS."""

_LISTENERS = re.compile(rb"^[ \t]*listeners:[ \t]*\r?$", re.MULTILINE)
_PORT_VALUE = re.compile(r"\bport_value:[ \t]*([0-9]{1,5})\b")
_TLS_OF_ENVOY = re.compile(r"DownstreamTlsContext|\btls_context:")
"""The listeners in a configuration of Envoy, the port of each, and that it takes TLS off."""

_BALANCERS = ("load-balancer", "reverse-proxy", "web-server", "api-gateway")


def read_attachments(attachments: list[Attachment], sheet: FactSheet) -> Iterator[tuple[Configuration, ImportFormat]]:
    """Add the facts of mounted files; yield the files whose format is known."""
    # many components may mount the same file, and reach the same others
    searched: dict[tuple[bytes, int], tuple[tuple[int, Mention], ...]] = {}
    configured: dict[str, list[Configuration]] = {}
    for attachment in attachments:
        if _is_of_proxy(attachment):
            configured.setdefault(attachment.owner, []).append(attachment.file)
    # a proxy reads its files together: servers in one, the pools that they lead to in another
    pools = {owner: pools_beside(files) for owner, files in configured.items() if len(files) > 1}
    for attachment in attachments:
        name = _read(attachment, sheet, pools.get(attachment.owner, [])) if _is_of_proxy(attachment) else None
        if name is not None:
            yield attachment.file, name
            continue
        if _takes_tls_alone(attachment):
            origin = Origin(attachment.file.path, attachment.line or 1)
            sheet.add(Fact(f"component:{attachment.owner}", "is_secured", True, origin, MOUNTED))
        content = attachment.file.data, id(attachment.hosts)
        if content not in searched:
            searched[content] = tuple(_search(attachment.file.data, attachment.hosts))
        _call(attachment, searched[content], sheet)
    calls_by_registered_names(attachments, sheet)


def _takes_tls_alone(attachment: Attachment) -> bool:
    protocols = _OF_STORES.get(attachment.kind, ()) if not attachment.is_shared else ()
    text = attachment.file.data.decode("utf-8", "replace") if protocols else ""
    return any(takes_tls_alone(protocol, text) for protocol in protocols)


def _is_of_proxy(attachment: Attachment) -> bool:
    return _may_proxy(attachment) and not attachment.is_shared


def _may_proxy(attachment: Attachment) -> bool:
    """Return True for a proxy, and for what mounts a configuration where nginx reads it: pages are often served so."""
    pages = attachment.kind in ("app-server", "service") and "nginx" in attachment.target
    return attachment.kind in _BALANCERS or pages


def _read(attachment: Attachment, sheet: FactSheet, pools: list[Directive]) -> ImportFormat | None:
    """Add the facts of a proxy's configuration; return its format, None if it has none that can be read.

    `pools` are the configurations of the same proxy that state pools of servers.
    """
    file = attachment.file
    beside = attachment.kind not in _BALANCERS
    proxy = Proxy(attachment.owner, file, sheet, attachment.hosts, attachment.line, beside=beside)
    proxy.is_in_cluster = attachment.is_in_cluster
    if is_haproxy(file):
        read_haproxy(proxy)
        proxy.follow_strays()
        return "haproxy"
    if is_keepalived(file):
        read_keepalived(proxy)
        return "keepalived"
    if is_nginx(file):
        try:
            root = parse_nginx(file.data.decode("utf-8", "replace"))
        except NginxError:
            # a template of a shell, whose addresses can be searched all the same
            sheet.partly_read.add(attachment.owner)
            return None
        read_directives(root, proxy, pools)
        proxy.follow_strays()
        return "nginx"
    if is_caddy(file):
        read_caddy(proxy)
    elif _LISTENERS.search(file.data) is not None:
        _read_envoy(proxy)
    return None


def _read_envoy(proxy: Proxy) -> None:
    """Add the ports on which Envoy listens by a file; where it asks nobody for more, there are no others."""
    lines = proxy.file.data.decode("utf-8", "replace").splitlines()[:_MOST_LINES]
    start = next((index for index, line in enumerate(lines) if _LISTENERS.search(line.encode()) is not None), None)
    if start is None:
        proxy.sheet.partly_read.add(proxy.owner)
        return
    indent, blocks = _indent(lines[start]), list[list[tuple[int, str]]]()
    for index, line in enumerate(lines[start + 1 :], start + 2):
        is_item, deep = line.lstrip().startswith("- "), _indent(line)
        if line.strip() and (deep < indent or (deep == indent and not is_item)):
            break
        if is_item and (not blocks or deep <= _indent(blocks[0][0][1])):
            blocks.append([])
        if blocks and line.strip():
            blocks[-1].append((index, line))
    for block in blocks:
        text = "\n".join(line for _, line in block)
        if (port := _PORT_VALUE.search(text)) is not None:
            tls, redirect = _TLS_OF_ENVOY.search(text) is not None, "https_redirect: true" in text
            is_tcp = "tcp_proxy" in text and "http_connection_manager" not in text
            proxy.listen(int(port[1]), tls, redirect, block[0][0], tcp=is_tcp)
    if not any(word in proxy.file.data for word in (b"dynamic_resources", b"lds_config")):
        proxy.sheet.wholly_configured.add(proxy.owner)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def is_proxy(file: Configuration) -> bool:
    """Return True if a file looks like the configuration of a proxy."""
    stem, end = posixpath.splitext(file.path.lower())
    yaml = (stem if end in EXAMPLES else f"{stem}{end}").endswith((".yml", ".yaml", ".json"))
    yaml = yaml or begins_object(file.data)
    return not yaml and (is_haproxy(file) or is_nginx(file) or is_keepalived(file))


def read_alone(
    files: list[Configuration], sheet: FactSheet, unnamed: frozenset[str] = frozenset()
) -> Iterator[tuple[Configuration, ImportFormat]]:
    """Add the facts of proxies' configurations that nothing mounts; yield those whose format is known.

    What those at the paths `unnamed` lead to is assumed, unless it is found again among other files.
    """
    if not files:
        return
    clusters = [file for file in files if is_keepalived(file)]
    taken = frozenset(sheet.components)
    names = {product: free_id(product, {*taken}) for product in ("haproxy", "nginx")}
    owners: list[str] = []
    pools: Pools = {}
    beside = pools_beside(files) if len(files) > 1 else []
    for file in sorted(files, key=lambda file: (is_trial_configuration(file.path), file.path)):
        if file in clusters:
            continue
        if is_haproxy(file):
            owners.append(names["haproxy"])
            proxy = Proxy(names["haproxy"], file, sheet, None, taken=taken, others=pools)
            read_haproxy(proxy)
            proxy.doubt_pools(file.path in unnamed)
            yield file, "haproxy"
        elif is_nginx(file):
            owners.append(names["nginx"])
            proxy = Proxy(names["nginx"], file, sheet, None, taken=taken, others=pools)
            read_nginx(proxy, sheet, beside)
            proxy.doubt_pools(file.path in unnamed)
            yield file, "nginx"
    for file in clusters:
        # servers of its own stand behind keepalived, whatever else runs on its hosts
        owner = "keepalived" if any(balances(each) for each in clusters) else min(owners, default="keepalived")
        proxy = Proxy(owner, file, sheet, None, taken=taken)
        if owner not in owners:
            proxy.describe("keepalived", "load-balancer")
        read_keepalived(proxy, len(clusters))
        yield file, "keepalived"


def _search(data: bytes, all_hosts: Mapping[str, str]) -> Iterator[tuple[int, Mention]]:
    """Yield the addresses of components in a file, each with the number of its line, comments aside."""
    text = data.decode("utf-8", "replace")
    hosts = hosts_in(text, all_hosts)
    lines = text.splitlines()[:_MOST_LINES] if hosts else []
    for index in _naming(text, hosts) if lines else ():
        full = lines[index].strip() if index < len(lines) else ""
        content = _without_comment(full[:_LONGEST_LINE]) if not full.startswith(("#", "//", ";")) else ""
        if content and not _FOR_PEOPLE.match(content) and not _is_of_callers(lines, index):
            backend = _HOST_OF_BACKEND.search(content) if ".host" in content else None
            name, value = _setting(content) if backend is None else ("HOST", backend[1])
            for mention in mentions(name, value, hosts):
                is_alone = backend is None and name == "HOST" and mention.port is None
                port = _port_of_backend(lines, index) if backend is not None else None
                port = _port_beside(lines, index) if is_alone else port
                yield index + 1, mention if port is None else replace(mention, port=port)


def _port_of_backend(lines: list[str], index: int) -> int | None:
    """Return the port of a backend of Varnish, which stands on the line of its host, or near it in the same braces."""
    before = "\n".join(lines[max(0, index - _NEAR) : index]).rpartition("{")[2]
    after = "\n".join(lines[index + 1 : index + _NEAR]).partition("}")[0]
    near = (lines[index], *(() if "}" in lines[index] else (after, before)))
    match = next((each for text in near if (each := _PORT_OF_BACKEND.search(text[:_LONGEST_LINE])) is not None), None)
    return int(match[1]) if match is not None else None


def _port_beside(lines: list[str], index: int) -> int | None:
    """Return the port of a host that stands in lines of the same depth before or behind it."""
    depth = _indent(lines[index])
    for step in (1, -1):
        for place in range(index + step, index + step * _NEAR, step):
            if not 0 <= place < len(lines) or _indent(lines[place]) != depth:
                break
            if (match := _PORT_BESIDE.fullmatch(lines[place][:_LONGEST_LINE].strip())) is not None:
                return int(match[1])
    return None


def _is_of_callers(lines: list[str], index: int) -> bool:
    """Return True for a line that says who may call, as a list of origins does: by its name, or by what it stands in."""
    indent = len(lines[index]) - len(lines[index].lstrip())
    if names_callers(lines[index][:_LONGEST_LINE]):
        return True
    is_item = lines[index].lstrip().startswith("- ")
    for line in reversed(lines[max(0, index - _LONGEST_LIST) : index]):
        outer = len(line) - len(line.lstrip())
        if not line.strip() or outer > indent or (outer == indent and not is_item):
            continue
        if outer == indent and line.lstrip().startswith("- "):
            continue
        if _OPENS.search(line[:_LONGEST_LINE]) is None:
            return False
        if names_callers(line[:_LONGEST_LINE]):
            return True
        indent, is_item = outer, line.lstrip().startswith("- ")
    return False


def _naming(text: str, hosts: Mapping[str, str]) -> list[int]:
    """Return the indexes of the lines in which the name of a host stands: the others need no search."""
    lower = text.lower()
    ends = list(accumulate(map(len, lower.splitlines(keepends=True))))
    if len(lower) != len(text):
        return list(range(len(ends)))
    indexes: set[int] = set()
    for host in hosts:
        for within in (lower, text) if host != host.lower() else (lower,):
            place = within.find(host)
            while place >= 0:
                index = bisect_right(ends, place)
                indexes.add(index)
                place = within.find(host, ends[index])
    return sorted(indexes)


def _call(attachment: Attachment, mentioned: tuple[tuple[int, Mention], ...], sheet: FactSheet) -> None:
    """Add a call for each address of another component."""
    # measurements are fetched over HTTP, whatever else answers there
    observes = attachment.kind in KINDS and KINDS[attachment.kind].observes
    fetches = observes and _FETCHES.search(attachment.file.data.decode("utf-8", "replace"))
    others = asked_by_others(attachment.file, attachment.hosts) if fetches else {}
    for number, mention in mentioned:
        caller = others.get(number, attachment.owner)
        if mention.host == caller or not caller:
            continue
        subject = f"connection:{caller}->{mention.host}"
        origin = Origin(attachment.file.path, number + attachment.line)
        protocol = mention.protocol or (None if fetches else protocol_of_port(mention.port)) or "http"
        is_store = KINDS[sheet.kind_of(mention.host) or "service"].stores
        is_others = attachment.of_roles and not is_store
        # of a program with others in its file, the address of no store may be what it tells these
        is_doubtful = attachment.is_shared or (attachment.is_of_section and not is_store)
        evidence = IN_SOURCE if is_doubtful else MOUNTED
        if attachment.is_beside_sections and sheet.evidence_of(subject, "protocol") == "depends_on":
            # the order of the start is that of all who read the file
            sheet.withdraw(Fact(subject, "protocol", protocol, origin, "depends_on"))
        sure: Confidence = "medium" if is_doubtful or mention.assumed or is_others else "high"
        sheet.add(Fact(subject, "protocol", protocol, origin, evidence, sure))
        if mention.assumed or is_others:
            sheet.add(Fact(subject, "is_assumed", True, origin, evidence, "medium"))
        if is_others:
            sheet.add(Fact(f"component:{mention.host}", "member", f"sharer:{caller}", origin, evidence, "medium"))
        if mention.protocol is not None or fetches:
            sheet.add(Fact(subject, "is_spoken", True, origin, evidence, sure))
        sheet.add(Fact(subject, "served", [mention.port or 0, protocol], origin, evidence, sure))
        if mention.secured and not PROTOCOLS[protocol].encrypted:
            sheet.add(Fact(subject, "secured", mention.port or 0, origin, evidence, sure))


def _without_comment(line: str) -> str:
    """Return a line without the comment behind its value; a sign inside quotes begins none."""
    if "#" in line or "//" in line:
        for match in _COMMENT.finditer(line):
            before = line[: match.start()]
            if before.count('"') % 2 == before.count("'") % 2 == 0:
                return before
    return line


def _setting(line: str) -> tuple[str, str]:
    """Return the name of a host's setting as of a variable, and its value; of any other line no name, and all of it."""
    match = _SETTING.fullmatch(line)
    if match is None or not sets_host(match[1]):
        return "", line
    return "HOST", match[2]
