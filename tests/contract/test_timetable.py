"""What every timetable has to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from muster.jobs.dynamo_timetable import DynamoTimetable
from muster.jobs.timetable import Due, Listener, MemoryTimetable, Timetable
from tests.contract.conftest import create_table

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TRIGGER = {"event": "asset_created", "types": ["typ_1"]}
DUE = Due(NOON, "acme", "seq_1", 1, 0)


@pytest.fixture(params=["memory", "dynamo"])
def timetable(request: pytest.FixtureRequest, credentials: None) -> Iterator[Timetable]:
    if request.param == "memory":
        yield MemoryTimetable()
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-central-1")
        create_table(client, "schedule")
        yield DynamoTimetable(client, "schedule")


def listener(
    version: int = 1, *triggers: Mapping[str, object], sequence: str = "seq_1"
) -> Listener:
    return Listener(sequence, version, triggers)


def test_what_listens_is_found_by_its_tenant_alone(timetable: Timetable) -> None:
    timetable.keep("acme", listener(1, TRIGGER), [])
    timetable.keep("acme-eu", listener(1, TRIGGER, sequence="seq_2"), [])

    assert timetable.listeners("acme") == [listener(1, TRIGGER)]
    assert timetable.listeners("nobody") == []


def test_a_newer_version_takes_the_place_and_an_older_never_does(timetable: Timetable) -> None:
    """Stream records that come late, or twice, change nothing."""
    timetable.keep("acme", listener(2, TRIGGER), [])
    timetable.keep("acme", listener(1), [DUE])
    kept = timetable.listeners("acme")
    timetable.keep("acme", listener(3), [])
    timetable.keep("acme", listener(2, TRIGGER), [])

    assert kept == [listener(2, TRIGGER)]
    assert timetable.listeners("acme") == []
    assert timetable.due(NOON) == []


def test_due_is_what_lies_behind_oldest_first(timetable: Timetable) -> None:
    later = replace(DUE, at=NOON + timedelta(minutes=1), number=1)
    earlier = replace(DUE, at=NOON - timedelta(days=40), number=2)
    timetable.keep("acme", listener(), [later, DUE, earlier])

    assert timetable.due(NOON - timedelta(days=41)) == []
    assert timetable.due(NOON + timedelta(seconds=59)) == [earlier, DUE]
    assert timetable.due(NOON + timedelta(minutes=1)) == [earlier, DUE, later]


def test_what_was_due_moves_on_or_away(timetable: Timetable) -> None:
    """Moving twice is moving once."""
    tomorrow = NOON + timedelta(days=1)
    timetable.keep("acme", listener(), [DUE])

    timetable.move(DUE, tomorrow)
    timetable.move(DUE, tomorrow)
    moved = timetable.due(tomorrow)
    timetable.move(moved[0], None)

    assert moved == [replace(DUE, at=tomorrow)]
    assert timetable.due(tomorrow) == []


def test_many_are_due_in_one_minute(timetable: Timetable) -> None:
    for number in range(30):
        each = replace(DUE, record=f"seq_{number:02}")
        timetable.keep("acme", listener(sequence=each.record), [each])

    assert [each.record for each in timetable.due(NOON)] == [f"seq_{n:02}" for n in range(30)]


def test_a_time_is_added_once_however_often_it_is_told(timetable: Timetable) -> None:
    """Beside what a record's schedules say: a job that waits has no other times."""
    waiting = Due(NOON, "acme", "job_1", 4, 0)

    timetable.add(waiting)
    timetable.add(waiting)

    assert timetable.due(NOON) == [waiting]
    assert timetable.listeners("acme") == []
