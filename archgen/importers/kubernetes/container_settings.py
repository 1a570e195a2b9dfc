"""What containers are told, by variables and arguments, and which of them only wait before a program starts until something answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from archgen.importers.addresses import Mention, argument, words_of_command
from archgen.importers.catalogue import Known
from archgen.importers.facts import Origin
from archgen.importers.kubernetes.manifests import Manifest, command_of, pod_of
from archgen.importers.kubernetes.variables import expanded, with_services
from archgen.importers.nodes import SourceNode
from archgen.importers.schemes import ALONE, Beside, told_beside

_LONGEST = 4000
_WAITS = re.compile(
    r"\buntil\b|\bwhile\s+(!|\[|true|:|\()|\bnc\s+(-\w+\s+)*-\w*z|\bpg_isready\b|\bwait[-_]?(for|on|4x|until)|\bdockerize\b.*\s-wait\b"
    r"|/dev/tcp/|\bmysqladmin\b.*\bping\b|\bredis-cli\b.*\bping\b|\bnslookup\b|\bgetent\s+hosts\b|\bkubectl\s+(wait|rollout\s+status)\b",
)
"""Commands that go on once something answers."""

_NAMED = re.compile(r"(^|[-_/])(wait|wait4x|wait-?(for|until)(-it)?|dockerize)([-_:@/]|$)")
"""Names and images of what runs no other command."""

_WORKS = re.compile(
    r"migrat|alembic|flyway|liquibase|prisma|knex|\brake\b|\bdb[:_](prepare|create|setup|seed)|artisan|manage\.py|createdb|create\s+(database|user|role)"
    r"|\bdump|restore|\bsed\s+-i|\bcp\s|\bmv\s|\bwget\s+.*-O\s*/|\bcurl\s+.*-o\s*/|\bmc\s+mb\b|rabbitmqadmin|kafka-topics",
    re.IGNORECASE,
)
"""Commands that do something with what they waited for."""


class Told(Struct, frozen=True):
    """What a container is told: under a name, with its place, its evidence, and what stands beside it."""

    name: str
    value: str
    source: Origin
    evidence: str
    beside: Beside = ALONE


def containers_by_purpose(manifest: Manifest) -> Iterator[tuple[SourceNode, bool]]:
    """Yield the containers of a workload in the order of the manifest, and after them those that run before; True for what only waits."""
    pod = pod_of(manifest.kind, manifest.node)
    yield from ((each, False) for each in pod.get("containers").list())
    before = [(each, only_waits(each)) for each in pod.get("initContainers").list()]
    yield from sorted(before, key=lambda each: each[1])


def told_to(
    container: SourceNode, values: Mapping[str, tuple[str, Origin]], implied: Mapping[str, str]
) -> Iterator[Told]:
    """Yield what a container is told by its variables, and then by its command."""
    for name, (text, source) in values.items():
        beside = told_beside(name, lambda key: values[key][0] if key in values else "")
        yield Told(name, with_services(expanded(text, values), implied), source, name, beside)
    before = ""
    for key in ("command", "args"):
        for item in container.get(key).list():
            for word in words_of_command(with_services(expanded(item.text, values), implied)):
                name, value, flag = argument(word, before)
                yield Told(name, value, item.origin, flag or key)
                before = word


def only_waits(container: SourceNode) -> bool:
    """Return True for a container that does nothing but wait: it needs no more of what it names than the order of a start."""
    command = command_of(container)[:_LONGEST]
    # what goes on running beside the program is a part of it
    if container.text_at("restartPolicy") == "Always" or _WORKS.search(command):
        return False
    titles = (container.text_at("name"), container.text_at("image").partition("@")[0].lower())
    is_named = any(_NAMED.search(each) is not None for each in titles)
    return _WAITS.search(command) is not None or (is_named and (not command or "-" in command))


def as_program_calls(mention: Mention, known: Known) -> Mention:
    """Return a mention as a program would call it: a page that tells if a store is well is none of its own port."""
    is_page = mention.protocol in (None, "http", "https") and known.protocol not in ("http", "https", "tcp")
    is_other = known.keeps_data and known.port is not None and mention.port != known.port
    return Mention(mention.host) if is_page and (is_other or mention.protocol is not None) else mention
