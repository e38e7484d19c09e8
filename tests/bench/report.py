"""The report: promises first, then counts and ratios, then times. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_BADLY = 1.5
"""A time may be this much over its limit before `make bench` fails: other work on the machine."""


_INTRODUCTION = """\
`make bench` measures this and writes this page. Requests go through `app.py` as API Gateway events;
the network is cut off below botocore, so that serialisation, signing and parsing are in, and what
stands in for AWS is taken off. CPU is the process's own, the median of many, warm."""


@dataclass(frozen=True)
class Promise:
    """A limit that the code is held to. Counts must hold exactly, times up to `_BADLY`."""

    what: str
    limit: float
    measured: float
    unit: str
    is_time: bool = False

    @property
    def holds(self) -> bool:
        """Tell whether the limit is kept."""
        return self.measured <= self.limit

    @property
    def badly_broken(self) -> bool:
        """Tell whether the limit is missed by more than the machine's mood explains."""
        return self.measured > self.limit * (_BADLY if self.is_time else 1)


@dataclass(frozen=True)
class Table:
    """A titled table of the report, with a sentence on how to read it."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    note: str = ""


@dataclass
class Report:
    """What was measured."""

    promises: list[Promise] = field(default_factory=list)
    counts: list[Table] = field(default_factory=list)
    times: list[Table] = field(default_factory=list)

    def promise(
        self, what: str, limit: float, measured: float, unit: str, *, is_time: bool = False
    ) -> None:
        """Add a promise."""
        self.promises.append(Promise(what, limit, measured, unit, is_time))

    @property
    def broken(self) -> list[Promise]:
        """Return the promises that fail the run."""
        return [promise for promise in self.promises if promise.badly_broken]


def markdown(report: Report, *, machine: str, sizes: str) -> str:
    """Return the report as docs/benchmarks.md holds it."""
    return "\n".join(_lines(report, machine, sizes)).rstrip() + "\n"


def _lines(report: Report, machine: str, sizes: str) -> Iterator[str]:
    yield from ("# Benchmarks", "", _INTRODUCTION, "", f"Sizes: {sizes}", "", "## Promises", "")
    rows = [
        (p.what, number(p.limit), number(p.measured), p.unit, "yes" if p.holds else "**no**")
        for p in report.promises
    ]
    yield from _table(("promise", "at most", "measured", "unit", "holds"), rows)
    yield from ("", "## Counts and ratios", "")
    for table in report.counts:
        yield from _titled(table)
    yield from ("## Times", "", f"On {machine}.", "")
    for table in report.times:
        yield from _titled(table)


def _titled(table: Table) -> Iterator[str]:
    yield from (f"### {table.title}", "")
    if table.note:
        yield from (table.note, "")
    yield from _table(table.columns, table.rows)
    yield ""


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(_cell(value) for value in row)} |"


def _cell(value: object) -> str:
    return number(value) if isinstance(value, int | float) else str(value)


def number(value: float) -> str:
    """Return a number with three digits that count, and thousands apart."""
    if value == int(value):
        return f"{int(value):,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
