"""Facts that are doubted since the files that state them are: those for development, and what is made of a chart in part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from msgspec.structs import replace

from archgen.importers.facts import Fact


def as_assumed(facts: Iterable[Fact], paths: Set[str]) -> Iterator[Fact]:
    """Yield facts, those of some files as assumed: they are for those who work on a system, so that no visitor comes by their ports."""
    for fact in facts:
        if fact.source.path in paths and fact.subject.startswith("entry:"):
            component, _, port = fact.subject.removeprefix("entry:").rpartition(":")
            yield Fact(f"component:{component}", "member", f"published:{port}", fact.source, fact.evidence, "medium")
        elif fact.source.path in paths:
            yield from at_medium([fact])
        else:
            yield fact


def as_doubted(facts: Iterable[Fact], paths: Set[str]) -> Iterator[Fact]:
    """Yield facts, those of some files with no more than medium confidence, and the calls of what only these describe."""
    known = [*facts]
    described = {
        fact.subject.removeprefix("component:") for fact in known if fact.key == "kind" and fact.source.path in paths
    }
    for fact in known:
        ends = fact.subject.removeprefix("connection:").split("->") if fact.subject.startswith("connection:") else ()
        doubtful = fact.source.path in paths or not described.isdisjoint(ends)
        yield from at_medium([fact]) if doubtful else [fact]


def at_medium(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Yield facts with no more than medium confidence, and their calls as assumed."""
    for fact in facts:
        yield replace(fact, confidence="medium") if fact.confidence == "high" else fact
        if fact.subject.startswith("connection:") and fact.key == "protocol":
            yield Fact(fact.subject, "is_assumed", True, fact.source, fact.evidence, "medium")
