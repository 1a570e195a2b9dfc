"""Questions about the ways to run a system, of which visitors use one, and about what isn't read of a chart."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from archgen.importers.assembly.asking import ImportQuestion, question
from archgen.model.wording import first_few, listed

_MOST_NAMED = 5
_SEVERAL = re.compile(r"(\.ya?ml) ")
"""The end of a compose file, and another one behind it: they are one way."""


def questions_of_ways(undecided: Iterable[tuple[str, ...]]) -> Iterator[ImportQuestion]:
    """Yield a question for each way to run the system that is read though nothing proves that visitors use it and no other."""
    ways: dict[str, dict[str, None]] = {}
    for read, *further in undecided:
        ways.setdefault(read, {}).update(dict.fromkeys(further))
    for read, others in ways.items():
        named = [_SEVERAL.sub(r"\1 with ", each) for each in others]
        ask = f"The import reads {read}, and {listed(named)} may run the system too. Which do visitors use?"
        yield question("way", read, ask, (read, *others), (read,))


def questions_of_templates(lost: Mapping[str, Sequence[str]]) -> Iterator[ImportQuestion]:
    """Yield a question for each chart of which templates aren't filled in: the model lacks what these make."""
    for chart, paths in lost.items():
        names = listed(first_few([posixpath.basename(path) for path in paths], _MOST_NAMED))
        noun, them = ("template", "it makes") if len(paths) == 1 else ("templates", "they make")
        ask = f"The import can't fill in {len(paths)} {noun} of {chart}: {names}. Does the system use what {them}?"
        yield question("templates", chart, ask, ("yes", "no"), (paths[0],))


def with_lost(questions: Iterable[ImportQuestion], lost: Mapping[str, Sequence[str]]) -> Iterator[ImportQuestion]:
    """Yield questions; none says that no file describes a component where a template that isn't filled in may do so."""
    for each in questions:
        if lost and each.kind == "outside":
            rest = each.ask.partition(". ")[2]
            ask = f"Nothing that is read describes {each.about}; a template that the import can't fill in may. {rest}"
            yield replace(each, ask=ask)
        else:
            yield each
