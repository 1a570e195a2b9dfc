"""The maker of a random valid model: the schema is walked, and what refers to something, or must agree with it, is made here.

A key that the schema gets is used as soon as it is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from archgen.model.kinds import KINDS
from tests.referring import FINISHED, MADE
from tests.walking import MISSING, SECTIONS, Walker, schema

IDS = {
    "zones": ("dc-1", "rack_a", "feed", "eu.west", "7", "z"),
    "hosts": ("server-1", "node", "8080", "true", "db", "X", "a.b-c_d", "vm"),
    "networks": ("public", "data", "dmz", "2.5", "servers"),
    "certificates": ("www", "wild", "443"),
    "components": (
        "web",
        "app",
        "db",
        "cache",
        "1",
        "true",
        "null",
        "no",
        "1.5",
        "C",
        "lb-eu.west_1",
        "e" * 40,
        "node",
    ),
    "groups": ("shop", "true", "1"),
    "views": ("card-data", "mine", "2"),
    "flows": ("read", "write", "10", "sign-in.v2", "true"),
}
NUMBERS = ("1", "7", "10", "443", "8080", "1.5", "2.5", "true")
"""Ids that are a number or a flag where they are not quoted."""

ADDRESSES = ("10.0.0.0/8", "192.0.2.1", "2001:db8::/32")
ELEMENTS = ("host", "zone", "replica", "element", "rack", "region", "availability-zone")
DEEPEST = 3
"""Frames in each other."""


class Maker(Walker):
    """Makes one model; `ids` are the ids of each section, which are settled first, and so is who runs where and calls whom."""

    def __init__(self, rand: Random, components: int | None) -> None:
        super().__init__(rand, rand.choice((0.08, 0.2, 0.45)), MADE, FINISHED)
        sizes = {
            "zones": (0, 4),
            "hosts": (0, 8),
            "networks": (0, 3),
            "certificates": (0, 2),
            "flows": (1, 4),
            "groups": (0, 3),
            "views": (0, 2),
        }
        self.ids = {name: self._ids(name, rand.randint(*size)) for name, size in sizes.items()}
        self.ids["components"] = self._ids("components", components or rand.randint(5, 30))
        others = [rand.choice(list(KINDS)) for _ in self.ids["components"][1:]]
        self.kinds = dict(zip(self.ids["components"], ["client", *others], strict=True))
        self.own = ""
        self.depth = 0
        self.reached: list[str] = []
        self.places = {name: self._placed(name) for name in self.ids["components"]}
        self.calls = self._called()
        self.protocols: dict[tuple[str, tuple[str, ...]], list[str]] = {}

    def _ids(self, section: str, count: int) -> list[str]:
        more = [f"{section[0]}{number}" for number in range(count - len(IDS[section]) + 3)]
        return self.rand.sample([*IDS[section], *more], count)

    def _placed(self, name: str) -> tuple[dict[str, Any], list[str], list[str]]:
        """What a component says of where it runs, its replicas, and its hosts."""
        rand, declared = self.rand, self.ids["hosts"]
        if self.kinds[name] == "client":
            return {}, [name], []
        if not declared or rand.random() < 0.3:
            count = rand.choice((None, 1, 2, 3))
            said: dict[str, Any] = {} if count is None else {"replicas": count}
            return said, [f"{name}#{number}" for number in range(1, (count or 1) + 1)], []
        hosts = rand.sample(declared, rand.randint(1, min(3, len(declared))))
        match rand.randrange(4):
            case 0:
                return {"runs_on": self.plain(hosts[0])}, [f"{name}@{hosts[0]}"], hosts[:1]
            case 1:
                count = rand.choice((1, 2))
                floats: dict[str, Any] = {"any": [self.plain(host) for host in hosts]}
                said = {"runs_on": floats}
                floats |= {"recovery": "30s"} if rand.random() < 0.3 else {}
                floats |= {"spread": rand.choice(("host", "zone", "none"))} if rand.random() < 0.3 else {}
                if count > 1:
                    (floats if rand.random() < 0.5 else said)["replicas"] = count
                return said, [f"{name}#{number}" for number in range(1, count + 1)], hosts
            case 2:
                counts = {host: rand.choice((1, 1, 2)) for host in hosts}
                numbers = {
                    host: [f"#{at}" for at in range(1, count + 1)] for host, count in counts.items() if count > 1
                }
                ids = [f"{name}@{host}{number}" for host in hosts for number in numbers.get(host, [""])]
                return {"runs_on": counts}, ids, hosts
        said = {"runs_on": [self.plain(host) for host in hosts]} | (
            {"replicas": len(hosts)} if rand.random() < 0.2 else {}
        )
        return said, [f"{name}@{host}" for host in hosts], hosts

    def _called(self) -> dict[str, list[tuple[str, ...]]]:
        """Who calls whom: most are called by what comes before them, and some by what comes after."""
        names, rand = self.ids["components"], self.rand
        calls: dict[str, list[tuple[str, ...]]] = {}
        for at, name in enumerate(names[1:], start=1):
            callers = names[:at] if rand.random() < 0.9 else names
            for source in rand.sample(callers, min(len(callers), rand.choice((1, 1, 2)))):
                others = [other for other in names[1:] if other not in (source, name)]
                more = rand.sample(others, min(len(others), 2)) if rand.random() < 0.15 else []
                if source != name and (name, *more) not in calls.get(source, []):
                    calls.setdefault(source, []).append((name, *more))
        return calls

    # The sections

    def root(self) -> dict[str, Any]:
        """The whole model, its sections in the order of the schema."""
        found = {key: self._section(key, said) for key, said in schema()["properties"].items()}
        return {key: value for key, value in found.items() if value is not MISSING}

    def _section(self, key: str, said: dict[str, Any]) -> Any:
        if key in SECTIONS:
            found = {}
            for name in self.ids[key]:
                self.own = name
                found[name] = self.value(said["additionalProperties"], key)
            return found or MISSING
        if key == "connections":
            return self._connections(said["additionalProperties"])
        if key == "expect":
            return [self._expectation() for _ in range(3)] if self.rand.random() < 0.4 else MISSING
        if key in ("archgen", "name") or (key not in ("follows", "include", "extends") and self.rand.random() < 0.4):
            return self.value(said, key)
        return MISSING

    def _connections(self, said: dict[str, Any]) -> dict[str, Any]:
        gap, bar = self.rand.choice((" ", "  ")), self.rand.choice((" | ", "|"))
        found = {}
        for source, called in self.calls.items():
            for targets in called:
                value = self.value(said, "connections")
                found[f"{source}{gap}->{gap}{bar.join(targets)}"] = value
                ports = value.get("ports", [value]) if isinstance(value, dict) else value
                ports = ports if isinstance(ports, list) else [ports]
                self.protocols[source, targets] = [
                    port if isinstance(port, str) else port["protocol"] for port in ports
                ]
        return found

    def _expectation(self) -> str:
        rand = self.rand
        flows = rand.choice(("every flow", "all flows", " and ".join(self.ids["flows"][:2]), self.ids["flows"][0]))
        some = [self._named("host", "zone", "component") for _ in range(rand.choice((1, 2)))]
        ends = [rand.choice(("internet", self._named("component", "host", "network"))) for _ in range(2)]
        replica = rand.choice(self.places[self.ids["components"][-1]][1])
        if replica in (*self.ids["hosts"], *self.ids["zones"]):
            replica = f"component:{replica}"
        unit = rand.choice(("s", "min", "m", "h", "d"))
        return rand.choice(
            (
                f"survives any {rand.choice(('one', 'two'))} {rand.choice(ELEMENTS)}s for {flows}",
                f"survives {', '.join(some)} for {flows}",
                f"survives {replica} for {flows}",
                f"never {ends[0]} -> {ends[1]}",
                f"at most 1.5 {unit}{rand.choice(('/', ' a ', ' per '))}{rand.choice(('year', 'month'))} for {flows}",
                f"at least {rand.choice(('99.9', '100', '0'))} % for {flows}",
            )
        )

    def _named(self, *kinds: str) -> str:
        name = self.qualified(*kinds)
        return name if isinstance(name, str) else json.dumps(name)

    # References

    def plain(self, name: str) -> Any:
        """An id, now and then without quotes."""
        return json.loads(name) if name in NUMBERS and self.rand.random() < 0.7 else name

    def behind(self) -> Any:
        """Components that a target of what is made calls, which its health check may ask; MISSING if there are none."""
        called = [target for targets in self.calls.get(self.own, ()) for target in targets]
        names = [name for target in called for targets in self.calls.get(target, ()) for name in targets]
        if not names:
            return MISSING
        name = self.rand.choice(names)
        access = self.rand.choice(("read", "write"))
        return self.rand.choice((self.plain(name), [self.plain(name)], *({name: access} for _ in range(3))))

    def name(self, *sections: str) -> Any:
        """A reference to something of the sections."""
        names = [name for section in sections for name in self.ids[section]]
        return self.plain(self.rand.choice(names)) if names else MISSING

    def other(self, section: str) -> Any:
        """A reference to something of a section that comes before what is made; MISSING for the first."""
        names = self.ids[section]
        before = names[: names.index(self.own)]
        return self.plain(self.rand.choice(before)) if before else MISSING

    def qualified(self, *kinds: str) -> Any:
        """A reference with its kind, which it needs where several kinds share the id."""
        pairs = [(kind, name) for kind in kinds for name in self.ids[f"{kind}s"]]
        kind, name = self.rand.choice(pairs)
        shared = sum(name in self.ids[f"{each}s"] for each in kinds) > 1
        return f"{kind}:{name}" if shared or self.rand.random() < 0.2 else self.plain(name)

    def many(self, make: Callable[[], Any]) -> Any:
        """One reference, or a list of several."""
        first = make()
        if first is MISSING or self.rand.random() < 0.5:
            return first
        return list({str(item).lower(): item for item in (first, make(), make())}.values())

    def member(self) -> Any:
        """A replica of the component that is made, by its id or by its host."""
        _, replicas, hosts = self.places[self.own]
        return self.plain(self.rand.choice([*replicas, *hosts, *(f"host:{host}" for host in hosts)]))

    def weighed(self) -> Any:
        """A member of the balancer that is made: what it calls, a replica of that or the host of one, or any component."""
        called = [name for targets in self.calls.get(self.own, ()) for name in targets]
        names = [*called, self.rand.choice(self.ids["components"])]
        for name in called:
            names += [*self.places[name][1], *self.places[name][2]]
        return self.rand.choice(names)

    def peer(self) -> Any:
        """An end of a firewall's rule."""
        kinds = ("component", "host", "network")
        return self.rand.choice(("any", "internet", *ADDRESSES, self.qualified(*kinds), self.qualified(*kinds)))

    # Flows

    def steps(self) -> list[Any]:
        """Steps that lead from what was reached before to what that calls."""
        if self.depth == 0:
            self.reached = [self.ids["components"][0], self.rand.choice(list(self.calls))]
        return [self._step() for _ in range(self.rand.choice((1, 2, 3, 5)))]

    def _step(self) -> dict[str, Any]:
        form = self.rand.random()
        definition = schema()["$defs"]["step"]
        if form < 0.25 * (self.depth < DEEPEST):
            key = self.rand.choice([key for key in definition["properties"] if key != "note"])
            self.depth += 1
            made = self.value(definition["properties"][key], key)
            self.depth -= 1
            return {key: made}
        if form > 0.92:
            return {"note": self.value(definition["properties"]["note"], "note")}
        request, answer = definition["patternProperties"].values()
        source = self.rand.choice([name for name in self.reached if name in self.calls])
        self.targets = self.rand.choice(self.calls[source])
        self.source = source
        if form > 0.75:
            return {f"{self._end(self.targets[0])} --> {self._end(source)}": self.value(answer, "message")}
        self.reached += self.targets
        some = self.targets if self.rand.random() < 0.7 else self.targets[:1]
        return {f"{source} -> {' | '.join(map(self._end, some))}": self.value(request, "message")}

    def _end(self, name: str) -> str:
        """The called end of a step: a component, or one of its replicas."""
        return self.rand.choice(self.places[name][1]) if self.rand.random() < 0.15 else name
