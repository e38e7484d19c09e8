"""Starts the runs that are due, and works out when each is due next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from muster.jobs.timetable import Due, Timetable
from muster.ledger.model import Actor, Reason, Record
from muster.ledger.model import Cause as Why
from muster.sequences.cron import next_due
from muster.sequences.follow import ACTOR_ID, MakeScope, actor_of
from muster.sequences.model import KIND
from muster.sequences.runs import Cause, run_by_itself


def run_due(make_scope: MakeScope, timetable: Timetable, due: Due, now: datetime) -> None:
    """Start a run that is due, and move it to its next time.

    However many times were missed, it runs once, and goes on from now. Told twice it does nothing
    twice. What a newer version of the sequence no longer says is taken away.
    """
    reason = Reason(Why.SEQUENCE, f"due-{due.at:%Y%m%dT%H%MZ}")
    scope = make_scope(due.tenant, Actor(ACTOR_ID, "Sequences"), reason)
    record = scope.ledger.get(KIND, due.sequence)
    schedule = _schedule(record, due)
    if record is None or schedule is None:
        timetable.move(due, None)
        return
    scope = make_scope(due.tenant, actor_of(record), reason)
    key = f"{due.number}@{due.at.isoformat()}"
    run_by_itself(scope, record, schedule["selection"], Cause(due.at, key))
    after = max(due.at, now)
    timetable.move(due, next_due(schedule["cron"], schedule["time_zone"], after))


def _schedule(record: Record | None, due: Due) -> Mapping[str, Any] | None:
    """Return the schedule as it stands; None when it is off, gone, or of an older version."""
    if record is None or record.version != due.version or not record.body["enabled"]:
        return None
    schedules = record.body["schedules"] if record.body["visibility"] == "public" else []
    found: Mapping[str, Any] | None = next(iter(schedules[due.number : due.number + 1]), None)
    return found
