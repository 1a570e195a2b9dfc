"""Products, deployments and monitoring."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.firewalls import lets_in
from archgen.analysis.monitoring import collection_of, observers_of_unknown_reach
from archgen.analysis.record_paths import hosts_named, leaves_out_sick_hosts
from archgen.analysis.topology import Topology
from archgen.edits.firewalls import undeclared_scrapes
from archgen.language.schema.product_names import meant_product
from archgen.model.architecture import Component, Port
from archgen.model.kinds import AGENTS, QUEUES
from archgen.model.products import product_of
from archgen.model.reasons import tells_of_one, tells_who_works
from archgen.model.wording import first_few, listed
from archgen.reliability.members import leaves_watch_open
from archgen.rules.model_quality.questions.gap import MOST_NAMES, Gap, component_gap


def misspelled_products(topology: Topology) -> Iterator[Gap]:
    """Yield components whose product is none that archgen knows, and nearly one that it does."""
    for component in topology.architecture.components:
        meant = meant_product(component.product, component.kind) if component.product is not None else None
        if meant is not None:
            yield component_gap(
                component,
                f"archgen doesn't know the product `{component.product}` of {component.id}",
                f"Did you mean `product: {meant}`? Its icon, quorum and end of support then count.",
            )


def job_starters_without_lease(topology: Topology) -> Iterator[Gap]:
    """Yield what starts jobs with several replicas, each of which starts them unless something lets one of them alone do so."""
    for component in topology.architecture.components:
        # a part of a model may lack those that call a service
        starts = component.id in topology.index.starting_jobs and (
            component.kind != "service" or tells_of_one(component.why)
        )
        several = len(component.replicas) > 1 and not component.managed
        if starts and several and not _shares_jobs_out(topology, component):
            yield component_gap(
                component,
                f"{component.id} doesn't declare which of its {len(component.replicas)} replicas starts the work: if each does, it is done "
                "more than once",
                "Add `cluster: {mode: active-passive, failover: automatic, by: …}` with what holds the lease, or `cluster: {mode: "
                "active-active}` if the replicas share out the jobs.",
            )


def _shares_jobs_out(topology: Topology, component: Component) -> bool:
    """Return True if a model says how replicas share their work out, or if they can ask who leads."""
    if component.cluster is not None or component.quorum is not None or product_of(component.product).several:
        return True
    if tells_who_works(component.why):
        return True
    called = (target for call in topology.outgoing[component.id] for target in call.targets)
    return any(product_of(topology.components[target].product).coordinates for target in called)


def failovers_without_watch(topology: Topology) -> Iterator[Gap]:
    """Yield what moves by an address between its hosts, and doesn't say if it does when a process fails (`untracked-failover`)."""
    for component in topology.architecture.components:
        if topology.flows_of[component.id] and leaves_watch_open(topology.components, component):
            yield component_gap(
                component,
                f"{component.id} doesn't declare whether its failover notices a process that fails by itself, so it does in every "
                "analysis",
                "Add `watches: process` to its `cluster` if it checks the process (keepalived: `vrrp_script` or `track_process`), "
                "`watches: service` if its check sends a request through it, else `watches: host`.",
            )


def names_without_mover(topology: Topology) -> Iterator[Gap]:
    """Yield what fails over by its name, where nothing is declared that changes the record (`untracked-failover`)."""
    for component in topology.architecture.components:
        cluster = component.cluster
        if cluster is None or cluster.address != "dns" or cluster.by is not None or cluster.failover == "manual":
            continue
        flows = topology.flows_of[component.id]
        names = dict.fromkeys(filter(None, (topology.flows[flow].domain for flow in flows)))
        chosen = any(leaves_out_sick_hosts(topology, component, name) for name in names)
        if not flows or chosen or len(topology.hosts_of(component.id)) < 2:
            continue
        led = next((hosts for name in names if len(hosts := hosts_named(topology, component, name)) == 1), [])
        what = f"the record of {next(iter(names))}" if names else "its record"
        now = f", which leads to {led[0]} alone" if led else ""
        yield component_gap(
            component,
            f"{component.id} fails over by DNS and doesn't declare what checks its replicas and changes {what}{now}, so it fails "
            "over in every analysis",
            f"Add `by` to the `cluster` of {component.id}: `dns` if the name server checks them, else the component that changes the "
            "record. If people change it, declare `failover: manual`.",
        )


def deployments_without_rollback(topology: Topology) -> Iterator[Gap]:
    """Yield components with a deployment method and no rollback (`missing-rollback`)."""
    for component in topology.architecture.components:
        if component.deploy not in (None, "blue-green") and component.rollback is None:
            yield component_gap(
                component,
                f"{component.id} doesn't declare how to roll back",
                f"Add `rollback` to {component.id}, or `rollback: false` where it cannot.",
            )


def entries_without_collection(topology: Topology) -> Iterator[Gap]:
    """Yield public entries whose observers don't declare what they collect (`missing-logs`, `unmeasured-requests`)."""
    for name in topology.entries:
        taken = None if topology.components[name].managed else collection_of(topology, name)
        if taken is None:
            continue
        open_facts = [(f"the logs of {name} are collected", "what: …")] if taken.logs is None else []
        if taken.requests is None and not _is_counted(topology, name):
            which = "its requests" if open_facts else f"the requests to {name}"
            open_facts.append((f"{which} are counted", "measures: …"))
        if open_facts:
            lack = "doesn't declare" if len(taken.observers) == 1 else "don't declare"
            keys = ", ".join(key for _, key in open_facts)
            yield component_gap(
                topology.components[name],
                f"{listed(taken.observers)} {lack} whether {listed([fact for fact, _ in open_facts])}",
                f"Add `collects: [{{from: {name}, {keys}}}]` to {taken.observers[0]}.",
            )


def _is_counted(topology: Topology, entry: str) -> bool:
    """Return True if another component of every flow through an entry counts its requests."""
    return all(
        any(_counts(topology, target) for hop in topology.hops[flow] for target in hop.step.targets)
        for flow in topology.entries[entry]
    )


def _counts(topology: Topology, component: str) -> bool:
    taken = collection_of(topology, component) if topology.kind(component).entry else None
    return taken is not None and taken.requests is True


def monitoring_without_recipients(topology: Topology) -> Iterator[Gap]:
    """Yield the first monitoring of a model in which none says who is alerted (`unrouted-alerts`).

    The alerts of a check from outside are its own: nobody learns from it of a full disk, or of a queue that grows.
    """
    every = [each for each in topology.architecture.components if each.kind == "monitoring"]
    monitorings = [each for each in every if not _only_probes(topology, each)] or every
    calls = (target for each in every for call in topology.outgoing[each.id] for target in call.targets)
    notified = any(_notifies(topology.components[target]) for target in calls)
    if monitorings and not notified and all(each.alerts is None for each in monitorings):
        names = listed(first_few([each.id for each in monitorings], MOST_NAMES))
        lack = "doesn't declare" if len(monitorings) == 1 else "don't declare"
        yield component_gap(
            monitorings[0],
            f"{names} {lack} who is called when a component fails",
            f"Add `alerts: [on-call]` to {monitorings[0].id}, or `alerts: []` where it calls nobody.",
        )


def _only_probes(topology: Topology, monitoring: Component) -> bool:
    """Return True for a monitoring that asks for names from outside, and takes nothing from components or their agents."""
    taken = any(topology.kind(call.source).observes for call in topology.incoming[monitoring.id])
    return bool(monitoring.probes) and not (monitoring.collects or taken)


def _notifies(component: Component) -> bool:
    """Return True for what a monitoring reaches people through: a pager, a chat, or mail."""
    return component.kind == "mail" or product_of(component.product or component.id).notifies


def observers_without_sources(topology: Topology) -> Iterator[Gap]:
    """Yield agents and collectors of which nothing says what they collect from (`unmonitored`), and monitoring of a provider's services.

    What your own components lack is that rule's to say.
    """
    own = any(
        not (each.managed or each.kind == "client" or topology.kind(each.id).observes)
        for each in topology.architecture.components
    )
    unknown = observers_of_unknown_reach(topology)
    for observer in [name for name in unknown if not own or topology.kind(name).id in AGENTS]:
        yield component_gap(
            topology.components[observer],
            f"{observer} doesn't declare what it collects from, so archgen can't tell which components are unmonitored",
            f"Add `collects: [{{from: […], what: [metrics, logs]}}]` to {observer}.",
        )


def scrapes_that_firewalls_deny(topology: Topology) -> Iterator[Gap]:
    """Yield each monitoring that collects through firewalls whose rules don't let it in, where no connection shows how it does."""
    watched = {host for each in topology.of_kinds(AGENTS) for host in topology.hosts_of(each.id)}
    barred: dict[str, dict[str, tuple[str, ...]]] = {}
    for observer, source in undeclared_scrapes(topology, topology.components):
        agents_at = product_of(topology.components[observer].product).agents_at
        port = None if agents_at is None else Port(*agents_at)
        denying = topology.firewalls.denying(topology.firewalls.places(observer), observer, source, port)
        # one with a rule that denies something may do so on purpose
        denying = tuple(name for name in denying if all(map(lets_in, topology.components[name].rules)))
        if denying and watched.isdisjoint(topology.hosts_of(source)):
            barred.setdefault(observer, {})[source] = tuple(denying)
    for observer, sources in barred.items():
        walls = list(dict.fromkeys(name for denying in sources.values() for name in denying))
        does = "doesn't" if len(walls) == 1 else "don't"
        yield component_gap(
            topology.components[observer],
            f"{observer} collects from {listed(first_few([*sources], MOST_NAMES))}, and {listed(walls)} {does} let it in there",
            f"Add the rule that lets {observer} in (`from: {observer}`, with the port), or the connection on which they send to it.",
        )


def _passes_on(topology: Topology, component: str) -> bool:
    """Return True for a queue, and for what is drawn as taking from one: what it puts into another has failed, or goes on."""
    taking = (topology.kind(call.source).id in QUEUES for call in topology.incoming[component])
    return topology.kind(component).id in QUEUES or any(taking)


def _of_pollers(topology: Topology) -> tuple[set[str], dict[str, set[str]]]:
    """Return what workers begin flows at, to take from it, and what each of them calls after a queue in such a flow."""
    polled: set[str] = set()
    after: dict[str, set[str]] = {}
    for first, *later in filter(None, topology.hops.values()):
        worker = first.step.source
        if topology.kind(worker).id == "worker" and all(topology.kind(each).id in QUEUES for each in first.targets):
            polled.update(first.targets)
            for hop in later:
                for target in hop.targets if hop.step.source == worker else ():
                    # what is written to a stream is a result, or a copy of another stream, as often as it is what failed
                    if topology.kind(target).id != "stream":
                        after.setdefault(target, set()).add(worker)
    return polled, after


def queues_without_reader(topology: Topology) -> Iterator[Gap]:
    """Yield queues that only other queues or what takes from them fill, as dead letters do, and that nothing empties or watches.

    A copy for disasters is read after a loss only.
    """
    polled, after = _of_pollers(topology)
    for component in topology.of_kinds(QUEUES):
        fed = [call.source for call in topology.incoming[component.id]]
        passing = all(_passes_on(topology, name) for name in fed) or after.get(component.id, set()).issuperset(fed)
        copy = component.replication is not None and component.replication.copy_of is not None
        taken = bool(topology.outgoing[component.id]) or collection_of(topology, component.id) is not None
        if fed and passing and not (copy or taken or component.id in polled):
            yield component_gap(
                component,
                f"Nothing takes what {listed(fed)} {'pass' if len(fed) > 1 else 'passes'} on to {component.id}, and no monitoring "
                "counts it, so nobody notices it",
                f"Add the component that takes it, or what counts it: `collects: [{{from: {component.id}, "
                "what: metrics}]` at the monitoring.",
            )
