"""A system of the lab: a model, and a small file beside it with what the model's language has no words for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml
from msgspec import Struct

from archgen.language.load import load
from archgen.model.architecture import SUFFIX, Architecture

ROOT = Path(__file__).parent.parent
SYSTEMS = Path(__file__).parent / "systems"
SIDECAR = ".lab.yaml"

Way = Literal["crash", "silence", "freeze", "leave"]


class Unsaid(Struct, frozen=True, forbid_unknown_fields=True):
    """A cell that the model's language cannot say: the elements that are lost, the flow, and the reason."""

    lost: tuple[str, ...]
    flow: str
    reason: str
    ways: tuple[Way, ...] = ("crash", "silence", "freeze", "leave")


class Sidecar(Struct, frozen=True, forbid_unknown_fields=True):
    """What a system is built and tried with.

    `model` is relative to the repository; undeclared, it is the model beside this file. `client` names the module of
    `lab/clients` that sends the requests. After a loss, `settle` seconds pass before the `window` that the verdict is of.
    `hosts` are the ways in which hosts are lost, `replicas` those of replicas; zones crash.
    With `pairs`, two elements crash at a time.
    With `later`, a write that is accepted and not `stored` before anything is repaired is delayed.
    `reads` are flows that the client's `read` stands for though they change something, such as one that takes a message.
    `settings` are for the adapters, by component.
    """

    title: str
    model: str | None = None
    client: str = "http"
    rate: float = 10
    timeout: float = 5
    settle: float = 8
    window: float = 5
    hosts: tuple[Way, ...] = ("crash", "silence", "freeze")
    replicas: tuple[Way, ...] = ("crash",)
    pairs: bool = False
    later: bool = False
    reads: tuple[str, ...] = ()
    settings: dict[str, dict[str, Any]] = {}
    unsaid: tuple[Unsaid, ...] = ()


class System(Struct, frozen=True):
    """A model and its sidecar; `name` is the file's name without its end."""

    name: str
    sidecar: Sidecar
    architecture: Architecture


def names() -> tuple[str, ...]:
    """Return the systems that there are."""
    return tuple(sorted(file.name.removesuffix(SIDECAR) for file in SYSTEMS.glob(f"*{SIDECAR}")))


def read_system(name: str) -> System:
    """Read a system's two files; a mistake in either is raised with its place."""
    text = (SYSTEMS / f"{name}{SIDECAR}").read_text(encoding="utf-8")
    sidecar = msgspec.convert(yaml.safe_load(text), Sidecar)
    model = ROOT / sidecar.model if sidecar.model else SYSTEMS / f"{name}{SUFFIX}"

    def include(file: str) -> bytes:
        return (model.parent / file).read_bytes()

    return System(name, sidecar, load(model.name, model.read_bytes(), include).architecture)
