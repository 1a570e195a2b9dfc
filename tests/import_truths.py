"""What an import alone tells of public systems, side by side with a model of the same system that was written by hand.

`python -m tests.import_truths FOLDER` reads the sources of `../shared/corpus/truths.yaml` from `FOLDER/SYSTEM/PATH`, imports
those that are no Terraform, and prints for each system how many connections and truths the import finds, how many truths it
asks for, and what it claims that is wrong. The sources are of others: no file of them is part of this repository.

The truths name elements of the written model. They are found again in the imported one by the names that the sources give
to them; a host is the one under the same components.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct, convert
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.app.importing.importing import Import, import_model
from archgen.language.load import load
from archgen.linting.policy import visible_findings
from archgen.model.architecture import Architecture
from archgen.model.finding import Finding
from archgen.rules import RULES
from archgen.rules.run import run_rules
from tests.surroundings import DAY
from tests.truths import CORPUS, Truth, contradicts, findings_of, tells

CLIENTS = ("visitor", "outer-proxy", "app")
"""What an import calls those who call from outside, and what stands between them and the files."""


class Row(Struct, frozen=True):
    """The figures of a system: connections, and truths by an import and by the written model; misses and wrong claims in words."""

    system: str
    connections: int
    connections_found: int
    connections_wrong: int
    required: int
    written_found: int
    found: int
    asked: int
    wrong: int
    remarks: tuple[str, ...]


class System:
    """A system's sources as imported, with the names that truths and files have for its parts."""

    def __init__(self, directory: Path, system: str, said: Mapping[str, Any]) -> None:
        self.system = system
        self.said = said
        self.written = load(f"{system}.arch.yaml", (CORPUS / f"{system}.arch.yaml").read_bytes()).architecture
        paths = [source.partition("@")[2].partition(":")[2] for source in said["sources"]]
        os.chdir(directory / system)
        self.imported: Import = import_model(tuple(path for path in paths if os.path.exists(path)), system)

    @cached_property
    def architecture(self) -> Architecture:
        """The imported model."""
        return load("imported.arch.yaml", self.imported.text.encode()).architecture

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of a regular run on the imported model."""
        loaded = load("imported.arch.yaml", self.imported.text.encode())
        return visible_findings("regular", run_rules(Topology(loaded.architecture), loaded.source, RULES, today=DAY))

    @cached_property
    def by_member(self) -> dict[str, str]:
        """Imported ids by the names in the files."""
        parts = self.imported.model.inventory.parts.values()
        return {member: part.id for part in parts for member in (*part.members, part.id)}

    def connections(self) -> Iterator[tuple[str, str]]:
        """Yield the imported connections in the names of the files, one for each pair of members."""
        parts = self.imported.model.inventory.parts
        for call in self.imported.model.values.get("connections", {}):
            ends = [(*parts[name].members, name) if name in parts else (name,) for name in call.split(" -> ")]
            yield from ((source, target) for source in ends[0] for target in ends[1])

    def translate(self, identity: str) -> list[str]:
        """Return the ids of the imported model for an id of the written one."""
        if "->" in identity:
            source, target = (self.translate(end.strip()) for end in identity.split("->"))
            return [f"{first} -> {second}" for first in source for second in target]
        names: dict[str, str] = self.said["names"]
        if identity == names["client"]:
            return list(CLIENTS)
        if "@" in identity:
            return [replica for name, wanted in names.items() if wanted == identity for replica in self._replicas(name)]
        members = [name for name, wanted in names.items() if wanted.partition("@")[0] == identity]
        if not members and identity in self.targets:
            # a part of the written model alone, as the Service of pods, stands for what it calls
            return self.translate(self.targets[identity])
        parts = [self.by_member[name] for name in members if name in self.by_member]
        return [*dict.fromkeys(parts), *self._hosts(identity)]

    @cached_property
    def targets(self) -> dict[str, str]:
        """The first callee of each component of the written model."""
        return {call.source: call.targets[0] for call in reversed(self.written.connections)}

    def _replicas(self, name: str) -> Iterator[str]:
        identity = self.by_member.get(name)
        if identity is not None:
            part = self.imported.model.inventory.parts[identity]
            number = part.members.index(name) if name in part.members else 0
            component = next(each for each in self.architecture.components if each.id == identity)
            replicas = [replica.id for replica in component.replicas]
            yield replicas[number] if number < len(replicas) else identity

    def _hosts(self, identity: str) -> Iterator[str]:
        """Yield the imported hosts that carry the same components as a host, or a zone, of the written model."""
        hosts = {host.id for host in self.written.hosts if identity in (host.id, *host.zones)}
        written = {
            component.id
            for component in self.written.components
            if any(hosts.intersection(replica.hosts) for replica in component.replicas)
        }
        wanted = {part for component in written for part in self.translate(component)}
        carried: dict[str, set[str]] = {}
        for component in self.architecture.components:
            for host in (host for replica in component.replicas for host in replica.hosts):
                carried.setdefault(host, set()).add(component.id)
        yield from (host for host, parts in carried.items() if parts <= {*wanted, *CLIENTS})

    def flows_like(self, flow_id: str) -> list[str]:
        """Return the imported flows whose first call inside the system is one of a written flow."""
        raw = yaml.safe_load((CORPUS / f"{self.system}.arch.yaml").read_text(encoding="utf-8"))["flows"]
        written = [self.translate(step) for step in _calls(raw.get(flow_id, {}))]
        imported = self.imported.model.values.get("flows", {})
        inner = {
            flow: next((call for call in _calls(value) if not call.endswith(CLIENTS)), "")
            for flow, value in imported.items()
        }
        return [flow for flow, call in inner.items() if any(call in calls for calls in written)]

    def truth(self, truth: Truth) -> Truth:
        """Return a truth with the ids of the imported model."""
        about = tuple(dict.fromkeys(each for identity in truth.about for each in self.translate(identity)))
        flows = tuple(flow for name in truth.flows for flow in self.flows_like(name))
        return replace(truth, about=about, flows=flows)

    def asks(self, truth: Truth) -> bool:
        """Return True if a question decides what a truth says.

        What travels in clear within one host is nobody's risk: whether it is one host is asked. Where a connection itself
        stands in no file, it is asked what calls its target.
        """
        abouts = {each.about for each in self.imported.model.questions}
        if truth.kind == "plaintext":
            ends = {end for about in truth.about for end in about.split(" -> ")}
            hosts = {host for host in self.imported.model.values.get("hosts", {}) if host in abouts}
            outer = bool(ends & {*CLIENTS}) and "tls" in abouts
            return (
                outer
                or bool(hosts and not ends & {*CLIENTS})
                or any(about.split(" -> ")[-1] in abouts for about in truth.about)
            )
        topics = {"missing-monitoring": "monitoring"}
        return topics.get(truth.kind) in abouts or not abouts.isdisjoint(truth.about)


def _calls(flow: Mapping[str, Any]) -> list[str]:
    """Return the requests of a flow's steps, as they are written."""
    steps = (step if isinstance(step, str) else next(iter(step)) for step in flow.get("steps", []))
    return [step.partition(":")[0] for step in steps if "-->" not in step]


def row(system: System) -> Row:
    """Return the figures of a system."""
    said, names = system.said, system.said["names"]
    truths = convert(said["truths"], tuple[Truth, ...])
    required = [(truth, system.truth(truth)) for truth in truths if truth.class_ == "must-find"]
    forbidden = [system.truth(truth) for truth in truths if truth.class_ == "must-not-say"]
    written = findings_of(CORPUS / f"{system.system}.arch.yaml")
    missed = [new for _, new in required if not any(tells(finding, new) for finding in system.findings)]
    asked = [truth for truth in missed if system.asks(truth)]
    wrong = [
        f"wrong by {truth.id}: {finding.rule} {finding.subject.id}"
        for truth in forbidden
        for finding in system.findings
        if truth.about and contradicts(finding, truth)
    ]
    claimed = {(_name(source), _name(target)) for source, target in system.connections()}
    wanted = [(source, target) for source, target, *_ in said["connections"]]
    known = {pair for source, target, *_ in said.get("connections_known", []) for pair in ((source, target),)}
    lost = [pair for pair in wanted if pair not in claimed]
    declared = {*wanted, *known}
    extra = [pair for pair in sorted(claimed) if pair[0] in names and pair[1] in names and pair not in declared]
    extra = [pair for pair in extra if pair[::-1] not in declared and "client" not in pair and _unlike(system, pair)]
    remarks = [f"no connection {source} -> {target}" for source, target in lost]
    remarks += [f"connection {source} -> {target} in no truth" for source, target in extra]
    remarks += [f"{'asked' if truth in asked else 'missed'} {truth.id}: {truth.says}" for truth in missed]
    return Row(
        system.system,
        len(wanted),
        len(wanted) - len(lost),
        len(extra),
        len(required),
        sum(any(tells(finding, old) for finding in written) for old, _ in required),
        len(required) - len(missed),
        len(asked),
        len(wrong),
        (*remarks, *wrong),
    )


def _name(identity: str) -> str:
    return "client" if identity in CLIENTS else identity


def _unlike(system: System, pair: tuple[str, str]) -> bool:
    """Return True for a pair of two components; replicas of one that call each other stand in no truth."""
    return system.by_member.get(pair[0]) != system.by_member.get(pair[1])


def rows(directory: Path) -> Iterator[Row]:
    """Yield a row for each system whose sources are there."""
    systems = yaml.safe_load((CORPUS / "truths.yaml").read_text(encoding="utf-8"))["systems"]
    for system, said in systems.items():
        if (directory / system).is_dir() and not system.startswith("tf-"):
            yield row(System(directory, system, said))


def table(results: list[Row]) -> str:
    """Return the rows as a Markdown table with their sum."""
    figures = [
        (
            each.connections, each.connections_found, each.connections_wrong, each.required, each.written_found, each.found,
            each.asked, each.required - each.found - each.asked, each.wrong,
        )
        for each in results
    ]  # fmt: skip
    total = [sum(numbers) for numbers in zip(*figures, strict=True)]
    lines = [
        "| system | connections | found | wrong | truths | by the written model | by the import | asked | missed | wrong |",
        f"| --- |{' ---: |' * 9}",
    ]
    named = [*((each.system, *numbers) for each, numbers in zip(results, figures, strict=True)), ("all", *total)]
    return "\n".join([*lines, *(f"| {' | '.join(map(str, numbers))} |" for numbers in named)])


def main() -> int:
    """Print the table and what it counts; 2 without a folder of sources."""
    if len(sys.argv) != 2 or not (CORPUS / "truths.yaml").exists():
        print(f"usage: python -m tests.import_truths FOLDER, with {CORPUS}/truths.yaml")
        return 2
    results = list(rows(Path(sys.argv[1]).resolve()))
    print(table(results))
    for each in results:
        for remark in each.remarks:
            print(f"{each.system}: {remark}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
