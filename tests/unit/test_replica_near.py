"""Words one behind the other, and words that are spelled nearly so, against plain Python."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.replica.condition import Has, Near, Place
from muster.text import is_near, words
from tests.unit.replica_conditions import met
from tests.unit.replica_world import World

NOTE, NAME = Place("item.note"), Place("name")
LONG = "lorem ipsum " * 40
texts = st.lists(
    st.sampled_from(["dell", "del", "dall", "laptop", "latop", "laptops", "x1", "Élan", "2024"]),
    max_size=4,
).map(" ".join)
slow = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize("leaf", ["name", "tag", "serial", "key", "description"])
def test_words_are_found_in_their_own_member_alone(world: World, leaf: str) -> None:
    others = {"name", "tag", "serial", "key", "description"} - {leaf}
    world.asset(1, **{"name": None, leaf: "Dell Latitude 7400"})
    world.asset(2, **{"name": None, **dict.fromkeys(others, "Dell Latitude 7400")})

    assert met(world, Has(Place(leaf), "latitude 7400")) == {1}
    assert met(world, Near(Place(leaf), "lattitude")) == {1}


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("dell latitude", True),
        ("latitude dell", False),
        ("dell 7400", False),
        ("DELL", True),
        ("del", False),
        ("élan", True),
        ("elan", True),
        ("latitude-7400", True),
        ('dell" OR "x', False),
    ],
)
def test_words_stand_one_behind_the_other(world: World, text: str, is_there: bool) -> None:
    world.asset(1, name="Dell Latitude 7400 Élan")

    assert (met(world, Has(NAME, text)) == {1}) is is_there
    assert (met(world, Has(None, text)) == {1}) is is_there


def test_words_do_not_run_across_texts(world: World) -> None:
    world.asset(1, name="Dell", tag="Latitude", fields={"item.note": ["a b", "c d"]})

    assert met(world, Has(None, "dell latitude")) == set()
    assert met(world, Has(NOTE, "b c")) == set()
    assert met(world, Has(NOTE, "c d")) == {1}


def test_near_words_are_in_one_value_of_a_place_but_in_any_texts_of_an_asset(world: World) -> None:
    world.asset(1, name="Dell", fields={"item.note": ["laptop", "monitor"]})

    assert met(world, Near(NOTE, "lapptop monnitor")) == set()
    assert met(world, Near(NOTE, "monnitor")) == {1}
    assert met(world, Near(None, "dall monnitor")) == {1}


def test_a_long_text_is_looked_through_to_its_end(world: World) -> None:
    world.asset(1, description=f"{LONG} needle", fields={"item.note": [f"{LONG} thread"]})

    assert met(world, Has(Place("description"), "ipsum needle")) == {1}
    assert met(world, Near(Place("description"), "neddle")) == {1}
    assert met(world, Has(NOTE, "ipsum thread")) == {1}
    assert met(world, Has(NOTE, "needle")) == set()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2024-05-06", "2024 05"),
        ("2024-05-06T10:00:00Z", "00 00z"),
        ("12:30", "30"),
        ("12:30:59", "59"),
    ],
)
def test_a_text_in_the_form_of_a_day_is_found_at_its_place(
    world: World, value: str, text: str
) -> None:
    """The index of words leaves days and times out, since it does not know fields' types."""
    world.asset(1, fields={"item.note": value})

    assert met(world, Has(NOTE, text)) == {1}
    assert met(world, Near(NOTE, text)) == {1}


def test_ids_and_numbers_have_no_words(world: World) -> None:
    world.asset(1, fields={"item.note": f"mem_{'0' * 26}", "item.size": 2024})

    assert met(world, Has(NOTE, "mem")) == set()
    assert met(world, Has(Place("item.size"), "2024")) == set()


@pytest.mark.parametrize("place", [None, NAME, NOTE, Place("no.such")])
def test_without_a_word_nothing_is_found(world: World, place: Place | None) -> None:
    world.asset(1, fields={"item.note": "x"})

    assert met(world, Has(place, "-")) == set()
    assert met(world, Near(place, "")) == set()


@slow
@given(st.lists(texts, min_size=1, max_size=5), texts)
def test_texts_are_near_as_python_has_it(
    tmp_path_factory: pytest.TempPathFactory, held: list[str], text: str
) -> None:
    world = World(tmp_path_factory.mktemp("near"))
    for number, each in enumerate(held):
        world.asset(number, name=each, fields={"item.note": [each, "other"]})

    wanted = words(text)

    near = {
        number
        for number, each in enumerate(held)
        if wanted and all(any(is_near(word, term) for term in words(each)) for word in wanted)
    }
    assert met(world, Near(NAME, text)) == near
    assert met(world, Near(NOTE, text)) >= near
    assert met(world, Near(None, text)) >= near
