"""Settings that several workloads take whole: which of them an address among these is meant for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Literal

from archgen.importers.catalogue import Known, is_like
from archgen.importers.facts import Origin
from archgen.importers.kubernetes.custom_resources import Resource
from archgen.importers.kubernetes.manifests import Manifests, all_containers_of
from archgen.importers.kubernetes.part import Workload
from archgen.importers.kubernetes.variables import REFERENCES, data_of, variables_of
from archgen.importers.names import words_of
from archgen.importers.outside import OutsideStore, store_asked_for, store_by_name
from archgen.importers.secrets import is_secret_name
from archgen.importers.variable_names import names_page
from archgen.model.kinds import KINDS

_Verdict = Literal["sure", "doubtful", "open", "none"]

_PAGE = re.compile(r"front-?end|(^|[-_.])(ui|client|spa|static|webapp)([-_.]|$)", re.IGNORECASE)
"""Names of what serves pages, and keeps its data behind an interface."""

_SOCKETS = re.compile(r"socket|real-?time|(^|[-_.])ws([-_.]|$)", re.IGNORECASE)
"""Names of what visitors stay connected to, and that leads to nothing."""

_FEW = 3
"""Workloads that share addresses of each other and may all call them; more of them share a directory."""

_MOST_ADDRESSES = 5
"""Addresses over HTTP among the settings of a few workloads; more of them are those of a whole system."""

_FOR_SOME = {
    "key-value-store": r"cache|session|queue|real-?time|socket|chat|live|rate|worker",
    "cache": r"cache|session|rate",
    "search": r"search|index",
    "object-storage": r"file|storage|media|upload|image|picture|photo|video|document|asset",
}
"""Kinds of stores that some programs of a system use and most don't, with words in the names of those that do."""

_Place = tuple[str, int]


class SharedSettings:
    """The ConfigMaps and Secrets that workloads take whole, by the places of their entries.

    Who takes a setting by its key needs it; who takes all of them may need some. `named` are the components that workloads
    name in variables of their own; those that are `repeating` settings there say so of all that they need.
    """

    def __init__(self, manifests: Manifests, parts: list[Workload], admitted: dict[str, set[str]]) -> None:
        self.admitted = admitted
        self.takers: dict[_Place, dict[str, Workload]] = {}
        self.own: dict[str, tuple[Known, ...]] = {}
        self.named: dict[str, Set[str]] = {}
        self.repeating: set[str] = set()
        self.addresses: dict[_Place, int] = {}
        for part in parts:
            for entries in _taken_whole(manifests, part):
                number = sum(text.startswith(("http://", "https://")) for text, _ in entries)
                for _, source in entries:
                    self.takers.setdefault((source.path, source.line), {})[part.id] = part
                    self.addresses[source.path, source.line] = number
        shared = [takers for takers in self.takers.values() if len(takers) > 1]
        for part in {each.id: each for takers in shared for each in takers.values()}.values():
            self.own[part.id] = tuple(self._own_stores(manifests, part))

    def judge(
        self, part: Workload | Resource, name: str, source: Origin, target: Workload | Resource | OutsideStore
    ) -> _Verdict:
        """Return if a workload calls what a setting names: for certain, perhaps, or not, since it is meant for others.

        `open` is what nothing tells, but that others are likelier to call it.
        """
        takers = self.takers.get((source.path, source.line), {})
        if part.id not in takers or len(takers) == 1:
            return "sure"
        if target.id not in self.named.get(part.id, ()) and (
            part.id in self.repeating or self._is_named(takers, target)
        ):
            return "open"
        if _is_one_program(takers):
            return "sure"
        admitted = self.admitted.get(target.id)
        if admitted is not None:
            return "sure" if part.id in admitted else "none"
        if self._is_for_others(part, name, target, takers):
            return "none"
        known, leads = target.guess.known, KINDS[part.guess.known.kind].balances
        if KINDS[known.kind].role != "data":
            # of a directory of addresses nothing tells who calls which, but that a gateway leads to them, and that
            # programs are given products, such as a registry, for their own use
            is_product = known.product is not None or store_by_name(name) is not None
            leads = leads and not (names_page("service", name, "://") or _SOCKETS.search(part.manifest.name))
            is_likely = leads or not self._is_directory(takers, source) or is_product
            return "doubtful" if is_likely else "open"
        if leads and known.kind == "database":
            return "none"
        programs = (each for each in takers.values() if KINDS[each.guess.known.kind].role != "data")
        knowing = [each.id for each in programs if any(_is_meant(named, known) for named in self.own[each.id])]
        if knowing:
            return "doubtful" if part.id in knowing else "open"
        is_likely = not self._is_directory(takers, source) or _is_named_for(part, known.kind)
        return "doubtful" if is_likely else "open"

    def say(self, part: Workload, named: Set[str], repeats: bool) -> None:
        """Note the components that a workload names in variables of its own, and whether it repeats a setting for all."""
        self.named[part.id] = named
        if repeats:
            self.repeating.add(part.id)

    def _is_named(self, takers: dict[str, Workload], target: Workload | Resource | OutsideStore) -> bool:
        """Return True for what most of those who take the settings name themselves: the others have no use for it."""
        return 2 * sum(target.id in self.named.get(taker, ()) for taker in takers) > len(takers)

    def _is_directory(self, takers: dict[str, Workload], source: Origin) -> bool:
        """Return True for settings of a whole system: many take them, or they hold the addresses of many."""
        return len(takers) > _FEW or self.addresses.get((source.path, source.line), 0) > _MOST_ADDRESSES

    def is_shared(self, part: Workload, source: Origin) -> bool:
        """Return True for a setting that several workloads take with all others."""
        takers = self.takers.get((source.path, source.line), {})
        return part.id in takers and len(takers) > 1

    def is_of_pages(self, part: Workload, source: Origin) -> bool:
        """Return True for a setting that a workload shares, and that it has no use for if it names a store."""
        return part.id in self.takers.get((source.path, source.line), {}) and _PAGE.search(part.id) is not None

    def _own_stores(self, manifests: Manifests, part: Workload) -> Iterator[Known]:
        """Yield the stores of which a workload has a password, or a variable that is for no other program.

        An address of its own tells nothing of who needs the one in the settings for all.
        """
        for container in part.containers:
            for name, (_, source) in variables_of(manifests, part.namespace, container):
                known = store_by_name(name)
                is_own = store_asked_for(name) is None and self._is_own(part, source)
                if known is not None and (is_own or is_secret_name(name)):
                    yield known

    def _is_own(self, part: Workload, source: Origin) -> bool:
        return _is_one_program(self.takers.get((source.path, source.line), {part.id: part}))

    def _is_for_others(
        self,
        part: Workload | Resource,
        name: str,
        target: Workload | Resource | OutsideStore,
        takers: dict[str, Workload],
    ) -> bool:
        first = words_of(name)[0]
        if first and first in _words_of(part):
            return False
        kind, stores = KINDS[part.guess.known.kind], KINDS[target.guess.known.kind].role == "data"
        leads = kind.balances and part.guess.sure
        if kind.role == "data" or kind.observes or (stores and (leads or _PAGE.search(part.id) is not None)):
            return True
        others = (each for each in takers.values() if each.id not in (part.id, target.id))
        return len(first) > 2 and any(first in _words_of(each)[:1] for each in others)


def _is_named_for(part: Workload | Resource, kind: str) -> bool:
    """Return True for a program that is likely to use a store of a kind: by its name, or since most programs do."""
    own = part.guess.known.kind
    if kind not in _FOR_SOME or own in ("worker", "scheduler") or KINDS[own].role == "data":
        return True
    return re.search(rf"(^|[-_.])({_FOR_SOME[kind]})", part.manifest.name, re.IGNORECASE) is not None


def _is_meant(named: Known, store: Known) -> bool:
    """Return True for the store that a variable's name tells; where it tells no product, for any of the kind."""
    return is_like(store, named) if named.product is not None else store.kind == named.kind


def _words_of(part: Workload | Resource) -> list[str]:
    return words_of(f"{part.manifest.name} {part.guess.known.product or ''}")


def _is_one_program(takers: dict[str, Workload]) -> bool:
    return len({each.program for each in takers.values()}) == 1


def _taken_whole(manifests: Manifests, part: Workload) -> Iterator[list[tuple[str, Origin]]]:
    """Yield the entries of each ConfigMap and Secret of which a workload takes all."""
    for container in all_containers_of(part.manifest.kind, part.manifest.node):
        for item in container.get("envFrom").list():
            for kind, reference in REFERENCES:
                name = item.text_at(f"{reference}Ref", "name")
                if name:
                    yield list(data_of(manifests, kind, part.namespace, name).values())
