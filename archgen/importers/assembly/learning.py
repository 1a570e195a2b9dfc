"""What calls and components tell of each other: the kinds of what is called, and which calls a request can do without."""

from __future__ import annotations

import re
from collections.abc import Set

from archgen.importers.assembly.certainty import ASSUMING
from archgen.importers.assembly.inventory import Call, Part
from archgen.importers.catalogue import BY_PRODUCT, STORES
from archgen.importers.facts import BY_LIBRARY, IN_SOURCE, MOUNTED, PASSED_ON
from archgen.importers.schemes import unsecured
from archgen.model.protocols import WEB

_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+")


def learn(
    parts: dict[str, Part], calls: dict[tuple[str, str], Call], published: Set[str]
) -> dict[tuple[str, str], Call]:
    """Return the calls between the parts in a stable order, each with what the parts say of it.

    `published` are the parts that are reached from outside.
    """
    _prove(parts, calls, published)
    _learn_kinds(parts, calls)
    _find_subjects(parts)
    _leave_out_moot(calls)
    between = {pair: call for pair, call in sorted(calls.items()) if pair[0] in parts and pair[1] in parts}
    for call in between.values():
        _complete(parts, between, call)
    return between


def _complete(parts: dict[str, Part], calls: dict[tuple[str, str], Call], call: Call) -> None:
    """Set what its two ends tell of a call: if it is required, if it is assumed or asked about, and its protocol."""
    source, target = parts[call.source], parts[call.target]
    if (target.is_aside and not _is_door(source, target, call)) or not _needs(source, target):
        call.required = False
    if target.kind == "search" and _has_database(parts, calls, call):
        call.required, call.asked = False, True
    if target.is_provided and target.kind != "mail" and call.required:
        call.asked = True
    call.is_assumed = call.is_assumed or call.evidence in ASSUMING
    known = BY_PRODUCT.get(target.product or "")
    if known is not None and call.protocol == "http" and not call.is_spoken and call.evidence in (MOUNTED, IN_SOURCE):
        call.protocol = known.protocol
    if call.protocol == "http" and target.listens.get(call.port or 0, {}).get("grpc"):
        call.protocol = "grpc"
    if target.is_secured and known is not None and call.protocol == known.protocol:
        call.tls = True
    if source.copy_of == call.target or target.copy_of == call.source:
        call.required = False


_STORES = {store.protocol: store for store in STORES.values()}
"""The product that a protocol of a store tells."""


_OF_ONE_PRODUCT = ("postgresql", "mongodb")
"""Protocols of databases that tell the product: of others there are several."""


def _learn_kinds(parts: dict[str, Part], calls: dict[tuple[str, str], Call]) -> None:
    """Give each component of unknown kind that others call by the protocol of a store that kind, and a store its product."""
    for (_, target), call in sorted(calls.items()):
        part, known = parts.get(target), _STORES.get(unsecured(call.protocol))
        if part is None or known is None or call.guess:
            continue
        if part.kind == "database" and part.product is None and call.protocol in _OF_ONE_PRODUCT:
            part.product = known.product
        elif part.kind == "service" and _passes_on(part, call, parts, calls):
            part.kind, part.confidence, part.evidence = (
                "load-balancer",
                "medium",
                f"called by {call.protocol}, and passes it on",
            )
        elif part.kind == "service":
            part.kind, part.product, part.confidence = known.kind, known.product, "medium"
            part.evidence = f"called by {call.protocol}"


def _passes_on(part: Part, called: Call, parts: dict[str, Part], calls: dict[tuple[str, str], Call]) -> bool:
    """Return True for what is called by the protocol of a store and calls a store by it: a proxy before that."""
    return any(
        source == part.id
        and unsecured(call.protocol) == unsecured(called.protocol)
        and target in parts
        and parts[target].keeps_data
        for (source, target), call in calls.items()
    )


def _find_subjects(parts: dict[str, Part]) -> None:
    """Mark what a system of monitoring alone is about: its pages are what visitors come for."""
    if not any(part.traits.role in ("application", "web") for part in parts.values()):
        for part in parts.values():
            part.is_subject = part.kind == "monitoring" or part.product == "loki"


def _is_door(source: Part, target: Part, call: Call) -> bool:
    """Return True for a proxy that passes on a port of mail: whoever comes there wants nothing else."""
    return target.kind == "mail" and source.traits.balances and call.evidence == PASSED_ON and call.protocol != "http"


def _needs(source: Part, target: Part) -> bool:
    """Return False for telemetry, which does without what it watches; not without its own data, nor that which it shows."""
    shows = source.product in ("grafana", "kibana", "chronograf") and target.is_subject
    return not source.traits.observes or (source.is_subject and (target.keeps_data or shows))


def _has_database(parts: dict[str, Part], calls: dict[tuple[str, str], Call], call: Call) -> bool:
    """Return True if the caller also calls a database: without one, the search engine is what keeps its records."""
    called = {target for source, target in calls if source == call.source}
    return any(parts[target].kind == "database" for target in called)


def _serves_pages(part: Part) -> bool:
    """Return True for the image of a web server that is built with a configuration which passes nothing on."""
    is_server = part.kind == "web-server" and part.build is not None and part.evidence.startswith("image ")
    return is_server and _serves_files(part) and not part.passes_to


def _is_for_pages(parts: dict[str, Part], call: Call) -> bool:
    """Return True for a call by a variable that a server of pages has, and that none but browsers can make."""
    target = parts.get(call.target)
    is_store = target is not None and target.keeps_data
    return not is_store and call.protocol in WEB and _VARIABLE.fullmatch(call.evidence) is not None


def _serves_files(part: Part) -> bool:
    """Return True for a proxy whose configuration is known, and does more than to send visitors to another port."""
    return not part.is_unclear and any(not heard["redirect"] for heard in part.listens.values())


def _leave_out_moot(calls: dict[tuple[str, str], Call]) -> None:
    """Drop the calls that a library alone shows of programs that call something else by its protocol, such as a proxy before the store."""
    spoken = {
        (call.source, unsecured(call.protocol))
        for call in calls.values()
        if call.evidence != BY_LIBRARY and not call.guess
    }
    for pair, call in [*calls.items()]:
        if call.evidence == BY_LIBRARY and call.protocol not in ("http", "tcp") and (pair[0], call.protocol) in spoken:
            del calls[pair]


def _prove(parts: dict[str, Part], calls: dict[tuple[str, str], Call], published: Set[str]) -> None:
    """Drop each guess of a monitor whose opposite is proven, and those of proxies whose own configuration says what they call.

    So are variables of servers of files, which are there for browsers or for another way to run the program.

    Anything else may call what it waits for all the same. A call with any other evidence is no guess.
    """
    for call in calls.values():
        call.guess = call.guess and call.evidence == "depends_on"
    read = {call.source for call in calls.values() if call.evidence == PASSED_ON}
    # one that passes on to nothing here serves files, unless a variable stands for what it passes on to
    read |= {part.id for part in parts.values() if _serves_files(part)}
    leading = {call.source for call in calls.values() if call.fronts or call.evidence == PASSED_ON}
    serving = {part.id for part in parts.values() if part.id not in leading and _serves_pages(part)}
    for pair in [pair for pair, call in calls.items() if pair[0] in serving and _is_for_pages(parts, call)]:
        del calls[pair]
    for source, target in [pair for pair, call in calls.items() if call.guess]:
        opposite = calls.get((target, source))
        watches = source in parts and parts[source].traits.observes and source not in published
        if source in read or (opposite is not None and not opposite.guess and watches):
            del calls[source, target]
