"""Encryption, certificates and accounts of connections."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.encryption import undeclared_between_hosts
from archgen.analysis.hops import encrypted
from archgen.analysis.topology import Topology
from archgen.model.architecture import Connection
from archgen.model.protocols import PROTOCOLS
from archgen.model.reasons import tells_telephone, tells_tunnel
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed
from archgen.rules.model_quality.questions.gap import MOST_NAMES, Gap


def calls_without_encryption(topology: Topology) -> Iterator[Gap]:
    """Yield connections from the internet of which neither the protocol nor `tls` tells whether they are encrypted."""
    for connection in topology.calls_from_outside:
        open_ = [port.protocol for port in connection.ports if port.redirect is None and encrypted(port) is None]
        if open_ and topology.crosses(connection) is not False and not _is_telephony(topology, connection):
            yield Gap(
                Subject("connection", connection.id),
                f"{connection.id} doesn't declare whether its {listed(open_)} traffic is encrypted on its way through the "
                "internet",
                f"Add `tls: true` or `tls: false` to {connection.id}.",
            )


def _is_telephony(topology: Topology, connection: Connection) -> bool:
    """Return True for somebody who dials in: the line is the telephone network's."""
    caller = topology.components[connection.source]
    said = (connection.why, caller.why, caller.name)
    return caller.kind == "client" and any(map(tells_telephone, said))


def encryption_between_hosts(topology: Topology) -> Iterator[Gap]:
    """Yield the first connection between hosts of which neither protocol nor `tls` says if it is encrypted, for all of them."""
    calls = undeclared_between_hosts(topology)
    if calls:
        protocols = dict.fromkeys(port.protocol for call in calls for port in call.ports if encrypted(port) is None)
        names = first_few([call.id for call in calls], MOST_NAMES)
        lack, whose = ("doesn't declare", "its") if len(calls) == 1 else ("don't declare", "their")
        yield Gap(
            Subject("connection", calls[0].id),
            f"{listed(names)} {lack} whether {whose} {listed([PROTOCOLS[each].title for each in protocols])} traffic is "
            "encrypted between hosts",
            "Add `tls: true` (also where a service mesh encrypts) or `tls: false`.",
            tuple(flow for call in calls for flow in topology.flows_over[call.id]),
        )


def tunnels_in_words(topology: Topology) -> Iterator[Gap]:
    """Yield connections in plaintext of which the reason alone says that a tunnel carries them."""
    for connection in topology.architecture.connections:
        tunnel = tells_tunnel(connection.why or "")
        if tunnel is not None and any(encrypted(port) is False for port in connection.ports):
            yield Gap(
                Subject("connection", connection.id),
                f"{connection.id} is unencrypted but for a tunnel, which its `why` alone names, so no finding tells of its plaintext",
                f"Declare the tunnel: `tls: {{tunnel: {tunnel or '…'}}}`.",
            )


def certificates_without_expiry(topology: Topology) -> Iterator[Gap]:
    """Yield certificates without an expiry date, where another has one (`expiring-certificate`)."""
    dated = any(certificate.expires for certificate in topology.architecture.certificates)
    for certificate in topology.architecture.certificates:
        if certificate.expires is None and dated:
            yield Gap(
                Subject("certificate", certificate.id),
                f"{certificate.id} has no expiry date, so archgen can't warn before it expires",
                f"Add `expires` to the certificate {certificate.id}.",
            )


def certificates_without_names(topology: Topology) -> Iterator[Gap]:
    """Yield certificates without names, where flows have domains (`certificate-mismatch`)."""
    domains = [flow.domain for flow in topology.architecture.flows if flow.domain]
    for certificate in topology.architecture.certificates:
        if not certificate.names and certificate.installed_on and domains:
            yield Gap(
                Subject("certificate", certificate.id),
                f"{certificate.id} doesn't declare its names, so {domains[0]} can't be checked against it",
                f"Add `names` to the certificate {certificate.id}.",
            )


def connections_without_credentials(topology: Topology) -> Iterator[Gap]:
    """Yield connections without credentials to a store that has others with them (`shared-credentials`)."""
    declared = {target for call in topology.architecture.connections if call.credentials for target in call.targets}
    calls = {
        call.id: call
        for component in topology.components
        if component in declared
        for call in topology.incoming[component]
    }
    for call in calls.values():
        silent = call.credentials is None and call.authentication is None
        # the members of a cluster know each other
        if silent and topology.kind(call.source).id != "client" and call.source not in call.targets:
            yield Gap(
                Subject("connection", call.id),
                f"{call.id} doesn't declare the account with which {call.source} signs in, although other connections do",
                f"Add `credentials` with the name of the account to {call.id}.",
            )
