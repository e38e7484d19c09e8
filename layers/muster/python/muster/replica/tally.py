"""Sums, averages and the like, as SQL tells them of a group's values and Python puts them together.

SQLite's own sum of integers fails beyond 64 bits: here it is made of two halves.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from muster.replica.measures import Function, Number, PerUnit
from muster.replica.spelling import moment_of_column, moment_text

_HALF = 32
_SUM = (
    f"total(CASE typeof(v) WHEN 'real' THEN v END), sum(CASE typeof(v) WHEN 'integer' THEN v >> "
    f"{_HALF} END), sum(CASE typeof(v) WHEN 'integer' THEN v & {2**_HALF - 1} END), "
    "count(CASE typeof(v) WHEN 'real' THEN 1 END), count(CASE typeof(v) WHEN 'integer' THEN 1 END)"
)
_COLUMNS: dict[Function, str] = {
    "count": "count(v)",
    "distinct": "count(DISTINCT v)",
    "min": "min(v)",
    "max": "max(v)",
    "sum": _SUM,
    "avg": _SUM,
}


def columns(function: Function) -> str:
    """Return what is asked of the values `v` of a group that have the same unit."""
    return _COLUMNS[function]


def total(
    function: Function, rows: Sequence[tuple[Any, ...]], *, of_times: bool = False
) -> int | PerUnit:
    """Return a group's answer from its rows: a unit, and what `columns` asked.

    `of_times`: the values are a column's moments, in microseconds.
    """
    if function in {"count", "distinct"}:
        return sum(int(row[1]) for row in rows)
    if function in {"min", "max"}:
        return {unit: _shown(value, of_times) for unit, value in rows if value is not None}
    return {
        unit: _sum(*found) if function == "sum" else _average(unit, *found)
        for unit, *found in rows
        if found[3] + found[4]
    }


def _shown(value: Number | str, of_times: bool) -> Number | str:  # noqa: FBT001 - of the rows
    if isinstance(value, str):
        return moment_text(value)
    return moment_of_column(int(value)) if of_times else value


def _sum(real: float, high: int | None, low: int | None, reals: int, wholes: int) -> Number:
    whole = ((high or 0) << _HALF) + (low or 0) if wholes else 0
    return whole + real if reals else whole


def _average(unit: str | None, *found: Any) -> Number:
    reals, wholes = int(found[3]), int(found[4])
    added: Number = _sum(*found)
    if unit is not None:
        # Whole minor units, halves to the even one, as banks round.
        return round(Fraction(added) / (reals + wholes))
    return float(Fraction(added) / (reals + wholes))
