"""Data that components of no kind of store keep themselves: accounts of people, and their mail."""

from __future__ import annotations

from archgen.analysis.exposure import is_directory
from archgen.analysis.topology import Topology
from archgen.model.kinds import FILE_STORES
from archgen.model.products import product_of

_READING = ("imap", "imaps", "pop3", "pop3s", "jmap")
"""The protocols in which mailboxes are read."""

_DELIVERING = ("lmtp", "lmtps", "imap", "imaps", "pop3", "pop3s", "jmap")
"""The protocols in which a proxy or a relay reaches the mailboxes behind it."""


def keeps_data(topology: Topology, component: str) -> bool:
    """Return True for a store, a directory of accounts and mailboxes, where they aren't managed or in a store behind them."""
    return topology.kind(component).stores or is_directory(topology, component) or keeps_mailboxes(topology, component)


def keeps_mailboxes(topology: Topology, component: str) -> bool:
    """Return True for a mail server of your own with mailboxes: by its product, by its copies, or as mail is read from it."""
    own, kind = topology.components[component], topology.kind(component)
    product = product_of(own.product)
    if own.managed or kind.balances or kind.stores or not (product.mailboxes or kind.id == "mail"):
        return False
    read = any(port.protocol in _READING for call in topology.incoming[component] for port in call.ports)
    return (product.mailboxes or own.replication is not None or read) and not _keeps_elsewhere(topology, component)


def _keeps_elsewhere(topology: Topology, component: str) -> bool:
    """Return True if the mail lies in a store behind a server, or on the server that it passes readers on to."""
    anywhere = product_of(topology.components[component].product).keeps_data
    for call in topology.outgoing[component]:
        if any(port.protocol in _DELIVERING for port in call.ports):
            return True
        kinds = [topology.kind(target) for target in call.targets]
        if any(kind.id in FILE_STORES or (anywhere and kind.stores) for kind in kinds):
            return True
    return False
