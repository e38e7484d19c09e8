"""Conditions on values, as checks and as lists: each against what the records plainly hold."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from muster.replica.condition import (
    All,
    Anywhere,
    Condition,
    Count,
    Empty,
    Equal,
    InFolder,
    InNetwork,
    Like,
    Not,
    Only,
    Place,
    Some,
    Versioned,
    Within,
)
from muster.replica.where import hops
from muster.replica.where.hops import hops_of
from tests.unit.replica_conditions import met
from tests.unit.replica_world import World, asset_id

LONG = "Lorem ipsum " * 60
HOSTILE = "x' OR \"1\"='1; DROP TABLE asset; --"
EUR = {"minor": 1_250, "currency": "EUR"}

ASSETS: dict[int, dict[str, Any]] = {
    1: {"name": "Café Écran", "tag": "IT-1", "serial": "C02XK", "description": "On loan"},
    2: {"name": "ecran", "fields": {"pc.ram": 16, "pc.note": LONG + "Wörter am Ende", "n.n": []}},
    3: {"name": HOSTILE, "fields": {"pc.ram": 8.5, "pc.note": "short", "pc.os": "13.2"}},
    4: {"name": "n\u0000ull", "fields": {"pc.tags": ["a", "B", "c"], "pc.os": "13.10.1"}},
    5: {"name": "E", "fields": {"pc.tags": ["b"], "pc.ip": "10.20.3.4", "pc.os": "13.2-rc1"}},
    6: {"name": "F", "fields": {"pc.ip": ["10.21.0.1", "10.20.0.0/17"], "pc.cost": EUR}},
    7: {"name": "G", "fields": {"pc.ip": "2001:db8::1", "pc.cost": {**EUR, "currency": "USD"}}},
    8: {"name": "H", "fields": {"pc.ref": asset_id(2), "pc.at": "2026-05-01T10:00:00.5Z"}},
    9: {"name": "I", "fields": {"pc.ref": [asset_id(3), asset_id(8)], "pc.day": "2026-05-02"}},
    10: {"name": "J", "fields": {"pc.ref": asset_id(11), "pc.live": True, "pc.map": {"x": 1}}},
    11: {"name": "K", "trashed_at": "2026-01-01T00:00:00Z", "fields": {"pc.ram": 16}},
    12: {"name": "L", "folder": "fol_2", "fields": {"pc.note": asset_id(1), "pc.live": False}},
}
EVERYONE = set(ASSETS) - {11}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = World(Path(tmp_path_factory.mktemp("replica")))
    made.put("folder", "fol_1", {"name": "Top", "parent": None})
    made.put("folder", "fol_2", {"name": "Below", "parent": "fol_1"})
    for number, body in ASSETS.items():
        made.asset(number, **body)
    return made


def field(name: str, *hops: str) -> Place:
    return Place(f"pc.{name}", tuple(f"pc.{hop}" for hop in hops))


NAME, RAM, NOTE, TAGS = Place("name"), field("ram"), field("note"), field("tags")
CASES: list[tuple[Condition, set[int]]] = [
    (Equal(NAME, ("CAFE ecran",)), {1}),
    (Equal(NAME, ("cafe ecran",), exact=True), set()),
    (Equal(NAME, ("Café Écran", "E"), exact=True), {1, 5}),
    (Equal(NAME, (HOSTILE,)), {3}),
    (Equal(NAME, ("n\u0000ull",)), {4}),
    (Equal(Place("id"), (asset_id(4), "ast_0")), {4}),
    (Equal(Place("description"), ("ON LOAN",)), {1}),
    (Equal(RAM, (16, 8.5)), {2, 3}),
    (Equal(RAM, tuple(range(40))), {2}),
    (Equal(RAM, ("16",)), set()),
    (Equal(NOTE, ((LONG + "worter am ende").upper(),)), {2}),
    (Equal(NOTE, (LONG + "Wörter am Ende",), exact=True), {2}),
    (Equal(TAGS, ("A", "b"), exact=True), {5}),
    (Equal(TAGS, ("A", "b")), {4, 5}),
    (Equal(field("cost"), (EUR,)), {6}),
    (Equal(field("live"), (True,)), {10}),
    (Equal(field("never"), ("x",)), set()),
    (Equal(Place("deleted"), (True,)), set()),
    (Empty(Place("description")), EVERYONE - {1}),
    (Empty(Place("folder")), EVERYONE - {12}),
    (Empty(Place("n.n")), EVERYONE),
    (Empty(field("map")), EVERYONE - {10}),
    (Within(RAM, low=8.5), {2, 3}),
    (Within(RAM, low=8.5, low_included=False), {2}),
    (Within(RAM, high=16, high_included=False), {3}),
    (Within(NAME, low="e", high="g"), {2, 5, 6, 7}),
    (Within(NAME, high="cafe", high_included=False), set()),
    (Within(field("cost"), low={"minor": 1_000, "currency": "EUR"}), {6}),
    (Within(field("cost"), low=0), set()),
    (Within(field("at"), low="2026-05-01T10:00:00Z", high="2026-05-01T10:00:01Z"), {8}),
    (Within(field("day"), low="2026-05-02", high="2026-05-02"), {9}),
    (Within(Place("created_at"), low=datetime(2026, 1, 1, tzinfo=UTC)), EVERYONE),
    (Within(Place("created_at"), high=datetime(2025, 1, 1, tzinfo=UTC)), set()),
    (Like(NAME, "ÉCRAN"), {1, 2}),
    (Like(NAME, "écr", "starts"), {2}),
    (Like(NAME, "RAN", "ends"), {1, 2}),
    (Like(NAME, "*f? e*n", "matches"), {1}),
    (Like(NAME, "' OR"), {3}),
    (Like(NAME, "%"), set()),
    (Like(NOTE, "am ENDE", "ends"), {2}),
    (Like(NOTE, "worter am"), {2}),
    (Like(NOTE, LONG + "wort", "starts"), {2}),
    (Like(NOTE, "lorem*ende", "matches"), {2}),
    (Like(NOTE, "ast_"), set()),
    (Like(Place("id"), asset_id(4)[-9:]), {4}),
    (Anywhere(("b",)), {4, 5}),
    (Anywhere(("it-1",)), {1}),
    (Anywhere(("IT-1",), exact=True), {1}),
    (Anywhere(("it-1",), exact=True), set()),
    (Anywhere((16,)), {2}),
    (InNetwork(field("ip"), "10.20.0.0/16"), {5, 6}),
    (InNetwork(field("ip"), "10.20.0.0/15"), {5, 6}),
    (InNetwork(field("ip"), "10.20.128.0/17"), set()),
    (InNetwork(field("ip"), "10.20.3.4/32"), {5}),
    (InNetwork(field("ip"), "0.0.0.0/0"), {5, 6}),
    (InNetwork(field("ip"), "2001:db8::/32"), {7}),
    (Versioned(field("os"), "<", "13.10"), {3, 5}),
    (Versioned(field("os"), "=", "v13.2.0"), {3}),
    (Versioned(field("os"), ">=", "13.2"), {3, 4}),
    (Only(TAGS, ("a", "b")), {5}),
    (Only(TAGS, ("a", "b", "c")), {4, 5}),
    (Only(RAM, (16,)), {2}),
    (Count(TAGS, ">", 2), {4}),
    (Count(TAGS, "=", 0), EVERYONE - {4, 5}),
    (Count(Place("tag"), ">=", 1), {1}),
    (InFolder(("fol_1",)), {12}),
    (InFolder((None,)), EVERYONE),
    (Equal(field("ram", "ref"), (16,)), {8}),
    (Equal(field("ram", "ref", "ref"), (16,)), {9}),
    (Like(Place("name", ("pc.ref",)), "drop"), {9}),
    (Empty(field("ram", "ref")), EVERYONE - {8, 9}),
    (Empty(Place("id", ("pc.ref",))), EVERYONE - {8, 9}),
    (Only(Place("name", ("pc.ref",)), (HOSTILE, "h")), {9}),
    (Only(Place("name", ("pc.ref",)), (HOSTILE,)), set()),
    (Count(Place("name", ("pc.ref",)), ">", 1), {9}),
    (Count(field("ram", "ref"), ">=", 1), {8, 9}),
    (Count(Place("id", ("pc.ref",)), "<", 1), EVERYONE - {8, 9}),
    (InFolder(("fol_1",), ("pc.ref",)), set()),
    (Not(Equal(RAM, (16,))), EVERYONE - {2}),
    (All((Equal(RAM, (16,)), Like(NOTE, "lorem"))), {2}),
    (Some((Equal(RAM, (16,)), Equal(NAME, ("e",)))), {2, 5}),
    (Some(()), set()),
    (All(()), EVERYONE),
]


@pytest.mark.parametrize(("condition", "expected"), CASES, ids=lambda case: str(case)[:70])
def test_a_condition_is_true_of_what_it_says(
    world: World, condition: Condition, expected: set[int]
) -> None:
    """Checked asset by asset, and as a list; the complement is all the others that are there."""
    assert met(world, condition) == expected
    assert met(world, Not(condition)) == EVERYONE - expected


OVER_REFERENCES = [case for case in CASES if hops_of(case[0])]


@pytest.mark.parametrize(("condition", "expected"), OVER_REFERENCES, ids=lambda c: str(c)[:70])
def test_references_to_many_are_followed_one_by_one(
    world: World, monkeypatch: pytest.MonkeyPatch, condition: Condition, expected: set[int]
) -> None:
    """Where a field leads to too many assets for each to be looked at beforehand."""
    monkeypatch.setattr(hops, "MOST_FEW", 0)

    assert met(world, condition) == expected
    assert met(world, Not(condition)) == EVERYONE - expected


def test_the_trash_is_there_for_who_asks_for_it(world: World) -> None:
    """Also where a reference leads."""
    assert met(world, Equal(RAM, (16,)), "any") == {2, 11}
    assert met(world, Equal(Place("deleted"), (True,)), "any") == {11}
    assert met(world, Equal(field("ram", "ref"), (16,)), "any") == {8, 10}


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("abc", "abc", True),
        ("abc", "a*c", True),
        ("ac", "a*c", True),
        ("a", "a*a", False),
        ("abcbc", "a*bc", True),
        ("abab", "*ab?", False),
        ("a.c", "a.c", True),
        ("abc", "a.c", False),
        ("a\nb", "a?b", True),
        ("", "*", True),
        ("aab", "*a*b", True),
        ("ba", "*a*b", False),
    ],
)
def test_a_pattern_is_of_the_whole_text(text: str, pattern: str, expected: bool) -> None:
    from muster.replica.texts import is_like

    assert is_like(text, "matches", pattern) is expected
