"""From a query's text to the question that a replica is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from muster.query.check.checking import Checked, check
from muster.query.check.conditions import all_of
from muster.query.context import context_of
from muster.query.parse import parse
from muster.query.tree import Dialect
from muster.replica.condition import Every
from muster.replica.port import AssetQuery
from muster.scope import Scope


def compile_query(
    scope: Scope,
    text: str,
    *,
    dialect: Dialect = "muster",
    parameters: Mapping[str, Any] | None = None,
    time_zone: str | None = None,
    me: str | None = None,
) -> Checked:
    """Return what a text asks, as the replica stands.

    `parameters` are the values of its placeholders; `me` is for whom it is asked, where that is not
    who acts. Raises InvalidQueryError, UnknownTimeZoneError.
    """
    query = parse(text, dialect=dialect, parameters=parameters)
    return check(query, context_of(scope, dialect=dialect, time_zone=time_zone, me=me))


def asset_query(
    checked: Checked,
    *,
    limit: int = 50,
    after: Sequence[Any] | None = None,
    count: bool = False,
    base: AssetQuery | None = None,
) -> AssetQuery:
    """Return the question of one page: what is checked, and what else is asked in `base`.

    The page has at most `limit` assets. The query's own LIMIT is for all pages together, so that
    who reads on has to count. A query that names `deleted` sees the trash; else `base` says.
    """
    before = base or AssetQuery()
    where = all_of([before.where or Every(), checked.where])
    sees_trash = checked.sees_trash and before.trashed == "no"
    return replace(
        before,
        where=None if isinstance(where, Every) else where,
        trashed="any" if sees_trash else before.trashed,
        rank=checked.rank,
        sort=checked.sort,
        limit=limit,
        after=after,
        count=count,
    )
