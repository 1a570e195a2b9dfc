"""Replicas that stand in the files one by one, put together as one component."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from archgen.importers.assembly.inventory import Call, Entry, Inventory, Part
from archgen.importers.facts import Origin
from archgen.importers.names import make_id
from archgen.model.finding import CONFIDENCES

_NUMBER = re.compile(r"\d+")


def group(inventory: Inventory) -> Inventory:
    """Return the inventory with the members of a pool, and equal services with numbered names, as one component each."""
    sets: dict[tuple[Any, ...], list[str]] = {}
    pools = _pools(inventory)
    for name, part in inventory.parts.items():
        stem = _NUMBER.sub("#", name, count=1) if len(_NUMBER.findall(name)) == 1 else _last_number(name)
        if name in pools:
            sets.setdefault(("pool", pools[name], part.kind), []).append(name)
        elif stem != name and (part.image or part.build) and part.kind != "scheduler":
            # jobs of several schedules are no replicas
            sets.setdefault((stem, part.kind, part.product, part.image, part.build), []).append(name)
    renamed: dict[str, str] = {}
    taken = set(inventory.parts)
    for key, names in sets.items():
        if len(names) > 1 and (key[0] == "pool" or _alike(inventory, names)):
            outer = key[0] == "pool" and all(inventory.parts[name].is_outside for name in names)
            pool = make_id(key[1].rpartition("/")[2]) if outer or str(key[1]).startswith("service/") else ""
            identity = _stem(names, taken, pool if pool not in taken else "")
            taken.add(identity)
            renamed.update(dict.fromkeys(names, identity))
    return _renamed(inventory, renamed) if renamed else inventory


def _last_number(name: str) -> str:
    return re.sub(r"\d+(?=\D*$)", "#", name)


def _pools(inventory: Inventory) -> dict[str, str]:
    """Return the pool of each component that is called as a member of one, and of one alone."""
    pools: dict[str, set[str]] = {}
    for call in inventory.calls.values():
        if call.pool is not None:
            pools.setdefault(call.target, set()).add(call.pool)
    return {name: min(names) for name, names in pools.items() if len(names) == 1}


def _alike(inventory: Inventory, names: list[str]) -> bool:
    """Return True unless the components are stores of different callers."""
    if not inventory.parts[names[0]].keeps_data:
        return True
    callers = [{_last_number(call.source) for call in inventory.callers(name)} for name in names]
    among = any(call.source in names for name in names for call in inventory.callers(name))
    return among or not any(callers) or bool(set.intersection(*callers))


def _stem(names: list[str], taken: set[str], pool: str) -> str:
    """Return what names have in common, else the name of their pool, else the first of them."""
    stem = re.sub(r"[-_.]+$|^[-_.]+", "", re.sub(r"(?:[-_.]+v)?[-_.]*\d+(?=\D*$)", "", names[0]))
    if not stem or not all(name.startswith(stem[:2]) for name in names):
        stem = pool or names[0]
    if stem in taken and stem not in names:
        return f"{stem}-pool" if f"{stem}-pool" not in taken else names[0]
    return stem


def _renamed(inventory: Inventory, names: Mapping[str, str]) -> Inventory:
    parts: dict[str, Part] = {}
    for name, part in inventory.parts.items():
        identity = names.get(name, name)
        if identity not in parts:
            parts[identity] = replace(part, id=identity)
        else:
            joined = parts[identity]
            if part.host != joined.host or joined.places:
                joined.places = _places(joined, part)
            joined.replicas += part.replicas
            joined.members = [*joined.members, *part.members]
    for part in parts.values():
        part.sharers = sorted({names.get(name, name) for name in part.sharers} - {part.id})
        part.needs = {
            title: (kind, name, host, place, sorted({names.get(each, each) for each in others} - {part.id}))
            for title, (kind, name, host, place, others) in part.needs.items()
        }
        part.backs_up = list(dict.fromkeys(names.get(name, name) for name in part.backs_up))
        part.copy_of = names.get(part.copy_of, part.copy_of) if part.copy_of else None
        part.copy_of = None if part.copy_of == part.id else part.copy_of
        if "guards" in part.declared:
            guards = list(dict.fromkeys(names.get(name, name) for name in part.declared["guards"]))
            part.declared = {**part.declared, "guards": guards}
    calls: dict[tuple[str, str], Call] = {}
    for (source, target), call in inventory.calls.items():
        pair = names.get(source, source), names.get(target, target)
        if pair[0] == pair[1] and call.guess:
            continue
        call = replace(call, source=pair[0], target=pair[1], required=call.required and pair[0] != pair[1])
        present = calls.get(pair)
        if present is not None:
            present.is_inner = call.is_inner = present.is_inner and call.is_inner
            # the replicas of a proxy lead on alike, whichever is called
            present.absorb(call, is_one=bool(parts[pair[1]].listens))
            call.absorb(present, is_one=bool(parts[pair[1]].listens))
        if present is None or _certainty(call) < _certainty(present):
            calls[pair] = call
    entries: dict[tuple[str, int], Entry] = {}
    for entry in inventory.entries:
        identity = names.get(entry.component, entry.component)
        entries.setdefault((identity, entry.port), replace(entry, component=identity))
    return Inventory(parts, dict(sorted(calls.items())), list(entries.values()), inventory.hosts)


def _certainty(call: Call) -> tuple[bool, int, Origin]:
    return call.guess, CONFIDENCES.index(call.confidence), call.place


def _places(*parts: Part) -> list[str]:
    """Return the hosts of parts, each once."""
    hosts = [place for part in parts for place in part.places or ([part.host] if part.host else [])]
    return list(dict.fromkeys(hosts))
