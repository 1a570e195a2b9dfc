"""Sessions or uploads stay on the server that took them, and the next request may come to another one."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.record_paths import entries_behind_name, has_one_address
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.runtimes import is_serverless
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.traffic import is_sticky, pool_behind


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component that keeps data on its replicas behind a balancer or platform that chooses among them."""
    facts = context.topology
    lost: dict[str, dict[str, None]] = {}
    balancers: dict[str, dict[str, None]] = {}
    for balancer in facts.architecture.components:
        if balancer.balance is not None:
            sticky = is_sticky(balancer.balance)
            for target, direct in pool_behind(facts.index, facts.outgoing, balancer.id, balancer.balance):
                # what a declared algorithm does to the sessions of its own targets is a finding of that balancer
                sticky_by_statement = (direct and balancer.balance.algorithm is not None) or sticky is not False
                for what in _local_state(target, sticky_by_statement):
                    lost.setdefault(target.id, {})[what] = None
                    balancers.setdefault(target.id, {})[balancer.id] = None
    for server, keeper in _behind_names(facts):
        lost.setdefault(keeper, {})["sessions"] = None
        balancers.setdefault(keeper, {})[server] = None
    for each in facts.architecture.components:
        if kept := [*_local_state(each, sessions_are_declared=False)] if is_serverless(each) else []:
            lost.pop(each.id, None)
            yield _hit_of_platform(facts, each, kept)
    for component, data in lost.items():
        yield _hit(facts, facts.components[component], list(data), list(balancers[component]))


_ROTATING = ("round", "weight", "ratio", "random", "least")
"""Parts of the names of algorithms by which a name server's next answer may lead elsewhere; one by place or by order seldom does."""


def _behind_names(facts: Topology) -> Iterator[tuple[str, str]]:
    """Yield (name server, component with local sessions) where the next answer leads visitors to an entry before other servers.

    What an entry does to bring visitors back binds them to the servers behind it alone.
    """
    for server in facts.names.servers:
        balance = server.balance
        if balance is None or is_sticky(balance):
            continue
        if not any(word in (balance.algorithm or "").casefold() for word in _ROTATING):
            continue
        for flow in facts.flows:
            entries = entries_behind_name(facts, server, flow)
            ways = [_reached(facts, flow, entry) for entry in entries]
            every = dict.fromkeys(name for way in ways for name in way)
            apart = [name for name in every if not all(name in way for way in ways)]
            own = [facts.components[entry] for entry in entries]
            apart += [each.id for each in own if len(each.replicas) > 1 and not has_one_address(facts, each)]
            yield from ((server.id, name) for name in apart if facts.components[name].sessions == "local")


def _reached(facts: Topology, flow: str, entry: str) -> list[str]:
    """Return an entry and the components that a flow's requests reach from there."""
    reached = [entry]
    for name in reached:
        called = dict.fromkeys(target for hop in facts.hops[flow] if hop.step.source == name for target in hop.targets)
        reached += [target for target in called if target not in reached]
    return reached


def _local_state(component: Component, sessions_are_declared: bool) -> Iterator[str]:
    if component.sessions == "local" and not sessions_are_declared:
        yield "sessions"
    if component.uploads == "local":
        yield "uploads"


def _hit_of_platform(facts: Topology, component: Component, data: list[str]) -> Hit:
    return Hit(
        subject=Subject("component", component.id),
        message=f"{component.id} keeps the {listed(data)} in each instance, and its platform starts and stops these as it sees fit: the "
        "next request may come to another one, and what a stopped one kept is lost",
        flows=facts.flows_of[component.id],
        fix=_SHARED.get(tuple(data), _BOTH_SHARED),
    )


def _hit(facts: Topology, component: Component, data: list[str], balancers: list[str]) -> Hit:
    if "sessions" in data:
        by_name = all(facts.kind(balancer).id == "dns" for balancer in balancers)
        missed = f", and {listed(balancers)} may " + (
            "lead the visitor's next look-up to another one"
            if by_name
            else "send the visitor's next request to another one"
        )
    else:
        sends = "sends" if len(balancers) == 1 else "send"
        missed = (
            f": visitors that {listed(balancers)} {sends} to another one don't find them, and they are lost with it"
        )
    return Hit(
        subject=Subject("component", component.id),
        message=f"{component.id} keeps the {listed(data)} on each server{missed}",
        related=tuple((Subject("component", balancer), "chooses among its servers") for balancer in balancers),
        flows=facts.flows_of[component.id],
        fix=_FIXES.get(tuple(data)),
    )


_SHARED: dict[tuple[str, ...], str] = {
    ("sessions",): "Keep sessions in a store that every server asks, and declare `sessions: shared`.",
    ("uploads",): "Keep the files in object storage that every server asks, and declare `uploads: shared`.",
}
"""The fixes for one kind of data where a platform stops servers, so that nobody can be brought back."""

_FIXES: dict[tuple[str, ...], str] = {
    **_SHARED,
    ("sessions",): f"{_SHARED['sessions',]} Or let the balancer bring each visitor back with `stickiness`.",
}
"""The fixes for one kind of data; for both, the rule's own."""

_BOTH_SHARED = (
    "Keep sessions in a store that every server asks and files in object storage, and declare `sessions: shared` "
    "and `uploads: shared`."
)

RULE = Rule(
    id="server-bound-sessions",
    code="DAT007",
    title="Server-bound sessions",
    severity="warning",
    category="data",
    summary=(
        "Sessions are kept on a server behind a balancer or name without stickiness, or uploads on one of several servers, or either "
        "on a serverless platform."
    ),
    why=(
        "A visitor who logged in, or sent a file, on one server finds neither on the next: the session is gone on "
        "every other request, and the image appears on some of them. Stickiness brings the visitor back, but not the "
        "other visitors who want to see the image. If the server fails, all its sessions and files are lost."
    ),
    fix=f"{_BOTH_SHARED} For sessions alone, the balancer can bring each visitor back with `stickiness`.",
    limits=(
        "Doesn't check components without `sessions` or `uploads`, nor pools in which one replica takes all requests "
        "while the others wait. Doesn't check sessions behind a balancer whose choice isn't declared, nor a name server's that goes by "
        "place or order. Sessions of a "
        "balancer's own targets under a declared algorithm are reported by `mismatched-stickiness`."
    ),
    references=(
        ("The Twelve-Factor App, VI. Processes", "https://12factor.net/processes"),
        ("RFC 6265, HTTP State Management Mechanism", "https://www.rfc-editor.org/rfc/rfc6265"),
    ),
    check=check,
    bad="""\
archgen: 1
name: Pictures on each server
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  lb: {kind: load-balancer, managed: true, replicas: 2, balance: round-robin}
  api: {kind: external-service, managed: true, replicas: 2, uploads: local}  # finding: server-bound-sessions
connections:
  job -> lb: https
  lb -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> lb: start
      - lb -> api: start
""",
    edits=(
        ("name: Pictures on each server", "name: Pictures in one place"),
        ("uploads: local", "uploads: shared"),
    ),
)
