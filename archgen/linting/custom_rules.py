"""Rules that a team states as data: for each thing of a kind, a condition over its facts and a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from archgen.analysis.hops import encrypted
from archgen.analysis.topology import Topology
from archgen.linting.conditions import Facts, Type, Value, compiled
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Connection, Flow, Host
from archgen.model.finding import CATEGORIES, Category, Severity
from archgen.model.subject import Subject

Each = Literal["component", "host", "connection", "flow"]
_FACT = re.compile(r"\{([a-z_]+)\}")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CODE = re.compile(r"[A-Z]{3}[0-9]{3}")


class Stated(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule as its file has it; `when` is the condition of a finding, `message` names facts in braces."""

    id: str
    code: str
    title: str
    each: Each
    when: str
    message: str
    fix: str
    why: str
    bad: str
    good: str
    summary: str = ""
    severity: Severity = "warning"
    category: Category = "operations"
    limits: str = "Says nothing where the model does not state a fact that the condition asks for."


class _Fact(Struct, frozen=True):
    """What there is to ask of a thing: its type, and its value from the facts of the model and the thing's id."""

    type: Type
    value: Callable[[Topology, str], Value]


def rule_of(stated: Stated) -> Rule:
    """The rule that runs; raises ValueError for what cannot be one, ExpressionError for a condition that says nothing."""
    _check(stated)
    facts = FACTS[stated.each]
    holds = compiled(stated.when, {name: fact.type for name, fact in facts.items()})

    def check(context: RuleContext) -> Iterator[Hit]:
        topology = context.topology
        for name in _things(topology, stated.each):
            ask = _asking(facts, topology, name)
            if holds(ask):
                yield Hit(subject=Subject(stated.each, name), message=_told(stated.message, ask))

    return Rule(
        id=stated.id,
        code=stated.code,
        title=stated.title,
        severity=stated.severity,
        category=stated.category,
        summary=stated.summary or stated.message,
        why=stated.why,
        fix=stated.fix,
        limits=stated.limits,
        bad=stated.bad,
        edits=((stated.bad, stated.good),),
        check=check,
    )


def _check(stated: Stated) -> None:
    if not _ID.fullmatch(stated.id):
        raise ValueError(f"`id` is lower-case words with hyphens, such as database-owner, and not `{stated.id}`")
    if not _CODE.fullmatch(stated.code):
        raise ValueError(f"`code` is three capitals and three digits, such as OUR001, and not `{stated.code}`")
    assert stated.category in CATEGORIES
    for key in ("title", "message", "fix", "why"):
        if not getattr(stated, key).strip():
            raise ValueError(f"`{key}` is empty")
    for name in _FACT.findall(stated.message):
        if name not in FACTS[stated.each]:
            raise ValueError(f"`message`: a {stated.each} has no fact `{name}`; it has {', '.join(FACTS[stated.each])}")


def _asking(facts: dict[str, _Fact], topology: Topology, thing: str) -> Facts:
    return lambda name: facts[name].value(topology, thing)


def _things(topology: Topology, each: Each) -> tuple[str, ...]:
    model = topology.architecture
    told: dict[Each, tuple[Component | Host | Connection | Flow, ...]] = {
        "component": model.components,
        "host": model.hosts,
        "connection": model.connections,
        "flow": model.flows,
    }
    return tuple(thing.id for thing in told[each])


def _told(message: str, ask: Facts) -> str:
    return _FACT.sub(lambda found: _worded(ask(found[1])), message)


def _worded(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else "unknown" if value is None else str(value)


def _component(kind: Type, value: Callable[[Topology, Component], Value]) -> _Fact:
    return _Fact(kind, lambda topology, name: value(topology, topology.components[name]))


def _host(kind: Type, value: Callable[[Topology, Host], Value]) -> _Fact:
    return _Fact(kind, lambda topology, name: value(topology, topology.hosts[name]))


def _connection(kind: Type, value: Callable[[Topology, Connection], Value]) -> _Fact:
    def asked(topology: Topology, name: str) -> Value:
        found = next(each for each in topology.outgoing[name.partition(" -> ")[0]] if each.id == name)
        return value(topology, found)

    return _Fact(kind, asked)


def _flow(kind: Type, value: Callable[[Topology, Flow], Value]) -> _Fact:
    return _Fact(kind, lambda topology, name: value(topology, topology.flows[name]))


def _encrypted(_: Topology, one: Connection) -> bool | None:
    """Whether all ports are; unknown as soon as one is, unless another is known to be in clear."""
    told = [encrypted(port) for port in one.ports if port.redirect is None]
    return False if False in told else None if None in told or not told else True


def _hosts(topology: Topology, one: Component) -> Value:
    return topology.hosts_of(one.id) if one.placed else None


FACTS: dict[Each, dict[str, _Fact]] = {
    "component": {
        "id": _component("text", lambda _, one: one.id),
        "kind": _component("text", lambda _, one: one.kind),
        "name": _component("text", lambda _, one: one.name),
        "product": _component("text", lambda _, one: one.product),
        "version": _component("text", lambda _, one: one.version),
        "owner": _component("text", lambda _, one: one.owner),
        "why": _component("text", lambda _, one: one.why),
        "deploy": _component("text", lambda _, one: one.deploy),
        "sessions": _component("text", lambda _, one: one.sessions),
        "uploads": _component("text", lambda _, one: one.uploads),
        "image": _component("text", lambda _, one: one.image),
        "trust": _component("text", lambda topology, one: topology.trust(one.id)),
        "managed": _component("truth", lambda _, one: one.managed),
        "stores": _component("truth", lambda topology, one: topology.kind(one.id).stores),
        "replicas": _component("number", lambda _, one: float(len(one.replicas))),
        "capacity": _component("number", lambda _, one: one.capacity),
        "hosts": _component("texts", _hosts),
        "flows": _component("texts", lambda topology, one: topology.flows_of.get(one.id, ())),
        "backups": _component("texts", lambda topology, one: tuple(b.id for b in topology.backups.get(one.id, ()))),
        "links": _component("texts", lambda _, one: tuple(title for title, _ in one.links)),
    },
    "host": {
        "id": _host("text", lambda _, one: one.id),
        "name": _host("text", lambda _, one: one.name),
        "owner": _host("text", lambda _, one: one.owner),
        "address": _host("text", lambda _, one: one.address),
        "network": _host("text", lambda _, one: one.network),
        "why": _host("text", lambda _, one: one.why),
        "zones": _host("texts", lambda _, one: one.zones),
        "replicas": _host("texts", lambda topology, one: tuple(r.id for r in topology.replicas_on.get(one.id, ()))),
    },
    "connection": {
        "id": _connection("text", lambda _, one: one.id),
        "source": _connection("text", lambda _, one: one.source),
        "source_kind": _connection("text", lambda topology, one: topology.components[one.source].kind),
        "source_trust": _connection("text", lambda topology, one: topology.trust(one.source)),
        "access": _connection("text", lambda _, one: one.access),
        "credentials": _connection("text", lambda _, one: one.credentials),
        "why": _connection("text", lambda _, one: one.why),
        "targets": _connection("texts", lambda _, one: one.targets),
        "target_kinds": _connection("texts", lambda topo, one: tuple(topo.components[t].kind for t in one.targets)),
        "protocols": _connection("texts", lambda _, one: tuple(port.protocol for port in one.ports)),
        "encrypted": _connection("truth", _encrypted),
        "crosses_hosts": _connection("truth", lambda topology, one: topology.crosses(one)),
        "required": _connection("truth", lambda _, one: one.required),
        "timeout": _connection("number", lambda _, one: one.timeout),
        "retries": _connection("number", lambda _, one: None if one.retries is None else float(one.retries)),
        "flows": _connection("texts", lambda topology, one: topology.flows_over.get(one.id, ())),
    },
    "flow": {
        "id": _flow("text", lambda _, one: one.id),
        "title": _flow("text", lambda _, one: one.title),
        "summary": _flow("text", lambda _, one: one.summary),
        "domain": _flow("text", lambda _, one: one.domain),
        "access": _flow("text", lambda _, one: one.access),
        "demand": _flow("number", lambda _, one: one.demand),
        "peak": _flow("number", lambda _, one: one.peak),
        "requests": _flow("number", lambda topology, one: float(len(topology.hops[one.id]))),
    },
}
"""What a condition can ask, by what it is about."""
