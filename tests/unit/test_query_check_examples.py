"""The examples of the language's reference, section 7, in the dialects that they are of."""

from __future__ import annotations

import pytest

from muster.query.check.conditions import all_of
from muster.query.tree import Dialect
from muster.replica.condition import (
    Changed,
    Condition,
    Edges,
    Empty,
    Equal,
    Has,
    InFolder,
    InNetwork,
    Not,
    Period,
    Place,
    Reachable,
    Related,
    Some,
    Versioned,
    Within,
)
from muster.replica.port import Sort
from tests.unit import query_world as world
from tests.unit.query_asked import checked, marked, refused, where
from tests.unit.query_world import ident

STATUS = Place("asset.status")
COMPUTER = Equal(Place("type"), (ident("asset_type", "computer"),))
ACCESSORY = Equal(Place("type"), (ident("asset_type", "accessory"),))
MINE = Some(
    tuple(
        Equal(Place(name), (world.ADA.id,))
        for name in ("asset.custodian", "rack.owner", "team.members")
    )
)
LINKS = Edges("any", tuple(sorted(kind.id for kind in world.LINK_TYPES)), ())
DETAILS = tuple(sorted(ident("asset_type", name) for name in ("type.details", "file.system")))


@pytest.mark.parametrize(
    ("text", "dialect", "expected"),
    [
        (
            "type = Computer AND computer.model = X200",
            "nql",
            all_of([COMPUTER, Has(Place("computer.model"), "X200")]),
        ),
        (
            "type = Book AND book.owner IS EMPTY ORDER BY book.title",
            "nql",
            all_of(
                [
                    Equal(Place("type"), (ident("asset_type", "book"),)),
                    Empty(Place("id", ("book.owner",))),
                ]
            ),
        ),
        (
            "last.check < -1d OR last.check IS EMPTY",
            "nql",
            Some(
                (
                    Within(Place("last.check"), high="2026-11-23T12:00:00Z", high_included=False),
                    Empty(Place("last.check")),
                )
            ),
        ),
        (
            "text HAS Linux AND type = Computer",
            "muster",
            all_of([Has(None, "Linux"), COMPUTER]),
        ),
        ("type = Computer AND text = Linux", "nql", all_of([COMPUTER, Has(None, "Linux")])),
        (
            "my_with_linked() AND NOT type UNDER Accessory",
            "muster",
            all_of([Reachable(MINE, LINKS, seeds_too=True), Not(ACCESSORY)]),
        ),
        (
            'folder UNDER "/Electronics" AND "Warranty End" BETWEEN now() AND +3m',
            "muster",
            all_of(
                [
                    InFolder((ident("folder", "Electronics"),)),
                    Within(Place("warranty.end"), "2026-11-24", "2027-02-24"),
                ]
            ),
        ),
        (
            '"Belongs to Department".Name = Finance',
            "aql",
            Equal(Place("name", ("asset.belongs_to",)), ("Finance",)),
        ),
        (
            (
                'objectType IN objectTypeAndChildren("Asset Details") '
                "ORDER BY Department.Name, Label DESC NULLS LAST"
            ),
            "aql",
            Equal(Place("type"), DETAILS),
        ),
        (
            'object HAVING inR(objectType = "File System", refType IN ("Depends","Using")) >= 3',
            "aql",
            Related(
                Edges("in", (ident("link_type", "depends"), ident("link_type", "using")), ()),
                Equal(Place("type"), (ident("asset_type", "file.system"),)),
                ">=",
                3,
            ),
        ),
        (
            'reachable(key = SRV-12, types=("Runs on"), dir="in", depth=4) AND status != Closed',
            "muster",
            all_of(
                [
                    Reachable(
                        Equal(Place("key"), ("SRV-12",)),
                        Edges("in", (ident("link_type", "runs"),), ()),
                        4,
                    ),
                    Not(Empty(STATUS)),
                    Not(Equal(STATUS, (ident("option", "Closed"),))),
                ]
            ),
        ),
        (
            'ip = 10.20.0.0/16 AND "OS version" < version("13.2")',
            "muster",
            all_of(
                [
                    InNetwork(Place("network.ip"), "10.20.0.0/16"),
                    Versioned(Place("computer.os.version"), "<", "13.2"),
                ]
            ),
        ),
    ],
)
def test_an_example_of_the_reference(text: str, dialect: Dialect, expected: Condition) -> None:
    assert where(text, dialect) == expected


def test_the_examples_orders() -> None:
    by_title = checked("type = Book AND book.owner IS EMPTY ORDER BY book.title", "nql").sort
    by_department = checked("ORDER BY Department.Name, Label DESC NULLS LAST", "aql").sort

    assert by_title == (Sort("book.title"),)
    assert by_department == (
        Sort("name", hops=("asset.department",), empty_first=True),
        Sort("name", descending=True),
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            "object NOT HAVING outR() AND object HAVING connectedTickets(labels IS EMPTY)",
            "connectedTickets(labels IS EMPTY)",
        ),
        (
            'Member HAVING user("bob","ada@example.org") AND Owner IN group("jira-users")',
            'group("jira-users")',
        ),
        (
            'status CHANGED FROM "In use" TO "Lost" BY membersOf(helpdesk) AFTER -1m',
            "membersOf(helpdesk)",
        ),
    ],
)
def test_examples_that_wait_for_another_part_say_so(text: str, place: str) -> None:
    error = refused(text, "aql")

    assert error.errors[0].code == "not_connected"
    assert marked(text, error) == place


def test_what_does_not_wait_in_these_examples() -> None:
    changed = where('status CHANGED FROM "In use" TO "Lost" BY bob AFTER -1m')

    assert where("object NOT HAVING outR()", "aql") == Not(
        Related(Edges("out"), where(""), ">=", 1)
    )
    assert changed == Changed(
        STATUS,
        (ident("option", "In use"),),
        (ident("option", "Lost"),),
        (world.BOB.id, world.BOB_TOO.id),
        Period(start=world.NOW.replace(month=10, hour=11, microsecond=1)),
    )


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("system.title ~ 'network card'", "nql"),
        ("objectType = Laptop", "aql"),
        ("computer.memory.size > 4 AND category = Laptops", "nql"),
        ("type = file.system", "nql"),
        ("'Warranty End' < 3m2d", "nql"),
        ("id_in(1,2) OR my_primary()", "nql"),
        ("linked_items(LAP-1, true, false)", "nql"),
        ('Label STARTSWITH "a" AND Key IN (LAP-1, LAP-2)', "aql"),
        ("Created > startOfMonth(-1mo) AND Updated < endOfDay()", "aql"),
        ('"Department" IN outboundReferences(objectType = Department)', "aql"),
        ("objectTypeId = file.system OR anyAttribute = x", "aql"),
    ],
)
def test_examples_of_the_products_are_understood(text: str, dialect: Dialect) -> None:
    assert checked(text, dialect).where is not None
