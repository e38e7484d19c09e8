"""Asset Tracker's value language: each modifier and marker on each kind of field."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog.model import FieldKind, FieldType, Option
from muster.catalog.values import ValueProblem
from muster.ledger.model import Actor
from muster.operations.language import MARKERS, check_text, read_text, shifted
from muster.operations.model import Issue, RunContext

NOW = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
ANNA = Actor("mem_00000000000000000000000ANA", "Anna")
ISSUE = Issue(key="IT-7", assignee="Bob", reporter="Carla")
RUN = RunContext(NOW, ANNA, "UTC", ISSUE)
KINDS = sorted(set(FieldKind) - {FieldKind.AUTO_NUMBER})


def field(kind: FieldKind, **more: Any) -> FieldType:
    return FieldType(name="x.field", label="Field", kind=kind, **more)


def read(kind: FieldKind, text: str, current: Any = None, run: RunContext = RUN) -> Any:
    return read_text(field(kind), text, current, run)


def refusal(kind: FieldKind, text: str, run: RunContext = RUN) -> str:
    with pytest.raises(ValueProblem) as refused:
        read(kind, text, run=run)
    return refused.value.code


@pytest.mark.parametrize(
    ("kind", "text", "current", "value"),
    [
        (FieldKind.TEXT, "new", "old", "new"),
        (FieldKind.TEXT, "+49 30 1234", "old", "+49 30 1234"),
        (FieldKind.TEXT_AREA, "new", "old", "new"),
        (FieldKind.TEXT_AREA, "+, new", "old", "old, new"),
        (FieldKind.TEXT_AREA, "+new", None, "new"),
        (FieldKind.INTEGER, "16", 3, 16),
        (FieldKind.INTEGER, "-16", 3, -16),
        (FieldKind.INTEGER, "+16", 3, 19),
        (FieldKind.INTEGER, "+-16", 3, -13),
        (FieldKind.INTEGER, "+1", None, 1),
        (FieldKind.NUMBER, "13.3", 1, 13.3),
        (FieldKind.NUMBER, "+0.2", 0.1, 0.3),
        (FieldKind.NUMBER, "+-0.5", 2, 1.5),
        (FieldKind.DATE, "2026-11-24", None, "2026-11-24"),
        (FieldKind.DATE, "+2w3d", "2020-01-01", "2026-02-17"),
        (FieldKind.DATE, "-4d", None, "2026-01-27"),
        (FieldKind.DATE, "+-4d", None, "2026-01-27"),
        (FieldKind.DATE, "+1m", None, "2026-02-28"),
        (FieldKind.DATE, "-11m", None, "2025-02-28"),
        (FieldKind.DATE, "+1m1d", None, "2026-03-01"),
        (FieldKind.DATE, "+2y", None, "2028-01-31"),
        (FieldKind.DATETIME, "+1d", None, "2026-02-01T23:30:00Z"),
        (FieldKind.DATETIME, "$currentTime$", None, "2026-01-31T23:30:00Z"),
        (FieldKind.DATETIME, "$currentDate$", None, "2026-01-31T00:00:00Z"),
        (FieldKind.BOOLEAN, "yes", None, True),
        (FieldKind.MONEY, "12.50 EUR", None, {"amount": "12.50", "currency": "EUR"}),
        (FieldKind.DURATION, "2h", None, 7200),
        (FieldKind.EMAIL, "a@example.org", None, "a@example.org"),
        (FieldKind.USER, "Bob", None, "Bob"),
        (FieldKind.TEXT, "costs $5 and $6", None, "costs $5 and $6"),
        (FieldKind.TEXT, "$HOME$", None, "$HOME$"),
        (FieldKind.TEXT, "  ", "old", None),
    ],
)
def test_a_text_means(kind: FieldKind, text: str, current: Any, value: Any) -> None:
    """Plain values, and every modifier."""
    assert read(kind, text, current) == value


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("currentDate", FieldKind.TEXT, "2026-01-31"),
        ("currentDate", FieldKind.DATE, "2026-01-31"),
        ("currentTime", FieldKind.TEXT, "2026-01-31 23:30"),
        ("currentUser", FieldKind.TEXT, "Anna"),
        ("currentUser", FieldKind.USER, ANNA.id),
        ("assignee", FieldKind.TEXT_AREA, "Bob"),
        ("assignee", FieldKind.USER, "Bob"),
        ("reporter", FieldKind.TEXT, "Carla"),
        ("reporter", FieldKind.USER, "Carla"),
    ],
)
def test_a_marker_stands_for(name: str, kind: FieldKind, value: str) -> None:
    """Each marker by itself."""
    assert read(kind, f"${name}$") == value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", MARKERS)
def test_a_marker_goes_into_its_kinds_alone(name: str, kind: FieldKind) -> None:
    """Every marker with every kind: a value, or a refusal that names the kinds."""
    if kind in MARKERS[name]:
        assert read(kind, f"${name}$")
    else:
        assert refusal(kind, f"${name}$") == "marker_not_allowed"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["+words", "+5", "+2w3d"])
def test_a_modifier_never_sets_what_looks_like_a_change(kind: FieldKind, text: str) -> None:
    """Numbers, dates and amounts take a change that fits them or refuse it."""
    fits = {
        FieldKind.INTEGER: {"+5"},
        FieldKind.NUMBER: {"+5"},
        FieldKind.DATE: {"+2w3d"},
        FieldKind.DATETIME: {"+2w3d"},
        FieldKind.MONEY: set(),
        FieldKind.DURATION: set(),
    }
    if kind in fits and text not in fits[kind]:
        expected = {"invalid_change", "invalid_offset", "modifier_not_allowed"}
        assert refusal(kind, text) in expected


def test_markers_stand_inside_other_text_and_behind_a_plus() -> None:
    text = "+; checked $currentDate$ by $currentUser$ for $assignee$"

    found = read(FieldKind.TEXT_AREA, text, "new")

    assert found == "new; checked 2026-01-31 by Anna for Bob"


def test_what_a_marker_brings_is_not_read_again() -> None:
    """A member who is called like a marker stays as they are called."""
    run = replace(RUN, actor=Actor("x", "$reporter$"))

    assert read(FieldKind.TEXT, "by $currentUser$", run=run) == "by $reporter$"


@pytest.mark.parametrize("kind", [FieldKind.DATE, FieldKind.DATETIME, FieldKind.USER])
@pytest.mark.parametrize("text", ["on {}", "{} +2w", "+{}"])
def test_outside_of_texts_a_marker_stands_alone(kind: FieldKind, text: str) -> None:
    marker = "$currentUser$" if kind is FieldKind.USER else "$currentDate$"

    assert refusal(kind, text.format(marker)) == "marker_not_allowed"


@pytest.mark.parametrize("name", ["assignee", "reporter"])
@pytest.mark.parametrize("kind", [FieldKind.TEXT, FieldKind.USER])
def test_issue_markers_need_an_issue_and_somebody_in_it(name: str, kind: FieldKind) -> None:
    alone = replace(RUN, issue=None)
    nobody = replace(RUN, issue=Issue(key="IT-8"))

    assert refusal(kind, f"${name}$", alone) == "issue_needed"
    assert refusal(kind, f"${name}$", nobody) == "issue_lacks_user"


@pytest.mark.parametrize("text", ["$currentdate$", "$curentUser$", "$Assignee$"])
def test_a_mistyped_marker_is_told_and_not_written(text: str) -> None:
    assert refusal(FieldKind.TEXT, text) == "unknown_marker"


@pytest.mark.parametrize("text", ["2w3d", "+", "-", "++2d", "--2d", "+2d2d", "+2x", "+d", "+9999y"])
@pytest.mark.parametrize("kind", [FieldKind.DATE, FieldKind.DATETIME])
def test_what_is_no_offset_is_refused(kind: FieldKind, text: str) -> None:
    assert refusal(kind, text) == "invalid_offset"


def test_days_are_those_of_the_run() -> None:
    """Half past eleven in the evening in London is tomorrow in Berlin."""
    berlin = replace(RUN, time_zone="Europe/Berlin")

    assert read(FieldKind.DATE, "$currentDate$", run=berlin) == "2026-02-01"
    assert read(FieldKind.TEXT, "$currentTime$", run=berlin) == "2026-02-01 00:30"
    assert read(FieldKind.DATE, "+1m", run=berlin) == "2026-03-01"


def test_a_shifted_moment_keeps_the_clock_over_a_change_to_summer_time() -> None:
    winter = RunContext(datetime(2026, 3, 28, 9, tzinfo=UTC), ANNA, "Europe/Berlin")

    assert read(FieldKind.DATETIME, "+1d", run=winter) == "2026-03-29T08:00:00Z"


def test_a_field_of_several_values_takes_a_list() -> None:
    options = (Option(id="opt_1", label="Red"), Option(id="opt_2", label="Blue"))
    colours = field(FieldKind.MULTI_SELECT, options=options)
    people = field(FieldKind.USER, max_values=5)

    assert read_text(colours, "Red, Blue", ["opt_1"], RUN) == ["Red", "Blue"]
    assert read_text(people, "$currentUser$; $assignee$", None, RUN) == [ANNA.id, "Bob"]


def test_a_text_is_checked_without_a_run() -> None:
    """A sequence that needs an issue can be saved; one that can't ever work can't."""
    check_text(field(FieldKind.USER), "$assignee$")

    with pytest.raises(ValueProblem):
        check_text(field(FieldKind.DATE), "$currentUser$")


@given(st.integers(-(2**53), 2**53), st.integers(-(2**53), 2**53))
def test_adding_and_taking_away_come_back(current: int, by: int) -> None:
    there = read(FieldKind.INTEGER, f"+{by}", current)

    assert read(FieldKind.INTEGER, f"+{-by}", there) == current


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.integers(0, 600), st.integers(0, 999))
def test_an_offset_lands_in_its_month(today: date, months: int, days: int) -> None:
    """Months are calendar months with the day clamped; days come after."""
    now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    run = replace(RUN, now=now)

    clamped = date.fromisoformat(shifted(field(FieldKind.DATE), f"+{months}m", run))
    both = date.fromisoformat(shifted(field(FieldKind.DATE), f"+{months}m{days}d", run))

    assert (clamped.year * 12 + clamped.month) - (today.year * 12 + today.month) == months
    assert clamped.day <= today.day
    assert (both - clamped).days == days


@given(st.sampled_from(KINDS), st.text(max_size=40), st.none() | st.just("old"))
def test_any_text_is_a_value_or_a_problem(kind: FieldKind, text: str, current: Any) -> None:
    """Nothing that a user types makes another error."""
    before = current if kind in {FieldKind.TEXT, FieldKind.TEXT_AREA} else None

    with suppress(ValueProblem):
        read(kind, text, before)
