"""A caller's context: zone, people, saved searches, primary assets, assets by any name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from muster.ids import new_id
from muster.ledger.model import Put
from muster.query.api import asset_query, compile_query
from muster.query.context import context_of
from muster.query.refusals import UnknownTimeZoneError
from muster.replica.condition import All, Equal, Place
from muster.replica.port import AssetQuery
from tests.office import ANNA, BOB, Office
from tests.unit import query_world as world


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path).settle_in()


def put(office: Office, kind: str, **body: Any) -> str:
    record_id = new_id(kind)
    office.commit(Put(kind, record_id, body))
    office.scope.replica.catch_up()
    return record_id


def test_the_callers_time_zone_is_the_one_that_is_given(office: Office) -> None:
    assert context_of(office.scope, time_zone="Europe/Berlin").zone.key == "Europe/Berlin"
    assert context_of(office.scope).zone.key == "UTC"


@pytest.mark.parametrize(
    "name", ["Europe/Atlantis", "../etc/passwd", "", "a\0b", "x" * 500, "Europe"]
)
def test_an_unknown_time_zone_is_refused(office: Office, name: str) -> None:
    if not name:
        assert context_of(office.scope, time_zone=name).zone.key == "UTC"
        return

    with pytest.raises(UnknownTimeZoneError):
        context_of(office.scope, time_zone=name)


def test_a_member_is_found_by_id_then_address_then_name() -> None:
    people = world.context().people

    assert people.called(world.BOB.id) == [world.BOB]
    assert people.called("BOB@example.org") == [world.BOB]
    assert people.called("bob") == [world.BOB, world.BOB_TOO]
    assert people.called("grace") == []


def test_saved_searches_are_ones_own_public_or_shared(office: Office) -> None:
    mine = put(office, "saved_search", name="Mine", query="x", owner=ANNA.id, visibility="private")
    put(office, "saved_search", name="Hers", query="x", owner=BOB.id, visibility="private")
    public = put(office, "saved_search", name="All", query="x", owner=BOB.id, visibility="public")
    shared = put(
        office,
        "saved_search",
        name="Ours",
        query="x",
        dialect="aql",
        owner=BOB.id,
        visibility="private",
        shared_with=[ANNA.id],
        parameters=[{"name": "n", "default": 3}, {"name": "m"}],
    )

    found = context_of(office.scope).searches

    assert found[0].id == mine
    assert {each.id for each in found} == {mine, public, shared}
    (ours,) = (each for each in found if each.id == shared)
    assert (ours.dialect, ours.parameters) == ("aql", {"n": 3})


def test_primary_assets_are_what_people_prefer(office: Office) -> None:
    laptop = office.asset()
    put(office, "preference", member=ANNA.id, primary_asset=laptop.id)
    put(office, "preference", member=BOB.id)

    assert context_of(office.scope).primary_assets == {ANNA.id: laptop.id}


def test_assets_are_found_by_id_key_tag_serial_and_name(office: Office) -> None:
    one = office.asset(name="X1", tag="T-1")
    two = office.asset(name="t-1", serial="x1")
    find = context_of(office.scope).find_assets

    assert find(one.id) == [one.id]
    assert find("T-1") == [one.id, two.id]
    assert sorted(find("X1")) == sorted([one.id, two.id])
    assert find(str(two.body["key"])) == [two.id]
    assert find("nothing") == []


def test_a_query_is_asked_together_with_other_filters(office: Office) -> None:
    name = Equal(Place("name"), ("a",))
    base = AssetQuery(types=("typ_1",), where=name, trashed="no")

    checked = compile_query(office.scope, "tag = b OR deleted = true")
    asked = asset_query(checked, limit=7, count=True, base=base)

    assert asked.types == ("typ_1",)
    assert asked.where == All((name, checked.where))
    assert (asked.trashed, asked.limit, asked.count) == ("any", 7, True)
    assert asset_query(checked, base=replace(base, trashed="yes")).trashed == "yes"


def test_an_empty_query_asks_nothing_beyond(office: Office) -> None:
    asked = asset_query(compile_query(office.scope, ""))

    assert asked == AssetQuery()
