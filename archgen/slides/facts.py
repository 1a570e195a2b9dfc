"""The facts of a system that its slides speak of, each computed once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from archgen.analysis.assessment import FlowAssessment, assess
from archgen.analysis.topology import Topology
from archgen.compare.flows import called
from archgen.improve.recommendation import Recommendation, RecommendedChange
from archgen.linting.checked_model import CheckedModel
from archgen.linting.finding_groups import FindingGroup
from archgen.model.architecture import Flow
from archgen.model.finding import SEVERITIES, Severity, count_severity
from archgen.model.subject import Subject
from archgen.model.wording import all_of, first_few, listed
from archgen.reliability.cuts import cut_sets
from archgen.views.route import on_route

_PAIRED = 20
"""Flows that pairs of elements are searched for."""

_LEADING = 0.1
"""The least share of the longest downtime that a change has to save to be the first thing to do."""

Loss = tuple[Subject, tuple[str, ...]]
"""An element and the flows that its loss alone takes down."""


class SystemFacts:
    """The losses, downtimes and findings of one system."""

    def __init__(self, model: CheckedModel) -> None:
        self.model = model
        self.topology: Topology = model.topology
        self.name = model.architecture.name

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        """The flows that work with every element up."""
        failures = self.topology.losses.failures
        return tuple(flow for flow in self.model.architecture.flows if failures[flow.id].possible)

    @cached_property
    def impossible(self) -> tuple[Flow, ...]:
        """The flows that fail with every element up."""
        return tuple(flow for flow in self.model.architecture.flows if flow not in self.flows)

    @cached_property
    def assessed(self) -> dict[str, FlowAssessment]:
        """The reliability of each flow."""
        return {assessment.flow: assessment for assessment in assess(self.topology, 1)}

    # Losses

    @cached_property
    def losses(self) -> tuple[Loss, ...]:
        """The single points of failure that tell something, with most flows first, then most hours.

        A host stands for what is on it. A zone is one of them if it takes down a flow that doesn't lie in it completely, by
        what fails together; it then takes down all the flows that its loss stops.
        """
        losses = self.topology.losses
        chosen = [
            (cause.element, cause.flows)
            for cause in losses.root_causes
            if cause.element.kind != "zone" or losses.broken_as_zone(cause)
        ]
        return tuple(sorted(chosen, key=lambda loss: (-len(loss[1]), -self._hours(loss))))

    @cached_property
    def enclosing(self) -> tuple[Loss, ...]:
        """The other zones that hold all of a flow, which goes down with them."""
        losses = self.topology.losses
        counted = {element for element, _ in self.losses}
        causes = (
            cause for cause in losses.root_causes if cause.element.kind == "zone" and cause.element not in counted
        )
        zones = ((cause.element, cause.flows) for cause in causes)
        held = ((zone, tuple(flow for flow in flows if losses.holds_all(zone.id, flow))) for zone, flows in zones)
        return tuple((zone, flows) for zone, flows in held if flows)

    @property
    def points(self) -> tuple[Subject, ...]:
        """The single points of failure: what tells something, and the zones that hold everything."""
        return tuple(dict.fromkeys(element for element, _ in (*self.losses, *self.enclosing)))

    @cached_property
    def broken(self) -> tuple[str, ...]:
        """The flows that the loss of one element takes down, in the order of the model."""
        broken = {flow for _, flows in self.losses for flow in flows}
        return tuple(flow.id for flow in self.flows if flow.id in broken)

    @cached_property
    def pairs(self) -> tuple[tuple[tuple[Subject, ...], tuple[str, ...]], ...]:
        """The pairs of elements that take down a flow only together, with the flows; those of most flows first."""
        flows: dict[tuple[Subject, ...], list[str]] = {}
        for flow in self.flows[:_PAIRED]:
            for pair in cut_sets(self.topology.losses.plans[flow.id], 2).sets:
                if len(pair) == 2:
                    flows.setdefault(pair, []).append(flow.id)
        return tuple(sorted(((pair, tuple(own)) for pair, own in flows.items()), key=lambda each: -len(each[1])))

    def losses_of(self, flow: str) -> tuple[Subject, ...]:
        """Return the elements whose loss takes down a flow, those that cost most hours first."""
        breaking = [loss for loss in self.losses if flow in loss[1]]
        return tuple(element for element, _ in sorted(breaking, key=lambda loss: -self._hours_of(flow, loss[0])))

    def _hours(self, loss: Loss) -> float:
        return max((self._hours_of(flow, loss[0]) for flow in loss[1]), default=0.0)

    def _hours_of(self, flow: str, element: Subject) -> float:
        shares = (share for share in self.assessed[flow].result.importance if share.element == element)
        return next((share.hours_per_year for share in shares), 0.0)

    def call(self, element: Subject) -> str:
        """Return the name of an element on a slide."""
        return called(self.topology, element)

    def names(self, elements: Sequence[Subject], most: int, last: str = "and") -> str:
        """Return the names of some elements; those beyond `most` are counted."""
        return listed(first_few([self.call(element) for element in elements], most), last)

    # Downtime

    @cached_property
    def by_downtime(self) -> tuple[FlowAssessment, ...]:
        """The flows that work, the one with most downtime first."""
        chosen = [self.assessed[flow.id] for flow in self.flows]
        return tuple(sorted(chosen, key=lambda assessment: -assessment.result.downtime))

    def title(self, flow: str) -> str:
        """Return the title of a flow in quotes, short enough for a sentence."""
        return f"“{self.short(flow)}”"

    def short(self, flow: str) -> str:
        """Return the title of a flow, short enough for a sentence; with its id where others of the system have the same."""
        title = self.topology.flows[flow].title
        return f"{shorten_title(title)}{self.topology.flow_titles[flow].removeprefix(title)}"

    def some_flows(self, flows: Sequence[str], most: int = 1) -> str:
        """Return flows in words: by their titles, or by their number among all."""
        every = len(self.model.architecture.flows)
        if len(flows) <= most:
            return listed([self.title(flow) for flow in flows])
        if len(flows) == every:
            return all_of(every, "flows")
        return f"{len(flows)} of {every} flows"

    @cached_property
    def important(self) -> tuple[Flow, ...]:
        """The flows in the order of their importance: the one with most downtime, then most demand; equal routes last."""
        worst = self.by_downtime[0].flow if self.flows else ""
        ranked = sorted(self.flows, key=lambda flow: (flow.id != worst, -(flow.busiest or 0.0)))
        routes: dict[frozenset[str], Flow] = {}
        for flow in ranked:
            routes.setdefault(frozenset(on_route(self.topology, flow.id)), flow)
        first = list(routes.values())
        return (*first, *(flow for flow in ranked if flow not in first))

    def leading_change(self, advice: Recommendation | None) -> RecommendedChange | None:
        """Return the recommended change that saves most, if it saves enough to be the first thing to do."""
        if advice is None or not advice.changes or not self.flows:
            return None
        first = advice.changes[0]
        return first if first.most >= _LEADING * self.by_downtime[0].result.downtime else None

    # Findings

    @cached_property
    def worst_groups(self) -> tuple[FindingGroup, ...]:
        """The open groups of findings, errors first."""
        return tuple(sorted(self.model.open_groups, key=lambda group: SEVERITIES.index(group.first.severity)))

    @property
    def worst(self) -> FindingGroup | None:
        """The group of the gravest findings whose first concerns most flows, the earliest of them."""
        return max(
            self.worst_groups,
            key=lambda group: (-SEVERITIES.index(group.first.severity), len(group.first.flows)),
            default=None,
        )

    @cached_property
    def severities(self) -> tuple[Severity, ...]:
        """The severity of each open group of findings."""
        return tuple(group.first.severity for group in self.model.open_groups)

    def count(self, severity: Severity) -> int:
        """Return the number of open groups of a severity."""
        return self.severities.count(severity)

    @property
    def counts(self) -> str:
        """The open groups of findings in words."""
        return count_text(self.severities)


def count_text(severities: Sequence[Severity]) -> str:
    """Return the number of findings of each severity in words."""
    present = (severity for severity in SEVERITIES if severity in severities)
    return listed([count_severity(severities.count(severity), severity) for severity in present]) or "no findings"


_LONGEST_TITLE = 48
"""Characters of a title that stands in a sentence."""


def shorten_title(title: str) -> str:
    """Return a title for a sentence, cut between words."""
    words = " ".join(title.split()).rstrip(".")
    if len(words) <= _LONGEST_TITLE:
        return words
    cut = words[:_LONGEST_TITLE].rsplit(" ", 1)[0]
    return f"{cut.rstrip(',;:')} …"


_KEYS = re.compile(r"\s*\([^()]*`[^()]*\)")
_CODE = re.compile(r"`([^`]*)`")


_KIND = re.compile(r"\b(an?) `kind: ([\w-]+)`")
_SETTING = re.compile(r"`[^`]*: [^`]*`")
_SENTENCES = re.compile(r"(?<=\.) (?=[A-Z]|[^\s,:]+(?:(?:, | and )[^\s,:]+)*: [A-Z])")
"""The end of a sentence: before a capital, or the names of the components that the next advice is for."""
_CLAUSES = re.compile(r"[,:;] ")
_CONDITION = ("If ", "Where ")


def plain_fix(fix: str) -> str:
    """Return a fix or a change for an audience: without keys in brackets and settings, which its editor needs."""
    sentences = _SENTENCES.split(_KIND.sub(r"\1 \2", _KEYS.sub("", fix)))
    told = [plain for sentence in sentences if (plain := _without_setting(sentence))]
    return quoted(" ".join(told or sentences))


def quoted(text: str) -> str:
    """Return a text with code in quotes, since slides have no font for it."""
    return _CODE.sub(r"“\1”", text)


def _without_setting(sentence: str) -> str:
    """Return a sentence up to the clause with a setting (`key: value`); empty if that says nothing alone."""
    setting = _SETTING.search(sentence)
    if setting is None:
        return sentence
    clauses = [clause.start() for clause in _CLAUSES.finditer(sentence, 0, setting.start())]
    if not clauses or sentence.startswith(_CONDITION):
        return ""
    return f"{sentence[: clauses[-1]]}."


def capital(sentence: str) -> str:
    """Return a sentence with a capital, unless an id or a quote opens it."""
    return sentence[:1].upper() + sentence[1:] if sentence[:1].islower() else sentence
