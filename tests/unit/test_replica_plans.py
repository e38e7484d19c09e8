"""How SQLite goes about the usual lists: it walks an index, and sorts and scans nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from muster.replica import answers, ask, plan
from muster.replica.condition import (
    All,
    Condition,
    Empty,
    Equal,
    Has,
    InFolder,
    InNetwork,
    Like,
    Not,
    Place,
    Some,
    Within,
)
from muster.replica.filters import Sql
from muster.replica.order import segments
from muster.replica.port import AssetQuery, Sort
from muster.replica.where import hops
from tests.unit.replica_world import World, asset_id

_NAME = [Sort("name")]
_PLACE, _SERIAL, _IP = Place("name"), Place("serial"), Place("f.ip")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two hundred assets: half of them with one status, and every one with a tag of its own."""
    world = World(tmp_path_factory.mktemp("replica"))
    world.put("folder", "f", {"name": "F", "parent": None})
    for number in range(200):
        fields = {
            "f.status": f"opt_{number % 2}",
            "f.no": number,
            "f.ip": f"10.{number}.0.1",
            "f.to": asset_id(number // 2),
        }
        world.asset(number, name=f"Thing {number}", tag=f"T-{number}", folder="f", fields=fields)
    world.replica.catch_up()
    return world


def _plans(world: World, query: AssetQuery) -> Iterator[list[str]]:
    """Yield, for each part of the answer, the steps that SQLite takes."""
    db = world.replica._store.open()
    search = ask.search(db, query)
    way = search.way(query.limit)
    after = None if query.after is None else [*query.after[:-1], 7]
    found = list(segments(search.keys, after, backwards=search.backwards))
    parts = [way.sql(each, query.limit) for each in found if way.holds(each)]
    if way.gather is not None:
        parts = [way.gathered(found if after else None, query.limit)]
    sql: Sql
    for sql in parts:
        explained = db.execute(f"EXPLAIN QUERY PLAN {sql.text}", sql.params)
        yield [row[3] for row in explained if not row[3].startswith("CO-ROUTINE")]


@pytest.mark.parametrize("after", [None, ["a", asset_id(7)]])
@pytest.mark.parametrize(
    ("index", "query"),
    [
        ("asset_by_updated_at", {}),
        ("asset_by_name", {"sort": _NAME}),
        ("asset_by_name", {"sort": [Sort("name", descending=True)]}),
        ("asset_by_tag", {"sort": [Sort("tag")]}),
        ("asset_by_serial", {"sort": [Sort("serial")]}),
        ("asset_by_key_order", {"sort": [Sort("key")]}),
        ("asset_by_created_at", {"sort": [Sort("created_at")]}),
        ("asset_by_type", {"sort": [Sort("type")]}),
        ("asset_by_type_name", {"types": ["typ_1"], "sort": _NAME}),
        ("asset_by_type_updated_at", {"types": ["typ_1"]}),
        ("asset_by_folder_name", {"folders": ["f"], "sort": _NAME}),
        ("asset_by_folder_updated_at", {"folders": ["f"]}),
        ("asset_by_updated_at", {"trashed": "yes"}),
        ("asset_by_name", {"equals": {"f.status": ["opt_1"]}, "sort": _NAME}),
        ("asset_by_name", {"text": "thing", "sort": _NAME, "limit": 2}),
        ("asset_by_type_name", {"where": Equal(Place("type"), ("typ_1",)), "sort": _NAME}),
        ("asset_by_folder_updated_at", {"where": Equal(Place("folder"), ("f",))}),
        ("asset_by_folder_updated_at", {"where": InFolder(("f",))}),
        ("asset_by_updated_at", {"where": Not(Empty(Place("f.status")))}),
        ("asset_by_name", {"where": Like(Place("name"), "thing", "starts"), "sort": _NAME}),
    ],
)
def test_usual_lists_walk_an_index(
    world: World, index: str, query: dict[str, Any], after: list[Any] | None
) -> None:
    """The first page and the next are ranges of an index that is in the order asked for."""
    for steps in _plans(world, AssetQuery(**{"limit": 5, **query}, after=after)):
        assert f"INDEX {index} (" in steps[0]
        assert not [step for step in steps if "TEMP B-TREE" in step or step.startswith("SCAN a")]


def test_several_types_are_merged(world: World) -> None:
    """Each type is walked in its own index; only the few rows taken from each are sorted."""
    query = AssetQuery(types=["typ_1", "typ_2"], sort=_NAME, limit=5)

    steps = next(_plans(world, query))

    assert sum("INDEX asset_by_type_name (" in step for step in steps) == 2
    assert not [step for step in steps if step.startswith("SCAN a ")]


def test_sorting_by_a_field_walks_its_values(world: World) -> None:
    """The index on values serves any field."""
    steps = next(_plans(world, AssetQuery(sort=[Sort("f.no", descending=True)], limit=5)))

    assert "INDEX value_by_value (field=?" in steps[0]
    assert not [step for step in steps if "TEMP B-TREE" in step]


@pytest.mark.parametrize(
    ("first", "query"),
    [
        ("INDEX asset_by_tag", {"equals": {"tag": ["t-7"]}}),
        ("INDEX value_by_value", {"equals": {"f.no": [7]}}),
        ("SCAN words VIRTUAL TABLE", {"text": "t-7"}),
    ],
)
def test_rare_values_are_looked_up_and_sorted(
    world: World, first: str, query: dict[str, Any]
) -> None:
    """What a condition lists briefly is read from its index, whatever the order asked for."""
    steps = next(_plans(world, AssetQuery(**query, sort=_NAME)))

    assert first in steps[0]
    assert not [step for step in steps if step.startswith("SCAN a")]


@pytest.mark.parametrize(
    ("first", "where"),
    [
        ("INDEX asset_by_tag (trashed=? AND tag=?)", Equal(Place("tag"), ("t-7",))),
        (
            "INDEX asset_by_name (trashed=? AND name>? AND name<?)",
            Like(_PLACE, "THING 19", "starts"),
        ),
        ("INDEX asset_by_serial (trashed=? AND serial>? AND serial<?)", Within(_SERIAL, "a", "b")),
        ("INDEX value_by_value (field=? AND value=?)", Equal(Place("f.no"), (7,))),
        ("INDEX value_by_value (field=? AND value>? AND value<?)", Within(Place("f.no"), 7, 8)),
        ("INDEX value_by_value (field=? AND value>? AND value<?)", InNetwork(_IP, "10.20.0.0/16")),
        ("SCAN words VIRTUAL TABLE", Has(None, "thing 7")),
        ("INDEX record_by_id (kind=? AND id=?)", Equal(Place("id"), (asset_id(7),))),
        ("INDEX value_by_value (field=? AND value=?)", Equal(Place("tag", ("f.to",)), ("t-7",))),
        ("INDEX value_by_value (field=? AND value=?)", Equal(Place("f.no", ("f.to",)), (7,))),
    ],
)
def test_what_is_asked_is_looked_up(world: World, first: str, where: Condition) -> None:
    """Each kind of condition that lists little is read from the index that is meant for it."""
    query = AssetQuery(where=where, sort=_NAME, limit=5)

    steps = next(_plans(world, query))

    assert first in next(step for step in steps if not step.startswith("MATERIALIZE"))
    assert not [step for step in steps if step.startswith("SCAN a")]


def test_references_are_followed_backwards(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the few targets that pass to what names them, by the value's index."""
    monkeypatch.setattr(hops, "MOST_FEW", 0)

    steps = next(_plans(world, AssetQuery(where=Equal(Place("f.no", ("f.to",)), (7,)))))

    found = [step for step in steps if "value_by_value (field=? AND value=?)" in step]
    assert [step.split()[1] for step in found][:2] == ["v", "h"]


def test_a_walk_that_finds_too_little_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both conditions are common, so that a walk is tried; together they are never true."""
    monkeypatch.setattr(plan, "MOST_COUNTED", 10)
    monkeypatch.setattr(plan, "_MOST_STEPS", 1)
    even = Equal(Place("f.status"), ("opt_0",))
    odd = Some((Within(Place("f.no"), 1, 1), Equal(Place("f.status"), ("opt_1",))))

    found = world.replica.explain(AssetQuery(where=All((even, odd))))

    assert (found.given_up, found.rows) == (True, 0)
    assert "listed" in {each.use for each in found.conditions}


def test_an_asset_s_comments_are_walked_newest_first(world: World) -> None:
    db = world.replica._store.open()

    explained = db.execute(f"EXPLAIN QUERY PLAN {answers.COMMENTS}", ("ast_1", "z", 50))
    steps = [row[3] for row in explained]

    assert "INDEX comment_by_asset (<expr>=? AND id<?)" in steps[0]
    assert not [step for step in steps if "TEMP B-TREE" in step]
