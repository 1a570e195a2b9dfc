"""Values that several services share: which of them a value is meant for."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Set
from functools import cached_property

from archgen.importers.addresses import mentions
from archgen.importers.catalogue import Known
from archgen.importers.compose.environment import STAND_INS
from archgen.importers.compose.omissions import awaited
from archgen.importers.compose.own_programs import serves_sources
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import Service, SourceText
from archgen.importers.compose.sources import source_directories
from archgen.importers.facts import Opener, Origin
from archgen.importers.names import words_of
from archgen.importers.outside import OutsideStore
from archgen.importers.packages import PackageLists, has_library_by_itself, has_library_for
from archgen.importers.products import image_name
from archgen.importers.sources.declared_programs import Program
from archgen.importers.sources.programs import ProgramSources, SourceReading
from archgen.importers.sources.trial_variables import is_read_by_tests_alone
from archgen.importers.variable_names import names_telemetry
from archgen.model.kinds import KINDS

_OF_PROJECT = (".env", *STAND_INS)
"""Names of the file that holds the variables of a whole project."""

_BuiltProgram = tuple[str, str, str]

ValuePlace = tuple[str, int, str]
"""The file, the line and the text of a value."""

_MOST_WORDS, _LONGEST = 200, 1000

_PLANS = re.compile(r"\b(celery\b.*\bbeat|rqscheduler)\b(?!.*(Database|SQL|Mongo))", re.IGNORECASE)
"""Commands that hand out work and run none of it, unless their plan is in a database: `celery beat -S …:DatabaseScheduler`."""

COORDINATORS = ("etcd", "consul", "zookeeper")
"""Products that elect the leaders of others."""

_OF_COORDINATED = re.compile(r"(KAFKA|SOLR|HBASE|CLICKHOUSE|PATRONI|DRUID|PULSAR|NIFI)_", re.IGNORECASE)
"""Names of the variables of products whose leaders others elect."""


def is_for_others(part: ServicePart, target: ServicePart | OutsideStore) -> bool:
    """Return True for a value that several services share, and that a proxy, an observer, a backup or a server of sources can't use."""
    balances = KINDS[part.kind].balances and not _is_own_gateway(part)
    proxies = balances or "nginx" in (part.guess.known.product or part.id) or _is_own_nginx(part)
    if proxies and target.guess.known.product in COORDINATORS:
        return False
    copies, keeps = part.kind == "backup" and not KINDS[target.kind].stores, target.guess.known.keeps_data
    return copies or part.guess.known.watches or ((proxies or serves_sources(part.service.words)) and keeps)


def takes_copies(
    target: ServicePart | OutsideStore,
    variables: Mapping[str, SourceText],
    hosts: Mapping[str, str],
    components: Mapping[str, ServicePart | OutsideStore],
) -> bool:
    """Return True for the object storage that a backup of a database names: that is where the copies go."""
    named = (mention.host for name, value in variables.items() for mention in mentions(name, value.text, hosts))
    return target.kind == "object-storage" and any(components[host].kind == "database" for host in named)


def _is_own_gateway(part: ServicePart) -> bool:
    """Return True for a gateway that is a program of the system's own, which may keep sessions and limits in a store."""
    return part.kind == "api-gateway" and part.guess.known.product is None


def _is_own_nginx(part: ServicePart) -> bool:
    """Return True for `shop-nginx`, which runs the web server of the product's image; an image of PHP runs both in one."""
    return part.id.endswith(("-nginx", "_nginx")) and "php" not in f"{part.id} {part.service.image}"


class Sharers:
    """The services that share values; what is asked of all of them for each value and each of them is looked up."""

    def __init__(self, parts: Iterable[ServicePart]) -> None:
        self.parts = (*parts,)

    @cached_property
    def programs(self) -> Mapping[_BuiltProgram, list[ServicePart]]:
        """Return the services by what they are built from."""
        programs: dict[_BuiltProgram, list[ServicePart]] = {}
        for part in self.parts:
            programs.setdefault(part.service.built_program, []).append(part)
        return programs

    @cached_property
    def using(self) -> Set[_BuiltProgram]:
        """Return the programs that may use what others share with them."""
        return {part.service.built_program for part in self.parts if _is_program(part)}

    @cached_property
    def common_words(self) -> Set[str]:
        """Return the words that all of them have in their names."""
        return frozenset.intersection(*(frozenset(_words_of(part)) for part in self.parts))

    @cached_property
    def _by_first_word(self) -> Mapping[str, list[ServicePart]]:
        named: dict[str, list[ServicePart]] = {}
        programs = [part for part in self.parts if not part.guess.known.keeps_data]
        first = Counter(words_of(part.service.name)[0] for part in programs)
        for part in programs:
            # `shop-orders` beside `shop-stock` is told apart by the second word
            own = [word for word in words_of(part.service.name) if word and first[word] < 2]
            for word in {_words_of(part)[0], *own[:1]}:
                named.setdefault(word, []).append(part)
        return named

    @cached_property
    def _by_words(self) -> Mapping[tuple[str, ...], ServicePart]:
        # of two with the same words the first counts
        return {words_of(part.service.name): part for part in reversed(self.parts)}

    def name_begins_with_another(self, name: str, part: ServicePart) -> bool:
        """Return True for `AIRFLOW__BROKER_URL` of what is no Airflow, beside `airflow-worker`."""
        first = words_of(name)[0]
        if len(first) < 3 or first in _words_of(part):
            return False
        return any(not each.service.runs_program_of(part.service) for each in self._by_first_word.get(first, ()))

    def owner_of(self, name: str) -> ServicePart | None:
        """Return the service with whose name that of a variable begins: `ORDERS_API_DB_HOST` is of `orders-api`, and not of `orders`."""
        words = words_of(name)
        beginnings = (words[:length] for length in range(len(words), 0, -1))
        return next((self._by_words[each] for each in beginnings if each in self._by_words), None)

    def is_of_others(self, part: ServicePart) -> bool:
        """Return True for the image of an owner of its own, beside several of one other: `acme/shop`, `acme/stock` and `others/lake`."""
        own = _owner_of_image(part)
        owner, count = self._main_owner
        return own not in ("", owner) and self._owners[own] == 1 and count > 1

    @cached_property
    def _owners(self) -> Counter[str]:
        return Counter(_owner_of_image(part) for part in self.parts if _is_program(part))

    @cached_property
    def _main_owner(self) -> tuple[str, int]:
        return max(
            ((name, count) for name, count in self._owners.items() if name), key=lambda each: each[1], default=("", 0)
        )


def _owner_of_image(part: ServicePart) -> str:
    """Return who publishes an image that isn't built here: `acme` of `ghcr.io/acme/shop:1`; the empty text where nothing tells."""
    path = part.service.image.split("@")[0].split("/")[:-1] if not part.service.built else []
    return next((each for each in path if "." not in each and ":" not in each and "$" not in each), "")


_NOBODY = Sharers(())


class SharedValues:
    """The values of services by their places, and those who share each; it tells which of them a value is meant for.

    `copied` are the variables that files show, by the ids of parts, and `libraries` gives the lists of packages of each.
    """

    def __init__(
        self,
        parts: Mapping[str, ServicePart],
        services: Mapping[str, Service],
        copied: Mapping[str, Mapping[str, SourceText]],
        libraries: Callable[[ServicePart], PackageLists],
        opener: Opener,
    ) -> None:
        own = (part for part in parts.values() if part.guess.known.product is None)
        self._opener = opener
        self._parts = parts
        self._by_id = {part.id: part for part in parts.values()}
        self.sources = ProgramSources({part.id: _program_of(part, opener) for part in own}, opener)
        self.sharers = _sharers_by_place(parts.values(), copied)
        self._libraries = libraries
        self._listed: dict[tuple[Sharers, Known], bool] = {}
        self._given: dict[tuple[str, str], tuple[str, ...]] = {}
        self._lists: dict[Sharers, Mapping[PackageLists, Set[_BuiltProgram]]] = {}
        self._waits = {name: awaited(service, services) for name, service in services.items()}

    def of(self, value: SourceText) -> Sharers:
        """Return the services that share a value."""
        return self.sharers.get(value_place(value), _NOBODY)

    def is_for_several(self, part: ServicePart, value: SourceText) -> bool:
        """Return True for a value that several services share, or that an observer is given with all of its project."""
        known = part.guess.known
        is_of_project = (
            known.watches and known.product is not None and posixpath.basename(value.source.path) in _OF_PROJECT
        )
        return is_of_project or len(self.of(value).parts) > 1

    def is_for_tests(self, name: str, value: SourceText) -> bool:
        """Return True for a variable in an example that tests of the repository alone read."""
        return value.text != "" and is_read_by_tests_alone(name, value.source, self._opener)

    def own_of(self, values: Mapping[str, SourceText]) -> dict[str, SourceText]:
        """Return those of a service's variables whose values no other one shares."""
        return {name: value for name, value in values.items() if len(self.of(value).parts) < 2}

    def meant_for(self, part: ServicePart, values: Mapping[str, SourceText]) -> dict[str, SourceText]:
        """Return those of a service's variables that it takes for itself: its own, its program's, and what its source reads."""
        return {
            name: value
            for name, value in values.items()
            if len(self.of(value).parts) < 2 or self._is_of_program(part, value) or self._reads(part, name)
        }

    def _is_of_program(self, part: ServicePart, value: SourceText) -> bool:
        """Return True if all who may use a value run the program of a service, and this one does more than plan its work."""
        return {part.service.built_program} == self.of(value).using and part.kind != "scheduler"

    def _reads(self, part: ServicePart, name: str) -> bool:
        return self.sources.names_itself(part.id, name)

    def reads_where_it_lies(self, part: ServicePart, name: str, *, in_code: bool) -> bool | None:
        """Return if the source that a service is built of reads a variable; None where nothing tells."""
        return self.sources.reads_where_it_lies(part.id, name, in_code=in_code)

    def may_be_for_others(self, identity: str, source: Origin, *, is_served: bool) -> bool:
        """Return False for a variable of a component's own, of which neither its order nor its source tells what it uses.

        What a gateway shares with others is theirs where one of them uses it for certain: then it `is_served`.
        """
        part = self._by_id[identity]
        waits = (self._parts[name] for name in self._waits[part.service.name] if name in self._parts)
        is_told = any(each.guess.known.keeps_data for each in waits) or self._libraries(part).text != ""
        return is_told or (is_served and _is_own_gateway(part)) or source.path != part.service.source.path

    def told(self, values: Mapping[str, SourceText]) -> dict[str, SourceText]:
        """Return variables of a service without examples for several, of which each may have no use for any."""
        return {name: value for name, value in values.items() if not value.of_reader or len(self.of(value).parts) < 2}

    def called_by(self, job: Service, parts: Mapping[str, ServicePart], hosts: Mapping[str, str]) -> list[str]:
        """Return the ids of what a service calls that is no component: the stores that it waits for, else what its values name.

        Of values that it shares with components it needs no more than the databases.
        """
        waits = [parts[name] for name in sorted(self._waits[job.name]) if name in parts]
        stores = [part.id for part in waits if part.guess.known.keeps_data]
        databases = {part.id for part in parts.values() if part.kind == "database"}
        values = [(name, value.text, self.of(value) is not _NOBODY) for name, value in job.environment.items()]
        words = [("", word, False) for word in job.words.split()[:_MOST_WORDS]]
        return stores or [
            mention.host
            for name, text, is_for_all in (*values, *words)
            for mention in (mentions(name, text, hosts) if not names_telemetry(name) else ())
            if not is_for_all or mention.host in databases
        ]

    def reading_of(
        self, name: str, part: ServicePart, target: ServicePart | OutsideStore, values: Mapping[str, SourceText]
    ) -> SourceReading | None:
        """Return if the source of a service reads a variable of those that it shares with others, as far as that is there."""
        key = part.id, part.service.name
        if key not in self._given:
            self._given[key] = tuple(each for each, value in values.items() if len(self.of(value).parts) > 1)
        given = self._given[key]
        return self.sources.reading_of(part.id, name, given, target.guess.known, self._libraries(part))

    def is_meant_for_others(
        self, name: str, part: ServicePart, target: ServicePart | OutsideStore, sharing: Sharers
    ) -> bool:
        """Return True for a value that services of several programs share, if nothing of this one says that it uses it.

        It does if it waits for the target, or another that runs its program does, if the variable's name begins as its own,
        or if its libraries have one for the target. A name that begins with another's is for that; few gateways use a store.
        """
        if sharing.name_begins_with_another(name, part):
            return True
        known = target.guess.known
        if self._plans_alone(part, known, sharing):
            return not (isinstance(target, ServicePart) and target.service.name in self._waits[part.service.name])
        awaits = isinstance(target, ServicePart) and target.service.name in self._waits[part.service.name]
        if known.keeps_data and _is_own_gateway(part):
            return not (awaits or self._has_library(known, part, sharing))
        if len(sharing.using) < 2:
            return False
        # a file that only changes services tells none of their programs: they may be the same
        alike = sharing.programs.get(part.service.built_program, ())
        if isinstance(target, ServicePart) and any(
            target.service.name in self._waits[each.service.name] for each in alike
        ):
            return False
        owner = sharing.owner_of(name)
        if owner is not None and owner.id != target.id:
            return owner is not part
        first = words_of(name)[0]
        is_of_some = len(first) > 2 and first in _words_of(part) and first not in sharing.common_words
        return not (is_of_some or self._has_library(known, part, sharing))

    def is_of_nobody_here(self, name: str, part: ServicePart, sharing: Sharers) -> bool:
        """Return True for a variable that a program of others is given with those of the system, and that doesn't begin as its name."""
        return words_of(name)[0] not in _words_of(part) and sharing.is_of_others(part)

    def _plans_alone(self, part: ServicePart, known: Known, sharing: Sharers) -> bool:
        """Return True for a store and what only plans the work of a program that runs beside it: a library is for those who do it."""
        alike = sharing.programs.get(part.service.built_program, ()) if any(part.service.program) else ()
        return (
            len(alike) > 1 and known.is_no_use_to_planners and _PLANS.search(part.service.words[:_LONGEST]) is not None
        )

    def _has_library(self, known: Known, part: ServicePart, sharing: Sharers) -> bool:
        """Return True for a library in the list of a program itself, or of what it is built upon, where no other lists one.

        A list for several programs, each built of a part of one source, tells of none.
        """
        packages = self._libraries(part)
        if not self._programs_with(packages, sharing) <= {part.service.built_program}:
            return False
        return has_library_by_itself(known, packages, lambda: self._is_listed(known, sharing))

    def _is_listed(self, known: Known, sharing: Sharers) -> bool:
        key = sharing, known
        if key not in self._listed:
            self._listed[key] = any(has_library_for(known, self._libraries(each).of_program) for each in sharing.parts)
        return self._listed[key]

    def _programs_with(self, packages: PackageLists, sharing: Sharers) -> Set[_BuiltProgram]:
        """Return the programs with the same lists of packages, of those that may use what they share."""
        if sharing not in self._lists:
            programs: dict[PackageLists, set[_BuiltProgram]] = {}
            for each in filter(_is_program, sharing.parts):
                programs.setdefault(self._libraries(each), set()).add(each.service.built_program)
            self._lists[sharing] = programs
        return self._lists[sharing].get(packages, frozenset())


def _program_of(part: ServicePart, opener: Opener) -> Program:
    service = part.service
    image = " ".join(service.built_program) if any(service.program) else part.id
    directories = tuple(source_directories(part, opener))
    names = service.name, service.words, image_name(service.image)
    return Program(service.source.path, *names, image, directories, tuple(part.recipe.packages))


def _is_program(part: ServicePart) -> bool:
    """Return True for a program that may use what others share with it, and no store, proxy or monitor."""
    kind = KINDS[part.kind]
    return kind.role != "data" and part.kind != "backup" and not (kind.observes or kind.balances)


def is_of_coordinated(name: str, part: ServicePart, target: ServicePart | OutsideStore) -> bool:
    """Return True for `KAFKA_ZOOKEEPER_CONNECT`, which is Kafka's own, of a program that is given all that a file sets."""
    elects = target.guess.known.product in COORDINATORS and not part.guess.known.keeps_data
    return elects and _OF_COORDINATED.match(name) is not None


def _words_of(part: ServicePart) -> tuple[str, ...]:
    """Return the words of a service's name, of its image and of its source."""
    service = part.service
    return words_of(f"{service.name} {service.image.rpartition('/')[2]} {service.built}")


def agrees_with(store: ServicePart, target: ServicePart | OutsideStore) -> bool:
    """Return True for a store that another one needs by its product: one that elects a leader, or its own like."""
    product = target.guess.known.product
    like = re.sub(r"\d+", "", target.id) == re.sub(r"\d+", "", store.id)
    return product in COORDINATORS or (like and product == store.guess.known.product)


def _sharers_by_place(
    parts: Iterable[ServicePart], copied: Mapping[str, Mapping[str, SourceText]]
) -> dict[ValuePlace, Sharers]:
    """Return the services that share the value at a place: through an anchor, or a file that several name.

    `copied` are the variables that files show, by the ids of parts.
    """
    sharers: dict[ValuePlace, list[ServicePart]] = {}
    for part in parts:
        for value in (*copied[part.id].values(), *part.service.environment.values()):
            users = sharers.setdefault(value_place(value), [])
            # a line may hold several values of one service
            if not users or users[-1] is not part:
                users.append(part)
    # most values of a file are shared by the same services
    groups = {tuple(part.id for part in users): Sharers(users) for users in sharers.values()}
    return {place: groups[tuple(part.id for part in users)] for place, users in sharers.items()}


def value_place(value: SourceText) -> ValuePlace:
    """Return the place of a value, which is the same for all that share it by an anchor."""
    return value.source.path, value.source.line, value.text
