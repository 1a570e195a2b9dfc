"""Questions about libraries: what programs have one for, where no file says that they call it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archgen.importers.assembly.asking import ImportQuestion, question
from archgen.importers.assembly.inventory import Call, Inventory, Part
from archgen.importers.assembly.needs import run_one_image
from archgen.importers.catalogue import BY_PRODUCT, PROVIDED, is_product_like
from archgen.importers.names import image_without_tag, serves_files
from archgen.importers.schemes import unsecured
from archgen.model.wording import first_few, listed

_MOST_ASKED = 4
"""Questions about libraries in a model; what is beyond is asked for each program at once."""

_MOST_IN_ALL = 12
_MOST_NAMED = 10
_MOST_STORES = 3
_OF_MAIL = re.compile(r"MAIL|SMTP|IMAP", re.IGNORECASE)
_SQL = ("postgresql", "mysql", "mssql", "oracle")
_ORDER = ("database", "key-value-store", "cache", "queue", "stream", "search", "object-storage", "mail")
"""Kinds of what matters more than any other service."""


def ask_for_drivers(inventory: Inventory) -> list[ImportQuestion]:
    """Return a few questions about libraries for what no file leads to: by what they are for, else by the programs that have them."""
    open_: dict[str, list[Part]] = {}
    kinds: dict[str, str] = {}
    for part in inventory.parts.values():
        for title, kind in part.drivers.items():
            # one of several that send mail stands for all
            if kind == "mail" and title != "mail" and "mail" in part.drivers:
                continue
            if not (_is_settled(inventory, part, title, kind) or _leaves_to_roles(inventory, part, title, kind)):
                open_.setdefault(title, []).append(part)
                kinds[title] = kind
    order = sorted(open_, key=lambda title: (_rank(kinds[title]), -len(open_[title]), title))
    fitting = {
        title: [each for each in inventory.parts.values() if _fits(each, title, kinds[title])] for title in order
    }
    single = [title for title in order if not fitting[title] and len(open_[title]) == 1]
    by_title = [title for title in order if title not in single]
    asked: list[ImportQuestion] = []
    for title in by_title[:_MOST_ASKED]:
        asked += _ask_for_title(title, open_[title], fitting[title])
    rest: dict[str, list[str]] = {}
    for title in (*by_title[_MOST_ASKED:], *single):
        for part in open_[title]:
            rest.setdefault(part.id, []).append(title)
    programs = sorted(rest, key=lambda name: min(order.index(title) for title in rest[name]))
    # of programs of one image, that which answers stands for all
    alike: dict[tuple[str | None, ...], list[Part]] = {}
    for name in programs:
        alike.setdefault((image_without_tag(inventory.parts[name].image or name), *rest[name]), []).append(
            inventory.parts[name]
        )
    for parts in alike.values():
        first = next((each for each in parts if each.traits.serves), parts[0])
        asked.append(_ask_for_program(first, rest[first.id], len(parts) - 1))
    return asked[:_MOST_IN_ALL]


def ask_for_unread(inventory: Inventory) -> Iterator[ImportQuestion]:
    """Yield a question for each of a few stores: which of the programs whose settings are in no file, and that call nothing, call it."""
    called = {call.target for call in inventory.calls.values()}
    stores = [
        part for part in inventory.parts.values() if part.keeps_data and part.id in called and not part.is_outside
    ]
    unread: dict[str, list[Part]] = {}
    for part in inventory.parts.values():
        is_own = part.traits.role == "application" and not serves_files(part.image or "")
        if part.unread is not None and is_own and not inventory.callees(part.id):
            unread.setdefault(part.unread, []).append(part)
    for name, programs in [*unread.items()][:1]:
        names = tuple(part.id for part in programs)
        take = "takes its" if len(names) == 1 else "take their"
        for store in stores[:_MOST_STORES]:
            shown = listed(first_few(list(names), _MOST_NAMED))
            which = "Does it" if len(names) == 1 else "Which of them"
            ask = f"No file that is read holds {name}, which {shown} {take} settings from. {which} call {store.id}?"
            yield question("caller", store.id, ask, (*names, "none"), (str(programs[0].source),))


def _rank(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _ask_for_title(title: str, programs: list[Part], stores: list[Part]) -> Iterator[ImportQuestion]:
    names = tuple(part.id for part in programs)
    have = "has" if len(names) == 1 else "have"
    shown = listed(first_few(list(names), _MOST_NAMED))
    if len(stores) > 1:
        # each may call another one
        for part in programs[:2]:
            ask = f"{part.id} has a library for {title}, and no file an address. Which of these does it call?"
            yield question("callee", part.id, ask, (*(each.id for each in stores[:8]), "none"), (str(part.source),))
        return
    target = stores[0].id if stores else title
    which = "Does it" if len(names) == 1 else "Which of them"
    ask = f"{shown} {have} a library for {target}, and no file an address. {which} call it?"
    yield question("caller" if stores else "driver-caller", target, ask, (*names, "none"), (str(programs[0].source),))


def _ask_for_program(part: Part, titles: list[str], others: int) -> ImportQuestion:
    name, it = part.id, "it" if not others else part.id
    more = "another component" if others == 1 else f"{others} more components"
    has = f"{name} has" if not others else f"{name} and {more} of its image have"
    ask = f"{has} a library for {titles[0]}, and no file an address. Does {it} call it?"
    if len(titles) > 1:
        shown = listed(first_few(titles, _MOST_NAMED))
        ask = f"{has} libraries for {shown}, and no file an address. Which of these does {it} call?"
    return question("driver-callee", name, ask, (*titles, "none"), (str(part.source),))


def _is_settled(inventory: Inventory, part: Part, title: str, kind: str) -> bool:
    """Return True for what a program calls, or for which another question names it."""
    needed = {title, "mail"} if kind == "mail" else {title}
    if kind == "mail" and any(_OF_MAIL.search(variable) is not None for _, variable, *_ in part.needs.values()):
        return True
    if any(
        not needed.isdisjoint(each.needs) and (each is part or any(part.id in need[-1] for need in each.needs.values()))
        for each in inventory.parts.values()
    ):
        return True
    if any(part.id in each.sharers for each in inventory.parts.values() if _fits(each, title, kind)):
        return True
    return any(_answers(inventory.parts[call.target], call, title, kind) for call in inventory.callees(part.id))


def _leaves_to_roles(inventory: Inventory, part: Part, title: str, kind: str) -> bool:
    """Return True for what others of the same image are given the address of, and this one isn't."""
    others = (
        each for each in inventory.parts.values() if each is not part and run_one_image(inventory, [each.id, part.id])
    )
    return part.unread is None and any(
        _answers(inventory.parts[call.target], call, title, kind)
        for each in others
        for call in inventory.callees(each.id)
    )


def _answers(target: Part, call: Call, title: str, kind: str) -> bool:
    """Return True for a call of what a library is for, or of something in its place, such as a proxy before it."""
    known = BY_PRODUCT.get(title)
    protocol = known.protocol if known is not None else ""
    if _fits(target, title, kind) or (unsecured(call.protocol) == protocol and protocol not in ("http", "tcp")):
        return True
    if title in _SQL and target.kind == "database" and (target.product is None or _protocol_of(target) in _SQL):
        return True
    if target.product is None and target.kind == kind and target.keeps_data:
        return True
    return kind == "search" and target.kind == "search"


def _protocol_of(part: Part) -> str:
    known = BY_PRODUCT.get(part.product or "")
    return known.protocol if known is not None else ""


def _fits(part: Part, title: str, kind: str) -> bool:
    known = PROVIDED.get(title) or BY_PRODUCT.get(title)
    if kind in ("object-storage", "mail", "identity-provider") and part.kind == kind:
        return True
    return part.product == title or part.id == title or (known is not None and is_product_like(part.product, known))
