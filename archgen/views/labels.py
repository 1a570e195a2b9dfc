"""Texts that several views show."""

from __future__ import annotations

from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Port


def port_label(port: Port | None) -> str:
    """Return the protocol and the number of a port, as far as the model declares them."""
    return " ".join(str(word) for word in (port.protocol, port.port) if word is not None) if port else ""


def product_label(topology: Topology, component: Component) -> str:
    """Return the product of a component, or its kind if its title names the product."""
    product = component.product or ""
    is_named = _plain(product) in _plain(component.title)
    return topology.kind(component.id).title if is_named else product


def _plain(text: str) -> str:
    return text.replace("-", " ").casefold()


def step_number(step: str) -> str:
    """Return the number of a step, the last part of its id."""
    return step.rpartition("/")[2]
