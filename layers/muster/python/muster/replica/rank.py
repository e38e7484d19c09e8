"""Answer a query for words, the best answers first: tier by tier, in each the newest first.

Nothing is scored: a tier is an expression of the text index, which is read from its end until the
page is full.
"""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from muster.replica import ask, plan
from muster.replica.ask import SEEN, Row, Search
from muster.replica.cells import text_cell
from muster.replica.filters import Filter, Sql, joined, state
from muster.replica.limits import attempt
from muster.replica.port import AssetQuery
from muster.replica.tiers import OTHERS, SAME, Tiers
from muster.replica.where import view_of

_WALK_STEPS = 3000
_FEW = 200
_SAME_COLUMNS = ("key", "tag", "serial")


@dataclass(frozen=True)
class Ranked:
    """A query's conditions, and the tiers of its answers."""

    search: Search
    tiers: Tiers
    text: str | None
    """The words as a key, a tag or a serial number is compared with them."""

    def rows(self, db: sqlite3.Connection, limit: int, after: Sequence[Any] | None) -> list[Row]:
        """Return up to `limit` rows as their number and their tier, in order.

        Where other conditions leave little of what has the words, their list is read instead.
        """
        costs = plan.costs(self.search.counts, self._without_words(), None, limit)
        best = costs.fewest
        if best is None:
            return self._read(db, self._walked, limit, after)
        with attempt(db, min(costs.steps, _WALK_STEPS)) as tried:
            found = self._read(db, self._walked, limit, after)
        if not tried.stopped:
            return found
        if self.search.trace:
            self.search.trace.given_up = True
            self.search.trace.way = self.search.gathered(best)
        few = (self.search.counts.of(best) or 0) <= _FEW
        return self._read(db, lambda tier: self._gathered(tier, best, few=few), limit, after)

    def _read(
        self,
        db: sqlite3.Connection,
        source: Callable[[int], tuple[Sql, str]],
        limit: int,
        after: Sequence[Any] | None,
    ) -> list[Row]:
        first, bound = after or (SAME, None)
        found: list[Row] = []
        for tier in self.tiers.numbers:
            if tier < first or len(found) >= limit:
                continue
            tables, row = source(tier)
            text, params = tables.text, list(tables.params)
            if tier == first and bound is not None:
                text, params = f"{text} AND {row} < ?", [*params, bound]
            sql = f"SELECT {row}, {tier} FROM {text} ORDER BY {row} DESC LIMIT ?"
            found += db.execute(sql, (*params, limit - len(found)))
        return found

    def _walked(self, tier: int) -> tuple[Sql, str]:
        """Return the tables and conditions of a tier, read by what it consists of."""
        match = self.tiers.match(tier)
        if tier == SAME:
            here, row = self._same(), "a.row"
        elif tier == OTHERS:
            here, row = Sql("asset a NOT INDEXED WHERE"), "a.row"
        else:
            tables = "words CROSS JOIN asset a ON a.row = words.rowid"
            here, row = Sql(f"{tables} WHERE words MATCH ? AND", (match,)), "words.rowid"
        return _with(here, self._tests(tier, None)), row

    def _gathered(self, tier: int, best: Filter, *, few: bool) -> tuple[Sql, str]:
        """Return the same, read by the list of another condition."""
        assert best.rows is not None
        tests = self._tests(tier, best)
        match = self.tiers.match(tier)
        if match is not None and tier != OTHERS:
            found = "SELECT rowid FROM words WHERE words MATCH ?"
            one = f"EXISTS ({found} AND rowid = a.row)" if few else f"a.row IN ({found})"
            tests.append(Sql(one, (match,)))
        if tier == SAME:
            tests.append(Sql(f"a.row IN (SELECT row FROM {self._same_rows()})", self._texts()))
        tables = f"({best.rows.text}) c CROSS JOIN asset a ON a.row = c.row WHERE"
        return _with(Sql(tables, best.rows.params), tests), "a.row"

    def _tests(self, tier: int, best: Filter | None) -> list[Sql]:
        """Return what the rows of a tier have to pass besides."""
        tests = [Sql(f"+a.trashed {state(self.search.trashed)}")]
        if tier != SAME:
            same = " OR ".join(f"+a.{column} IS ?" for column in _SAME_COLUMNS)
            tests.append(Sql(f"NOT ({same})", self._texts()))
        if tier == OTHERS and (match := self.tiers.match(tier)) is not None:
            tests.append(
                Sql("a.row NOT IN (SELECT rowid FROM words WHERE words MATCH ?)", (match,))
            )
        checks = [
            each for each in self._without_words() if each is not best
        ] + self.tiers.checked_at(tier, self.search.filters)
        if self.search.trace:
            checks.append(SEEN)
        return [*tests, *(each.check for each in sorted(checks, key=lambda each: each.cost))]

    def _same(self) -> Sql:
        tables = f"{self._same_rows()} c CROSS JOIN asset a ON a.row = c.row WHERE"
        return Sql(tables, self._texts())

    def _same_rows(self) -> str:
        states = state(self.search.trashed)
        return "({})".format(
            " UNION ".join(
                f"SELECT row FROM asset WHERE trashed {states} AND {column} = ?"
                for column in _SAME_COLUMNS
            )
        )

    def _texts(self) -> tuple[str, ...]:
        # No column has an empty text, and none is equal to it.
        return (self.text or "",) * len(_SAME_COLUMNS)

    def _without_words(self) -> list[Filter]:
        return [each for each in self.search.filters if each.match is None]


def ranked(db: sqlite3.Connection, query: AssetQuery) -> Ranked:
    """Put a query with words to rank by into the replica's terms."""
    assert query.rank is not None
    view = view_of(db, query.trashed)
    search = ask.search(db, query, view)
    return Ranked(search, Tiers(view, query.rank, search.filters), text_cell(query.rank))


def _with(tables: Sql, tests: Sequence[Sql]) -> Sql:
    where = joined(" AND ", tests)
    return Sql(f"{tables.text} {where.text}", (*tables.params, *where.params))
