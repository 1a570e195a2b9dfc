"""Several components of a chain retry the same request, so that a failure at its end multiplies the load there."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.retries import Chain, retry_chains, tries
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.subject import Subject
from archgen.model.wording import listed

_TRIES = 8.0


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for the last connection of each chain that sends a request too often, with all of its flows."""
    facts = context.topology
    least = context.threshold("multiplied-retries", "tries", _TRIES)
    ends: dict[str, dict[str, Chain]] = {}
    for flow in facts.flows:
        for chain in _longest(facts, flow):
            if len(chain) > 1 and tries(chain) >= least:
                worst = ends.setdefault(chain[-1].id, {})
                worst[flow] = max(worst.get(flow, chain), chain, key=tries)
    for chains in ends.values():
        yield _hit(chains)


def _longest(facts: Topology, flow: str) -> tuple[Chain, ...]:
    """Return the chains of a flow that none of its steps prolongs."""
    chains = dict.fromkeys(chain for _, chain in retry_chains(facts, flow))
    return tuple(chain for chain in chains if not any(_prolongs(other, chain) for other in chains))


def _prolongs(other: Chain, chain: Chain) -> bool:
    return len(other) > len(chain) and other[: len(chain)] == chain


def _hit(chains: dict[str, Chain]) -> Hit:
    """Return the hit at the last connection of the chains of some flows, explained by the chain that tries most often."""
    worst = max(chains.values(), key=tries)
    target = listed(worst[-1].targets, "or")
    each = [f"{connection.id} tries {1 + (connection.retries or 0)} times" for connection in worst]
    flows_by_tries: dict[int, list[str]] = {}
    for flow, chain in chains.items():
        flows_by_tries.setdefault(tries(chain), []).append(flow)
    most = flows_by_tries.pop(tries(worst))
    fewer = "".join(f"; a request of {listed(flows, 'or')} becomes {count}" for count, flows in flows_by_tries.items())
    return Hit(
        subject=Subject("connection", worst[-1].id),
        message=f"While {target} fails, each request of {listed(most)} becomes {tries(worst)} there: {listed(each)}{fewer}",
        related=tuple((Subject("connection", connection.id), "retries too") for connection in worst[:-1]),
        flows=tuple(chains),
    )


RULE = Rule(
    id="multiplied-retries",
    code="REL016",
    title="Multiplied retries",
    severity="warning",
    category="reliability",
    summary="Several components of a chain retry the same request, and their tries multiply.",
    why=(
        "If each of three components tries four times, one click becomes 64 queries, exactly when the database can't "
        "keep up. The retries keep it down after the original cause is gone."
    ),
    fix=(
        "Retry in one place of the chain only, with a growing, randomized delay, and declare `retries: 0` elsewhere; "
        "or limit retries to a small share of all requests."
    ),
    limits=(
        "Counts declared `retries` only, and along callers that wait: a request that a queue has taken isn't sent again. "
        "Assumes that each component retries when its callee fails. Doesn't know retry budgets and circuit breakers."
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
