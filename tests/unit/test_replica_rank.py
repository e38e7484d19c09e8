"""Answers ranked by words: the best tier first, in each what was created last."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.replica.answers import CursorMismatchError
from muster.replica.condition import All, Condition, Equal, Has, Near, Not, Place, Some
from muster.replica.port import AssetQuery
from muster.text import is_near, words
from tests.unit.replica_world import World

_WORDS = ["card", "cards", "cart", "network", "netwerk", "a1", "a10", "printer"]
_TEXTS = st.lists(st.sampled_from(_WORDS), max_size=3).map(" ".join)
_BODIES = st.fixed_dictionaries(
    {"name": _TEXTS, "tag": st.sampled_from([None, *_WORDS]), "description": _TEXTS}
)
_ASKED = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=2).map(" ".join)


def _tier(body: dict[str, str | None], text: str) -> int | None:
    titles = [word for key in ("name", "tag") for word in words(body[key] or "")]
    everything = [*titles, *words(body["description"] or "")]
    looked_for = words(text)
    if words(body["tag"] or "") == looked_for:
        return 0
    for tier, found in ((1, titles), (2, everything)):
        if set(looked_for) <= set(found):
            return tier
    if all(any(each.startswith(word) for each in everything) for word in looked_for):
        return 3
    if all(any(is_near(word, each) for each in everything) for word in looked_for):
        return 4
    return None


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(bodies=st.lists(_BODIES, min_size=1, max_size=8), text=_ASKED, limit=st.integers(1, 4))
def test_what_is_near_comes_in_tiers(
    bodies: list[dict[str, str | None]], text: str, limit: int
) -> None:
    """Page by page: the same text as a tag, words in titles, words, beginnings, near spellings."""
    tiers = {number: _tier(body, text) for number, body in enumerate(bodies)}
    with TemporaryDirectory() as folder:
        world = World(Path(folder))
        for number, body in enumerate(bodies):
            world.asset(number, **body)

        found = world.pages(AssetQuery(where=Near(None, text), rank=text, limit=limit))

        world.replica.close()
    matching = [number for number, tier in tiers.items() if tier is not None]
    assert found == sorted(matching, key=lambda number: (tiers[number], -number))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Three assets with a network card, one with a card and a network, one with neither."""
    world = World(tmp_path_factory.mktemp("replica"))
    world.asset(1, name="Network card", type="typ_1", fields={"f.site": "North"})
    world.asset(2, name="Thing", description="network card", type="typ_1")
    world.asset(3, name="Network card", type="typ_2")
    world.asset(4, name="Card of a network", type="typ_1")
    world.asset(5, name="Table", type="typ_1")
    world.replica.catch_up()
    return world


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Has(None, "network card"), [3, 1, 2]),
        (All((Has(None, "network"), Has(None, "card"))), [4, 3, 1, 2]),
        (All((Has(None, "network"), Equal(Place("type"), ("typ_1",)))), [4, 1, 2]),
        (All((Has(None, "card"), Equal(Place("f.site"), ("north",)))), [1]),
        (All((Has(None, "card"), Not(Has(None, "network card")))), [4]),
        (Some((Has(None, "card"), Has(None, "table"))), [4, 3, 1, 2, 5]),
        (None, [4, 3, 1, 2, 5]),
    ],
)
def test_other_conditions_hold_in_every_tier(
    world: World, where: Condition | None, expected: list[int]
) -> None:
    """And what is in no tier comes last, since ranking leaves nothing out."""
    assert world.find(where=where, rank="network card") == expected


def test_a_page_tells_how_many_there_are_in_all(world: World) -> None:
    page = world.page(where=Has(None, "card"), rank="card", limit=1, count=True)

    assert page.total == 4


def test_a_cursor_of_another_order_is_refused(world: World) -> None:
    with pytest.raises(CursorMismatchError):
        world.page(where=Has(None, "card"), rank="card", after=["x", "ast_1"])
