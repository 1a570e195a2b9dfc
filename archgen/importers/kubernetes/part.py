"""Workloads as components."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from archgen.importers.catalogue import PRODUCTS, SAFE_IMAGE, STORE_PROTOCOLS, Known
from archgen.importers.facts import AT_SET_TIMES, Fact, FactSheet, Origin
from archgen.importers.kubernetes.manifests import (
    WORKLOADS,
    Manifest,
    Manifests,
    command_of,
    containers_of,
    labels_of,
    pod_of,
)
from archgen.importers.names import fetches_anew, free_id
from archgen.importers.nodes import SourceNode
from archgen.importers.products import Guess, guess, image_name, runs_sentinel, with_ports
from archgen.importers.protocols import PAGES_OF_QUEUES, protocol_beside, takes_tls_alone
from archgen.importers.store_names import store_asked_for
from archgen.model.finding import Confidence
from archgen.model.kinds import KINDS

_ROLLED = ("Deployment", "Rollout")
"""Kinds of which one replaces another of its name."""

MOST_REPLICAS = 1000
"""Replicas up to which a number is believed: a model has an element for each."""

_COPIES = re.compile(
    r"(?<![a-z])(pg_?dump|pg_(base|full)?backup|pg_probackup|pg_?back_?rest|barman|wal-[ge](?![a-z])|wal-(archiv|push)|mysqldump|mysqlpump"
    r"|mydumper|mariadb-(dump|backup)|xtrabackup|mongodump|clickhouse-backup|restic|borg|velero|duplicity|duplicati|kopia|rsnapshot"
    r"|etcdctl\b.{0,80}\bsnapshot|redis-cli\b.{0,80}(--rdb|bgsave)|_snapshot/)",
    re.IGNORECASE,
)
"""Tools that copy data, in the name or the command of what runs at set times."""

_NAMED_FOR_COPIES = re.compile(r"backup|(?<![a-z])(db|data|database|sql)?-?dump", re.IGNORECASE)
_OF_COPIES = re.compile(
    r"report|check|prun|clean|delet|expir|purg|rotat|verif|test|monitor|alert|restor|crash|heap|core|thread|upload",
    re.IGNORECASE,
)
"""Names of what copies data, perhaps, and words of those that do something else with copies, or with other dumps."""

_OF_PAGES = ("admin", "dashboard", "mgmt")
_OF_MANAGEMENT = {"management", "http", "https", "tcp", "web", "port", "console", "ui", "api"}
"""Words in the name of a port with a page for administrators, and those beside `management` that tell one."""

_OF_ROLE = re.compile(
    r"(^|_)(ROLE|TASK|DYNO|COMMAND|MODE|(APP|RUN|SERVER|START|PROCESS|SERVICE|COMPONENT|PROC|CONTAINER|POD|NODE|JOB)_?(ROLE|MODE|TYPE|TASK))$",
    re.IGNORECASE,
)
_ROLE = re.compile(r"([a-z]+[-_])?(workers?|scheduler|beat|cron|horizon|sidekiq|celery[-_]worker)", re.IGNORECASE)
"""Variables that choose what an image runs, and the values by which this serves nobody."""

_TO_COME = re.compile(r"[-_.]?\$\{\w{1,60}\}")
"""A part of a name that is put in when the manifests are applied, such as a color."""

_OF_WEB = frozenset((80, 443, 3000, 4000, 5000, 8000, 8080, 8081, 8443))
"""Ports on which programs answer over HTTP, and stores on none."""

_OF_METRICS = re.compile(r"metrics|prometheus|pprof|profil", re.IGNORECASE)


class Workload(Struct):
    """A workload with its id, its kind, the labels of its pods, the named ports of its containers, its program and its containers."""

    id: str
    manifest: Manifest
    guess: Guess
    labels: dict[str, str]
    ports: dict[str, int]
    program: str
    containers: list[SourceNode]

    @property
    def namespace(self) -> str:
        """Return the namespace, empty where none is declared."""
        return self.manifest.namespace


def port_protocol(part: Workload, port: SourceNode, number: int) -> str:
    """Return the protocol of a Service's port, by its number, its name and the component behind it."""
    known = part.guess.known
    heard = target_port(part, port) or number
    if known.kind == "queue" and heard in PAGES_OF_QUEUES:
        return "http"
    if (beside := protocol_beside(known, heard)) is not None:
        return beside
    name = port.text_at("name") or port.text_at("appProtocol")
    if number in (443, 8443) or name.startswith("https"):
        return "https"
    if KINDS[known.kind].balances and number in STORE_PROTOCOLS:
        return STORE_PROTOCOLS[number]
    if known.port is not None and known.port in (number, target_port(part, port)):
        return known.protocol
    if name.startswith("grpc"):
        return "grpc"
    return known.protocol if known.keeps_data else "http"


def target_port(part: Workload, port: SourceNode) -> int | None:
    """Return the port of the pods that a Service's port leads to, None where it is the same."""
    return port.get("targetPort").number or part.ports.get(port.text_at("targetPort"))


def service_port_entry(part: Workload, port: SourceNode, number: int) -> dict[str, object]:
    """Return the entry of a Service's port; `admin` for a page for administrators."""
    value: dict[str, object] = {"protocol": port_protocol(part, port, number), "port": number}
    target = target_port(part, port)
    if target is not None:
        value["target"] = target
    if part.guess.known.admin or _is_for_administrators(part, port.text_at("name")):
        value["admin"] = True
    return value


def _is_for_administrators(part: Workload, name: str) -> bool:
    """Return True for the name of a port with a page for administrators.

    A port is often called like its program, and what a program manages or measures tells its purpose: `stock-management`.
    """
    words = {*name.split("-")}
    is_of_program = name == part.manifest.name or ("-" in name and name in part.manifest.name)
    manages = part.guess.known.product is not None or words <= _OF_MANAGEMENT
    if "metrics" in words or "management" in words:
        return not is_of_program and ("metrics" in words or manages)
    return not words.isdisjoint(_OF_PAGES)


def is_on_host(part: Workload) -> bool:
    """Return True for pods that listen on ports of their nodes."""
    return pod_of(part.manifest.kind, part.manifest.node).get("hostNetwork").value is True or any(node_ports(part))


def serves_metrics_alone(service: Manifest) -> bool:
    """Return True for a Service whose ports are all for what watches the pods."""
    ports = list(service.node.get("spec", "ports").list())
    names = [port.text_at("name") or service.name for port in ports]
    return bool(names) and all(_OF_METRICS.search(name) is not None for name in names)


def node_ports(part: Workload) -> Iterator[int]:
    """Yield the ports on which pods listen on their nodes."""
    pod = pod_of(part.manifest.kind, part.manifest.node)
    shared = pod.get("hostNetwork").value is True
    for container in pod.get("containers").list():
        for port in container.get("ports").list():
            number = port.get("hostPort").number or (port.get("containerPort").number if shared else None)
            if number is not None:
                yield number


def _has_sentinel(part: Workload) -> bool:
    """Return True for pods of a key-value store in each of which a sentinel runs too."""
    if part.guess.known.kind not in ("key-value-store", "cache"):
        return False
    containers = part.containers
    return any(runs_sentinel(command_of(container)) for container in containers)


def spread_over(replicas: int) -> dict[str, str]:
    """Return the cluster that a Service makes of pods: requests go to those that are ready."""
    if replicas < 2:
        return {"by": "orchestrator"}
    return {"mode": "active-active", "failover": "automatic", "by": "orchestrator", "watches": "process"}


def _release_of_all(manifests: Manifests) -> str:
    """Return the release of Helm that all workloads are of, where the names of all begin with its own."""
    whole = [each for each in manifests.of(*WORKLOADS) if not each.pod]
    labels = [each.node.get("metadata", "labels") for each in whole]
    releases = {each.text_at("app.kubernetes.io/instance") or each.text_at("release") for each in labels}
    release = releases.pop() if len(releases) == 1 and len(labels) > 1 else ""
    names = [f"{each.former or each.name}-" for each in whole]
    return release if release and all(name.startswith(f"{release}-") for name in names) else ""


def workloads(manifests: Manifests, taken: dict[str, str], sheet: FactSheet) -> Iterator[Workload]:
    """Yield the workloads of manifests by place; what runs once is an omission, and the Rollout of a Deployment is the same."""
    programs: dict[tuple[str, str, str], Manifest] = {}
    formers = Counter(each.former or each.name for each in manifests.of(*WORKLOADS))
    release = _release_of_all(manifests)
    for manifest in sorted(manifests.of(*WORKLOADS), key=lambda each: (each.origin, each.name)):
        if manifest.kind == "Pod" and manifest.node.get("metadata", "ownerReferences").value:
            continue
        if manifest.kind == "Job" or (manifest.kind == "Pod" and _ends(manifest)):
            sheet.omit(manifest.origin, manifest.name, "runs once and ends")
            continue
        containers = containers_of(manifest.kind, manifest.node)
        main = containers[0]
        program = program_of(manifest)
        first = programs.setdefault((manifest.namespace, manifest.name, program), manifest)
        if first is not manifest and manifest.kind in _ROLLED and first.kind in _ROLLED:
            sheet.repeat(f"{manifest.kind} {manifest.name}", first.node.path, manifest.node.path)
            continue
        words = command_of(main)
        variables = frozenset(item.text_at("name") for item in main.get("env").list())
        numbers = [item.get("containerPort").number or 0 for item in main.get("ports").list()]
        kind = with_ports(guess(manifest.name, main.text_at("image"), words, variables), numbers)
        kind = _with_role(kind, manifest.name, main)
        if kind.known.keeps_data and _is_before_store(kind.known, manifest.name, main, numbers):
            kind = Guess(Known("service"), "no known image or name", False)
        if manifest.kind == "CronJob" and not (kind.known.kind == "backup" and kind.sure):
            kind = _guess_job(manifest.name, words)
        # a beginning that all names have tells nothing
        name = manifest.former if manifest.former and formers[manifest.former] == 1 else manifest.name
        inner = name.removeprefix(f"{release}-") if release else name
        name = inner if inner == name or inner not in formers else name
        name = _TO_COME.sub("", name) or name
        base = name if name not in taken else f"{manifest.namespace or 'default'}-{name}"
        identity = free_id(base, taken)
        taken[identity] = manifest.name
        ports = {
            item.text_at("name"): item.get("containerPort").number or 0
            for container in containers
            for item in container.get("ports").list()
        }
        yield Workload(identity, manifest, kind, labels_of(manifest.kind, manifest.node), ports, program, containers)


def _with_role(kind: Guess, name: str, main: SourceNode) -> Guess:
    """Return a guess with the role that a variable chooses among those of an image, unless the command or a product tells the kind."""
    if kind.known.kind not in ("service", "app-server") or (kind.sure and kind.evidence == "command"):
        return kind
    for item in main.get("env").list():
        if _OF_ROLE.search(item.text_at("name")) is not None and _ROLE.fullmatch(item.text_at("value")) is not None:
            role = guess(name, "", item.text_at("value").lower(), frozenset()).known.kind
            if role in ("worker", "scheduler"):
                return Guess(Known(role, kind.known.product), item.text_at("name"), True)
    return kind


def _is_before_store(known: Known, name: str, main: SourceNode, ports: list[int]) -> bool:
    """Return True for a program that only has a name like a store: it answers over HTTP, or calls a store of that product elsewhere.

    The image of a product itself is one whatever its variables say: they may be for its own copies.
    """
    if image_name(main.text_at("image")) in PRODUCTS or known.protocol in ("http", "https"):
        return False
    probes = (main.get(f"{sort}Probe", "httpGet") for sort in ("liveness", "readiness", "startup"))
    is_probed = any(each.keys for each in probes)
    is_heard_elsewhere = bool(ports) and known.port not in ports and not set(ports) & STORE_PROTOCOLS.keys()
    if is_heard_elsewhere and (is_probed or set(ports) <= _OF_WEB):
        return True
    own = (name, f"{name}-", "localhost", "127.", "0.0.0.0", "$(", "%", "*")
    return any(
        (asked := store_asked_for(item.text_at("name"))) is not None
        and asked.product == known.product
        and item.text_at("value").rpartition("@")[2].rpartition("//")[2] not in ("", name)
        and not item.text_at("value").rpartition("@")[2].rpartition("//")[2].startswith(own)
        for item in main.get("env").list()
    )


def _guess_job(name: str, words: str) -> Guess:
    """Return the kind of what runs at set times: a tool that copies data tells it, a name alone makes it likely."""
    copies = _COPIES.search(f"{name} {words}") is not None
    is_named = _NAMED_FOR_COPIES.search(f"{name} {words}") is not None and _OF_COPIES.search(name) is None
    return Guess(Known("backup" if copies or is_named else "scheduler"), AT_SET_TIMES, copies or not is_named)


def jobs_of_programs(manifests: Manifests, parts: list[Workload]) -> Iterator[tuple[Manifest, Workload]]:
    """Yield the jobs that run once, each with the only workload of its namespace that runs the same image."""
    programs: dict[tuple[str, str], list[Workload]] = {}
    for part in parts:
        programs.setdefault((part.namespace, part.program), []).append(part)
    for job in sorted(manifests.of("Job"), key=lambda each: (each.origin, each.name)):
        alike = programs.get((job.namespace, program_of(job)), [])
        if len(alike) == 1 and KINDS[alike[0].guess.known.kind].role in ("application", "web"):
            yield job, alike[0]


def program_of(manifest: Manifest) -> str:
    """Return the image of the main container, without its tag and digest, unless the tag names the program in it."""
    image = containers_of(manifest.kind, manifest.node)[0].text_at("image")
    head, slash, last = image.partition("@")[0].rpartition("/")
    name, _, tag = last.partition(":")
    return f"{head}{slash}{name}:{manifest.name}" if tag.startswith(manifest.name) else f"{head}{slash}{name}"


def _ends(pod: Manifest) -> bool:
    """Return True for a pod that does its work once; one that listens serves, whatever becomes of it afterwards."""
    return pod.node.text_at("spec", "restartPolicy") in ("Never", "OnFailure") and not listens(pod)


def listens(manifest: Manifest) -> bool:
    """Return True for a workload of which a container declares a port."""
    return any(True for each in containers_of(manifest.kind, manifest.node) for _ in each.get("ports").list())


def replicas_of(part: Workload, manifests: Manifests) -> tuple[int, str, Origin]:
    """Return the number of replicas with its evidence and its place: the least of an autoscaler, else what is declared."""
    manifest = part.manifest
    for scaler in manifests.of("HorizontalPodAutoscaler"):
        reference = scaler.node.get("spec", "scaleTargetRef")
        same = (
            reference.text_at("name") == (manifest.pod or manifest.name) and reference.text_at("kind") == manifest.kind
        )
        if same and scaler.namespace == manifest.namespace:
            least = scaler.node.get("spec", "minReplicas")
            source = scaler.origin if least.path == scaler.node.path else least.origin
            return least.number or 1, "minReplicas", source
    if manifest.kind == "DaemonSet":
        return 2, "one on each node", manifest.origin
    declared = manifest.node.get("spec", "replicas")
    replicas = 1 if declared.number is None else min(declared.number, MOST_REPLICAS)
    return replicas, "replicas", declared.origin


def describe_workload(part: Workload, counted: tuple[int, str, Origin], runs_programs: bool, sheet: FactSheet) -> None:
    """Add the facts of a workload itself; `counted` are its replicas with evidence and place.

    Where the files run no program at all, the numbers of replicas are set elsewhere.
    """
    subject, manifest, guessed = f"component:{part.id}", part.manifest, part.guess
    confidence: Confidence = "high" if guessed.sure else "medium"
    sheet.add(Fact(subject, "kind", guessed.known.kind, manifest.origin, guessed.evidence, confidence))
    if guessed.known.product is not None:
        sheet.add(Fact(subject, "product", guessed.known.product, manifest.origin, guessed.evidence, confidence))
    if part.id != manifest.name:
        # what its release, or a kustomization, puts before its name stands in addresses
        sheet.add(Fact(subject, "member", f"answers:{manifest.name}", manifest.origin, "name"))
    claims = manifest.node.get("spec", "volumeClaimTemplates").list()
    volumes = pod_of(manifest.kind, manifest.node).get("volumes").list()
    if guessed.known.kind == "queue" and (
        any(claims) or any(each.get("persistentVolumeClaim").keys for each in volumes)
    ):
        sheet.add(Fact(subject, "persists", True, manifest.origin, "volumes"))
    image = part.containers[0].get("image")
    if SAFE_IMAGE.fullmatch(image.text):
        sheet.add(Fact(subject, "image", image.text, image.origin, "image"))
    if manifest.namespace:
        sheet.add(Fact(subject, "group", manifest.namespace, manifest.origin, "namespace"))
    if _has_sentinel(part):
        sheet.add(Fact(subject, "is_promoted", True, manifest.origin, "sentinel"))
    command = part.containers[0].get("args" if part.containers[0].get("args").value else "command")
    if takes_tls_alone(guessed.known.protocol, command_of(part.containers[0])):
        sheet.add(Fact(subject, "is_secured", True, command.origin, "command"))
    if fetches_anew(command_of(part.containers[0])):
        sheet.add(Fact(subject, "is_refilled", True, command.origin, "command"))
    replicas, evidence, source = counted
    if replicas == 0 and not runs_programs:
        replicas = 1
        sheet.add(Fact(subject, "is_uncounted", True, source, evidence, "medium"))
        sheet.add(Fact(subject, "is_stopped", True, source, evidence))
    if replicas == 0:
        sheet.omit(manifest.origin, part.id, "has no replicas")
    if replicas != 1:
        sheet.add(Fact(subject, "replicas", replicas, source, evidence))


def only_passes_on(part: Workload) -> bool:
    """Return True for a proxy that an image of a program runs by a command: it is given the variables of the program, and reads none."""
    known = part.guess.known
    by_command = part.guess.evidence.startswith("command ") and part.guess.sure
    return by_command and known.product in ("nginx", "haproxy", "envoy", "caddy")


def is_unknown_program(part: Workload) -> bool:
    """Return True for a program of no known product; what is called a gateway may be any program with settings of its own."""
    kind = KINDS[part.guess.known.kind]
    return part.guess.known.product is None and (kind.role == "application" or (kind.balances and not part.guess.sure))


def may_use_stores(part: Workload) -> bool:
    """Return True for a program that may use stores; a proxy of one's own may, and what watches others by its name alone."""
    kind, is_own = KINDS[part.guess.known.kind], part.guess.known.product is None
    may_be_other = is_own and (kind.balances or (kind.observes and not part.guess.sure))
    return kind.role in ("application", "web") or kind.id == "backup" or may_be_other
