"""Flows and their steps: requests, answers, notes and frames, numbered as they are drawn."""

from __future__ import annotations

from archgen.language.expand.context import Context
from archgen.language.yaml.scalars import parse_rate, probability, seconds
from archgen.language.yaml.tree import Map, Seq, TreeNode
from archgen.model.architecture import Flow, Replica
from archgen.model.steps import Answer, Branch, Frame, FrameKind, Note, Request, Step

FRAMES: tuple[FrameKind, ...] = ("opt", "loop", "alt", "par")


def flows(context: Context, replicas: dict[str, Replica]) -> tuple[Flow, ...]:
    """Return every flow; `replicas` are all replicas of the model by id, for steps that name one."""
    return tuple(_flow(context, name, entry, replicas) for name, entry in context.section("flows").items())


def _flow(context: Context, name: str, entry: Map, replicas: dict[str, Replica]) -> Flow:
    text = context.document.text
    demand, peak, within = (text(entry, key) for key in ("demand", "peak", "within"))
    return Flow(
        name,
        text(entry, "title") or name,
        _Steps(context, name, replicas).read(entry["steps"], ""),
        text(entry, "summary"),
        entry.get("access"),
        None if demand is None else parse_rate(demand),
        text(entry, "domain"),
        None if peak is None else parse_rate(peak),
        entry.get("assumed"),
        None if within is None else seconds(within),
    )


def branches(key: str, value: TreeNode) -> tuple[Map, ...]:
    """Return the branches of a frame; opt and loop have one."""
    return (value,) if key in ("opt", "loop") else tuple(value)


class _Steps:
    def __init__(self, context: Context, flow: str, replicas: dict[str, Replica]) -> None:
        self.context = context
        self.flow = flow
        self.replicas = replicas

    def read(self, steps: Seq, prefix: str, number: int = 0) -> tuple[Step, ...]:
        result: list[Step] = []
        for index, step in enumerate(steps):
            key, value = next(iter(step.items()))
            if key == "note":
                result.append(self._note(value))
                continue
            number += 1
            label = f"{prefix}{number}"
            if key in FRAMES:
                result.append(self._frame(key, value, label))
            elif " --> " in key:
                result.append(self._answer(key, value, step, label))
            else:
                result.append(self._request(key, value, step, label, steps.marks[index]))
        return tuple(result)

    def _note(self, note: Map) -> Note:
        over = self.context.document.texts(note, "over")
        for name in over:
            if name not in self.context.components:
                self._refer(name, note.value_mark("over"), f"a note of the flow `{self.flow}`", self.flow, "flow")
        return Note(over, self.context.document.text(note, "text") or "")

    def _frame(self, key: FrameKind, value: TreeNode, label: str) -> Frame:
        result: list[Branch] = []
        first = 0
        for branch in branches(key, value):
            steps = self.read(branch["steps"], f"{label}.", first)
            first += sum(not isinstance(step, Note) for step in steps)
            result.append(Branch(self.context.document.text(branch, "when") or "", steps))
        return Frame(f"{self.flow}/{label}", key, tuple(result))

    def _request(self, key: str, value: TreeNode, step: Map, label: str, mark: int) -> Request:
        source, _, rest = key.partition(" -> ")
        source = source.strip()
        targets = (rest.strip(),) if "|" not in rest else tuple(target.strip() for target in rest.split("|"))
        name = f"{self.flow}/{label}"
        components = self.context.components
        if source not in components:
            source = self._source(source, mark, name)
        pinned: tuple[str, ...] = ()
        if any(target not in components for target in targets):
            pinned = tuple(target for target in targets if target in self.replicas)
            targets = tuple(dict.fromkeys(self._end(target, mark, name) for target in targets))
        if value.__class__ is not Map:
            message = value if value.__class__ is str else self.context.document.text(step, key)
            return Request(name, source, targets, message or "", pinned=pinned)
        text = self.context.document.text
        message, hits = text(value, "message") or "", text(value, "hits")
        return Request(
            name,
            source,
            targets,
            message,
            value.get("access"),
            value.get("required"),
            value.get("protocol"),
            pinned,
            value.get("async"),
            None if hits is None else probability(hits),
        )

    def _answer(self, key: str, value: TreeNode, step: Map, label: str) -> Answer:
        left, _, right = key.partition(" --> ")
        name = f"{self.flow}/{label}"
        mark = step.marks[0]
        source, target = (self._end(end.strip(), mark, name) for end in (left, right))
        parent, holder = (value, "message") if value.__class__ is Map else (step, key)
        message = self.context.document.text(parent, holder)
        return Answer(name, source, target, message or "")

    def _source(self, source: str, mark: int, step: str) -> str:
        if source in self.replicas and self.replicas[source].component != source:
            component = self.replicas[source].component
            message = f"the step `{step}` can't come from the replica `{source}`: every replica of a caller takes part"
            fix = f"Write `{component} -> …`; only the called side may name a replica."
            self.context.invalid(mark, ("step", step), message, fix)
            return component
        return self._end(source, mark, step)

    def _end(self, end: str, mark: int, step: str) -> str:
        if end in self.context.components:
            return end
        replica = self.replicas.get(end)
        if replica is not None:
            return replica.component
        return self._refer(end, mark, f"the step `{step}`", step, "step")

    def _refer(self, end: str, mark: int, key: str, name: str, kind: str) -> str:
        component = end.partition("@")[0].partition("#")[0]
        subject = (kind, name)
        if ("flow", self.flow) in self.context.broken:
            subject, key = ("flow", self.flow), f"a step of the flow `{self.flow}`"
        if component == end or component not in self.context.components:
            return self.context.refer(component, mark, ("component",), subject, key)
        if ("component", component) not in self.context.broken:
            own = (replica.id for replica in self.replicas.values() if replica.component == component)
            self.context.undeclared(end, mark, ("replica",), own, subject, key)
        return component
