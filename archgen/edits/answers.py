"""Answers to the questions of a model, as changes of its text."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.edits.assumed_flows import calls_in, requests_of, settle_calls
from archgen.edits.names import unused_name
from archgen.edits.step_paths import is_emptied, lost_calls, steps_without
from archgen.model.architecture import Architecture, Component
from archgen.model.change import Append, Change, Path, Put, Remove
from archgen.model.finding import CONFIDENCES
from archgen.model.kinds import KINDS
from archgen.model.requirements import Question

_CALLERS = ("caller", "callee", "provider-caller", "driver-caller", "driver-callee", "setting-callee")
"""Kinds of questions about the ends of calls that no file shows: each component that is named may do without the call."""

_OF_NEW = ("driver-callee", "setting-callee")
"""Kinds of questions that offer what is no component yet."""

_SEVERAL = (*_CALLERS, "sharer", "callees", "writers")
"""Kinds of questions that take several components."""

_OPTIONAL = ":optional"
"""The end of the name of a component that does without what it calls."""

_YES_AND_NO = {
    "entrance": ("yes", "none"),
    "hosts": ("one", "several"),
    "outer-proxy": ("https", "http"),
    "redirect": ("redirects", "serves"),
    "unknown": ("elsewhere", "none"),
    "unread": ("database", "none"),
}
"""The words that stand for yes and no in models of old, by the kinds of questions that are answered with these."""

_NEW = {"provider": "external-service", "address": "service"}
"""Kinds of questions about a call of what no file describes, with the kind of the component that an answer adds."""

_OF_OLD = {
    frozenset(("required", "optional", "none")): "call",
    frozenset(("server", "zonal", "regional")): "outside",
    frozenset(("all", "first-manual", "first-automatic")): "mode",
    **{frozenset(words): kind for kind, words in _YES_AND_NO.items()},
}
"""The options in models of old, by the kinds of questions that have these alone."""

_ASKED_OF_OLD = {
    "Which components write to ": "writers",
    "No file says what calls ": "caller",
    "No file says where ": "callee",
    "No file says how many replicas ": "count",
    "Files name ": "sharer",
    "Settings that several components take ": "sharer",
    "Nothing but the order of the start ": "sharer",
}
"""How questions begin in models of old whose options are names or numbers."""

_PROTOCOLS = {
    "postgresql": "postgresql", "mysql": "mysql", "mariadb": "mysql", "mongodb": "mongodb", "redis": "redis", "valkey": "redis",
    "rabbitmq": "amqp", "kafka": "kafka", "memcached": "memcached", "s3": "https", "google-cloud-storage": "https",
    "azure-blob-storage": "https",
}  # fmt: skip
"""The protocols that stores are called by, by their products."""

KINDS_OF_PRODUCTS = {
    **dict.fromkeys(
        (
            "postgresql", "mysql", "mssql", "oracle", "mongodb", "cassandra", "neo4j", "clickhouse", "influxdb", "couchdb", "arangodb",
            "qdrant", "weaviate", "milvus", "chroma", "supabase",
        ),
        "database",
    ),
    **dict.fromkeys(("elasticsearch", "opensearch", "meilisearch", "typesense"), "search"),
    **dict.fromkeys(("rabbitmq", "nats", "mosquitto", "google-pubsub", "azure-service-bus"), "queue"),
    **dict.fromkeys(("kafka", "pulsar"), "stream"),
    **dict.fromkeys(("minio", "s3", "google-cloud-storage", "azure-blob-storage"), "object-storage"),
    **dict.fromkeys(("mail", "sendgrid", "mailgun", "postmark", "resend", "mailjet", "brevo", "mandrill", "sparkpost"), "mail"),
    "govuk-notify": "mail",
    **dict.fromkeys(("ldap", "auth0", "okta", "clerk", "workos", "entra-id"), "identity-provider"),
    "redis": "key-value-store", "memcached": "cache",
}  # fmt: skip
"""The kinds of what programs have libraries for, by what questions call it; anything else is a service of others."""


def question_kind(question: Question) -> str:
    """Return the kind of a question; models of old have it in the options or in the words alone."""
    if question.kind is not None:
        return question.kind
    asked = {f"{question.about} finds in ": "callees", **_ASKED_OF_OLD}
    kinds = (kind for words, kind in asked.items() if question.ask.startswith(words))
    return _OF_OLD.get(frozenset(question.options)) or next(kinds, "")


def plain_answer(question: Question, value: str) -> str:
    """Return `yes` or `no` for the words that stood for it; any other answer as it is."""
    words = _YES_AND_NO.get(question_kind(question), ())
    return ("yes", "no")[words.index(value)] if value in words else value


def takes_answer(question: Question, value: str) -> bool:
    """Return True for an option, or several of the components that a question offers, by commas.

    Those that call a component may be `optional` callers: `web,jobs:optional`.
    """
    options = {plain_answer(question, option) for option in question.options}
    if not options or plain_answer(question, value) in options:
        return bool(value)
    kind = question_kind(question)
    if kind in _CALLERS:
        return chosen_in(value).keys() <= options - {"none"}
    return kind in _SEVERAL and {*value.split(",")} <= options - {"all", "none"}


def spell_options(question: Question) -> str:
    """Return the options of a question, and how to choose several of them."""
    names = [name for name in question.options if name not in ("all", "none")]
    lines = [" | ".join(question.options)]
    if len(names) > 1 and question_kind(question) in _SEVERAL:
        lines.append(f"several: {','.join(names[:2])}")
    if names and question_kind(question) in _CALLERS:
        lines.append(f"can do without: {names[0]}{_OPTIONAL}")
    return "; ".join(lines)


def chosen_in(value: str) -> dict[str, bool]:
    """Return the components that an answer names, True for those that can't do without the call."""
    return {name.removesuffix(_OPTIONAL): not name.endswith(_OPTIONAL) for name in value.split(",")}


def makes_certain(question: Question) -> bool:
    """Return True for a question whose answer makes certain an element that was assumed."""
    return question_kind(question) in ("call", "entrance", "hosts", "redirect")


def gone_choices(model: Architecture, question: Question, value: str) -> tuple[str, ...]:
    """Return the chosen components of a question about all that were renamed or deleted since it was asked."""
    # what a program has libraries for, or settings, is no component yet
    if question_kind(question) not in _SEVERAL or question_kind(question) in _OF_NEW:
        return ()
    names = {"all", "none", *(component.id for component in model.components)}
    return tuple(name for name in chosen_in(value) if name not in names)


def answer_changes(model: Architecture, question: Question, value: str) -> tuple[Change, ...]:
    """Return the changes that an answer makes: its effect, the answer itself, and the question's removal."""
    return (
        *_effects(model, question, plain_answer(question, value)),
        Put(("answers", question.id), value),
        Remove(("questions", question.id)),
    )


def _effects(model: Architecture, question: Question, value: str) -> Iterator[Change]:
    about, kind = question.about or "", question_kind(question)
    components = {component.id: component for component in model.components}
    if kind in _NEW and " -> " in about:
        yield from _new_call(model, about, required=value == "required", sort=_NEW[kind]) if value != "none" else ()
    elif kind in ("provider-caller", "driver-caller"):
        yield from _callers_of_new(model, components, about, value) if value != "none" else ()
    elif kind in _OF_NEW:
        for called, required in chosen_in(value).items() if value != "none" else ():
            yield from _callers_of_new(model, components, called, about if required else f"{about}{_OPTIONAL}")
    elif kind in ("call", "entrance", "redirect") and " -> " in about:
        yield from {"call": _call, "entrance": _entrance, "redirect": _redirect}[kind](model, about, value)
    elif about in model.unknown and value in ("no", "none") and kind in ("unknown", "entrance", ""):
        yield Remove(("unknown", model.unknown.index(about)))
    elif kind == "writers":
        yield from _writers(model, about, set(value.split(","))) if value != "all" else ()
        yield from _close(model, question, "writers")
    elif kind == "hosts" and any(host.id == about for host in model.hosts):
        yield from _several_hosts(model, about) if value == "no" else _close(model, question, "hosts")
    elif about in components:
        yield from _of_component(model, components, question, value)


def _of_component(
    model: Architecture, components: dict[str, Component], question: Question, value: str
) -> Iterator[Change]:
    component, kind = components[question.about or ""], question_kind(question)
    if kind in ("sharer", "callees"):
        yield from _ends(model, components, question, value)
    elif kind in _CALLERS:
        yield from _other_ends(model, components, question, value)
    elif kind == "mode":
        yield from _mode(component, value)
    elif kind == "count":
        yield Put(("components", component.id, "replicas"), int(value))
        yield from _certain_calls(model, component.id)
    elif kind == "outside":
        yield from _outside(model, component, value)
    elif kind == "volumes" and value == "yes":
        yield Put(("components", component.id, "uploads"), "local")
    elif kind == "unread" and value == "yes":
        yield from _database(model, component.id)
    elif kind == "reach" and value == "private":
        yield from _private(model, component.id)
    elif kind == "outer-proxy" and value == "no":
        yield from _outer_proxy(model, component.id)


def _private(model: Architecture, client: str) -> Iterator[Change]:
    """Put visitors into a private network; whether requests from outside are encrypted is no question then."""
    network = unused_name("lan", model.element_names)
    yield Put(("networks", network), {"trust": "private"})
    yield Put(("components", client, "network"), network)
    if "tls" in model.unknown:
        yield Remove(("unknown", model.unknown.index("tls")))
    yield from (Remove(("questions", each.id)) for each in model.questions if each.about == "tls")


def _close(model: Architecture, question: Question, topic: str) -> Iterator[Change]:
    """Yield the removal of a topic from what is unknown, once the last question of its sort is answered."""
    kind = question_kind(question)
    is_open = any(question_kind(each) == kind for each in model.questions if each.id != question.id)
    if topic in model.unknown and not is_open:
        yield Remove(("unknown", model.unknown.index(topic)))


def _call(model: Architecture, about: str, value: str) -> Iterator[Change]:
    path: Path = ("connections", about)
    connection = next((each for each in model.connections if each.id == about), None)
    if connection is None:
        yield from _new_call(model, about, required=value == "required") if value != "none" else ()
        return
    if value == "none":
        yield from settle_calls(model, gone={about})
        return
    if (value == "required") != connection.required:
        yield Put((*path, "required"), value == "required")
    yield from settle_calls(model, {about}, required=value == "required")


def _new_call(model: Architecture, about: str, *, required: bool, sort: str | None = None) -> Iterator[Change]:
    """Draw a call that was asked about alone; what no file describes is a new component of a sort."""
    source, _, target = about.partition(" -> ")
    components = {component.id: component for component in model.components}
    if source not in components or (target not in components and sort is None):
        return
    if target not in components and sort is not None:
        sort = KINDS_OF_PRODUCTS.get(target, sort) if sort == "external-service" else sort
        components[target] = Component(id=target, kind=sort)
        yield Put(("components", target), {"kind": sort})
    yield from _caller(model, components[target], source, required=required)


def _callers_of_new(model: Architecture, components: dict[str, Component], called: str, value: str) -> Iterator[Change]:
    """Draw the calls of what no file describes, which is a new component."""
    callers = {name: required for name, required in chosen_in(value).items() if name in components}
    if callers and called not in components:
        kind = KINDS_OF_PRODUCTS.get(called, "external-service")
        components[called] = Component(id=called, kind=kind, product=called if kind != "external-service" else None)
        yield Put(("components", called), {"kind": kind} | ({"product": called} if called in _PROTOCOLS else {}))
    for name, required in callers.items():
        yield from _caller(model, components[called], name, required=required)


def _redirect(model: Architecture, about: str, value: str) -> Iterator[Change]:
    for connection in model.connections if value == "no" else ():
        for index, port in enumerate(connection.ports):
            if connection.id == about and port.redirect is not None:
                yield Remove(("connections", about, index, "redirect"))


def _entrance(model: Architecture, about: str, value: str) -> Iterator[Change]:
    assumed = {each.id: each.assumed for each in model.connections if each.assumed is not None and each.id != about}
    for flow in model.flows:
        used = [connection for _, connection in requests_of(flow)]
        if used[:1] == [about] and value == "yes":
            least = max((assumed.get(each, "high") for each in used), key=CONFIDENCES.index)
            yield Put(("flows", flow.id, "assumed"), least)
        elif used[:1] == [about]:
            yield Remove(("flows", flow.id))
    if value == "no":
        lost = lost_calls(model, {about})
        for flow in model.flows:
            if [connection for _, connection in requests_of(flow)][:1] != [about]:
                yield from (Remove(("flows", flow.id)),) if is_emptied(flow.steps, lost) else steps_without(flow, lost)
        yield Remove(("connections", about))
    elif any(each.id == about and each.assumed is not None for each in model.connections):
        yield Remove(("connections", about, "assumed"))


def _writers(model: Architecture, store: str, writers: set[str]) -> Iterator[Change]:
    for connection in model.connections:
        if store in connection.targets:
            access = "read-write" if connection.source in writers else "read"
            yield Put(("connections", connection.id, "access"), access)


def _ends(model: Architecture, components: dict[str, Component], question: Question, value: str) -> Iterator[Change]:
    """Make certain, or take away, the calls between a component and those that a question offers and that are still there."""
    offered = [name for name in question.options[1:-1] if name in components]
    chosen = offered if value == "all" else () if value == "none" else value.split(",")
    leads = question_kind(question) == "callees"
    ends = {name: (question.about or "", name) if leads else (name, question.about or "") for name in offered}
    calls = {name: " -> ".join(pair) for name, pair in ends.items()}
    confirmed = {calls[name] for name in offered if name in chosen}
    yield from settle_calls(model, confirmed, {*calls.values()} - confirmed)
    drawn = {each.id for each in model.connections}
    for name, (source, target) in ends.items():
        if name in chosen and calls[name] not in drawn:
            yield from _caller(model, components[target], source)


def _other_ends(
    model: Architecture, components: dict[str, Component], question: Question, value: str
) -> Iterator[Change]:
    """Draw the calls that no file shows; one that is optional is on no flow."""
    about = question.about or ""
    leads = question_kind(question) == "callee"
    for name, required in chosen_in(value).items() if value != "none" else ():
        if name in components:
            source, target = (about, components[name]) if leads else (name, components[about])
            yield from _caller(model, target, source, required=required)


def _mode(component: Component, value: str) -> Iterator[Change]:
    if value == "all":
        yield Put(("components", component.id, "replication"), {"writers": "all"})
        return
    failover = value.removeprefix("first-")
    yield Put(("components", component.id, "replication"), {"primary": component.replicas[0].id, "failover": failover})


def _outside(model: Architecture, store: Component, value: str) -> Iterator[Change]:
    """State where a store runs that no file describes; its connections are certain then."""
    if value != "server":
        yield Put(("components", store.id, "managed"), {"scope": value})
    elif store.managed:
        yield Remove(("components", store.id, "managed"))
    yield from _certain_calls(model, store.id)


def _certain_calls(model: Architecture, store: str) -> Iterator[Change]:
    """Take the doubt off the calls of what was unknown."""
    assumed = [each.id for each in model.connections if store in each.targets and each.assumed is not None]
    yield from settle_calls(model, assumed)


def _several_hosts(model: Architecture, host: str) -> Iterator[Change]:
    """Take everything off a host that was assumed."""
    for component in model.components:
        if any(host in replica.hosts for replica in component.replicas):
            if len(component.replicas) > 1:
                yield Put(("components", component.id, "replicas"), len(component.replicas))
            yield Remove(("components", component.id, "runs_on"))
            if component.replication is not None and component.replication.primary:
                names = [replica.id for replica in component.replicas]
                first = names.index(component.replication.primary[0]) + 1
                yield Put(("components", component.id, "replication", "primary"), f"{component.id}#{first}")
    yield Remove(("hosts", host))


def _caller(model: Architecture, called: Component, caller: str, *, required: bool = True) -> Iterator[Change]:
    """Draw a call, and put it into each flow in which its caller stands."""
    connection, kind = f"{caller} -> {called.id}", KINDS[called.kind]
    by_kind = "tcp" if kind.role == "data" else "https" if kind.foreign else "http"
    if kind.id == "mail":
        # a provider of mail is called by its interface, a server of no product by its protocol
        by_kind = "smtp" if called.product in (None, "mail") else "https"
    protocol = _PROTOCOLS.get(called.product or "", by_kind)
    if not required:
        yield Put(("connections", connection), {"protocol": protocol, "required": False})
        return
    yield Put(("connections", connection), protocol)
    for flow in model.flows:
        if calls_in(flow, caller):
            yield Append(("flows", flow.id, "steps"), {connection: "query" if kind.role == "data" else "request"})


def _database(model: Architecture, caller: str) -> Iterator[Change]:
    """Add a database that no file describes, and the call of it."""
    name = unused_name(f"{caller}-db", model.element_names)
    yield from _new_call(model, f"{caller} -> {name}", required=True, sort="database")


def _outer_proxy(model: Architecture, component: str) -> Iterator[Change]:
    """State that the proxy before a component, which stands in no file, takes plain HTTP."""
    proxies = {each.source for each in model.connections if component in each.targets}
    for connection in model.connections:
        if set(connection.targets) & proxies and any(port.protocol == "https" for port in connection.ports):
            yield Put(("connections", connection.id), {"protocol": "http", "port": 80})
