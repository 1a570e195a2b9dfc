"""A port for administration or statistics can be reached from the internet."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.access.consoles import (
    administered_behind,
    console_ports,
    goes_on,
    hands_on,
    is_for_named_callers,
    is_way_in,
)
from archgen.analysis.exposure import callers_of, ports_called
from archgen.analysis.firewalls import EVERYWHERE, lets_in, opens, port_number, spoken
from archgen.analysis.topology import Topology
from archgen.edits.firewalls import close_ports
from archgen.edits.remedy import connection_of
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Connection, FirewallRule, Port
from archgen.model.change import Change, Remove
from archgen.model.products import product_name, product_of
from archgen.model.protocols import ADMINISTRATION, PROTOCOLS
from archgen.model.subject import Subject
from archgen.model.wording import listed

_ANY = "any"
"""The protocol of what a visitor sends: whichever the port speaks."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each connection, for the first of its ports that isn't public; declared ports come first."""
    facts = context.topology
    passed: dict[str, list[Port]] = {}
    for name, port in _passed_on(facts):
        passed.setdefault(name, []).append(port)
    reported: set[str] = set()
    for connection in facts.architecture.connections:
        direct = connection.source in facts.outsiders
        handed = passed.get(connection.id, ())
        if not direct and not handed:
            continue
        public = [
            port
            for port in connection.ports
            if ((direct and _is_let_in(facts, connection, port)) or port in handed)
            and not goes_on(facts, connection, port)
            and not is_for_named_callers(facts, connection, port)
        ]
        declared = next((port for port in public if port.admin and not is_way_in(facts, connection, port)), None)
        if declared is not None:
            if connection.id not in reported:
                behind = tuple(administered_behind(facts, connection, declared))
                reported.update(connection.id for connection in behind)
                yield _hit(facts, connection, declared, "declared", behind)
        elif own := next((port for port in public if _is_shell(facts, connection, port)), None):
            asked = _is_offered(facts, connection) or facts.kind(connection.source).balances
            yield _asked(facts, connection, own) if asked else _hit(facts, connection, own, "by-protocol")
        elif _is_guessable(facts, connection):
            yield _guessable(facts, connection)
    yield from _opened(facts)


def _is_guessable(facts: Topology, connection: Connection) -> bool:
    """Return True for a bastion that takes a password alone."""
    words = str(connection.authentication or "").casefold()
    return (
        "password" in words
        and not any(word in words for word in _MORE)
        and any(facts.kind(target).id == "bastion" for target in connection.targets)
        and any(
            _is_let_in(facts, connection, port) and not is_for_named_callers(facts, connection, port)
            for port in connection.ports
        )
    )


_MORE = ("key", "certificate", "mfa", "2fa", "otp", "fido", "factor", "token")
"""Words for a proof that can't be guessed."""


def _guessable(facts: Topology, connection: Connection) -> Hit:
    return Hit(
        subject=Subject("connection", connection.id),
        message=f"{listed(connection.targets, 'or')} lets {connection.source} in from the internet with a password, which can be guessed",
        related=tuple((Subject("component", target), "leads to what it guards") for target in connection.targets),
        flows=facts.flows_over[connection.id],
        fix="Require a key or a second factor (`authentication: key`), or let it listen on a VPN only.",
        case="by-protocol",
    )


def _is_let_in(facts: Topology, connection: Connection, port: Port) -> bool:
    """Return True unless a firewall denies a port for certain, which is a contradiction of the model's."""
    return any(facts.denied(connection, target, port) is None for target in connection.targets)


def _opened(facts: Topology) -> Iterator[Hit]:
    """Yield a hit for each firewall with rules that let the internet in to administration that no public connection leads to."""
    for firewall in facts.firewalls.with_rules:
        doors: dict[Subject, dict[str, bool]] = {}
        behind: dict[str, None] = {}
        for rule, target in facts.firewalls.opened(firewall):
            for port, declared in _administered(facts, rule, target):
                if facts.firewalls.admits(firewall.id, ("internet",), target, port):
                    number, called = port_number(port), ports_called(facts)
                    is_shell = port.protocol in ADMINISTRATION and number == PROTOCOLS[port.protocol].port
                    hosts = facts.firewalls.hosts_meant(rule, target) if is_shell else ()
                    free = [Subject("host", host) for host in hosts if declared or number not in called[host]]
                    for door in free if hosts else [Subject("component", target)]:
                        named = doors.setdefault(door, {})
                        named[spoken(port)] = declared or named.get(spoken(port), False)
                        behind[target] = None
        yield from _opened_to_all(facts, firewall)
        if doors:
            names_by_ports: dict[str, list[str]] = {}
            for door, named in doors.items():
                names_by_ports.setdefault(listed([*named]), []).append(door.id)
            ports = [f"{listed(names)} ({named})" for named, names in names_by_ports.items()]
            is_declared = any(declared for named in doors.values() for declared in named.values())
            yield Hit(
                subject=Subject("component", firewall.id),
                message=f"{firewall.id} lets the internet in to the management interface of {listed(ports)}",
                related=tuple((door, "is administered there") for door in doors),
                flows=facts.flows_through(behind),
                fix="Name who may come in `from`: a network, a bastion host or a VPN instead of the internet.",
                case=None if is_declared else "by-protocol",
                confidence="high" if is_declared else "medium",
            )


def _opened_to_all(facts: Topology, firewall: Component) -> Iterator[Hit]:
    """Yield a hit for a firewall before the internet that lets everybody in to everything on a port for administration."""
    ports = [
        spoken(Port(protocol=protocol))
        for rule in firewall.rules
        if lets_in(rule) and not rule.targets and _is_for_all(facts, firewall, rule)
        for protocol in ADMINISTRATION
        if opens(rule, PROTOCOLS[protocol].port, protocol) and _lets_in(facts, firewall, Port(protocol=protocol))
    ]
    if ports:
        yield Hit(
            subject=Subject("component", firewall.id),
            message=f"{firewall.id} lets the internet in to the management interfaces of everything behind it ({listed(ports)})",
            flows=facts.flows_of[firewall.id],
            fix="Name who may come in `from` and what they may reach `to`: a network or a VPN, and a bastion host.",
            case="by-protocol",
            confidence="medium",
        )


def _is_for_all(facts: Topology, firewall: Component, rule: FirewallRule) -> bool:
    """Return True for a rule for the internet; one for anybody counts where visitors come to the firewall itself."""
    called = any(facts.trust(call.source) == "internet" for call in facts.incoming[firewall.id])
    return called if not rule.sources else not set(EVERYWHERE).isdisjoint(rule.sources)


def _lets_in(facts: Topology, firewall: Component, port: Port) -> bool:
    """Return True if no earlier rule denies a port to each of the system's own components."""
    own = [each for each in facts.architecture.components if each.kind not in ("client", "firewall")]
    return any(facts.firewalls.admits(firewall.id, ("internet",), each.id, port) for each in own)


def _administered(facts: Topology, rule: FirewallRule, target: str) -> Iterator[tuple[Port, bool]]:
    """Yield the ports for administration that a rule opens at a target: those of connections, and those that none uses."""
    calls = facts.incoming[target]
    outside = [call for call in callers_of(facts, target) if facts.trust(call.source) == "internet"]
    if any(port.admin or _is_shell(facts, call, port) for call in outside for port in call.ports):
        # the connection itself is reported
        return
    ports = [port for call in calls for port in call.ports]
    yield from (
        (port, True) for call in calls for port in call.ports if port.admin and not is_way_in(facts, call, port)
    )
    component = facts.components[target]
    if component.managed or component.kind in ("bastion", "client"):
        return
    # what users do over a port, and what is yielded already; that administrators come from inside opens it to nobody else
    visits = (port for call in outside for port in call.ports)
    used = {port_number(port) for port in (*visits, *(port for port in ports if port.admin is not None))}
    shells = ((protocol, PROTOCOLS[protocol].port) for protocol in ADMINISTRATION if not _serves(facts, rule, target))
    for protocol, number in (*shells, *console_ports(facts, rule, component)):
        if number not in used and opens(rule, number, protocol):
            yield Port(protocol=protocol, port=number), False


def _is_shell(facts: Topology, connection: Connection, port: Port) -> bool:
    """Return True if a port administers a host of your own or a product; a bastion exists to be reached that way."""
    if port.admin is not None:
        return False
    targets = [facts.components[target] for target in connection.targets]
    if any(port.port in product_of(target.product).consoles for target in targets):
        return True
    if port.protocol not in ADMINISTRATION:
        return False
    return any(target.kind != "bastion" and not target.managed for target in targets)


def _serves(facts: Topology, rule: FirewallRule | None, component: str) -> bool:
    """Return True if visitors may work over a shell's protocol: a balancer leads to one of several, unless its hosts are meant."""
    product, spreads = facts.components[component].product, facts.kind(component).balances
    return (spreads and not (rule and facts.firewalls.hosts_meant(rule, component))) or product_name(product) in _FORGES


def _is_offered(facts: Topology, connection: Connection) -> bool:
    return all(_serves(facts, None, target) for target in connection.targets)


_FORGES = ("gitlab", "gitea", "forgejo", "gogs", "gerrit", "github-enterprise", "bitbucket", "sftpgo", "proftpd")
"""The products that people reach over SSH for their files or their code."""


def _asked(facts: Topology, connection: Connection, port: Port) -> Hit:
    number = f" on port {port.port}" if port.port is not None else ""
    return Hit(
        subject=Subject("connection", connection.id),
        message=(
            f"{connection.id} offers {port.protocol}{number} to the internet, and nothing says whether it is for users (as "
            "with Git) or for administrators"
        ),
        flows=facts.flows_over[connection.id],
        fix="Declare `admin: false` on the port if users work over it, else `admin: true`.",
        case="asked",
    )


def _passed_on(facts: Topology) -> Iterator[tuple[str, Port]]:
    """The connections and ports that steps take behind the door: what hands requests on hands these on too.

    A shell that is reached in another protocol than its own begins where that one ends, as behind a VPN. One whose purpose is
    declared or asked for where it comes in is the same behind a balancer.
    """
    for hops in facts.hops.values():
        public = {hop.step.source: {_ANY: False} for hop in hops if facts.trust(hop.step.source) == "internet"}
        for hop in hops:
            came, port = public.get(hop.step.source), hop.port
            if came is None or port is None or hop.connection is None:
                continue
            is_settled = port.admin is None and came.get(port.protocol, False)
            if port.admin or (not is_settled and came.keys() & {_ANY, "tcp", port.protocol}):
                yield hop.connection.id, port
            is_settled |= port.admin is False or _is_asked(facts, hop.connection, port)
            for target in hop.targets:
                if hands_on(facts, target):
                    ports = public.setdefault(target, {})
                    ports[port.protocol] = is_settled and ports.get(port.protocol, True)


def _is_asked(facts: Topology, connection: Connection, port: Port) -> bool:
    """Return True for a shell at whose connection with the internet its purpose is asked for."""
    return _is_shell(facts, connection, port) and _is_offered(facts, connection)


def _hit(facts: Topology, connection: Connection, port: Port, case: str, behind: tuple[Connection, ...] = ()) -> Hit:
    """Return the hit for the administered components behind everything that passes the port on."""
    number = f" on port {port.port}" if port.port is not None else ""
    calls = (connection, *behind)
    through = [connection.source for connection in behind]
    targets = dict.fromkeys(target for call in calls for target in call.targets if target not in through)
    by = f" through {listed([*dict.fromkeys(through)])}" if behind else ""
    return Hit(
        subject=Subject("connection", connection.id),
        message=f"The internet reaches the management interface of {listed([*targets], 'or')}{by}: {port.protocol}{number}",
        related=(
            *((Subject("component", target), "is administered there") for target in targets),
            *((Subject("connection", connection.id), "hands it on") for connection in behind),
        ),
        flows=facts.flows_over[connection.id],
        case=None if case == "declared" else case,
        confidence="high" if case == "declared" else "medium",
    )


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Without the port that is declared to be for administration, where others are left and no flow takes this one."""
    facts = context.topology
    if hit.case is not None or hit.subject.kind != "connection":
        return ()
    connection = connection_of(facts, hit.subject.id)
    if facts.trust(connection.source) != "internet":
        return ()
    taken = [hop.port for hops in facts.hops.values() for hop in hops if hop.connection is connection]
    void = [at for at, port in enumerate(connection.ports) if port.admin and not is_way_in(facts, connection, port)]
    if len(void) == len(connection.ports) or any(connection.ports[at] in taken for at in void):
        return ()
    # the last one first, so that the places of the others stay what they are
    changes = [Remove(("connections", connection.id, at)) for at in reversed(void)]
    closed = [(connection, connection.ports[at]) for at in void]
    return (*changes, *_dead_ends(facts, hit, connection), *close_ports(facts, closed))


def _dead_ends(facts: Topology, hit: Hit, connection: Connection) -> Iterator[Change]:
    """Yield the removal of the ports on which a balancer would hand on what no caller sends any more."""
    for onward in (connection_of(facts, subject.id) for subject, _ in hit.related if subject.kind == "connection"):
        others = [call for call in facts.incoming[onward.source] if call.id != connection.id]
        needed = any(port.admin for call in others for port in call.ports) or any(
            hop.connection is onward and hop.port is not None and hop.port.admin
            for hops in facts.hops.values()
            for hop in hops
        )
        void = [at for at, port in enumerate(onward.ports) if port.admin]
        if not needed and len(void) < len(onward.ports):
            yield from (Remove(("connections", onward.id, at)) for at in reversed(void))


RULE = Rule(
    id="exposed-admin",
    code="SEC010",
    title="Exposed administration port",
    severity="error",
    cases=(("by-protocol", "warning"), ("asked", "info")),
    category="security",
    summary="An administration or statistics port is on a public path.",
    why=(
        "Consoles and statistics pages are written for trusted people: they show hosts, sessions and versions, and "
        "many of them can switch servers off. Scanners find those on the internet within hours, and go on trying "
        "passwords for as long as they are there."
    ),
    fix="Let it listen on a private network only, and reach it through a bastion host or a VPN.",
    limits=(
        "Knows an administration port by `admin: true`. Also warns of SSH and similar protocols to your own "
        "components, unless `admin: false` says that visitors use them (as with Git), and "
        "only asks for balancers and forges. A bastion is there to be reached: its shell or tunnel, or its only port, is no console. "
        "Behind a VPN, which visitors reach in another protocol, ports aren't "
        "public, and what a balancer passes on of a shell is for those whom its own connection is declared to be for. "
        "What each flow sends on behind a firewall in the same protocol is no console of the firewall. "
        "A balancer passes such a port on to one with the same protocol and number that is for administration "
        "too; otherwise it is the balancer's own. A port that a firewall denies isn't public, and one that a firewall's rule opens "
        "to the internet is, without a connection or beside those of administrators inside. So is each port that a rule names of "
        "what is called a console, a dashboard or the like, and that no visitor's flow leads to. One that firewalls open to callers "
        "whom their rules name, by id or address, isn't."
    ),
    references=(
        (
            "CWE-749, Exposed Dangerous Method or Function",
            "https://cwe.mitre.org/data/definitions/749.html",
        ),
        (
            "OWASP Web Security Testing Guide, Enumerate Infrastructure and Application Admin Interfaces",
            "https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/"
            "02-Configuration_and_Deployment_Management_Testing/05-Enumerate_Infrastructure_and_Application_Admin_Interfaces",
        ),
        ("NIST SP 800-123, Guide to General Server Security", "https://csrc.nist.gov/pubs/sp/800/123/final"),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: The statistics for everybody
components:
  user: {kind: client}
  lb: {kind: load-balancer, managed: true, replicas: 2}
connections:
  user -> lb: [{protocol: https, port: 443}, {protocol: https, port: 8404, admin: true}]  # finding: exposed-admin
flows:
  read-page:
    title: A visitor opens a page
    steps:
      - user -> lb: GET /
""",
    edits=(
        (
            "name: The statistics for everybody",
            "name: The statistics from the office\nnetworks:\n  office: {trust: private}",
        ),
        (
            "user: {kind: client}",
            "user: {kind: client}\n  admin: {kind: client, network: office}",
        ),
        (
            "  user -> lb: [{protocol: https, port: 443}, {protocol: https, port: 8404, admin: true}]  # finding: exposed-admin",
            "  user -> lb: {protocol: https, port: 443}\n  admin -> lb: {protocol: https, port: 8404, admin: true}",
        ),
        (
            "- user -> lb: GET /",
            "- user -> lb: GET /\n"
            "  look:\n"
            "    title: An administrator looks at the statistics\n"
            "    steps:\n"
            "      - admin -> lb: GET /stats",
        ),
    ),
)
