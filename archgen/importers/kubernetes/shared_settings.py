"""Settings that several workloads take whole: which of them an address among these is meant for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from functools import cached_property
from typing import Literal

from archgen.importers.addresses import mentions, words_of_command
from archgen.importers.catalogue import Known, is_like
from archgen.importers.facts import Opener, Origin
from archgen.importers.kubernetes.custom_resources import Resource
from archgen.importers.kubernetes.hosts import leads_inside
from archgen.importers.kubernetes.manifests import Manifest, Manifests, all_containers_of, command_of
from archgen.importers.kubernetes.part import Workload, only_passes_on
from archgen.importers.kubernetes.policies import Admission
from archgen.importers.kubernetes.sought_stores import unknown_variables
from archgen.importers.kubernetes.unread.roles import FOR_SOME, Roles, is_named_for
from archgen.importers.kubernetes.variables import data_of, taken_whole, variables_of
from archgen.importers.names import words_of
from archgen.importers.outside import OutsideStore
from archgen.importers.packages import (
    PackageLists,
    has_library_by_itself,
    has_library_for,
    has_some_driver,
    lacks_library_for,
    lists_of_image,
)
from archgen.importers.products import image_name
from archgen.importers.secrets import is_secret_name
from archgen.importers.sources.declared_programs import Program
from archgen.importers.sources.missing_libraries import MissingLibraries
from archgen.importers.sources.programs import ProgramSources
from archgen.importers.sources.unread_properties import UnreadProperties
from archgen.importers.store_names import store_asked_for, store_by_name
from archgen.importers.variable_names import names_page, names_telemetry
from archgen.model.kinds import KINDS

_Verdict = Literal["sure", "doubtful", "open", "none"]

_PAGE = re.compile(r"front-?end|(^|[-_.])(ui|client|spa|static|webapp)([-_.]|$)", re.IGNORECASE)
"""Names of what serves pages, and keeps its data behind an interface."""

_SOCKETS = re.compile(r"socket|real-?time|(^|[-_.])ws([-_.]|$)", re.IGNORECASE)
"""Names of what visitors stay connected to, and that leads to nothing."""

_FEW = 3
"""Programs that share addresses of each other and may all call them; more of them share a directory."""
_MOST_ADDRESSES = 5
"""Addresses over HTTP among the settings of a few workloads; more of them are those of a whole system."""

_Place = tuple[str, int]


class _Settings:
    """A ConfigMap or Secret, with those who take it whole and the number of addresses over HTTP in it.

    `namers` counts those who name a component themselves, and `knowing` are those with a variable of their own for a store.
    `listed` are the stores for which some list a library themselves.
    """

    def __init__(self, entries: Mapping[str, tuple[str, Origin]]) -> None:
        # by its public names a system is known itself
        self.addresses = sum(text.startswith("http") and leads_inside(text) for text, _ in entries.values())
        self.names = (*entries,)
        self.takers: dict[str, Workload] = {}
        self.namers: dict[str, int] = {}
        self.knowing: dict[Known, Set[str]] = {}
        self.listed: dict[Known, bool] = {}

    @cached_property
    def programs(self) -> int:
        """Return the number of programs that take the settings, each in any number of roles."""
        return len({each.program for each in self.takers.values()})

    @property
    def is_directory(self) -> bool:
        """Return True for settings of a whole system: many programs take them, or they hold addresses of many."""
        return self.programs > _FEW or self.addresses > _MOST_ADDRESSES

    @cached_property
    def firsts(self) -> dict[str, set[str]]:
        """Return those who take the settings by the first words of their names."""
        firsts: dict[str, set[str]] = {}
        for each in self.takers.values():
            firsts.setdefault(_words_of(each)[0], set()).add(each.id)
        return firsts


_NO_SETTINGS = _Settings({})


class SharedSettings:
    """The ConfigMaps and Secrets that workloads take whole, by the places of their entries.

    Who takes a setting by its key needs it; who takes all of them may need some. `named` are the components that workloads
    name in variables of their own; those that are `repeating` settings there say so of all that they need. `certain` are the
    calls that the source of a program or a setting of its own tells; others are `doubted` by what names them.
    """

    def __init__(
        self, manifests: Manifests, parts: list[Workload], admitted: Mapping[str, Admission], opener: Opener
    ) -> None:
        self.manifests = manifests
        self.opener = opener
        self.libraries: dict[str, PackageLists] = {}
        self.admitted = admitted
        self.settings: dict[_Place, _Settings] = {}
        self.own: dict[str, tuple[Known, ...]] = {}
        self.named: dict[str, Set[str]] = {}
        self.repeating: set[str] = set()
        self.certain: set[tuple[str, str]] = set()
        self.doubted: dict[tuple[str, str], tuple[Origin, str]] = {}
        for part in parts:
            for entries in _taken_whole(manifests, part):
                places = [(source.path, source.line) for _, source in entries.values()]
                known = self.settings.get(places[0])
                if known is None:
                    known = _Settings(entries)
                    self.settings.update(dict.fromkeys(places, known))
                known.takers[part.id] = part
        programs = {part.id: _program_of(part) for part in parts if _is_own_program(part)}
        self.sources = ProgramSources(programs, opener)
        self.roles = Roles(manifests, parts)
        self.unread = UnreadProperties(self.sources)
        self.missing = MissingLibraries(self.sources, programs, opener)
        shared = {id(each): each for each in self.settings.values() if len(each.takers) > 1}
        sharing = {each.id: each for known in shared.values() for each in known.takers.values()}
        sealed = {part.id: dict(self._sealed_passwords(part)) for part in sharing.values()}
        takers = Counter(reference for passwords in sealed.values() for reference in passwords)
        for part in sharing.values():
            few = (known for reference, known in sealed[part.id].items() if takers[reference] <= _FEW)
            self.own[part.id] = (*self._own_stores(part), *few)

    def judge(
        self, part: Workload | Resource, name: str, source: Origin, target: Workload | Resource | OutsideStore
    ) -> _Verdict:
        """Return if a workload calls what a setting names: for certain, perhaps, or not, since it is meant for others.

        `open` is what nothing tells, but that others are likelier to call it.
        """
        if isinstance(part, Workload) and only_passes_on(part) and KINDS[target.guess.known.kind].role == "data":
            return "none"
        settings = self._settings_at(source)
        if part.id not in settings.takers or len(settings.takers) == 1:
            if self.missing.lacks(part.id, target.guess.known) or self.missing.leaves(
                part.id, name, target.guess.known
            ):
                return "open"
            if isinstance(part, Workload) and self.roles.may_be_for_others(part, name, target.guess.known):
                return "open" if part.manifest.kind == "CronJob" else "doubtful"
            is_unread = self.unread.holds(part.id, name, target.guess.known, self.libraries_of(part))
            return "doubtful" if is_unread or self.missing.lists_none(part.id, target.guess.known) else "sure"
        if isinstance(part, Workload) and part.id != target.id:
            lists = self.libraries_of(part)
            reading = self.sources.reading_of(part.id, name, settings.names, target.guess.known, lists)
            if reading is not None:
                self.certain |= {(part.id, target.id)} if reading == "reads" else set()
                return "sure" if reading == "reads" else "none"
        if target.id not in self.named.get(part.id, ()) and (
            part.id in self.repeating or self._is_named(settings, target)
        ):
            return "open"
        # programs with sources of their own in one image are no roles of one
        if settings.programs == 1 and part.id not in self.sources.directories:
            return self._judge_role(part, name, target)
        admitted = self.admitted.get(target.id)
        admitted = admitted if admitted is not None and admitted.is_whole else None
        if admitted is not None and part.id in admitted.callers:
            return "sure"
        if self._is_for_others(part, name, target, settings):
            return "none"
        if admitted is not None:
            return "open"
        known, leads = target.guess.known, KINDS[part.guess.known.kind].balances
        if not known.keeps_data:
            # of a directory of addresses nothing tells who calls which, but that a gateway leads to them, and that
            # programs are given products, such as a registry, for their own use
            is_product = known.product is not None or store_by_name(name) is not None
            leads = leads and not (names_page("service", name, "://") or _SOCKETS.search(part.manifest.name))
            is_likely = leads or not settings.is_directory or is_product
            return "doubtful" if is_likely else "open"
        if self._has_library(part, known, settings):
            return "doubtful"
        if leads and known.kind == "database":
            return "none" if part.guess.known.product is not None else "open"
        if KINDS[part.guess.known.kind].observes:
            return "open"
        knowing = self._knowing(settings, known)
        if knowing:
            return "doubtful" if part.id in knowing else "open"
        if self._leaves_to_others(part, known):
            return "open"
        is_likely = not settings.is_directory or is_named_for(part, known.kind)
        return "doubtful" if is_likely else "open"

    def _has_library(self, part: Workload | Resource, known: Known, settings: _Settings) -> bool:
        """Return True for a program that lists a library for a store, or whose packages do, where no other taker lists one itself."""
        return has_library_by_itself(known, self.libraries_of(part), lambda: self._is_listed(known, settings))

    def _is_listed(self, known: Known, settings: _Settings) -> bool:
        if known not in settings.listed:
            takers = (self.libraries_of(each) for each in settings.takers.values())
            settings.listed[known] = any(has_library_for(known, lists.of_program) for lists in takers)
        return settings.listed[known]

    def _leaves_to_others(self, part: Workload | Resource, known: Known) -> bool:
        """Return True for a program without a library for a store, or that lists those for its other stores itself.

        Which of them cache something no list of packages of a whole system tells.
        """
        own = self.libraries_of(part)
        through_others = known.kind not in FOR_SOME and has_library_for(known, own) and has_some_driver(own.of_program)
        return through_others or lacks_library_for(known, own)

    def libraries_of(self, part: Workload | Resource) -> PackageLists:
        """Return the lists of packages of a program, as far as they lie in a directory that is called like its image or its name."""
        if part.id not in self.libraries:
            lists = PackageLists()
            if isinstance(part, Workload) and _is_own_program(part):
                image = image_name(part.containers[0].text_at("image"))
                path = part.manifest.node.path
                lists = lists_of_image(part.manifest.name, image, path, self.opener)
                lists = lists if lists.text else self.sources.lists_of(part.id) or lists
            self.libraries[part.id] = lists
        return self.libraries[part.id]

    def _settings_at(self, source: Origin) -> _Settings:
        return self.settings.get((source.path, source.line), _NO_SETTINGS)

    def _judge_role(self, part: Workload | Resource, name: str, target: Workload | Resource | OutsideStore) -> _Verdict:
        """Return if a role of one program, such as its worker, calls what the settings for all roles name.

        Each role opens the stores of the program, but one that only plans work needs no more than the queue.
        """
        known, is_aside = target.guess.known, part.manifest.kind == "CronJob" or KINDS[part.guess.known.kind].observes
        # what runs at set times, or watches, rarely asks its own program, nor what visitors search by
        is_itself = isinstance(target, Workload) and isinstance(part, Workload) and target.program == part.program
        if is_aside and (is_itself or known.kind == "search"):
            return "open"
        if known.keeps_data:
            plans = part.guess.known.kind == "scheduler" and part.manifest.kind != "CronJob"
            return "doubtful" if plans and known.is_no_use_to_planners else "sure"
        if names_page("service", name, "://"):
            return "none"
        return "sure" if names_telemetry(name) else "doubtful"

    def _knowing(self, settings: _Settings, store: Known) -> Set[str]:
        """Return those who take the settings and have a variable of their own for a store."""
        if store not in settings.knowing:
            programs = (each for each in settings.takers.values() if not each.guess.known.keeps_data)
            settings.knowing[store] = {
                each.id for each in programs if any(_is_meant(named, store) for named in self.own[each.id])
            }
        return settings.knowing[store]

    def note_named(self, part: Workload, hosts: Mapping[str, str]) -> None:
        """Note the components that a workload names in variables of its own, where it takes settings that others take too."""
        named: set[str] = set()
        repeated: dict[bool, set[str]] = {True: set(), False: set()}
        for container in part.containers if part.id in self.own else ():
            variables = list(variables_of(self.manifests, part.namespace, container))
            shared = [self.is_shared(part, source) for _, (_, source) in variables]
            for is_shared, (name, (text, _)) in zip(shared, variables, strict=True) if any(shared) else ():
                components = {each.host for each in mentions(name, text, hosts)}
                named |= components if not is_shared else set()
                # what is put together out of the settings repeats none
                repeated[is_shared] |= components if "$(" not in text else set()
        if named:
            self.named[part.id] = named
            if repeated[True] & repeated[False]:
                self.repeating.add(part.id)

    def _is_named(self, settings: _Settings, target: Workload | Resource | OutsideStore) -> bool:
        """Return True for what most of those who take the settings name themselves: the others have no use for it."""
        if target.id not in settings.namers:
            settings.namers[target.id] = sum(target.id in self.named.get(taker, ()) for taker in settings.takers)
        return 2 * settings.namers[target.id] > len(settings.takers)

    def is_shared(self, part: Workload | Resource, source: Origin) -> bool:
        """Return True for a setting that several workloads take with all others."""
        takers = self._settings_at(source).takers
        return part.id in takers and len(takers) > 1

    def called_by(
        self, job: Manifest, hosts: Mapping[str, str], components: Mapping[str, Workload | Resource | OutsideStore]
    ) -> Iterator[str]:
        """Yield the ids of what a job names that is no component; of settings for all, it needs no more than the databases."""
        for container in all_containers_of(job.kind, job.node):
            values = [
                (name, text, bool(self._settings_at(source).takers))
                for name, (text, source) in variables_of(self.manifests, job.namespace, container)
            ]
            words = [
                (key, word, False)
                for key in ("command", "args")
                for item in container.get(key).list()
                for word in words_of_command(item.text)
            ]
            for name, text, is_for_all in (*values, *words):
                for mention in mentions(name, text, hosts) if not names_telemetry(name) else ():
                    if not is_for_all or components[mention.host].guess.known.kind == "database":
                        yield mention.host
            for name, _, _ in unknown_variables(self.manifests, job.namespace, container):
                known = store_asked_for(name)
                fitting = [each.id for each in components.values() if known and _is_meant(known, each.guess.known)]
                if len(fitting) == 1 and components[fitting[0]].guess.known.kind == "database":
                    yield fitting[0]

    def is_of_pages(self, part: Workload, source: Origin) -> bool:
        """Return True for a setting that a workload shares, and that it has no use for if it names a store."""
        takers = self._settings_at(source).takers
        return part.id in takers and _PAGE.search(part.id) is not None

    def _own_stores(self, part: Workload) -> Iterator[Known]:
        """Yield the stores of which a workload has a password, or a variable that is for no other program.

        An address of its own tells nothing of who needs the one in the settings for all.
        """
        for container in part.containers:
            for name, (_, source) in variables_of(self.manifests, part.namespace, container):
                known = store_by_name(name)
                is_own = store_asked_for(name) is None and self._is_own(part, source)
                if known is not None and (is_own or is_secret_name(name)):
                    yield known

    def _sealed_passwords(self, part: Workload) -> Iterator[tuple[str, Known]]:
        """Yield the stores of which a workload has a password that stands in no file, by what holds it."""
        for container in part.containers:
            for name, _, reference in unknown_variables(self.manifests, part.namespace, container):
                known = store_by_name(name)
                if known is not None and is_secret_name(name):
                    yield reference, known

    def _is_own(self, part: Workload, source: Origin) -> bool:
        settings = self._settings_at(source)
        return part.id not in settings.takers or settings.programs == 1

    def _is_for_others(
        self,
        part: Workload | Resource,
        name: str,
        target: Workload | Resource | OutsideStore,
        settings: _Settings,
    ) -> bool:
        first = words_of(name)[0]
        if first and first in _words_of(part):
            return False
        kind, stores = KINDS[part.guess.known.kind], target.guess.known.keeps_data
        leads = kind.balances and part.guess.sure
        if kind.role == "data" or part.guess.known.watches or (stores and (leads or _PAGE.search(part.id) is not None)):
            return True
        return len(first) > 2 and not settings.firsts.get(first, set()) <= {part.id, target.id}


def _is_own_program(part: Workload) -> bool:
    return part.guess.known.product is None


def _program_of(part: Workload) -> Program:
    main = part.containers[0]
    image = image_name(main.text_at("image"))
    return Program(part.manifest.node.path, part.manifest.name, command_of(main), image, part.program)


def _is_meant(named: Known, store: Known) -> bool:
    """Return True for the store that a variable's name tells; where it tells no product, for any of the kind."""
    return is_like(store, named) if named.product is not None else store.kind == named.kind


def _words_of(part: Workload | Resource) -> tuple[str, ...]:
    return words_of(f"{part.manifest.name} {part.guess.known.product or ''}")


def _taken_whole(manifests: Manifests, part: Workload) -> Iterator[Mapping[str, tuple[str, Origin]]]:
    """Yield the entries of each ConfigMap and Secret of which a workload takes all."""
    for container in all_containers_of(part.manifest.kind, part.manifest.node):
        for _, kind, name in taken_whole(container):
            entries = data_of(manifests, kind, part.namespace, name)
            if entries:
                yield entries
