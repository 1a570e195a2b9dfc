"""Questions about calls: of what no file describes, and between components that call each other."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.importers.assembly.asking import ImportQuestion, question
from archgen.importers.assembly.doors import is_walked
from archgen.importers.assembly.inventory import Inventory
from archgen.importers.facts import READ, Origin
from archgen.importers.names import image_without_tag, words_of
from archgen.importers.providers.catalogue import is_provider
from archgen.model.wording import first_few, listed

_Need = tuple[str, str, str, str, str, Origin, list[str]]
"""Who may call something, its name and its kind, the setting, an address or none, the place, and others who may in its place."""

_MOST_NAMED = 5
_MOST_TOLD = 10
_MOST_PROGRAMS = 8
"""Names in a question for all that is left of programs, and such questions."""

_MOST_CIRCLES = 3
_FEW = 4


def ask_about_needs(inventory: Inventory) -> Iterator[ImportQuestion]:
    """Yield a question for each of a few calls of what no file describes, of which nothing but a setting speaks.

    Beyond these few there is a question for all that is left of a program.
    """
    all_ = _asked_at_once(
        [(part.id, name, *need) for part in inventory.parts.values() for name, need in part.needs.items()]
    )
    all_ = [_of_namesakes(need, inventory) for need in all_]
    # what only a source reads may be for what few make use of
    reads, needs = ([need for need in all_ if (need[2] == READ) is is_read] for is_read in (True, False))
    ordered = sorted(needs, key=lambda need: (need[-1] != [], need[2] != "mail" and not is_provider(need[1])))
    # what several may call by its name alone is asked about at once, where it is more than one thing
    vague = [need for need in ordered if need[-1] and not need[4] and need[2] != "mail" and not is_provider(need[1])]
    single = [need for need in ordered if need not in vague or len(vague) < _FEW]
    for caller, name, kind, variable, host, place, others in single[:_MOST_NAMED]:
        if callers := [each for each in others if each in inventory.parts]:
            ask = f"{variable} of several components names {host}. Which of them call it?"
            if not host:
                ask = f"Nothing but {variable} says that one of several components calls {name}. Which of them do?"
            yield question("provider-caller", name, ask, (*sorted((caller, *callers)), "none"), (str(place),))
            continue
        ask = f"By {variable}, {caller} calls {name} on the internet. Does it, and can it do without?"
        if host:
            ask = f"{variable} of {caller} names {host}, which no file describes. Does {caller} call it, and can it do without?"
        elif " " in variable and kind == "service":
            ask = f"{caller} has {variable}. Does it call {name}, and can it do without?"
        elif kind == "service":
            ask = f"No file holds an address for {variable} of {caller}. Does it call {name}, and can it do without?"
        sort = "provider" if kind == "external-service" else "address"
        yield question(sort, f"{caller} -> {name}", ask, ("required", "optional", "none"), (str(place),))
    left: dict[str, dict[str, tuple[str, Origin]]] = {}
    for caller, name, _, variable, _, place, others in (
        *single[_MOST_NAMED:],
        *(need for need in ordered if need not in single),
        *reads,
    ):
        for each in (caller, *others) if others else (caller,):
            left.setdefault(each, {}).setdefault(name, (variable, place))
    # programs of one image are told the same, and one of them, which answers if any does, stands for all
    alike: dict[tuple[str, ...], list[str]] = {}
    for caller, named in left.items():
        alike.setdefault((*named,), []).append(caller)
    for names, callers in [*alike.items()][:_MOST_PROGRAMS]:
        first = min(
            callers, key=lambda each: not inventory.parts[each].traits.serves if each in inventory.parts else True
        )
        variables = list(dict.fromkeys(variable for variable, _ in left[first].values()))
        whose = listed(first_few([first, *(each for each in callers if each != first)], _MOST_TOLD))
        shown, titles = (listed(first_few([*each], _MOST_TOLD)) for each in (variables, names))
        which = f"Which does {'it' if len(callers) == 1 else first} call?"
        place = next(place for _, place in left[first].values())
        ask = f"{shown} of {whose} may be for {titles}, which no file describes. {which}"
        yield question("setting-callee", first, ask, (*names[:_MOST_TOLD], "none"), (str(place),))


def _asked_at_once(needs: list[_Need]) -> list[_Need]:
    """Return needs with one for all who may call the same by one setting without an address."""
    callers: dict[tuple[str, str], list[str]] = {}
    for caller, name, _, variable, host, _, others in needs:
        if not (host or others):
            callers.setdefault((name, variable), []).append(caller)
    first: list[_Need] = []
    for caller, name, kind, variable, host, place, others in needs:
        alike = callers.get((name, variable), [caller]) if not (host or others) else [caller]
        if caller == alike[0]:
            first.append((caller, name, kind, variable, host, place, [*others, *alike[1:]]))
    return first


def _of_namesakes(need: _Need, inventory: Inventory) -> _Need:
    """Return a need with those callers alone that are called after what they may call, where some are: `harvest-prices` of `prices`."""
    caller, name, kind, variable, host, place, others = need
    words = {*words_of(name)}
    callers = [each for each in (caller, *others) if each in inventory.parts]
    named = [each for each in callers if words <= {*words_of(each)}]
    if not named or len(named) == len(callers):
        return need
    return named[0], name, kind, variable, host, place, named[1:]


def ask_about_circles(inventory: Inventory) -> Iterator[ImportQuestion]:
    """Yield a question for each of a few calls between components that call each other: seldom does each request need both.

    What visitors, or what leads them, reach first is asked for, and not what only answers it.
    """
    pages = {part.id for part in inventory.parts.values() if part.kind in ("web-server", "app-server")}
    near = pages | {entry.component for entry in inventory.entries}
    near |= {call.target for call in inventory.calls.values() if inventory.parts[call.source].traits.balances}
    circles = [
        call
        for pair, call in inventory.calls.items()
        if pair[::-1] in inventory.calls
        and all(is_walked(inventory, *each) for each in (pair, pair[::-1]))
        and all(inventory.parts[each].traits.role in ("application", "web") for each in pair)
        and not (call.is_assumed or call.asked)
        and (call.target not in near or call.source in near - pages)
    ]
    for call in circles[:_MOST_CIRCLES]:
        ask = f"{call.source} and {call.target} call each other. Do the main requests of {call.source} fail without {call.target}?"
        yield question("call", call.id, ask, ("required", "optional", "none"), (str(call.place),))


def run_one_image(inventory: Inventory, names: list[str]) -> bool:
    """Return True for several components that run one image: an answer for one of them says much of the others."""
    images = {image_without_tag(inventory.parts[name].image or "") for name in names}
    return len(names) > 1 and len(images) == 1 and "" not in images
