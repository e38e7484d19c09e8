"""What predicates on each kind of field become, and values that do not fit."""

from __future__ import annotations

import pytest

from muster.query.check.conditions import negated, some_of
from muster.replica.condition import (
    All,
    Condition,
    Empty,
    Equal,
    Has,
    InFolder,
    InNetwork,
    Like,
    Near,
    Not,
    Place,
    Related,
    Versioned,
    Within,
)
from tests.unit import query_world as world
from tests.unit.query_asked import where
from tests.unit.query_world import ident

MODEL = Place("computer.model")
CUSTODIAN = Place("asset.custodian")
CHECK = Place("last.check")
STATUS = Place("asset.status")
OS = Place("computer.os.version")
FOLDER = Place("folder")
DEPARTMENT = Place("id", ("asset.department",))
IN_USE, LOST = ident("option", "In use"), ident("option", "Lost")
BERLIN_LAPTOPS, OLD = ident("folder", "Laptops 2"), ident("folder", "Old")
LAPTOPS = ident("folder", "Laptops")
COMPUTERS = tuple(sorted(ident("asset_type", n) for n in ("computer", "laptop", "tablet")))
BOBS = (world.BOB.id, world.BOB_TOO.id)
_NOON = "2026-11-24T12:00:00Z"


def before(place: Place, value: object) -> Condition:
    return Within(place, high=value, high_included=False)


def after(place: Place, value: object) -> Condition:
    return Within(place, low=value, low_included=False)


def natural(*values: str) -> Condition:
    """Return what a reference to assets of these names asks."""
    leaves = ("key", "tag", "serial", "name")
    return some_of([Equal(Place(leaf, DEPARTMENT.hops), values) for leaf in leaves])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # texts
        ("model = x", Equal(MODEL, ("x",))),
        ("model == X", Equal(MODEL, ("X",), exact=True)),
        ("status == LOST", Equal(STATUS, (LOST,))),
        ("type IN CASE (computer)", Equal(Place("type"), (ident("asset_type", "computer"),))),
        ("model IN CASE (x, Y)", Equal(MODEL, ("x", "Y"), exact=True)),
        ("model != x", All((Not(Empty(MODEL)), Not(Equal(MODEL, ("x",)))))),
        ("model NOT IN (x, y)", All((Not(Empty(MODEL)), Not(Equal(MODEL, ("x", "y")))))),
        ('model IN (x, "")', some_of([Empty(MODEL), Equal(MODEL, ("x",))])),
        ('model = ""', Empty(MODEL)),
        ("model = EMPTY", Empty(MODEL)),
        ('model = "EMPTY"', Equal(MODEL, ("EMPTY",))),
        ("model IS NOT NULL", Not(Empty(MODEL))),
        ("model < x", Within(MODEL, high="x", high_included=False)),
        ("model >= x", Within(MODEL, low="x")),
        ("model BETWEEN a AND b", Within(MODEL, "a", "b")),
        ("model NOT BETWEEN a AND b", Not(Within(MODEL, "a", "b"))),
        ("model LIKE 'a*'", Like(MODEL, "a*")),
        ("model NOT STARTSWITH a", Not(Like(MODEL, "a", "starts"))),
        ("model ENDSWITH a", Like(MODEL, "a", "ends")),
        ("model MATCHES '*a?'", Like(MODEL, "*a?", "matches")),
        ("model HAS 'think pad'", Has(MODEL, "think pad")),
        ("model NOT HAS x", Not(Has(MODEL, "x"))),
        ("model ~ tinkpad", Near(MODEL, "tinkpad")),
        ("model !~ x", Not(Near(MODEL, "x"))),
        # numbers, amounts, durations, yes and no
        ("memory = 16", Equal(Place("computer.memory.size"), (16,))),
        ('memory = "16"', Equal(Place("computer.memory.size"), (16,))),
        ("weight > -1.5", Within(Place("computer.weight"), low=-1.5, low_included=False)),
        ("cost >= 100", Within(Place("purchase.cost"), low={"minor": 10000, "currency": "EUR"})),
        (
            'rate = "99.5 USD"',
            Equal(Place("purchase.rate"), ({"minor": 9950, "currency": "USD"},)),
        ),
        ("'repair duration' < 2w3d", before(Place("repair.duration"), 1468800)),
        ("leased = yes", Equal(Place("computer.leased"), (True,))),
        ("leased != 1", All((Not(Empty(Place("computer.leased"))), Not(where("leased = true"))))),
        # days and moments, in Berlin at noon UTC
        ("'warranty end' = 2026-11-24", Equal(Place("warranty.end"), ("2026-11-24",))),
        ("'warranty end' > -1d", after(Place("warranty.end"), "2026-11-23")),
        (
            "'last check' = 2026-11-24",
            Within(CHECK, "2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z", high_included=False),
        ),
        ("'last check' < 2026-11-24", before(CHECK, "2026-11-23T23:00:00Z")),
        ("'last check' <= 2026-11-24", before(CHECK, "2026-11-24T23:00:00Z")),
        ("'last check' > 2026-11-24", Within(CHECK, "2026-11-24T23:00:00Z")),
        ("'last check' >= 2026-11-24", Within(CHECK, "2026-11-23T23:00:00Z")),
        ("'last check' = 2026-11-24T13:00", Equal(CHECK, (_NOON,))),
        ("'last check' > '2026-11-24T12:00Z'", after(CHECK, _NOON)),
        (
            "'last check' BETWEEN 2026-11-24 AND 2026-11-24",
            Within(CHECK, "2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z", high_included=False),
        ),
        ("created = 2026-11-24T13:00", Equal(Place("created_at"), (world.NOW,))),
        ("'backup time' >= '8:30'", Within(Place("backup.time"), "08:30:00")),
        # options
        ("status = 'in USE'", Equal(STATUS, (IN_USE,))),
        (f"status = {IN_USE}", Equal(STATUS, (IN_USE,))),
        ("status IN ('In use', Lost)", Equal(STATUS, (IN_USE, LOST))),
        ("status LIKE in", Equal(STATUS, (IN_USE, ident("option", "In stock")))),
        ("status ~ lots", negated(where("status !~ lots"))),
        ("status MATCHES 'l*t'", Equal(STATUS, (LOST,))),
        # people
        (f"custodian = {world.ADA.id}", Equal(CUSTODIAN, (world.ADA.id,))),
        (
            "custodian = 'ada@example.org'",
            Equal(CUSTODIAN, (world.ADA.id, "ada@example.org")),
        ),
        ("custodian = bob", Equal(CUSTODIAN, (*BOBS, "bob"))),
        ("custodian = Grace", Equal(CUSTODIAN, ("Grace",))),
        (
            "custodian LIKE love",
            some_of([Equal(CUSTODIAN, (world.ADA.id,)), Like(CUSTODIAN, "love")]),
        ),
        ("createdBy LIKE love", Equal(Place("created_by"), (world.ADA.id,))),
        # references
        (f"department = {ident('asset', 'a')}", Equal(DEPARTMENT, (ident("asset", "a"),))),
        ("department = Finance", natural("Finance")),
        ("department IN (Finance, IT)", natural("Finance", "IT")),
        ("department != IT", All((Not(Empty(DEPARTMENT)), Not(natural("IT"))))),
        ("department IS EMPTY", Empty(DEPARTMENT)),
        ("department LIKE fin", Like(Place("name", DEPARTMENT.hops), "fin")),
        (
            "department.memory > 4",
            after(Place("computer.memory.size", DEPARTMENT.hops), 4),
        ),
        # types and folders
        ("type = computer", Equal(Place("type"), (ident("asset_type", "computer"),))),
        ("type UNDER Computer", Equal(Place("type"), COMPUTERS)),
        ("schema = Computer", Equal(Place("type"), COMPUTERS)),
        ("type LIKE tab", Equal(Place("type"), (ident("asset_type", "tablet"),))),
        ("fits UNDER laptop", Equal(Place("asset.fits"), COMPUTERS[:2])),
        ("folder = laptops", Equal(FOLDER, (LAPTOPS, BERLIN_LAPTOPS))),
        ("folder = '/berlin/laptops/'", Equal(FOLDER, (BERLIN_LAPTOPS,))),
        ("folder = '/'", Empty(FOLDER)),
        ("folder != '/'", All((Not(Empty(FOLDER)), Not(Empty(FOLDER))))),
        ("folder UNDER '/Electronics'", InFolder((ident("folder", "Electronics"),))),
        ("folder NOT UNDER Laptops", Not(InFolder((LAPTOPS, BERLIN_LAPTOPS)))),
        ("path STARTSWITH '/electronics/'", Equal(FOLDER, (LAPTOPS, OLD))),
        (
            "path IN ('/', '/Berlin/Laptops')",
            some_of([Equal(FOLDER, (BERLIN_LAPTOPS,)), Empty(FOLDER)]),
        ),
        # addresses and versions
        ("ip = 10.20.0.0/16", InNetwork(Place("network.ip"), "10.20.0.0/16")),
        ("ip = 10.20.3.4/16", InNetwork(Place("network.ip"), "10.20.0.0/16")),
        ("ip = '2001:DB8::1'", Equal(Place("network.ip"), ("2001:db8::1",))),
        ("range = 10.1.2.3", InNetwork(Place("network.range"), "10.1.2.3/32")),
        ("ip LIKE '10.2'", Like(Place("network.ip"), "10.2")),
        ("mac = 00-1B-63-84-45-E6", Equal(Place("network.mac"), ("00:1b:63:84:45:e6",))),
        ("'os version' = 13", Versioned(OS, "=", "13")),
        ("'os version' < '13.2'", Versioned(OS, "<", "13.2")),
        (
            "'os version' BETWEEN 13 AND 14",
            All((Versioned(OS, ">=", "13"), Versioned(OS, "<=", "14"))),
        ),
    ],
)  # fmt: skip
def test_a_predicate_becomes_its_condition(text: str, expected: Condition) -> None:
    assert where(text) == expected


def test_what_every_asset_has_is_never_empty_unless_no_asset_is_there() -> None:
    there = Empty(Place("id", ("asset.department",)))

    assert where("created IS EMPTY") == where("NOT created IS NOT EMPTY")
    assert where("created IS NOT EMPTY OR model = x") == where("key IS NOT EMPTY")
    assert where("department.created IS EMPTY") == there


def test_images_files_and_the_trash_are_asked_for_as_yes_or_no() -> None:
    assert where("hasImage = no") == Empty(Place("@images"))
    assert where("hasFiles = true") == Not(Empty(Place("@files")))
    assert where("deleted = true") == Equal(Place("deleted"), (True,))


def test_linked_assets_are_counted() -> None:
    found = where("links > 2")

    assert isinstance(found, Related)
    assert (found.edges.direction, found.edges.fields) == ("any", ())
    assert set(found.edges.link_types or ()) == {each.id for each in world.LINK_TYPES}
    assert (found.sign, found.number) == (">", 2)


def test_a_primary_asset_is_found_by_its_person() -> None:
    asset = ident("asset", "mine")
    primary = {world.BOB.id: asset}

    assert where("primaryOf = Bob", read_primary_assets=lambda: primary) == Equal(
        Place("id"), (asset,)
    )
    assert where("primaryOf IS NOT EMPTY", read_primary_assets=lambda: primary) == Equal(
        Place("id"), (asset,)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model = chair", Has(MODEL, "chair")),
        ("model != chair", Not(Has(MODEL, "chair"))),
        ("system.title = 'office chair'", Has(Place("name"), "office chair")),
        ("key = LAP-1", Equal(Place("key"), ("LAP-1",))),
        ("model == chair", Equal(MODEL, ("chair",), exact=True)),
        ("model = ''", Empty(MODEL)),
        ("memory = 16", Equal(Place("computer.memory.size"), (16,))),
        ("asset.labels = Red", Equal(Place("asset.labels"), (ident("option", "Red"),))),
        ("category = Berlin", Equal(FOLDER, (ident("folder", "Berlin"),))),
        ("text = linux", Has(None, "linux")),
        ("text != linux", Not(Has(None, "linux"))),
    ],
)
def test_in_asset_trackers_dialect_equal_texts_have_the_words(
    text: str, expected: Condition
) -> None:
    assert where(text, "nql") == expected
