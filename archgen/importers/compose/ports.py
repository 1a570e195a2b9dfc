"""Published ports of services as entries."""

from __future__ import annotations

from archgen.importers.catalogue import STORE_PROTOCOLS, Known
from archgen.importers.compose.service import Publication
from archgen.model.kinds import KINDS

_ADMIN = {"traefik": (8080,), "haproxy": (8404, 1936, 9000, 7000, 8888)}
_ADMIN_OF_QUEUES = (15672, 8161, 18083)
_PAGES_OF_STORES = (15672, 9001, 8161, 7474, 18083)


def publication_entry(known: Known, port: Publication) -> dict[str, object]:
    """Return the entry of a published port; `local` on the host's own address, `admin` for a page for administrators."""
    value: dict[str, object] = {
        "protocol": _protocol(known, port),
        "port": port.published,
        "target": port.target,
    }
    queue = known.kind == "queue" and port.target in _ADMIN_OF_QUEUES
    if known.admin or queue or port.target in _ADMIN.get(known.product or "", ()):
        value["admin"] = True
    if port.address.startswith("127.") or port.address in ("::1", "localhost"):
        value["local"] = True
    return value


def _protocol(known: Known, port: Publication) -> str:
    if port.udp:
        return "udp"
    if port.target in (443, 8443, 9443) or (port.published == 443 and port.target != 80):
        return "https"
    if KINDS[known.kind].balances and port.target in STORE_PROTOCOLS:
        return STORE_PROTOCOLS[port.target]
    if known.port == port.target or known.keeps_data:
        return "http" if port.target in _PAGES_OF_STORES else known.protocol
    return "ssh" if port.target == 22 else "http"
