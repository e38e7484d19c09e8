"""Queries asked of a replica: from the text to the assets that come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.ids import new_id
from muster.ledger.model import Record
from muster.query.api import asset_query, compile_query
from muster.query.check.checking import MOST_ASKED
from muster.replica.condition import All, Equal, Like, Not, Place, Some
from muster.replica.port import AssetQuery
from tests.office import ANNA, Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Return an office with two laptops, a phone and a room."""
    made = Office(tmp_path).settle_in()
    room = made.asset("room", name="Room 7", tag="R-7")
    made.asset(
        name="Anna's laptop",
        tag="IT-1",
        folder="/Berlin",
        custom_fields={
            "computer.cpu": "Intel Core i7",
            "computer.ram": 16,
            "asset.price": {"amount": "1200.50", "currency": "EUR"},
            "asset.status": "Active",
            "asset.place": room.id,
        },
    )
    made.asset(name="Bob's laptop", tag="IT-2", custom_fields={"computer.ram": 8})
    made.asset("phone", name="Phone", custom_fields={"phone.imei": "350"})
    return made


def names(office: Office, text: str) -> list[str]:
    checked = compile_query(office.scope, text)
    return [
        found.body["name"] for found in office.scope.replica.find_assets(asset_query(checked)).items
    ]


def trash(office: Office, record: Record) -> None:
    office.change(record, trashed_at="2026-05-02T00:00:00Z", trashed_by=ANNA.id)
    office.scope.replica.catch_up()


ANNAS, BOBS, PHONE, ROOM = "Anna's laptop", "Bob's laptop", "Phone", "Room 7"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("computer.ram = 16", [ANNAS]),
        ("memory < 16", [BOBS]),
        ("price > 1200", [ANNAS]),
        ("status = active", [ANNAS]),
        ("status IS EMPTY AND type UNDER Computer", [BOBS]),
        ("folder UNDER '/Berlin'", [ANNAS]),
        ("folder = '/' AND type = Laptop", [BOBS]),
        ("path STARTSWITH '/ber'", [ANNAS]),
        ("place.name LIKE room", [ANNAS]),
        ("place = R-7", [ANNAS]),
        ("place != R-8", [ANNAS]),
        ("place.tag IS NOT EMPTY", [ANNAS]),
        ("place IS EMPTY AND NOT type = Room", [PHONE, BOBS]),
        ("cpu HAS 'core i7'", [ANNAS]),
        ("cpu ~ imtel", [ANNAS]),
        ("cpu MATCHES 'intel*i?'", [ANNAS]),
        ("intel", [ANNAS]),
        ("links != 3 AND tag = IT-1", [ANNAS]),
        ("tag WAS EMPTY DURING (2026-06-01, 2026-01-01)", []),
        ("any = 16", [ANNAS]),
        ("links = 0 AND created > -1d ORDER BY title", [ANNAS, BOBS, PHONE, ROOM]),
        ("outR() ORDER BY title", [ANNAS]),
        ("inR(memory = 16)", [ROOM]),
        ("object HAVING inR() >= 2", []),
        ("hasImage = true", []),
        ("type = Room OR tag IN (IT-2, IT-9) ORDER BY tag DESC", [ROOM, BOBS]),
        ("id_in(PH-1, ROOM-1) ORDER BY key", [PHONE, ROOM]),
        ("ORDER BY type, title DESC", [BOBS, ANNAS, PHONE, ROOM]),
        ("ORDER BY place.name, folder, memory", [ANNAS, BOBS, ROOM, PHONE]),
        ("ORDER BY status DESC, id DESC", [ANNAS, PHONE, BOBS, ROOM]),
        ("createdBy IN inactiveUsers() ORDER BY title LIMIT 2", [ANNAS, BOBS, PHONE, ROOM]),
        ("my()", []),
    ],
)
def test_a_query_finds(office: Office, text: str, expected: list[str]) -> None:
    assert names(office, text) == expected


def test_the_trash_is_seen_by_queries_that_name_it(office: Office) -> None:
    (room,) = office.scope.replica.match_assets("tag", "R-7")
    trash(office, room)

    assert names(office, "type = Room") == []
    assert names(office, "type = Room AND deleted = true") == [ROOM]
    assert names(office, "type = Room AND deleted = false") == []


def test_a_reference_to_the_trash_is_empty(office: Office) -> None:
    (room,) = office.scope.replica.match_assets("tag", "R-7")
    trash(office, room)

    assert names(office, "place IS NOT EMPTY OR place.name = 'Room 7'") == []
    assert names(office, "place IS NOT EMPTY AND deleted = false") == [ANNAS]


def test_words_and_a_choice_of_words_or_neighbours_are_counted(office: Office) -> None:
    """SQLite can't use MATCH where it takes a choice apart that is made of the same list."""
    checked = compile_query(office.scope, "(laptop OR reachable(key = ROOM-1)) AND text HAS i7")

    page = office.scope.replica.find_assets(asset_query(checked, count=True))

    assert [found.body["name"] for found in page.items] == [ANNAS]
    assert page.total == 1


def test_nothing_is_found_of_what_is_not_there(office: Office) -> None:
    nobody = new_id("asset")

    assert names(office, f"place = {nobody} OR id = {nobody} OR linked({nobody})") == []


@pytest.mark.parametrize("shape", [All, Some])
def test_as_many_conditions_as_a_query_may_come_to_are_answered(
    office: Office, shape: type[All | Some]
) -> None:
    """SQLite bounds how deep an expression is and how many lists are joined."""
    place = Place("name", ("asset.place",))
    asked = tuple(Not(Like(place, f"x{n}")) for n in range(MOST_ASKED // 2))
    listed = tuple(Equal(Place("name"), (f"x{n}",), exact=True) for n in range(MOST_ASKED // 2))

    found = office.scope.replica.find_assets(AssetQuery(where=shape((*asked, Some(listed)))))

    assert len(found.items) == (4 if shape is Some else 0)
