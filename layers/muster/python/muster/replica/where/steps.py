"""One step from asset to asset, as SQL: links and reference fields are one graph."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from muster.replica.condition import Edges
from muster.replica.filters import Sql, joined
from muster.replica.project import plain
from muster.replica.where.view import View, asset_id

type Direction = Literal["in", "out"]
type Types = tuple[str, ...] | None

_BOTH: tuple[Direction, ...] = ("out", "in")
_TURNED: dict[Direction, Direction] = {"in": "out", "out": "in"}
_SYMMETRIC = """SELECT id FROM record
  WHERE kind = 'link_type' AND body IS NOT NULL AND json_extract(body, '$.symmetric')"""
_REFERENCES = """SELECT json_extract(body, '$.name') FROM record
  WHERE kind = 'field_type' AND body IS NOT NULL AND json_extract(body, '$.kind') = 'reference'"""
_ENDS = {"out": ("source", "target"), "in": ("target", "source")}
"""The ends of a link at which a step begins and ends."""


@dataclass(frozen=True)
class Steps:
    """The steps that count, as the file has them."""

    directions: tuple[Direction, ...]
    link_types: Types
    """None: all."""
    symmetric: tuple[str, ...]
    """Those of the link types that lead both ways, whatever the direction."""
    fields: tuple[int, ...]
    """The numbers of the reference fields."""

    def turned(self) -> Steps:
        """Return the same steps, taken the other way round."""
        return replace(self, directions=tuple(_TURNED[each] for each in self.directions))

    def pairs(self, source: str) -> Sql:
        """Return `SELECT origin, row`: the steps from the assets of a table with `row` and `id`.

        A pair comes once for each edge that leads from the one asset to the other, trashed or not.
        """
        arms = [*self._links(source), *self._references(source)]
        return joined(" UNION ALL ", arms or [Sql("SELECT 0 AS origin, 0 AS row WHERE 0")])

    def all_pairs(self) -> Sql:
        """Return `SELECT origin, row`: all steps that there are."""
        arms = [*self._all_links(), *self._all_references()]
        return joined(" UNION ALL ", arms or [Sql("SELECT 0 AS origin, 0 AS row WHERE 0")])

    def edges(self) -> Sql:
        """Return a row for each edge, and another one where it leads both ways."""
        marks = ", ".join("?" * len(self.fields))
        arms = [
            Sql(f"SELECT 1 FROM link l WHERE {_is_of(types).text}", types or ())
            for _, _, types in self._ways()
        ]
        arms += [Sql(f"SELECT 1 FROM value v WHERE v.field IN ({marks})", self.fields)]
        return joined(" UNION ALL ", arms)

    def _ways(self) -> Iterator[tuple[str, str, Types]]:
        """Yield the ends of links between which a step leads, with the types of which it does."""
        if self.link_types == ():
            return
        for direction in _BOTH:
            if direction in self.directions:
                yield *_ENDS[direction], self.link_types
            elif self.symmetric:
                yield *_ENDS[direction], self.symmetric

    def _links(self, source: str) -> Iterator[Sql]:
        for near, far, types in self._ways():
            test = _is_of(types, "+l.type")
            text = (
                f"SELECT s.row AS origin, t.row AS row FROM {source} s"
                f" CROSS JOIN link l ON l.{near} = s.id AND {test.text}"
                f" CROSS JOIN record t ON t.kind = 'asset' AND t.id = l.{far}"
            )
            yield Sql(text, test.params)

    def _references(self, source: str) -> Iterator[Sql]:
        if not self.fields:
            return
        marks = ", ".join("?" * len(self.fields))
        if "out" in self.directions:
            text = (
                f"SELECT s.row AS origin, t.row AS row FROM {source} s"
                f" CROSS JOIN value v ON v.asset = s.row AND v.field IN ({marks})"
                f" CROSS JOIN record t ON t.kind = 'asset' AND t.id = {asset_id('v.value')}"
            )
            yield Sql(text, self.fields)
        if "in" in self.directions:
            text = (
                f"SELECT s.row AS origin, v.asset AS row FROM {source} s"
                f" CROSS JOIN value v INDEXED BY value_by_value"
                f" ON v.field IN ({marks}) AND v.value = lower(s.id)"
            )
            yield Sql(text, self.fields)

    def _all_links(self) -> Iterator[Sql]:
        for near, far, types in self._ways():
            test = _is_of(types)
            text = (
                "SELECT s.row AS origin, t.row AS row FROM link l"
                f" CROSS JOIN record s ON s.kind = 'asset' AND s.id = l.{near}"
                f" CROSS JOIN record t ON t.kind = 'asset' AND t.id = l.{far} WHERE {test.text}"
            )
            yield Sql(text, test.params)

    def _all_references(self) -> Iterator[Sql]:
        marks = ", ".join("?" * len(self.fields))
        for direction in self.directions if self.fields else ():
            ends = ("v.asset", "t.row") if direction == "out" else ("t.row", "v.asset")
            text = (
                f"SELECT {ends[0]} AS origin, {ends[1]} AS row"
                " FROM value v INDEXED BY value_by_value"
                f" CROSS JOIN record t ON t.kind = 'asset' AND t.id = {asset_id('v.value')}"
                f" WHERE v.field IN ({marks})"
            )
            yield Sql(text, self.fields)


def steps_of(view: View, edges: Edges) -> Steps:
    """Return the steps that a condition names."""
    types = None if edges.link_types is None else tuple(filter(None, map(plain, edges.link_types)))
    names = edges.fields
    if names is None:
        names = tuple(row[0] for row in view.db.execute(_REFERENCES))
    numbers = [number for number in map(view.field, dict.fromkeys(names)) if number is not None]
    turning = [row[0] for row in view.db.execute(_SYMMETRIC)]
    return Steps(
        _BOTH if edges.direction == "any" else (edges.direction,),
        types,
        tuple(each for each in turning if types is None or each in types),
        tuple(numbers),
    )


def _is_of(types: Types, column: str = "l.type") -> Sql:
    """Return the predicate that a link is of one of the types."""
    if types is None:
        return Sql("1")
    return Sql(f"{column} IN ({', '.join('?' * len(types))})", types)
