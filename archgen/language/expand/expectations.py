"""Expectations of a model: sentences of a few fixed forms, read strictly."""

from __future__ import annotations

import re

from archgen.language.expand.context import Context, SubjectId
from archgen.language.yaml.scalars import probability, seconds, shorten
from archgen.language.yaml.tree import Seq
from archgen.model.durations import HOURS_PER_YEAR
from archgen.model.requirements import Ban, DowntimeLimit, Expectation, Survival

_FORMS = (
    "`survives any one host for FLOW`, `survives ELEMENT for FLOW`, `never SOURCE -> TARGET`, "
    "`at most 1 h/year for FLOW`, or `at least 99.9% for FLOW`"
)
_KINDS = (
    "host",
    "zone",
    "replica",
    "element",
    "rack",
    "power",
    "datacenter",
    "availability-zone",
    "region",
    "provider",
)
_COUNTS = {"one": 1, "two": 2}


def expectations(context: Context, model: str) -> tuple[Expectation, ...]:
    """Return every expectation of the model; report an invalid one at its place."""
    root = context.document.root
    declared = root.get("expect")
    if declared is None:
        return ()
    texts = context.document.texts(root, "expect")
    marks = declared.marks if declared.__class__ is Seq else [root.value_mark("expect")]
    readings = (_Reader(context, model, text, mark).read() for text, mark in zip(texts, marks, strict=True))
    return tuple(expectation for expectation in readings if expectation is not None)


class _Reader:
    def __init__(self, context: Context, model: str, text: str, mark: int) -> None:
        self.context = context
        self.subject: SubjectId = ("model", model)
        self.text = " ".join(text.split())
        self.mark = mark

    def read(self) -> Expectation | None:
        verb, _, rest = self.text.partition(" ")
        if verb == "survives":
            return self._survival(rest)
        if verb == "never":
            return self._ban(rest)
        if verb == "at":
            return self._limit(rest)
        self._unread(f"unknown expectation `{shorten(self.text)}`")
        return None

    def _unread(self, message: str) -> None:
        self.context.invalid(self.mark, self.subject, message, f"Write {_FORMS}.")

    def _survival(self, rest: str) -> Survival | None:
        what, separator, flows = rest.partition(" for ")
        if not separator or not what:
            self._unread(f"`{shorten(self.text)}` names no {'failing element' if separator else 'flow'}")
            return None
        words = what.split()
        if words[0] in _COUNTS and words[-1].removesuffix("s") in _KINDS and len(words) == 2:
            self._unread(f"`{shorten(what)}` is ambiguous; write `survives any {words[0]} {words[-1]}`")
            return None
        if words[0] != "any":
            lost = tuple(self._element(name) for name in re.split(r",\s*|\s+and\s+", what))
            return Survival(self.text, self._flows(flows), lost=lost)
        kind = words[2].removesuffix("s") if len(words) == 3 else ""
        if len(words) != 3 or words[1] not in _COUNTS or kind not in _KINDS:
            shown = shorten(what)
            self._unread(f"unknown failure `{shown}`: write `any one` or `any two`, and {_listed(_KINDS)}")
            return None
        return Survival(self.text, self._flows(flows), count=_COUNTS[words[1]], kind=kind)

    def _element(self, name: str) -> str:
        """Return a host, a zone, a component with all its replicas, or a replica as `kind:id`."""
        replicas = {replica.id for group in self.context.placed.values() for replica in group}
        if name in replicas and name not in self.context.components:
            return f"replica:{name}"
        kinds = ("host", "zone", "component")
        element = self.context.refer(name, self.mark, kinds, self.subject, "`expect`")
        if ":" in element:
            return element
        kind = next((kind for kind in kinds if element in self.context.declared.get(kind, ())), "component")
        return f"{kind}:{element}"

    def _flows(self, text: str) -> tuple[str, ...]:
        declared = tuple(self.context.declared.get("flow", ()))
        if text in ("every flow", "all flows"):
            return declared
        names = re.split(r",\s*|\s+and\s+", text)
        return tuple(self.context.refer(name, self.mark, ("flow",), self.subject, "`expect`") for name in names)

    def _ban(self, rest: str) -> Ban | None:
        source, arrow, target = rest.partition(" -> ")
        if not arrow or not source or not target:
            self._unread(f"`{shorten(self.text)}` must name a source and a target")
            return None
        return Ban(self.text, self._end(source.strip()), self._end(target.strip()))

    def _end(self, name: str) -> str:
        """Return `internet`, or a component, host or network as `kind:id`."""
        if name == "internet":
            return name
        kinds = ("component", "host", "network")
        end = self.context.refer(name, self.mark, kinds, self.subject, "`expect`")
        if ":" in end:
            return end
        kind = next((kind for kind in kinds if end in self.context.declared.get(kind, ())), "component")
        return f"{kind}:{end}"

    def _limit(self, rest: str) -> DowntimeLimit | None:
        most = re.fullmatch(
            r"most ([0-9]{1,6}(?:\.[0-9]{1,6})? ?(?:s|min|m|h|d)) ?(?:/|a |per )(year|month) for (.+)", rest
        )
        if most:
            hours = seconds(most[1].replace(" ", "")) / 3600.0 * (12.0 if most[2] == "month" else 1.0)
            return DowntimeLimit(self.text, self._flows(most[3]), hours)
        least = re.fullmatch(r"least ([0-9]{1,3}(?:\.[0-9]{1,9})?) ?% for (.+)", rest)
        if least and float(least[1]) <= 100.0:
            hours = (1.0 - probability(f"{least[1]}%")) * HOURS_PER_YEAR
            return DowntimeLimit(self.text, self._flows(least[2]), hours)
        self._unread(f"`{shorten(self.text)}` has no valid limit")
        return None


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
