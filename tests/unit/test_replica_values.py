"""What a list of assets is asked with: values in any form, cursors, and what is in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.replica.answers import CursorMismatchError
from muster.replica.filters import TooManyValuesError
from muster.replica.port import AssetQuery, Sort
from tests.unit.replica_world import World, asset_id, numbers


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_purged_last_row_does_not_disturb_the_next_page(world: World) -> None:
    """The cursor's asset may be gone by the time the next page is asked for."""
    for number in range(1, 7):
        world.asset(number)
    query = AssetQuery(sort=[Sort("name")], limit=3)
    first = world.page(**vars(query))

    world.delete("asset", asset_id(3))

    assert numbers(first) == [1, 2, 3]
    assert world.find(**{**vars(query), "after": first.next}) == [4, 5, 6]


def test_a_cursor_of_another_list_is_refused(world: World) -> None:
    """A cursor with other sort keys, or with what no cursor holds, is no server error."""
    for after in (["a", asset_id(1)], [1], [["x"], asset_id(1)]):
        with pytest.raises(CursorMismatchError):
            world.page(sort=[Sort("name"), Sort("tag")], after=[*after])


def test_too_many_values_are_refused(world: World) -> None:
    """SQLite's limit on parameters is not met; the caller is told ours."""
    with pytest.raises(TooManyValuesError, match="at most 1000"):
        world.page(equals={"f.a": [str(number) for number in range(1001)]})


def test_values_of_the_wrong_form_match_nothing(world: World) -> None:
    """Whatever JSON a caller asks for, the answer is a list."""
    world.asset(1, tag="T1", fields={"f.a": "x"})
    for value in (
        1,
        True,
        1e308,
        10**400,
        {"a": 1},
        {"minor": 1, "currency": "EUR"},
        "\ud800",
        "\0",
    ):
        for name in ("tag", "key", "type", "folder", "created_at", "f.a", "f.no", "'; --"):
            assert world.find(equals={name: [value]}) == []


def test_texts_are_equal_whatever_their_case_and_accents(world: World) -> None:
    """Stored "Łódź Süd" is found as "łódź süd" and in decomposed form, not as another word."""
    world.asset(1, name="Łódź  Süd", fields={"f.a": ["x", "Straße"]})

    assert world.find(equals={"name": ["łódz su\u0308d"]}) == [1]
    assert world.find(equals={"f.a": ["STRASSE"]}) == [1]
    assert world.find(equals={"f.a": ["stras"]}) == []


def test_long_texts_are_compared_to_their_end(world: World) -> None:
    """Texts that differ after a thousand characters are two texts."""
    world.asset(1, fields={"f.a": "x" * 1000 + "a"})
    world.asset(2, fields={"f.a": "x" * 1000 + "b"})

    assert world.find(equals={"f.a": ["X" * 1000 + "B"]}) == [2]


def test_an_asset_is_matched_by_tag_serial_or_field(world: World) -> None:
    """Matching leaves trashed assets out and lists the oldest first."""
    world.asset(1, serial="S-1", fields={"f.a": 7})
    world.asset(2, serial="s-1", trashed_at="2026-01-01T00:00:00Z")
    world.asset(3, serial="S-1", fields={"f.a": [7, 8]})
    world.replica.catch_up()

    found = world.replica.match_assets("serial", "S-1")
    by_field = world.replica.match_assets("f.a", 7, limit=1)

    assert [record.id for record in found] == [asset_id(1), asset_id(3)]
    assert [record.id for record in by_field] == [asset_id(1)]


def test_use_is_counted_with_trashed_assets(world: World) -> None:
    """A type, folder, field or option counts as used also by what lies in the trash."""
    world.asset(1, folder="fol_1", fields={"f.a": ["opt_1", "opt_2"], "f.j": {"any": "json"}})
    world.asset(2, trashed_at="2026-01-01T00:00:00Z", fields={"f.a": ["opt_1"]})
    world.asset(3, fields={"f.a": [], "f.j": None})
    world.put("link", "lnk_1", {"type": "lty_1", "source": asset_id(1), "target": asset_id(2)})
    replica = world.replica
    replica.catch_up()

    assert replica.count_assets(by="type") == {"typ_1": 3}
    assert replica.count_assets(by="folder") == {"fol_1": 1}
    assert replica.count_assets(by="link_type") == {"lty_1": 1}
    assert replica.field_in_use("f.a") == 2
    assert replica.field_in_use("f.a", option="opt_1") == 2
    assert replica.field_in_use("f.a", option="opt_2") == 1
    assert replica.field_in_use("f.j") == 1
    assert replica.field_in_use("f.no") == 0


def test_times_are_asked_for_as_text_or_datetime(world: World) -> None:
    """`created_at` equals the record's time in either form, in any time zone."""
    commit = world.asset(1)
    world.asset(2)

    assert world.find(equals={"created_at": [commit.at]}) == [1]
    assert world.find(equals={"created_at": [commit.at.isoformat()]}) == [1]
    assert world.find(equals={"created_at": ["2026-01-01"]}) == []
