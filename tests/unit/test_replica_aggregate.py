"""Groups of assets are counted, summed and compared as plain Python does it."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.replica.condition import Equal, Place
from muster.replica.measures import AggregateQuery, Function, Measure
from muster.replica.port import AssetQuery
from tests.unit.aggregate_world import at, counts, least, rows_of, world_at
from tests.unit.replica_world import World, asset_id

__all__ = ["least"]

_EUR = {"minor": 1250, "currency": "EUR"}
_USD = {"minor": 999, "currency": "USD"}
_FUNCTIONS: tuple[Function, ...] = ("count", "sum", "min", "max", "avg", "distinct")


@pytest.fixture
def world(tmp_path: Path, least: int) -> World:
    world = world_at(tmp_path, least)
    world.asset(1, type="typ_A", name="Lamp", fields={"f.price": _EUR, "f.n": 4, "f.tags": ["X"]})
    world.asset(2, type="typ_A", name="lamp", fields={"f.price": _USD, "f.n": 5, "f.tags": ["x"]})
    world.asset(3, type="typ_B", name="Desk", fields={"f.price": _EUR, "f.tags": ["X", "Y"]})
    world.asset(4, type="typ_B", name="Chair", trashed_at="2026-01-01", fields={"f.n": 9})
    return world


def test_without_groups_all_assets_are_one(world: World) -> None:
    """The trash does not count, unless it is asked for; of nothing there are none."""
    assert counts(world) == {(): 3}
    assert counts(world, trashed="yes") == {(): 1}
    assert counts(world, types=["typ_C"]) == {(): 0}


def test_the_largest_groups_come_first_and_the_rest_is_counted(world: World) -> None:
    """A limit cuts the smaller groups off, and tells how many there are."""
    world.replica.catch_up()
    asked = AggregateQuery(AssetQuery(), groups=(at("name"),), limit=1)

    found = world.replica.aggregate(asked)

    assert [(row.keys, row.count) for row in found.rows] == [(("Lamp",), 2)]
    assert found.total_groups == 2
    assert found.seq == 4


def test_groups_may_come_in_the_order_of_their_keys(world: World) -> None:
    """Numbers as numbers, and what is empty last."""
    world.replica.catch_up()
    asked = AggregateQuery(AssetQuery(trashed="any"), groups=(at("f.n"),), order="keys")

    assert [row.keys for row in world.replica.aggregate(asked).rows] == [(4,), (5,), (9,), (None,)]


def test_an_asset_is_in_each_group_of_its_values(world: World) -> None:
    """Texts that differ in case are one group, in one of their spellings."""
    found = counts(world, at("f.tags"), at("type"))

    assert found in [
        {(tag, "typ_A"): 2, (tag, "typ_B"): 1, ("Y", "typ_B"): 1} for tag in ("X", "x")
    ]


def test_money_is_summed_for_each_currency(world: World) -> None:
    """Amounts of two currencies are two sums, in minor units; no amounts are none."""
    measures = [Measure(function, Place("f.price")) for function in _FUNCTIONS]

    found = {row.keys: row.values for row in rows_of(world, at("type"), measures=measures)}

    both = {"EUR": 1250, "USD": 999}
    assert found[("typ_A",)] == (2, both, both, both, both, 2)
    assert found[("typ_B",)] == (1, {"EUR": 1250}, {"EUR": 1250}, {"EUR": 1250}, {"EUR": 1250}, 1)
    assert rows_of(world, measures=measures, types=["typ_C"])[0].values == (0, {}, {}, {}, {}, 0)


def test_money_makes_groups_with_its_currency(world: World) -> None:
    """Amounts are told apart by their currency too, and come in stored form."""
    found = [(row.keys[0], row.count) for row in rows_of(world, at("f.price"))]

    assert found == [(_EUR, 2), (_USD, 1)]


def test_whole_numbers_are_summed_exactly(world: World) -> None:
    """Sums go beyond 64 bits, and below zero, without an error or a rounding."""
    for number in range(10, 15):
        world.asset(number, type="typ_C", fields={"f.n": 2**62 + number})
    world.asset(15, type="typ_C", fields={"f.n": -7})
    measures = [Measure(function, Place("f.n")) for function in ("sum", "min", "max")]

    (row,) = rows_of(world, measures=measures, types=["typ_C"])

    total = 5 * 2**62 + 60 - 7
    assert row.values == ({None: total}, {None: -7}, {None: 2**62 + 14})


def test_averages_of_amounts_are_whole_minor_units(world: World) -> None:
    """Halves go to the even one; averages of numbers are what they are."""
    world.asset(5, type="typ_C", fields={"f.price": {"minor": 3, "currency": "EUR"}, "f.n": 1})
    world.asset(6, type="typ_C", fields={"f.price": {"minor": 2, "currency": "EUR"}, "f.n": 2.5})
    measures = [Measure("avg", Place("f.price")), Measure("avg", Place("f.n"))]
    measures += [Measure("sum", Place("f.n"))]

    (row,) = rows_of(world, measures=measures, types=["typ_C"])

    assert row.values == ({"EUR": 2}, {None: 1.75}, {None: 3.5})


def test_booleans_and_ids_come_in_stored_form(world: World) -> None:
    """What was folded to be compared comes back as it is stored."""
    world.asset(5, type="typ_C", fields={"f.b": True, "f.o": "opt_0000000000000000000000000A"})
    keys = ("f.b", "f.o", "type", "deleted", "source", "created_by", "id")

    (row,) = rows_of(world, *map(at, keys[:3]), types=["typ_C"])
    (other,) = rows_of(world, *map(at, keys[3:6]), types=["typ_C"])
    (named,) = rows_of(world, at("id"), types=["typ_C"])

    assert row.keys == (True, "opt_0000000000000000000000000A", "typ_C")
    assert row.keys[0] is True
    assert other.keys == (False, "api", "mem_1")
    assert named.keys == (asset_id(5),)


def test_times_come_as_they_are_stored(world: World) -> None:
    """Days, moments and the times of records are compared, and come in RFC 3339."""
    early = {"f.at": "2026-03-01T10:00:00Z", "f.d": "2026-03-02"}
    late = {"f.at": "2026-03-01T10:00:00.500Z", "f.d": "2026-03-01"}
    commits = [
        world.asset(number, type="typ_C", fields=fields)
        for number, fields in ((5, early), (6, late))
    ]
    places = ("f.at", "f.d", "created_at")
    measures = [Measure(f, Place(place)) for place in places for f in ("min", "max")]

    (row,) = rows_of(world, measures=measures, types=["typ_C"])

    moments = ({None: "2026-03-01T10:00:00Z"}, {None: "2026-03-01T10:00:00.500Z"})
    days = ({None: "2026-03-01"}, {None: "2026-03-02"})
    created = tuple({None: f"{commit.at:%Y-%m-%dT%H:%M:%S.%fZ}"} for commit in commits)
    assert row.values == (*moments, *days, *created)
    assert counts(world, at("f.at"), types=["typ_C"]) == {
        ("2026-03-01T10:00:00Z",): 1,
        ("2026-03-01T10:00:00.500Z",): 1,
    }


def test_conditions_and_words_choose_the_assets(world: World) -> None:
    """Only what the query finds is counted, by whichever way it is found."""
    where = Equal(Place("f.tags"), ("y",))

    assert counts(world, at("type"), where=where) == {("typ_B",): 1}
    assert counts(world, at("type"), text="lamp") == {("typ_A",): 2}
    assert counts(world, at("type"), text="lamp", where=where) == {}


def test_references_are_gone_over(world: World) -> None:
    """An asset counts once for each value it reaches; what lies in the trash is not there."""
    world.asset(10, name="Berlin", fields={"f.n": 7})
    world.asset(11, name="berlin", fields={"f.n": 8})
    world.asset(12, name="Lost", trashed_at="2026-01-01", fields={"f.n": 100})
    world.asset(20, type="typ_R", fields={"f.at": [asset_id(10), asset_id(11), asset_id(12)]})
    world.asset(21, type="typ_R", fields={"f.at": [asset_id(12)]})
    world.asset(22, type="typ_R", fields={"f.up": [asset_id(20), asset_id(21)]})
    world.asset(23, type="typ_R", fields={"f.up": [asset_id(20)], "f.at": asset_id(10)})
    total = Measure("sum", Place("f.n", ("f.at",)))

    by_name = counts(world, at("name", "f.at"), types=["typ_R"])
    twice = counts(world, at("name", "f.up", "f.at"), types=["typ_R"])
    (row,) = rows_of(world, types=["typ_R"], measures=[total])

    assert {str(key[0]).lower(): count for key, count in by_name.items()} == {
        "berlin": 2,
        "none": 2,
    }
    assert {str(key[0]).lower(): count for key, count in twice.items()} == {"berlin": 2, "none": 2}
    assert row.values == ({None: 7 + 8 + 7},)
    assert counts(world, at("id", "f.at"), types=["typ_R"])[(asset_id(10),)] == 2


def test_an_asset_reached_twice_is_measured_once(world: World) -> None:
    """Two ways that lead to the same asset do not double its numbers."""
    world.asset(10, fields={"f.n": 7})
    world.asset(11, fields={"f.at": asset_id(10)})
    world.asset(12, fields={"f.at": asset_id(10)})
    world.asset(13, type="typ_R", fields={"f.up": [asset_id(11), asset_id(12)]})

    (row,) = rows_of(
        world, types=["typ_R"], measures=[Measure("sum", Place("f.n", ("f.up", "f.at")))]
    )

    assert row.values == ({None: 7},)


def test_unknown_places_are_empty(world: World) -> None:
    """A field that no asset has makes one group, and has no values."""
    (row,) = rows_of(world, at("f.none"), measures=[Measure("max", Place("f.none"))])

    assert (row.keys, row.count, row.values) == ((None,), 3, ({},))


_VALUES = st.lists(st.integers(-3, 3), max_size=3, unique=True)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(assets=st.lists(st.tuples(_VALUES, _VALUES, _VALUES), min_size=1, max_size=12))
def test_any_assets_are_grouped_as_plain_python_does(
    tmp_path_factory: pytest.TempPathFactory, least: int, assets: list[tuple[list[int], ...]]
) -> None:
    """Two groups and all measures, each value of each asset once in each of its groups."""
    world = world_at(tmp_path_factory.mktemp("replica"), least)
    sizes: Counter[Any] = Counter()
    values: dict[Any, list[int]] = defaultdict(list)
    for number, (first, second, measured) in enumerate(assets, 1):
        world.asset(number, fields={"f.a": first, "f.b": second, "f.n": measured})
        for key in product(_or_empty(first), _or_empty(second)):
            sizes[key] += 1
            values[key] += measured
    measures = [Measure(function, Place("f.n")) for function in _FUNCTIONS]

    rows = rows_of(world, at("f.a"), at("f.b"), measures=measures)
    world.replica.close()

    assert {row.keys: row.count for row in rows} == sizes
    assert [row.count for row in rows] == sorted(sizes.values(), reverse=True)
    for row in rows:
        assert row.values == _expected(values[row.keys])


def _or_empty(values: list[Any]) -> list[Any]:
    return values or [None]


def _expected(values: list[int]) -> tuple[Any, ...]:
    if not values:
        return (0, {}, {}, {}, {}, 0)
    found = (sum(values), min(values), max(values))
    average = sum(values) / len(values)
    units = tuple({None: value} for value in (*found, average))
    return (len(values), *units, len(set(values)))
