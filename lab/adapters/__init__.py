"""Adapters: each module says how a product, or a kind, runs as a replica of a site. Pure; none knows another."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from types import ModuleType

from archgen.model.architecture import Component, Replica
from lab.service import Service
from lab.site import Site

Adapter = Callable[[Site, Replica], Service]


@cache
def _modules() -> dict[str, ModuleType]:
    modules = (importlib.import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__))
    return {name: module for module in modules for name in module.SERVES}


def _module(component: Component) -> ModuleType:
    """Return the module for a component's product, else for its kind."""
    for name in (component.product, component.kind):
        if name and name in _modules():
            return _modules()[name]
    raise LookupError(f"no adapter in lab/adapters serves {component.id} ({component.product or component.kind})")


def service(site: Site, replica: Replica) -> Service:
    """Return a replica as it runs on its host."""
    adapter: Adapter = _module(site.component(replica.component)).service
    return adapter(site, replica)


def packages(site: Site) -> tuple[str, ...]:
    """Return Debian's packages that a site runs on, without repetition."""
    services = [service(site, replica) for replica in site.replicas]
    every = [*services, *(each for outer in services for each in outer.beside)]
    return tuple(dict.fromkeys(package for each in every for package in each.packages))
