from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.query.dates import (
    UNITS,
    Clock,
    NoDateError,
    Offset,
    Unit,
    end_of,
    from_now,
    read_literal,
    read_offset,
    shifted,
    start_of,
    today,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
CLOCK = Clock(NOON, BERLIN)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
)


def clocks_between(first: str, last: str) -> st.SearchStrategy[Clock]:
    """Draw moments between two wall clock times in UTC, seen from all the zones."""
    ends = datetime.fromisoformat(first), datetime.fromisoformat(last)
    return st.builds(
        Clock, st.datetimes(*ends, timezones=st.just(UTC)), st.sampled_from(ZONES).map(ZoneInfo)
    )


clocks = clocks_between("0001-01-03T00:00", "9999-12-28T00:00")
modern_clocks = clocks_between("1950-01-01T00:00", "2100-01-01T00:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def clock_at(text: str, zone: str = "Europe/Berlin") -> Clock:
    return Clock(at(text), ZoneInfo(zone))


def test_a_day_is_the_callers() -> None:
    found = read_literal("2026-11-24", CLOCK)

    assert (found.start, found.end) == (at("2026-11-23T23:00Z"), at("2026-11-24T23:00Z"))
    assert found.day == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24T08:30", "2026-11-24T07:30Z"),
        ("2026-11-24 08:30", "2026-11-24T07:30Z"),
        ("2026-11-24T08:30:15", "2026-11-24T07:30:15Z"),
        ("2026-11-24T08:30:15.25Z", "2026-11-24T08:30:15.250000Z"),
        ("2026-11-24T08:30Z", "2026-11-24T08:30Z"),
        ("2026-11-24t08:30z", "2026-11-24T08:30Z"),
        ("2026-11-24T08:30+05:30", "2026-11-24T03:00Z"),
        ("2026-11-24T08:30-0330", "2026-11-24T12:00Z"),
        ("2026-03-29T02:30", "2026-03-29T01:30Z"),
        ("2026-10-25T02:30", "2026-10-25T00:30Z"),
    ],
)
def test_a_time_is_in_its_zone_or_the_callers(text: str, expected: str) -> None:
    """The last two: a time that summer time leaves out, and the first of one that comes twice."""
    found = read_literal(text, CLOCK)

    assert (found.start, found.end) == (at(expected), None)


def test_days_of_a_change_to_and_from_summer_time_have_23_and_25_hours() -> None:
    short, long = read_literal("2026-03-29", CLOCK), read_literal("2026-10-25", CLOCK)

    assert short.end is not None
    assert long.end is not None
    assert short.end - short.start == timedelta(hours=23)
    assert long.end - long.start == timedelta(hours=25)


def test_a_day_without_midnight_begins_after_the_change() -> None:
    found = read_literal("2018-11-04", clock_at("2018-11-04T15:00Z", "America/Sao_Paulo"))

    assert found.start == at("2018-11-04T03:00Z")


@pytest.mark.parametrize(
    "text",
    [
        "2026-13-01",
        "2026-02-30",
        "0000-01-01",
        "2026-11-24T24:00",
        "2026-11-24T08:60",
        "2026-11-24T08:30+24:00",
        "2026-11-24T08:30+01:60",
        "0001-01-01T00:00",
        "9999-12-31T23:59-14:00",
        "24.11.2026",
        "\uff12026-11-24",
        "",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(NoDateError):
        read_literal(text, CLOCK)


def test_the_last_and_the_first_day_of_all_are_days() -> None:
    last = read_literal("9999-12-31", Clock(NOON, ZoneInfo("America/New_York")))
    first = read_literal("0001-01-01", Clock(NOON, BERLIN))

    assert last.end == datetime.max.replace(tzinfo=UTC)
    assert first.start == datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "inside", "expected"),
    [
        ("-2m3w2d", False, Offset(months=-2, weeks=-3, days=-2)),
        ("3m2d", False, Offset(months=3, days=2)),
        ("+3m", False, Offset(months=3)),
        ("1y", False, Offset(years=1)),
        ("-2h 15m", True, Offset(hours=-2, minutes=-15)),
        (" - 90 d ", True, Offset(days=-90)),
        ("1mo2m", True, Offset(months=1, minutes=2)),
        ("1d1d", True, Offset(days=2)),
    ],
)
def test_m_is_months_outside_and_minutes_inside(text: str, inside: bool, expected: Offset) -> None:
    assert read_offset(text, inside=inside) == expected


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("", True),
        ("-", True),
        ("1", True),
        ("1s", True),
        ("1M", True),
        ("1h", False),
        ("1mo", False),
        ("-1d-1d", True),
        ("9" * 100 + "d", True),
        ("1d" * 1000, True),
    ],
)
def test_what_is_no_offset_is_refused(text: str, inside: bool) -> None:
    with pytest.raises(NoDateError):
        read_offset(text, inside=inside)


@pytest.mark.parametrize(
    ("now", "offset", "expected"),
    [
        ("2026-03-31T10:00Z", Offset(months=-1), "2026-02-28T11:00Z"),
        ("2028-02-29T10:00Z", Offset(years=1), "2029-02-28T10:00Z"),
        ("2026-12-31T10:00Z", Offset(months=2), "2027-02-28T10:00Z"),
        ("2026-01-31T10:00Z", Offset(months=1, days=1), "2026-03-01T10:00Z"),
        ("2026-03-28T12:00Z", Offset(days=1), "2026-03-29T11:00Z"),
        ("2026-03-28T12:00Z", Offset(hours=24), "2026-03-29T12:00Z"),
        ("2026-10-25T01:30Z", Offset(), "2026-10-25T01:30Z"),
    ],
)
def test_days_keep_the_clock_and_hours_pass(now: str, offset: Offset, expected: str) -> None:
    """Months end on their last day, and the second of two equal hours is its own moment."""
    assert from_now(offset, clock_at(now)).start == at(expected)


@pytest.mark.parametrize(
    ("unit", "first", "last"),
    [
        ("Day", "2026-11-23T23:00Z", "2026-11-24T22:59:59.999999Z"),
        ("Week", "2026-11-22T23:00Z", "2026-11-29T22:59:59.999999Z"),
        ("Month", "2026-10-31T23:00Z", "2026-11-30T22:59:59.999999Z"),
        ("Quarter", "2026-09-30T22:00Z", "2026-12-31T22:59:59.999999Z"),
        ("Year", "2025-12-31T23:00Z", "2026-12-31T22:59:59.999999Z"),
    ],
)
def test_periods_begin_and_end_on_the_callers_calendar(unit: Unit, first: str, last: str) -> None:
    assert start_of(unit, CLOCK).start == at(first)
    assert end_of(unit, CLOCK).start == at(last)


def test_the_end_of_a_month_stays_the_end_of_a_month() -> None:
    found = end_of("Month", clock_at("2027-02-10T12:00Z"), Offset(months=1))

    assert found.day == date(2027, 3, 31)


def test_an_offset_counts_from_midnight_though_todays_is_left_out() -> None:
    clock = clock_at("2018-11-04T15:00Z", "America/Sao_Paulo")

    found = start_of("Day", clock, Offset(days=-1))

    assert found.start == at("2018-11-03T03:00Z")


def test_what_leads_out_of_all_years_is_refused() -> None:
    for years in (8000, -8000, 10**50):
        with pytest.raises(NoDateError):
            from_now(Offset(years=years), CLOCK)
    for days in (10**9, 10**50):
        with pytest.raises(NoDateError):
            from_now(Offset(days=days), CLOCK)
        with pytest.raises(NoDateError):
            from_now(Offset(hours=-24 * days), CLOCK)


def test_the_end_of_the_last_year_is_refused() -> None:
    with pytest.raises(NoDateError):
        end_of("Year", Clock(datetime(9999, 6, 1, tzinfo=UTC), ZoneInfo("UTC")))


def test_units_are_all_there() -> None:
    assert get_args(Unit.__value__) == UNITS


@given(clock=clocks)
def test_a_day_holds_its_moments(clock: Clock) -> None:
    found = today(clock)

    assert found.end is not None
    assert found.start <= clock.now < found.end
    assert read_literal(found.day.isoformat(), clock) == found


@given(clock=modern_clocks, unit=st.sampled_from(UNITS))
def test_a_period_holds_now_and_meets_the_next(clock: Clock, unit: Unit) -> None:
    lengths: dict[Unit, Offset] = {
        "Day": Offset(days=1),
        "Week": Offset(weeks=1),
        "Month": Offset(months=1),
        "Quarter": Offset(months=3),
        "Year": Offset(years=1),
    }

    first, last = start_of(unit, clock), end_of(unit, clock)
    following = start_of(unit, clock, lengths[unit])

    assert first.start <= clock.now <= last.start
    assert following.start - last.start == timedelta(microseconds=1)


@given(
    clock=modern_clocks,
    unit=st.sampled_from(("years", "months", "weeks", "days", "hours", "minutes")),
    small=st.integers(-500, 500),
    step=st.integers(1, 500),
)
def test_a_longer_offset_leads_further(clock: Clock, unit: str, small: int, step: int) -> None:
    """Or to the same moment: Apia left out a whole day in 2011."""
    near = shifted(clock.now, Offset(**{unit: small}), clock)
    far = shifted(clock.now, Offset(**{unit: small + step}), clock)

    assert near <= far


@given(text=st.text(max_size=30), inside=st.booleans(), clock=clocks)
def test_no_text_breaks_dates(text: str, inside: bool, clock: Clock) -> None:
    with suppress(NoDateError):
        read_literal(text, clock)
    with suppress(NoDateError):
        from_now(read_offset(text, inside=inside), clock)


@given(
    clock=clocks,
    text=st.from_regex(r"[+-]?([0-9]{1,12}(y|mo|w|d|h|m)){1,4}", fullmatch=True),
    unit=st.sampled_from(UNITS),
)
def test_no_offset_breaks_dates(clock: Clock, text: str, unit: Unit) -> None:
    for read in (start_of, end_of):
        try:
            found = read(unit, clock, read_offset(text, inside=True))
        except NoDateError:
            continue
        assert found.start.tzinfo is UTC


@given(
    clock=clocks,
    text=st.from_regex(
        r"[0-9]{4}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-6][0-9](Z|[+-][0-2][0-9]:[0-6][0-9])?)?",
        fullmatch=True,
    ),
)
def test_no_literal_breaks_dates(clock: Clock, text: str) -> None:
    try:
        found = read_literal(text, clock)
    except NoDateError:
        return
    assert found.end is None or found.start <= found.end
