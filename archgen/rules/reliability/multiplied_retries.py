"""Several components of a chain retry the same request, so that a failure at its end multiplies the load there."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Connection
from archgen.model.subject import Subject
from archgen.model.wording import listed

_TRIES = 8.0

_Chain = tuple[Connection, ...]
"""The connections of a chain over which a failed request is tried again, in their order."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for the last connection of each chain that sends a request too often, with all of its flows."""
    facts = context.topology
    least = context.threshold("multiplied-retries", "tries", _TRIES)
    chains: dict[str, tuple[_Chain, dict[str, None]]] = {}
    for flow in facts.flows:
        for chain in _longest(facts, flow):
            if len(chain) > 1 and _tries(chain) >= least:
                chains.setdefault(chain[-1].id, (chain, {}))[1][flow] = None
    for chain, flows in chains.values():
        yield _hit(chain, tuple(flows))


def _longest(facts: Topology, flow: str) -> tuple[_Chain, ...]:
    """Return the chains of a flow that none of its steps prolongs."""
    arriving: dict[str, _Chain] = {}
    chains: dict[_Chain, None] = {}
    for hop in facts.hops[flow]:
        connection = hop.connection
        if connection is not None:
            before = arriving.get(hop.step.source, ())
            chain = (*before, connection) if connection.retries and connection not in before else before
            for target in hop.targets:
                if _tries(chain) > _tries(arriving.get(target, ())):
                    arriving[target] = chain
                    chains[chain] = None
    return tuple(chain for chain in chains if not any(_prolongs(other, chain) for other in chains))


def _prolongs(other: _Chain, chain: _Chain) -> bool:
    return len(other) > len(chain) and other[: len(chain)] == chain


def _tries(chain: _Chain) -> int:
    tries = 1
    for connection in chain:
        tries *= 1 + (connection.retries or 0)
    return tries


def _hit(chain: _Chain, flows: tuple[str, ...]) -> Hit:
    target = listed(chain[-1].targets, "or")
    each = [f"{connection.id} tries {1 + (connection.retries or 0)} times" for connection in chain]
    return Hit(
        subject=Subject("connection", chain[-1].id),
        message=f"While {target} fails, each request of {listed(flows)} becomes {_tries(chain)} there: {listed(each)}",
        related=tuple((Subject("connection", connection.id), "retries too") for connection in chain[:-1]),
        flows=flows,
    )


RULE = Rule(
    id="multiplied-retries",
    code="REL016",
    title="Retries that multiply",
    severity="warning",
    category="reliability",
    summary="Several components of a chain retry the same request, and their tries multiply.",
    why=(
        "If each of three components tries four times, one click becomes 64 queries, exactly when the database can't keep up. "
        "The retries keep it down after the cause is gone."
    ),
    fix=(
        "Retry in one place of the chain only, with a growing and random delay, and state `retries: 0` elsewhere; or limit "
        "retries to a small share of all requests."
    ),
    limits=(
        "Counts stated `retries` only, and takes each component to retry when its callee fails. Doesn't know retry budgets and "
        "circuit breakers."
    ),
    references=(
        (
            "Google SRE Book, Addressing Cascading Failures",
            "https://sre.google/sre-book/addressing-cascading-failures/",
        ),
        (
            "Amazon Builders' Library, Timeouts, retries, and backoff with jitter",
            "https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/",
        ),
    ),
    check=check,
    thresholds=(("tries", _TRIES, "tries of one request at the end of a chain from which on it is reported"),),
    bad="""\
archgen: 1
name: Each tries four times
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: external-service, managed: true, replicas: 2}
  store: {kind: external-service, managed: true, replicas: 2}
connections:
  job -> api: {protocol: https, retries: 3}
  api -> store: {protocol: https, retries: 3}  # finding: multiplied-retries
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
      - api -> store: PUT
""",
    edits=(
        ("name: Each tries four times", "name: One of them tries four times"),
        ("api -> store: {protocol: https, retries: 3}", "api -> store: {protocol: https, retries: 0}"),
    ),
)
