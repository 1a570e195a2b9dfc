"""A connection over an untrusted network carries plaintext."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.access.consoles import is_exposed_console
from archgen.analysis.encryption import clear_ports, comes_from_edge, is_http_challenge, is_public
from archgen.analysis.exposure import EXCHANGE, passes_by, regular_callers, stores_reached
from archgen.analysis.firewalls import port_number, spoken
from archgen.analysis.hops import encrypted, is_said_to_be_tunnelled
from archgen.analysis.topology import Topology
from archgen.edits.encryption import choose_port, encrypt, encrypted_port, instead_of, taken_by
from archgen.edits.firewalls import close_ports, moved_rules
from archgen.edits.remedy import connection_of
from archgen.linting.acceptance import is_exposure_accepted
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Connection, Port
from archgen.model.change import Change, Put, Remove
from archgen.model.products import passes_on_unread
from archgen.model.protocols import PROTOCOLS, WEB, relays
from archgen.model.subject import Subject
from archgen.model.wording import listed

_TRAVERSAL = ("stun", "turn")
"""The protocols by which media find a path through NAT: they send no password (RFC 8489), and what they relay is the ends' own."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each unencrypted connection; skips DNS and ports that only redirect to an encrypted port."""
    facts = context.topology
    for connection in facts.architecture.connections:
        if is_said_to_be_tunnelled(connection):
            # `incomplete-model` asks for the tunnel
            continue
        if is_public(facts, connection) and facts.crosses(connection) is not False:
            told = not is_exposure_accepted(facts, connection.id, context.today)
            clear = [port for port in connection.ports if _in_clear(facts, connection, port, told)]
            plain = [port for port in clear if not relays(port) and port.protocol not in _TRAVERSAL]
            if plain:
                yield _hit(facts, connection, plain, _open_consoles(facts, connection) if told else [])
            elif any(map(relays, clear)):
                yield _opportunistic(facts, connection)
            elif clear:
                yield _traversal(facts, connection, clear)


def _in_clear(facts: Topology, connection: Connection, port: Port, told: bool = True) -> bool:
    """Return True for a port to encrypt; where exposed-admin has told that a console can be reached, TLS doesn't make it safe."""
    if port.protocol == "dns" or port.redirect is not None or encrypted(port) is not False:
        return False
    exempt = told and is_exposed_console(facts, connection, port)
    return not is_http_challenge(facts, connection, port) and not exempt


def _open_consoles(facts: Topology, connection: Connection) -> list[Port]:
    """Return the ports for administration that are in plaintext too, and that no firewall closes."""
    return [
        port
        for port in connection.ports
        if is_exposed_console(facts, connection, port)
        and port.redirect is None
        and encrypted(port) is False
        and any(facts.denied(connection, target, port) is None for target in connection.targets)
    ]


def _hit(facts: Topology, connection: Connection, plain: list[Port], consoles: list[Port]) -> Hit:
    protocols = listed(list(dict.fromkeys(port.protocol for port in plain)))
    cause = f"it crosses the internet as plain {protocols}"
    answers_beside = any(port.protocol == "https" for port in connection.ports)
    if facts.trust(connection.source) == "internet" and answers_beside and all(map(_is_of_browsers, plain)):
        cause = "port 80 answers in plain http instead of redirecting to HTTPS"
    fix = _fix(facts, connection, plain)
    if connection.credentials is not None:
        cause += f", with the password of {connection.credentials}"
    if consoles:
        spoken_there = listed([spoken(port) for port in consoles])
        cause += f"; so is what administrators send ({spoken_there})"
        fix = f"{fix or RULE.fix} Close administration ({spoken_there}) to the internet, encrypted or not."
    return Hit(
        subject=Subject("connection", connection.id),
        message=f"An attacker on the path can read and change {connection.id}: {cause}",
        flows=facts.flows_over[connection.id],
        fix=fix,
    )


def _is_of_browsers(port: Port) -> bool:
    return port.protocol == "http" and port_number(port) == 80


def _opportunistic(facts: Topology, connection: Connection) -> Hit:
    """Return the hit for mail between servers, which no server can refuse only because it is unencrypted (RFC 3207)."""
    return Hit(
        subject=Subject("connection", connection.id),
        message=(
            f"An attacker on the path can read mail over {connection.id}: on port 25 servers encrypt only if both offer "
            "STARTTLS, and nothing declares that they do"
        ),
        flows=facts.flows_over[connection.id],
        fix=_mail_fix(facts, connection),
        case="mail",
    )


def _mail_fix(facts: Topology, connection: Connection) -> str:
    """Return what the owner of the model can do: as the sender to a server of others, or as the receiver (RFC 8314, 3.3)."""
    if not all(facts.kind(target).foreign for target in connection.targets):
        return (
            "Offer STARTTLS on port 25 with a certificate for the name in the MX record, publish MTA-STS or DANE, which make "
            "other servers insist on it, and declare it: `tls: true`."
        )
    if facts.kind(connection.source).id == "mail":
        return (
            f"Let {connection.source} insist on encryption where the receiver publishes DANE or MTA-STS, and always towards a "
            "relay of yours; then declare it: `tls: true`."
        )
    return (
        "Hand the mail over at a port for submission, and insist on TLS: 465 (`protocol: smtps`), or 587 with STARTTLS "
        "(`{protocol: smtp, port: 587, tls: true}`)."
    )


def _traversal(facts: Topology, connection: Connection, clear: list[Port]) -> Hit:
    """Return the hit for the addresses and names that STUN and TURN show, rather than for the media (RFC 8827, 6.5)."""
    protocols = list(dict.fromkeys(PROTOCOLS[port.protocol].title for port in clear))
    turn = any(port.protocol == "turn" for port in clear)
    sent = "addresses and user names, but no password," if turn else "addresses"
    relayed = "; media that TURN relays are as safe as the ends make them (WebRTC always encrypts)" if turn else ""
    return Hit(
        subject=Subject("connection", connection.id),
        message=(
            f"An attacker on the path can read the {sent} in {connection.id}: it crosses the internet as plain "
            f"{listed(protocols)}{relayed}"
        ),
        flows=facts.flows_over[connection.id],
        fix=_traversal_fix(connection, clear[0]),
        case="traversal",
    )


def _traversal_fix(connection: Connection, port: Port) -> str:
    secured = f"{port.protocol}s"
    offered = next((each for each in connection.ports if each.protocol == secured), None)
    if offered is not None:
        return f"Where who talks to whom has to stay secret, offer port {port_number(offered)} alone (`{secured}`): sound may stutter."
    return f"Where who talks to whom has to stay secret, or networks block UDP, let clients use TLS (`protocol: {secured}`)."


def _fix(facts: Topology, connection: Connection, plain: list[Port]) -> str | None:
    port = plain[0]
    stores = _stores(facts, connection)
    if stores:
        return (
            f"Let only the applications reach {listed(stores)}, over a private network. What has to stay open is spoken over "
            "TLS (`tls: true`)."
        )
    beside = _encrypted_beside(facts, connection, port) if port.protocol not in WEB else None
    if beside is not None:
        served = f"Port {port_number(beside)} serves it encrypted already ({beside.protocol})"
        return f"{served}: send callers there, and close the one in plain {port.protocol}."
    before = regular_callers(facts, connection)
    if before:
        targets = listed([*connection.targets])
        return f"Close it: requests come to {targets} by {listed(before)}. Serve over TLS only what has to stay open (`tls: true`)."
    if choose := choose_port(facts, (connection,)):
        return f"Serve it over TLS. {choose}"
    if any(each.protocol not in WEB for each in plain):
        return " ".join(dict.fromkeys(_spoken_safely(facts, connection, each, alone=len(plain) == 1) for each in plain))
    if connection.source not in facts.outsiders:
        return f"Serve it over HTTPS, and let {connection.source} verify the certificate."
    return None if port.port in (80, None) else "Serve it over HTTPS with a certificate for the site's name."


def _spoken_safely(facts: Topology, connection: Connection, port: Port, *, alone: bool) -> str:
    """Return the advice for a protocol that isn't the web's, with its name unless it is the only one."""
    protocol = PROTOCOLS[port.protocol]
    if protocol.secured is not None:
        instead = "instead" if alone else f"instead of {protocol.title}"
        return f"Speak {PROTOCOLS[protocol.secured].title} {instead} (`protocol: {protocol.secured}`)."
    without = instead_of(facts, connection, port)
    what = "it" if alone else protocol.title
    agree = port.protocol in _AMONG_PARTIES and facts.kind(connection.source).id != "client"
    tunnel = ", or put both ends in a tunnel (`tls: {tunnel: ipsec}`)" if agree else ""
    return without or f"Speak {what} over TLS, with a certificate for the server's name (`tls: true`){tunnel}."


_AMONG_PARTIES = ("hl7", "dicom", "smpp", "diameter", "opcua", "ftp", "tcp")
"""The protocols of two parties that know each other, and may agree on a tunnel, as no visitor or device does."""


def _encrypted_beside(facts: Topology, connection: Connection, port: Port) -> Port | None:
    """Return the port on which each target of a connection serves the same protocol encrypted already, if any."""
    names = (PROTOCOLS[port.protocol].secured, f"{port.protocol}s")
    first, *others = (
        {port_number(each): each for call in facts.incoming[target] for each in call.ports if each.protocol in names}
        for target in connection.targets
    )
    return next((each for number, each in first.items() if all(number in other for other in others)), None)


def _stores(facts: Topology, connection: Connection) -> list[str]:
    """Return the data stores that a connection reaches and nobody outside should; files are also there to be handed over."""
    handed_over = all(port.protocol in EXCHANGE for port in connection.ports)
    apart = ("queue", "file-storage") if handed_over else ("queue",)
    return [name for name in stores_reached(facts, connection) if facts.kind(name).id not in apart]


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """HTTPS instead of HTTP, or a redirect to it where it is there; TLS for any other protocol; on each port in the clear."""
    connection = connection_of(context.topology, hit.subject.id)
    if hit.case == "traversal":
        # over TLS, and so over TCP, sound stutters: only people can tell whether secret addresses are worth that
        return ()
    if _stores(context.topology, connection):
        # who else reaches it over this path is for people to say
        return ()
    if regular_callers(context.topology, connection):
        # the path should not be there at all, encrypted or not
        closed = [(connection, port) for port in connection.ports]
        return (Remove(("connections", connection.id)), *close_ports(context.topology, closed))
    if passes_by(context.topology, connection):
        return ()
    if any(passes_on_unread(context.topology.components[target]) for target in connection.targets):
        # what passes packets on neither ends TLS nor redirects
        return ()
    if any(
        _in_clear(context.topology, connection, port) and instead_of(context.topology, connection, port)
        for port in connection.ports
    ):
        return ()
    if any(
        _in_clear(context.topology, connection, port)
        and port.protocol not in WEB
        and _encrypted_beside(context.topology, connection, port) is not None
        for port in connection.ports
    ):
        # which callers still need the port in the clear is for people to say
        return ()
    if any(taken_by(context.topology, connection, port) is not None for port in connection.ports):
        # which port is free is for people to say
        return ()
    if comes_from_edge(context.topology, connection):
        # a CDN that gets a redirect passes it on to the visitor, who comes to the CDN again
        return encrypt(context.topology, (connection, *_behind(context.topology, connection)))
    secured = any(port.protocol == "https" for port in connection.ports)
    changes: list[Change] = []
    rules: tuple[Change, ...] = ()
    handled = any(_is_left(port) or _redirects(connection, port) for port in connection.ports)
    if not (secured or handled) and all(
        _in_clear(context.topology, connection, each) for each in clear_ports(connection)
    ):
        # firewalls let in the new port, and other callers of the listener follow
        return encrypt(context.topology, (connection, *_behind(context.topology, connection)))
    for at, port in enumerate(connection.ports):
        if _in_clear(context.topology, connection, port) and not _is_left(port):
            if _redirects(connection, port):
                # callers that come to port 80 are sent on, as a site does
                changes.append(Put(("connections", connection.id), _REDIRECTING))
                rules = (*moved_rules(context.topology, {each: {80: _HTTPS} for each in connection.targets}, ()),)
                continue
            if port.protocol == "http" and port.tls is None and secured:
                changes.append(Put(("connections", connection.id, at, "redirect"), "https"))
            else:
                changes += encrypted_port(("connections", connection.id, at), port, True)
    if not changes:
        # what can only be published, or is a console whose exposure is accepted
        return ()
    behind = encrypt(context.topology, _behind(context.topology, connection))
    taken = {change.path for change in behind}
    return (*changes, *(change for change in rules if change.path not in taken), *behind)


def _is_left(port: Port) -> bool:
    """Return True for what no server can insist on, or people have to weigh: mail between servers, and finding a path for media."""
    return relays(port) or port.protocol in _TRAVERSAL


def _redirects(connection: Connection, port: Port) -> bool:
    """Return True for a site's only port, which can send its callers on to another one."""
    return port == Port("http", 80) and len(connection.ports) == 1 and _is_short(connection)


_HTTPS = Port("https", 443)

_REDIRECTING = [{"protocol": "http", "port": 80, "redirect": "https"}, {"protocol": "https", "port": 443}]


def _is_short(connection: Connection) -> bool:
    """Return True if a connection declares nothing but its port."""
    return connection == Connection(connection.id, connection.source, connection.targets, connection.ports)


def _behind(facts: Topology, connection: Connection) -> list[Connection]:
    """Return the connections behind one over which the same requests go on between hosts in plaintext."""
    behind: dict[str, Connection] = {}
    for flow in facts.flows_over[connection.id]:
        reached = set(connection.targets)
        for hop in facts.hops[flow]:
            if hop.step.source in reached and hop.connection is not None:
                reached.update(hop.targets)
                if hop.meaning == "plaintext" and hop.connection.id != connection.id:
                    behind[hop.connection.id] = hop.connection
    return list(behind.values())


RULE = Rule(
    id="missing-tls",
    code="SEC001",
    title="No TLS on a public connection",
    severity="error",
    cases=(("mail", "warning"), ("traversal", "info")),
    category="security",
    summary="A connection over an untrusted network carries plaintext.",
    why=(
        "Between a visitor and the site are networks that belong to neither. Without TLS, their operators, and "
        "attackers who got into one, can read passwords and cookies and change pages. The visitor can't even tell "
        "whether the site answers or somebody in between."
    ),
    fix="Serve it over HTTPS with a certificate for the site's name, and let port 80 only redirect (`redirect: https`).",
    limits=(
        "Exempts name resolution, ports for administration unless the finding of `exposed-admin` is accepted, and the challenge of a "
        "certificate authority on port 80 (ACME, HTTP-01). "
        "Treats traffic as public if it comes from an untrusted network or goes to an external service, or from a provider's CDN to a "
        "server that is not in a private network, or if its `why` says `over the internet`. "
        "Mail between servers on port 25 is a warning, because a server can't insist on STARTTLS. STUN and TURN are info: they send "
        "no password, and WebRTC encrypts what TURN relays. Doesn't check "
        "connections if neither the protocol nor `tls` says whether they are encrypted, or if their `why` says that a tunnel carries "
        "them: `incomplete-model` asks for `tls: {tunnel: ipsec}` then."
    ),
    references=(
        ("RFC 9325, Recommendations for Secure Use of TLS", "https://www.rfc-editor.org/rfc/rfc9325"),
        ("CWE-319, Cleartext Transmission of Sensitive Information", "https://cwe.mitre.org/data/definitions/319.html"),
    ),
    topic="tls",
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: Plain HTTP
components:
  user: {kind: client}
  shop: {kind: external-service, managed: true}  # finding: single-point-of-failure
connections:
  user -> shop: http  # finding: missing-tls
flows:
  read-page:
    title: A page is read
    steps:
      - user -> shop: GET /
""",
    edits=(
        ("name: Plain HTTP", "name: HTTPS, with a redirect"),
        (
            "  user -> shop: http  # finding: missing-tls",
            "  user -> shop:\n    - {protocol: http, port: 80, redirect: https}\n    - {protocol: https, port: 443}",
        ),
    ),
)
