"""Rules times one model: hits become findings with a place, a severity, an identity and, where given, an acceptance."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Protocol

from archgen.analysis.topology import Topology
from archgen.linting.acceptance import accepted_losses, accepts, accepts_loss, in_force
from archgen.linting.rule import Hit, PreviousModel, ReviewInput, Rule, RuleContext
from archgen.model.finding import CATEGORIES, CONFIDENCES, SEVERITIES, Accepted, Confidence, Finding, Related, Severity
from archgen.model.problems import Place
from archgen.model.requirements import Acceptance
from archgen.model.sha256 import digest
from archgen.model.subject import Subject
from archgen.rules import BY_NAME
from archgen.system.internal_errors import EXPOSED, Isolation, Result

Accepting = Callable[[Rule, Hit], Acceptance | None]
"""Returns the acceptance that covers a hit of a rule, or None if it is open."""


class Places(Protocol):
    """The places of subjects in the files of a model."""

    def place(self, subject: Subject) -> Place:
        """Return the place of a subject."""

    def at(self, *path: str | int) -> Place:
        """Return the place of a key or an item by its path."""


def run_rules(
    topology: Topology,
    source: Places,
    rules: Iterable[Rule],
    today: str,
    all_names: frozenset[str] = frozenset(BY_NAME),
    thresholds: Mapping[tuple[str, str], float] = MappingProxyType({}),
    previous: tuple[PreviousModel, ...] = (),
    isolation: Isolation = EXPOSED,
) -> tuple[Finding, ...]:
    """Return all findings of one model, worst first.

    `today` is an ISO date, after whose `until` an acceptance no longer counts. `all_names` are the ids and codes of all
    rules, whether they run or not, `thresholds` the numbers that a team sets, `previous` the model that this one follows
    and the one that it follows in turn, both or none. With an `isolation`, a rule that fails unexpectedly finds nothing.
    """
    guard = _Guard(topology.architecture.file, isolation)
    context = RuleContext(topology, today, thresholds)
    unknown = topology.architecture.unknown
    ran = tuple(rule for rule in rules if rule.topic not in unknown)
    raw = tuple(_hits(context, ran, guard))
    hits = tuple(_narrowed(context, _unexplained(raw, _explained_elsewhere(context, ran, unknown, guard)), guard))
    accepted = in_force(topology, today)
    accepting = partial(_accepting, topology, accepted, accepted_losses(topology, accepted))
    reviewed = (*hits, *_reviews(ran, hits, all_names, accepting, previous, context, guard))
    repeats = _repeats(context.topology.architecture.id, reviewed)
    findings = (
        guard.attempt(rule, partial(_finding, context, source, rule, hit, accepting, repeats.get(place, ())))
        for place, (rule, hit) in enumerate(reviewed)
    )
    return tuple(sorted((finding for finding in findings if finding is not None), key=order))


class _Guard:
    """Runs a part of a rule's work, without results where it fails unexpectedly."""

    def __init__(self, file: str, isolation: Isolation) -> None:
        self._file = file
        self._isolation = isolation

    def __call__(self, rule: Rule, work: Callable[[], Iterable[Result]]) -> tuple[Result, ...]:
        results = self.attempt(rule, lambda: tuple(work()))
        return () if results is None else results

    def attempt(self, rule: Rule, work: Callable[[], Result]) -> Result | None:
        """Return the result of the work, or None where it fails unexpectedly."""
        return self._isolation.attempt(work, self._file, f"rule {rule.id}", rule.id)


def _hits(context: RuleContext, rules: Iterable[Rule], guard: _Guard) -> Iterator[tuple[Rule, Hit]]:
    for rule in rules:
        check = rule.check
        if check is not None:
            for hit in guard(rule, partial(check, context)):
                yield rule, hit


def _reviews(
    ran: tuple[Rule, ...],
    hits: tuple[tuple[Rule, Hit], ...],
    all_names: frozenset[str],
    accepting: Accepting,
    previous: tuple[PreviousModel, ...],
    context: RuleContext,
    guard: _Guard,
) -> list[tuple[Rule, Hit]]:
    """Return the hits of the rules that review the findings of the others.

    Those that compare with previous models come first, so that a review of acceptances can count their hits.
    """
    names = frozenset(name for rule in ran for name in (rule.id, rule.code))
    review_hits: list[tuple[Rule, Hit]] = []
    for rule in sorted(
        (candidate for candidate in ran if candidate.review is not None), key=lambda candidate: not candidate.ladder
    ):
        review = rule.review
        if review is not None and (previous or not rule.ladder):
            all_hits = (*hits, *review_hits)
            review_input = ReviewInput(
                names,
                names | all_names,
                tuple((name, hit.subject) for hit_rule, hit in all_hits for name in (hit_rule.id, hit_rule.code)),
                tuple(_open(all_hits, accepting)) if previous else (),
                previous,
            )
            review_hits += [(rule, hit) for hit in guard(rule, partial(review, context, review_input))]
    return review_hits


def _open(hits: tuple[tuple[Rule, Hit], ...], accepting: Accepting) -> Iterator[tuple[str, Subject]]:
    """Yield the rule's id and the subject of each hit that isn't accepted."""
    return ((rule.id, hit.subject) for rule, hit in hits if accepting(rule, hit) is None)


def _explained_elsewhere(
    context: RuleContext, ran: tuple[Rule, ...], unknown: Collection[str | None], guard: _Guard
) -> frozenset[tuple[str, str]]:
    """Return the causes that a rule which doesn't run explains as something milder: who leaves it out gets nothing worse for it."""
    names = {rule.id for rule in ran}
    if not any(rule.yields for rule in ran):
        return frozenset()
    left_out = (
        rule for rule in BY_NAME.values() if rule.explains and rule.id not in names and rule.topic not in unknown
    )
    return frozenset(cause for _, hit in _hits(context, left_out, guard) for cause in hit.causes)


def _unexplained(
    hits: tuple[tuple[Rule, Hit], ...], elsewhere: frozenset[tuple[str, str]]
) -> Iterator[tuple[Rule, Hit]]:
    """Yield the hits but those of general rules whose every cause a special rule explains: a finding per root cause."""
    explained = elsewhere.union(
        cause for rule, hit in hits if not (rule.yields or rule.repeats) for cause in hit.causes
    )
    for rule, hit in hits:
        if not (rule.yields and hit.causes and hit.causes <= explained):
            yield rule, hit


def _narrowed(context: RuleContext, hits: Iterable[tuple[Rule, Hit]], guard: _Guard) -> Iterator[tuple[Rule, Hit]]:
    """Yield the hits, those of general rules without the causes that special ones explain about the same subject."""
    every = tuple(hits)
    special: dict[Subject, list[Hit]] = {}
    for rule, hit in every:
        if not (rule.yields or rule.repeats):
            special.setdefault(hit.subject, []).append(hit)
    for rule, hit in every:
        others = [other for other in special.get(hit.subject, ()) if hit.causes & other.causes]
        if rule.narrow is not None and others:
            hit = guard.attempt(rule, partial(rule.narrow, context, hit, others)) or hit
        yield rule, hit


def _repeats(model: str, hits: Sequence[tuple[Rule, Hit]]) -> dict[int, tuple[tuple[str, ...], ...]]:
    """Return the places of hits all of whose causes others tell of, with the fingerprints of those for each cause."""
    asking = [place for place, (rule, hit) in enumerate(hits) if rule.repeats and hit.causes]
    if not asking:
        return {}
    telling: dict[tuple[str, str], list[str]] = {}
    for rule, hit in hits:
        for cause in () if rule.repeats else hit.causes:
            telling.setdefault(cause, []).append(fingerprint(model, rule.id, hit.subject))
    groups = {place: {tuple(telling.get(cause, ())) for cause in hits[place][1].causes} for place in asking}
    return {place: tuple(sorted(group)) for place, group in groups.items() if () not in group}


def _finding(
    context: RuleContext,
    source: Places,
    rule: Rule,
    hit: Hit,
    accepting: Accepting,
    repeats: tuple[tuple[str, ...], ...],
) -> Finding:
    place = source.at(*hit.places[0][0]) if hit.places else source.place(hit.subject)
    model = context.topology.architecture.id
    changes = rule.mend(context, hit) if rule.mend is not None else hit.changes
    # by place: where a call has more than fifteen words with names, Python makes a dictionary of them first
    return Finding(
        rule.id,
        rule.code,
        _severity(rule, hit),
        rule.category,
        model,
        hit.subject,
        hit.message,
        hit.fix or rule.fix,
        place.file,
        place.line,
        place.column,
        place.end_line,
        fingerprint(model, rule.id, hit.subject),
        related=tuple(_all_related(source, hit)),
        flows=hit.flows,
        confidence=_confidence(context.topology, hit),
        proof=hit.proof,
        accepted=_accepted(accepting(rule, hit)),
        fixable=("safe" if rule.harmless else "unsafe") if changes else None,
        changes=changes,
        repeats=repeats,
    )


def _confidence(topology: Topology, hit: Hit) -> Confidence:
    """Return the least confidence in what a hit rests on: its flows, and the connections that its proof leads over."""
    if not topology.assumed_flows and not topology.assumed_connections:
        return hit.confidence
    ranks = [CONFIDENCES.index(hit.confidence)]
    if hit.flows and topology.assumed_flows and not hit.is_stated:
        # one flow that is certain is enough
        ranks.append(min(CONFIDENCES.index(topology.flows[flow].assumed or "high") for flow in hit.flows))
    if hit.proof is not None:
        ranks.append(CONFIDENCES.index(topology.confidence_along(hit.proof.path)))
    return CONFIDENCES[max(ranks)]


def _severity(rule: Rule, hit: Hit) -> Severity:
    return dict(rule.cases)[hit.case] if hit.case is not None else rule.severity


def _all_related(source: Places, hit: Hit) -> Iterator[Related]:
    for subject, label in hit.related:
        place = source.place(subject)
        yield Related(subject, label, place.file, place.line, place.column)
    for path, label in hit.places[1:]:
        place = source.at(*path)
        yield Related(hit.subject, label, place.file, place.line, place.column)


def _accepted(acceptance: Acceptance | None) -> Accepted | None:
    return None if acceptance is None else Accepted(acceptance.reason, acceptance.owner, acceptance.until)


def _accepting(
    topology: Topology, acceptances: Sequence[Acceptance], losses: Mapping[Subject, Acceptance], rule: Rule, hit: Hit
) -> Acceptance | None:
    """Return the acceptance of a hit: of its rule, of another finding that it follows from, or of the loss that it tells of."""
    own = (each for each in acceptances for name in (rule.id, rule.code) if accepts(topology, each, name, hit.subject))
    return next(own, hit.accepted) or accepts_loss(topology, acceptances, losses, rule.id, hit)


def fingerprint(model: str, rule: str, subject: Subject) -> str:
    """Return the identity of a finding: 16 hexadecimal digits of a SHA-256 (FIPS 180-4)."""
    return digest(model, rule, subject.kind, subject.id)[:16]


def order(finding: Finding) -> tuple[int, int, int, str, int, int, Subject]:
    """Return the sort key of a finding: severity first, then category and the flows concerned, most first, then code and place."""
    worst, category = SEVERITIES.index(finding.severity), CATEGORIES.index(finding.category)
    return worst, category, -len(finding.flows), finding.code, finding.line, finding.column, finding.subject
