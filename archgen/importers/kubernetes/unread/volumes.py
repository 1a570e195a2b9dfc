"""The volumes in which pods keep what no store does: nothing in the files tells what that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archgen.importers.facts import Fact
from archgen.importers.kubernetes.manifests import pod_of
from archgen.importers.kubernetes.part import Workload
from archgen.importers.names import is_made_anew, words_of
from archgen.model.kinds import KINDS

_Claim = tuple[str, str]


def kept_on_claims(parts: Iterable[Workload]) -> Iterator[Fact]:
    """Yield the claims of volumes in which a program that is no store keeps files, and which of them a backup copies.

    What a store mounts as well is its own. A claim of several programs is told of the one of its name, else of the first.
    """
    mounts = {part.id: (part, dict(_claims_of(part))) for part in parts}
    taken = {claim for part, claims in mounts.values() for claim in claims if part.guess.known.keeps_data}
    owners: dict[_Claim, Workload] = {}
    for part, claims in mounts.values():
        if KINDS[part.guess.known.kind].role not in ("application", "web") or KINDS[part.guess.known.kind].observes:
            continue
        for claim, (target, only_reads) in claims.items():
            if claim in taken or only_reads or is_made_anew(claim[1], target):
                continue
            owner = owners.setdefault(claim, part)
            if _is_named_for(part, claim) and not _is_named_for(owner, claim):
                owners[claim] = part
    for part, claims in mounts.values():
        for claim in claims if part.guess.known.kind == "backup" else ():
            if claim in owners:
                member = f"backs_up:{owners[claim].id}"
                yield Fact(f"component:{part.id}", "member", member, part.manifest.origin, "volumes")
    kept: dict[str, list[str]] = {}
    for claim, owner in owners.items():
        kept.setdefault(owner.id, []).append(claim[1])
    for name, volumes in kept.items():
        place = mounts[name][0].manifest.origin
        yield Fact(f"component:{name}", "files", sorted(volumes), place, "volumes", "medium")


def _is_named_for(part: Workload, claim: _Claim) -> bool:
    return not {*words_of(part.id)}.isdisjoint(words_of(claim[1]))


def _claims_of(part: Workload) -> Iterator[tuple[_Claim, tuple[str, bool]]]:
    """Yield the claims that the containers of a workload mount, each with where, and True if none of them writes there."""
    node = part.manifest.node
    claims = {
        volume.text_at("name"): (part.namespace, name)
        for volume in pod_of(part.manifest.kind, node).get("volumes").list()
        if (name := volume.text_at("persistentVolumeClaim", "claimName"))
    }
    # each replica has its own by a template
    claims |= {
        name: (f"{part.namespace}/{part.id}", name)
        for each in node.get("spec", "volumeClaimTemplates").list()
        if (name := each.text_at("metadata", "name"))
    }
    mounted: dict[_Claim, tuple[str, bool]] = {}
    for container in part.containers:
        for mount in container.get("volumeMounts").list():
            claim = claims.get(mount.text_at("name"))
            if claim is not None:
                target, only_reads = mounted.get(claim, (mount.text_at("mountPath"), True))
                mounted[claim] = target, only_reads and mount.get("readOnly").value is True
    yield from mounted.items()
