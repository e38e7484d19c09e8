"""What a sequence says of triggers and schedules, and how a run that is due starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from muster.jobs.due import Plan
from muster.jobs.timetable import Due
from muster.ledger.model import Body, Reason, Record
from muster.ledger.model import Cause as Why
from muster.scope import Scope
from muster.sequences.runs import Cause, actor_of, run_by_itself


def plan(body: Body) -> Plan:
    """Return the triggers and schedules of a sequence that runs by itself."""
    if not body["enabled"] or body["visibility"] != "public":
        return Plan()
    return Plan(tuple(body["triggers"]), tuple(body["schedules"]))


def start(scope: Scope, record: Record, schedule: Mapping[str, Any], due: Due) -> None:
    """Start a run over what the schedule selects."""
    reason = Reason(Why.SEQUENCE, scope.reason.request_id)
    scope = replace(scope, actor=actor_of(record), reason=reason)
    key = f"{due.number}@{due.at.isoformat()}"
    run_by_itself(scope, record, schedule["selection"], Cause(due.at, key))
