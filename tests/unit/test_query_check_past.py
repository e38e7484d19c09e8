"""WAS and CHANGED: values, people and periods of what was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from muster.replica.condition import Changed, Condition, Not, Period, Place, Some, Was
from tests.unit import query_world as world
from tests.unit.query_asked import marked, refused, where
from tests.unit.query_world import ident

STATUS = Place("asset.status")
IN_USE, LOST = ident("option", "In use"), ident("option", "Lost")
ADA, BOBS = world.ADA.id, (world.BOB.id, world.BOB_TOO.id)
TICK = timedelta(microseconds=1)
DAY = datetime(2026, 11, 22, 23, tzinfo=UTC)
"""When the 23rd begins in Berlin."""
NEXT = DAY + timedelta(days=1)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status WAS Lost", Was(STATUS, (LOST,))),
        ("status WAS NOT Lost", Not(Was(STATUS, (LOST,)))),
        ("status WAS EMPTY", Was(STATUS, (None,))),
        ("model WAS ''", Was(Place("computer.model"), (None,))),
        ("name WAS abc", Was(Place("name"), ("abc",))),
        ("memory WAS 16", Was(Place("computer.memory.size"), (16,))),
        ("'warranty end' WAS 2026-11-23", Was(Place("warranty.end"), ("2026-11-23",))),
        (
            "'last check' WAS 2026-11-23T12:00Z",
            Was(Place("last.check"), ("2026-11-23T12:00:00Z",)),
        ),
        ("'os version' WAS 13", Was(Place("computer.os.version"), ("13",))),
        ("ip WAS 10.0.0.1", Was(Place("network.ip"), ("10.0.0.1",))),
        ("range WAS 10.0.0.0/8", Was(Place("network.range"), ("10.0.0.0/8",))),
        ("leased WAS yes", Was(Place("computer.leased"), (True,))),
        (
            "cost WAS 9",
            Was(Place("purchase.cost"), ({"minor": 900, "currency": "EUR"},)),
        ),
        ("custodian WAS bob", Was(Place("asset.custodian"), (*BOBS, "bob"))),
        ("type WAS Book", Was(Place("type"), (ident("asset_type", "book"),))),
        ("folder WAS '/'", Was(Place("folder"), (None,))),
        ("folder WAS '/Berlin'", Was(Place("folder"), (ident("folder", "Berlin"),))),
        ("status CHANGED", Changed(STATUS)),
        (
            "status CHANGED FROM 'In use' TO Lost BY 'ada@example.org' AFTER 2026-11-23",
            Changed(STATUS, (IN_USE,), (LOST,), (ADA,), Period(start=NEXT)),
        ),
        ("status CHANGED TO EMPTY", Changed(STATUS, after=(None,))),
        ("status CHANGED BY Bob", Changed(STATUS, by=BOBS)),
        (
            f"status CHANGED BY {ident('member', 'left')}",
            Changed(STATUS, by=(ident("member", "left"),)),
        ),
    ],
)
def test_the_past_is_asked_for_in_stored_values(text: str, expected: Condition) -> None:
    assert where(text) == expected


@pytest.mark.parametrize(
    ("when", "period"),
    [
        ("AFTER 2026-11-23", Period(start=NEXT)),
        ("AFTER 2026-11-23T12:00Z", Period(start=NOON + TICK)),
        ("AFTER -1d", Period(start=NOON + TICK)),
        ("BEFORE 2026-11-23", Period(end=DAY)),
        ("BEFORE 2026-11-23T12:00Z", Period(end=NOON)),
        ("ON 2026-11-23", Period(DAY, NEXT)),
        ("ON 2026-11-23T12:00Z", Period(DAY, NEXT)),
        ("DURING (2026-11-23, 2026-11-23)", Period(DAY, NEXT)),
        ("DURING (2026-11-23, 2026-11-23T12:00Z)", Period(DAY, NOON + TICK)),
    ],
)
def test_days_of_a_period_are_wholes(when: str, period: Period) -> None:
    found = where(f"status WAS Lost {when}")

    assert isinstance(found, Was)
    assert found.period == period


@pytest.mark.parametrize("when", ["AFTER 9999-12-31", "DURING (0001-01-01, 9999-12-31)"])
def test_a_period_may_reach_to_the_ends_of_time(when: str) -> None:
    assert isinstance(where(f"status WAS Lost {when}"), Was)


def test_a_reference_was_one_of_the_assets_that_answer() -> None:
    one, two = ident("asset", "one"), ident("asset", "two")

    found = where("department WAS IT", find_assets={"IT": [one, two]}.__getitem__)

    assert found == Was(Place("asset.department"), (one, two))


def test_too_many_assets_of_one_name_are_refused() -> None:
    error = refused("department WAS IT", find_assets=lambda _: ["ast"] * 1_001)

    assert error.errors[0].code == "limit_exceeded"
    assert "1,000" in error.detail


def test_a_shared_label_changed_where_one_of_its_fields_did() -> None:
    assert where("Owner CHANGED") == Some(
        (Changed(Place("book.owner")), Changed(Place("rack.owner")))
    )


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("department.name WAS x", "wrong_type", "department.name"),
        ("created CHANGED", "wrong_type", "created"),
        ("hasImage WAS true", "wrong_type", "hasImage"),
        ("text WAS x", "wrong_type", "text"),
        ("source CHANGED", "wrong_type", "source"),
        ("status WAS Lots", "unknown_value", "Lots"),
        ("'last check' WAS 2026-11-23", "wrong_type", "2026-11-23"),
        ("ip WAS 10.0.0.0/8", "wrong_type", "10.0.0.0/8"),
        ("status CHANGED BY Grace", "unknown_value", "Grace"),
        ("status CHANGED AFTER soon", "wrong_type", "soon"),
        ("place WAS x", "wrong_type", "x"),
    ],
)
def test_what_has_no_past_is_refused_where_it_stands(text: str, code: str, place: str) -> None:
    error = refused(text)

    assert error.errors[0].code == code
    assert marked(text, error) == place
