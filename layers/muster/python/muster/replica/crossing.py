"""Which groups assets are in, and how many, over columns in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, product, repeat
from math import prod
from operator import add, mul
from typing import Any

from muster.replica.buckets import bucket
from muster.replica.cells import Cell
from muster.replica.columns import Codes, NotInMemoryError, Source, targets_of
from muster.replica.condition import Place
from muster.replica.kept import Columns
from muster.replica.measures import Group
from muster.replica.project import DESCRIPTION
from muster.replica.reach import COLUMNS
from muster.replica.where.view import View

_VISIBLE = {"no": b"\0\1\0", "yes": b"\0\0\1", "any": b"\0\1\1"}
_MOST_ODD = 200_000
_EMPTY: Cell = (None, None)

type Keys = tuple[Any, ...]
"""A value and a unit for each group, as the SQL has them."""


@dataclass
class Told:
    """What assets are told apart by: a number for each of their keys."""

    codes: Sequence[int]
    """By row; 0 for empty."""
    keys: list[Cell]
    several: Mapping[int, tuple[int, ...]]
    """Of the rows that have more than one; their number in `codes` counts for nothing."""

    def of(self, row: int) -> tuple[int, ...]:
        """Return the numbers of a row."""
        return self.several.get(row) or (self.codes[row],)


@dataclass
class Crossing:
    """The groups that the chosen rows are in, each one number made of those of its keys."""

    told: Sequence[Told]
    pick: Callable[[Sequence[int]], Iterable[int]]
    """Picks of a column what belongs to the rows that are in one group each."""
    numbers: list[int]
    """Their groups."""
    odd: list[tuple[int, int]] = field(default_factory=list)
    """The other rows, each with each of its groups."""

    def sizes(self) -> dict[int, int]:
        """Return how many assets each group has."""
        found = Counter(self.numbers)
        found.update(number for _, number in self.odd)
        return found

    @property
    def most(self) -> int:
        """Return what all groups' numbers are below."""
        return prod(len(each.keys) for each in self.told)

    def keys(self, number: int) -> Keys:
        """Return the keys of a group."""
        cells: list[Cell] = []
        for told in reversed(self.told):
            number, code = divmod(number, len(told.keys))
            cells.append(told.keys[code])
        return tuple(part for cell in reversed(cells) for part in cell)


def source_of(view: View, place: Place) -> Source:
    """Return where the column of a place, or of its first hop, comes from.

    Raises NotInMemoryError.
    """
    leaf = place.hops[0] if place.hops else place.leaf
    if not place.hops and leaf in COLUMNS:
        return COLUMNS[leaf]
    number = view.field(DESCRIPTION if leaf == "description" else leaf)
    if number is None:
        raise NotInMemoryError
    return number


def told_by(columns: Columns, view: View, group: Group) -> Told:
    """Return what a group tells assets apart by. Raises NotInMemoryError."""
    place, by, zone = group.place, group.by, group.time_zone
    if by is not None and place.hops:
        raise NotInMemoryError
    column = columns.codes(source_of(view, place))
    if place.hops:
        rest = Place(place.leaf, place.hops[1:])
        return _mapped(column, lambda value: targets_of(view, rest, str(value)))
    if by is None:
        return Told(column.codes, column.cells, column.several)
    is_time = place.leaf.endswith("_at") and place.leaf in COLUMNS
    return _mapped(column, lambda value: [(bucket(value, by, zone, is_time=is_time), None)])


def cross(
    columns: Columns,
    view: View,
    told: Sequence[Told],
    rows: list[int] | None,
    several: Iterable[int],
) -> Crossing:
    """Return the groups of some visible rows, for None of all that are visible.

    The rows `several` are put among the odd ones too. Raises NotInMemoryError.
    """
    odd = {*several, *(row for each in told for row in each.several)}
    if len(odd) > _MOST_ODD:
        raise NotInMemoryError
    if rows is None:
        states = columns.states().states.translate(_VISIBLE[view.trashed].ljust(256, b"\0"))
        chosen = [row for row in odd if states[row]]
        for row in chosen:
            states[row] = 0
        number = states.count(1)
        pick: Callable[[Sequence[int]], Iterable[int]] = lambda column: compress(column, states)  # noqa: E731
    else:
        chosen = [row for row in rows if row in odd] if odd else []
        even = [row for row in rows if row not in odd] if odd else rows
        number = len(even)
        pick = lambda column: map(column.__getitem__, even)  # noqa: E731
    return Crossing(told, pick, _numbers(told, pick, number), list(_each(told, chosen)))


def _numbers(
    told: Sequence[Told], pick: Callable[[Sequence[int]], Iterable[int]], number: int
) -> list[int]:
    if not told:
        return [0] * number
    found = list(pick(told[0].codes))
    for each in told[1:]:
        found = list(map(add, map(mul, found, repeat(len(each.keys))), pick(each.codes)))
    return found


def _each(told: Sequence[Told], rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    for row in rows:
        for codes in product(*(each.of(row) for each in told)):
            number = 0
            for each, code in zip(told, codes, strict=True):
                number = number * len(each.keys) + code
            yield row, number


def _mapped(column: Codes, keys_of: Callable[[Any], Iterable[Cell]]) -> Told:
    """Return a column in which each value stands for its keys."""
    numbers: dict[Cell, int] = {_EMPTY: 0}
    keys = [()] + [
        tuple(dict.fromkeys(numbers.setdefault(key, len(numbers)) for key in keys_of(value)))
        for value, _ in column.cells[1:]
    ]
    told = Told(list(map([k[0] if k else 0 for k in keys].__getitem__, column.codes)), [], {})
    several = dict(column.several)
    forked = {code for code, found in enumerate(keys) if len(found) > 1}
    if forked:
        several |= {row: (code,) for row, code in enumerate(column.codes) if code in forked}
    told.keys, told.several = list(numbers), dict(_merged(several, keys))
    return told


def _merged(
    several: Mapping[int, tuple[int, ...]], keys: Sequence[tuple[int, ...]]
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield the rows of several values with their keys, empty only beside no other."""
    for row, codes in several.items():
        found = dict.fromkeys(key for code in codes for key in keys[code])
        yield row, tuple(key for key in found if key) or (0,)
