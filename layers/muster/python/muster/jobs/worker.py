"""Runs a queued job, and ends it: done, failed, cancelled, or queued again to go on later."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from muster.errors import MusterError, TransientError
from muster.jobs.model import JobState
from muster.jobs.running import (
    KIND,
    JobBroken,
    JobCancelled,
    JobPaused,
    JobTaken,
    Running,
    job_of,
)
from muster.jobs.service import send, timestamp
from muster.ledger.model import Actor, Cause, Reason, Record
from muster.scope import Scope

type Handler = Callable[[Running], Mapping[str, Any]]
"""Does a job's work, commit by commit, and returns what the finished job's record is to hold.

A handler that is given a job which is under way goes on where the job's record says.
"""

HANDLERS: dict[str, str] = {
    "import": "muster.transfer.worker:run_import",
    "undo": "muster.jobs.undo:run_undo",
    "export": "muster.exports.worker:run_export",
    "archive_export": "muster.archive.worker:run_archive_export",
    "archive_import": "muster.archive.worker:run_archive_import",
    "bulk": "muster.bulk.worker:run_bulk",
    "sequence": "muster.bulk.worker:run_bulk",
    "sweep": "muster.attachments.sweep:run_sweep",
    "search_delivery": "muster.searches.scheduled.worker:run_search_delivery",
}
"""Named and not imported: jobs lie below the features that use them, and a worker loads what its
job needs."""

CAUSES: dict[str, Cause] = {
    "import": Cause.IMPORT,
    "undo": Cause.UNDO,
    "export": Cause.EXPORT,
    "archive_export": Cause.EXPORT,
    "archive_import": Cause.ARCHIVE,
    "bulk": Cause.BULK,
    "sequence": Cause.SEQUENCE,
    "sweep": Cause.SWEEP,
    "search_delivery": Cause.SEARCH,
}


def run_job(
    scope: Scope, job_id: str, *, until: datetime | None = None, last_try: bool = False
) -> None:
    """Run a queued job, or go on with one whose worker died; anything else is left alone.

    `until` is when this worker has to stop: the job is queued again then. An error that nobody
    foresaw is raised, so that the queue delivers the job again; on the last try it also ends the
    job as failed. TransientError is raised likewise.
    """
    record = scope.ledger.get(KIND, job_id)
    if record is None or job_of(record).state not in {JobState.QUEUED, JobState.RUNNING}:
        return
    running = Running(_scope_of(scope, record), record, until)
    try:
        _run(running)
    except JobTaken:
        return
    except JobPaused:
        _pause(running)
    except Exception:
        if last_try:
            detail = "Something went wrong that nobody foresaw; the operators have been told."
            _end(running, JobState.FAILED, error={"code": "internal_error", "detail": detail})
        raise


def _run(running: Running) -> None:
    try:
        if running.job.state is JobState.QUEUED:
            started = running.job.started_at or timestamp(running.scope.now())
            running.commit(state=JobState.RUNNING, started_at=started)
        handler = _handler(running.job.type)
        result = dict(handler(running))
    except JobCancelled:
        _end(running, JobState.CANCELLED)
    except JobBroken as broken:
        _end(running, JobState.FAILED, error=broken.error)
    except TransientError:
        raise
    except MusterError as error:
        _end(running, JobState.FAILED, error=_error(error))
    else:
        _end(running, result.pop("state", JobState.DONE), **result)


def _pause(running: Running) -> None:
    """Queue the job again; one that the user stops in this moment is ended by whoever goes on."""
    try:
        with suppress(JobCancelled):
            running.commit(state=JobState.QUEUED)
        if running.job.state is not JobState.QUEUED:
            running.commit(state=JobState.QUEUED)
    except JobTaken:
        return
    send(running.scope, running.record)


def _handler(job_type: str) -> Handler:
    module, _, name = HANDLERS[job_type].partition(":")
    found: Handler = getattr(importlib.import_module(module), name)
    return found


def _error(error: MusterError) -> dict[str, Any]:
    errors = [each.as_json() for each in error.errors[:20]]
    return {"code": error.code, "detail": error.detail} | ({"errors": errors} if errors else {})


def _end(running: Running, state: JobState, **changes: Any) -> None:
    """Commit the job's last state; a cancel that comes as late as this is too late.

    It is not for a job that would wait for the user now.
    """
    if state is JobState.WAITING and running.job.cancel_requested:
        state = JobState.CANCELLED
    if state is not JobState.WAITING:
        changes["finished_at"] = timestamp(running.scope.now())
    try:
        running.commit(state=state, **changes)
    except JobCancelled:
        _end(running, state, **changes)


def _scope_of(scope: Scope, record: Record) -> Scope:
    """Act as the one who started the job, for the job's reason."""
    job = job_of(record)
    by = job.parameters.get("by")
    actor = Actor(by["id"], by["name"]) if by else record.created.by
    request = scope.reason.request_id
    reason = Reason(CAUSES[job.type], request, job=record.id, message=job.title)
    return replace(scope, actor=actor, reason=reason, request=None, dry_run=False)
