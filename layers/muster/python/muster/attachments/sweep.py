"""The job that removes contents which nothing refers to any more, and what old uploads left.

A file's record goes first; its objects go once nothing that could be taken back needs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from muster.access.model import Permission
from muster.attachments.model import UploadState
from muster.attachments.orphans import orphaned_contents, orphaned_uploads
from muster.attachments.unused import UPLOADS_KEPT, Usage, old_uploads
from muster.attachments.uploads import upload_name
from muster.files.contents import all_files
from muster.files.model import KIND, object_name
from muster.jobs.model import Job, JobState
from muster.jobs.running import JobBroken, Running
from muster.jobs.service import check_permissions, create_job, start_job, timestamp
from muster.ledger.model import Delete, Record, Write
from muster.ledger.packing import pack
from muster.ledger.port import FenceMovedError, VersionConflictError
from muster.scope import Scope

_AT_ONCE = 90
_ROUNDS = 50

type _Choose = Callable[[Scope, Sequence[Record]], Iterator[Record]]


def last_change(scope: Scope, days: int) -> datetime:
    """Return when a file was last changed that is swept now, at latest."""
    return scope.now() - timedelta(days=days)


def start_sweep(scope: Scope, days: int) -> Record:
    """Start the job that sweeps, and return its record. Raises JobForbiddenError."""
    check_permissions(scope, (Permission.ASSET_PURGE,))
    job = Job(
        type="sweep",
        title=f"Remove files without use for {days} days",
        state=JobState.WAITING,
        parameters={
            "days": days,
            # Kept, so that a worker that goes on a day later removes no more than was asked for.
            "before": timestamp(last_change(scope, days)),
            "needs": [Permission.ASSET_PURGE.value],
        },
    )
    return start_job(scope, create_job(scope, job))


def run_sweep(running: Running) -> Mapping[str, Any]:
    """Remove files, then old uploads, then objects; begun again, it does what is left."""
    scope = running.scope
    scope.replica.catch_up()
    running.begin()
    before = datetime.fromisoformat(running.job.parameters["before"])

    def unused(scope: Scope, records: Sequence[Record]) -> Iterator[Record]:
        usage = Usage(scope)
        return (r for r in records if r.updated.at < before and not usage.is_used(r.id))

    _remove(running, all_files(scope), unused)
    _remove(running, old_uploads(scope), _ended)
    _remove_objects(running, before)
    return {"result": running.job.result, "last_seq": running.record.updated.seq}


def _ended(scope: Scope, records: Sequence[Record]) -> Iterator[Record]:
    for record in records:
        if record.body["state"] == UploadState.WAITING:
            scope.objects.delete(upload_name(record.id))
        yield record


def _remove(running: Running, records: Iterator[Record], choose: _Choose) -> None:
    for some in batched(records, _AT_ONCE, strict=False):
        running.go_on()
        _remove_some(running, some, choose)


def _remove_some(running: Running, records: Sequence[Record], choose: _Choose) -> None:
    """Remove those of the records that are chosen, choosing again whenever something moved."""
    scope = running.scope
    for _ in range(_ROUNDS):
        seq = scope.replica.catch_up()
        known = scope.replica.get_many(records[0].kind, [record.id for record in records])
        # What refers to a file is an asset or the catalog: neither may move between look and deed.
        unmoved = {"assets": seq, "catalog": seq}
        try:
            for writes in pack([Delete(record)] for record in choose(scope, list(known.values()))):
                running.commit(writes, unmoved=unmoved, **_counted(running.job, writes))
        except (FenceMovedError, VersionConflictError):
            continue
        return
    raise JobBroken("busy", "Others kept changing assets: sweep again later.")


def _counted(job: Job, writes: Sequence[Write]) -> dict[str, Any]:
    """Return the job's members after these records are removed: its progress, and its counts."""
    gone = [write.before for write in writes if isinstance(write, Delete)]
    files = [record for record in gone if record.kind == KIND]
    more = {
        "files": len(files),
        "bytes": sum(record.body["size"] for record in files),
        "uploads": len(gone) - len(files),
    }
    done = job.progress.done + len(gone)
    progress = job.progress.model_copy(update={"total": done, "done": done, "updated": done})
    return {"progress": progress, "result": _summed(job.result, more)}


def _summed(result: Mapping[str, Any], more: Mapping[str, int]) -> dict[str, Any]:
    return {**result, **{name: int(result.get(name, 0)) + n for name, n in more.items()}}


def _remove_objects(running: Running, before: datetime) -> None:
    """Remove objects that nothing needs; this can't be taken back, but then nobody can want it."""
    scope = running.scope
    for hashes in orphaned_contents(scope, before):
        for sha256 in hashes:
            scope.objects.delete(object_name(sha256))
        if hashes:
            running.commit(result=_summed(running.job.result, {"objects": len(hashes)}))
        running.go_on()
    for name in orphaned_uploads(scope, scope.now() - UPLOADS_KEPT):
        scope.objects.delete(name)
