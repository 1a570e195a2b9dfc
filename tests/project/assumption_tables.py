"""The tables of assumed numbers, generated from the data that the analysis uses.

python -m tests.project.assumption_tables      writes them into docs/assumptions.md
"""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis import assumed_numbers as numbers
from archgen.analysis.assumed_numbers import ChangeRate, Delay, Number, Source
from tests.paths import ROOT

PAGE = ROOT / "docs" / "assumptions.md"

ELEMENTS = {
    "host": numbers.HOST,
    "host that `runs_on` another host": numbers.GUEST,
    "own code: app-server, service, function, worker, or with `codebase`": numbers.OWN_CODE,
    "other program": numbers.PROGRAM,
    "store: database, key-value-store, stream, object-storage, file-storage": numbers.STORE,
    **{f"zone: {kind}": number for kind, number in numbers.ZONES.items()},
    "managed dns": numbers.DNS,
    **{f"managed, {scope}": number for scope, number in numbers.MANAGED.items()},
    "managed, scope unknown": numbers.MANAGED_UNKNOWN,
}


FAILOVERS = {
    "`by: vrrp`": numbers.VRRP,
    "`by: dns`, plus the longest `ttl` of the records that lead there": numbers.DNS_CHECKS,
    "`ttl` of a record that declares none": numbers.DNS_TTL,
    "`by: anycast`": numbers.ANYCAST,
    "`by` a component with product patroni, etcd, consul or zookeeper": numbers.PATRONI,
    "`by` a component with product sentinel": numbers.SENTINEL,
    "primary with product mongodb": numbers.MONGODB,
    "primary of RDS": numbers.RDS_PRIMARY,
    "primary of another managed service": numbers.MANAGED_PRIMARY,
    "floating replica (Kubernetes)": numbers.RESCHEDULED,
    "any other automatic failover": numbers.OTHER_FAILOVER,
}
CHANGES = {"own code": numbers.OWN_CHANGES, "any other program or store": numbers.OTHER_CHANGES}


def tables() -> dict[str, str]:
    """Return each table as Markdown, by its name in the page."""
    return {
        "elements": _table(
            ("Element", "Availability", "Mean time to repair", "Outages per year", "Source"), _elements()
        ),
        "products": _table(("Product", "Scope", "Availability", "Source"), _products()),
        "failovers": _table(("Failover", "Seconds", "Source"), (_failover(*each) for each in FAILOVERS.items())),
        "changes": _table(
            ("Changes of", "Every", "Bad", "Undone after", "Downtime per year", "Source"),
            (_change(*each) for each in CHANGES.items()),
        ),
    }


def _table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def _elements() -> Iterator[tuple[str, ...]]:
    for name, number in ELEMENTS.items():
        yield (
            name,
            _share(number),
            _hours(number.mttr),
            f"{number.outages:.2g}",
            f"{_source(number)}; {number.repair.text}",
        )


def _products() -> Iterator[tuple[str, ...]]:
    for (product, scope), number in numbers.PROMISES.items():
        yield f"`{product}`", scope, _share(number), _source(number)


def _failover(name: str, delay: Delay) -> tuple[str, ...]:
    return name, f"{delay.seconds:g}", _text(delay.source)


def _change(name: str, changes: ChangeRate) -> tuple[str, ...]:
    down = 8760.0 * changes.bad * changes.recovery / changes.every
    every, after = f"{changes.every / 86400:g} d", _hours(changes.recovery / 3600)
    return name, every, f"{changes.bad * 100:g}%", after, _hours(down), _text(changes.source)


def _share(number: Number) -> str:
    return f"{number.availability * 100:.6g}% ({_hours((1.0 - number.availability) * 8760.0)} per year)"


def _hours(hours: float) -> str:
    return f"{hours:.2g} h" if hours >= 0.995 else f"{hours * 60:.2g} min"


def _source(number: Number) -> str:
    return _text(number.source)


def _text(source: Source) -> str:
    return f"{source.basis}, {source.date}: {source.text}"


def page() -> str:
    """Return the page with the tables of now."""
    text = PAGE.read_text(encoding="utf-8")
    for name, table in tables().items():
        before, _, rest = text.partition(f"<!-- {name}: start -->\n")
        text = (
            f"{before}<!-- {name}: start -->\n{table}<!-- {name}: end -->{rest.partition(f'<!-- {name}: end -->')[2]}"
        )
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
