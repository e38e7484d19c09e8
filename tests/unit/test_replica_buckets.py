"""Days and moments are told apart by the day, week, month, quarter or year of a time zone."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.days import Span
from muster.replica.condition import Place
from muster.replica.measures import Group
from tests.unit.aggregate_world import counts, least, rows_of, world_at
from tests.unit.replica_world import World

__all__ = ["least"]


@pytest.fixture
def world(tmp_path: Path, least: int) -> World:
    world = world_at(tmp_path, least)
    world.asset(1, name="Lamp")
    return world


_STARTS: dict[Span, Any] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "quarter": lambda day: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
    "year": lambda day: day.replace(month=1, day=1),
}


_MOMENTS = st.integers(0, 120 * 365 * 86400 * 10**6).map(
    lambda microseconds: datetime(1971, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    moments=st.lists(_MOMENTS, min_size=1, max_size=12),
    by=st.sampled_from(sorted(_STARTS)),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"]),
)
def test_moments_fall_into_the_days_of_a_time_zone(
    tmp_path_factory: pytest.TempPathFactory,
    least: int,
    moments: list[datetime],
    by: Span,
    zone: str,
) -> None:
    """Each moment is told apart by its local day, at changes to and from summer time too."""
    world = world_at(tmp_path_factory.mktemp("replica"), least)
    for number, at in enumerate(moments, 1):
        fields = {"f.at": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}", "f.d": at.date().isoformat()}
        world.asset(number, fields=fields)
    local = Counter(_STARTS[by](at.astimezone(ZoneInfo(zone)).date()) for at in moments)
    plain = Counter(_STARTS[by](at.date()) for at in moments)

    of_moments = counts(world, Group(Place("f.at"), by, zone))
    of_days = counts(world, Group(Place("f.d"), by, zone))
    world.replica.close()

    assert of_moments == {(day.isoformat(),): count for day, count in local.items()}
    assert of_days == {(day.isoformat(),): count for day, count in plain.items()}


def test_the_hour_of_a_change_to_summer_time_is_split(world: World) -> None:
    """A zone's offset is that of the very second, for columns and for fields."""
    night = datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC)
    for number, seconds in enumerate((0, 1, 3600 * 24 - 3600, 3600 * 24 - 3599), 30):
        at = night + timedelta(seconds=seconds)
        world.asset(number, type="typ_Z", fields={"f.at": f"{at:%Y-%m-%dT%H:%M:%SZ}"})

    found = counts(world, Group(Place("f.at"), "day", "Europe/Berlin"), types=["typ_Z"])

    assert found == {("2026-03-28",): 1, ("2026-03-29",): 2, ("2026-03-30",): 1}


def test_records_times_fall_into_days(world: World) -> None:
    """An asset's own times are told apart in the caller's zone; what is no time is empty."""
    (row,) = rows_of(world, Group(Place("created_at"), "day", "America/New_York"))
    (other,) = rows_of(world, Group(Place("created_at"), "day"), Group(Place("name"), "year"))

    assert row.keys == (date(2025, 12, 31).isoformat(),)
    assert other.keys == ("2026-01-01", None)
