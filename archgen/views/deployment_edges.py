"""The lines of a deployment diagram: the pairs of replicas that a connection joins."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from msgspec.structs import replace

from archgen.analysis.hops import Meaning
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Connection, Replica
from archgen.reliability.locality import near
from archgen.views.diagram import Badge, Edge
from archgen.views.folding import Folding
from archgen.views.labels import WORST, line_of, step_ports


def _both(first: Edge, other: Edge) -> Edge:
    """Return a line for two; of one connection, which folded hosts carry in several ways, the worse way with its badges."""
    if first.subject == other.subject:
        worse = min(first, other, key=lambda edge: WORST.index(edge.meaning))
        return replace(worse, badges=first.badges or other.badges)
    if other.subject in first.bundled:
        return first
    badges = {badge.number: badge for badge in (*first.badges, *other.badges)}
    return replace(
        first,
        bundled=(*(first.bundled or (first.subject,)), other.subject),
        badges=tuple(badges[number] for number in sorted(badges)),
    )


ReplicaPair = tuple[Replica, Replica, str]
"""Caller, called replica, and a label that replaces the connection's own unless it's empty."""

MOST = 64
"""Above this number of pairs, a diagram shows a line for each replica instead of each pair."""


class DeploymentEdges:
    """Finds the lines of a topology, or of one of its flows, in the order of the model."""

    def __init__(
        self, topology: Topology, folding: Folding, marks: dict[str, tuple[Badge, ...]], flow: str | None = None
    ) -> None:
        self._flow = flow
        self._topology = topology
        self._folding = folding
        self._marks = marks
        self._ports = step_ports(topology, flow) if flow is not None else {}

    def edges(self) -> Iterator[Edge]:
        """Yield every line once: calls, replication, code bases and backups."""
        return self._once(self._all())

    def calls(self, connections: Container[str]) -> Iterator[Edge]:
        """Yield every line of some connections once, by their ids."""
        selected = (
            connection for connection in self._topology.architecture.connections if connection.id in connections
        )
        return self._once(edge for connection in selected for edge in self._calls(connection))

    def within(self) -> Iterator[Edge]:
        """Yield the lines whose two ends one card stands for, from which `edges` leaves them out."""
        same = self._folding.component
        for connection in self._topology.architecture.connections:
            meaning = line_of(self._topology, connection)[1]
            for target in connection.targets if same(connection.source) in map(same, connection.targets) else ():
                pairs = self._pairs(connection, target)
                for source, other, _ in pairs:
                    edge = self._edge(connection.id, (source, other), "", meaning)
                    if edge.source == edge.target and (source is not other or len(pairs) == 1):
                        yield edge

    def _once(self, edges: Iterable[Edge]) -> Iterator[Edge]:
        """Return every line once; twins of equal zones share one, with the badges of all."""
        first: dict[tuple[str, ...], Edge] = {}
        for edge in edges:
            if edge.source == edge.target:
                continue
            twins = self._folding.twins
            key = (edge.source, edge.target, edge.label, edge.meaning) if twins else (edge.id,)
            first[key] = _both(first[key], edge) if key in first else edge
        return iter(first.values())

    def _all(self) -> Iterator[Edge]:
        for connection in self._topology.architecture.connections:
            yield from self._calls(connection)
        for component in self._topology.architecture.components:
            yield from self._copies(component)
            yield from self._code(component)
            yield from self._backups(component)

    def _edge(
        self, subject: str, pair: tuple[Replica, Replica], label: str, meaning: Meaning, badges: tuple[Badge, ...] = ()
    ) -> Edge:
        source, target = (self._folding.node(replica.id) for replica in pair)
        return Edge(
            id=f"{subject} {source} {target}",
            subject=subject,
            source=source,
            target=target,
            label=label,
            meaning=meaning,
            badges=badges,
        )

    # Calls

    def _calls(self, connection: Connection) -> Iterator[Edge]:
        words, overall = line_of(self._topology, connection, self._ports.get(connection.id, ()))
        badges = self._marks.get(f"connection:{connection.id}", ())
        pairs = [pair for target in connection.targets for pair in self._pairs(connection, target)]
        carrier = self._carrier(pairs)
        for position, (source, target, label) in enumerate(pairs):
            meaning = self._meaning(overall, source, target)
            carried = badges if position == carrier else ()
            yield self._edge(connection.id, (source, target), label or words, meaning, carried)

    @staticmethod
    def _carrier(pairs: list[ReplicaPair]) -> int:
        """Return the line with a connection's badges: the first between two hosts, else the first."""
        apart = (at for at, (source, target, _) in enumerate(pairs) if source.hosts != target.hosts)
        return next(apart, 0)

    def _meaning(self, overall: Meaning, source: Replica, target: Replica) -> Meaning:
        together = len(source.hosts) == 1 and source.hosts == target.hosts
        return "local" if together and overall in ("plaintext", "unknown") else overall

    def _pairs(self, connection: Connection, target: str) -> list[ReplicaPair]:
        sources = self._topology.components[connection.source].replicas
        targets = self._topology.components[target].replicas
        if connection.locality is not None:
            names = [replica.id for replica in targets]
            return [
                (source, self._topology.replicas[answering], "")
                for source in sources
                for answering in near(self._topology.index, names, connection.locality, source)
            ]
        primaries, _ = self._topology.writers(target)
        if 0 < len(primaries) < len(targets):
            return self._to_primary(connection, sources, targets, primaries)
        if len(sources) * len(targets) > MOST:
            return self._few(sources, targets)
        return [(source, answering, "") for source in sources for answering in targets]

    @staticmethod
    def _few(sources: tuple[Replica, ...], targets: tuple[Replica, ...]) -> list[ReplicaPair]:
        """Return a line for each replica, enough to show that two rows belong together; of one row each calls the next."""
        longest, next_one = max(len(sources), len(targets)), int(sources == targets)
        return [(sources[at % len(sources)], targets[(at + next_one) % len(targets)], "") for at in range(longest)]

    def _to_primary(
        self,
        connection: Connection,
        sources: tuple[Replica, ...],
        targets: tuple[Replica, ...],
        primaries: tuple[str, ...],
    ) -> list[ReplicaPair]:
        """Connect writers to the primary, and readers to the replica on their own host, which stands for all of them.

        A line to every replica would be true and unreadable. If no replica shares the caller's host, all get a line.
        """
        reads, writes = self._accesses(connection)
        pairs: list[ReplicaPair] = []
        for source in sources:
            own = [target for target in targets if len(source.hosts) == 1 and target.hosts == source.hosts]
            first = [target for target in targets if target.id in primaries]
            if reads and not writes:
                pairs += [(source, target, "") for target in own or targets]
                continue
            pairs += [
                (source, target, "" if target in first else "reads") for target in own if reads or target in first
            ]
            others = [target for target in first if target not in own]
            pairs += [(source, target, "writes" if reads and own else "") for target in others]
            if reads and not own:
                pairs += [(source, target, "reads") for target in targets if target not in first]
        return pairs

    def _accesses(self, connection: Connection) -> tuple[bool, bool]:
        """Return if flows read, and if they write, over a connection; if none uses it, its declared access counts."""
        used = {
            hop.access
            for flow, hops in self._topology.hops.items()
            if self._flow in (None, flow)
            for hop in hops
            if hop.connection is not None and hop.connection.id == connection.id
        } or {connection.access or "read-write"}
        return bool(used & {"read", "read-write"}), bool(used & {"write", "read-write"})

    # Replication, code bases and backups

    def _copies(self, component: Component) -> Iterator[Edge]:
        replication = component.replication
        if replication is None:
            return
        replicas = component.replicas
        if replication.copy_of and replication.copy_of in self._topology.components:
            original = self._topology.components[replication.copy_of].replicas
            first = self._first_writer(replication.copy_of) or (original[0] if original else None)
            for replica in replicas:
                if first is not None:
                    yield self._edge(f"{component.id} replication", (first, replica), "replication", "replication")
            return
        primaries = [replica for replica in replicas if replica.id in replication.primary]
        if replication.all_write:
            primaries = list(replicas[:1])
        for primary in primaries:
            for replica in replicas:
                if replica not in primaries:
                    edge = self._edge(f"{component.id} replication", (primary, replica), "replication", "replication")
                    yield replace(edge, mutual=replication.all_write)

    def _first_writer(self, component: str) -> Replica | None:
        writers, _ = self._topology.writers(component)
        return next(
            (replica for replica in self._topology.components[component].replicas if replica.id in writers), None
        )

    def _code(self, component: Component) -> Iterator[Edge]:
        code = self._topology.components.get(component.codebase or "")
        if code is None:
            return
        for replica in component.replicas:
            own = [candidate for candidate in code.replicas if candidate.hosts == replica.hosts] or code.replicas[:1]
            for replica_of_code in own:
                yield self._edge(f"{component.id} runs {code.id}", (replica, replica_of_code), "", "code")

    def _backups(self, component: Component) -> Iterator[Edge]:
        """Yield a line from each component that is backed up, unless a connection between the two exists."""
        for stored in component.backs_up:
            connections = self._topology.index.connections
            drawn = (component.id, stored) in connections or (stored, component.id) in connections
            if drawn or stored not in self._topology.components:
                continue
            replicas = self._topology.components[stored].replicas
            source = self._first_writer(stored) or (replicas[0] if replicas else None)
            if source is not None and component.replicas:
                yield self._edge(f"{component.id} backup", (source, component.replicas[0]), "backup", "replication")
