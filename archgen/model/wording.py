"""Counts and lists in English."""

from __future__ import annotations

from collections.abc import Sequence

_ZONE_KINDS = {"power": "power feed", "availability-zone": "availability zone"}


def zone_words(kind: str) -> str:
    """Return a kind of zone as it stands in a sentence: `availability zone`, `power feed`, `rack`."""
    return _ZONE_KINDS.get(kind, kind)


def in_zone(kind: str, name: str) -> str:
    """Return where something is: `in the rack a`, `on the power feed ups-1`."""
    return f"{'on' if kind == 'power' else 'in'} the {zone_words(kind)} {name}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """Return the names as `a`, `a and b` or `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


_ALONE = 4
"""The most replicas of one component that a sentence names; more are counted."""


def listed_replicas(replicas: Sequence[str]) -> str:
    """Return replicas as `web@a and web@b`, or `60 replicas of web` where a component has many of them."""
    by_component: dict[str, list[str]] = {}
    for replica in replicas:
        component = replica.partition("@")[0].partition("#")[0]
        by_component.setdefault(component, []).append(replica)
    names: list[str] = []
    for component, own in by_component.items():
        names += own if len(own) <= _ALONE else [f"{len(own)} replicas of {component}"]
    return listed(names)


def place_beside(source: str, targets: Sequence[str], connection: str) -> str:
    """Return the advice for a connection that stays within a place, in which its targets have to be."""
    return f"Place {listed(targets, 'or')} beside each host of {source}, or take the `locality` off {connection}."


def first_few(names: Sequence[str], most: int) -> Sequence[str]:
    """Return at most so many names and how many more there are; the only one more by name, unless that is a long one."""
    more = len(names) - most
    if more < 1 or (more == 1 and len(names[most]) <= max(map(len, (_ONE_MORE, *names[:most])))):
        return names
    return (*names[:most], f"{more} more")


def any_of(names: Sequence[str], most: int) -> str:
    """Return names of which one is enough: `a, b or c`, or `any of a, b, c and 2 more` if there are more than so many."""
    shown = first_few(names, most)
    return listed(names, "or") if shown == names else f"any of {listed(shown)}"


_ONE_MORE = "1 more"

MOST_NAMED = 6
"""The most elements or flows that the headline of a finding names; the report lists all of them below it."""


def named_flows(flows: Sequence[str], count: int, *, is_counted: bool = False) -> str:
    """Return the flows of a headline, the first few of many, or `all 7 flows` if many are all of `count`; `is_counted` counts them."""
    if len(flows) == count > MOST_NAMED:
        return f"all {count} flows"
    names = listed(first_few(flows, MOST_NAMED))
    return f"{plural(len(flows), 'flow')}: {names}" if is_counted else names


def all_of(count: int, noun: str) -> str:
    """Return all of so many in words: `both replicas`, `all 3 replicas`."""
    return f"both {noun}" if count == 2 else f"all {count} {noun}"


def a_record_type(kind: str) -> str:
    """Return a type of DNS records with its article: the letters A, M, N and S begin with a vowel's sound."""
    return f"an {kind}" if kind[:1] in "AMNS" else f"a {kind}"


def plural(count: int, noun: str) -> str:
    """Return the count with its noun, as `1 flow` or `2 flows`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
