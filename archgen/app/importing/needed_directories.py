"""Directories of manifests that the system needs, though nothing applies them, those that only another stage applies, and samples."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from functools import lru_cache

from archgen.app.importing.directories import path_below
from archgen.app.importing.kustomizations import Kustomization
from archgen.app.importing.overlay_modes import Scripts, above
from archgen.importers.compose.own_programs import is_own_program
from archgen.importers.kubernetes.deployed import Deployed, deployed_by, is_below_applied, may_deploy
from archgen.importers.kubernetes.manifests import Manifest
from archgen.importers.kubernetes.routing.backends import backends_in
from archgen.importers.nodes import SourceNode
from archgen.importers.products import guess
from archgen.importers.stages import PRODUCTION, STAGING, UNNAMED, is_copy_before_release, stage_of
from archgen.importers.variable_names import HOST_ENDS
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable
from archgen.model.kinds import KINDS

# begins with letters, by which it is sought many times faster than by the edge of a word
_IMAGE = re.compile(rb"""image(?<=\bimage)["']?:[ \t]*["']?([^\s"'#,{}]{1,300})""")
_HOST = f"(?:{HOST_ENDS}|SERVICE)"

_OF_CLUSTERS = re.compile(r"clusters?|env(ironment)?s?|stages?")
"""Names of directories that hold one for each cluster, or each stage: nothing else in them is a program."""

_NAME = r"([\w-]+)(?:\.[a-z0-9-]+)*"
_IN_ADDRESS = re.compile(rf"(?://|@){_NAME}(?![\w-])")
_BEFORE_PORT = re.compile(rf"(?<![\w./@-]){_NAME}\Z")
_IN_VARIABLE = re.compile(
    rf"""(?i:{_HOST})["']?(?:\s*[:=]|\s*[\n,]\s*value:)[ \t]*["']?{_NAME}["']?[ \t]*(?=[,}}\r\n])"""
)
"""Hosts in addresses, before ports and in variables; the name of the Service is the first label."""

_PORT = re.compile(r"(?<=[\w-]):\d{2,5}\b")
_LONGEST_HOST = 300
_BEGINNINGS = tuple(
    re.compile(word)
    for word in ("url", "uri", "dsn", "host", "server", "addr", "endpoint", "broker", "upstream", "service")
)
"""The beginnings of the names of variables with hosts, each sought by itself: one text is sought many times faster than several."""

_HYPHEN = re.compile(r"-(?=\w)")
_OF_OPERATORS = re.compile(
    rb"""apiVersion["']?:[ \t]*["']?(?!argoproj\.io/|monitoring\.coreos\.com/|([\w-]+\.)*(k8s|istio|fluxcd)\.io/)"""
    rb"""[\w-]+(\.[\w-]+)+/"""
)
"""The version of an object that an operator reads, and may run a store for."""

_MEASURING = r"(bench(marks?|marking)?|(load|stress|perf|performance)[-_.]?tests?(ing)?)([-_.].*)?"
_MEASURES = re.compile(_MEASURING, re.IGNORECASE)
_OF_SAMPLES = re.compile(
    r"(\d+[-_.])?(((k8s|kubernetes|manifests?|deploy\w*)[-_.])?(samples?|examples?)([-_.].*)?|docs?|documentation|"
    rf"{_MEASURING}|(kind|minikube|k3d|local|localhost)([-_.].*)?)",
    re.IGNORECASE,
)
"""Names of directories of samples, of documentation that holds some, of what measures, and of what runs in trials or at home."""

ON_THIS_MACHINE = re.compile(r"(localhost|127\.0\.0\.1|host\.docker\.internal|k3d-[\w.-]+)(:\d+)?/")
"""Registries that only the machine of a developer has."""

_RUNS_OR_LEADS = re.compile(
    rb"""kind["']?:[ \t]*["']?(Deployment|StatefulSet|DaemonSet|CronJob|Job|Pod|Rollout|Ingress|HTTPRoute|Gateway|IngressRoute|"""
    rb"""VirtualService|Application|Kustomization)\b"""
)
"""Kinds of what runs something or leads to it: settings alone may be those that others need."""

_ROUTE = re.compile(rb"""kind["']?:[ \t]*["']?(Ingress|IngressRoute|VirtualService|Route|[A-Z]+Route)\b""")
_PRINTED = re.compile(rb"resourceVersion(?<=[ \"]resourceVersion)\"?:[ ]*[\"']?\d")
"""The version that a cluster gives an object, which nobody writes."""

_LEADS_IN = re.compile(
    rb"""(kind|type)["']?:[ \t]*["']?(Ingress|HTTPRoute|Gateway|IngressRoute|VirtualService|Route|LoadBalancer|NodePort)\b"""
)
"""What leads visitors to a program."""


def holds_store(files: Iterable[bytes]) -> bool:
    """Return True for files that run the image of a store."""
    images = {image for data in files for image in images_in(data)}
    return any(KINDS[guess("", image, "", frozenset()).known.kind].stores for image in images)


def images_in(data: bytes) -> Iterator[str]:
    """Yield the images that a file with manifests names."""
    yield from (match[1].decode("utf-8", "replace") for match in _IMAGE.finditer(data))


class NamesInFiles:
    """The names of Services in files, and those of the hosts that they call; each file is read once, as long as this is kept."""

    def __init__(self) -> None:
        self._services: dict[bytes, frozenset[str]] = {}
        self._hosts: dict[bytes, frozenset[str]] = {}

    def services(self, files: Iterable[bytes]) -> set[str]:
        """Return the names of the Services in files."""
        return {name for data in files for name in self._kept(self._services, data, _services_in)}

    def hosts(self, files: Iterable[bytes]) -> set[str]:
        """Return the names of the hosts that files call."""
        return {name for data in files for name in self._kept(self._hosts, data, _hosts_in)}

    def _kept(
        self, known: dict[bytes, frozenset[str]], data: bytes, names_in: Callable[[bytes], Iterable[str]]
    ) -> frozenset[str]:
        if data not in known:
            known[data] = frozenset(names_in(data))
        return known[data]


def called_among(
    directories: Mapping[str, Iterable[bytes]], read: Iterable[bytes], names: NamesInFiles | None = None
) -> set[str]:
    """Return the directories with a Service that is read nowhere, and whose name stands as a host in what is read.

    What is read is searched once for all: there may be hundreds of directories. The Services in it are asked for only where a
    host has the name of one.
    """
    names = names or NamesInFiles()
    services = {directory: names.services(files) for directory, files in directories.items()}
    sought = {name for each in services.values() for name in each}
    if not sought:
        return set()
    texts = [*read]
    called = {host for host in names.hosts(texts) if not sought.isdisjoint(_names_of([host]))}
    called -= names.services(texts) if called else set()
    return {directory for directory, each in services.items() if any(map(each.__contains__, _names_of(called)))}


def _names_of(hosts: Iterable[str]) -> Iterator[str]:
    """Yield hosts, and the beginnings of them with the hyphen: operators name Services after their objects."""
    for host in hosts:
        yield host
        yield from (host[: match.end()] for match in _HYPHEN.finditer(host))


def needed_among(
    directories: Mapping[str, Mapping[str, bytes]], read: Mapping[str, bytes], names: NamesInFiles | None = None
) -> set[str]:
    """Return the directories with what the files that are read miss: a Service that they call, a route to one, a store of a kind.

    `directories` have the files of each; what one is needed for may call another. A second route is no part of the system by that:
    it may be one for another way to run it.
    """
    if not directories:
        return set()
    names = names or NamesInFiles()
    stores = {*_stores_in(read.values())}
    needed = {each for each, files in directories.items() if not stores.issuperset(_stores_in(files.values()))}
    services = {each: names.services(files.values()) for each, files in directories.items()}
    routes = {each: {*_led_to(files.values())} for each, files in directories.items()}
    # each file is read once: after a round, only what is new in it can call more
    files, new = [*read.values()], {*needed}
    present, led = names.services(files), {*_led_to(files)}
    while files or new:
        files += [data for each in new for data in directories[each].values()]
        present.update(name for each in new for name in services[each])
        led.update(name for each in new for name in routes[each])
        called = {*_names_of(names.hosts(files) - present)}
        rest = directories.keys() - needed
        # a route is missed where no other one leads to a Service that is read
        new = {each for each in rest if services[each] & called or routes[each] & (present - led)}
        needed |= new
        files = []
    return needed


def _led_to(files: Iterable[bytes]) -> Iterator[str]:
    """Yield the names of the Services that the routes in files lead to."""
    for data in files:
        if _ROUTE.search(data) is not None:
            try:
                roots = read_documents(data)
            except Unreadable:
                continue
            for document in (SourceNode(root, "") for root in roots):
                for backend in backends_in(Manifest(document.text_at("kind"), "", "", document)):
                    yield backend.name.partition(".")[0]


def _stores_in(files: Iterable[bytes]) -> Iterator[str]:
    """Yield the products, or the images, of stores that files run."""
    for image in {image for data in files for image in images_in(data)}:
        known = guess("", image, "", frozenset()).known
        if KINDS[known.kind].stores:
            yield known.product or image


def _hosts_in(data: bytes) -> Iterator[str]:
    """Yield the hosts of a text from its beginning to its end; none is part of an earlier one."""
    data = _IMAGE.sub(b"", data) + b"\n"
    text = data.decode("utf-8", "replace")
    # letters alone change, so that the places are the same
    lower = data.lower().decode("utf-8", "replace")
    matches = [(match.start(), match.end(), match[1]) for match in _IN_ADDRESS.finditer(text)]
    for port in _PORT.finditer(text):
        first = max(0, port.start() - _LONGEST_HOST)
        before = _BEFORE_PORT.search(text[first : port.start()])
        if before is not None:
            matches.append((first + before.start(), port.end(), before[1]))
    for beginning in _BEGINNINGS:
        for word in beginning.finditer(lower):
            variable = _IN_VARIABLE.match(text, word.start())
            if variable is not None:
                matches.append((variable.start(), variable.end(), variable[1]))
    end = 0
    for start, after, name in sorted(matches, key=lambda each: each[0]):
        if start >= end:
            end = after
            yield name


def _services_in(data: bytes) -> Iterator[str]:
    """Yield the names of Services; of what operators make them for the name with a hyphen, which theirs begin with."""
    if b"Service" not in data and _OF_OPERATORS.search(data) is None:
        return
    try:
        roots = read_documents(data)
    except Unreadable:
        return
    for document in (SourceNode(root, "") for root in roots):
        name = document.text_at("metadata", "name")
        if document.text_at("kind") == "Service" and name:
            yield name
        elif name and _OF_OPERATORS.match(f"apiVersion: {document.text_at('apiVersion')}".encode()):
            yield from (name, f"{name}-")


def deployments_in(data: bytes) -> Iterator[Deployed]:
    """Yield the directories that the objects of a file have a controller apply, from the root of their repository."""
    if may_deploy(data):
        try:
            roots = read_documents(data)
        except Unreadable:
            return
        for root in roots:
            yield from deployed_by(SourceNode(root, ""))


def of_earlier_stages(manifests: Mapping[str, bytes]) -> tuple[set[str], list[str]]:
    """Return the files that only controllers of a stage before the release apply, and the outermost directories of these.

    Such a controller has its objects beside those of production, as in `clusters/staging` and `clusters/production`.
    """
    deploying = [path for path, data in manifests.items() if may_deploy(data)]
    stages: dict[tuple[str, ...], set[tuple[int, str]]] = {}
    for path in deploying:
        words = path.split(os.sep)
        for number, word in enumerate(words[:-1]):
            stages.setdefault(tuple(words[:number]), set()).update(
                ((stage_of(word), ""), (stage_of(word), _rest(word)))
            )
    early, size = {path for path in deploying if _is_early(path, stages)}, 0
    if not early:
        return set(), []
    applied = {path: {each.path for each in deployments_in(manifests[path])} for path in deploying}
    applied = {path: paths for path, paths in applied.items() if paths}
    early &= applied.keys()
    own: set[str] = set()
    others: set[str] = set()
    # what a stage applies may have a controller apply more
    while len(early) > size:
        size = len(early)
        own, others = ({each for path in group for each in applied[path]} for group in (early, applied.keys() - early))
        own -= others
        early |= {path for path in applied if _is_only_below(os.path.dirname(path), own, others)}
    left = {each for each in {*map(os.path.dirname, manifests)} if _is_only_below(each, own, others)}
    lost = early | {path for path in manifests if os.path.dirname(path) in left}
    if not any(True for path in manifests.keys() - lost for _ in images_in(manifests[path])):
        return set(), []  # what production runs lies elsewhere
    outermost = {_outermost(os.path.dirname(path), own, others) for path in lost - early}
    return lost, sorted(outermost)


@lru_cache(maxsize=4096)
def _rest(word: str) -> str:
    """Return a name without the words for a stage in it."""
    return "-".join(each for each in re.split(r"[^A-Za-z0-9]+", word) if stage_of(each) == UNNAMED)


def _is_early(path: str, stages: Mapping[tuple[str, ...], Set[tuple[int, str]]]) -> bool:
    """Return True for a file in a directory of a stage before the release, beside which one of production has such files too.

    `stages` are those that the directories with such files have, with nothing and with what else is in their names, by the words of
    the path to them. A program may be called `dev-portal`: beside `prod-eu`, `dev-eu` is a stage.
    """
    words = path.split(os.sep)
    for number, word in enumerate(words[:-1]):
        if stage_of(word) >= STAGING:
            beside = stages[tuple(words[:number])]
            is_stage = is_copy_before_release(word) or (PRODUCTION, _rest(word)) in beside
            is_of_clusters = number > 0 and _OF_CLUSTERS.fullmatch(words[number - 1]) is not None
            if (PRODUCTION, "") in beside and (is_stage or is_of_clusters):
                return True
            if (UNNAMED, "") in beside and is_of_clusters:
                return True
    return False


def _is_only_below(directory: str, own: Set[str], others: Set[str]) -> bool:
    around = os.path.abspath(directory)
    return bool(own) and is_below_applied(around, own) and not is_below_applied(around, others)


def _outermost(directory: str, own: Set[str], others: Set[str]) -> str:
    while (above := os.path.dirname(directory)) and _is_only_below(above, own, others):
        directory = above
    return directory


def sample_directories(
    directory: str, manifests: Mapping[str, bytes], stated: Iterable[Kustomization], scripts: Scripts
) -> list[str]:
    """Return the outermost directories of samples and trials that hold manifests, where others run the system's own programs.

    So is one whose programs have images of this machine alone, or that a cluster printed. The others lead visitors in, or are no
    fewer than those of the samples. What a kustomization outside names, or a script or a document applies, is no sample; nor is what
    runs something of the directory's name, or what the others call.
    """
    places: dict[str, dict[str, bytes]] = {}
    others: list[bytes] = []
    local = _directories_of_this_machine(manifests) | _directories_of_dumps(manifests)
    for path, data in manifests.items():
        place = _sample_above(path, directory)
        place = place or (os.path.dirname(path) if os.path.dirname(path) in local else "")
        if place:
            places.setdefault(place, {})[path] = data
        else:
            others.append(data)
    programs = len(_own_programs(others)) if places else 0
    if not programs:
        return []
    is_led_in = any(_LEADS_IN.search(data) is not None for data in others)
    named = {name for each in stated if not _sample_above(each.path, directory) for name in each.named}
    inner = {place: {path for file in files for path in above(file)} for place, files in places.items()}
    samples = [
        place
        for place, paths in inner.items()
        if (is_led_in or len(_own_programs(places[place].values())) <= programs)
        and not any(_is_named(os.path.basename(place), data) for data in places[place].values())
        and any(_RUNS_OR_LEADS.search(data) is not None for data in places[place].values())
        and named.isdisjoint(paths)
        and (
            _MEASURES.fullmatch(os.path.basename(place)) is not None
            or not any(scripts().applying(path) for path in paths if path.startswith(place))
        )
    ]
    called = called_among({place: places[place].values() for place in samples}, others)
    return [place for place in samples if place not in called]


def _directories_of_this_machine(manifests: Mapping[str, bytes]) -> set[str]:
    """Return the directories in which the images of all programs are in a registry of this machine."""
    images: dict[str, set[str]] = {}
    for path, data in manifests.items():
        images.setdefault(os.path.dirname(path), set()).update(_own_programs([data]))
    return {each for each, own in images.items() if each and own and all(map(ON_THIS_MACHINE.match, own))}


def _directories_of_dumps(manifests: Mapping[str, bytes]) -> set[str]:
    """Return the directories in which all that runs something is what a cluster printed: a copy of what others apply."""
    running = {path: data for path, data in manifests.items() if any(True for _ in images_in(data))}
    plain = {os.path.dirname(path) for path, data in running.items() if _PRINTED.search(data) is None}
    return {*map(os.path.dirname, running)} - plain - {""}


def _own_programs(files: Iterable[bytes]) -> set[str]:
    """Return the images of the system's own programs that files run."""
    return {image for data in files for image in images_in(data) if is_own_program("", image, "")}


def _is_named(name: str, data: bytes) -> bool:
    """Return True for a file with an object of a name."""
    return re.search(rb"""\bname["']?:[ \t]*["']?%b["']?\s*[,}\r\n]""" % re.escape(name.encode()), data) is not None


def _sample_above(path: str, directory: str) -> str:
    """Return the outermost directory of samples that a path lies in, below the directory that is imported."""
    parts = path_below(directory, path).split(os.sep)[:-1]
    depth = next((place for place, name in enumerate(parts, 1) if _OF_SAMPLES.fullmatch(name)), 0)
    return os.path.normpath(os.path.join(directory, *parts[:depth])) if depth else ""
