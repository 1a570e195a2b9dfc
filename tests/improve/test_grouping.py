"""Edits that people make together are one change of a recommendation."""

from __future__ import annotations

from archgen.edits.changes import AddHost, AddReplica, AutomateFailover
from archgen.improve.grouping import grouped


def test_copies_on_a_new_host_belong_to_what_promotes_them() -> None:
    host, other = AddHost("h2", "h1", ("app", "db", "jobs")), AddReplica("web", "h3")
    first, second, alone = (AutomateFailover(name) for name in ("db", "jobs", "rows"))
    assert grouped((host, first, second, alone, other)) == [(host, first, second), (alone,), (other,)]
