"""What speaks for a compose project as that of visitors, and what for one of those who work on the system."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from archgen.app.importing.candidates import ComposeCandidate
from archgen.app.importing.deployments.evidence import Evidence
from archgen.app.importing.directories import path_in
from archgen.app.importing.playbooks import PATH_OF_PLAYBOOK
from archgen.app.importing.stated_use import comments_above, use_in_comments
from archgen.importers.compose.mounts import CONFIGURATIONS
from archgen.importers.products import image_name
from archgen.importers.stages import PRODUCTION, TRIAL, examples_of, stage_of

_DEVELOPERS_COMMAND = re.compile(
    r"\b((npm|pnpm|yarn|bun)( run)? dev|next dev|nodemon|ts-node-dev|tsx watch|manage\.py runserver|flask run .*--debug|dotnet watch|"
    r"cargo watch|rails s(erver)?)\b|--(hot-)?reload\b"
)
_OF_ENVIRONMENT = re.compile(
    r"""\b((?:[A-Z]+_)*(?:ENV|ENVIRONMENT|SPRING_PROFILES_ACTIVE))["']?[ \t]*[:=][ \t]*["']?(?:\$\{\w+:?-)?([A-Za-z]+)"""
)
_TARGET_OF_DEVELOPERS = re.compile(
    r"""\btarget:[ \t]*["']?(dev|develop|development|debug|local)["']?[ \t]*(?:[,}]|$)""", re.MULTILINE
)
_FOR_DEVELOPMENT = re.compile(r"[-_./](dev|devel|development|local)(:[^:/]*)?$|:(dev|local)([-_.][^:/]*)?$")
"""The end of an image's name, or its tag, by which it is for those who work on the system."""

_TO_THIS_MACHINE = re.compile(
    r"""[ \t]*(- )?["']?(?!VAULT_ADDR|CONSUL_HTTP_ADDR|NOMAD_ADDR|ETCDCTL_)"""
    r"""[A-Z][A-Z0-9_]+["']?[ \t]*[:=].*https?://(localhost|127\.0\.0\.1)\b"""
)
"""An address of this machine in a variable, unless a server's own command line has it."""

_MOUNT = re.compile(r"""-[ \t]*["']?(\.{1,2}(?:/[^:"'\s]*)?):/""")
_RESTARTS = re.compile(r"""restart(?<=\brestart)(["']?:[ \t]*["']?(always|unless-stopped|on-failure)|_policy["']?:)""")
_OF_STORES = "5432|3306|27017|6379|5672|9092|9200|11211|1433"
_PUBLISHED_STORE = re.compile(rf"""-[ \t]*["']?(?:0\.0\.0\.0:)?(\d+|\$\{{[^}}]*\}}):({_OF_STORES})["']?[ \t]*$""")
_TLS_PORT = re.compile(r"""["' ]443:""")
_GETS_CERTIFICATES = frozenset(("traefik", "caddy", "certbot", "acme-companion", "swag", "caddy-docker-proxy"))
"""Names of images of programs that get certificates."""

_MOST_LINES = 20_000
_LONGEST_LINE = 500


def evidence_of_compose(project: ComposeCandidate, texts: Iterable[str], deployed_by: str) -> Iterator[Evidence]:
    """Yield what speaks for a project as the one for visitors, and against it."""
    texts = list(texts)
    if project.stage == PRODUCTION:
        yield Evidence(3, "its name says production")
    elif project.stage == TRIAL:
        yield Evidence(-3, "is named for development")
    if project.by_comments:
        yield Evidence(2, "its comments say how to deploy it")
    elif deployed_by:
        # a playbook is run by a person, as long as nothing else is known
        is_playbook = PATH_OF_PLAYBOOK.search(deployed_by) is not None
        yield Evidence(2 if is_playbook else 3, f"{deployed_by} starts it", is_deed=not is_playbook)
    use = use_in_comments("\n".join(map(comments_above, texts)))
    if use:
        yield Evidence(
            2 * use, "its comments speak of production" if use > 0 else "speaks of development in its comments"
        )
    yield from _evidence_in_lines(project, [line for text in texts for line in _settings(text)])


def _settings(text: str) -> Iterator[str]:
    """Yield the lines of a file without comments."""
    for line in text.splitlines()[:_MOST_LINES]:
        if line.strip() and not line.lstrip().startswith("#"):
            yield line[:_LONGEST_LINE]


def development_in(text: str) -> str:
    """Return what shows that a file is for those who work on the system; the empty text where nothing does."""
    settings = "\n".join(_settings(text))
    target = _TARGET_OF_DEVELOPERS.search(settings)
    if target is not None:
        return f"builds the target `{target[1]}`"
    command = _DEVELOPERS_COMMAND.search(settings)
    if command is not None:
        return f"runs `{command[0]}`"
    stages = {stage_of(match[2]): match for match in _OF_ENVIRONMENT.finditer(settings)}
    return f"sets {stages[TRIAL][1]} to {stages[TRIAL][2]}" if TRIAL in stages else ""


def _evidence_in_lines(project: ComposeCandidate, lines: list[str]) -> Iterator[Evidence]:
    text = "\n".join(lines)
    command = _DEVELOPERS_COMMAND.search(text)
    if command is not None:
        yield Evidence(-2, f"runs `{command[0]}`")
    settings = [
        match for line in lines if ("ENV" in line or "PROFILES" in line) and (match := _OF_ENVIRONMENT.search(line))
    ]
    stages = {stage_of(match[2]): match for match in settings}
    if TRIAL in stages:
        yield Evidence(-2, f"sets {stages[TRIAL][1]} to {stages[TRIAL][2]}")
    elif PRODUCTION in stages:
        yield Evidence(1, f"it sets {stages[PRODUCTION][1]} to {stages[PRODUCTION][2]}")
    of_developers = [
        image for each in project.own.values() if _FOR_DEVELOPMENT.search(image := each.image) and not each.built
    ]
    if 2 * len(of_developers) >= len(project.own) > 0:
        yield Evidence(-2, f"runs {image_name(of_developers[0])}, an image for development")
    if _mounts_sources(project, lines):
        yield Evidence(-2, "mounts what it builds")
    if any(_TO_THIS_MACHINE.match(line) for line in lines):
        yield Evidence(-1, "has visitors at localhost")
    if any(_PUBLISHED_STORE.search(line) for line in lines):
        yield Evidence(-1, "publishes the port of a store")
    if _RESTARTS.search(text) is not None:
        yield Evidence(1, "it restarts what ends")
    else:
        yield Evidence(-1, "restarts nothing")
    images = {image_name(each.image) for each in project.services.values()}
    absent = {name: path for name in project.services for path in _absent_configurations(project, name)}
    if absent:
        yield Evidence(-1, f"mounts {min(absent.values())}, which isn't there")
    # nothing shows what a port serves whose configuration isn't there
    serving = (each for name, each in project.services.items() if name not in absent)
    if not images.isdisjoint(_GETS_CERTIFICATES) or any(
        "443:" in line and _TLS_PORT.search(line) for each in serving for line in each.lines
    ):
        yield Evidence(2, "it serves HTTPS")
    if any(each.image and not each.built for each in project.own.values()):
        yield Evidence(1, "it runs images that are built before")


def _absent_configurations(project: ComposeCandidate, name: str) -> Iterator[str]:
    """Yield the configurations that a service mounts from its repository, and that aren't in it, nor an example of them."""
    places = {os.path.dirname(path) for path in project.files}
    for line in project.services[name].lines:
        match = _MOUNT.search(line[:_LONGEST_LINE]) if ":/" in line else None
        if match is not None and match[1].endswith(CONFIGURATIONS):
            paths = [path_in(place, match[1]) for place in places]
            if not any(os.path.lexists(each) for path in paths for each in (path, *examples_of(path))):
                yield os.path.normpath(match[1])


def _mounts_sources(project: ComposeCandidate, lines: list[str]) -> bool:
    """Return True if a container gets the directory from which its program is built, or the sources in it."""
    places = {os.path.dirname(path) for path in project.files}
    mounts = [line for line in lines if ":/" in line]
    mounted = {path_in(place, match[1]) for line in mounts if (match := _MOUNT.search(line)) for place in places}
    return any(path_in(built, inner) in mounted for built in project.builds for inner in (".", "src", "app"))
