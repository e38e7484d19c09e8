"""The oracle's answers beside Muster's own: many queries for each of many worlds."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from muster.errors import MusterError
from muster.query.api import asset_query, compile_query
from muster.query.check.checking import Checked
from muster.query.parse import parse
from muster.query.refusals import InvalidQueryError
from muster.query.tree import Dialect
from muster.replica.refusals import QueryTooDeepError
from muster.scope import Scope
from tests.oracle.answer import answer
from tests.oracle.loading import load
from tests.oracle.making_queries import DIALECTS, Queries, with_searches
from tests.oracle.making_worlds import make_world
from tests.oracle.nudging import nudged, shown_nudges, some_nudges
from tests.oracle.reducing import reduced, shown
from tests.oracle.refusal import ANY, Refusal, Unclear
from tests.oracle.world import World

type Outcome = list[str] | str
"""The ids of assets in order, or the code of a refusal."""
TOO_DEEP = QueryTooDeepError.__name__
_PAGES = (1, 50, 2, 7, 50, 3, 1)


class Disagreement(AssertionError):  # noqa: N818 - says what the assertion found
    """The oracle and Muster answer differently."""


@dataclass
class Tally:
    """How many queries were compared, and what came of them."""

    counts: Counter[str] = field(default_factory=Counter)

    def note(self, outcome: Outcome, everything: int) -> None:
        """Count one comparison."""
        self.counts["compared"] += 1
        if isinstance(outcome, str):
            self.counts["refused"] += 1
        elif 0 < len(outcome) < everything:
            self.counts["telling"] += 1

    @property
    def telling(self) -> float:
        """The share of the answered queries that found something, and not everything."""
        return self.counts["telling"] / (self.counts["compared"] - self.counts["refused"])


def compare_world(random: Random, queries: int, tally: Tally) -> None:
    """Make a world, and ask it this many queries that have a meaning or a refusal.

    Raises Disagreement at the first one that is answered differently, made small.
    """
    world = with_searches(random, make_world(random))
    making = Queries(random, world)
    asked = 0
    with TemporaryDirectory() as directory:
        scope = load(world, Path(directory), random)
        while asked < queries:
            text, dialect = making.query(), random.choice(DIALECTS)
            nudges = some_nudges(random)
            with nudged(nudges):
                found = outcomes(world, scope, text, dialect)
            if found is not None and TOO_DEEP in found[1]:
                # A way that only large tenants need may be too deep for SQLite, and is refused.
                tally.counts["too deep"] += 1
                nudges = []
                found = outcomes(world, scope, text, dialect)
            if found is None:
                tally.counts["unclear"] += 1
                continue
            asked += 1
            if not agree(*found):
                with nudged(nudges):
                    told = _told(world, scope, text, dialect)
                raise Disagreement(f"{told}\nnudges: {shown_nudges(nudges)}")
            tally.note(found[0], sum(not thing.trashed for thing in world.things))


def outcomes(
    world: World, scope: Scope, text: str, dialect: Dialect
) -> tuple[Outcome, Outcome] | None:
    """Return what the oracle answers, and Muster; None where the reference leaves it open."""
    try:
        return _expected(world, text, dialect), answered(scope, world, text, dialect)
    except Unclear:
        return None


def agree(expected: Outcome, actual: Outcome) -> bool:
    """Tell whether two outcomes are the same."""
    return actual == expected or (expected == ANY and isinstance(actual, str))


def _expected(world: World, text: str, dialect: Dialect) -> Outcome:
    try:
        return answer(world, parse(text, dialect=dialect), dialect)
    except InvalidQueryError as error:
        return error.errors[0].code
    except Refusal as refusal:
        return refusal.code


def answered(scope: Scope, world: World, text: str, dialect: Dialect) -> Outcome:
    """Return what Muster answers; a failure is no answer that the oracle would give."""
    try:
        checked = compile_query(scope, text, dialect=dialect, time_zone=world.zone.key)
        return _read(scope, checked, sum(map(ord, text)))
    except InvalidQueryError as error:
        return error.errors[0].code
    except (sqlite3.Error, MusterError) as error:
        return f"{type(error).__name__}: {error}"


def _read(scope: Scope, checked: Checked, turn: int) -> Outcome:
    """Read an answer in pages of several sizes; it has to be as long as its count says."""
    found: list[str] = []
    after: Any = None
    total: int | None = None
    while True:
        room = 1_000 if checked.limit is None else checked.limit - len(found)
        query = asset_query(
            checked, limit=min(_PAGES[turn % len(_PAGES)], room), after=after, count=total is None
        )
        page = scope.replica.find_assets(query)
        total = page.total if page.total is not None else total
        found += [record.id for record in page.items]
        after, turn = page.next, turn + 1
        if after is None or len(found) == checked.limit:
            break
    if checked.limit is None and total != len(found):
        return f"a count of {total} for {len(found)} assets"
    return found


def _told(world: World, scope: Scope, text: str, dialect: Dialect) -> str:
    """Return a disagreement for people to read, made small."""

    def differs(other: World, query: str) -> bool:
        if other is world:
            found = outcomes(world, scope, query, dialect)
        else:
            found = _outcomes_of(other, query, dialect)
        return found is not None and not agree(*found)

    small, query = reduced(world, parse(text, dialect=dialect), differs)
    found = _outcomes_of(small, query, dialect) or ("?", "?")
    return (
        f"{dialect}: {text}\nmade small: {query}\n"
        f"the oracle: {found[0]}\nMuster:     {found[1]}\n{shown(small, query)}"
    )


def _outcomes_of(world: World, text: str, dialect: Dialect) -> tuple[Outcome, Outcome] | None:
    with TemporaryDirectory() as directory:
        scope = load(world, Path(directory), None)
        return outcomes(world, scope, text, dialect)
