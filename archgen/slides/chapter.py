"""What a deck is made from: a model, what is found in it, its pictures, and what its step of the ladder bought."""

from __future__ import annotations

from msgspec import Struct

from archgen.finding import Finding
from archgen.layout.placed import Placed
from archgen.topology import Topology
from archgen.view import Sequence


class Bought(Struct, frozen=True):
    """What is between two tiers, as ids: of components and hosts, of rules, and per flow of what alone stops it."""

    follows: str
    added: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    introduced: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()


class Chapter(Struct, frozen=True):
    """One tier; the order of the findings gives the issues their numbers, `rules` tells why a rule matters."""

    topology: Topology
    findings: tuple[Finding, ...]
    placed: Placed
    flows: tuple[Sequence, ...]
    bought: Bought | None = None
    whys: dict[str, str] = {}
