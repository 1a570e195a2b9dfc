"""Tests of what is read from the reasons that owners give in their own words, and of what isn't."""

from __future__ import annotations

import pytest

from archgen.model.architecture import Component
from archgen.model.reasons import (
    copied_every,
    tells_deadline,
    tells_lifetime,
    tells_of_one,
    tells_retention,
    tells_schedule,
    tells_that_it_comes_again,
    tells_that_it_is_shut_off,
    tells_that_it_keeps_unsent,
    tells_that_versions_are_off,
    tells_tunnel,
    tells_who_works,
)

_DAY = 86400.0


@pytest.mark.parametrize(
    ("reason", "again"),
    [
        ("The tickets of players who wait; a client queues again by itself.", True),
        ("Sessions; if it is lost, students sign in again", True),
        ("Each can be rendered again from its original", True),
        ("It can be rebuilt from the database in ten minutes", True),
        ("The PDFs; each can be drawn again from its order.", True),
        ("Exports that can be re-generated", True),
        ("A missing thumbnail is scaled again", True),
        ("MARC dump of the night, for the index. The next night writes it again.", True),
        ("Each run builds all of it anew", True),
        ("Built anew from Koha every night; a full build takes 50 minutes", True),
        ("Written every night", False),
        ("The next night doesn't write it again", False),
        ("Each night's orders, which nobody sends again", False),
        ("Films; none can be transcoded again", False),
        ("If the list is empty, the services register again", True),
        ("Who plays with whom. It can’t be made again.", False),
        ("A lost order is not sent again", False),
        ("Unless the list is lost, nobody signs in again", False),
        ("Keys by which a payment that is sent again is booked once", False),
        ("After a failover, the clients send again by themselves", False),
        ("If the primary is lost, it is built again", False),
        ("It can be rebuilt from the backup", False),
        ("Built again in 2024", False),
        (None, False),
    ],
)
def test_data_that_comes_again(reason: str | None, again: bool) -> None:
    assert tells_that_it_comes_again(reason) is again


@pytest.mark.parametrize(
    ("reason", "seconds"),
    [
        ("The tickets of players who wait, for two minutes at most.", 120.0),
        ("Presence; each entry expires after 90 s.", 90.0),
        ("Rate limits, with a TTL of 1 min", 60.0),
        ("Counters, for up to an hour", 3600.0),
        ("Codes are held for 15 minutes", 900.0),
        ("Carts, kept for no longer than 14 days", 14 * _DAY),
        ("Down for at most 5 minutes on Sundays", None),
        ("Answers come after 2 s at most", None),
        ("It's not kept for 5 minutes only", None),
        ("Counted for 5 minutes", None),
        ("Fails over within 2 minutes", None),
        ("Version 2.5 m", None),
    ],
)
def test_lifetimes(reason: str, seconds: float | None) -> None:
    assert tells_lifetime(reason) == seconds


@pytest.mark.parametrize(
    ("reason", "seconds"),
    [
        ("Keeps the readings for 7 days.", 7 * _DAY),
        ("Messages are retained for 36h", 1.5 * _DAY),
        ("Retention is one week; the log is short", 7 * _DAY),
        ("Its backups are kept for 30 days", None),
        ("Nothing is kept for 7 days", None),
        ("Kept small, for 7 days", None),
        (None, None),
    ],
)
def test_retentions(reason: str | None, seconds: float | None) -> None:
    assert tells_retention(reason) == seconds


@pytest.mark.parametrize(
    ("reason", "seconds"),
    [
        ("Compiles what students hand in; graded within a week.", 7 * _DAY),
        ("A report may wait for up to 12 h", 0.5 * _DAY),
        ("Not within a week, but within an hour", 3600.0),
        ("Never graded within a week", None),
        ("Graded after a week", None),
    ],
)
def test_deadlines(reason: str, seconds: float | None) -> None:
    assert tells_deadline(reason) == seconds


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("cron runs pg_dump in the night", True),
        ("cron runs it at 23:00", True),
        ("starts 02:30, before the shops open", True),
        ("the run of 4 am", True),
        ("compresses 2.50 GB, in 1.5 hours", False),
        ("Dumped every six hours", True),
        ("Runs on Sundays", True),
        ("Once a day, from the standby", True),
        ("Goes to another bucket, encrypted", False),
        ("Kept for 30 days", False),
        (None, False),
    ],
)
def test_schedules(reason: str | None, told: bool) -> None:
    assert tells_schedule(reason) is told


@pytest.mark.parametrize(
    ("why", "single"),
    [
        ("Sends each substation its set points, one sender at a time.", True),
        ("One active instance at any time.", True),
        ("Only one may run.", True),
        ("Exactly one of them writes.", True),
        ("There is just one writer, since the files are locked.", True),
        ("The single writer of the ledger.", True),
        ("Never two.", True),
        ("A leader, chosen by a lease.", True),
        ("A browser without screen that records a room; one at a time on each machine.", False),
        ("Takes one order at a time.", False),
        ("It has only one database.", False),
        ("A single page for each customer.", False),
        ("The leaderboard of a game.", False),
        (None, False),
    ],
)
def test_tells_of_one(why: str | None, *, single: bool) -> None:
    assert tells_of_one(why) == single


@pytest.mark.parametrize(
    ("why", "known"), [("Kubernetes elects one.", True), ("A lock in the database.", True), ("Blocks spam.", False)]
)
def test_tells_who_works(why: str, *, known: bool) -> None:
    assert tells_who_works(why) == known


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("Scanners on the belts; they hold 500 tags when nothing answers.", True),
        ("Keeps one hour of readings until the broker is back", True),
        ("Written to the outbox with the order", True),
        ("It buffers while the line is down.", True),
        ("It doesn't keep anything when the broker is down", False),
        ("Holds the sessions of the desk", False),
        ("Keeps prices for a day", False),
        (None, False),
    ],
)
def test_what_senders_keep(reason: str | None, kept: bool) -> None:
    assert tells_that_it_keeps_unsent(reason) is kept


@pytest.mark.parametrize(
    ("reason", "seconds"),
    [
        ("Copies the virtual machines; the log is copied every 15 minutes.", 900.0),
        ("Ships the WAL to the other room every 5 min", 300.0),
        ("The transaction log isn't copied every 15 minutes", 4 * 3600.0),
        ("Runs every 15 minutes", 4 * 3600.0),
        ("The log is rotated every hour", 4 * 3600.0),
        (None, 4 * 3600.0),
    ],
)
def test_how_often_something_is_copied(reason: str | None, seconds: float) -> None:
    assert copied_every(Component(id="copies", kind="backup", every=4 * 3600.0, why=reason)) == seconds


@pytest.mark.parametrize(
    ("reason", "tunnel"),
    [
        ("Inside the IPsec tunnel of the clinic.", "ipsec"),
        ("Carried over WireGuard", "wireguard"),
        ("The bank reaches us through a site-to-site VPN.", ""),
        ("Tunneled to the branches; no TLS inside", ""),
        ("Plain, but in an SSH tunnel", ""),
        ("Old scanners. They use the VPN of the branches", ""),
        ("Goes over the MPLS VPN", None),
        ("Not in a tunnel", None),
        ("Will go through a tunnel once it is built", None),
        ("In the GRE tunnel of the provider", None),
        ("The tunnel of the railway has no radio", None),
        ("Was in a VPN until May", None),
        ("", None),
    ],
)
def test_tunnels(reason: str, tunnel: str | None) -> None:
    assert tells_tunnel(reason) == tunnel


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("PDFs of invoices, which the law asks to keep for ten years; versioning is off.", True),
        ("Versioning is off to save money", True),
        ("No versioning here", True),
        ("Keeps no older versions", True),
        ("Versioning is on; the log is off", False),
        ("Nothing but pictures", False),
        (None, False),
    ],
)
def test_versions_that_are_off(reason: str | None, told: bool) -> None:
    assert tells_that_versions_are_off(reason) is told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Broadcast VLAN, no way out but the encoders", True),
        ("Air-gapped plant", True),
        ("The way out", False),
        (None, False),
    ],
)
def test_networks_that_are_shut_off(name: str | None, told: bool) -> None:
    assert tells_that_it_is_shut_off(name) is told
