"""A rule: one value with its texts and examples, and a function from a context to hits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.model.change import Change, Path
from archgen.model.finding import Category, Confidence, Proof, Severity
from archgen.model.requirements import Acceptance
from archgen.model.subject import Subject

_MARK = r"(?m)  # finding: (.+)$"


class RuleContext(Struct, frozen=True):
    """The input of a rule: the topology of a model, the date of the evaluation, and the numbers that a team has set.

    `today` is an ISO date; `thresholds` are by the rule's id and the threshold's name.
    """

    topology: Topology
    today: str = "0001-01-01"
    thresholds: Mapping[tuple[str, str], float] = {}

    def threshold(self, rule: str, name: str, default: float) -> float:
        """Return the threshold that the team has set, else the rule's own."""
        return self.thresholds.get((rule, name), default)


class Hit(Struct, frozen=True, gc=False, kw_only=True):
    """A match of a rule: a subject, a message in the user's own names, and related subjects.

    `related` pairs a subject with a label of a few words. `fix` overrides the rule's own. `case` picks a severity of
    the rule's cases. `causes` are the (element id, flow id) that this hit explains: the runner drops a hit of a rule
    that `yields` when the hits of others explain all of its causes, and marks one of a rule that `repeats`. `changes` are
    those of the rule's `mend` that are known with the hit. `places` are where the hit stands, as paths through the model's
    text with labels, instead of the subject's place: the first is that of the finding, the others are related. One that
    `is_stated` follows from what the model states there: its flows tell what it concerns, and make it no less certain.
    One that is `accepted` follows from what that acceptance of another finding covers alone.
    """

    subject: Subject
    message: str
    related: tuple[tuple[Subject, str], ...] = ()
    flows: tuple[str, ...] = ()
    fix: str | None = None
    case: str | None = None
    confidence: Confidence = "high"
    proof: Proof | None = None
    causes: frozenset[tuple[str, str]] = frozenset()
    changes: tuple[Change, ...] = ()
    places: tuple[tuple[Path, str], ...] = ()
    is_stated: bool = False
    accepted: Acceptance | None = None


class PreviousModel(Struct, frozen=True):
    """A previous model and its findings, each by the rule's id and the subject."""

    model: str
    findings: frozenset[tuple[str, Subject]]


class ReviewInput(Struct, frozen=True):
    """The results of the checks of one model, for the rules that review them.

    `ran` are the names (id and code) of the rules that ran, `all_names` those of all rules. `hits` pair the rule of each hit,
    once by its id and once by its code, with the subject; `open_hits`, by id alone, those that aren't accepted. `previous`
    are the model that this one follows and the one that it follows in turn, both or none.
    """

    ran: frozenset[str]
    all_names: frozenset[str]
    hits: tuple[tuple[str, Subject], ...]
    open_hits: tuple[tuple[str, Subject], ...] = ()
    previous: tuple[PreviousModel, ...] = ()


class Rule(Struct, frozen=True, kw_only=True):
    """A rule: `why` it matters, how to `fix` it, its `limits` (known false positives), `references` (title, URL).

    `bad` is an example model, in which a line ends in `# finding: <id>` where the finding stands. `edits` turn it into `good`:
    each is a piece of text that stands once, and what takes its place; the rule's own marks go by themselves.
    What a rule that `repeats` reports is a consequence of causes that other findings may tell of: the runner marks it then.
    `thresholds` are the numbers that a team may set: name, the rule's own number, what it says with its unit.
    `check` is None for the two that the loader decides (invalid-model, dangling-reference). `review` is for a rule that
    speaks of the findings themselves: it runs after all checks and sees what they found. A rule with a `ladder` compares
    with the models that came before: those are the two that its examples follow, each with its id, the first one first.
    `mend` is for a rule that can write its own cure: the changes of the model's text after which a hit is gone, none where
    it cannot say. They are asked for by `--unsafe-fixes`, unless they are `harmless`: then they change no meaning.
    `narrow` is for one that `yields`: it returns what is left of its hit where others about the same subject explain some of its causes.
    A rule that is `hidden_by` others has nothing to say of a subject of theirs: what it reports once theirs is fixed was so before.
    A rule that `explains` the hits of a general one as something milder does so as well where it doesn't run itself.
    A rule that reports an absence has a `topic`: it is silent on a model that lists the topic as `unknown`.
    """

    id: str
    code: str
    title: str
    severity: Severity
    category: Category
    summary: str
    why: str
    fix: str
    limits: str
    bad: str
    edits: tuple[tuple[str, str], ...]
    check: Callable[[RuleContext], Iterator[Hit]] | None
    references: tuple[tuple[str, str], ...] = ()
    cases: tuple[tuple[str, Severity], ...] = ()
    yields: bool = False
    repeats: bool = False
    explains: bool = False
    hidden_by: tuple[str, ...] = ()
    thresholds: tuple[tuple[str, float, str], ...] = ()
    review: Callable[[RuleContext, ReviewInput], Iterator[Hit]] | None = None
    ladder: tuple[tuple[str, str], ...] = ()
    narrow: Callable[[RuleContext, Hit, Sequence[Hit]], Hit] | None = None
    mend: Callable[[RuleContext, Hit], tuple[Change, ...]] | None = None
    harmless: bool = False
    topic: str | None = None

    @property
    def good(self) -> str:
        """Return the example model without the finding; raises ValueError for an edit that doesn't match once."""
        text = self.bad
        for old, new in self.edits:
            if (count := text.count(old)) != 1:
                raise ValueError(f"rule {self.id}: an edit must match once; got {count} matches of {old!r}")
            text = text.replace(old, new)
        return re.sub(_MARK, self._other_marks, text)

    def _other_marks(self, mark: re.Match[str]) -> str:
        others = [rule for rule in mark[1].split(", ") if rule != self.id]
        return f"  # finding: {', '.join(others)}" if others else ""
