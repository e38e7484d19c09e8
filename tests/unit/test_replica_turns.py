"""What a commit did to an asset's values is kept: what went, what came, when and for which."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.unit.replica_world import World, asset_id

_ROWS = """SELECT history.asset, field.name, seq, n, came, value, unit
  FROM history JOIN field ON field.id = history.field ORDER BY 1, 3, 2, 4"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def _rows(world: World) -> list[Any]:
    world.replica.catch_up()
    with closing(sqlite3.connect(next(world.directory.glob("*.sqlite")))) as db:
        return db.execute(_ROWS).fetchall()


def test_a_creation_leaves_nothing(world: World) -> None:
    """What an asset was made with has not changed."""
    world.asset(1, tag="T1", fields={"f.a": "x"})

    assert _rows(world) == []


def test_each_step_of_a_batch_is_kept(world: World) -> None:
    """Several commits that are applied at once are as many changes, each with its number."""
    world.asset(1, fields={"f.a": "New"})
    world.asset(1, fields={"f.a": "In use"})
    world.asset(1, fields={"f.a": "Lost"})

    assert _rows(world) == [
        (1, "f.a", 2, 0, 0, "new", None),
        (1, "f.a", 2, 1, 1, "in use", None),
        (1, "f.a", 3, 0, 0, "in use", None),
        (1, "f.a", 3, 1, 1, "lost", None),
    ]


def test_commits_applied_one_by_one_leave_the_same(tmp_path: Path) -> None:
    """A replica that was always there, and one that is built anew, hold the same past."""
    world = World(tmp_path / "one")
    for value in ("a", ["a", "b"], None, {"minor": 5, "currency": "EUR"}):
        world.replica.apply(world.asset(1, fields={"f.a": value}))
    other = World(tmp_path / "other", world.ledger)

    assert _rows(world) == _rows(other)
    assert len(_rows(other)) == 6


def test_of_several_values_those_are_kept_that_went_or_came(world: World) -> None:
    """What stays is no change; nothing at all is empty."""
    world.asset(1, fields={"f.a": ["a", "b"]})
    world.asset(1, fields={"f.a": ["b", "c"]})
    world.asset(1, fields={})

    assert _rows(world) == [
        (1, "f.a", 2, 0, 0, "a", None),
        (1, "f.a", 2, 1, 1, "c", None),
        (1, "f.a", 3, 0, 0, "b", None),
        (1, "f.a", 3, 1, 0, "c", None),
        (1, "f.a", 3, 2, 1, None, None),
    ]


def test_built_in_fields_have_a_past_too(world: World) -> None:
    """Name, type, folder and the rest are kept beside the fields, as their columns hold them."""
    world.asset(1, description="Old", folder="fol_A", key="K-1")
    world.asset(1, name="Lämp", type="typ_2", tag="T1", serial="S1", trashed_at="2026-01-01")

    found = {(row[1], row[4]): row[5] for row in _rows(world)}

    assert found == {
        ("@name", 0): "thing",
        ("@name", 1): "lamp",
        ("@type", 0): "typ_1",
        ("@type", 1): "typ_2",
        ("@folder", 0): "fol_A",
        ("@folder", 1): None,
        ("@description", 0): "old",
        ("@description", 1): None,
        ("@key", 0): "k-1",
        ("@key", 1): None,
        ("@tag", 0): None,
        ("@tag", 1): "t1",
        ("@serial", 0): None,
        ("@serial", 1): "s1",
        ("@trashed", 0): 0,
        ("@trashed", 1): 1,
    }


def test_what_only_looks_different_is_no_change(world: World) -> None:
    """Case, accents and the order of a list are not compared, as in all conditions."""
    world.asset(1, name="Lämp", fields={"f.a": ["a", "b"]})
    world.asset(1, name="lamp", fields={"f.a": ["B", "a"]})

    assert _rows(world) == []


def test_objects_change_though_they_cannot_be_asked_for(world: World) -> None:
    """A document that becomes another one, or a member of it, has changed."""
    world.asset(1, fields={"f.j": {"a": 1}})
    world.asset(1, fields={"f.j": {"a": 2}})

    (gone, came) = _rows(world)

    assert gone[5] != came[5]
    assert None not in (gone[5], came[5])


def test_a_purge_takes_the_past_with_it(world: World) -> None:
    """Nothing is left of a purged asset's changes, in this batch or before; a new life is empty."""
    for number in (1, 2):
        world.asset(number, tag="old")
        world.asset(number, tag="new")
    world.replica.catch_up()
    world.asset(1, tag="newer")
    world.delete("asset", asset_id(1))
    assert {row[0] for row in _rows(world)} == {2}

    world.asset(1, tag="reborn")
    assert {row[0] for row in _rows(world)} == {2}

    world.asset(1, tag="grown")
    assert [row[5] for row in _rows(world) if row[0] == 1] == ["reborn", "grown"]


def test_who_wrote_and_why_is_held_of_an_asset(world: World) -> None:
    """Creator, last writer and the cause of the creating commit can be asked for."""
    world.asset(1)
    world.asset(1, tag="x")
    world.replica.catch_up()

    with closing(sqlite3.connect(next(world.directory.glob("*.sqlite")))) as db:
        found = db.execute("SELECT created_by, updated_by, source FROM asset").fetchone()

    assert found == ("mem_1", "mem_1", "api")
