"""The SQL of one segment of a list: which index is walked, or which rows are gathered and sorted.

A column with a plus sign before it is hidden from SQLite's planner, so that the way chosen here is
the only one there is.
"""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from muster.replica.filters import Filter, Sql, joined, state
from muster.replica.order import Key, Segment, Walk

_OF_ASSET = re.compile(r"\ba\.(?!row\b)")
"""What tells of a check that it reads the row of the asset, and not only its number."""


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
    backwards: bool = False
    """Whether of equal rows the last one comes first."""
    ranged: Filter | None = None
    """A condition that is a range of the first key: read, where that is read in order."""

    def sql(self, segment: Segment, limit: int) -> Sql:
        """Return the query for up to `limit` rows of a segment: row, k0, k1 …, in order."""
        order = self._order(segment)
        parts = [self._part(segment, arm, order, limit) for arm in self.arms]
        if len(parts) == 1:
            return parts[0]
        union = joined(" UNION ALL ", [Sql(f"SELECT * FROM ({p.text})", p.params) for p in parts])
        text = f"SELECT * FROM ({union.text}) ORDER BY {order} LIMIT ?"
        return Sql(text, (*union.params, limit))

    def holds(self, segment: Segment) -> bool:
        """Whether anything can be in a segment: what is in a range of the first key has a value."""
        first = segment.equal[0] is None if segment.equal else segment.rest == "empty"
        return self.ranged is None or not first

    def gathered(self, found: Sequence[Segment] | None, limit: int) -> Sql:
        """Return the query for up to `limit` rows of all these segments, None for all rows.

        The list is read once, and of each row that passes the values to sort by are told once:
        SQLite would put them, by themselves, wherever they are compared.
        """
        source, _, row = self._source("nothing", Arm())
        head = joined(", ", [Sql(f"{row} AS row"), *_named([key.value for key in self.keys])])
        tests = [*self._tests("nothing", Arm()), *self._late()]
        where = joined(" AND ", tests)
        inside = f"SELECT {head.text} FROM {source.text} {where.text} LIMIT -1"
        params = (*head.params, *source.params, *where.params)
        names = [Sql(f"k{number}") for number in range(len(self.keys))]
        after = Sql("1")
        if found is not None:
            bounds = [joined(" AND ", _bounds(each, names, "row") or [after]) for each in found]
            after = joined(" OR ", [Sql(f"({each.text})", each.params) for each in bounds])
        order = self._order(Segment((), "row"))
        text = f"SELECT * FROM ({inside}) WHERE {after.text} ORDER BY {order} LIMIT ?"
        return Sql(text, (*params, *after.params, limit))

    def count(self, most: int | None = None) -> Sql:
        """Return the query for the number of all rows; with a bound, at most one more than that."""
        source = self._source("nothing", Arm())[0] if self.gather else Sql("asset a WHERE")
        state_test = Sql(f"{'+' if self.gather else ''}a.trashed {state(self.trashed)}")
        where = joined(" AND ", [state_test, *self._late()])
        params = (*source.params, *where.params)
        if most is None:
            return Sql(f"SELECT count(*) FROM {source.text} {where.text}", params)
        text = f"SELECT 1 FROM {source.text} {where.text} LIMIT ?"
        return Sql(f"SELECT count(*) FROM ({text})", (*params, most + 1))

    def _part(self, segment: Segment, arm: Arm, order: str, limit: int) -> Sql:
        walk = self._walk(segment)
        source, first, row = self._source(walk, arm)
        values = [key.value for key in self.keys]
        if first:
            values[:1] = [Sql(first)]
        head = joined(", ", [Sql(f"{row} AS row"), *_named(values)])
        known = bool(segment.equal)
        tests = [*self._tests(walk, arm, known=known), *_bounds(segment, values, row)]
        where = joined(" AND ", [*tests, *self._late()])
        select = "SELECT DISTINCT" if walk == "targets" else "SELECT"
        text = f"{select} {head.text} FROM {source.text} {where.text} ORDER BY {order} LIMIT ?"
        return Sql(text, (*head.params, *source.params, *where.params, limit))

    def _order(self, segment: Segment) -> str:
        depth = len(segment.equal)
        terms = []
        for number, key in enumerate(self.keys):
            if number < depth or (number == depth and segment.rest == "empty"):
                continue
            has_value = number == depth and segment.rest == "values"
            if key.can_be_empty and not has_value:
                terms.append(f"k{number} IS {'NOT ' * key.empty_first}NULL")
            terms.append(f"k{number} {key.direction}")
        return ", ".join([*terms, f"row {'DESC' if self.backwards else 'ASC'}"])

    @property
    def is_in_order(self) -> bool:
        """Whether what has a value in the first key is read in order, and not sorted."""
        return self._walk(Segment((), "values")) != "nothing"

    def _walk(self, segment: Segment) -> Walk:
        """Return what is read in the order of the segment; else all of it is read and sorted."""
        if self.gather or not self.keys:
            return "nothing"
        walk = self.keys[0].walks
        one_state = self.trashed != "any"
        if walk == "column":
            return walk if one_state else "nothing"
        has_value = segment.equal[0] is not None if segment.equal else segment.rest == "values"
        by_column = walk == "targets" and self.keys[0].column
        return walk if has_value and (one_state or not by_column) else "nothing"

    def _source(self, walk: Walk, arm: Arm) -> tuple[Sql, str, str]:
        """Return the tables up to WHERE or AND, the first key's value in them, and the row's."""
        if self.gather:
            rows = self._listed(self.gather)
            text = f"({rows.text}) c CROSS JOIN asset a ON a.row = c.row WHERE"
            return Sql(text, rows.params), "", "a.row"
        if walk == "nothing":
            return Sql("asset a NOT INDEXED WHERE"), "", "a.row"
        key = self.keys[0]
        if walk == "values":
            text = "value s CROSS JOIN asset a ON a.row = s.asset WHERE s.field = ?"
            return Sql(f"{text} AND s.position = 0 AND", (key.field,)), "s.value", "s.asset"
        if walk == "targets":
            return *_targets(key, state(self.trashed)), "a.row"
        columns = [name for name in (arm.column, key.column) if name]
        index = f"asset_by_{'_'.join(columns)}"
        return Sql(f"asset a INDEXED BY {index} WHERE"), f"a.{key.column}", "a.row"

    def _listed(self, gather: Filter) -> Sql:
        """Return the list, without what fails a check that needs no asset to be read."""
        assert gather.rows is not None
        early = [each.check for each in self.checks if not _OF_ASSET.search(each.check.text)]
        if not early:
            return gather.rows
        test = joined(" AND ", early)
        # The sign keeps the checks out of a list that is a full text's: MATCH fails with some OR.
        listed = f"SELECT +c.row AS row FROM ({gather.rows.text}) c"
        text = f"SELECT a.row AS row FROM ({listed}) a WHERE {test.text}"
        return Sql(text, (*gather.rows.params, *test.params))

    def _late(self) -> list[Sql]:
        """Return the checks that the source does not make."""
        checks = [each.check for each in self.checks]
        return [c for c in checks if self.gather is None or _OF_ASSET.search(c.text)]

    def _tests(self, walk: Walk, arm: Arm, *, known: bool = False) -> list[Sql]:
        hidden = "" if walk == "column" else "+"
        tests = [Sql(f"{hidden}a.trashed {state(self.trashed)}")]
        if arm.column:
            tests.append(Sql(f"a.{arm.column} = ?", (arm.value,)))
        if self.ranged is not None:
            span = self.ranged.span if walk in {"column", "values"} and not known else None
            tests.append(span[1] if span else self.ranged.check)
        if walk == "targets":
            # An asset comes by each of its values, and counts by the first of them.
            key = self.keys[0]
            tests.append(Sql(f"{_leaf(key)} = {key.value.text}", key.value.params))
        return tests


def _leaf(key: Key) -> str:
    return f"t.{key.column}" if key.column else "s.value"


def _targets(key: Key, visible: str) -> tuple[Sql, str]:
    """Return the tables from what the hops lead to, in its order, back to the assets."""
    if key.column:
        tables = [f"asset t INDEXED BY asset_by_{key.column}"]
        tests, params = [f"t.trashed {visible}"], []
    else:
        tables = ["value s", "asset t"]
        tests, params = ["s.field = ?", f"t.row = s.asset AND +t.trashed {visible}"], [key.field]
    here = "t"
    for depth, field in reversed(list(enumerate(key.hops))):
        r, h, next_one = f"r{depth}", f"h{depth}", f"t{depth}" if depth else "a"
        tables += [f"record {r}", f"value {h} INDEXED BY value_by_value", f"asset {next_one}"]
        tests += [
            f"{r}.row = {here}.row",
            f"{h}.field = ? AND {h}.value = lower({r}.id)",
            f"{next_one}.row = {h}.asset AND +{next_one}.trashed {visible}",
        ]
        params.append(field)
        here = next_one
    text = f"{' CROSS JOIN '.join(tables)} WHERE {' AND '.join(tests)} AND"
    return Sql(text, tuple(params)), _leaf(key)


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
