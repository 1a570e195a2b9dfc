"""Ports that programs on the network of their machine listen on, which no file publishes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archgen.importers.catalogue import Known
from archgen.importers.compose.service import Service
from archgen.importers.sources.calls.command_ports import numbers, ports_in_words
from archgen.importers.sources.recipes import Recipe

_PORT_NAME = re.compile(r"(?:(?:HTTP|APP|WEB|SERVER|LISTEN|UVICORN|FLASK_RUN)_)?PORT", re.IGNORECASE)


def ports_on_machine(service: Service, recipe: Recipe, known: Known) -> set[int]:
    """Return the ports of the machine on which a service answers: those that it publishes, or all of its own on the machine's network."""
    published = {port.published for port in service.ports if port.published is not None and not port.udp}
    if service.network_mode != "host":
        return published
    # what is built in counts where nothing sets another one
    return published | (set(_ports_set(service, recipe)) or {*recipe.exposed, *([known.port] if known.port else [])})


def answers_at(service: Service, recipe: Recipe, known: Known, port: int) -> bool:
    """Return True for a service that listens on a port by its own words, or by its product."""
    return port in {*ports_set(service, recipe), *recipe.exposed, known.port}


def ports_set(service: Service, recipe: Recipe) -> set[int]:
    """Return the ports on which a service listens by its own words, whatever its image has for want of these."""
    return {*(each.target for each in service.ports), *_ports_set(service, recipe)}


def _ports_set(service: Service, recipe: Recipe) -> Iterator[int]:
    """Yield the ports that variables or the command of a program say it listens on."""
    variables = recipe.variables | service.environment
    for name, value in variables.items():
        # `SERVER_PORT` beside `SERVER_HOST` is that of a server that is called
        beside = f"{name[:-4]}HOST" in variables and name != "PORT"
        if _PORT_NAME.fullmatch(name) is not None and not beside:
            yield from numbers([value.text])
    yield from ports_in_words(service.words or recipe.words)
