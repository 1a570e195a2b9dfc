"""What a run of `simulate` has to tell, whatever the format."""

from __future__ import annotations

from typing import assert_never

from msgspec import Struct

from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.simulation import FlowOutcome


class SimulationReport(Struct, frozen=True):
    """One model's flows without some elements.

    `killed` are lost, `maintained` are out on purpose; `titles` are the flows' by id, `steps` words a request
    ("app -> mysql: INSERT") by its id, and `names` gives the ids of elements, qualified where they are ambiguous.
    """

    file: str
    name: str
    killed: tuple[Subject, ...]
    maintained: tuple[Subject, ...]
    flows: tuple[FlowOutcome, ...]
    titles: dict[str, str]
    steps: dict[str, str]
    names: dict[Subject, str]


def reason(one: FlowOutcome, steps: dict[str, str]) -> str:
    """Why a flow is as it is, in a sentence."""
    match one.status:
        case "ok":
            return "nothing that it uses is lost"
        case "degraded":
            return "; ".join(_degraded(one, steps))
        case "down":
            by_itself = "" if one.possible else ", as it does with nothing failed"
            way = f", on the way {' → '.join(one.path)}" if one.path else ""
            others = [each for each in one.fails if each != one.step]
            more = f"; {listed(others)} would fail as well" if others else ""
            return f"step {one.step} fails{by_itself}: {steps.get(one.step or '', '')}{way}{more}"
        case _:
            assert_never(one.status)


def _degraded(flow: FlowOutcome, steps: dict[str, str]) -> list[str]:
    parts = [f"served without {listed(flow.lost)}"] if flow.lost else []
    if flow.cut_off:
        parts.append(f"{listed(flow.cut_off)} can no longer do their part")
    parts += [f"step {each} fails, which it can do without: {steps.get(each, '')}" for each in flow.skipped]
    return parts
