"""Random systems as files, the same for the same number: visitors at a door of firewalls, routers and balancers, services that
call on behind calls that a flow can do without, replicas that float, and parts that are included.

    python -m tests.reliability.random_systems NUMBER      prints the files of a case
"""

from __future__ import annotations

import json
import sys
from random import Random
from typing import Any

Tree = dict[str, Any]

DOORS = ("firewall", "router", "waf", "cdn", "load-balancer", "reverse-proxy", "api-gateway", "nat-gateway", "dns")
SERVICES = ("service", "app-server", "web-server", "worker", "function", "scheduler", "other", "identity-provider")
STORES = ("database", "cache", "key-value-store", "queue", "search", "object-storage", "file-storage")
LOCALITIES = ("same-host", "same-zone", "same-datacenter")
NAME = "system.arch.yaml"


def system(number: int) -> dict[str, bytes]:
    """Return the files of a case by their paths, the model first."""
    random = Random(number)
    tree = _System(random).tree()
    files: dict[str, bytes] = {}
    if random.random() < 0.3:
        part = {
            key: tree.pop(key) for key in random.sample(("zones", "hosts", "components", "flows"), 2) if key in tree
        }
        files["part.yaml"] = json.dumps(part).encode()
        tree["include"] = "part.yaml"
    return {NAME: json.dumps(tree, indent=1).encode(), **files}


class _System:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.zones = [f"z-{at}" for at in range(1, random.choice((0, 0, 1, 2, 3)) + 1)]
        self.hosts = [f"h-{at}" for at in range(1, random.choice((0, 1, 2, 3, 5)) + 1)]
        self.components: dict[str, Tree] = {}
        self.connections: dict[str, Tree] = {}

    def tree(self) -> Tree:
        for at in range(self.random.choice((0, 1, 1, 2))):
            self.components[f"user-{at}"] = {"kind": "client"}
        for prefix, kinds, most in (("door", DOORS, 3), ("service", SERVICES, 6), ("store", STORES, 3)):
            for at in range(self.random.randint(prefix == "service", most)):
                self.components[f"{prefix}-{at}"] = self._component(self.random.choice(kinds))
        for name in self.components:
            self._replicated(name)
        self._connect()
        tree: Tree = {"archgen": 1, "name": "A random system"}
        tree |= {"zones": {one: self._zone(at) for at, one in enumerate(self.zones)}} if self.zones else {}
        tree |= {"hosts": {one: self._host() for one in self.hosts}} if self.hosts else {}
        flows = {f"flow-{at}": self._flow() for at in range(self.random.randint(1, 3))}
        return tree | {"components": self.components, "connections": self.connections, "flows": flows}

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _available(self, share: float) -> Tree:
        declared = ("99%", "99.9%", 0.9, {"mtbf": "1000h", "mttr": "10h"})
        return {"availability": self.random.choice(declared)} if self._chance(share) else {}

    def _zone(self, at: int) -> Tree:
        within = {"in": self.zones[self.random.randrange(at)]} if at and self._chance(0.4) else {}
        return {"kind": self.random.choice(("datacenter", "rack", "region"))} | within | self._available(0.2)

    def _host(self) -> Tree:
        zone = {"zone": self.random.choice(self.zones)} if self.zones and self._chance(0.8) else {}
        return zone | self._available(0.2)

    def _component(self, kind: str) -> Tree:
        return {"kind": kind} | self._placing() | self._available(0.2)

    def _placing(self) -> Tree:
        form = self.random.random()
        if form < 0.15:
            return {"managed": True} | ({"replicas": 2} if self._chance(0.3) else {})
        if not self.hosts or form < 0.25:
            return {"replicas": self.random.randint(1, 3)}
        hosts = self.random.sample(self.hosts, self.random.randint(1, min(3, len(self.hosts))))
        if form < 0.35:
            return {"runs_on": {"any": hosts}, "replicas": self.random.randint(1, 2)}
        if form < 0.45:
            return {"runs_on": {hosts[0]: self.random.randint(1, 2)}}
        return {"runs_on": hosts}

    def _replicas(self, name: str) -> list[str]:
        """Name the replicas of a component as its data or its cluster may name them."""
        placed = self.components[name].get("runs_on")
        if isinstance(placed, list):
            return [f"{name}@{host}" for host in placed]
        return (
            [f"{name}#{at}" for at in range(1, self.components[name].get("replicas", 1) + 1)] if placed is None else []
        )

    def _replicated(self, name: str) -> None:
        """State how the replicas of a component stand in for each other, now and then."""
        component, replicas = self.components[name], self._replicas(name)
        if component["kind"] == "client" or not replicas:
            return
        if component["kind"] in STORES and self._chance(0.7):
            component["replication"] = self._replication(replicas)
        elif self._chance(0.3):
            failover = self.random.choice(("manual", "automatic"))
            component["cluster"] = {"active": replicas[0], "failover": failover, "mode": "active-passive"}
        if self._chance(0.15):
            component["quorum"] = self.random.choice(("majority", 1))

    def _replication(self, replicas: list[str]) -> Tree:
        if self._chance(0.1):
            return {"writers": "all"}
        failover = self.random.choice(("manual", "automatic", None))
        declared: Tree = {"primary": replicas[0]} | ({"failover": failover} if failover else {})
        if failover == "automatic" and self._chance(0.4):
            declared["by"] = self.random.choice([one for one in self.components if not one.startswith("user")])
        if failover != "automatic" and self._chance(0.4):
            declared["recovery"] = self.random.choice(("10m", "1h"))
        return declared

    def _connect(self) -> None:
        """Connect every component to some of those behind it, and now and then to one before it."""
        names = list(self.components)
        for at, source in enumerate(names):
            behind = [one for one in names[at + 1 :] if not one.startswith("user")]
            before = [one for one in names[:at] if not one.startswith("user")]
            for _ in range(self.random.choice((1, 1, 2, 3))):
                pool = before if before and self._chance(0.1) else behind
                targets = self.random.sample(pool, min(len(pool), self.random.choice((1, 1, 1, 2))))
                if targets and source not in targets:
                    self.connections[f"{source} -> {' | '.join(targets)}"] = self._connection()

    def _connection(self) -> Tree:
        declared: Tree = {"protocol": self.random.choice(("http", "https", "tcp"))}
        declared |= {"required": False} if self._chance(0.15) else {}
        declared |= {"needs": self.random.choice(("all", 1, 2))} if self._chance(0.15) else {}
        declared |= {"locality": self.random.choice(LOCALITIES)} if self._chance(0.1) else {}
        return declared | ({"access": self.random.choice(("read", "write"))} if self._chance(0.3) else {})

    def _flow(self) -> Tree:
        """Walk from a random start over the connections; what an optional call leads to calls on."""
        starts = list(dict.fromkeys(name.partition(" -> ")[0] for name in self.connections)) or list(self.components)
        users = [one for one in starts if one.startswith("user")]
        reached = [self.random.choice(users if users and self._chance(0.8) else starts)]
        steps: list[Tree] = []
        for _ in range(self.random.randint(1, 9)):
            ways = [name for name in self.connections if name.partition(" -> ")[0] in reached]
            if not ways:
                break
            way = self._named(self.random.choice(ways))
            steps.append(self._step(way))
            reached += way.partition(" -> ")[2].split(" | ")
        access = {"access": self.random.choice(("read", "write"))} if self._chance(0.4) else {}
        demand = {"demand": "100/s"} if self._chance(0.3) else {}
        return {"steps": steps or [{f"{reached[0]} -> {reached[0]}": "itself"}]} | access | demand

    def _named(self, way: str) -> str:
        """Name one of a connection's alternatives, now and then."""
        source, _, targets = way.partition(" -> ")
        several = targets.split(" | ")
        alone = len(several) > 1 and self._chance(0.3)
        return f"{source} -> {self.random.choice(several)}" if alone else way

    def _step(self, way: str) -> Tree:
        optional = {"required": False} if self._chance(0.25) else {}
        call: Tree = {way: {"message": "ask"} | optional}
        form = self.random.random()
        if form < 0.1:
            return {"opt": {"when": "maybe", "steps": [call]}}
        if form < 0.15:
            return {"loop": {"when": "often", "steps": [call]}}
        if form < 0.2:
            return {"par": [{"steps": [call]}, {"steps": [{self.random.choice(list(self.connections)): "beside"}]}]}
        return call


if __name__ == "__main__":
    for file, data in system(int(sys.argv[1])).items():
        sys.stdout.write(f"# {file}\n{data.decode()}\n")
