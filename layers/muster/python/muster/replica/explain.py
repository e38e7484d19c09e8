"""How a query is answered: what each condition lists, which way is gone, what was looked at."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter
from typing import Any, Literal

from muster.replica import ask, plan, rank
from muster.replica.ask import Search, Trace
from muster.replica.compose import Way
from muster.replica.filters import Filter
from muster.replica.port import AssetQuery, Explained, ExplainedCondition
from muster.replica.where import parts
from muster.replica.where.describe import in_words

_SEEN = "seen"


def explain(db: sqlite3.Connection, query: AssetQuery) -> Explained:
    """Answer the query as it would be, its first page, and tell how that was done."""
    trace = Trace()
    # Not deterministic, so that SQLite asks it anew of each row.
    db.create_function(_SEEN, 1, trace.see)
    began = perf_counter()
    if query.rank is None:
        search = replace(ask.search(db, query), trace=trace)
        rows = search.rows(db, query.limit, None)
    else:
        ranked = rank.ranked(db, query)
        search = replace(ranked.search, trace=trace)
        rows = replace(ranked, search=search).rows(db, query.limit, None)
    seconds = perf_counter() - began
    conditions = _conditions(db, query, search, trace)
    return Explained(
        conditions=tuple(conditions),
        order=_order(query, trace.way),
        given_up=trace.given_up,
        rows=len(rows),
        looked_at=trace.looked_at,
        assets=int(db.execute("SELECT count(*) FROM asset").fetchone()[0]),
        seconds=round(seconds, 6),
        seq=int(db.execute("SELECT seq FROM state").fetchone()[0]),
    )


def _conditions(
    db: sqlite3.Connection, query: AssetQuery, search: Search, trace: Trace
) -> Iterator[ExplainedCondition]:
    for words, each in zip(_words(query), search.filters, strict=True):
        found = None if each.rows is None else plan.counted(db, each)
        yield ExplainedCondition(
            says=words,
            lists=found,
            more=found is not None and found >= plan.MOST_COUNTED,
            use=_use(each, query, trace.way),
        )


def _use(
    each: Filter, query: AssetQuery, way: Way | None
) -> Literal["listed", "walked", "checked"]:
    if way is not None and each is way.gather:
        return "listed"
    if way is None and query.rank is not None and each.match is not None:
        return "walked"
    walks = way is not None and not any(each is check for check in way.checks)
    return "walked" if walks else "checked"


def _words(query: AssetQuery) -> Iterator[str]:
    """Yield what the query's conditions say, in the order of their filters."""
    below = ", or is below," if query.include_subfolders else ""
    if query.folders:
        yield f"folder is{below} {_several(query.folders)}"
    if query.types:
        yield f"type is {_several(query.types)}"
    for name, values in query.equals.items():
        yield f"{name} is {_several(values)}"
    if query.text and query.text.strip():
        yield f"some text has {query.text.strip()!r}"
    if query.where is not None:
        yield from map(in_words, parts(query.where))


def _several(values: Any) -> str:
    return " or ".join("empty" if value is None else str(value) for value in values)


def _order(query: AssetQuery, way: Way | None) -> str:
    if query.rank is not None:
        return "ranked by words, tier by tier"
    if way is None or not query.sort:
        return "in order of creation"
    first = query.sort[0]
    name = ".".join([*first.hops, first.field])
    if way.gather is not None or not way.is_in_order:
        return f"sorted by {name}"
    return f"read in order of {name}"
