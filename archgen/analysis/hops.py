"""Hops: request steps with the connection and the port under each, and what a port alone says."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from archgen.model.architecture import Connection, Port
from archgen.model.protocols import ADMINISTRATION, PROTOCOLS
from archgen.model.steps import Access, Request

Meaning = Literal["encrypted", "plaintext", "local", "replication", "monitoring", "lookup", "code", "unknown"]
"""The meaning of a line: encrypted or plaintext across hosts, local within a host, a name look-up, a code base, or unknown."""


class Hop(Struct, frozen=True):
    """A request step with the connection and port under it; both are None where the model has none.

    `optional` is True if the step's failure does not break the flow.
    """

    flow: str
    step: Request
    connection: Connection | None
    port: Port | None
    access: Access
    meaning: Meaning
    optional: bool

    @property
    def targets(self) -> tuple[str, ...]:
        """The step's targets that the connection leads to, which its port and access apply to."""
        if self.connection is None:
            return self.step.targets
        return tuple([target for target in self.step.targets if target in self.connection.targets])


def is_for_one_host(hop: Hop) -> bool:
    """Return True for a request to a host by its own name: to a replica that the step names, or of an administrator."""
    port = hop.port
    return bool(hop.step.pinned) or (port is not None and (bool(port.admin) or port.protocol in ADMINISTRATION))


def encrypted(port: Port) -> bool | None:
    """Return True if a port's traffic is encrypted; None where neither `tls` nor the protocol decides."""
    if port.tls is not None:
        return port.tls.mode != "off"
    protocol = PROTOCOLS.get(port.protocol)
    if protocol is None:
        return None
    # 443, 8443 and 9443 are for TLS; MinIO and Ceph take S3 in plaintext on the others unless they have a certificate
    return None if protocol.either and port.port is not None and port.port % 1000 != 443 else protocol.encrypted


def relays(port: Port) -> bool:
    """Return True if mail servers relay mail over a port: they try each MX record in turn, by its name (RFC 5321, 5.1)."""
    return port.protocol == "smtp" and port.port in (None, 25)


def port_of(connection: Connection, request: Request | None = None) -> Port | None:
    """Return the port of a step: the one it names, else the first without a redirect."""
    if request is not None and request.protocol is not None:
        return next((port for port in connection.ports if port.protocol == request.protocol), None)
    ahead = (port for port in connection.ports if port.redirect is None)
    return next(ahead, connection.ports[0] if connection.ports else None)
