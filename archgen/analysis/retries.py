"""Chains of calls that are tried again: each failed request becomes several at their end."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.model.architecture import Connection
from archgen.model.kinds import QUEUES
from archgen.reliability.requests import defers

Chain = tuple[Connection, ...]
"""The connections of a chain over which a failed request is tried again, in their order."""


def retry_chains(topology: Topology, flow: str) -> Iterator[tuple[str, Chain]]:
    """Yield each component of a flow with a chain to it that tries more often than those before.

    A chain ends where nobody waits for the answer, or does without it: the request before is not sent again for what fails later.
    What a queue hands on it delivers again, so that there another one begins.
    """
    arriving: dict[str, Chain] = {}
    most: dict[str, int] = {}
    taken = {request.id for request in topology.losses.takers.get(flow, ())}
    for hop in topology.hops[flow]:
        connection = hop.connection
        if connection is not None:
            handed_over = hop.step.id in taken or defers(hop.step, connection)
            before = () if handed_over or hop.optional else arriving.get(hop.step.source, ())
            chain = (*before, connection) if connection.retries and connection not in before else before
            ends = handed_over and topology.kind(hop.step.source).id not in QUEUES
            for target in hop.targets:
                if not ends and tries(chain) > tries(arriving.get(target, ())):
                    arriving[target] = chain
                if tries(chain) > most.get(target, 1):
                    most[target] = tries(chain)
                    yield target, chain


def tries(chain: Chain) -> int:
    """Return how often a request is sent at the end of a chain."""
    count = 1
    for connection in chain:
        count *= 1 + (connection.retries or 0)
    return count
