"""A valid document as an Architecture: short forms expanded, every reference checked."""

from __future__ import annotations

from collections.abc import Set

from archgen.language.expand.components import component
from archgen.language.expand.connections import connections
from archgen.language.expand.context import Context
from archgen.language.expand.expectations import expectations
from archgen.language.expand.flow_steps import flows
from archgen.language.expand.groups import expand_views, groups
from archgen.language.expand.layout_hints import expand_hints
from archgen.language.expand.nesting import check_nesting
from archgen.language.expand.replica_placement import place_component
from archgen.language.expand.scalars import expand_availability, links
from archgen.language.expand.votes import mark_voteless
from archgen.language.yaml.scalars import probability, seconds
from archgen.language.yaml.tree import Map, Seq
from archgen.model.architecture import Architecture, Certificate, Component, Connection, Flow, Host, Network, Zone
from archgen.model.presentation import Hints
from archgen.model.requirements import Acceptance, Expectation, Objectives, Question
from archgen.model.steps import Request, first_request

_NOTHING = Map(0)


def expand(context: Context, name: str, file: str) -> Architecture:
    """Return the architecture that a valid document states; add contradictions and unknown names to the problems."""
    root, text = context.document.root, context.document.text
    for key, entry in context.section("components").items():
        context.placed[key] = place_component(context, key, entry)
    connected = connections(context)
    replicas = {replica.id: replica for group in context.placed.values() for replica in group}
    return Architecture(
        id=name,
        file=file,
        name=text(root, "name") or name,
        summary=text(root, "summary"),
        follows=text(root, "follows"),
        zones=_zones(context),
        hosts=_hosts(context),
        networks=_networks(context),
        groups=groups(context),
        certificates=_certificates(context),
        components=_components(context, connected),
        connections=connected,
        flows=_checked_flows(context, connected, flows(context, replicas)),
        objectives=_objectives(context),
        layout=_hints(context),
        views=expand_views(context),
        expect=_expected(context, name),
        accept=_accepted(context),
        sources=context.document.texts(root, "sources"),
        unknown=context.document.texts(root, "unknown"),
        changes=root.get("changes", True),
        questions=_questions(context),
        answers=_answers(context),
    )


def _checked_flows(context: Context, connected: tuple[Connection, ...], declared: tuple[Flow, ...]) -> tuple[Flow, ...]:
    """Return the flows; report one whose first request is `async` though a client sends it: a visitor waits for the answer."""
    clients = {key for key, entry in context.section("components").items() if entry.get("kind") == "client"}
    deferring = {(each.source, target) for each in connected if each.deferred for target in each.targets}
    for flow in declared:
        first = first_request(flow.steps)
        if first is not None and first.source in clients and _is_deferred(first, deferring):
            _report_deferred(context, flow, first)
    return declared


def _is_deferred(request: Request, deferring: Set[tuple[str, str]]) -> bool:
    """Return True for a request that is `async`, or on connections that all are, unless the request says otherwise."""
    if request.deferred is not None:
        return request.deferred
    return all((request.source, target) in deferring for target in request.targets)


def _report_deferred(context: Context, flow: Flow, first: Request) -> None:
    mark = context.section("flows")[flow.id]["steps"].marks[0]
    message = f"the first request of the flow `{flow.id}` must not be `async`: somebody waits for its answer"
    context.invalid(mark, ("step", first.id), message, "Write `async: false` on the step, or remove `async`.")


def _components(context: Context, connected: tuple[Connection, ...]) -> tuple[Component, ...]:
    calls: dict[str, list[str]] = {}
    for each in connected:
        calls.setdefault(each.source, []).extend(each.targets)
    placed = context.placed
    declared = [
        component(context, key, entry, placed[key], calls) for key, entry in context.section("components").items()
    ]
    return mark_voteless(declared, connected)


def _zones(context: Context) -> tuple[Zone, ...]:
    text = context.document.text
    zones = []
    for name, entry in context.section("zones").items():
        within = text(entry, "in")
        if within is not None:
            within = context.refer(within, entry.value_mark("in"), ("zone",), ("zone", name), f"`in` of `{name}`")
        zones.append(Zone(name, entry["kind"], text(entry, "name"), within, expand_availability(context, entry)))
    check_nesting(context, "zone", {zone.id: zone.within for zone in zones})
    return tuple(zones)


def _hosts(context: Context) -> tuple[Host, ...]:
    hosts = tuple(_host(context, name, entry or _NOTHING) for name, entry in context.section("hosts").items())
    check_nesting(context, "host", {host.id: host.runs_on for host in hosts}, "runs_on")
    return hosts


def _host(context: Context, name: str, entry: Map) -> Host:
    if not entry:
        return Host(name)
    text = context.document.text
    subject = ("host", name)
    for key, kind in (("zone", "zone"), ("network", "network"), ("runs_on", "host")):
        for index, reference in enumerate(context.document.texts(entry, key)):
            if reference not in context.declared.get(kind, ()):
                value = entry[key]
                mark = value.marks[index] if isinstance(value, Seq) else entry.value_mark(key)
                context.refer(reference, mark, (kind,), subject, f"`{key}` of `{name}`")
    return Host(
        name,
        text(entry, "name"),
        context.document.texts(entry, "zone"),
        text(entry, "network"),
        text(entry, "address"),
        text(entry, "why"),
        text(entry, "owner"),
        expand_availability(context, entry),
        links(context, entry),
        text(entry, "os"),
        text(entry, "runs_on"),
    )


def _networks(context: Context) -> tuple[Network, ...]:
    declared = context.section("networks")
    return tuple(
        Network(name, entry["trust"], context.document.text(entry, "name")) for name, entry in declared.items()
    )


def _certificates(context: Context) -> tuple[Certificate, ...]:
    text, texts = context.document.text, context.document.texts
    certificates = []
    for name, entry in context.section("certificates").items():
        value = entry.get("installed_on")
        installed = []
        for index, reference in enumerate(texts(entry, "installed_on")):
            mark = value.marks[index] if isinstance(value, Seq) else entry.value_mark("installed_on")
            key = f"`installed_on` of `{name}`"
            installed.append(context.refer(reference, mark, ("component",), ("certificate", name), key))
        expires, issuer = text(entry, "expires"), text(entry, "issuer")
        certificates.append(Certificate(name, texts(entry, "names"), tuple(installed), expires, issuer))
    return tuple(certificates)


def _objectives(context: Context) -> Objectives:
    objectives, text = context.section("objectives"), context.document.text
    share, *times = (text(objectives, key) for key in ("availability", "recovery_time", "recovery_point"))
    spans = [None if each is None else seconds(each) for each in times]
    return Objectives(None if share is None else probability(share), *spans)


def _hints(context: Context) -> Hints:
    if "layout" not in context.document.root:
        return Hints()
    return expand_hints(context)


def _expected(context: Context, model: str) -> tuple[Expectation, ...]:
    if "expect" not in context.document.root:
        return ()
    return expectations(context, model)


def _accepted(context: Context) -> tuple[Acceptance, ...]:
    document = context.document
    acceptances = []
    for index, entry in enumerate(document.root.get("accept") or ()):
        rule, reason, owner, until = (document.text(entry, key) for key in ("rule", "reason", "owner", "until"))
        subjects = document.texts(entry, "subject") or ("",)
        acceptances += [Acceptance(rule or "", subject, reason, owner, until, index) for subject in subjects]
    return tuple(acceptances)


def _questions(context: Context) -> tuple[Question, ...]:
    document = context.document
    return tuple(
        Question(
            name,
            document.text(entry, "ask") or "",
            document.text(entry, "about"),
            document.texts(entry, "options"),
            document.text(entry, "kind"),
        )
        for name, entry in context.section("questions").items()
    )


def _answers(context: Context) -> tuple[tuple[str, str], ...]:
    answers = context.section("answers")
    return tuple((name, context.document.text(answers, name) or "") for name in answers)
