"""What a scheduled search says of when it runs, and how a run that is due starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.jobs.due import Plan
from muster.jobs.timetable import Due
from muster.ledger.model import Body, Record
from muster.scope import Scope
from muster.searches.scheduled.runs import start_due


def plan(body: Body) -> Plan:
    """Return the one schedule of a search that runs by itself."""
    if not body["enabled"]:
        return Plan()
    return Plan(schedules=({"cron": body["cron"], "time_zone": body["time_zone"]},))


def start(scope: Scope, record: Record, schedule: Mapping[str, Any], due: Due) -> None:
    """Start the run of a moment."""
    del schedule
    start_due(scope, record, due.at)
