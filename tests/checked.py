"""Checked models for tests that need no file."""

from __future__ import annotations

from archgen.analysis.topology import Topology
from archgen.language.load import load
from archgen.linting.checked_model import CheckedModel
from archgen.model.architecture import Architecture
from archgen.model.finding import Finding
from archgen.model.problems import Place
from archgen.model.subject import Subject
from archgen.rules import RULES
from archgen.rules.run import run_rules

TODAY = "2026-11-24"


class Nowhere:
    """The places in a model that stands in no file."""

    def place(self, subject: Subject) -> Place:
        return Place("", 1, 1, 1)

    def at(self, *path: str | int) -> Place:
        return Place("", 1, 1, 1)

    def lines(self, file: str) -> tuple[str, ...]:
        return ()


def unchecked(architecture: Architecture, findings: tuple[Finding, ...] = ()) -> CheckedModel:
    """Return a model of these values, with these findings."""
    return CheckedModel(Topology(architecture), findings, Nowhere(), b"")


def read_model(file: str, data: bytes) -> CheckedModel:
    """Return a model that no rule has checked."""
    loaded = load(file, data)
    return CheckedModel(Topology(loaded.architecture), (), loaded.source, data)


def check(file: str, data: bytes) -> CheckedModel:
    """Return a model with what every rule finds in it."""
    loaded = load(file, data)
    topology = Topology(loaded.architecture)
    return CheckedModel(topology, run_rules(topology, loaded.source, RULES, TODAY), loaded.source, data)
