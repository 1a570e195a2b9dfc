"""The result of `simulate` for all its formats."""

from __future__ import annotations

from typing import assert_never

from msgspec import Struct

from archgen.model.subject import Subject
from archgen.model.wording import listed, listed_replicas
from archgen.reliability.shortfall import Waiting
from archgen.reliability.simulation import FlowOutcome
from archgen.reliability.traffic import failing_part, part_of_requests


class SimulationReport(Struct, frozen=True):
    """A model's flows without some elements.

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


def reason(flow: FlowOutcome, steps: dict[str, str]) -> str:
    """Why a flow is as it is, and what is not counted in that, in a sentence."""
    if flow.status == "ok" and flow.hints:
        return "; ".join(flow.hints)
    return "; ".join((_reason(flow, steps), *flow.hints))


def _reason(flow: FlowOutcome, steps: dict[str, str]) -> str:
    match flow.status:
        case "ok":
            return "every element that it uses is up"
        case "degraded":
            return "; ".join(_degraded(flow, steps))
        case "down":
            by_itself = "" if flow.possible else ", as it does with nothing failed"
            others = [each for each in flow.fails if each != flow.step]
            more = f"; {listed(others)} would fail as well" if others else ""
            held = next((f"; {words}" for step, words in flow.hindrances if step == flow.step), "")
            # held back is what is up, though the replica that the way begins with may be down
            way = "" if held and _is_sent_by_lost(flow) else _way(flow)
            return f"step {flow.step} fails{by_itself}: {steps.get(flow.step or '', '')}{way}{held}{more}"
        case "partial":
            return _partial(flow)
        case "delayed":
            return _delayed(flow, steps)
        case _:
            assert_never(flow.status)


def _way(flow: FlowOutcome) -> str:
    """Return the way to what fails; where it ends at once, the caller is down, however well the target is."""
    if _is_sent_by_lost(flow):
        return f"; {flow.path[0]}, which makes this request, is down"
    return f", on the way {' → '.join(flow.path)}" if flow.path else ""


def _is_sent_by_lost(flow: FlowOutcome) -> bool:
    return len(flow.path) == 1 and flow.path[0] in flow.down


def _partial(flow: FlowOutcome) -> str:
    short = flow.shortfall
    if short is None:
        return "a share of the requests fails"
    number = len(short.failing)
    be = ("is" if number == 1 else "are") + " down" if short.down else ("does" if number == 1 else "do") + " not work"
    always = ", as it is with nothing failed" if flow.always else ""
    if short.stuck:
        part, single = part_of_requests(short.failing, short.members, short.of)
        share = f"about {part} {'gets' if single else 'get'} no answer"
        verb = "fails" if number == 1 else "fail"
        return f"{listed_replicas(short.failing)} {verb} and only hosts are watched, so traffic still goes there: {share}{always}"
    if number == len(short.members):
        return f"{listed_replicas(short.failing)} {be} and {short.caller} does not check: it keeps sending requests there{always}"
    return (
        f"{number} of {len(short.members)} replicas of {listed(short.targets)} {be} and {short.caller} does not check: "
        f"{failing_part(short.failing, short.members, short.of)}{always}"
    )


def _delayed(flow: FlowOutcome, steps: dict[str, str]) -> str:
    short = flow.waiting
    always = ", as it does with nothing failed" if flow.always else ""
    if short is not None and short.down == "targets":
        be = "is" if len(short.targets) == 1 else "are"
        return f"accepted; {listed(short.targets)} {be} down, so {_keeping(short)} what is sent{always}"
    if short is not None and short.down == "source":
        return f"accepted; {short.source} is down, so what is sent waits for it{always}"
    return f"accepted; step {flow.step} waits{always}: {steps.get(flow.step or '', '')}{_way(flow)}"


def _keeping(short: Waiting) -> str:
    return f"{short.keeper} keeps" if short.keeper is not None else f"{short.sender} has to keep"


def _degraded(flow: FlowOutcome, steps: dict[str, str]) -> list[str]:
    parts = [f"served without {listed_replicas(flow.lost)}"] if flow.lost else []
    if flow.cut_off:
        parts.append(
            f"{listed_replicas(flow.cut_off)} can no longer do {'its' if len(flow.cut_off) == 1 else 'their'} part"
        )
    parts += [f"step {each} fails, which it can do without: {steps.get(each, '')}" for each in flow.skipped]
    return parts
