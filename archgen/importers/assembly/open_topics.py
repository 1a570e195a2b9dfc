"""Questions about the topics that files leave open: backups, monitoring, firewalls, TLS and DNS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archgen.importers.assembly.asking import YES_OR_NO, ImportQuestion, question
from archgen.importers.assembly.inventory import Inventory, Part
from archgen.importers.names import words_of
from archgen.language.expand.votes import OTHER_ROLES, VOTING_ROLES
from archgen.model.products import product_of
from archgen.model.wording import first_few, listed

_MOST_NAMED = 5
_MOST_STORES = 7


def ask_for_topics(unknown: Iterable[str], inventory: Inventory) -> Iterator[ImportQuestion]:
    """Yield a question for each open topic that has one."""
    yield from (_about(word, inventory) for word in unknown if word in _WORDS)


def _about(word: str, inventory: Inventory) -> ImportQuestion:
    """Return the question about an open topic; where something is backed up or watched, it names the rest."""
    watching = [part for part in inventory.parts.values() if part.kind == "monitoring"]
    if word == "monitoring" and watching:
        # others, such as those of traces, watch what sends to them
        first = min(watching, key=lambda part: part.product != "prometheus")
        names = [part.id for part in inventory.unwatched]
        rest = ", ".join(names if len(names) <= _MOST_NAMED else names[: _MOST_NAMED - 1])
        more = f" and {len(names) - _MOST_NAMED + 1} other components" if len(names) > _MOST_NAMED else ""
        return question("unknown", word, f"Does anything, such as {first.id}, monitor {rest}{more}?", YES_OR_NO)
    copied = inventory.backed_up
    kept = [
        part
        for part in inventory.parts.values()
        if (part.traits.stores or part.persists or part.kind == "search")
        and not (_only_elects(part) or part.is_refilled)
    ]
    copied = {*copied, *_holding_copies(inventory)}
    stores = [part for part in kept if part.kind != "object-storage" or not (part.is_outside or part.is_provided)]
    others = [part.id for part in stores if part.id not in copied]
    files = [part for part in inventory.parts.values() if (part.files or part.file_database) and part.id not in copied]
    others += [f"the files of {part.id}" for part in files]
    if word != "backups" or not others:
        return _WORDS[word]
    return question("unknown", word, f"Does anything back up {listed(first_few(others, _MOST_STORES))}?", YES_OR_NO)


def _holding_copies(inventory: Inventory) -> Iterator[str]:
    """Yield the object storages that a backup writes to: copies are there, whatever else is."""
    for call in inventory.calls.values():
        if inventory.parts[call.source].kind == "backup" and inventory.parts[call.target].kind == "object-storage":
            yield call.target


def _only_elects(part: Part) -> bool:
    """Return True for nodes of a search engine that, by their name, lead the others, and hold no documents."""
    if not product_of(part.product).votes_by_role:
        return False
    words = {*words_of(part.id)}
    return not words.isdisjoint(VOTING_ROLES) and words.isdisjoint(OTHER_ROLES)


_WORDS = {
    "backups": question("unknown", "backups", "Does anything back up the data?", YES_OR_NO),
    "monitoring": question("unknown", "monitoring", "Does anything monitor this system?", YES_OR_NO),
    "firewalls": question("unknown", "firewalls", "Does a firewall stand before this system?", YES_OR_NO),
    "tls": question("unknown", "tls", "Does every request from outside come over TLS?", YES_OR_NO),
    "dns": question(
        "unknown", "dns", "Do visitors find this system by DNS? No file declares a name server.", YES_OR_NO
    ),
}
