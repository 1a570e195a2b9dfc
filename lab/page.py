"""The page of the docs with the lab's results: `python -m lab.page` writes it."""

from __future__ import annotations

from collections.abc import Iterator

from markdown.extensions.toc import slugify

from lab.prediction import Cell, assumed_recovery, cells
from lab.results import FOLDER, Trial, read_results
from lab.system import ROOT, read_system

PAGE = ROOT / "docs" / "lab.md"
HEAD = """\
# The lab

<!-- Written by `python -m lab.page` from lab/results. -->

The lab builds systems from real servers, as their models declare them: a network namespace per host, with Debian's packages in
it. It fails every replica and every host while visitors send requests, and compares their responses with `archgen simulate`.

- **crash**: a replica's processes are killed; a host's link is cut first. **silence**: a host's link is cut. **freeze**: all
  processes of a host stop, and its sockets stay open. **leave**: a replica ends in order, as in `simulate --maintain`.
- **Seen** is the outcome of a steady window some seconds after the loss, when automatic failover is done: no request failed
  (served), nearly all failed (down), or a share of them. The content of each response is checked, not only its status.
- **Seconds** is the longest time between two responses, if the flow is served; 0.2 or 0.3 is the pause between two requests.
- Nothing is repaired or switched over manually during a trial. The page lists writes that were accepted and are lost when all
  elements are back.
- A cell in bold differs from the prediction; its reason is below the table.

`make lab` builds the systems again (on Linux, with root and Debian's packages); without it, `make test` compares today's
predictions with the results below. `lab/README.md` explains how to add a system.
"""


def page() -> str:
    """Return the page as the results and the models have it now."""
    tables = sorted((Table(file.stem) for file in FOLDER.glob("*.json")), key=_order)
    cells_of_all = [cell for table in tables for cell in table.cells]
    lines = [HEAD, _total(cells_of_all), *_summary(tables)]
    for table in tables:
        lines += ["", f"## {table.system.sidecar.title}", "", *_section(table)]
    return "\n".join(lines) + "\n"


class Table:
    """A system's results beside the predictions."""

    def __init__(self, name: str) -> None:
        self.system, self.results = read_system(name), read_results(name)
        self.cells = tuple(cells(self.system, self.results))
        self.flows = tuple(flow.id for flow in self.system.architecture.flows)

    @property
    def rows(self) -> Iterator[tuple[Trial, tuple[Cell, ...]]]:
        """Each trial with its cells, in the order of the flows."""
        every = {(cell.lost, cell.way, cell.flow): cell for cell in self.cells}
        for trial in self.results.trials:
            yield trial, tuple(every[trial.lost, trial.way, flow] for flow in self.flows)


def _order(table: Table) -> tuple[bool, str]:
    """Return the place of a system on the page: the tiers first, the others by their titles."""
    return not table.system.name.startswith("tier-"), table.system.sidecar.title


def _total(every: list[Cell]) -> str:
    unsaid = sum(_is_unsaid(cell) for cell in every)
    wrong = sum(not cell.agrees and not _is_unsaid(cell) for cell in every)
    return (
        f"Of {len(every)} predictions, {len(every) - wrong - unsaid} agree with the observation, {wrong} are wrong, and {unsaid} are about "
        "behavior that the model language can't express.\n"
    )


def _is_unsaid(cell: Cell) -> bool:
    return not cell.agrees and cell.unsaid is not None


def _summary(tables: list[Table]) -> Iterator[str]:
    yield "| system | predictions | agree | not expressible | slowest recovery | assumed failover time |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for table in tables:
        title = table.system.sidecar.title
        agree, unsaid = sum(cell.agrees for cell in table.cells), sum(map(_is_unsaid, table.cells))
        slowest = max((cell.seen.seconds or 0.0 for cell in table.cells), default=0.0)
        assumed = assumed_recovery(table.system)
        takes = "" if assumed is None else f"{assumed:g} s"
        yield f"| [{title}](#{_anchor(title)}) | {len(table.cells)} | {agree} | {unsaid or ''} | {slowest:.1f} s | {takes} |"


def _anchor(title: str) -> str:
    """Return the anchor that MkDocs gives a heading."""
    return str(slugify(title, "-"))


def _section(table: Table) -> Iterator[str]:
    software = ", ".join(f"{name} {version}" for name, version in table.results.software.items())
    yield from (f"{table.results.date}, with {software}.", "")
    flows = "".join(f" {flow}: predicted | seen | seconds |" for flow in table.flows)
    yield from (f"| lost | way |{flows}", f"| --- | --- |{' --- | --- | --- |' * len(table.flows)}")
    for trial, row in table.rows:
        lost = ", ".join(f"`{name}`" for name in trial.lost)
        yield f"| {lost} | {trial.way} |" + "".join(map(_columns, row))
    yield from _reasons(table)
    for trial in table.results.trials:
        if trial.missing:
            yield from (
                "",
                f"Without {', '.join(trial.lost)} ({trial.way}), {trial.missing} accepted writes were gone.",
            )


def _columns(cell: Cell) -> str:
    seconds = "" if cell.seen.seconds is None else f"{cell.seen.seconds:.1f}"
    seen = _seen(cell)
    return f" {cell.predicted} | {seen if cell.agrees else f'**{seen}**'} | {seconds} |"


def _seen(cell: Cell) -> str:
    share = f"{round(100 * cell.seen.failed / cell.seen.sent)}% of the requests fail"
    return share if cell.seen.verdict == "share" else cell.seen.verdict


def _reasons(table: Table) -> Iterator[str]:
    """Yield the reasons why cells can't be said, each once with its losses."""
    losses: dict[str, dict[str, None]] = {}
    for cell in filter(_is_unsaid, table.cells):
        losses.setdefault(cell.unsaid or "", {}).setdefault(" with ".join(f"`{name}`" for name in cell.lost))
    if losses:
        yield from ("", "What the language can't say:", "")
    yield from (f"- {', '.join(names)}: {reason}." for reason, names in losses.items())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
