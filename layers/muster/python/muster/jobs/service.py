"""Jobs from start to end: made, queued, run by a worker, cancelled, undone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from muster.access.model import Permission
from muster.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
)
from muster.ids import is_id, new_id
from muster.jobs.model import Job, JobState
from muster.jobs.running import (
    KIND,
    body_of,
    job_of,
)
from muster.ledger.model import Commit, Put, Record, Stamp, Write
from muster.ledger.port import VersionConflictError
from muster.replica.port import Page
from muster.scope import Scope

OVER = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
_ROUNDS = 5


class JobMissingError(NotFoundError):
    """There is no job of this id."""

    code = "not_found"


class JobForbiddenError(ForbiddenError):
    """What the job does needs permissions that the caller has not."""

    code = "permission_missing"


class ResultMissingError(NotFoundError):
    """The job has no result file, or it has expired."""

    code = "result_missing"


class JobOverError(ConflictError):
    """The job is over: there is nothing left to cancel."""

    code = "job_over"


class JobNotUndoableError(ConflictError):
    """The job changed nothing, is not over, or has been undone."""

    code = "job_not_undoable"


def timestamp(moment: datetime) -> str:
    """Return a time as records hold it: RFC 3339 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def check_permissions(scope: Scope, needed: Iterable[Permission]) -> None:
    """Raise JobForbiddenError unless the caller has all of these; a worker has them."""
    missing = [each for each in needed if not scope.may(each)]
    if missing:
        raise JobForbiddenError(
            f"This needs the permission {', '.join(missing)} as well.",
            extra={"missing_permissions": [str(each) for each in missing]},
        )


def create_job(scope: Scope, job: Job, *, job_id: str | None = None) -> Record:
    """Commit a new job without queueing it, and return its record."""
    put = Put(KIND, job_id or new_id(KIND), body_of(job), history=False)
    return _stored(put, scope.commit([put]))


def queue_job(scope: Scope, job: Job, *, job_id: str | None = None) -> Record:
    """Commit a new job, and send it if it is queued: one commit, so that an Idempotency-Key can go
    with it.

    Raises VersionConflictError when there is a job of this id.
    """
    return send_queued(scope, create_job(scope, job, job_id=job_id))


def send_queued(scope: Scope, record: Record) -> Record:
    """Send a job if it is queued, and return it as it is then.

    Its message may have been lost after its commit; one too many does no harm.
    """
    if job_of(record).state is not JobState.QUEUED or scope.dry_run:
        return record
    send(scope, record)
    # A queue in memory has run it by now.
    return read_job(scope, record.id)


def read_job(scope: Scope, job_id: str) -> Record:
    """Return a job's record as it is now. One call. Raises JobMissingError."""
    record = scope.ledger.get(KIND, job_id) if is_id(KIND, job_id) else None
    if record is None:
        raise JobMissingError("There is no job of this id.")
    return record


def find_job(scope: Scope, job_id: str, types: Collection[str]) -> Record | None:
    """Return the record of a job of one of these types, None when there is none of this id."""
    try:
        record = read_job(scope, job_id)
    except JobMissingError:
        return None
    return record if record.body["type"] in types else None


def list_jobs(
    scope: Scope,
    *,
    limit: int,
    after: Sequence[Any] | None = None,
    types: Collection[str] = (),
    states: Collection[str] = (),
) -> Page:
    """Return a page of job records, newest first; `after` is `Page.next` of the page before.

    `types` and `states` are those that are wanted, none: all.
    """
    scope.replica.catch_up()
    at = str(after[0]) if after else None
    found: list[Record] = []
    while True:
        page = scope.replica.page_of(KIND, limit=limit, after=at, descending=True)
        for record in page.items:
            body = record.body
            if (not types or body["type"] in types) and (not states or body["state"] in states):
                found.append(record)
            at = record.id
            if len(found) == limit:
                more = page.next is not None or record.id != page.items[-1].id
                return replace(page, items=tuple(found), next=(at,) if more else None)
        if page.next is None:
            return replace(page, items=tuple(found), next=None)


def read_results(scope: Scope, job_id: str) -> str:
    """Return the address of a job's result file, good for five minutes.

    Raises JobMissingError, ResultMissingError, JobForbiddenError.
    """
    file = job_of(read_job(scope, job_id)).result.get("file")
    if file is None:
        raise ResultMissingError("The job has no result file (yet).")
    # Some files hold more than whoever may read jobs may read otherwise.
    check_permissions(scope, map(Permission, file.get("needs", ())))
    if scope.objects.size(file["object"]) is None:
        raise ResultMissingError("The job's result file has expired.")
    return scope.objects.presign_download(file["object"], filename=file["name"])


def change_job(
    scope: Scope, record: Record, writes: Sequence[Write] = (), **changes: Any
) -> Record:
    """Commit other values of a job's members, with other writes; raises VersionConflictError."""
    job = job_of(record).model_copy(update=changes)
    put = Put(KIND, record.id, body_of(job), before=record, history=False)
    return _stored(put, scope.commit([*writes, put]))


def start_job(scope: Scope, record: Record, **changes: Any) -> Record:
    """Queue a job as it was read; one that somebody else changed meanwhile is left as it is then.

    The message is sent after the commit: when sending fails, `send` it again.
    """
    by = {"id": scope.actor.id, "name": scope.actor.name}
    parameters = {**job_of(record).parameters, **changes.pop("parameters", {}), "by": by}
    changes = {**changes, "parameters": parameters, "error": None, "cancel_requested": False}
    try:
        record = change_job(scope, record, **changes, state=JobState.QUEUED)
    except VersionConflictError:
        record = read_job(scope, record.id)
    return send_queued(scope, record)


def send(scope: Scope, record: Record) -> None:
    """Send a job to the tenant's queue."""
    if scope.queue is None:
        raise RuntimeError("this scope has no queue to send a job to")
    scope.queue.send(scope.tenant, record.id, record.version)


def cancel_job(scope: Scope, job_id: str) -> Record:
    """Stop a job: at once when it waits, after its present commit when it runs.

    One that is under way and waits for its next worker is ended by that one.
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
    paused = job.state is JobState.QUEUED and job.progress.done > 0
    if paused or job.state is JobState.RUNNING:
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
    needs = tuple(job.parameters.get("needs", ()))
    check_permissions(scope, (Permission.ASSET_WRITE, *map(Permission, needs)))
    standing = _standing_undo(scope, job)
    if standing is not None:
        return standing
    by = {"id": scope.actor.id, "name": scope.actor.name}
    undo = Job(
        type="undo",
        title=f"Undo: {job.title}",
        state=JobState.QUEUED,
        parameters={"by": by, "needs": list(needs)},
        undoes=job_id,
    )
    undo_id = new_id(KIND)
    put = Put(KIND, undo_id, body_of(undo), history=False)
    try:
        change_job(scope, record, [put], undone_by=undo_id)
    except VersionConflictError:
        # Somebody else was quicker: theirs is the undo then.
        return undo_job(scope, job_id)
    if scope.dry_run:
        stamp = Stamp(scope.now(), scope.actor, record.updated.seq)
        return Record(KIND, undo_id, 1, put.body, stamp, stamp)
    return send_queued(scope, read_job(scope, undo_id))


def _standing_undo(scope: Scope, job: Job) -> Record | None:
    """Return the undo that is under way.

    One that failed or was stopped may be tried anew, and so may one that was undone itself.
    """
    if job.undone_by is None:
        return None
    undo = read_job(scope, job.undone_by)
    if job_of(undo).state in {JobState.FAILED, JobState.CANCELLED}:
        return None
    if job_of(undo).state is JobState.DONE:
        if _is_taken_back(scope, job_of(undo)):
            return None
        raise JobNotUndoableError(
            f"The job was undone by {undo.id}: undo that one to bring everything back.",
            extra={"undone_by": undo.id},
        )
    return undo


def _is_taken_back(scope: Scope, job: Job) -> bool:
    """Tell whether what a job did is undone now: each undo may have been undone in its turn."""
    taken_back = False
    while job.undone_by is not None:
        job = job_of(read_job(scope, job.undone_by))
        if job.state is not JobState.DONE:
            break
        taken_back = not taken_back
    return taken_back


def _stored(put: Put, commit: Commit) -> Record:
    stamp = Stamp(commit.at, commit.actor, commit.seq)
    before = put.before
    created = before.created if before else stamp
    version = before.version + 1 if before else 1
    return Record(put.kind, put.id, version, put.body, created, stamp)
