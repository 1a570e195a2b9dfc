"""Facts that configurations state, each with its place, its evidence and the confidence in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, Protocol

from msgspec import Struct, json
from msgspec.structs import replace

from archgen.model.finding import CONFIDENCES, Confidence
from archgen.model.sha256 import digest
from archgen.model.wording import first_few, listed

SETS = ("member", "front", "port", "served", "secured", "guess")
"""Keys of which a subject has several values."""


ROUTE = " label"
"""The end of the evidence of a route that a proxy reads from a label."""

AWAITED = ", before the start"
"""The end of the evidence of what a pod is only said to wait for."""

OF_GUARD = "forwardAuth label"
"""The evidence of a call of what a proxy asks whether it may let a request pass."""

PASSED_ON = "proxy configuration"
"""The evidence of a call that the configuration of a proxy states."""

MOUNTED = "mounted configuration"
"""The evidence of a call whose address stands in a file that a component mounts."""

IN_SOURCE = "settings in the source"
"""The evidence of a call whose address stands in a file that a program reads out of its own source."""

UNLISTED = "no kustomization lists it"
"""The reason of what lies beside kustomizations and is applied by none of those that are read."""

NO_PORT = ", no such port"
"""The end of an evidence by a port that no Service has of the component that the name leads to."""

NO_SERVICE = ", no Service"
"""The end of the evidence of a call by a name that no Service in reach has, but a workload, or a Service elsewhere."""

BY_PORT = ", an address in no file"
"""The end of the evidence of a call that the port alone leads to a proxy."""

SCRAPED_IN_PART = "kubernetes_sd_configs, of which a part isn't known"
"""The evidence of what Prometheus fetches measurements of if it keeps what it finds by more than files tell."""

AT_SET_TIMES = "cron job"
"""The evidence of a component that runs at set times alone: what one run doesn't do, the next one does."""

ADMITTED = "NetworkPolicy"
"""The evidence of a call that nothing but a policy shows, which admits it."""

BY_LOGIN = "a login without an address"
"""The evidence of a call that nothing but a user or a password of a store shows, or a variable for its address."""


READ = "read"
"""The kind of what a variable may be for that the source of a program reads and no file sets."""

BY_LIBRARY = "a library without an address"
"""The evidence of a call that nothing but a library in the source of a program shows."""

BY_DRIVER = ", by the only driver for a database"
"""The end of the evidence for a store whose address is in settings that no file holds."""


class Origin(Struct, frozen=True, order=True):
    """A place in a configuration: its file, its line from 1, and the way to it through the keys, by `/`."""

    path: str
    line: int
    pointer: str = ""

    def __str__(self) -> str:
        """Return the file and the line: `compose.yaml:4`."""
        return f"{self.path}:{self.line}"


class Fact(Struct, frozen=True):
    """A statement about a subject such as `component:web`, `connection:web->db`, `entry:web:80` or `host:docker-host`."""

    subject: str
    key: str
    value: Any
    source: Origin
    evidence: str
    confidence: Confidence = "high"

    @property
    def id(self) -> str:
        """Return the identity: of subject and key, and of the value where a subject has several; never of the place."""
        words = (
            (self.subject, self.key, json.encode(self.value).decode()) if self.key in SETS else (self.subject, self.key)
        )
        return digest(*words)[:12]


class Omission(Struct, frozen=True, order=True):
    """A part of a configuration that isn't imported, and why."""

    source: Origin
    name: str
    reason: str


class SourceError(Struct, frozen=True, order=True):
    """An error in a configuration; the message ends with the next step."""

    path: str
    line: int
    column: int
    message: str


class Configuration(Struct, frozen=True):
    """A file to import from: its path as the user named it, and its bytes.

    Of what is made of a template, each line has that of the template in `lines`.
    """

    path: str
    data: bytes
    lines: tuple[int, ...] = ()


class FileTree(Struct, frozen=True):
    """The names of the files of a project, all of them where it `is_whole`; `place` is the directory of one of them."""

    project: str
    place: str
    names: tuple[str, ...]
    is_whole: bool


class WrittenAddress(Struct, frozen=True):
    """An address in a source with its place, and the variable that holds it; the empty text where it is called in the same line.

    One that `is_called` is what a client is called with, by the name that holds it too. `is_default` tells that it is what a variable
    of the program stands for where nothing sets it.
    """

    url: str
    variable: str
    source: Origin
    is_called: bool = True
    is_default: bool = False


class ImportedLibrary(Struct, frozen=True):
    """A library that a source imports, which `is_inner` where it is for some work alone, and `is_led` where an address is set."""

    name: str
    is_inner: bool
    is_led: bool
    source: Origin


class Opener(Protocol):
    """Opens what a file names: by the path of that file and the name in it; the configurations in it for a directory.

    There are none where nothing is, and where it leads out of the project. `answers` are kept as long as the files are open:
    what is asked about them for one component after the other is looked for once.
    """

    answers: dict[tuple[object, ...], Any]

    def __call__(self, path: str, name: str, /) -> tuple[Configuration, ...]:
        """Return what is opened by a name."""

    def holds(self, path: str, name: str, /) -> bool:
        """Return True if something is where a name leads to, whatever it is."""

    def find(self, path: str, directory: str, names: Iterable[str], /) -> Iterator[tuple[Configuration, ...]]:
        """Yield what is opened by those names in a directory that lead to something: most that is sought isn't there."""

    def tree(self, path: str, /) -> FileTree:
        """Return the names of the files in the project of a file without those of dependencies, and where this one lies."""


ImportFormat = Literal["compose", "kubernetes", "haproxy", "nginx", "keepalived"]


class FactSheet:
    """The facts, omissions and errors of a run, in any order until they are asked for."""

    def __init__(self) -> None:
        self._facts: dict[tuple[str, str, bytes], Fact] = {}
        self._needed: set[str] = set()
        self._omissions: set[Omission] = set()
        self._errors: set[SourceError] = set()
        self._called: dict[tuple[Origin, str], tuple[str, ...]] = {}
        self._stand_ins: set[str] = set()
        self._decisions: set[str] = set()
        self._warnings: set[str] = set()
        self._unresolved: dict[str, dict[str, str]] = {}
        self._repeated: dict[str, tuple[str, str]] = {}
        self.left_out: set[str] = set()
        """The names of what isn't imported, in lower case."""

        self.services: dict[str, str] = {}
        """The components of a cluster, by the names with a namespace that its Services have."""

        self.wholly_configured: set[str] = set()
        """The proxies whose configuration is in the files, all of it."""

        self.partly_read: set[str] = set()
        """The proxies of whose configuration a part can't be read, or has a port that no file tells."""

        self.started: dict[int, tuple[str, Origin]] = {}
        """The names of containers that commands start, by the ports of the machine, each with the place of the command."""

        self.by_hand: set[str] = set()
        """The paths of manifests that are applied by themselves, whether or not a kustomization lists them."""

        self.on_machine: set[str] = set()
        """The services that reach others by the ports of their machine."""

        self.neighbours: set[tuple[str, str]] = set()
        """The services that share a network of one machine, in pairs."""

        self.places: dict[str, str] = {}
        """The components that no file describes, by the host that they are called by."""

    def add(self, fact: Fact) -> None:
        """Add a fact; of two with one identity the more certain counts, then the one that stands first."""
        identity = fact.subject, fact.key, json.encode(fact.value) if fact.key in SETS else b""
        present = self._facts.get(identity)
        if present is None or _rank(fact) < _rank(present):
            self._facts[identity] = fact

    def use(self, caller: str, target: str, is_needed: bool, source: Origin, evidence: str) -> None:
        """Record what a component needs another one for: a request can do without the call if it can without each use of it."""
        optional = Fact(f"connection:{caller}->{target}", "required", False, source, evidence)
        if is_needed:
            self._needed.add(optional.subject)
            self.withdraw(optional)
        elif caller != target and optional.subject not in self._needed:
            self.add(optional)

    def add_all(self, facts: Iterable[Fact]) -> None:
        """Add several facts."""
        for fact in facts:
            self.add(fact)

    def kind_of(self, component: str) -> str | None:
        """Return the kind of a component, None where no fact tells it."""
        fact = self._facts.get((f"component:{component}", "kind", b""))
        return str(fact.value) if fact is not None else None

    def evidence_of(self, subject: str, key: str) -> str:
        """Return the evidence for a value of a subject that has a single one; the empty text without any."""
        present = self._facts.get((subject, key, b""))
        return present.evidence if present is not None else ""

    def withdraw(self, fact: Fact) -> None:
        """Take out a fact that others contradict."""
        self._facts.pop((fact.subject, fact.key, json.encode(fact.value) if fact.key in SETS else b""), None)

    def omit(self, source: Origin, name: str, reason: str) -> None:
        """Record a part that isn't imported."""
        self._omissions.add(Omission(source, name, reason))
        self.left_out.add(name.lower())

    def note_calls(self, source: Origin, name: str, called: Iterable[str]) -> None:
        """Record what a part calls that isn't imported."""
        self._called[source, name] = tuple(dict.fromkeys(called))
        for each in self._called[source, name]:
            self.add(Fact(f"component:{each}", "member", f"left_caller:{name}", source, name))

    def stand_in(self, path: str) -> None:
        """Record a file of example values that is read because the one that it is an example of is missing."""
        self._stand_ins.add(path)

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """Return the files of example values that were read."""
        return tuple(sorted(self._stand_ins))

    def decide(self, decision: str) -> None:
        """Record which of several parts of a configuration count, and why."""
        self._decisions.add(decision)

    @property
    def decisions(self) -> tuple[str, ...]:
        """Return what counts of configurations that leave a choice, each with the reason."""
        return tuple(sorted(self._decisions))

    def warn(self, warning: str) -> None:
        """Record what the configurations say against one another, or leave out, in a line of a summary."""
        self._warnings.add(warning)

    def seek_in_vain(self, address: str, title: str, component: str, name: str, source: Origin) -> None:
        """Record an address that a component's setting has, and at which nothing is, with what to call that."""
        self._unresolved.setdefault(address, {}).setdefault(component, f"{name} of {component} ({source})")
        self.ask_for(component, "service", title, name, address, source)

    def ask_for(
        self,
        component: str,
        kind: str,
        title: str,
        name: str,
        address: str,
        source: Origin,
        others: tuple[str, ...] = (),
    ) -> None:
        """Record that a component may call what no file describes, at an address, or with a key where that is empty.

        Where nothing tells which of several components does, the `others` may in its place.
        """
        value = {"kind": kind, "variable": name, "host": address}
        if others:
            value["others"] = ",".join(others)
        sort = READ if kind == READ else "needs"
        self.add(Fact(f"component:{component}", f"{sort}-{title}", value, source, name, "medium"))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what the configurations say against one another, and the addresses at which nothing is."""
        unresolved = (
            f"unresolved: {address} in {listed(first_few([*settings.values()], 1))}; no file that is read describes it"
            for address, settings in sorted(self._unresolved.items())
        )
        return (*sorted(self._warnings), *unresolved)

    def repeat(self, name: str, first: str, other: str) -> None:
        """Record an object that stands in a further file; the first one counts."""
        self._repeated.setdefault(name, (first, other))

    @property
    def repeated(self) -> tuple[tuple[str, str, str], ...]:
        """Return the objects that stand in several files, each with the first file and another one."""
        return tuple(sorted((name, *files) for name, files in self._repeated.items()))

    def fail(self, path: str, line: int, column: int, message: str) -> None:
        """Record an error."""
        self._errors.add(SourceError(path, line, column, message))

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Return the facts by subject and key."""
        return tuple(
            sorted(
                self._facts.values(), key=lambda fact: (fact.subject, fact.key, _rank(fact) if fact.key in SETS else ())
            )
        )

    @property
    def components(self) -> set[str]:
        """Return the ids of the components that facts are about."""
        return {subject.partition(":")[2] for subject, _, _ in self._facts if subject.startswith("component:")}

    @property
    def omissions(self) -> tuple[Omission, ...]:
        """Return the omissions by place."""
        return tuple(sorted(self._with_calls(each) for each in self._omissions))

    def _with_calls(self, omission: Omission) -> Omission:
        called = self._called.get((omission.source, omission.name))
        return replace(omission, reason=f"{omission.reason}; calls {', '.join(called)}") if called else omission

    @property
    def errors(self) -> tuple[SourceError, ...]:
        """Return the errors by place."""
        return tuple(sorted(self._errors))


def _rank(fact: Fact) -> tuple[int, bool, Origin, bytes]:
    # what a policy lets in, and the order of the start, say less of a call than what makes it
    is_weak = fact.evidence in (ADMITTED, "depends_on")
    return CONFIDENCES.index(fact.confidence), is_weak, fact.source, json.encode(fact.value)


class Attachment(Struct, frozen=True):
    """A configuration that a component mounts at `target`, and the names by which the component reaches others.

    `line` is that of the file before the configuration, where it stands inside another file; one that is `is_shared` is read
    by several components, of which not each needs all of it; one that is `of_roles` is given to roles of one image that answer
    requests, and to this one, which doesn't; one that `is_of_section` is the part for this one of a file that several
    read, and one that `is_beside_sections` what stands in none of these parts. One that `hides_lines` has none where others stood.
    """

    owner: str
    kind: str
    file: Configuration
    target: str
    hosts: Mapping[str, str]
    line: int = 0
    is_shared: bool = False
    is_in_cluster: bool = False
    of_roles: bool = False
    is_of_section: bool = False
    is_beside_sections: bool = False
    hides_lines: bool = False
