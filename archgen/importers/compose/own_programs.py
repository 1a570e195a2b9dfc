"""Programs of a system's own, apart from products that others run too and from what helps those who work on it."""

from __future__ import annotations

import re
from functools import lru_cache

from archgen.importers.products import image_name, is_product

_LONGEST_NAME = 200
_OPERATES = re.compile(
    r"(^|[-_/])(pgadmin4?|adminer|phpmyadmin|portainer|watchtower|certbot|[\w-]*exporter|cadvisor|dozzle|mailhog|mailpit|"
    r"(mongo|redis)-?(express|commander|insight)|redisinsight|(kafka|rabbitmq|elastic\w*|mongo|temporal|swagger)-ui|flower|prometheus|alertmanager|grafana|loki|promtail|tempo|jaeger|"
    r"all-in-one|zipkin|opentelemetry-collector[\w-]*|uptime-kuma|localstack|[\w-]*sentinel|busybox|alpine|curl|mc)$"
)
"""Names of programs that help those who work on a system, or watch it."""


@lru_cache(maxsize=4096)
def is_own_program(name: str, image: str, built: str) -> bool:
    """Return True for a service that runs a program of the system's own."""
    if is_for_operators(name) or checks_sources(name, image):
        return False
    return built != "" or not image or (not is_product(image) and not is_for_operators(image_name(image)))


_CHECKS = re.compile(
    r"(^|[-_/.])(lint|linter|linters|(mega|super)-?linter|eslint|stylelint|hadolint|golangci-lint|type-?check|trivy|sonar-scanner(-cli)?|semgrep|gitleaks|"
    r"trufflehog|checkov|tfsec|grype|syft|dependency-check|snyk|bandit|zap2docker[\w-]*|zaproxy|newman|shellcheck)$"
)
"""Names of programs that check sources or images in a pipeline."""


def checks_sources(name: str, image: str) -> bool:
    """Return True for the name or the image of a program that checks sources or images, and that no visitor needs."""
    return any(_CHECKS.search(each[:_LONGEST_NAME]) is not None for each in (name.lower(), image_name(image)))


def is_for_operators(name: str) -> bool:
    """Return True for the name of a program that helps those who work on a system, or watches it."""
    return _OPERATES.search(name[:_LONGEST_NAME]) is not None
