"""Services of compose files that are no components: what runs once, and what takes part in no request."""

from __future__ import annotations

import re

from archgen.importers.compose.service import Service
from archgen.importers.products import Guess, image_name

_ONCE = re.compile(r"(^|[-_.])(migrate|migrations?|migrator|init|initializer|setup|seed|seeder|bootstrap|createbuckets?|create-?topics|"
                   r"install|installer|tests?|e2e|wait|permissions?|console|shell|cli)([-_.]|$)", re.IGNORECASE)  # fmt: skip
_HELPERS = {
    "certbot", "acme-companion", "letsencrypt-nginx-proxy-companion", "watchtower", "autoheal", "docker-gen", "mc", "hello-world",
    "wait-for-it", "dockerize", "docker-autoheal", "docker-letsencrypt-nginx-proxy-companion", "acme.sh", "diun",
}  # fmt: skip


def reason_of(name: str, service: Service, kind: Guess, ended: bool) -> str:
    """Return the reason why a service is no component; the empty text if it is one."""
    works = kind.known.kind in ("service", "other", "app-server", "worker")
    once = _ONCE.search(name) and not service.ports and service.restart in ("", "no", "on-failure", "false")
    if ended or (once and works):
        return "runs once and ends"
    if service.replicas == 0:
        return "has no replicas"
    if service.image and image_name(service.image) in _HELPERS:
        return "takes part in no request"
    return ""
