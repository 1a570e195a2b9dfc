"""The entry of a component and its references to other elements, each of them checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archgen.language.expand.context import Context, SubjectId, quoted_list
from archgen.language.yaml.scalars import seconds
from archgen.language.yaml.tree import Map, Seq
from archgen.model.architecture import Replica

Targets = Mapping[str, Sequence[str]]
"""The components that each component calls."""


class ComponentReader:
    """A component's entry in the model, with the names that it may refer to."""

    def __init__(self, context: Context, name: str, entry: Map, replicas: tuple[Replica, ...], calls: Targets) -> None:
        self.context = context
        self.name = name
        self.entry = entry
        self.replicas = replicas
        self.calls = calls
        self.subject: SubjectId = ("component", name)

    def refer(self, parent: Map, key: str, kinds: tuple[str, ...], of: str = "") -> tuple[str, ...]:
        """Return the checked references under a key, one or a list of them."""
        references: list[str] = []
        for text, mark in self.marked(parent, key) if key in parent else ():
            references.append(self.context.refer(text, mark, kinds, self.subject, f"`{of or key}` of `{self.name}`"))
        return tuple(references)

    def marked(self, parent: Map, key: str) -> list[tuple[str, int]]:
        """Return the texts under a key with their positions."""
        if key not in parent:
            return []
        texts = self.context.document.texts(parent, key)
        value = parent.get(key)
        if value.__class__ is Seq:
            return list(zip(texts, value.marks, strict=True))
        return [(text, parent.value_mark(key)) for text in texts]

    def own(self, parent: Map, key: str, of: str) -> tuple[str, ...]:
        """Return replicas of this component, named by their ids or by the host that they run on."""
        replicas: list[str] = []
        for text, mark in self.marked(parent, key):
            members = members_of(text, self.replicas)
            if not members and self.subject not in self.context.broken:
                self._outside(text, mark, f"`{of}` of `{self.name}`")
            replicas += members
        return tuple(dict.fromkeys(replicas))

    def _outside(self, text: str, mark: int, key: str) -> None:
        hosts = list(dict.fromkeys(host for replica in self.replicas for host in replica.hosts))
        choices = hosts or [replica.id for replica in self.replicas]
        if text.removeprefix("host:") in self.context.hosts:
            message = f"{key} names `{text}`, but `{self.name}` doesn't run there"
            fix = f"Name one of its own: {quoted_list(choices)}; or add `{text}` to its `runs_on`."
            self.context.dangling(mark, self.subject, message, fix)
        else:
            candidates = [*choices, *(replica.id for replica in self.replicas)]
            self.context.undeclared(text, mark, ("host or replica of it",), candidates, self.subject, key)

    def reference(self, key: str, kind: str) -> str | None:
        return next(iter(self.refer(self.entry, key, (kind,))), None)

    def span(self, key: str) -> float:
        return seconds(self.context.document.text(self.entry, key) or "")


def members_of(name: str, replicas: list[Replica] | tuple[Replica, ...]) -> tuple[str, ...]:
    """Return the ids of the replicas that a replica id or a host names."""
    host = name.removeprefix("host:")
    return tuple(replica.id for replica in replicas if replica.id == name or host in replica.hosts)
