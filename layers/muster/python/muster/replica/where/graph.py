"""Assets by their neighbours: how many there are, what can be reached, and what is twice there."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import batched

from muster.replica.condition import All, Condition, Not, Reachable, Related, Some
from muster.replica.filters import Filter, Sql
from muster.replica.refusals import TooManyReachedError
from muster.replica.texts import COMPARISONS
from muster.replica.where.logic import NOTHING
from muster.replica.where.place import SIGNS
from muster.replica.where.steps import Steps, steps_of
from muster.replica.where.view import Handler, View

MOST_REACHED = 10_000
_AT_ONCE = 500
_FEW_EDGES = 20_000
_MOST_LISTED = 5_000
_COST = 8
_LARGEST = 2**62
_HERE = "(SELECT i.row, i.id FROM record i WHERE i.row = a.row)"


def _related(view: View, condition: Related) -> Filter:
    steps = steps_of(view, condition.edges)
    found = _inner(view, condition.where)
    met = view.meets(found, "n.row")
    number = max(min(condition.number, _LARGEST), -_LARGEST)
    here = steps.pairs(_HERE)
    if _is_exists(condition):
        check = Sql(
            f"EXISTS (SELECT 1 FROM ({here.text}) n WHERE {met.text})", (*here.params, *met.params)
        )
    else:
        text = (
            f"(SELECT count(DISTINCT n.row) FROM ({here.text}) n WHERE {met.text})"
            f" {SIGNS[condition.sign]} ?"
        )
        check = Sql(text, (*here.params, *met.params, number))
    cost = _COST + found.cost
    if COMPARISONS[condition.sign](0, number):
        return Filter(check, None, cost)
    return Filter(check, _related_rows(view, condition, steps, found), cost)


def _inner(view: View, where: Condition) -> Filter:
    """Return the condition on the neighbours, as a list of rows where that is short.

    What is asked of neighbours of neighbours is a list of any length: SQLite's parser takes in
    only so many queries within another one.
    """
    found = view.filter(where)
    if found.rows is not None:
        sql = f"SELECT row FROM ({found.rows.text}) LIMIT ?"
        rows = [row[0] for row in view.db.execute(sql, (*found.rows.params, _MOST_LISTED + 1))]
        if len(rows) <= _MOST_LISTED:
            return listing(rows)
    return listing(_visible_rows(view, found)) if _is_related(where) else found


def _is_related(condition: Condition) -> bool:
    match condition:
        case All(items) | Some(items):
            return any(map(_is_related, items))
        case Not(item):
            return _is_related(item)
        case _:
            return isinstance(condition, Related)


def _is_exists(condition: Related) -> bool:
    return (condition.sign, condition.number) in {(">=", 1), (">", 0), ("!=", 0)}


def _related_rows(view: View, condition: Related, steps: Steps, found: Filter) -> Sql | None:
    """Return the list of the assets, come by from their neighbours, or from the edges if few."""
    if found.rows is not None:
        sides = f"""WITH s AS MATERIALIZED (SELECT a.row, r.id FROM ({found.rows.text}) c
          CROSS JOIN asset a ON a.row = c.row CROSS JOIN record r ON r.row = a.row
          WHERE {view.visible("a")})"""
        back = steps.turned().pairs("s")
        pairs = Sql(f"SELECT row, origin AS other FROM ({back.text})", back.params)
        start = Sql(sides, found.rows.params)
    else:
        if not _are_few(view, steps.edges()):
            return None
        every = steps.all_pairs()
        met = view.meets(found, "n.row")
        text = f"SELECT n.origin AS row, n.row AS other FROM ({every.text}) n WHERE {met.text}"
        pairs, start = Sql(text, (*every.params, *met.params)), Sql("")
    if _is_exists(condition):
        text = f"SELECT row FROM ({start.text} SELECT DISTINCT row FROM ({pairs.text}))"
        return Sql(text, (*start.params, *pairs.params))
    text = (
        f"SELECT row FROM ({start.text} SELECT row FROM ({pairs.text})"
        f" GROUP BY row HAVING count(DISTINCT other) {SIGNS[condition.sign]} ?)"
    )
    number = max(min(condition.number, _LARGEST), -_LARGEST)
    return Sql(text, (*start.params, *pairs.params, number))


def _are_few(view: View, edges: Sql) -> bool:
    sql = f"SELECT count(*) FROM (SELECT 1 FROM ({edges.text}) LIMIT ?)"
    number = view.db.execute(sql, (*edges.params, _FEW_EDGES)).fetchone()[0]
    return bool(number < _FEW_EDGES)


def _reachable(view: View, condition: Reachable) -> Filter:
    seeds = _visible_rows(view, view.filter(condition.seeds))
    steps = steps_of(view, condition.edges)
    depth = condition.depth
    found = _Walk(view, steps, seeds).reached(depth)
    if condition.seeds_too:
        found |= set(seeds)
    return listing(found)


def listing(rows: Iterable[int]) -> Filter:
    """Return the condition that an asset's row is one of these."""
    listed = json.dumps(sorted(rows))
    if listed == "[]":
        return NOTHING
    rows_sql = Sql("SELECT value AS row FROM json_each(?)", (listed,))
    return Filter(Sql(f"a.row IN ({rows_sql.text})", rows_sql.params), rows_sql, 0.5)


def _visible_rows(view: View, found: Filter) -> list[int]:
    source, test = "asset a", found.check
    if found.rows is not None:
        source = f"({found.rows.text}) c CROSS JOIN asset a ON a.row = c.row"
        test = Sql("1", found.rows.params)
    sql = f"SELECT a.row FROM {source} WHERE {view.visible('a')} AND {test.text}"
    return [row[0] for row in view.db.execute(sql, test.params)]


class _Walk:
    """A walk from many seeds at once, level by level.

    A seed is reached only from another one. So each asset keeps from which seeds it was reached,
    and two are enough: one of them is another.
    """

    def __init__(self, view: View, steps: Steps, seeds: Sequence[int]) -> None:
        """Take no step yet."""
        self._view = view
        pairs = steps.pairs("s")
        self._sql = (
            "WITH s AS MATERIALIZED (SELECT r.row, r.id FROM json_each(?) j"
            " CROSS JOIN record r ON r.row = j.value)"
            f" SELECT p.origin, p.row FROM ({pairs.text}) p CROSS JOIN asset a ON a.row = p.row"
            f" WHERE {view.visible('a')}"
        )
        self._params = pairs.params
        self._kept = 2 if len(seeds) > 1 else 1
        self._origins: dict[int, list[int]] = {seed: [seed] for seed in seeds}
        self._seeds = set(seeds)
        self._reached: set[int] = set()

    def reached(self, depth: int | None) -> set[int]:
        """Return the rows reached in 1 to `depth` steps. Raises TooManyReachedError."""
        fresh = {seed: [seed] for seed in self._seeds}
        level = 0
        while fresh and (depth is None or level < depth):
            fresh = self._step(fresh)
            level += 1
        return self._reached

    def _step(self, fresh: dict[int, list[int]]) -> dict[int, list[int]]:
        """Carry the seeds that are new at some assets on to the neighbours of these."""
        found: dict[int, list[int]] = {}
        for chunk in batched(fresh, _AT_ONCE, strict=False):
            for origin, row in self._neighbours(chunk):
                for seed in fresh[origin]:
                    if self._take(row, seed):
                        found.setdefault(row, []).append(seed)
        return found

    def _neighbours(self, rows: tuple[int, ...]) -> Iterator[tuple[int, int]]:
        return self._view.db.execute(self._sql, (json.dumps(rows), *self._params))

    def _take(self, row: int, seed: int) -> bool:
        """Note that a seed reaches an asset; tell whether that is to be carried on."""
        known = self._origins.setdefault(row, [])
        if seed in known or len(known) >= self._kept:
            return False
        known.append(seed)
        if row not in self._reached:
            self._reached.add(row)
            if len(self._reached) > MOST_REACHED:
                raise TooManyReachedError(
                    f"More than {MOST_REACHED:,} assets can be reached; no more are followed."
                    " Begin with fewer assets, or name a depth or the types of links."
                )
        return True


HANDLERS: dict[type, Handler] = {Related: _related, Reachable: _reachable}
