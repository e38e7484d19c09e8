"""What each function asks or stands for, and how wrong arguments are refused."""

from __future__ import annotations

from typing import Any

import pytest

from muster.query.check.conditions import EVERY, NEVER, negated, some_of
from muster.query.functions.signatures import GROUPS, SIGNATURES, Signature, signature_of
from muster.replica.condition import (
    All,
    Condition,
    Count,
    Duplicate,
    Edges,
    Empty,
    Equal,
    Has,
    Only,
    Place,
    Reachable,
    Related,
    Some,
    Unlisted,
    Versioned,
    Within,
)
from tests.unit import query_world as world
from tests.unit.query_asked import marked, refusal_of, refused, where
from tests.unit.query_world import ident

ADA, BOBS = world.ADA.id, (world.BOB.id, world.BOB_TOO.id)
USER_FIELDS = ("asset.custodian", "rack.owner", "team.members")
LABELS = Place("asset.labels")
RED, BLUE = ident("option", "Red"), ident("option", "Blue")
RUNS, DEPENDS = ident("link_type", "runs"), ident("link_type", "depends")
LINKS = Edges("any", tuple(sorted(kind.id for kind in world.LINK_TYPES)), ())
COMPUTER = Equal(Place("type"), (ident("asset_type", "computer"),))
SERVER = Equal(Place("key"), ("SRV-12",))


def held(*people: str) -> Condition:
    return Some(tuple(Equal(Place(name), people) for name in USER_FIELDS))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # people
        ("custodian = currentUser()", Equal(Place("asset.custodian"), (ADA,))),
        ("custodian IN user(bob)", Equal(Place("asset.custodian"), (*BOBS, "bob"))),
        ("createdBy = currentUser()", Equal(Place("created_by"), (ADA,))),
        (
            "custodian IN inactiveUsers()",
            Unlisted(Place("asset.custodian"), "mem_", tuple(sorted((ADA, *BOBS)))),
        ),
        # one's own
        ("my()", held(ADA)),
        ("my_primary()", NEVER),
        ("my_with_linked()", Reachable(held(ADA), LINKS, seeds_too=True)),
        ("user_is(bob)", held(*BOBS, "bob")),
        ("user_is_with_linked(bob)", Reachable(held(*BOBS, "bob"), LINKS, seeds_too=True)),
        (
            "id_in(LAP-1, 3)",
            some_of([Equal(Place(leaf), ("LAP-1", "3")) for leaf in ("id", "key")]),
        ),
        ("linked_items(SRV-12)", Reachable(SERVER, LINKS, 1)),
        ("linked_items(SRV-12, true, yes)", Reachable(SERVER, LINKS, seeds_too=True)),
        ("linked_items(type = Computer, true)", Reachable(COMPUTER, LINKS)),
        ("linked_items('type = Computer', true)", Reachable(COMPUTER, LINKS)),
        (
            f"linked_items({ident('asset', 'a')})",
            Reachable(Equal(Place("id"), (ident("asset", "a"),)), LINKS, 1),
        ),
        # links and references
        ("inR()", Related(Edges("in"), EVERY)),
        ("inboundReferences('')", Related(Edges("in"), EVERY)),
        ("outR(type = Computer)", Related(Edges("out"), COMPUTER)),
        ("outboundReferences(linux)", Related(Edges("out"), Has(None, "linux"))),
        ("object HAVING inR()", Related(Edges("in"), EVERY)),
        ("object HAVING outR(SRV-12) >= 3", Related(Edges("out"), SERVER, ">=", 3)),
        ("object HAVING linked() = 0", Related(Edges("any"), EVERY, "=", 0)),
        ("object NOT HAVING outR()", negated(Related(Edges("out"), EVERY))),
        (
            "inR(type = Computer, refType IN ('runs ON', Depends))",
            Related(Edges("in", (RUNS, DEPENDS), ()), COMPUTER),
        ),
        ("outR(refType = carries)", Related(Edges("out", (RUNS,), ()), EVERY)),
        ("outR(refType = Department)", Related(Edges("out", (), ("asset.department",)), EVERY)),
        (
            "linked(type = Computer, type = Depends, dir = out)",
            Related(Edges("out", (DEPENDS,), ()), COMPUTER),
        ),
        ("inR(outR(SRV-12))", Related(Edges("in"), Related(Edges("out"), SERVER))),
        ("reachable(SRV-12)", Reachable(SERVER, Edges("any"))),
        (
            "reachable(key = SRV-12, types=('Runs on'), dir='in', depth=4)",
            Reachable(SERVER, Edges("in", (RUNS,), ()), 4),
        ),
        # a condition as the assets that a reference names
        (
            "department IN my()",
            Related(Edges("out", (), ("asset.department",)), held(ADA)),
        ),
        # types, folders
        (
            "type IN objectTypeAndChildren(laptop)",
            Equal(
                Place("type"), tuple(sorted(ident("asset_type", n) for n in ("laptop", "tablet")))
            ),
        ),
        (
            "folder IN folderAndChildren('/Electronics/Laptops')",
            Equal(Place("folder"), (ident("folder", "Laptops"), ident("folder", "Old"))),
        ),
        # versions and lists
        ("'os version' < version('13.2')", Versioned(Place("computer.os.version"), "<", "13.2")),
        ("model >= version(13)", Versioned(Place("computer.model"), ">=", "13")),
        ("model = version(13)", Versioned(Place("computer.model"), "=", "13")),
        ("labels HAVING ALL(red, blue)", All((Equal(LABELS, (RED,)), Equal(LABELS, (BLUE,))))),
        ("labels HAVING ONLY(red, blue)", Only(LABELS, (RED, BLUE))),
        ("labels HAVING COUNT() > 2", Count(LABELS, ">", 2)),
        ("labels HAVING COUNT()", Count(LABELS, ">=", 1)),
        ("owner HAVING ALL(x)", where("owner = x")),
        ("book.owner HAVING COUNT() > 2", Count(Place("id", ("book.owner",)), ">", 2)),
        (
            "member HAVING user(bob, 'ada@example.org')",
            All(
                (
                    Equal(Place("team.members"), (*BOBS, "bob")),
                    Equal(Place("team.members"), (ADA, "ada@example.org")),
                )
            ),
        ),
        # quality of data
        ("duplicateOf(serial)", Duplicate(Place("serial"))),
        ("duplicateOf(computer.model)", Duplicate(Place("computer.model"))),
        ("duplicateOf('OS version')", Duplicate(Place("computer.os.version"))),
        ("duplicateOf(department)", Duplicate(Place("asset.department"))),
        ("missingRequired()", NEVER),
        # time
        (
            "created >= now('-2h 15m')",
            Within(Place("created_at"), low=world.NOW.replace(hour=9, minute=45)),
        ),
        ("created >= now()", Within(Place("created_at"), low=world.NOW)),
        ('created >= "now()"', Within(Place("created_at"), low=world.NOW)),
        ("'warranty end' = today()", Equal(Place("warranty.end"), ("2026-11-24",))),
        ("'warranty end' >= startOfMonth()", Within(Place("warranty.end"), low="2026-11-01")),
        ("'warranty end' <= endOfYear(-1y)", Within(Place("warranty.end"), high="2025-12-31")),
    ],
)
def test_a_function_asks(text: str, expected: Condition) -> None:
    assert where(text) == expected


def test_stale_is_what_was_not_changed_for_so_long() -> None:
    found = where("stale(90d)")

    assert isinstance(found, Within)
    assert (found.place, found.high_included) == (Place("updated_at"), False)
    assert (world.NOW - found.high).days == 90
    assert where("stale(-90d)") == found


def test_the_primary_asset_is_ones_own() -> None:
    asset = ident("asset", "mine")
    primary = Equal(Place("id"), (asset,))
    mine: dict[str, Any] = {"read_primary_assets": lambda: {ADA: asset}}

    assert where("my_primary()", **mine) == primary
    assert where("my()", **mine) == some_of([held(ADA), primary])


def test_values_that_types_require_are_missing_by_type() -> None:
    catalog = world.catalog()
    laptop, book = catalog.types[ident("asset_type", "laptop")], ident("asset_type", "book")
    needs = tuple(
        each.model_copy(update={"required": True})
        for each in catalog.types[ident("asset_type", "computer")].fields
        if each.field in {"computer.model", "asset.department", "asset.number"}
    )
    types = {laptop.id: laptop.model_copy(update={"fields": needs, "parent": None})}
    types[book] = catalog.types[book]
    narrow = type(catalog)(seq=1, types=types, fields=catalog.fields)

    found = where("missingRequired()", catalog=narrow)

    of_laptops = Equal(Place("type"), (laptop.id,))
    assert found == Some(
        (
            All((of_laptops, Empty(Place("id", ("asset.department",))))),
            All((of_laptops, Empty(Place("computer.model")))),
        )
    )


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("nowt() AND my()", "unknown_function", "nowt()"),
        ("now()", "wrong_type", "now()"),
        ("created > my()", "wrong_type", "my()"),
        ("memory > now()", "wrong_type", "now()"),
        ("created > currentUser()", "wrong_type", "currentUser()"),
        ("model = currentUser()", "wrong_type", "currentUser()"),
        ("status IN inactiveUsers()", "wrong_type", "inactiveUsers()"),
        ("type = folderAndChildren(Old)", "wrong_type", "folderAndChildren(Old)"),
        ("model LIKE version(1)", "wrong_type", "version(1)"),
        ("text = now()", "wrong_type", "now()"),
        ("my(bob)", "wrong_arguments", "bob"),
        ("user_is()", "wrong_arguments", ")"),
        ("created > now(-1d, -2d)", "wrong_arguments", "-2d"),
        ("created > now(soon)", "wrong_type", "soon"),
        ("created > now(-1)", "wrong_type", "-1"),
        ("reachable()", "wrong_arguments", ")"),
        ("reachable(SRV-1, depth=0)", "wrong_arguments", "0"),
        ("reachable(SRV-1, depth=many)", "wrong_arguments", "many"),
        ("reachable(SRV-1, dir=up)", "wrong_arguments", "up"),
        ("reachable(SRV-1, types=('Rums on'))", "unknown_value", "'Rums on'"),
        ("inR(type = Compputer)", "unknown_value", "Compputer"),
        ("inR('type = Compputer')", "unknown_value", "'type = Compputer'"),
        ("linked_items(SRV-1, maybe)", "wrong_arguments", "maybe"),
        ("object HAVING my()", "wrong_type", "my()"),
        ("labels HAVING inR()", "wrong_type", "inR()"),
        ("labels HAVING ALL(red) > 2", "wrong_type", "ALL(red)"),
        ("labels HAVING ALL(reed)", "unknown_value", "reed"),
        ("owner HAVING COUNT() > 1", "ambiguous_field", "owner"),
        ("links HAVING COUNT() > 1", "wrong_type", "links"),
        ("duplicateOf(nothing)", "unknown_field", "nothing"),
        ("duplicateOf(department.name)", "wrong_type", "department.name"),
        ("duplicateOf(created)", "wrong_type", "created"),
        ("created > 'now(soon)'", "wrong_type", "'now(soon)'"),
        ("created > 'my()'", "wrong_type", "'my()'"),
        ("created > 'model = (1)'", "syntax", "'model = (1)'"),
        ("created > '(model = 1)'", "wrong_type", "'(model = 1)'"),
        ("stale(old)", "wrong_type", "old"),
        ("type IN objectTypeAndChildren(Labtop)", "unknown_value", "Labtop"),
        ("savedSearch(none)", "unknown_value", "none"),
    ],
)
def test_what_a_function_does_not_take_is_refused_where_it_stands(
    text: str, code: str, place: str
) -> None:
    error = refused(text)

    assert error.errors[0].code == code
    assert marked(text, error) == place


@pytest.mark.parametrize("signature", [each for each in SIGNATURES if each.waits_for])
def test_what_is_not_connected_says_what_has_to_be(signature: Signature) -> None:
    error = refused(signature.example)

    assert error.errors[0].code == "not_connected"
    assert str(signature.waits_for) in error.detail


@pytest.mark.parametrize("signature", [each for each in SIGNATURES if not each.waits_for])
def test_every_example_is_a_query_with_its_function(signature: Signature) -> None:
    """Examples name fields of other catalogs, so that they may be refused for these alone."""
    error = refusal_of(signature.example)

    assert error is None or error.errors[0].code in {"unknown_field", "unknown_value"}
    assert any(f"{name}(" in signature.example for name in signature.names)


def test_functions_are_found_whatever_their_case() -> None:
    assert signature_of("CURRENTuser") is signature_of("currentUser")
    assert len({name.casefold() for s in SIGNATURES for name in s.names}) == sum(
        len(s.names) for s in SIGNATURES
    )
    assert {each for group in GROUPS for each in group.functions} == set(SIGNATURES)
