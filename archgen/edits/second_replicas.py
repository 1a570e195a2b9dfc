"""The components of which a second replica does no harm, as far as a model says what they keep, and how each gets one elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from archgen.analysis.hops import is_signaled
from archgen.analysis.programs import holds_sessions, is_spread_by_clients, keeps_elsewhere
from archgen.analysis.topology import Topology
from archgen.edits.promotion import has_primary, keeps_files
from archgen.edits.replicas import is_tried, kept_alone, waits_its_turn
from archgen.model.architecture import SMALL_ZONES, WIDE_ZONES, Component, ZoneKind
from archgen.model.kinds import FILE_STORES, KEEPING, KINDS, QUEUES
from archgen.model.products import product_name, product_of
from archgen.model.protocols import relays
from archgen.model.reasons import is_fleeting, tells_hardware, tells_other_region
from archgen.model.runtimes import WEB_SERVERS, is_build_server, is_runtime
from archgen.model.steps import first_request
from archgen.model.wording import MOST_NAMED, first_few, listed


def may_get_second(topology: Topology, component: Component) -> bool:
    """Return True unless a component is alone, and a second replica would do harm as far as the model says what it keeps."""
    if len(component.replicas) > 1:
        return True
    if component.id in topology.index.starting_jobs and component.replicas[0].floating:
        # its platform starts it again, once
        return False
    if passes_on_what_it_reads(topology, component):
        return False
    keeps = (
        _keeps_sessions(topology, component)
        or _keeps_own_files(topology, component)
        or "sessions" in kept_alone(component, topology.index.callers)
    )
    return may_run_twice(topology, component) and not keeps


def replicates_itself(component: Component) -> bool:
    """Return True for the only server of a directory on own hosts: a second one gets all that it knows, once people have joined it."""
    return product_of(component.product).directory and len(component.replicas) == 1 and not component.managed


def may_share_with_second(topology: Topology, component: Component) -> bool:
    """Return True if a second replica does no harm once people let it share what the first one keeps.

    An edit moves uploads and sessions on a host to storage that all replicas reach; servers of a directory replicate by themselves.
    Clients get both addresses of a relay of media, and a second one of what passes messages on in order waits.
    """
    if replicates_itself(component) or is_tried(topology.architecture, component) or waits_its_turn(component):
        return True
    return may_get_second(topology, replace(component, uploads=None, sessions=None))


def share_disks(topology: Topology, name: str, *, is_one_site: bool) -> bool:
    """Return True for servers of files, on own hosts, of which one takes over the disks of another: nothing copies between them.

    Within a site (`is_one_site`), disks that stand in the model leave a place like any other component.
    """
    if is_one_site and any(topology.kind(each).stores for each in topology.index.callees(name)):
        return False
    component, kind = topology.components[name], topology.kind(name)
    takes_over = (
        component.cluster is not None and component.cluster.mode == "active-passive" and len(component.replicas) > 1
    )
    return kind.id in FILE_STORES and takes_over and component.replication is None and not component.managed


def passes_on_what_it_reads(topology: Topology, component: Component) -> bool:
    """Return True for a worker that reads a store by itself and sends what it finds to a queue: two would send each change twice."""
    if component.kind != "worker" or topology.hops_to[component.id]:
        return False
    firsts = [
        hop
        for flow in topology.flows_of[component.id]
        for hop in [each for each in topology.hops[flow] if each.step.source == component.id][:1]
    ]
    read = bool(firsts) and all(topology.kind(target).id in _READ for hop in firsts for target in hop.targets)
    sends = (target for call in topology.outgoing[component.id] for target in call.targets)
    return read and any(topology.kind(target).id in QUEUES for target in sends)


_READ = ("database", "key-value-store", *FILE_STORES)
"""The kinds of stores that a worker may read changes from; what is in a queue is handed to one of several."""


def _keeps_own_files(topology: Topology, component: Component) -> bool:
    """Return True for what keeps files on its host, itself or in a store beside it: a second replica has none of them.

    A code base is no store: its files are put on each host that runs them.
    """
    if component.managed:
        return False
    hosts = topology.hosts_of(component.id)
    files = [
        topology.components[target]
        for call in topology.outgoing[component.id]
        if hosts and any(port.protocol == "file" for port in call.ports)
        for target in call.targets
    ]
    files += [topology.components[component.codebase]] if hosts and component.codebase is not None else []
    beside = (each for each in files if topology.hosts_of(each.id) == hosts)
    return component.uploads == "local" or any(KINDS[each.kind].stores for each in beside)


def _keeps_sessions(topology: Topology, component: Component) -> bool:
    """Return True for a cache that holds sessions: a second one would know half of the visitors, unless it has copies of all."""
    if component.kind != "cache" or has_primary(component) or is_spread_by_clients(component):
        return False
    return holds_sessions(topology, component)


_PROGRAMS = ("app-server", "service", "web-server", "worker", "identity-provider")
"""The kinds whose product may keep data, elect a leader or share out work by itself."""


def is_started_by_hand(topology: Topology, component: Component) -> bool:
    """Return True for what begins a flow and that nothing calls, of no kind that is known: a shell, say, that people start."""
    if component.kind != "other" or topology.incoming[component.id]:
        return False
    firsts = (first_request(topology.flows[flow].steps) for flow in topology.flows_of[component.id])
    return any(request is not None and request.source == component.id for request in firsts)


def may_run_twice(topology: Topology, component: Component) -> bool:
    """Return True if a second replica of a component does no harm, as far as the model says what it keeps.

    Two monitorings send each alert twice, and two backups copy the same into one place; two queues, indexes or servers of mail
    and secrets have half of what was sent each, unless they are set up as a cluster. A library that keeps its data in a file,
    as SQLite does, copies none of it. A product that others make may keep an embedded database, or take half of the work,
    unless its makers document several, or it says that it keeps no sessions, stands behind a balancer, or takes its work from a
    queue. Two that keep messages in order would not; nor would two known to keep data beside themselves, whatever stands before
    them, unless a store has it. A second server of media takes calls once what sets them up knows it.
    """
    kind, product = KINDS[component.kind], product_name(component.product)
    if component.managed:
        return True
    if is_started_by_hand(topology, component):
        return False
    if kind.id in ("monitoring", "backup") or kind.id in KEEPING:
        return kind.id == "mail" and product in _RELAYS
    if media_of(topology, component):
        # only people know what hands out its address
        return False
    facts = product_of(component.product)
    if facts.embedded or facts.single or facts.ordered:
        return False
    if kind.id == "search":
        return facts.agrees
    if kind.id not in _PROGRAMS or (kind.entry and product in WEB_SERVERS):
        return True
    keeps = (facts.file_database or facts.keeps_data) and not keeps_elsewhere(topology, component)
    if keeps and component.sessions not in ("none", "shared"):
        return False
    own = component.product is None or is_runtime(component.product) or facts.several is not None
    spread = any(KINDS[caller.kind].role in ("balancer", "web") for caller in topology.index.callers(component.id))
    queued = any(
        topology.kind(target).id in QUEUES for call in topology.outgoing[component.id] for target in call.targets
    )
    if kind.id == "worker":
        return own or queued or component.sessions == "none"
    return own or spread or component.sessions in ("none", "shared")


def media_of(topology: Topology, component: Component) -> tuple[str, ...]:
    """Return the protocols of media and their relays in which clients call a component; none if they also call it in others."""
    calls = [call for call in topology.incoming[component.id] if topology.kind(call.source).id == "client"]
    ports = [port for call in calls for port in call.ports]
    return tuple(dict.fromkeys(port.protocol for port in ports)) if all(map(is_signaled, ports)) else ()


SERVER_INSTEAD = (
    "Move the data to a store that runs as a server, with a replica on another host that is promoted by itself: this one is a "
    "file of the program that uses it."
)
"""What to do instead of a second replica of an embedded store."""

WAITING_INSTEAD = (
    "Let a second one wait on another host and take over (`cluster: {mode: active-passive, failover: automatic, by: …}`): two at "
    "work would lose the order of messages, and fetch some twice. If its makers don't support that, make its restart elsewhere "
    "quick, and practice it."
)
"""What to do instead of a second replica of what passes messages on in order."""

_RELAYS = ("postfix", "exim", "opensmtpd", "sendmail", "haraka", "msmtp", "nullmailer")
"""Mail servers that hand on what they get."""


def senders_try_next(topology: Topology, component: Component) -> bool:
    """Return True if all mail comes to a component from mail servers or the internet; a program hands it to one address."""
    calls = topology.incoming[component.id]
    ports = [port for call in calls for port in call.ports]
    from_servers = all(
        topology.kind(call.source).id == "mail" or topology.trust(call.source) == "internet" for call in calls
    )
    return bool(ports) and all(map(relays, ports)) and from_servers


def stores_beneath(topology: Topology, component: Component) -> list[str]:
    """Return the stores of their own on which a server of files keeps them: it holds none itself."""
    if component.kind not in FILE_STORES:
        return []
    targets = (target for call in topology.outgoing[component.id] for target in call.targets)
    return [name for name in dict.fromkeys(targets) if topology.kind(name).id in FILE_STORES and name != component.id]


def advise_elsewhere(
    topology: Topology, names: Iterable[str], either: Sequence[str], kind: ZoneKind, other: str
) -> list[str]:
    """Return how components that are all in a zone of a kind get to another one, in a sentence for each way.

    `either` are those of which one is enough, `other` is the place to go to; one sentence for all would contradict what is
    advised for each alone.
    """
    ways: dict[str, list[str]] = {way: [] for way in (_MOVE, _PLACE, _COPY, _WAIT, _ASK, _BOUND, _PRACTICE)}
    for name in names:
        ways[_way_elsewhere(topology, topology.components[name], kind)].append(name)
    advice: list[str] = []
    for way, own in ways.items():
        shown = [listed(first_few(own, MOST_NAMED))] if own else []
        if shown := [*shown, *(either if way == _PLACE else ())]:
            there = "there" if advice else f"{'to' if way in (_MOVE, _BOUND) else 'in'} {other}"
            advice.append(way.format(names=", and of ".join(shown), there=there))
    return advice


def _way_elsewhere(topology: Topology, component: Component, kind: ZoneKind) -> str:
    """Return the advice that gets a component out of a zone."""
    if component.managed:
        is_copied = topology.kind(component.id).stores and kind in WIDE_ZONES and tells_other_region(component.why)
        return _PRACTICE if is_copied else _PLACE
    first = component.replicas[0]
    if len(component.replicas) > 1:
        return _MOVE if kind in SMALL_ZONES and first.hosts and not first.floating else _PLACE
    if any(map(tells_hardware, (component.why, *(topology.hosts[host].why for host in first.hosts)))):
        return _BOUND
    if is_build_server(component):
        return _ASK
    starts_jobs = component.id in topology.index.starting_jobs
    if starts_jobs or waits_its_turn(component) or passes_on_what_it_reads(topology, component):
        return _WAIT
    if keeps_files(component) and not stores_beneath(topology, component) and not is_fleeting(component):
        return _COPY
    asked = component.kind in (*_PROGRAMS, "search") and not media_of(topology, component)
    return _ASK if asked and not may_run_twice(topology, component) else _PLACE


_MOVE = "Move a replica of {names} {there}."
_PLACE = "Place a replica of {names} {there}."
_COPY = "Keep a copy of the files of {names} {there}, with a server of its own."
_WAIT = "Of {names}, let a second one wait {there} for a lease, so that nothing is done twice or out of order."
_ASK = "Of {names}, run a second one {there} if the makers support that; if not, make its restart there quick, and practice it."
_BOUND = "The hardware that {names} must have (`why`) is in one place: get that twice, or move it {there} by hand."
_PRACTICE = "Its provider copies {names} to another region (`why`): practice the failover to that copy, and declare it."
