"""The page of the docs with the lab's results: `python -m lab.page` writes it."""

from __future__ import annotations

from collections.abc import Iterator

from lab.prediction import Cell, cells
from lab.results import FOLDER, Results, read_results
from lab.system import ROOT, System, read_system

PAGE = ROOT / "docs" / "lab.md"
HEAD = """\
# The lab

<!-- Written by `python -m lab.page` from lab/results. -->

The lab builds systems out of real servers, as their models say: a network namespace for each host, and Debian's packages in
it. It loses every replica and every host while visitors send requests, and holds what they get against `archgen simulate`.

- **crash**: a replica's processes are killed; a host's link is cut first. **silence**: a host's link is cut. **freeze**: all
  processes of a host stop, and its sockets stay open.
- **Seen** is the verdict of a steady window some seconds after the loss, when what is automatic is done: no request failed
  (served), nearly all failed (down), or a share of them. The content of each answer is checked, not only its status.
- **Seconds** is the longest time without an answer, where the flow is served again.
- Nothing is repaired or switched over by hand during a trial. An accepted write that is not there after everything is back is
  told.

`make lab` builds the systems again (Linux, root and Debian's packages needed); `make test` holds the predictions of today against the
results below without it. `lab/README.md` says how to add a system.
"""


def page() -> str:
    """Return the page as the results and the models have it now."""
    names = sorted(file.stem for file in FOLDER.glob("*.json"))
    tables = [
        (system := read_system(name), results := read_results(name), tuple(cells(system, results))) for name in names
    ]
    every = [cell for _, _, group in tables for cell in group]
    text = [HEAD, _sum(every)]
    for system, results, group in tables:
        text += [f"## {system.sidecar.title}\n", *_system(system, results, group)]
    return "\n".join(text).rstrip("\n") + "\n"


def _sum(every: list[Cell]) -> str:
    agree = sum(cell.agrees for cell in every)
    unsaid = sum(not cell.agrees and cell.unsaid is not None for cell in every)
    wrong = len(every) - agree - unsaid
    return (
        f"Of {len(every)} predictions {agree} agree with what was seen, {wrong} are wrong, and {unsaid} "
        "can't be said in the model's language.\n"
    )


def _system(system: System, results: Results, group: tuple[Cell, ...]) -> Iterator[str]:
    software = ", ".join(f"{name} {version}" for name, version in results.software.items())
    yield f"{results.date}, with {software}.\n"
    yield "| lost | way | flow | predicted | seen | seconds |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for cell in group:
        lost = ", ".join(f"`{name}`" for name in cell.lost)
        seconds = "" if cell.seen.seconds is None else f"{cell.seen.seconds:g}"
        yield f"| {lost} | {cell.way} | {cell.flow} | {cell.predicted} | {_seen(cell)} | {seconds} |"
    reasons = dict.fromkeys(cell.unsaid for cell in group if cell.unsaid and not cell.agrees)
    yield ""
    yield from (f"- {number}: {reason}\n" for number, reason in enumerate(reasons, 1))
    missing = [trial for trial in results.trials if trial.missing]
    yield from (
        f"Without {', '.join(each.lost)} ({each.way}), {each.missing} accepted writes were not there.\n"
        for each in missing
    )


def _seen(cell: Cell) -> str:
    share = f"{round(100 * cell.seen.failed / cell.seen.sent)}% of the requests fail"
    words = share if cell.seen.verdict == "share" else cell.seen.verdict
    if cell.agrees:
        return words
    return f"{words}: can't be said" if cell.unsaid else f"**{words}**"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
