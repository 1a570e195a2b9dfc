"""Internal errors on standard error: which model and part failed, and how to report it. The exit code is then 2.

With ARCHGEN_DEBUG set to anything but 0, their tracebacks follow.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from archgen.cli.output import warn
from archgen.model.wording import listed
from archgen.report.common.terminal import brief
from archgen.system.internal_errors import InternalError, is_debugging

_MOST = 4
"""Parts that failed in the same way and are named; more are counted."""


def report_errors(errors: Iterable[InternalError], *, everything: bool = False) -> bool:
    """Return True if there are any, each of which is told once with the parts that failed; with `everything`, all of it did."""
    alike: dict[tuple[str, str, str], list[InternalError]] = {}
    for error in errors:
        alike.setdefault((error.file, error.error, error.place), []).append(error)
    for same in alike.values():
        parts = list(dict.fromkeys(error.part for error in same))
        more = [f"{len(parts) - _MOST} more parts"] if len(parts) > _MOST else []
        _write(replace(same[0], part=listed((*parts[:_MOST], *more))).words)
        if is_debugging():
            warn(same[0].trace)
    if alike:
        _write(
            _next_step([error for same in alike.values() for error in same if not error.foreign], everything=everything)
        )
    return bool(alike)


def _write(words: str) -> None:
    warn(f"archgen: {brief(words)}\n")


def _is_own(error: InternalError) -> bool:
    """Return True if what failed is a rule that the configuration adds."""
    from archgen.rules import BY_NAME

    return error.rule != "" and error.rule not in BY_NAME


def _next_step(errors: list[InternalError], *, everything: bool) -> str:
    steps = [] if everything else ["the rest is complete"]
    if errors and all(map(_is_own, errors)):
        steps.append("correct your rule, or run without it by --ignore")
    elif errors:
        steps.append("report this as an error of archgen, with the smallest model that shows it")
    if errors and not is_debugging():
        steps.append("ARCHGEN_DEBUG=1 shows the traceback")
    return "; ".join(steps)
