"""Columns in memory follow the log, whatever is written between two questions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.ledger.model import Record
from muster.replica import columns
from muster.replica.condition import Equal, Place
from muster.replica.kept import Columns
from muster.replica.measures import AggregateQuery, Aggregates, Function, Group, Measure
from muster.replica.port import AssetQuery
from tests.unit.replica_world import World, asset_id

_FUNCTIONS: tuple[Function, ...] = ("sum", "avg", "min", "max", "distinct", "count")
_NUMBERS = st.integers(1, 6)
_VALUES = st.none() | st.sampled_from(["a", "b", "C"]) | st.lists(st.sampled_from("abc"))
_AMOUNTS = st.none() | st.integers(-5, 5) | st.lists(st.integers(0, 3), max_size=2)
_MONEY = st.none() | st.builds(
    lambda minor, currency: {"minor": minor, "currency": currency},
    st.integers(0, 9),
    st.sampled_from(["EUR", "USD"]),
)
_WRITES = st.tuples(_NUMBERS, _VALUES, _AMOUNTS, _MONEY, st.booleans(), st.sampled_from("AB"))
_STEPS = st.lists(st.none() | _WRITES | _NUMBERS, min_size=1, max_size=25)


def _asked(**query: Any) -> AggregateQuery:
    places = [Place("f.n"), Place("f.m"), Place("f.v")]
    return AggregateQuery(
        AssetQuery(**query),
        tuple(Measure(function, place) for place in places for function in _FUNCTIONS),
        (Group(Place("f.v")), Group(Place("type"))),
    )


def _ask(world: World, asked: AggregateQuery, *, least: int | None = None) -> Aggregates:
    """Ask with what is in memory, or with columns from as many assets on as `least`."""
    kept = world.replica.columns
    if least is not None:
        world.replica.columns = Columns(least=least)
    found = world.replica.aggregate(asked)
    world.replica.columns = kept
    return found


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=_STEPS)
def test_columns_follow_what_is_written(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    """After any writes, changes, purges and questions the answer is that of SQL."""
    world = World(tmp_path_factory.mktemp("replica"))
    world.replica.columns = Columns(least=0)
    for step in [*steps, None]:
        _take(world, step)
        if step is None:
            for asked in (_asked(), _asked(trashed="any"), _asked(where=_SOME)):
                assert _ask(world, asked) == _ask(world, asked, least=10**9)
    world.replica.close()


_SOME = Equal(Place("f.n"), (1, 2, 3))


def _take(world: World, step: Any) -> None:
    """Write an asset, purge one, or catch up."""
    if step is None:
        world.replica.catch_up()
    elif isinstance(step, int):
        if isinstance(world.ledger.get("asset", asset_id(step)), Record):
            world.delete("asset", asset_id(step))
    else:
        number, value, amount, money, trashed, kind = step
        body: dict[str, Any] = {"fields": {"f.v": value, "f.n": amount, "f.m": money}}
        if trashed:
            body["trashed_at"] = "2026-01-01"
        world.asset(number, type=f"typ_{kind}", **body)


def test_columns_are_read_once_and_then_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second question reads no column anew, nor does one after a change."""
    world = World(tmp_path)
    world.replica.columns = Columns(least=0)
    world.asset(1, fields={"f.v": "a", "f.n": 1})
    world.replica.catch_up()
    world.replica.aggregate(_asked())
    monkeypatch.setattr(columns, "_by_cell", lambda *_: pytest.fail("read anew"))

    world.asset(2, fields={"f.v": "b", "f.n": 2})
    world.replica.catch_up()

    assert sum(row.count for row in world.replica.aggregate(_asked()).rows) == 2


def test_a_file_that_is_built_anew_is_read_anew(tmp_path: Path) -> None:
    """Nothing is left of the columns of a file that is gone."""
    world = World(tmp_path)
    world.replica.columns = Columns(least=0)
    world.asset(1, fields={"f.v": "a"})
    world.replica.catch_up()
    world.replica.aggregate(_asked())

    other = World(tmp_path / "other")
    other.asset(1, fields={"f.v": "b"})
    other.asset(2, fields={"f.v": "b"})
    other.replica.columns = world.replica.columns
    other.replica.catch_up()

    assert [row.keys[0] for row in other.replica.aggregate(_asked()).rows] == ["b"]


def test_too_many_values_are_left_to_sql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A field of serial numbers has no column, and its groups are counted all the same."""
    monkeypatch.setattr(columns, "MOST_CODES", 3)
    world = World(tmp_path)
    world.replica.columns = Columns(least=0)
    for number in range(1, 4):
        world.asset(number, fields={"f.v": f"v{number}"})
    world.replica.catch_up()
    assert len(world.replica.aggregate(_asked()).rows) == 3

    for number in range(4, 8):
        world.asset(number, fields={"f.v": f"v{number}"})
    world.replica.catch_up()

    assert len(world.replica.aggregate(_asked()).rows) == 7
