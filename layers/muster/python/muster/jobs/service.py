"""Jobs from start to end: made, queued, run by a worker, cancelled, undone."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from muster.errors import ConflictError, MusterError, NotFoundError, TransientError
from muster.ids import is_id, new_id
from muster.jobs.model import Job, JobState
from muster.jobs.running import (
    KIND,
    JobBroken,
    JobCancelled,
    JobPaused,
    JobTaken,
    Running,
    body_of,
    job_of,
)
from muster.ledger.model import Actor, Cause, Commit, Put, Reason, Record, Stamp, Write
from muster.ledger.port import VersionConflictError
from muster.replica.port import Page
from muster.scope import Scope

type Handler = Callable[[Running], Mapping[str, Any]]
"""Does a job's work, commit by commit, and returns what the finished job's record is to hold.

A handler that is given a job which is under way goes on where the job's record says.
"""

HANDLERS: dict[str, str] = {
    "import": "muster.transfer.worker:run_import",
    "undo": "muster.jobs.undo:run_undo",
}
"""Named and not imported: jobs lie below the features that use them, and a worker loads what its
job needs."""

CAUSES = {"import": Cause.IMPORT, "undo": Cause.UNDO}
OVER = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
_ROUNDS = 5


class JobMissingError(NotFoundError):
    """There is no job of this id."""

    code = "not_found"


class JobOverError(ConflictError):
    """The job is over: there is nothing left to cancel."""

    code = "job_over"


class JobNotUndoableError(ConflictError):
    """The job changed nothing, is not over, or has been undone."""

    code = "job_not_undoable"


def timestamp(moment: datetime) -> str:
    """Return a time as records hold it: RFC 3339 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def create_job(scope: Scope, job: Job, *, job_id: str | None = None) -> Record:
    """Commit a new job without queueing it, and return its record."""
    put = Put(KIND, job_id or new_id(KIND), body_of(job), history=False)
    return _stored(put, scope.commit([put]))


def read_job(scope: Scope, job_id: str) -> Record:
    """Return a job's record as it is now. One call. Raises JobMissingError."""
    record = scope.ledger.get(KIND, job_id) if is_id(KIND, job_id) else None
    if record is None:
        raise JobMissingError("There is no job of this id.")
    return record


def list_jobs(scope: Scope, *, limit: int, after: str | None = None) -> Page:
    """Return a page of job records, newest first."""
    scope.replica.catch_up()
    return scope.replica.page_of(KIND, limit=limit, after=after, descending=True)


def change_job(
    scope: Scope, record: Record, writes: Sequence[Write] = (), **changes: Any
) -> Record:
    """Commit other values of a job's members, with other writes; raises VersionConflictError."""
    job = job_of(record).model_copy(update=changes)
    put = Put(KIND, record.id, body_of(job), before=record, history=False)
    return _stored(put, scope.commit([*writes, put]))


def start_job(scope: Scope, job_id: str, **changes: Any) -> Record:
    """Queue a job that waits; a job that is queued or running already is left as it is.

    The message is sent after the commit: when sending fails, asking again sends it.
    """
    record = read_job(scope, job_id)
    for _ in range(_ROUNDS):
        job = job_of(record)
        if job.state is not JobState.WAITING:
            break
        by = {"id": scope.actor.id, "name": scope.actor.name}
        parameters = {**job.parameters, **changes.pop("parameters", {}), "by": by}
        try:
            record = change_job(
                scope, record, state=JobState.QUEUED, parameters=parameters, error=None, **changes
            )
        except VersionConflictError:
            record = read_job(scope, job_id)
    if job_of(record).state is JobState.QUEUED:
        send(scope, job_id)
        # A queue in memory has run it by now.
        record = read_job(scope, job_id)
    return record


def send(scope: Scope, job_id: str) -> None:
    """Send a job to the tenant's queue."""
    if scope.queue is None:
        raise RuntimeError("this scope has no queue to send a job to")
    scope.queue.send(scope.tenant, job_id)


def cancel_job(scope: Scope, job_id: str) -> Record:
    """Stop a job: at once when it waits, after its present commit when it runs.

    Raises JobMissingError, JobOverError.
    """
    for _ in range(_ROUNDS):
        record = read_job(scope, job_id)
        job = job_of(record)
        if job.state in OVER:
            raise JobOverError(f"The job is {job.state}: there is nothing left to cancel.")
        try:
            return change_job(scope, record, **_cancelled(scope, job))
        except VersionConflictError:
            continue
    return change_job(scope, read_job(scope, job_id), cancel_requested=True)


def _cancelled(scope: Scope, job: Job) -> dict[str, Any]:
    if job.state is JobState.RUNNING:
        return {"cancel_requested": True}
    finished = timestamp(scope.now())
    return {"cancel_requested": True, "state": JobState.CANCELLED, "finished_at": finished}


def undo_job(scope: Scope, job_id: str) -> Record:
    """Start a job that takes another one's commits back, and return its record.

    Asking again while the first undo stands returns that one. Raises JobMissingError,
    JobNotUndoableError.
    """
    record = read_job(scope, job_id)
    job = job_of(record)
    if job.state not in OVER:
        raise JobNotUndoableError(f"The job is {job.state}: cancel it, or wait until it is over.")
    if job.first_seq is None:
        raise JobNotUndoableError("The job changed nothing: there is nothing to undo.")
    standing = _standing_undo(scope, job)
    if standing is not None:
        return standing
    by = {"id": scope.actor.id, "name": scope.actor.name}
    undo = Job(
        type="undo",
        title=f"Undo: {job.title}",
        state=JobState.QUEUED,
        parameters={"by": by},
        undoes=job_id,
    )
    undo_id = new_id(KIND)
    made = Put(KIND, undo_id, body_of(undo), history=False)
    try:
        change_job(scope, record, [made], undone_by=undo_id)
    except VersionConflictError:
        # Somebody else was quicker: theirs is the undo then.
        return undo_job(scope, job_id)
    send(scope, undo_id)
    return read_job(scope, undo_id)


def _standing_undo(scope: Scope, job: Job) -> Record | None:
    """Return the undo that is under way; one that failed or was stopped may be tried anew."""
    if job.undone_by is None:
        return None
    undo = read_job(scope, job.undone_by)
    if job_of(undo).state in {JobState.FAILED, JobState.CANCELLED}:
        return None
    if job_of(undo).state is JobState.DONE:
        raise JobNotUndoableError(
            f"The job was undone by {undo.id}: undo that one to bring everything back.",
            extra={"undone_by": undo.id},
        )
    return undo


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
        running.commit(state=JobState.QUEUED)
        send(scope, job_id)
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


def _handler(job_type: str) -> Handler:
    module, _, name = HANDLERS[job_type].partition(":")
    found: Handler = getattr(importlib.import_module(module), name)
    return found


def _error(error: MusterError) -> dict[str, Any]:
    errors = [each.as_json() for each in error.errors[:20]]
    return {"code": error.code, "detail": error.detail} | ({"errors": errors} if errors else {})


def _end(running: Running, state: JobState, **changes: Any) -> None:
    """Commit the job's last state; a cancel that comes as late as this is too late."""
    if state is not JobState.WAITING:
        changes["finished_at"] = timestamp(running.scope.now())
    try:
        running.commit(state=state, **changes)
    except JobCancelled:
        running.commit(state=state, **changes)


def _scope_of(scope: Scope, record: Record) -> Scope:
    """Act as the one who started the job, for the job's reason."""
    job = job_of(record)
    by = job.parameters.get("by")
    actor = Actor(by["id"], by["name"]) if by else record.created.by
    request = scope.reason.request_id
    reason = Reason(CAUSES[job.type], request, job=record.id, message=job.title)
    return replace(scope, actor=actor, reason=reason, request=None, dry_run=False)


def _stored(put: Put, commit: Commit) -> Record:
    stamp = Stamp(commit.at, commit.actor, commit.seq)
    before = put.before
    created = before.created if before else stamp
    version = before.version + 1 if before else 1
    return Record(put.kind, put.id, version, put.body, created, stamp)
