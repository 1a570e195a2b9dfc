"""The driver: sends the requests of all flows at a steady, jittered rate and writes down what became of each.

    /usr/bin/python3 -m lab.drive PLAN.json RESULT.json      runs in the client's place

It is a program of its own, with nothing but the standard library and a client's.
"""

from __future__ import annotations

import importlib
import itertools
import json
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

THREADS = 128
"""At a rate of 10 and a limit of 5 s, so many are enough to keep the rate while nothing answers."""


class Load:
    """The requests of a flow, each with its start, its end and its failure, if any."""

    def __init__(self, flow: dict[str, Any], plan: dict[str, Any]) -> None:
        self.flow, self.plan = flow, plan
        self.random = random.Random(f"{plan['seed']} {flow['id']}")
        self.client = importlib.import_module(f"lab.clients.{plan['client']}").Client(flow["settings"])
        self.requests: list[dict[str, Any]] = []
        self.next = 0.0
        self.numbers = itertools.count(1)

    def send(self, number: int) -> None:
        """Send a request and write down what became of it."""
        token = f"{self.plan['seed']}-{self.flow['id']}-{number}"
        started, failure = time.monotonic(), None
        try:
            self.client.write(token) if self.flow["writes"] else self.client.read()
        except Exception as error:
            failure = repr(error)[:200]
        self.requests.append({"token": token, "started": started, "ended": time.monotonic(), "failure": failure})

    def pause(self) -> float:
        """Return the seconds until the next request: an even rhythm would fall in step with a balancer's."""
        return self.random.uniform(0.5, 1.5) / float(self.plan["rate"])


def drive(plan: dict[str, Any]) -> dict[str, Any]:
    """Send all requests of a plan; the list of a flow is in the order of their ends."""
    loads = [Load(flow, plan) for flow in plan["flows"]]
    begin = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        print("started", flush=True)
        while (now := time.monotonic()) < begin + plan["seconds"]:
            for load in loads:
                if load.next <= now:
                    load.next = now + load.pause()
                    pool.submit(load.send, next(load.numbers))
            time.sleep(0.005)
    return {load.flow["id"]: load.requests for load in loads}


def stored(plan: dict[str, Any]) -> list[str]:
    """Return the tokens that are stored, asked through the first flow that writes."""
    flow = next(flow for flow in plan["flows"] if flow["writes"])
    return sorted(importlib.import_module(f"lab.clients.{plan['client']}").Client(flow["settings"]).stored())


def main(plan_file: str, result_file: str) -> None:
    """Carry out a plan."""
    with open(plan_file, encoding="utf-8") as stream:
        plan = json.load(stream)
    result = stored(plan) if plan["seconds"] == 0 else drive(plan)
    with open(result_file, "w", encoding="utf-8") as stream:
        json.dump(result, stream)


if __name__ == "__main__":
    main(*sys.argv[1:])
