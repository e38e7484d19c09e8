"""Which way through the indexes is short: what conditions list, and what checking them takes."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from muster.replica.filters import Filter, joined
from muster.replica.limits import attempt

MOST_COUNTED = 20_000
"""How many rows of a list are counted, before it is taken for long."""
_COUNT_STEPS = 200
_COUNT_SECONDS = 0.004
_FEWEST_STEPS, _MOST_STEPS = 300, 8000
_ROW_STEPS = 0.015
"""Instructions, in thousands, of a row that is read, checked by nothing and sorted."""
_SAMPLE = 300
_SCANNED = 0.1
"""What it takes to look at a value in an index that does not pass, in rows read."""


class Counts:
    """What is known of how much the conditions of one question list; each is counted once."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """Count nothing yet."""
        self.db = db
        self._found: dict[int, tuple[Filter, int | None]] = {}

    def of(self, condition: Filter) -> int | None:
        """Return how many rows a condition lists, up to a bound; None for what takes too long."""
        if id(condition) not in self._found:
            # With the condition itself, since an identity may be taken again.
            self._found[id(condition)] = condition, counted(self.db, condition)
        return self._found[id(condition)][1]

    @cached_property
    def total(self) -> int:
        """About how many assets there are: rows are numbered with those of all records."""
        sample = _sample(self.db)
        sql = "SELECT count(*) FROM asset WHERE row IN (SELECT value FROM json_each(?))"
        found = int(self.db.execute(sql, (json.dumps(sample),)).fetchone()[0])
        return max(sample, default=0) * found // max(len(sample), 1)


@dataclass(frozen=True)
class Costs:
    """What the ways to an answer take, as far as a quick look tells.

    `gather`: the condition whose list is to be read, None to walk first. `steps`: what the walk may
    take, in thousands of instructions, until a list would have been read. `fewest`: the condition
    that lists the fewest rows among those that were counted to the end.
    """

    gather: Filter | None
    steps: int
    fewest: Filter | None


def costs(counts: Counts, filters: Sequence[Filter], armed: Filter | None, limit: int) -> Costs:
    """Choose between listing one condition's rows to sort them, and walking in order.

    Walking reads `limit` rows for each share of rows that pass, and checks each.
    """
    share, best, fewest = 1.0, None, MOST_COUNTED
    for each in filters:
        listed = MOST_COUNTED if each.rows is None else counts.of(each)
        if each is not armed and listed is not None:
            share *= min(listed / max(counts.total, 1), 1)
        if listed is not None and listed < fewest:
            best, fewest = each, listed
    cost = 1 + sum(each.cost for each in filters)
    walked = min(limit / max(share, 1e-9), counts.total) * cost
    listing = fewest * (1 + cost - (best.cost if best else 0))
    steps = min(max(int(listing * _ROW_STEPS), _FEWEST_STEPS), _MOST_STEPS)
    gather = best if best is not armed and listing <= walked else None
    return Costs(gather, steps, best)


def _sample(db: sqlite3.Connection) -> list[int]:
    last = int(db.execute("SELECT coalesce(max(row), 0) FROM asset").fetchone()[0])
    return list(range(last, 0, -max(last // _SAMPLE, 1)))


def counted(db: sqlite3.Connection, condition: Filter) -> int | None:
    """Return how many rows a condition lists, up to a bound; None when that takes too long."""
    assert condition.rows is not None
    sql = f"SELECT count(*) FROM (SELECT 1 FROM ({condition.rows.text}) LIMIT {MOST_COUNTED})"
    count = 0
    with attempt(db, _COUNT_STEPS, _COUNT_SECONDS) as tried:
        count = int(db.execute(sql, condition.rows.params).fetchone()[0])
    return None if tried.stopped else count


def best_of_large(
    db: sqlite3.Connection, counts: Counts, filters: Sequence[Filter], fewest: Filter | None
) -> Filter:
    """Return the condition whose list is the cheapest to read, where none is known to be short.

    How many rows pass is told from assets at even distances; at least one condition has a list.
    """
    if fewest is not None:
        return fewest
    listed = [each for each in filters if each.rows is not None]
    if len(listed) == 1:
        return listed[0]
    shares = _shares(db, listed)
    checks = sum(each.cost for each in filters)

    def reading(each: Filter) -> float:
        scanned = _SCANNED if counts.of(each) is None else 0
        return scanned + shares[id(each)] * (1 + checks - each.cost)

    return min(listed, key=reading)


def _shares(db: sqlite3.Connection, listed: Sequence[Filter]) -> dict[int, float]:
    passing = joined(", ", [each.check for each in listed])
    text = ", ".join(f"total(({each.check.text}) IS TRUE)" for each in listed)
    sql = f"SELECT count(*), {text} FROM asset a WHERE a.row IN (SELECT value FROM json_each(?))"
    count, *found = db.execute(sql, (*passing.params, json.dumps(_sample(db)))).fetchone()
    return {id(e): n / max(count, 1) for e, n in zip(listed, found, strict=True)}
