"""Answer an aggregate query from columns in memory: as the SQL does, for many assets at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from heapq import nlargest, nsmallest
from itertools import chain
from typing import Any

from muster.replica import tally
from muster.replica.columns import Amounts, Codes, NotInMemoryError, Source
from muster.replica.crossing import Crossing, Keys, cross, source_of, told_by
from muster.replica.kept import Columns
from muster.replica.measures import AggregateQuery, Function, Measure, PerUnit
from muster.replica.where.view import View

_HALF = 32
_MOST_LISTED = 100_000
_TIMES = frozenset({"created_at", "updated_at"})

type Group = tuple[Keys, int, list[int | PerUnit]]
"""Its keys, how many assets it has, and what was asked of it."""
type _Row = tuple[int, int, int]
"""A group, the number of a unit, and a value."""


def tallied(
    columns: Columns, view: View, asked: AggregateQuery, rows: list[int] | None
) -> tuple[list[Group], int]:
    """Return the groups up to the limit, in order, and how many there are in all.

    `rows` are the assets, all that are visible for None. Raises NotInMemoryError.
    """
    told = [told_by(columns, view, group) for group in asked.groups]
    measured = [_column(columns, view, measure) for measure in asked.measures]
    several = {row for column in measured if column is not None for row in column.several}
    crossing = cross(columns, view, told, rows, several)
    sizes = crossing.sizes() if told else {0: len(crossing.numbers) + len(crossing.odd)}
    wanted = _first(asked, crossing, sizes)
    shown = {number: sizes[number] for _, number in wanted}
    answers = [
        _measured(crossing, measure, column, shown)
        for measure, column in zip(asked.measures, measured, strict=True)
    ]
    groups = [(keys, sizes[n], [answer[n] for answer in answers]) for keys, n in wanted]
    return groups, len(sizes)


def sources(view: View, asked: AggregateQuery) -> list[Source]:
    """Return the columns that a query needs. Raises NotInMemoryError."""
    places = [group.place for group in asked.groups]
    places += [measure.place for measure in asked.measures if measure.place is not None]
    return [source_of(view, place) for place in places]


def _first(
    asked: AggregateQuery, crossing: Crossing, sizes: dict[int, int]
) -> list[tuple[Keys, int]]:
    """Return the groups up to the limit, in order: their keys and numbers."""
    by_count = asked.order == "count"

    def rank(one: tuple[Keys, int]) -> Any:
        keys, number = one
        by_keys = [(part is None, isinstance(part, str), part or 0) for part in keys]
        return (-sizes[number] if by_count else 0, by_keys)

    least = 0
    if by_count and len(sizes) > asked.limit:
        least = nlargest(asked.limit, sizes.values())[-1]
    large = (number for number, size in sizes.items() if size >= least)
    return nsmallest(asked.limit, ((crossing.keys(number), number) for number in large), key=rank)


def _column(columns: Columns, view: View, measure: Measure) -> Amounts | Codes | None:
    if measure.place is None:
        return None
    if measure.place.hops:
        raise NotInMemoryError
    source = source_of(view, measure.place)
    try:
        return columns.amounts(source)
    except NotInMemoryError:
        return columns.codes(source)


def _measured(
    crossing: Crossing, measure: Measure, column: Amounts | Codes | None, sizes: dict[int, int]
) -> dict[int, int | PerUnit]:
    if measure.place is None:
        return dict(sizes)
    if isinstance(column, Amounts):
        rows = _of_amounts(crossing, measure.function, column)
    else:
        assert column is not None
        rows = _of_codes(crossing, measure.function, column)
    of_times = measure.place.leaf in _TIMES and measure.function in {"min", "max"}
    return {
        number: tally.total(measure.function, rows.get(number, ()), of_times=of_times)
        for number in sizes
    }


def _of_amounts(
    crossing: Crossing, function: Function, column: Amounts
) -> dict[int, list[tuple[Any, ...]]]:
    """Return what `tally` totals: for each group a row for each of its units."""
    odd = [(group, unit, value) for row, group in crossing.odd for value, unit in column.of(row)]
    even = zip(
        crossing.numbers,
        crossing.pick(column.numbers),
        crossing.pick(column.values),
        strict=True,
    )
    rows: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    if function == "sum" and crossing.most <= _MOST_LISTED:
        found = _added_up(len(column.units), crossing.most, chain(even, odd))
    else:
        found = _AMOUNTS[function](len(column.units), chain(even, odd))
    for unit, by_group in enumerate(found[1:], 1):  # without a unit there is no value
        for group, told in by_group.items():
            rows[group].append((column.units[unit], *told))
    return rows


def _of_codes(
    crossing: Crossing, function: Function, column: Codes
) -> dict[int, list[tuple[Any, ...]]]:
    """Return the same of a column of codes, which has no units."""
    found = Counter(zip(crossing.numbers, crossing.pick(column.codes), strict=True))
    found.update(
        (group, code)
        for row, group in crossing.odd
        for code in column.several.get(row, (column.codes[row],))
    )
    by_group: dict[int, list[tuple[Any, int]]] = defaultdict(list)
    for (group, code), times in found.items():
        if code:
            by_group[group].append((column.cells[code][0], times))
    return {group: [(None, *_CODES[function](held))] for group, held in by_group.items()}


def _added(units: int, rows: Iterable[_Row]) -> list[dict[int, tuple[Any, ...]]]:
    sums: list[dict[int, int]] = [defaultdict(int) for _ in range(units)]
    for group, unit, value in rows:
        sums[unit][group] += value
    return [{group: _halves(total, 1) for group, total in one.items()} for one in sums]


def _added_up(units: int, most: int, rows: Iterable[_Row]) -> list[dict[int, tuple[Any, ...]]]:
    """Return the same where groups have small numbers: what is asked most, and a third faster."""
    sums: list[list[int | None]] = [[None] * most for _ in range(units)]
    for group, unit, value in rows:
        sums[unit][group] = (sums[unit][group] or 0) + value
    return [
        {group: _halves(total, 1) for group, total in enumerate(one) if total is not None}
        for one in sums
    ]


def _averaged(units: int, rows: Iterable[_Row]) -> list[dict[int, tuple[Any, ...]]]:
    listed = list(rows)
    sums = _added(units, listed)
    for unit, times in enumerate(_times(units, listed)):
        for group, (number,) in times.items():
            sums[unit][group] = (*sums[unit][group][:-1], number)
    return sums


def _halves(total: int, times: int, real: float = 0.0, reals: int = 0) -> tuple[Any, ...]:
    return real, total >> _HALF, total & (1 << _HALF) - 1, reals, times


def _least(units: int, rows: Iterable[_Row]) -> list[dict[int, tuple[Any, ...]]]:
    found: list[dict[int, int]] = [{} for _ in range(units)]
    for group, unit, value in rows:
        if value < found[unit].get(group, value + 1):
            found[unit][group] = value
    return [{group: (value,) for group, value in one.items()} for one in found]


def _most(units: int, rows: Iterable[_Row]) -> list[dict[int, tuple[Any, ...]]]:
    turned = _least(units, ((group, unit, -value) for group, unit, value in rows))
    return [{group: (-value,) for group, (value,) in one.items()} for one in turned]


def _times(units: int, rows: Iterable[_Row]) -> list[dict[int, tuple[Any, ...]]]:
    found: list[dict[int, tuple[Any, ...]]] = [{} for _ in range(units)]
    for (group, unit), times in Counter((group, unit) for group, unit, _ in rows).items():
        found[unit][group] = (times,)
    return found


def _distinct(units: int, rows: Iterable[_Row]) -> list[dict[int, tuple[Any, ...]]]:
    return _times(units, set(rows))


def _sum_of(held: Sequence[tuple[Any, int]]) -> tuple[Any, ...]:
    whole = [(value, times) for value, times in held if isinstance(value, int)]
    real = [(value, times) for value, times in held if isinstance(value, float)]
    return _halves(
        sum(value * times for value, times in whole),
        sum(times for _, times in whole),
        sum(value * times for value, times in real),
        sum(times for _, times in real),
    )


def _value_rank(one: tuple[Any, int]) -> Any:
    return isinstance(one[0], str), one[0]


_AMOUNTS: dict[Function, Callable[[int, Iterable[_Row]], list[dict[int, tuple[Any, ...]]]]] = {
    "count": _times,
    "distinct": _distinct,
    "sum": _added,
    "avg": _averaged,
    "min": _least,
    "max": _most,
}
_CODES: dict[Function, Callable[[Sequence[tuple[Any, int]]], tuple[Any, ...]]] = {
    "count": lambda held: (sum(times for _, times in held),),
    "distinct": lambda held: (len(held),),
    "sum": _sum_of,
    "avg": _sum_of,
    "min": lambda held: (min(held, key=_value_rank)[0],),
    "max": lambda held: (max(held, key=_value_rank)[0],),
}
