"""Questions about the ways to run a system: compose files, manifests and charts of which visitors use one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archgen.importers.assembly.asking import ImportQuestion, question
from archgen.model.wording import listed


def questions_of_ways(undecided: Iterable[tuple[str, ...]]) -> Iterator[ImportQuestion]:
    """Yield a question for each way to run the system that is read though nothing proves that visitors use it and no other."""
    for read, *others in undecided:
        ask = f"The import reads {read}, and {listed(others)} may run the system too. Which do visitors use?"
        yield question("way", read, ask, (read, *others), (read,))
