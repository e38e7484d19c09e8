"""The order of assets: over references, with empties first, and in an order that is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cmp_to_key
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.replica import ask, groups
from muster.replica.cells import cells, text_cell
from muster.replica.compose import Way
from muster.replica.filters import Sql
from muster.replica.order import segments
from muster.replica.port import AssetQuery, Sort
from tests.unit.replica_world import World, asset_id

_SEVERAL = 6
_REFERENCES = st.lists(st.integers(1, _SEVERAL), max_size=3, unique=True)
_BODIES = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["b", "B", "é", "e", None]),
        "type": st.sampled_from(["typ_1", "typ_2"]),
        "trashed_at": st.sampled_from([None, None, None, "2026-01-01T00:00:00Z"]),
        "f.to": _REFERENCES,
        "f.n": st.lists(st.one_of(st.integers(0, 3), st.sampled_from(["x", "y"])), max_size=2),
    }
)
_SORTS = st.builds(
    Sort,
    st.sampled_from(["name", "f.n", "type", "updated_at"]),
    descending=st.booleans(),
    hops=st.sampled_from([(), ("f.to",), ("f.to", "f.to")]),
    empty_first=st.booleans(),
    ranked=st.sampled_from([None, None, ("y", "typ_2", "e")]),
)


def _world(folder: Path, bodies: Sequence[Mapping[str, Any]]) -> World:
    world = World(folder)
    for number, body in enumerate(bodies, 1):
        fields = {"f.to": [asset_id(each) for each in body["f.to"]], "f.n": body["f.n"]}
        kept = {name: body[name] for name in ("name", "type", "trashed_at")}
        world.asset(number, **kept, fields=fields)
    return world


def _expected(bodies: Sequence[Mapping[str, Any]], sorts: Sequence[Sort]) -> list[int]:
    """Return the numbers of the assets in order, as plain Python tells it."""
    shown = [n for n, body in enumerate(bodies, 1) if body["trashed_at"] is None]
    keys = {n: [_key(bodies, n, sort) for sort in sorts] for n in shown}

    def compare(one: int, other: int) -> int:
        for sort, mine, theirs in zip(sorts, keys[one], keys[other], strict=True):
            if (mine is None) != (theirs is None):
                return 1 if (mine is None) != sort.empty_first else -1
            if mine != theirs:
                return (-1 if mine < theirs else 1) * (-1 if sort.descending else 1)
        backwards = bool(sorts) and sorts[-1].descending
        return (one - other) * (-1 if backwards else 1)

    return sorted(shown, key=cmp_to_key(compare))


def _key(bodies: Sequence[Mapping[str, Any]], number: int, sort: Sort) -> Any:
    here = {number}
    for hop in sort.hops:
        here = {
            target
            for n in here
            for target in bodies[n - 1][hop]
            if target <= len(bodies) and bodies[target - 1]["trashed_at"] is None
        }
    found = [value for n in here for value in _values(bodies[n - 1], n, sort)]
    if not sort.hops:
        found = found[:1]
    return (max if sort.descending else min)(found, default=None)


def _values(body: Mapping[str, Any], number: int, sort: Sort) -> list[tuple[int, Any]]:
    if sort.field == "updated_at":
        return [(0, number)]
    if sort.field == "f.n":
        values = [value for value, _ in cells(body["f.n"])]
    elif sort.field == "type":
        values = [body["type"]]
    else:
        values = [text_cell(body["name"] or "")]
    return [_placed(value, sort) for value in values if value is not None]


def _placed(value: Any, sort: Sort) -> tuple[int, Any]:
    if sort.ranked and value in sort.ranked:
        return 0, sort.ranked.index(value)
    return isinstance(value, str), value


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    bodies=st.lists(_BODIES, min_size=3, max_size=_SEVERAL),
    sorts=st.lists(_SORTS, min_size=1, max_size=3),
    limit=st.integers(1, 5),
    visited=st.sampled_from([1, 2, 60]),
)
def test_every_order_is_the_one_that_plain_python_makes(
    bodies: list[dict[str, Any]], sorts: list[Sort], limit: int, visited: int
) -> None:
    """Page by page too: what a cursor goes on from is neither left out nor shown twice."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(groups, "MOST_VISITED", visited)
        world = _world(Path(folder), bodies)

        found = world.pages(AssetQuery(sort=sorts, limit=limit))

        world.replica.close()
    assert found == _expected(bodies, sorts)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two hundred assets that refer to the first ten of them."""
    world = World(tmp_path_factory.mktemp("replica"))
    for number in range(200):
        fields = {"f.to": [asset_id(number % 10)], "f.n": number}
        world.asset(number, name=f"Thing {number}", fields=fields)
    world.replica.catch_up()
    return world


@pytest.mark.parametrize(
    ("index", "sort"),
    [
        ("INDEX asset_by_name (trashed=?", Sort("name", hops=("f.to",))),
        ("INDEX value_by_value (field=?", Sort("f.n", hops=("f.to",))),
        ("INDEX asset_by_key_order (trashed=?", Sort("key", hops=("f.to", "f.to"))),
    ],
)
def test_an_order_over_references_walks_what_they_lead_to(
    world: World, index: str, sort: Sort
) -> None:
    """The targets in their order, and from each to the assets that name it; nothing is scanned."""
    db = world.replica._store.open()
    search = ask.search(db, AssetQuery(sort=[sort], limit=5))
    way = Way("no", search.keys, ())
    sql: Sql = way.sql(next(iter(segments(search.keys, None, backwards=False))), 5)

    steps = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql.text}", sql.params)]

    assert index in steps[0]
    assert any("INDEX value_by_value (field=? AND value=?)" in step for step in steps)
    assert not [step for step in steps if "TEMP B-TREE FOR ORDER BY" in step]
