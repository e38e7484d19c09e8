"""Starts what is due, whatever kind of record has the schedule, and works out when it is next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol, cast

from muster.ids import kind_of
from muster.jobs.cron import next_due
from muster.jobs.model import JobState
from muster.jobs.running import job_of
from muster.jobs.service import change_job, send_queued
from muster.jobs.timetable import Due, Timetable
from muster.ledger.model import Actor, Body, Cause, Reason, Record
from muster.ledger.port import VersionConflictError
from muster.scope import Scope

SCHEDULED: Mapping[str, str] = {
    "sequence": "muster.sequences.due",
    "scheduled_search": "muster.searches.scheduled.due",
}
"""Kinds of records that have schedules, and the module that knows what they say.

Named and not imported: jobs lie below the features that use them.
"""
_JOB = "job"
_SYSTEM = Actor("system:schedule", "Schedule")

type MakeScope = Callable[[str, Actor, Reason], Scope]


@dataclass(frozen=True)
class Plan:
    """What a record says of what is to happen by itself."""

    triggers: tuple[Mapping[str, Any], ...] = ()
    schedules: Sequence[Mapping[str, Any]] = ()
    """Each with `cron` and `time_zone`, and with what its kind needs to start."""

    def dues(self, tenant: str, record: str, version: int, after: datetime) -> list[Due]:
        """Return the first time of each schedule after a moment."""
        times = [next_due(each["cron"], each["time_zone"], after) for each in self.schedules]
        return [Due(at, tenant, record, version, number) for number, at in enumerate(times) if at]


class Kind(Protocol):
    """What the module of a kind has."""

    def plan(self, body: Body) -> Plan:
        """Return what a body says; nothing where it is switched off."""
        ...

    def start(self, scope: Scope, record: Record, schedule: Mapping[str, Any], due: Due) -> None:
        """Start what is due, once however often it is told.

        The scope acts for nobody: who acts, and why, is the kind's to say.
        """
        ...


def plan_of(kind: str, body: Body | None) -> Plan:
    """Return what a record says, None being one that is gone."""
    return _kind(kind).plan(body) if body is not None else Plan()


def run_due(make_scope: MakeScope, timetable: Timetable, due: Due, now: datetime) -> None:
    """Start what is due, and move it to its next time.

    However many times were missed, it runs once, and goes on from now. Told twice it does nothing
    twice. What a newer version of its record no longer says is taken away.
    """
    reason = Reason(Cause.SYSTEM, f"due-{due.at:%Y%m%dT%H%MZ}")
    scope = make_scope(due.tenant, _SYSTEM, reason)
    kind = kind_of(due.record) or ""
    record = scope.ledger.get(kind, due.record)
    if record is None or record.version != due.version:
        timetable.move(due, None)
        return
    timetable.move(due, _started(scope, kind, record, due, now))


def _started(scope: Scope, kind: str, record: Record, due: Due, now: datetime) -> datetime | None:
    """Start what is due, and return its next time."""
    if kind == _JOB:
        _go_on(scope, record)
        return None
    schedules = plan_of(kind, record.body).schedules
    if due.number >= len(schedules):
        return None
    schedule = schedules[due.number]
    _kind(kind).start(scope, record, schedule, due)
    return next_due(schedule["cron"], schedule["time_zone"], max(due.at, now))


def _go_on(scope: Scope, record: Record) -> None:
    """Queue a job that waits for this moment; one that is not as it was read is left alone."""
    if job_of(record).state is JobState.WAITING:
        with suppress(VersionConflictError):
            send_queued(scope, change_job(scope, record, state=JobState.QUEUED, wake_at=None))


def _kind(kind: str) -> Kind:
    return cast("Kind", import_module(SCHEDULED[kind]))
