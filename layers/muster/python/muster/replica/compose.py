"""The SQL of one segment of a list: which index is walked, or which rows are gathered and sorted.

A column with a plus sign before it is hidden from SQLite's planner, so that the way chosen here is
the only one there is.
"""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from muster.replica.filters import Filter, Sql, joined, state
from muster.replica.order import Key, Segment


@dataclass(frozen=True)
class Arm:
    """A part of the assets that an index holds in order: all, or one type or folder."""

    column: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class Way:
    """How the rows are come by: gathered from a condition's list, or walked in order.

    The checks are the conditions that the way itself does not ensure.
    """

    trashed: str
    keys: Sequence[Key]
    checks: Sequence[Filter]
    gather: Filter | None = None
    arms: Sequence[Arm] = (Arm(),)

    def sql(self, segment: Segment, limit: int) -> Sql:
        """Return the query for up to `limit` rows of a segment: row, k0, k1 …, in order."""
        order = _order(self.keys, segment)
        parts = [self._part(segment, arm, order, limit) for arm in self.arms]
        if len(parts) == 1:
            return parts[0]
        union = joined(" UNION ALL ", [Sql(f"SELECT * FROM ({p.text})", p.params) for p in parts])
        text = f"SELECT * FROM ({union.text}) ORDER BY {order} LIMIT ?"
        return Sql(text, (*union.params, limit))

    def count(self) -> Sql:
        """Return the query for the number of all rows."""
        source = self._source(Arm(), walked=False) if self.gather else Sql("asset a WHERE")
        state_test = Sql(f"{'+' if self.gather else ''}a.trashed {state(self.trashed)}")
        where = joined(" AND ", [state_test, *(each.check for each in self.checks)])
        text = f"SELECT count(*) FROM {source.text} {where.text}"
        return Sql(text, (*source.params, *where.params))

    def _part(self, segment: Segment, arm: Arm, order: str, limit: int) -> Sql:
        walked = self._walks_values(segment)
        values = [key.expression() for key in self.keys]
        if walked:
            values[:1] = [Sql("s.value")]
        elif self._walks_column():
            values[:1] = [Sql(f"a.{self.keys[0].column}")]
        row = "s.asset" if walked else "a.row"
        head = joined(", ", [Sql(f"{row} AS row"), *_named(values)])
        source = self._source(arm, walked=walked)
        tests = [*self._tests(arm), *_bounds(segment, values, row)]
        where = joined(" AND ", [*tests, *(each.check for each in self.checks)])
        text = f"SELECT {head.text} FROM {source.text} {where.text} ORDER BY {order} LIMIT ?"
        return Sql(text, (*head.params, *source.params, *where.params, limit))

    def _walks_column(self) -> bool:
        first = self.keys[0] if self.keys else None
        return not self.gather and first is not None and bool(first.column) and self._one_state()

    def _walks_values(self, segment: Segment) -> bool:
        if self.gather or not self.keys or self.keys[0].column:
            return False
        return segment.equal[0] is not None if segment.equal else segment.rest == "values"

    def _one_state(self) -> bool:
        return self.trashed != "any"

    def _source(self, arm: Arm, *, walked: bool) -> Sql:
        if self.gather:
            assert self.gather.rows is not None
            rows = self.gather.rows
            text = f"({rows.text}) c CROSS JOIN asset a ON a.row = c.row WHERE"
            return Sql(text, rows.params)
        if walked:
            text = "value s CROSS JOIN asset a ON a.row = s.asset WHERE s.field = ?"
            return Sql(f"{text} AND s.position = 0 AND", (self.keys[0].field,))
        if not self._walks_column():
            return Sql("asset a NOT INDEXED WHERE")
        columns = [name for name in (arm.column, self.keys[0].column) if name]
        return Sql(f"asset a INDEXED BY asset_by_{'_'.join(columns)} WHERE")

    def _tests(self, arm: Arm) -> list[Sql]:
        hidden = "" if self._walks_column() else "+"
        tests = [Sql(f"{hidden}a.trashed {state(self.trashed)}")]
        if arm.column:
            tests.append(Sql(f"a.{arm.column} = ?", (arm.value,)))
        return tests


def _named(values: Sequence[Sql]) -> list[Sql]:
    return [Sql(f"{v.text} AS k{number}", v.params) for number, v in enumerate(values)]


def _bounds(segment: Segment, values: Sequence[Sql], row: str) -> list[Sql]:
    bounds = [
        Sql(f"{v.text} IS NULL", v.params)
        if equal is None
        else Sql(f"{v.text} = ?", (*v.params, equal))
        for v, equal in zip(values, segment.equal, strict=False)
    ]
    if segment.rest == "row":
        if segment.bound is None:
            return bounds
        return [*bounds, Sql(f"{row} {segment.sign} ?", (segment.bound,))]
    key = values[len(segment.equal)]
    if segment.rest == "empty":
        return [*bounds, Sql(f"{key.text} IS NULL", key.params)]
    if segment.bound is None:
        return [*bounds, Sql(f"{key.text} IS NOT NULL", key.params)]
    return [*bounds, Sql(f"{key.text} {segment.sign} ?", (*key.params, segment.bound))]


def _order(keys: Sequence[Key], segment: Segment) -> str:
    depth = len(segment.equal)
    terms = []
    for number, key in enumerate(keys):
        known = number < depth or (number == depth and segment.rest == "empty")
        if known:
            continue
        if key.can_be_empty and not (number == depth and segment.rest == "values"):
            terms.append(f"k{number} IS NULL")
        terms.append(f"k{number} {key.direction}")
    last = keys[-1].direction if keys else "ASC"
    return ", ".join([*terms, f"row {last}"])
