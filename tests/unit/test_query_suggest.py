from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.errors import InvalidInputError
from muster.query.context import People, SavedSearch
from muster.query.parse import parse, unparse
from muster.query.suggest import Suggestion, suggest
from muster.query.suggest.outlook import outlook
from muster.query.tree import Dialect, Query
from muster.replica.port import AssetQuery, Page, Replica
from tests.unit.query_random import queries
from tests.unit.query_world import ADA, context, ident, puts
from tests.unit.replica_world import World


def at(marked: str, **options: Any) -> list[Suggestion]:
    """Return the suggestions at the | of a text."""
    position = marked.index("|")
    replica = options.pop("replica", None)
    return suggest(context(**options), marked.replace("|", "", 1), position, replica=replica)


def inserts(marked: str, **options: Any) -> list[str]:
    return [each.insert for each in at(marked, **options)]


def completed(marked: str, **options: Any) -> str:
    """Return the text with the first suggestion in it."""
    text, (first, *_) = marked.replace("|", "", 1), at(marked, **options)
    start, end = first.span
    return text[:start] + first.insert + text[end:]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("comp|", "computer.contact"),
        ("computer.mem|", "computer.memory.size"),
        ("computer.mem|ory = 5", "computer.memory.size = 5"),
        ("warr|", "warranty.end"),
        ("upd|", "updated"),
        ("NOT (ser| = 5)", "NOT (serial = 5)"),
        ('"Warr|', "warranty.end"),
        ("asset.department.na|", "asset.department.name"),
        ("Department.warr|", "Department.warranty.end"),
        ('"Belongs to Department".ta|', '"Belongs to Department".tag'),
        ("Department.asset.department.se|", "Department.asset.department.serial"),
        ("type = book ORDER BY upd|", "type = book ORDER BY updated"),
        ("ORDER BY name, crea|", "ORDER BY name, created"),
        ("duplicateOf(ser|", "duplicateOf(serial"),
        ("inR(ser|", "inR(serial"),
    ],
)
def test_fields_are_completed(marked: str, expected: str) -> None:
    """By dotted name or label, behind references, and up to the end of the word."""
    assert completed(marked) == expected


def test_atlassians_dialect_completes_labels() -> None:
    assert completed("warr|", dialect="aql") == '"Warranty End"'


def test_a_reference_leads_to_the_fields_of_its_types() -> None:
    """A reference to books has the fields of books, and the built-in ones but those of searches."""
    given_ = context().catalog
    narrow = given_.fields["asset.department"].model_copy(
        update={"reference_types": (ident("asset_type", "book"),)}
    )
    catalog = replace(given_, fields={**given_.fields, "asset.department": narrow})

    found = inserts("asset.department.|", catalog=catalog)

    assert "asset.department.book.title" in found
    assert "asset.department.key" in found
    assert "asset.department.text" not in found
    assert "asset.department.computer.model" not in found


@pytest.mark.parametrize(
    ("marked", "there", "not_there"),
    [
        ("asset.status |", {"=", "IN", "IS EMPTY", "IS NOT EMPTY", "NOT IN", "CHANGED"}, {"<"}),
        ("computer.memory.size |", {"<", ">=", "BETWEEN", "NOT BETWEEN"}, {"LIKE", "UNDER"}),
        ("folder |", {"UNDER", "NOT UNDER", "="}, {"<"}),
        ("text |", {"HAS", "~"}, {"<", "IN", "WAS"}),
        ("team.members |", {"HAVING", "="}, {"<"}),
        ("object |", {"HAVING", "NOT HAVING"}, {"="}),
        ("asset.department.serial |", {"LIKE"}, {"CHANGED", "WAS"}),
        ("serial N|", {"NOT LIKE", "NOT IN"}, {"=", "AND"}),
        ("serial NOT |", {"LIKE", "IN"}, {"AND", "IS"}),
        ("serial IS |", {"NOT", "EMPTY"}, {"AND"}),
        ("object HAVING outR() |", {">=", "AND"}, {"LIKE"}),
    ],
)
def test_operators_suit_the_field(marked: str, there: set[str], not_there: set[str]) -> None:
    found = set(inserts(marked))

    assert there <= found
    assert not found & not_there


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("asset.status = |", ['"In use"', '"In stock"', "Lost", "Closed", "Scrapped", "EMPTY"]),
        ('asset.status = "in|', ['"In use"', '"In stock"']),
        ('asset.status = "in|" AND x', ['"In use"', '"In stock"']),
        ("asset.status != lo|", ["Lost"]),
        ("asset.status IN (New, clo|", ["Closed"]),
        ("asset.status WAS lo|", ["Lost"]),
        ("asset.status CHANGED FROM x TO lo|", ["Lost"]),
        ("asset.labels HAVING ALL(gr|", ["Green"]),
        ("type = lap|", ["Laptop"]),
        ("type = file|", ['"File System"']),
        ("type IN objectType|", ["objectTypeAndChildren("]),
        ("type IN objectTypeAndChildren(det|", ['"Asset Details"']),
        ("type UNDER acc|", ["Accessory"]),
        ("folder = /Ber|", ['"/Berlin"', '"/Berlin/Laptops"']),
        ("folder UNDER lapt|", ['"/Berlin/Laptops"', '"/Electronics/Laptops"']),
        ("computer.leased = |", ["true", "false", "EMPTY"]),
        ("asset.custodian = ada|", ['"Ada Lovelace"']),
        ("asset.custodian = bob|", ['"bob@example.org"', '"bob.two@example.org"']),
        ("asset.custodian = curr|", ["currentUser()"]),
        ("user_is(ada|", ['"Ada Lovelace"']),
        ("team.members HAVING user(x, ada|", ['"Ada Lovelace"']),
        ("asset.status CHANGED BY ada|", ['"Ada Lovelace"']),
        ("warranty.end > tod|", ["today()"]),
        ("warranty.end > 2026-11|", ["2026-11-24"]),
        ("warranty.end BETWEEN 2026-01-01 AND tod|", ["today()"]),
        ("asset.status WAS x AFTER tod|", ["today()"]),
        ("created > startOfDay(-1w|", ["-1w"]),
        ("computer.os.version > ver|", ["version("]),
        ("object HAVING lin|", ["linked()"]),
        ("team.members HAVING cou|", ["COUNT()"]),
        ("inR(x, refType IN (run|", ['"Runs on"']),
        ("reachable(x, types = (bel|", ['"Belongs to Department"']),
        ("reachable(x, d|", ["dir = ", "depth = "]),
        ("reachable(x, dir = |", ['"out"', '"in"', '"any"']),
        ("source = imp|", ["import"]),
        ("missing|", ["missingRequired()"]),
        ("a = 1 O|", ["OR", "ORDER BY"]),
        ("a = 1 ORDER BY b NULLS |", ["FIRST", "LAST"]),
        ("a = 1 ORDER BY b D|", ["DESC"]),
        ("(a = 1 |", ["AND", "OR", ")"]),
        ("serial CHANGED FROM x D|", ["DURING"]),
    ],
)
def test_values_and_words_are_completed(marked: str, expected: list[str]) -> None:
    assert inserts(marked)[: len(expected)] == expected


@pytest.mark.parametrize(
    "marked", ["a = = b|", "(a))|", "x = ${na|", "LIMIT |", "nothing.there > |"]
)
def test_where_nothing_is_known_nothing_is_suggested(marked: str) -> None:
    assert inserts(marked) == []


def test_saved_searches_are_completed() -> None:
    saved = SavedSearch("sea_1", "Broken laptops", "type = Laptop", "muster")

    found = at("savedSearch(bro|", read_searches=lambda: [saved])

    assert [(each.insert, each.kind) for each in found] == [('"Broken laptops"', "search")]


def test_people_are_read_only_where_somebody_can_be_named() -> None:
    def refuse() -> list[Any]:
        raise AssertionError("members were read")

    assert inserts("asset.status = |", people=People(refuse))


def test_functions_are_not_crowded_out_by_fields() -> None:
    kinds = {each.kind for each in at("|")}

    assert {"field", "function", "keyword"} <= kinds


def test_a_suggestion_says_what_it_is() -> None:
    (found,) = at("type = lap|")

    assert found == Suggestion("Laptop", "type", "Laptop", "laptop", (7, 10), ("laptop",))


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Laptops with models, of a department."""
    made = World(tmp_path)
    for write in puts():
        made.commit(write)
    laptop, department = ident("asset_type", "laptop"), ident("asset_type", "type.department")
    for number, model in enumerate(["ThinkPad X1", "ThinkPad T14", "thinkpad x1", "MacBook"], 1):
        made.asset(
            number,
            type=laptop,
            name=f"Laptop {number}",
            key=f"LAP-{number}",
            fields={"computer.model": model},
        )
    made.asset(9, type=department, name="Finance", key="DEP-9", fields={})
    made.replica.catch_up()
    return made


def test_values_that_assets_hold_are_completed(world: World) -> None:
    """By what they begin with, each spelling once, and only from two characters on."""
    found = inserts("computer.model = thin|", replica=world.replica)

    assert found == ['"ThinkPad T14"', '"ThinkPad X1"']
    assert inserts("computer.model = |", replica=world.replica) == ["EMPTY"]
    assert completed('computer.model = "mac|', replica=world.replica) == "computer.model = MacBook"


def test_assets_are_completed_where_a_reference_is_compared(world: World) -> None:
    found = at("asset.department = fin|", replica=world.replica)

    assert [(each.insert, each.kind, each.label) for each in found] == [
        ("DEP-9", "asset", "Finance")
    ]
    assert inserts("linked_items(LAP-2|", replica=world.replica)[0] == "LAP-2"
    assert inserts("name = Lap|", replica=world.replica)[0] == '"Laptop 1"'


class SlowReplica:
    def find_assets(self, query: AssetQuery) -> Page:
        raise InvalidInputError(f"{query.limit} assets take too long.")


def test_a_replica_that_would_take_too_long_is_done_without() -> None:
    slow = cast("Replica", SlowReplica())

    assert inserts("computer.model = em|", replica=slow) == ["EMPTY"]


@given(queries(), st.data(), st.sampled_from(["muster", "nql", "aql"]))
def test_what_is_suggested_can_be_read_on(
    made: Query, data: st.DataObject, dialect: Dialect
) -> None:
    """At any place of any query a suggestion can be put in, and what is there then can be read up
    to its end.
    """
    text = unparse(made)
    position = data.draw(st.integers(0, len(text)))

    found = suggest(context(dialect=dialect), text, position)

    for each in found:
        start, end = each.span
        assert 0 <= start <= position <= end <= len(text)
        before = text[:start] + each.insert
        assert outlook(f"{before} ", len(before) + 1, dialect) is not None, (before, each)


@given(st.text(max_size=30), st.integers(-5, 40))
def test_any_text_has_suggestions_or_none(text: str, position: int) -> None:
    assert isinstance(suggest(context(), text, position), list)


def test_a_long_query_is_completed_in_no_time() -> None:
    text = " AND ".join(["serial = x"] * 199) + " AND asset.status = "
    assert parse(f"{text} x").where is not None
    started = time.process_time()

    found = suggest(context(), text, len(text))

    assert found[0].insert == '"In use"'
    assert time.process_time() - started < 0.5


def test_the_caller_is_among_the_people() -> None:
    assert at("user_is(ada|")[0].description == ADA.email
