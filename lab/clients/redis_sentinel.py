"""A program that asks the Sentinels where Redis' primary and copies are, with each request."""

from __future__ import annotations

import random
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

SECONDS = 1.0
"""The limit for each connection and each answer; a request makes a few of them."""


class Client:
    """Requests of a flow; `targets` are the Sentinels, and Redis itself, which is not asked for here."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.sentinels = [(address, port) for address, port in settings["targets"]["sentinel"]]

    def read(self) -> None:
        """Read the page from a copy, else from the primary."""
        with self._redis(primary=False) as redis:
            page = redis.get("page")
        if page != b"The first page":
            raise ValueError(repr(page))

    def write(self, token: str) -> None:
        """Store a comment on the primary."""
        with self._redis(primary=True) as redis:
            redis.set("page", "The first page")
            if redis.sadd("comments", token) != 1:
                raise ValueError(f"{token} is there already")

    def stored(self) -> set[str]:
        """Return the comments that are stored."""
        with self._redis(primary=True) as redis:
            return {token.decode() for token in redis.smembers("comments")}

    def _redis(self, primary: bool) -> Redis:
        sentinels = random.sample(self.sentinels, len(self.sentinels))
        # the visitor is told at once, and its next request is another one
        limits = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS, "retry": Retry(NoBackoff(), 0)}
        sentinel = Sentinel(sentinels, sentinel_kwargs=limits, **limits)
        return sentinel.master_for("site") if primary else sentinel.slave_for("site")
