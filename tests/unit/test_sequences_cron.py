"""Schedules: the next due minute, in a time zone, over changes to and from summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.ids import is_id
from muster.jobs.cron import check_cron, check_zone, next_due
from muster.jobs.identity import derived_id

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def times(cron: str, zone: str, start: str, count: int) -> list[str]:
    found, moment = [], at(start)
    for _ in range(count):
        due = next_due(cron, zone, moment)
        assert due is not None
        found.append(f"{due:%m-%d %H:%M}")
        moment = due
    return found


@pytest.mark.parametrize(
    ("cron", "zone", "start", "due"),
    [
        ("0 7 * * MON-FRI", "UTC", "2026-11-27T08:00", ["11-30 07:00"]),
        ("0 7 * * *", BERLIN, "2026-11-24T00:00", ["11-24 06:00"]),
        ("*/15 * * * *", "UTC", "2026-11-24T00:00", ["11-24 00:15", "11-24 00:30"]),
        ("* * * * *", "UTC", "2026-11-24T00:00", ["11-24 00:01", "11-24 00:02"]),
        ("0 0 29 2 *", "UTC", "2026-11-24T00:00", ["02-29 00:00"]),
    ],
)
def test_a_schedule_is_due(cron: str, zone: str, start: str, due: list[str]) -> None:
    assert times(cron, zone, start, len(due)) == due


def test_a_time_that_does_not_exist_is_due_right_after_the_gap() -> None:
    """On 29 March 2026 Berlin's clocks go from 2:00 to 3:00; nothing is left out that day."""
    found = times("30 2 * * *", BERLIN, "2026-03-28T12:00", 2)

    assert found == ["03-29 01:00", "03-30 00:30"]


def test_a_time_that_comes_twice_is_due_once() -> None:
    """On 25 October 2026 Berlin has 2:30 twice."""
    found = times("30 2 * * *", BERLIN, "2026-10-24T12:00", 2)

    assert found == ["10-25 00:30", "10-26 01:30"]


def test_every_minute_goes_on_over_the_changes() -> None:
    spring = times("* * * * *", BERLIN, "2026-03-29T00:58", 4)
    autumn = times("* * * * *", BERLIN, "2026-10-25T00:58", 4)

    assert spring == ["03-29 00:59", "03-29 01:00", "03-29 01:01", "03-29 01:02"]
    assert autumn == ["10-25 00:59", "10-25 01:00", "10-25 01:01", "10-25 01:02"]


@pytest.mark.parametrize(
    "cron", ["", "* * * *", "0 * * * * *", "61 * * * *", "0 0 30 2 *", "@daily", "a b c d e"]
)
def test_what_is_no_schedule_is_told(cron: str) -> None:
    assert check_cron(cron)


def test_a_schedule_and_a_zone_that_are_right_pass() -> None:
    assert check_cron("0 7 * * MON-FRI") is None
    assert check_zone(BERLIN) is None
    assert check_zone("Mars/Olympus")
    assert check_zone("../etc/passwd")


@given(
    st.sampled_from(["0 7 * * *", "*/7 3 * * *", "30 2 * * 0", "15 */6 1 * *"]),
    st.sampled_from([BERLIN, "UTC", "America/New_York", "Australia/Lord_Howe"]),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - made aware below
)
def test_the_next_time_is_a_whole_minute_that_lies_ahead(
    cron: str, zone: str, naive: datetime
) -> None:
    start = naive.replace(tzinfo=UTC)

    due = next_due(cron, zone, start)

    assert due is not None
    assert start < due < start + timedelta(days=63)
    assert (due.second, due.microsecond) == (0, 0)


def test_a_derived_id_follows_from_its_cause_and_sorts_by_time() -> None:
    """The same cause gives the same id; ids of later causes come later, as drawn ones do."""
    first = derived_id("job", at("2026-11-24T12:00"), "seq_1", 7)
    again = derived_id("job", at("2026-11-24T12:00"), "seq_1", 7)
    other = derived_id("job", at("2026-11-24T12:00"), "seq_1", 8)
    later = derived_id("job", at("2026-11-24T12:01"), "seq_1", 7)

    assert first == again != other
    assert first < later
    assert is_id("job", first)
