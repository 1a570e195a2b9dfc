"""Rules with one condition deleted each, and whether the models of the tests can tell them from the real ones.

`python -m tests.rules.mutants` names those that no test notices, of all rules or of those whose ids are given. What can change no
verdict and has to stay all the same is in a list, each with its reason.

A mutant is noticed where a model whose findings a test states in full gives other subjects than before; and where a case of
`tests/rules/` does for its rule, or has another message, other flows and the like and states them.
"""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input
from archgen.language.load import Loaded, load
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.finding import Finding
from archgen.model.problems import ModelError
from archgen.rules import RULES
from archgen.rules.model_quality.questions.gap import Gap
from archgen.rules.run import run_rules
from tests import edges
from tests.paths import TESTS
from tests.rule_cases import cases
from tests.rules.deleted_conditions import Mutant, Question, mutants

EQUIVALENT = TESTS / "equivalent.txt"
"""A condition a line that no model can decide, and after two spaces and a `#` why the rule keeps it."""
LONGEST = 0.5
"""Seconds of a processor that the verdict of a mutant on a model may take; that of a rule takes a thousandth."""
Verdict = tuple[tuple[object, ...], ...]
Pair = tuple[str, str | None]
"""The text of a model, and the rule that a test asks about; None where it declares every finding."""


def declared() -> Iterator[Pair]:
    """The models of which a test states every finding, and those of which one states what one rule says."""
    from tests.rules.test_rule_flips import BESIDE, FLIPS, edited

    for rule in RULES:
        yield rule.bad, None
        yield rule.good, None
    for folder in (TESTS / "well_built", TESTS / "small_systems", TESTS.parent / "models"):
        for path in sorted(folder.glob("*.arch.yaml")):
            yield path.read_text(encoding="utf-8"), None
    for _, edits in FLIPS:
        yield edited(edits), None
    for _, base, edits in BESIDE:
        yield edited([*base, *edits]), None
    for case in cases():
        yield case.text, case.rule


class Corpus:
    """The models by which mutants are told, each loaded once."""

    def __init__(self, pairs: tuple[Pair, ...]) -> None:
        self.pairs = pairs
        self._parts = {(case.rule, case.text): [part for part in case.parts if part in _PARTS] for case in cases()}
        self._loaded: dict[str, Loaded | None] = {}
        self._topologies: dict[str, Topology] = {}
        self._real: dict[tuple[str, str], Verdict] = {}
        self._gaps: dict[tuple[Question, str], tuple[Gap, ...]] = {}
        self._order: dict[Path, list[str]] = {}

    def notices(self, mutant: Mutant, real: Rule) -> bool:
        """Whether a model gives the mutant another verdict than the real rule, or an exception."""
        try:
            rule, questions = mutant.make()
        except Exception:
            return True
        ladder = self._ladder(real)
        if _differs(lambda: self._ladder(rule), ladder):
            return True
        texts = self._order.setdefault(mutant.file, self._asked_of(real))
        for text in texts:
            if questions and not any(self._answers_differ(text, mutated, one) for mutated, one in questions):
                continue
            # what the real rule says comes first: the time is the mutant's alone, not that of loading the model
            known = self._known(real, text)
            if _differs(lambda: self._verdict(rule, text), known):  # noqa: B023
                # the next mutant of the file is likely to be noticed by the same model
                texts.remove(text)
                texts.insert(0, text)
                return True
        return False

    def _answers_differ(self, text: str, mutated: Question, real: Question) -> bool:
        """Whether a question finds other gaps than the real one: where none does, the rule that asks them says the same."""
        loaded = self._load(text)
        if loaded is None:
            return False
        topology = self._topologies.setdefault(text, Topology(loaded.architecture))
        if (real, text) not in self._gaps:
            self._gaps[real, text] = tuple(real(topology))
        return _differs(lambda: tuple(mutated(topology)), self._gaps[real, text])

    def says(self, rule: Rule, text: str) -> bool:
        """Whether a rule has something to say of a model, or of its own examples on the models that they follow."""
        if rule.ladder:
            return (rule.id,) in {one[:1] for one in self._ladder(rule)}
        if rule.review is not None:
            return any(one[0] == rule.id for one in self._verdict(rule, text))
        return bool(self._verdict(rule, text))

    def _asked_of(self, rule: Rule) -> list[str]:
        """The models by which a rule is told, those first that were written for it: they tell most."""
        own = [text for text, about in self.pairs if about == rule.id]
        return list(dict.fromkeys([*own, rule.bad, rule.good, *(text for text, about in self.pairs if about is None)]))

    def _known(self, rule: Rule, text: str) -> Verdict:
        if (rule.id, text) not in self._real:
            self._real[rule.id, text] = self._verdict(rule, text)
        return self._real[rule.id, text]

    def _verdict(self, rule: Rule, text: str) -> Verdict:
        loaded = self._load(text)
        if loaded is None:
            return ()
        if rule.review is not None:
            others = [rule if one.id == rule.id else one for one in RULES]
            found = run_rules(Topology(loaded.architecture), loaded.source, others, today=edges.TODAY)
            # together with all others, and alone: what it says of a rule that does not run
            found += run_rules(Topology(loaded.architecture), loaded.source, [rule], today=edges.TODAY)
            return tuple(
                (one.rule, one.subject, one.severity, one.message, one.fix, one.flows, one.changes) for one in found
            )
        if rule.check is None:
            return ()
        topology = self._topologies.setdefault(text, Topology(loaded.architecture))
        context = RuleContext(topology, edges.TODAY)
        parts = self._parts.get((rule.id, text), ())
        return tuple(
            sorted((str(one.subject), *(str(_PARTS[each](one)) for each in parts)) for one in rule.check(context))
        )

    def _load(self, text: str) -> Loaded | None:
        if text not in self._loaded:
            try:
                self._loaded[text] = load("edge.arch.yaml", text.encode())
            except ModelError:
                self._loaded[text] = None
        return self._loaded[text]

    def _ladder(self, rule: Rule) -> Verdict:
        if not rule.ladder:
            return ()
        rules = tuple(rule if one.id == rule.id else one for one in RULES)
        found: list[Finding] = []
        for text in (rule.bad, rule.good):
            named = [*rule.ladder, ("example", text)]
            inputs = tuple(Input(f"{name}.arch.yaml", one.encode()) for name, one in named)
            found += check_models(inputs, edges.TODAY, rules=rules)[-1].findings
        for text, about in self.pairs:
            if about == rule.id and edges.NEXT in text:
                found += edges.followed(text, rules)
        return tuple((one.rule, one.subject, one.message, one.fix) for one in found)


def _differs(work: Callable[[], tuple[object, ...]], known: tuple[object, ...]) -> bool:
    """Whether a mutant gives another verdict, or an exception.

    A loop that never ends is noticed too: by processor time, which a busy machine does not use up.
    """
    signal.setitimer(signal.ITIMER_PROF, LONGEST)
    try:
        return work() != known
    except Exception:
        return True
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


_PARTS: dict[str, Callable[[Hit], object]] = {
    "severity": lambda one: one.case,
    "message": lambda one: one.message,
    "fix": lambda one: one.fix,
    "confidence": lambda one: one.confidence,
    "repeats": lambda one: sorted(one.causes),
    "flows": lambda one: one.flows,
    "related": lambda one: [subject for subject, _ in one.related],
    "labels": lambda one: [label for _, label in one.related],
    "proof": lambda one: one.proof.kill if one.proof is not None else None,
    "step": lambda one: one.proof.step if one.proof is not None else None,
    "path": lambda one: one.proof.path if one.proof is not None else None,
}


def survivors(names: Collection[str]) -> Iterator[Mutant]:
    """The mutants of some rules that no model tells from the real ones; of all rules where none is named."""
    signal.signal(signal.SIGPROF, _stop)
    corpus = Corpus(tuple(declared()))
    for rule in RULES:
        if not names or rule.id in names:
            for mutant in mutants(rule.id.replace("-", "_")):
                if not corpus.notices(mutant, replace(rule)):
                    yield mutant


def _stop(*_: object) -> None:
    raise TimeoutError


def excused(names: Collection[str] = ()) -> Counter[str]:
    """The mutants that no model can tell from their rules, each as often as it is given a reason; of all rules or of some."""
    return Counter(one for one, _ in reasons() if not names or _rule_of(one) in names)


def _rule_of(mutant: str) -> str:
    """Return the id of the rule that a mutant is of."""
    module = mutant.partition(".py:")[0]
    return ("incomplete_model" if module.startswith("questions/") else module).replace("_", "-")


def reasons() -> tuple[tuple[str, str], ...]:
    """Each mutant that no model can tell from its rule, and why the condition stays."""
    split = (line.rpartition("  # ") for line in EQUIVALENT.read_text(encoding="utf-8").splitlines())
    return tuple((mutant, reason) for mutant, _, reason in split)


def main(names: list[str]) -> int:
    """Name what no test notices of all rules, or of those with some ids or codes, and what is excused without need.

    Returns 1 where there is any. Raises KeyError for a name that no rule has.
    """
    ids = {name: rule.id for rule in RULES for name in (rule.id, rule.code)}
    names = [ids[name] for name in names]
    found = list(survivors(names))
    counted = Counter(map(str, found))
    new, idle = counted - excused(names), excused(names) - counted
    made = sum(1 for rule in RULES for _ in mutants(rule.id.replace("-", "_")) if not names or rule.id in names)
    print(f"{new.total()} of {made} conditions can be deleted and no test notices")
    for one in found:
        if str(one) in new:
            print(f"line {one.line} of {one}")
    for each in sorted(idle.elements()):
        print(f"excused, but noticed or gone: {each}")
    return bool(new or idle)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
