"""Assets that have a value which another one has too."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.replica.condition import Duplicate, Place
from muster.replica.where import twins
from tests.unit.replica_conditions import met
from tests.unit.replica_world import World


@pytest.fixture(params=[0, 2_000])
def world(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    """Give a world where twins are listed at once, and one where they are too many for that."""
    monkeypatch.setattr(twins, "_MOST_LISTED", request.param)
    return World(tmp_path)


def test_texts_are_equal_without_regard_to_case(world: World) -> None:
    world.asset(1, name="Dell", serial="AB1")
    world.asset(2, name="Laptop", serial="ab1")
    world.asset(3, name="dell", serial=None)
    world.asset(4, name="Other", serial=None)

    assert met(world, Duplicate(Place("name"))) == {1, 3}
    assert met(world, Duplicate(Place("serial"))) == {1, 2}


def test_one_value_in_common_is_enough(world: World) -> None:
    world.asset(1, fields={"item.ip": ["10.0.0.1", "10.0.0.2"]})
    world.asset(2, fields={"item.ip": ["10.0.0.2", "10.0.0.3"]})
    world.asset(3, fields={"item.ip": ["10.0.0.4", "10.0.0.4"]})

    assert met(world, Duplicate(Place("item.ip"))) == {1, 2}


def test_amounts_are_equal_in_one_currency_only(world: World) -> None:
    for number, currency in enumerate(("EUR", "USD", "EUR")):
        world.asset(number, fields={"item.price": {"minor": 100, "currency": currency}})

    assert met(world, Duplicate(Place("item.price"))) == {0, 2}


def test_a_twin_in_the_trash_does_not_count(world: World) -> None:
    world.asset(1, tag="T1", description="x")
    world.asset(2, tag="T1", description="x", trashed_at="2026-01-01T00:00:00Z")

    for leaf in ("tag", "description"):
        assert met(world, Duplicate(Place(leaf))) == set()
        assert met(world, Duplicate(Place(leaf)), "any") == {1, 2}


def test_of_a_field_that_no_asset_has_there_is_none(world: World) -> None:
    world.asset(1)

    assert met(world, Duplicate(Place("no.such"))) == set()
