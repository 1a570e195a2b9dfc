"""Several components sign in with one account, or an application signs in with none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archgen.analysis.exposure import STORES, arrivals, ask_who_calls, hands_on_queries, origins
from archgen.analysis.programs import (
    codebase_of,
    installations,
    is_superuser,
    known_application,
    one_of_each_version,
    tell_versions,
    tried_out_versions,
    works_for_itself,
)
from archgen.analysis.topology import Topology
from archgen.edits.remedy import connection_of
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Connection
from archgen.model.change import Change, Put
from archgen.model.kinds import QUEUES
from archgen.model.protocols import PROTOCOLS
from archgen.model.runtimes import is_build_agent, is_runtime
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.locality import SAME_HOST

_PROGRAMS = ("application", "data", "support", "observer")
"""The roles of what works on its own; visitors, and what hands their requests on, need no account."""

_OF_QUEUES = ("amqp", "amqps", "kafka", "nats", "mqtt", "mqtts", "stomp", "redis", "rediss")
"""The protocols in which a program connects to a queue, to put messages into it and to take them."""

_OPEN = ("dns",)
"""The protocols of what answers everybody in a network."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component with a shared account, and for each that lets callers in without an account."""
    facts = context.topology
    accounts: dict[str, dict[str, list[Connection]]] = {}
    open_: dict[tuple[str, ...], list[Connection]] = {}
    superusers: dict[str, dict[str, list[Connection]]] = {}
    for connection in facts.architecture.connections:
        if connection.credentials is not None:
            for target in _servers(facts, connection):
                accounts.setdefault(target, {}).setdefault(connection.credentials, []).append(connection)
        elif _is_open(facts, connection):
            open_.setdefault(_let_in_by(facts, connection), []).append(connection)
    for calls in open_.values():
        yield _unproven(facts, calls)
    for target, users in accounts.items():
        shared = {
            account: calls
            for account, calls in users.items()
            # what comes through one proxy alone signs in there
            if len(calls) > 1
            and _is_one_account(facts, account, calls)
            and not _is_told_behind(facts, target, account, accounts)
        }
        if shared:
            yield _shared(facts, target, shared)
        mighty = [
            call
            for account, calls in users.items()
            if account not in shared and is_superuser(facts, target, account)
            for call in calls
            if works_for_itself(facts, call)
        ]
        if mighty:
            superusers.setdefault(mighty[0].id, {})[target] = mighty
    for reached in superusers.values():
        yield _superuser(facts, reached)


def _is_one_account(facts: Topology, account: str, calls: list[Connection]) -> bool:
    """Return True if several programs sign in with one account, and not each with the identity that a platform gives it.

    No password goes with that, and the words name no account. A machine's is one for all that runs on it.
    """
    programs = _programs(facts, calls)
    if len(set(programs.values())) < 2:
        return False
    words = re.split(r"[\s_-]+", account.casefold())
    form = " ".join(word for word in words if word not in _VENDORS)
    if form in _OF_MACHINES:
        return bool(set.intersection(*(set(facts.hosts_of(caller)) for caller in programs)))
    return form not in _FORMS


_VENDORS = ("aws", "azure", "entra", "gcp", "google")
_FORMS = ("managed identity", "workload identity", "iam", "iam role", "task role", "execution role")
_OF_MACHINES = ("system assigned identity", "system assigned managed identity", "instance profile", "instance role")


def _is_told_behind(
    facts: Topology, proxy: str, account: str, accounts: dict[str, dict[str, list[Connection]]]
) -> bool:
    """Return True for a proxy that passes an account on to a store at which others sign in with it as well."""
    behind = [target for call in facts.outgoing[proxy] if _hands_on(facts, call) for target in call.targets]
    return any(len(accounts.get(target, {}).get(account, ())) > 1 for target in behind)


def _superuser(facts: Topology, reached: dict[str, list[Connection]]) -> Hit:
    """Return the hit for calls by what they reach; of the alternatives of a connection, those that flows take are named."""
    every = [call for calls in reached.values() for call in calls]
    hops = (hop for hops in facts.hops.values() for hop in hops if hop.connection in every)
    asked = {target for hop in hops for target in hop.targets}
    targets = [target for target in reached if target in asked] or list(reached)
    calls = list({call.id: call for target in targets for call in reached[target]}.values())
    flows = {flow for call in calls for flow in facts.flows_over[call.id]}
    accounts = listed(sorted({call.credentials or "" for call in calls}))
    sign = f"{'signs' if len(calls) == 1 else 'sign'} in to {listed(targets, 'or')}"
    return Hit(
        subject=Subject("connection", calls[0].id),
        message=f"{listed([call.source for call in calls])} {sign} as {accounts}, which may do everything there",
        related=tuple((Subject("connection", call.id), "signs in as well") for call in calls[1:]),
        flows=facts.in_order(flows),
        case="superuser",
    )


def _programs(facts: Topology, connections: list[Connection]) -> dict[str, str]:
    """Return the program of each caller; processes of one application or code base, and those that do each other's work, are one."""
    callers = dict.fromkeys(caller for connection in connections for caller in _callers(facts, connection))
    programs = {caller: codebase_of(facts, caller) for caller in callers}
    processes: dict[str, list[str]] = {}
    for source, program in programs.items():
        application = known_application(facts.components[source])
        if program == source and application is not None:
            processes.setdefault(application, []).append(source)
    of_images: dict[str, list[str]] = {}
    for source, program in programs.items():
        of_images.setdefault(program, []).append(source)
    for own in (*processes.values(), *(each for each in of_images.values() if tried_out_versions(facts, each))):
        programs.update(installations(facts, own))
    return programs


def _is_open(facts: Topology, connection: Connection) -> bool:
    """Return True if a program calls another over the network, or anybody a store, without authentication."""
    if connection.authentication is not False:
        return False
    behind = (call for call in arrivals(facts, connection) if call is not connection)
    if any(call.authentication is not None or call.credentials is not None for call in behind):
        # what is behind the router says it of itself
        return False
    program = any(_is_program(facts, source) for source in origins(facts, connection))
    # a page may be for everybody; a store that clients reach without it has no application that asks them
    stores = any(facts.kind(target).id in STORES for target in connection.targets)
    if not (program or stores) or all(port.protocol in _OPEN for port in connection.ports):
        return False
    foreign = all(facts.kind(target).foreign for target in connection.targets)
    return not foreign and (facts.crosses(connection) is not False or _is_in_reach(facts, connection))


def _is_program(facts: Topology, source: str) -> bool:
    """Return True for what works on its own, and for a machine inside, which is no visitor: a modality, a workstation."""
    inside = facts.network_of(source) is not None and facts.trust(source) != "internet"
    return facts.kind(source).role in _PROGRAMS or (facts.kind(source).id == "client" and inside)


def _let_in_by(facts: Topology, connection: Connection) -> tuple[str, ...]:
    """Return the components that let a call in: a firewall or router lets none in, and what is behind it does."""
    return tuple(dict.fromkeys(server for call in arrivals(facts, connection) for server in _servers(facts, call)))


def _servers(facts: Topology, connection: Connection) -> tuple[str, ...]:
    """Return the components that let a caller in: the targets, or the queue from which a program takes what lies in it."""
    return (connection.source,) if _is_taken(facts, connection) else connection.targets


def _callers(facts: Topology, connection: Connection) -> tuple[str, ...]:
    """Return the components that are let in; a proxy of the store's protocol passes on the account of its callers."""
    if _is_taken(facts, connection):
        return connection.targets
    return tuple(call.source for call in _handed_on(facts, connection)) or origins(facts, connection)


def _handed_on(facts: Topology, connection: Connection) -> list[Connection]:
    """Return the calls whose account a proxy passes on over a connection."""
    if not _hands_on(facts, connection):
        return []
    spoken = _spoken(connection)
    return [
        call
        for call in facts.incoming[connection.source]
        if call.credentials in (None, connection.credentials) and not spoken.isdisjoint(_spoken(call))
    ]


def _hands_on(facts: Topology, connection: Connection) -> bool:
    """Return True for a proxy before stores; a gateway signs in at what it calls with an account of its own."""
    stores = all(facts.kind(target).id in STORES for target in connection.targets)
    return stores and connection.credentials is not None and hands_on_queries(facts, connection.source)


def _spoken(connection: Connection) -> set[str]:
    """Return the protocols of a connection, encrypted or not."""
    return {PROTOCOLS[port.protocol].secured or port.protocol for port in connection.ports}


def _is_taken(facts: Topology, connection: Connection) -> bool:
    """Return True if the arrow shows how messages go from a queue to a program, which connects to the queue.

    Over other protocols than a queue's something takes them to the target, as a connector to a store, and the target lets it in.
    """
    program = all(facts.kind(target).id not in STORES for target in connection.targets)
    spoken = all(port.protocol in _OF_QUEUES for port in connection.ports)
    return facts.kind(connection.source).id in QUEUES and program and spoken


def _is_in_reach(facts: Topology, connection: Connection) -> bool:
    """Return True if a store on the caller's host listens to all that runs there: not to a socket, or to localhost alone."""
    apart = connection.locality == SAME_HOST or all(port.protocol == "unix" for port in connection.ports)
    return not apart and any(facts.kind(target).role == "data" for target in connection.targets)


def _all_callers(facts: Topology, connections: list[Connection]) -> list[str]:
    return list(dict.fromkeys(caller for connection in connections for caller in _callers(facts, connection)))


def _shared(facts: Topology, target: str, shared: dict[str, list[Connection]]) -> Hit:
    clauses = [
        f"{listed(callers)}{tell_versions(facts, callers)} share the account {name} of {target}"
        f"{_might(facts, target, name, calls)}"
        for name, calls in shared.items()
        for callers in [one_of_each_version(facts, _all_callers(facts, calls))]
    ]
    calls = [call for each in shared.values() for call in each]
    flows = {flow for call in calls for flow in facts.flows_over[call.id]}
    return Hit(
        subject=Subject("component", target),
        message=f"{'; '.join(clauses)}: its log can't tell them apart, and none of them can be locked out alone",
        related=tuple((Subject("connection", call.id), f"signs in as {call.credentials}") for call in calls),
        flows=facts.in_order(flows),
        fix=_advice(facts, calls),
    )


def _might(facts: Topology, target: str, account: str, calls: list[Connection]) -> str:
    """Return what a shared account of an application may do, where that is everything."""
    is_mighty = is_superuser(facts, target, account) and any(works_for_itself(facts, call) for call in calls)
    return ", which may do everything there" if is_mighty else ""


def _advice(facts: Topology, connections: list[Connection]) -> str:
    """Return what to do about a shared account; programs in one runtime are often processes of one code base."""
    callers = _all_callers(facts, connections)
    if tried_out_versions(facts, callers):
        return (
            "Give each version a database of its own: one that is tried out there may write, or migrate, the data of the other. "
            "Give it an account of its own at least."
        )
    if any(is_build_agent(facts.components[caller]) for caller in callers):
        return f"{_OWN_ACCOUNTS} Build agents run the code of every job."
    if _run_alike(facts, callers):
        return f"If they run the same code, declare that: `codebase: {callers[0]}`. If not: {_OWN_ACCOUNTS}"
    return f"{_OWN_ACCOUNTS} If they run the same code, declare that instead: `codebase: {callers[0]}`."


def _run_alike(facts: Topology, callers: list[str]) -> bool:
    """Return True if all callers have the same product, which is a runtime."""
    products = {facts.components[caller].product for caller in callers}
    return len(products) == 1 and all(map(is_runtime, products))


_OWN_ACCOUNTS = (
    "Give each component an account of its own, with only the rights that it needs: `credentials: shop-reader`."
)


def _unproven(facts: Topology, calls: list[Connection]) -> Hit:
    """The first of the connections is the subject: what lets all of them in is one setting."""
    servers = _let_in_by(facts, calls[0])
    flows = {flow for call in calls for flow in facts.flows_over[call.id]}
    return Hit(
        subject=Subject("connection", calls[0].id),
        message=f"{listed(servers, 'or')} lets {listed(_all_callers(facts, calls))} in without authentication",
        related=tuple((Subject("connection", call.id), "is let in as well") for call in calls[1:]),
        flows=facts.in_order(flows),
        fix=ask_who_calls(set().union(*map(_spoken, calls))),
    )


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """An account of its own for each program but one, which keeps the shared one at all that it calls; named after both.

    The account that may do everything is left to who administers the store; an application's own is named after it alone.
    """
    if hit.subject.kind == "connection":
        return ()
    facts = context.topology
    connections = [connection_of(facts, subject.id) for subject, _ in hit.related]
    if _run_alike(facts, _all_callers(facts, connections)) or any(
        len(_handed_on(facts, call)) > 1 for call in connections
    ):
        # which code they run, or who of several behind a proxy gets another account, is for people to say
        return ()
    by_caller = _programs(facts, connections)
    changes: list[Change] = []
    left: dict[str, list[Connection]] = {}
    for connection in connections:
        program, account = by_caller[_callers(facts, connection)[0]], connection.credentials or ""
        if is_superuser(facts, hit.subject.id, account) and works_for_itself(facts, connection):
            changes.append(Put(("connections", connection.id, "credentials"), _account_name(by_caller, program)))
        else:
            left.setdefault(account, []).append(connection)
    for account, calls in left.items():
        keeper = _keeper(facts, account, calls, by_caller)
        for call in calls:
            if (program := by_caller[_callers(facts, call)[0]]) != keeper:
                own = f"{account}-{_account_name(by_caller, program)}"
                before = (each for each in _handed_on(facts, call) if each.credentials is not None)
                changes += [Put(("connections", each.id, "credentials"), own) for each in (call, *before)]
    return tuple(changes)


def _keeper(facts: Topology, account: str, here: list[Connection], by_caller: dict[str, str]) -> str | None:
    """Return the program that keeps an account: of all in the model, the first one that calls this, and no build agent.

    An agent runs the code of every job, so it would hold the secret of another one that has the account elsewhere.
    """
    callers = _all_callers(facts, [call for call in facts.architecture.connections if call.credentials == account])
    safe = [caller for caller in callers if not is_build_agent(facts.components[caller])]
    own = _all_callers(facts, here)
    return next((by_caller[caller] for caller in safe or callers if caller in own), None)


def _account_name(by_caller: dict[str, str], program: str) -> str:
    """Return a program as an account: of an image, the first component that runs it, since its name is no account's."""
    return program if "/" not in program else next(caller for caller, own in by_caller.items() if own == program)


RULE = Rule(
    id="shared-credentials",
    code="SEC009",
    title="Shared or missing credentials",
    severity="warning",
    cases=(("superuser", "warning"),),
    category="security",
    summary="Several components use one account, or an application connects without authentication.",
    why=(
        "A shared account has the rights of the component that needs most. Its password is in several places, all of "
        "them have to change it at once when it leaks, and the logs don't tell which component did what. If no "
        "account is needed, access to the network is enough to read the data."
    ),
    fix=_OWN_ACCOUNTS,
    limits=(
        "Doesn't check connections that declare neither `credentials` nor `authentication`, components that run the same code "
        "base or image or are alternatives on one connection, identities that a platform gives to each program "
        "(`credentials: managed identity`; an `instance profile` is one for all on a server), name services, nor external "
        "services, which may be open to everybody. Processes of one product, and versions of one image, count as one installation if "
        "they work together or each is of another kind; the agents of a build server aren't one with it. "
        "Calls that can't leave a host are checked only if they are to a store that isn't "
        "declared to be for that host alone (`locality: same-host`). Administrators and backups may sign in to a database as its "
        "superuser."
    ),
    references=(
        ("CWE-306, Missing Authentication for Critical Function", "https://cwe.mitre.org/data/definitions/306.html"),
        ("NIST SP 800-53 Rev. 5, IA-2, IA-9 and AC-6", "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final"),
        (
            "OWASP Database Security Cheat Sheet",
            "https://cheatsheetseries.owasp.org/cheatsheets/Database_Security_Cheat_Sheet.html",
        ),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: One account for two
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: service, managed: true, replicas: 2}
  mysql: {kind: database, managed: true, replicas: 2}  # finding: shared-credentials
connections:
  job -> mysql: {protocol: mysql, tls: true, credentials: shop}
  job -> api: {protocol: https, authentication: false}  # finding: shared-credentials
  api -> mysql: {protocol: mysql, tls: true, credentials: shop}
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> mysql: SELECT
      - job -> api: start
      - api -> mysql: INSERT
""",
    edits=(
        ("name: One account for two", "name: An account for each"),
        (
            "job -> mysql: {protocol: mysql, tls: true, credentials: shop",
            "job -> mysql: {protocol: mysql, tls: true, credentials: reports",
        ),
        ("authentication: false", "authentication: token"),
    ),
)
