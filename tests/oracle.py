"""The meaning of a model by its definition alone: slow, state by state, and written apart from the engine it checks."""

from __future__ import annotations

import re
from typing import Self

from msgspec.structs import replace

from archgen.model.architecture import Architecture, Component, Connection, Flow, Managed, Quorum, Replica
from archgen.model.steps import Frame, Request, Step

State = frozenset[tuple[str, str]]
"""The failed elements, as (kind, id)."""


SILENT = ("aws-rds", "cloud-sql")
"""Managed services whose standby, one beside the primary, answers nothing until it is promoted."""

LAGGING = ("memorystore",)
"""Such services that never write to the standby at once."""

GROUPED = ("azure-sql",)
"""Managed services that are called by the name of a group, which leads to the primary; a caller's locality means the copy near it."""

FIRST = ("mongodb", "vault")
FIRST_OF_SENTINEL = ("redis", "valkey")
"""Products whose clients put all requests to the primary if nothing else is said; or where something promotes another."""

COPIES = {"copy", "copies", "replica", "replicas", "secondary", "secondaries", "standby", "standbys", "either"}

SHARED = ("glusterfs", "gluster", "dfs", "dfs-r")
MOUNTED = ("oracle",)
"""Products whose standbys, beside one primary, answer nothing until they are promoted."""

AGREEING = ("etcd", "zookeeper", "consul", "cockroachdb", "mongodb", "mysql-innodb-cluster", "elasticsearch", "kafka")
"""Products whose replicas alone decide."""

ARBITRATED = ("galera", "percona-xtradb-cluster")
"""Products with arbitrators."""

MAJORITIES = (
    *("etcd", "zookeeper", "consul", "galera", "percona-xtradb-cluster", "cockroachdb"),
    *("mysql-innodb-cluster", "kafka"),
)
"""Products that work with a majority only."""

TO_WRITE = ("mongodb", "elasticsearch")
"""Products that answer reads without a majority, and take writes with one."""

OBSERVED = ("oracle", "oracle-active-data-guard")
"""Products whose primary shuts down without the observer and a standby."""

STEPPING = ("mongodb", "mssql")
"""Products of which no replica serves without a majority of the votes; of MongoDB none takes writes."""

BY_ROLE = ("elasticsearch", "kafka")
"""Products of which only some nodes vote, if a cluster's nodes have roles."""

PASSING_ON = (
    *("load-balancer", "reverse-proxy"),
    *("cdn", "waf", "firewall", "router", "nat-gateway"),
)
"""Kinds that send nothing by themselves."""

BALANCING = ("cdn", "load-balancer", "reverse-proxy", "api-gateway")
"""Kinds that spread requests."""

ARBITERS = ("garbd", "arbiter", "arbitrator")
"""What votes beside members of which one is written to."""

WORDS = ("vrrp", "dns", "anycast", "orchestrator")
"""What moves the traffic of a cluster and is no component."""

ANNOUNCING = ("vrrp", "keepalived", "carp", "ucarp", "hsrp", "glbp", "heartbeat", "pacemaker", "corosync")
"""What moves an address by telling the local network."""

OPEN = ("aws-alb", "aws-nlb", "aws-elb", "envoy")
"""Products that send requests to all once none passes."""

RESOLVERS = ("unbound", "dnsmasq", "pihole")
"""Products that look names up for others."""

WATCHING = ("monitoring", "monitoring-agent", "log-collector")
"""Kinds that watch others."""

KEEPING = ("queue", "stream", "cache", "key-value-store", "database")
"""Kinds that keep jobs until a worker takes them."""

PLATFORMS = ("kubernetes", "k3s", "nomad")
"""Products that start what floats on another host, once its own is lost."""

KEEPERS = ("etcd", "zookeeper", "consul")
"""Products that keep their state."""

STORES = ("database", "cache", "key-value-store", "stream", "object-storage", "file-storage", "queue", "search")


def arbitrated(component: Component) -> bool:
    """Whether another component votes beside the replicas, which all take writes, or have arbitrators."""
    data = component.replication
    if data is None or data.by is None or component.product in AGREEING:
        return False
    if not data.all_write and component.product not in ARBITRATED:
        return False
    return component.quorum == "majority" or (component.quorum is None and component.product in MAJORITIES)


def quorum_of(component: Component) -> int | str | Quorum | None:
    """What a component asks of its replicas, by the model or by its product."""
    if arbitrated(component):
        return None
    votes = component.kind in STORES or component.product in ("etcd", "zookeeper", "clickhouse-keeper")
    if component.quorum is not None or not votes or len(component.replicas) < 2:
        return component.quorum
    data = component.replication
    alone = component.product in AGREEING and component.product not in STEPPING
    if data is not None and data.by is not None and not data.all_write and not alone:
        return None
    if component.votes_elsewhere or (component.managed and component.product in BY_ROLE):
        return None
    if component.product in TO_WRITE:
        return Quorum(1, "majority")
    return "majority" if component.product in MAJORITIES else None


class World:
    """One architecture in one state; what no failure changes is worked out once for all states of an architecture."""

    def __init__(self, architecture: Architecture, failed: State) -> None:
        self.architecture = architecture
        self.failed = failed
        self.component = {one.id: one for one in architecture.components}
        self.host = {one.id: one for one in architecture.hosts}
        self.zone = {one.id: one for one in architecture.zones}
        self._asked: dict[tuple[str, str, str | None], tuple[list[Replica], dict[str, str], int]] = {}
        self._blind: dict[tuple[str, str, str | None], list[Replica]] = {}
        self._working: dict[object, set[str]] = {}
        self._needed: dict[tuple[str, bool], tuple[dict[str, list[Request]], list[str]]] = {}
        self._look_ups: dict[str, Connection] = {}
        self._connections: dict[str, list[Connection | None]] = {}
        self._quorums = {one.id: quorum_of(one) for one in architecture.components}
        self._by_place: dict[tuple[str, str, bool], list[Request]] = {}
        self._up: dict[str, bool] = {}
        self._asking: tuple[Flow, bool, bool] | None = None

    def with_failed(self, failed: State) -> World:
        """The same architecture in another state."""
        return self.copied(failed)

    def copied(self, failed: State) -> Self:
        """A copy in another state, which shares what no failure changes."""
        found = object.__new__(type(self))
        found.__dict__.update(self.__dict__)
        found.failed = failed
        found._up = {}
        return found

    def less_failed(self, failed: State) -> World:
        """The same moment with less of what is lost."""
        return self.with_failed(failed)

    # Up

    def zone_up(self, zone: str) -> bool:
        if ("zone", zone) in self.failed:
            return False
        outer = self.zone[zone].within
        return outer is None or self.zone_up(outer)

    def host_up(self, host: str) -> bool:
        below = self.host[host].runs_on
        here = ("host", host) not in self.failed and all(map(self.zone_up, self.host[host].zones))
        return here and (below is None or self.host_up(below))

    def up(self, replica: Replica) -> bool:
        known = self._up.get(replica.id)
        if known is None:
            known = self._up[replica.id] = self._is_up(replica)
        return known

    def _is_up(self, replica: Replica) -> bool:
        if self.component[replica.component].kind == "client":
            return True
        if ("replica", replica.id) in self.failed:
            return False
        zone = self.service_zone(replica)
        if zone is not None:
            return self.zone_up(zone)
        return not replica.hosts or (any(map(self.host_up, replica.hosts)) and not self.left_down(replica))

    # What starts it elsewhere

    def platform(self) -> list[tuple[Component, int]]:
        """The only platform of a model that shows its servers, and the stores that it calls, each with how many must be up."""
        shown = [
            one for one in self.component.values() if one.product in PLATFORMS and any(r.hosts for r in one.replicas)
        ]
        if len(shown) != 1:
            return []
        asked = self._quorums[shown[0].id]
        needed = [(shown[0], 1 if asked is None or isinstance(asked, Quorum) else self.number(shown[0], asked))]
        for call in self.architecture.connections:
            store = self.component[call.targets[0]]
            keeps = (store.product or store.id) in KEEPERS and len(call.targets) == 1
            if call.source == shown[0].id and keeps and call.required and not call.deferred:
                own = self._quorums[store.id]
                own = "majority" if own is None or isinstance(own, Quorum) or not self.number(store, own) else own
                needed.append((store, self.number(store, own)))
        moves = any(len(one.hosts) > 1 for each, _ in needed for one in each.replicas)
        return [] if moves or any(count > len(each.replicas) for each, count in needed) else needed

    def number(self, component: Component, asked: int | str) -> int:
        return {"majority": len(component.replicas) // 2 + 1, "all": len(component.replicas)}.get(str(asked)) or int(
            asked
        )

    def left_down(self, replica: Replica) -> bool:
        """Whether it floats, is on a lost host at worst, and the platform that would start it elsewhere is down."""
        if len(replica.hosts) < 2 or all(sum(map(self.up, each.replicas)) >= count for each, count in self.platform()):
            return False
        component = self.component[replica.component]
        spread = component.placement.spread if component.placement is not None else None
        zones = [
            frozenset(zone for each in self.carriers(host) for zone in self.host[each].zones) for host in replica.hosts
        ]
        places: list[object] = [zone or host for zone, host in zip(zones, replica.hosts, strict=True)]
        if spread == "none":
            places = [None for _ in places]
        elif spread == "host" or len(set(places)) == 1:
            places = [*replica.hosts]
        lost = {place for place, host in zip(places, replica.hosts, strict=True) if not self.host_up(host)}
        alike = [one for one in component.replicas if one.hosts == replica.hosts]
        held = sorted([len(alike[at :: len(set(places))]) for at in range(len(set(places)))], reverse=True)
        return alike.index(replica) < sum(held[: len(lost)])

    def service_zone(self, replica: Replica) -> str | None:
        """The zone that a managed service says it is lost with."""
        managed = self.component[replica.component].managed
        return managed.zone if isinstance(managed, Managed) and not replica.hosts else None

    def quorum_met(self, component: Component) -> bool:
        asked = self._quorums[component.id]
        return component.kind == "client" or isinstance(asked, Quorum) or self.so_many_up(component, asked)

    def so_many_up(self, component: Component, asked: int | str | None) -> bool:
        """Whether so many of all replicas are up."""
        if asked in (None, "majority"):
            asked = 0 if asked is None else len(component.replicas) // 2 + 1
        elif asked == "all":
            asked = len(component.replicas)
        return sum(map(self.up, component.replicas)) >= int(asked or 0)

    def votes_met(self, component: Component, access: str) -> bool:
        """Whether the quorum of an access is met, and a write that waits for copies has them."""
        asked, data = self._quorums[component.id], component.replication
        if isinstance(asked, Quorum) and not self.so_many_up(
            component, asked.read if access == "read" else asked.write
        ):
            return False
        if access in ("read", "primary's read") or data is None or data.without != "stop":
            return True
        return self.so_many_up(component, "all" if data.waits_for == "all" else (data.waits_for or 1) + 1)

    def electors_met(self, component: Component, access: str) -> bool:
        """Whether a store that steps down without a majority sees one."""
        data = component.replication
        by = self.component.get(data.by or "") if data is not None else None
        arbiter = arbitrated(component)
        if data is not None and by is not None and self.is_observed(component, by):
            return access == "read" or sum(map(self.up, [*component.replicas, *by.replicas[:1]])) >= 2
        if data is None or by is None or not (arbiter or component.product in STEPPING):
            return True
        if component.product == "mongodb" and access == "read":
            return True
        if isinstance(by.quorum, int) and not arbiter:
            return self.so_many_up(by, by.quorum)
        if arbiter or (by.kind in BALANCING and component.product == "mongodb"):
            votes = by.kind not in BALANCING and (data.all_write or (by.product or by.id) in ARBITERS)
            voters = [*component.replicas, *(self.apart_from(component, by) if votes else [])]
            return 2 * sum(map(self.up, voters)) > len(voters)
        beside = self.apart_from(component, by)
        voters = list(by.replicas)
        if len(voters) < 3 or not beside:
            even = component.product == "mongodb" or len(component.replicas) % 2 == 0
            voters = [*component.replicas, *((beside or self.witness(component, by)) if even else ())]
        return 2 * sum(map(self.up, voters)) > len(voters)

    def is_observed(self, component: Component, by: Component) -> bool:
        """Whether the observer of fast-start failover promotes the standbys; another program has its product's name."""
        data = component.replication
        automatic = data is not None and data.failover == "automatic" and bool(data.primary)
        own = by.id != component.id and (by.product is None or "observer" in by.product)
        return automatic and own and component.product in OBSERVED

    def apart_from(self, component: Component, other: Component) -> list[Replica]:
        """The replicas of another component that stand on no host of a component: a host has one vote."""
        if other.id == component.id:
            return []
        taken = [replica.hosts for replica in component.replicas if replica.hosts]
        return [replica for replica in other.replicas if replica.hosts not in taken]

    def witness(self, component: Component, by: Component) -> list[Replica]:
        """The replica of the first share, store of objects or other component that a cluster service asks elsewhere."""
        if by.id == component.id:
            return []
        for connection in self.architecture.connections:
            for target in connection.targets if connection.source == by.id else ():
                called = self.component[target]
                if called.kind in ("file-storage", "object-storage", "other") and self.apart_from(component, called):
                    return self.apart_from(component, called)[:1]
        return []

    def taken_over(self, replica: Replica, working: set[str]) -> bool:
        """Whether what moves the traffic of a cluster to a member that waits is there to do it."""
        component = self.component[replica.component]
        cluster = component.cluster
        if cluster is None or not self.address_moves(component) or cluster.failover == "manual":
            return True
        by = self.component.get(cluster.by or "") if cluster.by not in WORDS else None
        active = cluster.active or tuple(one.id for one in component.replicas[:1])
        if by is None or by.id == component.id or replica.id in active:
            return True
        return any(one.id in working for one in by.replicas) and self.votes_met(by, "write")

    def cut_off(self, replica: Replica) -> bool:
        """Whether the address of its cluster never comes to it: no cable leads from where the first ones stand."""
        component = self.component[replica.component]
        cluster = component.cluster
        if cluster is None or cluster.mode == "active-active" or cluster.failover == "manual" or component.managed:
            return False
        by = self.component.get(cluster.by or "")
        mover = ((by.product or by.id) if by is not None else cluster.by or "").casefold()
        if not (mover in ANNOUNCING or (cluster.by is None and cluster.shared_address)):
            return False
        named = cluster.active if self.address_moves(component) else ()
        first = [one for one in component.replicas if one.id in named] or [component.replicas[0]]
        return replica not in first and all(self.no_cable(one, replica) for one in first)

    def no_cable(self, one: Replica, other: Replica) -> bool:
        """Whether two replicas surely stand in different regions, of different providers, or in two zones of providers' regions."""
        zones = [[zone for zone in self.zone.values() if self.surely_in(each, zone.id)] for each in (one, other)]
        for kind in ("provider", "region", "availability-zone"):
            here, there = ([zone for zone in some if zone.kind == kind] for some in zones)
            first = [zone.id for zone in (*here[:1], *there[:1])]
            inside = all("region" in [self.zone[each].kind for _, each in self.outwards([name])] for name in first)
            if here and there and not any(zone in there for zone in here) and (kind != "availability-zone" or inside):
                return True
        return False

    def itself_lost(self, replica: str) -> bool:
        return ("replica", replica) in self.failed

    def watched_hosts(self, replica: Replica) -> bool:
        """Whether others notice only that its host is lost."""
        cluster = self.component[replica.component].cluster
        return (
            cluster is not None and cluster.watches == "host" and cluster.failover != "manual" and bool(replica.hosts)
        )

    def succeeds_to(self, replica: Replica) -> bool:
        """Whether the traffic of an active-passive cluster can come to it: nobody before it failed by itself."""
        component = self.component[replica.component]
        if not self.address_moves(component) or not self.watched_hosts(replica):
            return True
        active = component.cluster.active if component.cluster is not None else ()
        order = sorted([one.id for one in component.replicas], key=lambda one: one not in active)
        order = [*active, *(one for one in order if one not in active)]
        return replica.id in active or not any(map(self.itself_lost, order[: order.index(replica.id)]))

    def watched_alone(self, component: Component) -> bool:
        """Whether what moves the traffic of an active-passive cluster looks at its members, and at nothing behind them."""
        cluster = component.cluster
        if cluster is None or component.managed or cluster.failover == "manual":
            return False
        return self.address_moves(component) and cluster.watches in ("process", "host")

    def kept_ahead(self, replica: Replica, working: set[str]) -> bool:
        """Whether a member before it is up, for all that is lost beside it and its host, and can't do its part: it keeps the traffic."""
        component = self.component[replica.component]
        active = component.cluster.active if component.cluster is not None else ()
        order = [*active, *(one.id for one in component.replicas if one.id not in active)]
        members = {one.id: one for one in component.replicas}
        first = active or order[:1]
        if self._asking is None or not self.watched_alone(component) or replica.id in first:
            return False
        ahead = [members[one] for one in order[: order.index(replica.id)]]
        return any(len(one.hosts) == 1 and self.is_stuck(one, working) for one in ahead)

    def is_stuck(self, replica: Replica, working: set[str]) -> bool:
        assert self._asking is not None
        state = self.moved_off(replica.hosts[0]) - {("replica", replica.id)}
        there = working if state == self.failed else self.less_failed(state).working(*self._asking)
        return able(replica) not in there

    # Where

    def around(self, host: str) -> list[tuple[int, str]]:
        """(distance, zone) of every zone around a host: its own before those of what it runs on."""
        own = self.outwards(list(self.host[host].zones))
        below = self.host[host].runs_on
        if below is None:
            return own
        farther = max((distance for distance, _ in own), default=-1) + 1
        return own + [(distance + farther, zone) for distance, zone in self.around(below)]

    def outwards(self, edge: list[str]) -> list[tuple[int, str]]:
        """(distance, zone) of zones and of every zone around them."""
        found: dict[str, int] = {}
        distance = 0
        while edge:
            for zone in edge:
                found.setdefault(zone, distance)
            edge = [outer for zone in edge if (outer := self.zone[zone].within) is not None]
            distance += 1
        return [(distance, zone) for zone, distance in found.items()]

    def surely_in(self, replica: Replica, zone: str) -> bool:
        if (own := self.service_zone(replica)) is not None:
            return zone in [one for _, one in self.outwards([own])]
        return bool(replica.hosts) and all(zone in [one for _, one in self.around(host)] for host in replica.hosts)

    def near(self, caller: Replica, callee: Replica, locality: str | None, host: str | None = None) -> bool:
        """Whether a partner is near; of one that floats and has no place for sure, where it stands on a host, or on any."""
        if locality is None:
            return True
        mine = self.home(caller, locality)
        if not mine and len(caller.hosts) > 1:
            stands = [host] if host else caller.hosts
            mine = {each for one in stands for each in self.home(replace(caller, hosts=(one,)), locality)}
        if locality == "same-host":
            return len(callee.hosts) == 1 and callee.hosts[0] in mine
        return any(self.surely_in(callee, zone) for zone in mine)

    def home(self, caller: Replica, locality: str) -> set[str]:
        """The host or zones that a partner must share."""
        if locality == "same-host":
            return set(caller.hosts) if len(caller.hosts) == 1 else set()
        service = self.service_zone(caller)
        if not caller.hosts and service is None:
            return set()
        kind = locality[len("same-") :]
        mine = [
            (distance, zone)
            for distance, zone in (self.outwards([service]) if service else self.around(caller.hosts[0]))
            if self.surely_in(caller, zone) and kind in ("zone", self.zone[zone].kind)
        ]
        nearest = min((distance for distance, _ in mine), default=None)
        return {zone for distance, zone in mine if distance == nearest}

    # Where one that floats stands

    def wanders(self, caller: Replica, localities: list[str | None]) -> bool:
        """Whether a replica has other partners on some of its hosts than on others."""
        asked = [one for one in localities if one is not None and not self.home(caller, one)]
        homes = [[self.home(replace(caller, hosts=(host,)), one) for host in caller.hosts] for one in asked]
        return len(caller.hosts) > 1 and any(each != some[0] for some in homes for each in some)

    def moved_off(self, host: str) -> State:
        """What is lost, but for that which takes a host down: the replicas there would have moved."""
        around: set[tuple[str, str]] = {("zone", zone) for _, zone in self.around(host)}
        below: str | None = host
        while below is not None:
            around.add(("host", below))
            below = self.host[below].runs_on
        return self.failed - around

    def misplaced(
        self, replica: Replica, requests: list[Request], flow: Flow, working: set[str], each: bool, later: bool
    ) -> bool:
        """Whether a replica, of its component the nth, fails on the worst hosts that the replicas may stand on.

        Of as many as there are groups of hosts, each is in a group of its own while that is up.
        """
        component = self.component[replica.component]
        spread = component.placement.spread if component.placement is not None else None
        bad: dict[object, bool] = {}
        gone: dict[object, bool] = {}
        for host in replica.hosts:
            state = self.moved_off(host)
            world = self if state == self.failed else self.less_failed(state)
            there = working if world is self else world.working(flow, each, later)
            fails = not all(world.met(replica, one, flow, there, each, host) for one in requests)
            group = self.spread_group(replica, requests, host, spread)
            bad[group] = bad.get(group, False) or fails
            gone[group] = gone.get(group, True) and not self.host_up(host)
        earlier = component.replicas[: component.replicas.index(replica)]
        lost = sum(not self.up(one) for one in earlier)
        return lost + sum(bad.values()) > len(earlier) or all(bad[one] or gone[one] for one in bad)

    def spread_group(self, replica: Replica, requests: list[Request], host: str, spread: str | None) -> object:
        if spread in ("none", "host"):
            return host if spread == "host" else None
        found: list[str] = []
        for request in requests:
            for connection in self.connections(request):
                locality = connection.locality if connection is not None else None
                if locality not in (None, "same-host") and not self.home(replica, locality or ""):
                    found += self.home(replace(replica, hosts=(host,)), locality or "")
                    break
        nearest = [zone for each in self.carriers(host) for zone in self.host[each].zones]
        return frozenset(found) or frozenset(nearest) or host

    def carriers(self, host: str) -> list[str]:
        below = self.host[host].runs_on
        return [host, *(self.carriers(below) if below is not None else ())]

    # Works

    def connections(self, request: Request) -> list[Connection | None]:
        if request.id in self._look_ups:
            return [self._look_ups[request.id]]
        if request.id not in self._connections:
            self._connections[request.id] = self._under(request)
        return self._connections[request.id]

    def _under(self, request: Request) -> list[Connection | None]:
        over = {target: self.over(request.source, target) for target in request.targets}
        # a step that names some of the alternatives calls no other, and none of them twice
        return [
            None if one is None else replace(one, targets=tuple(each for each in one.targets if over.get(each) is one))
            for one in over.values()
        ]

    def may_answer(self, replica: Replica, access: str, working: set[str]) -> bool:
        component = self.component[replica.component]
        cluster, data = component.cluster, component.replication
        if not self.votes_met(component, access) or not self.succeeds_to(replica):
            return False
        if not self.electors_met(component, access) or not self.taken_over(replica, working):
            return False
        if self.kept_ahead(replica, working):
            return False
        if cluster is not None and cluster.failover == "manual" and replica.id not in cluster.active:
            return False
        if access == "read" or data is None or data.all_write:
            return True
        if data.copy_of is not None:
            return False
        if not data.primary or replica.id in data.primary:
            return True
        if data.failover != "automatic":
            return False
        if data.by is None or data.by not in self.component or component.product in STEPPING:
            return True
        by = self.component[data.by]
        return any(one.id in working for one in by.replicas) and self.votes_met(by, "write")

    def may_ever_answer(self, replica: Replica, access: str) -> bool:
        world = self.with_failed(frozenset())
        world._asking = None
        return world.may_answer(replica, access, {one.id for each in self.component.values() for one in each.replicas})

    def met(
        self,
        caller: Replica,
        request: Request,
        flow: Flow,
        working: set[str],
        each: bool,
        host: str | None = None,
    ) -> bool:
        known = self._asked.get((caller.id, request.id, host))
        if known is None:
            known = self._asked[caller.id, request.id, host] = self.asked(caller, request, flow, host)
        replicas, access, count = known
        counting = [
            one.id
            for one in replicas
            if one.id in working
            and self.may_answer(one, access[one.component], working)
            and self.passes(caller, one, working)
        ]
        if len(counting) < count:
            return False
        if not each:
            return True
        wanted = {target for one in self.strict(request) for target in one.targets}
        replicas = [one for one in replicas if one.component in wanted]
        # what never passes its caller's check gets no request, lost or not
        keeping = [one for one in replicas if self.keeps_address(one, access[one.component])]
        if any(self.itself_lost(one.id) and self.passes(caller, one, None) for one in keeping):
            return False
        return all(one.id in counting for one in self.blindly(caller, request, replicas, access, host))

    def passes(self, caller: Replica, member: Replica, working: set[str] | None) -> bool:
        """Whether a target passes its caller's check: what it asks answers the target; None for ever, with nothing lost."""
        checking = self.component[caller.component]
        balance = checking.balance
        if balance is None or balance.fail_open or (balance.fail_open is None and checking.product in OPEN):
            return True
        targets = {each for one in self.architecture.connections if one.source == checking.id for each in one.targets}
        for name, access in balance.asks or ():
            own = name in targets or any(self.over(target, name) is not None for target in targets)
            if not self.answers(member, name, access, None if own else checking.id, working):
                return False
        return True

    def over(self, source: str, target: str) -> Connection | None:
        """The connection between two components; the one with the fewest alternatives."""
        fitting = [one for one in self.architecture.connections if one.source == source and target in one.targets]
        return min(fitting, key=lambda one: len(one.targets), default=None)

    def steps_to(self, source: str, target: str, past: str | None = None) -> int | None:
        """How many calls lead from a component to another, by none of a third; None if none do."""
        edge, count = {source}, 0
        seen: set[str] = set()
        while edge:
            if target in edge:
                return count
            seen |= edge
            edge = edge - {past}
            called = (each for one in self.architecture.connections if one.source in edge for each in one.targets)
            edge, count = {each for each in called if each not in seen}, count + 1
        return None

    def answers(self, member: Replica, name: str, access: str, past: str | None, working: set[str] | None) -> bool:
        """Whether a component answers a replica that a check asks for it; through others, past the checker, where it has to."""
        if member.component == name:
            return True
        connection, hop = self.over(member.component, name), name
        if connection is None and past is not None:
            ways = [
                (count, place, each)
                for place, one in enumerate(self.architecture.connections)
                for each in one.targets
                if one.source == member.component and (count := self.steps_to(each, name, past)) is not None
            ]
            if ways:
                hop = min(ways, key=lambda way: way[:2])[2]
                connection = self.over(member.component, hop)
        if connection is None:
            return True
        asking = access if hop == name else "read"
        if asking == "read" and self.by_role(self.component[hop], (), connection.locality is not None):
            asking = "primary's read"
        asked = [one for one in self.component[hop].replicas if self.near(member, one, connection.locality)]
        asked = [one for one in asked if hop == name or self.answers(one, name, access, past, None)]
        ever = sum(self.may_ever_answer(one, asking) for one in asked)
        count = max(1, ever) if connection.needs == "all" else int(connection.needs)
        if working is not None:
            asked = [one for one in asked if one.id in working and self.may_answer(one, asking, working)]
            ever = sum(hop == name or self.answers(one, name, access, past, working) for one in asked)
        return ever >= count

    def keeps_address(self, replica: Replica, access: str) -> bool:
        """Whether it takes this traffic with nothing lost, and goes on to when it fails by itself."""
        cluster = self.component[replica.component].cluster
        if cluster is None or cluster.mode != "active-active" or not self.watched_hosts(replica):
            return False
        return self.may_ever_answer(replica, access) and not self.is_copy(replica, access)

    def blindly(
        self,
        caller: Replica,
        request: Request,
        replicas: list[Replica],
        access: dict[str, str],
        host: str | None = None,
    ) -> list[Replica]:
        """Those of them that get requests with nothing lost, if the caller checks nobody."""
        balance = self.component[caller.component].balance
        if balance is None or balance.health_check is not False:
            return []
        known = self._blind.get((caller.id, request.id, host))
        if known is None:
            known = self._blind[caller.id, request.id, host] = [
                one
                for one in replicas
                if self.may_ever_answer(one, access[one.component])
                and not self.is_copy(one, access[one.component])
                and one.id not in balance.backup
                and one.component not in balance.backup
                and not self.address_moves(self.component[one.component])
            ]
        return known

    def is_copy(self, replica: Replica, access: str) -> bool:
        """Whether it takes this access only once it is promoted."""
        data = self.component[replica.component].replication
        return access != "read" and data is not None and bool(data.primary) and replica.id not in data.primary

    def address_moves(self, component: Component) -> bool:
        """Whether one member of a cluster takes the traffic and another takes it over."""
        cluster = component.cluster
        if cluster is None or cluster.mode == "active-active":
            return False
        return cluster.mode == "active-passive" or bool(cluster.active)

    def leads(self, component: Component) -> bool:
        """Whether all requests for a primary and its copies go to the primary, if nothing else is said."""
        data = component.replication
        by = data.by if data is not None else None
        first = component.product in FIRST or (component.product in FIRST_OF_SENTINEL and by is not None)
        return first and data is not None and len(data.primary) == 1 and len(component.replicas) > 1

    def from_copies(self, request: Request, component: Component) -> bool:
        """Whether a read is of the copies, by its words or the store's, or of whichever a balancer chooses that asks no Sentinel."""
        words = re.findall(r"\w+", f"{request.message} {component.why or ''}".casefold())
        source = self.component[request.source]
        balances = source.kind == "load-balancer" or source.balance is not None
        return not COPIES.isdisjoint(words) or (balances and component.product in FIRST_OF_SENTINEL)

    def by_role(self, component: Component, pinned: tuple[str, ...], local: bool, copies: bool = False) -> bool:
        """Whether a step names the one primary of several replicas, and none of the others: it asks whichever is primary.

        So does a step that names none, of a pair whose standby is silent.
        """
        data = component.replication
        if not pinned and not local and not copies and self.leads(component):
            return True
        if not pinned and component.managed and component.product in SILENT and len(component.replicas) == 2:
            takes_over = data is not None and (data.mode or data.failover) in ("synchronous", "automatic")
            return takes_over and data is not None and len(data.primary) == 1
        if not pinned and component.managed and component.product in LAGGING and len(component.replicas) == 2:
            takes_over = data is not None and (data.failover == "automatic" or data.mode == "synchronous")
            return takes_over and data is not None and len(data.primary) == 1
        if not pinned and component.managed and component.product in GROUPED and data is not None and not local:
            takes_over = data.failover == "automatic" or data.mode == "synchronous"
            return takes_over and len(data.primary) == 1 and len(component.replicas) > 1
        files = component.kind == "file-storage" and component.product not in SHARED and not component.managed
        if not pinned and files and not local and len(component.replicas) > 1:
            return data is not None and len(data.primary) == 1
        if not pinned and component.product in MOUNTED and not component.managed and len(component.replicas) > 1:
            return data is not None and len(data.primary) == 1
        named = {one.id for one in component.replicas if one.id in pinned}
        return (
            data is not None and len(data.primary) == 1 and named == set(data.primary) and len(component.replicas) > 1
        )

    def asked(
        self, caller: Replica, request: Request, flow: Flow, host: str | None = None
    ) -> tuple[list[Replica], dict[str, str], int]:
        """Whom a caller may ask, for what of each component, and how many of them must answer: all of those it picks blindly."""
        under = self.connections(request)
        connections = list({one.id: one for one in under if one is not None}.values())
        strict = self.strict(request)
        if None in under:
            return [], {}, 1
        accesses: dict[str, str] = {}
        leading: list[str] = []
        for connection in connections:
            over = connection.access
            if over is None and {port.protocol for port in connection.ports} == {"dns"}:
                over = "read"  # a question
            access = request.access or (over if over == "read" else flow.access) or over or "read-write"
            for one in map(self.component.__getitem__, connection.targets):
                copies = self.from_copies(request, one)
                if self.by_role(one, request.pinned, connection.locality is not None, copies):
                    leading.append(one.id)
                accesses[one.id] = "primary's read" if access == "read" and one.id in leading else access
        replicas = [
            replica
            for connection in (strict if any(one.needs == "all" for one in strict) else connections)
            for target in connection.targets
            for replica in self.component[target].replicas
            if (not request.pinned or replica.id in request.pinned or target in leading)
            and self.near(caller, replica, connection.locality, host)
            and ((request.pinned and target not in leading) or not self.cut_off(replica))
        ]
        possible = sum(
            self.may_ever_answer(one, accesses[one.component]) and self.passes(caller, one, None) for one in replicas
        )
        return (
            replicas,
            accesses,
            max(max(1, possible) if one.needs == "all" else int(one.needs) for one in strict),
        )

    def strict(self, request: Request) -> list[Connection]:
        """The connections under a step that it can't do without; another is one more that may answer."""
        every = list({one.id: one for one in self.connections(request) if one is not None}.values())
        return [one for one in every if request.required or one.required]

    def required(self, request: Request) -> bool:
        if request.required is not None:
            return request.required
        return any(one is None or one.required for one in self.connections(request))

    def needed(self, flow: Flow, later: bool) -> tuple[dict[str, list[Request]], list[str]]:
        """The required steps of a flow by the component that takes them, and the components that start it.

        `later` counts the steps that nobody waits for, too.
        """
        steps = list(in_order(flow.steps, False))
        waiting = self.done_later(flow)
        calls: dict[str, list[Request]] = {one.id: [] for one in self.architecture.components}
        for request, optional in steps:
            if not optional and self.required(request) and (later or request.id not in waiting):
                calls[request.source].append(request)
        starts = self.initiators(steps)
        for asked in self.look_up(flow, steps):
            # who has nothing to do now looks nothing up now
            if asked.source in starts and calls[asked.source]:
                calls[asked.source].append(asked)
        first = steps[0][0].id
        return calls, [source for source, own in starts.items() if later or own not in waiting or own == first]

    def look_up(self, flow: Flow, steps: list[tuple[Request, bool]]) -> list[Request]:
        """The request for the address of a flow's name that its caller makes first; none if it asks name servers in steps."""
        client = steps[0][0].source
        certain = [one for one, optional in steps if not optional]
        labels = (flow.domain or "").lower().removesuffix(".").split(".")
        for cut in range(len(labels)):
            zone = ".".join(labels[cut:])
            servers = [one for one in self.architecture.components if one.kind == "dns" and one.domain == zone]
            named = [one for one in servers if self.tells(one, client)]
            if named and self.component[client].kind in ("client", "external-service"):
                ids = tuple(one.id for one in named)
                own = [each for one in certain if one.source == client for each in one.targets]
                shown = [each for one in certain for each in one.targets if each in ids]
                ways = [one for each in ids if (one := self.over(client, each)) is not None]
                if (
                    shown
                    or any(self.component[each].kind == "dns" for each in own)
                    or (ways and not any(w.required for w in ways))
                ):
                    return []
                asked = Request(f"{flow.id}/0", client, ids, access="read")
                self._look_ups[asked.id] = Connection(asked.id, client, ids, ())
                return [asked]
        return []

    def tells(self, server: Component, client: str) -> bool:
        """Whether a name server answers a client: one for the inside does to those that call it or share its network."""
        asking = [
            self.component[one.source]
            for one in self.architecture.connections
            if server.id in one.targets and any(port.protocol == "dns" for port in one.ports)
        ]
        asking = [one for one in asking if one.kind not in WATCHING]
        trusted = {one.id for one in self.architecture.networks if one.trust != "internet"}
        outside = [
            one
            for one in asking
            if one.kind in ("dns", "external-service") or (one.kind == "client" and not self.networks(one) & trusted)
        ]
        inner = server.product in RESOLVERS or (asking and not outside and not server.managed)
        return (
            not inner
            or self.over(client, server.id) is not None
            or bool(self.networks(server) & self.networks(self.component[client]))
        )

    def networks(self, component: Component) -> set[str]:
        """The networks of a component, or else of its hosts."""
        of_hosts = {self.host[host].network for one in component.replicas for host in one.hosts}
        return {one for one in ([component.network] if component.network else of_hosts) if one is not None}

    def done_later(self, flow: Flow) -> set[str]:
        """The required steps that nobody waits for: by their own word, or as only such steps led to their source, or to what it takes from.

        What passes requests on does so with those that came to it since it last did, on this branch or before it.
        """
        steps, apart = in_order(flow.steps, False), forks(flow.steps)
        found: set[str] = set()
        led: dict[str, set[bool]] = {}
        for place, (request, optional) in enumerate(steps):
            required = not optional and self.required(request)
            declared = request.deferred
            if declared is None:
                declared = all(one is not None and one.deferred for one in self.connections(request))
            declared = declared and not (request is steps[0][0] and self.pulls(request, [one for one, _ in steps[1:]]))
            before = led.get(request.source)
            if self.component[request.source].kind in PASSING_ON:
                came: list[bool] = []
                for one, _ in reversed(steps[:place]):
                    if apart[one.id] <= apart[request.id]:
                        # what comes back to it is passed on after what it sent
                        if request.source in one.targets:
                            came.append(one.id in found)
                        if one.source == request.source and came:
                            break
                before = set(came) or before
            if request.source not in led and self.takes_what_came_later(request, led):
                before = {True}
            late = required and (declared or before == {True})
            if late:
                found.add(request.id)
            if required and request.source not in led:
                # what a flow begins with is not later, though what it hands on may be
                led[request.source] = {late and request is not steps[0][0]}
            for target in request.targets:
                led.setdefault(target, set()).add(late)
        return found

    def takes_what_came_later(self, request: Request, led: dict[str, set[bool]]) -> bool:
        """Whether a request that nothing led to asks only what keeps jobs, nobody waited for any of them, and no word says otherwise."""
        said = [request.deferred, *(one.deferred for one in self.connections(request) if one is not None)]
        keeping = KEEPING if self.component[request.source].kind == "worker" else KEEPING[:2]
        kept = all(led.get(one) == {True} and self.component[one].kind in keeping for one in request.targets)
        return kept and all(word is None for word in said)

    def pulls(self, request: Request, after: list[Request]) -> bool:
        """Whether a worker asks nothing but keepers of jobs, each of which others than workers fill, and no later step empties."""
        asked = set(request.targets)
        if self.component[request.source].kind != "worker" or any(one.source in asked for one in after):
            return False
        if any(asked & set(one.targets) for one in after if one.source != request.source):
            return False
        filling = [
            one
            for one in self.architecture.connections
            if one.source != request.source and self.component[one.source].kind != "worker" and one.access != "read"
        ]
        filled = {target for one in filling for target in one.targets}
        return asked <= filled and all(self.component[each].kind in KEEPING[:-1] for each in asked)

    def status(self, flow: Flow) -> str:
        """The word for the state of a flow: down, partial or served."""
        if not self.succeeds(flow):
            return "down"
        if not self.succeeds(flow, each=True):
            return "partial"
        return "served" if self.succeeds(flow, each=True, later=True) else "delayed"

    def succeeds(self, flow: Flow, each: bool = False, later: bool = False) -> bool:
        for time in (False, later):
            if (flow.id, time) not in self._needed:
                self._needed[flow.id, time] = self.needed(flow, time)
        # where nothing is done later, this is the same question
        later = later and self._needed[flow.id, True] != self._needed[flow.id, False]
        starts = self._needed[flow.id, later][1]
        working = self.working(flow, each, later)
        return all(
            any(one.id in working for one in self.component[source].replicas if self.starts(one, working))
            for source in starts
        )

    def working(self, flow: Flow, each: bool, later: bool) -> set[str]:
        """The replicas that work, the most that can."""
        key = (flow.id, self.failed, each, later)
        self._asking = flow, each, later
        if key not in self._working:
            self._working[key] = self._most_working(flow, each, later)
        return self._working[key]

    def _most_working(self, flow: Flow, each: bool, later: bool) -> set[str]:
        calls, starts = self._needed[flow.id, later]
        working = {
            replica.id
            for component in self.architecture.components
            if self.quorum_met(component)
            for replica in component.replicas
            if self.up(replica)
        }
        called = {target for each in calls.values() for one in each for target in one.targets}
        outside = [self.component[one] for one in starts if one not in called]
        working |= {each.id for one in outside if one.kind == "external-service" for each in one.replicas}
        # a replica that is down may be able to do its part all the same, as what it calls is up
        working |= {able(replica) for one in self.architecture.components for replica in one.replicas}
        while True:
            unable = [
                replica
                for component in self.architecture.components
                if calls[component.id]
                for replica in component.replicas
                if able(replica) in working
                and not self.all_met(replica, calls[component.id], flow, working, each, later)
            ]
            lost = {one for replica in unable for one in (replica.id, able(replica)) if one in working}
            if not lost:
                return working
            working -= lost

    def all_met(
        self, replica: Replica, requests: list[Request], flow: Flow, working: set[str], each: bool, later: bool
    ) -> bool:
        places = self._by_place.get((replica.id, flow.id, later))
        if places is None:
            places = self._by_place[replica.id, flow.id, later] = [
                one for one in requests if self.wanders(replica, [c.locality for c in self.connections(one) if c])
            ]
        if places and self.misplaced(replica, places, flow, working, each, later):
            return False
        return all(self.met(replica, one, flow, working, each) for one in requests if one not in places)

    def starts(self, replica: Replica, working: set[str]) -> bool:
        """Whether it starts a flow by itself: of a cluster that a person moves, the active members alone do.

        Nor does one to which the work can't come, or doesn't, as a member before it is up.
        """
        component = self.component[replica.component]
        if not component.managed and not self.succeeds_to(replica):
            return False
        if self.kept_ahead(replica, working):
            return False
        cluster = component.cluster
        if cluster is None or cluster.failover != "manual" or not cluster.active:
            return True
        return replica.id in cluster.active

    def initiators(self, steps: list[tuple[Request, bool]]) -> dict[str, str]:
        """The components that start something, each with its first step."""
        called: set[str] = set()
        found: dict[str, str] = {}
        for request, optional in steps:
            if request.source not in called and not optional and self.required(request):
                found.setdefault(request.source, request.id)
            called.update(request.targets)
        return found


def able(replica: Replica) -> str:
    """What stands among the working replicas for one that could do its part if it were up."""
    return f"{replica.id} able"


def in_order(steps: tuple[Step, ...], optional: bool) -> list[tuple[Request, bool]]:
    found: list[tuple[Request, bool]] = []
    for step in steps:
        if isinstance(step, Request):
            found.append((step, optional))
        elif isinstance(step, Frame):
            for branch in step.branches:
                found += in_order(branch.steps, optional or step.kind == "opt")
    return found


def forks(steps: tuple[Step, ...], around: frozenset[tuple[str, int]] = frozenset()) -> dict[str, set[tuple[str, int]]]:
    """The branches that each step lies in, of the frames that have more than one."""
    found: dict[str, set[tuple[str, int]]] = {}
    for step in steps:
        if isinstance(step, Request):
            found[step.id] = set(around)
        elif isinstance(step, Frame):
            for number, branch in enumerate(step.branches):
                found |= forks(branch.steps, around | ({(step.id, number)} if len(step.branches) > 1 else set()))
    return found


def elements(architecture: Architecture) -> list[tuple[str, str]]:
    """Everything that can fail on its own."""
    return [
        *(
            ("replica", replica.id)
            for component in architecture.components
            if component.kind != "client"
            for replica in component.replicas
        ),
        *(("host", host.id) for host in architecture.hosts),
        *(("zone", zone.id) for zone in architecture.zones),
    ]


def concerned(architecture: Architecture, flow: Flow) -> list[tuple[str, str]]:
    """The elements that a flow can depend on at all: what its steps name, who promotes, all below."""
    world = World(architecture, frozenset())
    names: set[str] = set()
    steps = in_order(flow.steps, False)
    for request, _ in [*steps, *((one, False) for one in world.look_up(flow, steps))]:
        names.update((request.source, *request.targets))
    for one in [world.component[each] for each in names]:
        targets = {each for call in architecture.connections if call.source == one.id for each in call.targets}
        for name, _ in (one.balance.asks or ()) if one.balance is not None else ():
            names.add(name)
            if not any(world.over(target, name) for target in targets):
                behind = [each for each in world.component if any(world.steps_to(one, each) for one in targets)]
                names.update(each for each in behind if world.steps_to(each, name) is not None)
    promoters = {data.by for one in names if (data := world.component[one].replication) is not None}
    promoters |= {moved.by for one in names if (moved := world.component[one].cluster) is not None}
    names.update(one for one in promoters if one in world.component)
    if any(len(one.hosts) > 1 for name in names for one in world.component[name].replicas):
        names.update(each.id for each, _ in world.platform())
    replicas = [one for name in names for one in world.component[name].replicas]
    running = [one for one in replicas if world.component[one.component].kind != "client"]
    hosts = {host for one in running for host in one.hosts}
    zones = {zone for host in hosts for _, zone in world.around(host)}
    services = [zone for one in running if (zone := world.service_zone(one)) is not None]
    zones |= {zone for _, zone in world.outwards(services)}
    for host in list(hosts):
        below = world.host[host].runs_on
        while below is not None:
            hosts.add(below)
            below = world.host[below].runs_on
    among = (
        {("replica", one.id) for one in replicas} | {("host", one) for one in hosts} | {("zone", one) for one in zones}
    )
    return [one for one in elements(architecture) if one in among]
