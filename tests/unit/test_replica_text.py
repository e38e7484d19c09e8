"""Full text: words and prefixes are found, and nothing that a user types is an operator."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from muster.replica.words import TooManyWordsError
from tests.unit.replica_world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("replica"))
    world.asset(1, name="Latitude 5540", tag="T-0001", serial="C02-XK12", key="LAP-1")
    world.asset(2, name="Łódź Süßigkeiten", description="Third floor\0west, near the stairs")
    world.asset(3, name="NEAR OR AND NOT", fields={"f.a": ["Docking station", {"note": "nested"}]})
    world.asset(4, fields={"f.s": "opt_00000000000000000000000001", "f.d": "2026-05-01"})
    return world


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("latitude", [1]),
        ("LATI*", [1]),
        ("lati", []),
        ("5540 latitude", [1]),
        ("latitude stairs", []),
        ("c02-xk12", [1]),
        ("c02-x*", [1]),
        ("xk12-c02", []),
        ("t-0001", [1]),
        ("lap-1", [1]),
        ("lodz", [2]),
        ("SÜSSIGKEIT*", [2]),
        ("west", [2]),
        ("dock* nested", [3]),
        ("near OR or", [3]),
        ("NOT latitude", []),
        ("name:latitude", []),
        ('"latitude', [1]),
        ('lat"itude', []),
        ("^latitude", [1]),
        ("(latitude)", [1]),
        ("opt*", []),
        ("2026*", []),
        ("*", []),
        ("-- ;", []),
        ("  ", [1, 2, 3, 4]),
    ],
)
def test_words_are_found(world: World, text: str, found: list[int]) -> None:
    """Each run of letters is a phrase, a star at its end a prefix, and all must occur."""
    assert world.find(text=text, sort=()) == found


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(st.characters(exclude_categories=()), max_size=30))
@example('a" OR "b')
@example("a NEAR(b c, 5)")
@example("{a b} : c")
@example("\ud800*")
@example("\0")
def test_no_text_is_an_error(world: World, text: str) -> None:
    """Quotes, operators, NUL and halves of characters are data."""
    assert set(world.find(text=text)) <= {1, 2, 3, 4}


def test_too_many_words_are_refused(world: World) -> None:
    """A pasted page is refused with the number of words that are possible."""
    with pytest.raises(TooManyWordsError, match="at most 32"):
        world.page(text=" ".join(f"w{number}" for number in range(33)))

    assert world.find(text="latitude " * 100) == [1]


def test_text_follows_changes(tmp_path: Path) -> None:
    """What was renamed, purged or brought back is found by its present words only."""
    world = World(tmp_path)
    world.asset(1, name="Old name")
    world.asset(2, name="Other")
    world.replica.catch_up()

    world.asset(1, name="New name")
    world.delete("asset", "ast_" + "2".zfill(26))
    assert (world.find(text="old"), world.find(text="new"), world.find(text="other")) == (
        [],
        [1],
        [],
    )

    world.asset(2, name="Back again")
    assert (world.find(text="other"), world.find(text="again")) == ([], [2])
