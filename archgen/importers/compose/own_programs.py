"""Programs of a system's own, apart from products that others run too and from what helps those who work on it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from archgen.importers.compose.service import Service
from archgen.importers.facts import Opener
from archgen.importers.names import words_of
from archgen.importers.packages import PACKAGE_LISTS
from archgen.importers.products import image_name, is_product
from archgen.importers.sources.folders import title_of
from archgen.importers.sources.recipes import find_source

_LONGEST_NAME = 200
_OPERATES = re.compile(
    r"(^|[-_/])(pgadmin4?|adminer|phpmyadmin|portainer|watchtower|certbot|[\w-]*exporter|cadvisor|dozzle|mailhog|mailpit|"
    r"(mongo|redis)-?(express|commander|insight)|redisinsight|(kafka|rabbitmq|elastic\w*|mongo|temporal|swagger)-ui|flower|prometheus|alertmanager|grafana|loki|promtail|tempo|jaeger|"
    r"all-in-one|zipkin|opentelemetry-collector[\w-]*|uptime-kuma|localstack|ngrok|[\w-]*sentinel|busybox|alpine|curl|mc)$"
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


_WATCHES = re.compile(
    r"(?<![\w-])(?:tsc|vue-tsc|mypy|flow)(?=\s)(?=.*\s(?:-w|--watch|--noEmit)\b)|"
    r"(?<![\w-])(?:webpack|esbuild|rollup|sass|postcss|tailwindcss|babel|tsup|swc|eslint|jest|vitest|vite\s+build|guard)(?=\s)(?=.*\s(?:-w|--watch)\b)|"
    r"(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:watch|lint|type-?check)(?![\w-])"
)
"""Commands of compilers and checks that begin anew with each change of the sources."""

_SERVES_SOURCES = re.compile(
    r"webpack(?:er)?-dev-server|shakapacker-dev-server|serve[_-]assets|assets[:_-]serve|\bvite(?:\s+dev)?\s*(?:--|$)|\bparcel\s+serve"
)
"""Commands that hand out the sources of pages while people work on them."""

_LONGEST_COMMAND = 2000


def compiles_sources(words: str) -> bool:
    """Return True for the command of a compiler or a check that waits for changes of the sources."""
    return _WATCHES.search(words[:_LONGEST_COMMAND]) is not None


def serves_sources(words: str) -> bool:
    """Return True for the command of what hands out pages to those who work on them, and calls no store."""
    return _SERVES_SOURCES.search(words[:_LONGEST_COMMAND]) is not None


def is_for_operators(name: str) -> bool:
    """Return True for the name of a program that helps those who work on a system, or watches it."""
    return _OPERATES.search(name[:_LONGEST_NAME]) is not None


_RECIPE = re.compile(r"(.*\.)?Dockerfile(\..*)?", re.IGNORECASE)


def name_sources(
    services: Collection[Service], path: str, built: Mapping[str, tuple[str, str]], opener: Opener
) -> None:
    """Set the sources of the services of a file at a path, as far as these are in the repository; other files have `built` some."""
    for service in services:
        _name_source(service, built)
        find_source(service, opener)
    _name_root(services, path, opener)


def _name_source(service: Service, built: Mapping[str, tuple[str, str]]) -> None:
    """Set the source of a service that a file names by an image of the system's own, and that another one builds.

    An image that is called neither like the service nor like the directory may be that of another program.
    """
    if service.name in built and service.image and not service.built and not is_product(service.image):
        directory, recipe = built[service.name]
        names = {*words_of(service.name), *words_of(posixpath.basename(directory))} - {""}
        if names.isdisjoint(words_of(image_name(service.image))):
            return
        service.built = posixpath.relpath(directory, posixpath.dirname(service.source.path) or ".")
        service.dockerfile = recipe


def _name_root(services: Collection[Service], path: str, opener: Opener) -> None:
    """Set the source of the services with an image that is built in the root, by the recipe there beside a list of packages.

    That is an image which is called like the repository, or the only one of the system's own where no other recipe lies anywhere.
    """
    own = [each for each in services if is_own_program(each.name, each.image, each.built)]
    images = {image_name(each.image) for each in own if not each.built}
    if not images or any(each.built for each in own) or not all(each.image for each in own):
        return
    tree = opener.tree(path)
    recipes = [name for name in tree.names if _RECIPE.fullmatch(posixpath.basename(name)) is not None]
    title = title_of(posixpath.basename(tree.project), True)
    likely = {each for each in images if title_of(each, True) == title} if recipes else set()
    if not likely and len(images) == len(recipes) == 1:
        likely = images
    at_root = [name for name in recipes if "/" not in name]
    is_here = len(at_root) == 1 and posixpath.normpath(tree.place or ".") == "."
    if likely and is_here and any(True for _ in opener.find(path, "", PACKAGE_LISTS)):
        for service in own:
            if image_name(service.image) in likely:
                service.built = "."
