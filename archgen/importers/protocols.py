"""The protocol of a call by what its address, its port, its target and its variable tell."""

from __future__ import annotations

from archgen.importers.outside import protocol_named
from archgen.importers.products import Guess
from archgen.importers.variable_names import names_grpc


def protocol_of_call(of_address: str | None, of_port: str | None, target: Guess, variable: str) -> str:
    """Return the protocol of a call: what its address says, else what its port, its target or its variable's name tells."""
    known = target.known
    protocol = of_address or of_port or (known.protocol if target.sure or known.product else "http")
    if protocol == "http" and of_address is None and known.product is None:
        protocol = protocol_named(variable, known.kind) or protocol
    return "grpc" if protocol == "http" and names_grpc(variable) else protocol
