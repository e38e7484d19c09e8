"""How a query was answered, and that no question takes longer than it may."""

from __future__ import annotations

import sqlite3
from typing import get_args

import pytest

from muster.replica import condition as conditions
from muster.replica import schema
from muster.replica.condition import All, Equal, Has, InFolder, Like, Not, Place, Some, Within
from muster.replica.port import AssetQuery, Explained, Sort
from muster.replica.refusals import QueryTooDeepError, QueryTooSlowError
from muster.replica.sqlite import ReplicaTooLargeError
from muster.replica.where.describe import _WORDS, in_words
from tests.unit.replica_world import World

_MANY = 300


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Assets with a number each, of two colours that exclude each other's sizes."""
    world = World(tmp_path_factory.mktemp("replica"))
    for number in range(_MANY):
        fields = {"f.n": number, "f.colour": ["red", "blue"][number % 2]}
        world.asset(number, name=f"Thing {number}", type=f"typ_{number % 3}", fields=fields)
    world.replica.catch_up()
    return world


def _explained(world: World, **query: object) -> Explained:
    return world.replica.explain(AssetQuery(**query))  # type: ignore[arg-type]


def test_a_short_list_is_read_and_the_rest_checked(world: World) -> None:
    where = All((Within(Place("f.n"), 10, 12), Equal(Place("f.colour"), ("red",))))

    found = _explained(world, where=where, sort=[Sort("name")])

    assert [(each.use, each.lists) for each in found.conditions] == [
        ("listed", 3),
        ("checked", 150),
    ]
    assert [each.says for each in found.conditions] == [
        "f.n >= 10 and <= 12",
        'f.colour is "red"',
    ]
    assert (found.rows, found.looked_at, found.order) == (2, 3, "sorted by name")
    assert (found.assets, found.seq) == (_MANY, world.replica.seq())


def test_what_is_common_is_met_on_the_way(world: World) -> None:
    """A walk in the order asked for looks at few more assets than it shows."""
    where = All((Equal(Place("type"), ("typ_1",)), Equal(Place("f.colour"), ("red",))))

    found = _explained(world, where=where, limit=5, sort=[Sort("name")])

    assert [each.use for each in found.conditions] == ["walked", "checked"]
    assert found.order == "read in order of name"
    assert found.rows == 5
    assert found.looked_at < 25


def test_words_are_walked_by_their_index(world: World) -> None:
    found = _explained(world, where=Has(None, "thing 7"), rank="thing 7")

    assert [each.use for each in found.conditions] == ["walked"]
    assert (found.order, found.rows, found.looked_at) == ("ranked by words, tier by tier", 1, 1)


def test_what_has_no_index_is_checked(world: World) -> None:
    found = _explained(world, where=Not(Equal(Place("f.n"), (1,))), limit=3, sort=[Sort("f.n")])

    assert found.conditions[0].use == "checked"
    assert found.conditions[0].lists is None
    assert found.looked_at == 4


def test_the_members_of_a_query_are_explained_too(world: World) -> None:
    found = _explained(
        world, types=["typ_1"], folders=["f"], equals={"f.n": [1, None]}, text=" thing "
    )

    assert [each.says for each in found.conditions] == [
        "folder is f",
        "type is typ_1",
        "f.n is 1 or empty",
        "some text has 'thing'",
    ]


def test_every_condition_has_words() -> None:
    """None of the kinds of conditions is forgotten."""
    kinds = get_args(conditions.Condition.__value__)

    assert set(kinds) == set(_WORDS)


def test_long_conditions_are_told_in_short() -> None:
    values = Equal(Place("b", ("a",)), tuple(range(9)), exact=True)

    words = in_words(Some((*[Like(Place("name"), "x", "starts")] * 9, values)))

    assert words.count("name begins with") == 5
    assert words.endswith("or 5 more)")
    assert in_words(values) == "a.b is 0 or 1 or 2 or 6 others in this very spelling"
    assert in_words(InFolder((None,), ("to",))) == "to.folder is, or is below, nothing"


@pytest.mark.parametrize("order", [[Sort("name")], [Sort("f.n", hops=("f.to",))]])
def test_a_question_that_takes_too_long_is_stopped(world: World, order: list[Sort]) -> None:
    """The file stays as it is, and the next question is answered."""
    patterns = [Like(Place("name"), f"*{n}*x*y*z*", "matches") for n in range(50)]
    world.replica.question_seconds = -1

    with pytest.raises(QueryTooSlowError, match="stopped after"):
        world.replica.find_assets(AssetQuery(where=Some(tuple(patterns)), sort=order))

    world.replica.question_seconds = 2
    assert world.find(where=Equal(Place("f.n"), (7,))) == [7]


def test_a_count_stops_at_its_bound(world: World) -> None:
    red = AssetQuery(where=Equal(Place("f.colour"), ("red",)))

    assert world.replica.count(red, 100) == (100, False)
    assert world.replica.count(red, 150) == (150, True)
    assert world.replica.count(AssetQuery(), 1000) == (_MANY, True)
    assert world.replica.count(AssetQuery(types=["typ_0"]), 10) == (10, False)


def test_a_replica_larger_than_its_disk_is_told(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no passing trouble, and leaves no file behind that would fill the disk."""
    pragmas = (*schema._PRAGMAS, "PRAGMA max_page_count = 130")
    monkeypatch.setattr(schema, "_PRAGMAS", pragmas)
    world = World(tmp_path_factory.mktemp("small"))
    for number in range(100):
        world.asset(number, description="long " * 500)

    with pytest.raises(ReplicaTooLargeError):
        world.replica.catch_up()

    assert not list(world.directory.glob("*.sqlite"))


def test_what_is_nested_too_deep_is_refused(world: World) -> None:
    """SQLite's own bounds are no defect of ours, and cost no replica."""
    before = world.replica._store._identity

    with pytest.raises(QueryTooDeepError):
        world.replica._ask_in_time(lambda db: db.execute(f"SELECT {'(' * 200}1{')' * 200}"))

    assert world.replica._store._identity == before


def test_sql_of_ours_that_is_wrong_costs_no_replica(world: World) -> None:
    """It is a defect: building the file anew, for each such question, would help nobody."""
    before = world.replica._store._identity

    with pytest.raises(sqlite3.OperationalError, match="syntax error"):
        world.replica._ask_in_time(lambda db: db.execute("SELECT 1 FROM WHERE"))

    assert world.replica._store._identity == before
    assert world.find(equals={"f.n": [7]}) == [7]
