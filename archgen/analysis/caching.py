"""The share of a flow's calls that is made behind a cache, which answers the others itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.model.architecture import Flow
from archgen.model.kinds import KINDS
from archgen.model.steps import Frame, Request, Step
from archgen.reliability.requests import access_of, connections_under, requests


class Share(Struct, frozen=True):
    """The share of the requests of its caller with which a step is made, while a cache works and while it doesn't."""

    with_cache: float
    without: float = 1.0
    cache: str | None = None


class Caching(Struct, frozen=True):
    """The shares of the steps that aren't always made, and the branch of hits of each `alt` that a cache decides."""

    shares: Mapping[str, tuple[Share, ...]]
    hit_branches: Mapping[str, int]


def caching(topology: Topology, flow: Flow, held: Mapping[str, float]) -> Caching:
    """Return what caches keep from the steps of a flow; of the requests in `held` that share comes at a time.

    Behind a cache are its own calls, also in the branches of misses of an `alt` right after it; or, where it makes none in the flow,
    those of the `alt` that it decides,
    and without such an `alt` its caller's later reads of what stores data.
    """
    walk = _Walk(topology, flow)
    walk.steps(flow.steps)
    shares = dict(walk.shares)
    for request, share in held.items():
        shares[request] = (*shares.get(request, ()), Share(share, share))
    return Caching(shares, walk.hit_branches)


class _Walk:
    """The caches in front of each step, in the order of the flow."""

    def __init__(self, topology: Topology, flow: Flow) -> None:
        self._topology = topology
        self._flow = flow
        self._callers = {request.source for request, _ in requests(flow.steps)}
        # by the component that calls on, what its cache leaves; a caller's holds for its reads of stores alone
        self._through: dict[str, Share] = {}
        self._beside: dict[str, Share] = {}
        self.shares: dict[str, tuple[Share, ...]] = {}
        self.hit_branches: dict[str, int] = {}

    def steps(self, steps: Iterable[Step]) -> None:
        asked: Request | None = None
        for step in steps:
            if isinstance(step, Request):
                self._request(step)
                beside = step.source in self._beside or not self._through.keys().isdisjoint(step.targets)
                asked = step if beside and self._hit_share(step) is not None else None
            elif isinstance(step, Frame):
                self._frame(step, asked)
                asked = None

    def _request(self, step: Request) -> None:
        self._keep_from(step)
        hits = self._hit_share(step)
        if hits is None and self._has_hits(step):
            # a write: what the cache keeps from reads before it doesn't count
            for target in step.targets:
                self._through.pop(target, None)
        for target in step.targets if hits is not None else ():
            share = Share(1.0 - (hits or 0.0), 1.0, target)
            if target in self._callers:
                self._through[target] = share
            else:
                self._beside[step.source] = share

    def _keep_from(self, step: Request) -> None:
        """Add what caches before a step keep from it."""
        before = self._through.get(step.source)
        beside = self._beside.get(step.source)
        shares = [share for share in (before, beside if self._reads_store(step) else None) if share is not None]
        if shares:
            self.shares[step.id] = (*self.shares.get(step.id, ()), *shares)

    def _hit_share(self, step: Request) -> float | None:
        """Return the share of a step that a cache answers: no part of a write, if the cache makes the calls behind it itself."""
        connections = connections_under(self._topology.index, step)
        if not self._callers.isdisjoint(step.targets):
            connections = tuple([each for each in connections if access_of(step, self._flow, each) != "write"])
        hits = [each.hits for each in connections if each.hits is not None]
        if step.hits is not None and connections:
            return step.hits
        return hits[-1] if hits else None

    def _has_hits(self, step: Request) -> bool:
        calls = connections_under(self._topology.index, step)
        return step.hits is not None or any(each.hits is not None for each in calls)

    def _frame(self, frame: Frame, asked: Request | None) -> None:
        each_first = self._first_of_each(frame) if frame.kind == "alt" else ()
        number_of_hits = self._hits_of_each(frame, each_first) if each_first else None
        if number_of_hits is not None:
            self._split(frame, number_of_hits, each_first)
            return
        decision = self._decision(frame, asked) if frame.kind == "alt" else None
        if decision is None:
            for branch in frame.branches:
                self.steps(branch.steps)
            return
        number, request = decision
        hits, cache = self._hit_share(request) or 0.0, request.targets[0]
        if cache in self._through:
            self.hit_branches[frame.id] = number
            # its own calls: those of its branch of hits, and as many as it leaves in the others
            left = self._through[cache]
            for place, branch in enumerate(frame.branches):
                self._through[cache] = Share(hits, 0.0, cache) if place == number else left
                self.steps(branch.steps)
            self._through[cache] = left
            return
        self._split(frame, number, (request,))

    def _split(self, frame: Frame, number: int, asking: Sequence[Request]) -> None:
        """Share the calls of a frame out over its branch of hits and the others; one request asks the cache, or one in each branch."""
        hits, cache = self._hit_share(asking[0]) or 0.0, asking[0].targets[0]
        self.hit_branches[frame.id] = number
        for request in asking if len(asking) > 1 else ():
            self._keep_from(request)
        self._beside.pop(asking[0].source, None)
        self._through.pop(cache, None)
        for place, branch in enumerate(frame.branches):
            share = Share(hits, 0.0, cache) if place == number else Share(1.0 - hits, 1.0, cache)
            reached: set[str] = set()
            for step, _ in requests(branch.steps):
                if step.source not in reached and (len(asking) > 1 or step is not asking[0]):
                    self.shares[step.id] = (*self.shares.get(step.id, ()), share)
                reached.update(step.targets)
            self.steps(each for each in branch.steps if each not in asking)

    def _first_of_each(self, frame: Frame) -> tuple[Request, ...]:
        """Return the first request of each branch, if they ask the same cache alike; else none."""
        first = [next((step for step, _ in requests(branch.steps)), None) for branch in frame.branches]
        asking = [step for step, branch in zip(first, frame.branches, strict=True) if step and step in branch.steps]
        asked = {(step.source, step.targets, self._hit_share(step)) for step in asking}
        alike = len(asking) == len(first) > 1 and len(asked) == 1 and self._hit_share(asking[0]) is not None
        return tuple(asking) if alike else ()

    def _hits_of_each(self, frame: Frame, asking: Sequence[Request]) -> int | None:
        """Return the branch of hits of a frame whose branches all ask a cache first: its case tells, or a CDN calls nobody there alone."""
        told = _branches_of_hits(frame)
        if not told and not self._callers.isdisjoint(asking[0].targets):
            told = [place for place, branch in enumerate(frame.branches) if len(list(requests(branch.steps))) == 1]
        return told[0] if len(told) == 1 else None

    def _decision(self, frame: Frame, asked: Request | None) -> tuple[int, Request] | None:
        """Return the branch of hits and the request to the cache, if a cache decides: it is asked right before, or in one branch first."""
        first = [next((step for step, _ in requests(branch.steps)), None) for branch in frame.branches]
        if asked is not None:
            if not self._decides(asked, first):
                return None
            silent = [number for number, step in enumerate(first) if step is None]
            if not silent and not self._through.keys().isdisjoint(asked.targets):
                silent = _branches_of_hits(frame)
            return (silent[0], asked) if len(silent) == 1 else None
        asking = [
            (number, step)
            for number, step in enumerate(first)
            if step is not None
            and self._hit_share(step) is not None
            and self._callers.isdisjoint(step.targets)
            and step in frame.branches[number].steps
        ]
        return asking[0] if len(asking) == 1 and not self._falls_back(frame, asking[0][0]) else None

    def _decides(self, asked: Request, first: Iterable[Request | None]) -> bool:
        """Return True for a cache beside its caller, and for one that makes the first call of each branch that calls anybody."""
        through = {target for target in asked.targets if target in self._through}
        return not through or all(step is None or step.source in through for step in first)

    def _falls_back(self, frame: Frame, number: int) -> bool:
        """Return True if a branch goes on to a store after its cache, so that it is that of the misses too."""
        return any(self._reads_store(step) for step, _ in requests(frame.branches[number].steps))

    def _reads_store(self, step: Request) -> bool:
        connections = connections_under(self._topology.index, step)
        if any(access_of(step, self._flow, each) != "read" for each in connections or (None,)):
            return False
        kinds = (KINDS[self._topology.components[target].kind] for target in step.targets)
        return all(kind.stores and kind.id != "cache" for kind in kinds)


def _branches_of_hits(frame: Frame) -> list[int]:
    """Return the branch of which the case tells of a hit, if each other one tells of a miss."""
    missed = [_MISS.search(branch.when) is not None for branch in frame.branches]
    found = [number for number, branch in enumerate(frame.branches) if not missed[number] and _HIT.search(branch.when)]
    return found if len(found) == 1 and sum(missed) == len(missed) - 1 else []


_HIT = re.compile(r"\b(?:hits?|cached?)\b", re.IGNORECASE)
_MISS = re.compile(r"\b(?:not|no|miss|misses|missed|else|otherwise|uncached|expired)\b", re.IGNORECASE)
