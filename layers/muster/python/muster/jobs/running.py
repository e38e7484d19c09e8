"""A job at work: every commit carries the job's progress, so that a killed worker loses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from muster.jobs.model import Job, JobState
from muster.ledger.model import Commit, Put, Record, Stamp, Write
from muster.ledger.port import VersionConflictError
from muster.scope import Scope

KIND = "job"


class JobCancelled(Exception):  # noqa: N818 - it is the user's word, no error
    """The user asked to stop: what was committed stays, the rest is left."""


class JobTaken(Exception):  # noqa: N818 - nothing is wrong
    """Another worker goes on with the job: this one stops without a trace."""


class JobPaused(Exception):  # noqa: N818 - nothing is wrong
    """The worker's time is over: the job is queued again, and goes on where it is."""


class JobBroken(Exception):  # noqa: N818 - told to the user as the job's error
    """The job can't go on; `error` is what its record keeps."""

    def __init__(self, code: str, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.error = {"code": code, "detail": detail, **extra}


def job_of(record: Record) -> Job:
    """Return the job that a record holds."""
    return Job.model_validate({**record.body, "id": record.id, "version": record.version})


def body_of(job: Job) -> dict[str, Any]:
    """Return the record body of a job."""
    return job.model_dump(mode="json", exclude={"id", "version"}, exclude_none=True)


class Running:
    """A job's record as this worker last wrote it."""

    def __init__(self, scope: Scope, record: Record, until: datetime | None = None) -> None:
        """`until` is when the worker has to stop; None: never."""
        self.scope = scope
        self.record = record
        self.job = job_of(record)
        self._until = until

    def commit(
        self,
        writes: Sequence[Write] = (),
        *,
        unmoved: Mapping[str, int] | None = None,
        **changes: Any,
    ) -> Commit:
        """Commit the writes and the job's changes as one.

        Raises JobCancelled when the user asked for it, JobTaken when another worker went on, and
        what the ledger raises for the writes.
        """
        job = self.job.model_copy(update=changes)
        put = Put(KIND, self.record.id, body_of(job), before=self.record, history=False)
        try:
            commit = self.scope.commit([*writes, put], unmoved=unmoved)
        except VersionConflictError as error:
            if error.extra.get("kind") != KIND or error.extra.get("id") != self.record.id:
                raise
            self._stop(error)
        self._written(job, commit)
        return commit

    def begin(self, **changes: Any) -> None:
        """Note where the job's commits begin, with other changes, unless an earlier worker did."""
        if self.job.first_seq is None:
            self.commit(first_seq=self.record.updated.seq, **changes)

    def keep(self, **changes: Any) -> None:
        """Change members of the job, to be committed with whatever is committed next."""
        self.job = self.job.model_copy(update=changes)

    def go_on(self) -> None:
        """Raise JobPaused when the worker's time is over; called between commits.

        Raises JobCancelled when the user asked for it before this worker began.
        """
        if self.job.cancel_requested:
            raise JobCancelled
        if self._until is not None and self.scope.now() >= self._until:
            raise JobPaused

    def _written(self, job: Job, commit: Commit) -> None:
        stamp = Stamp(commit.at, commit.actor, commit.seq)
        version = self.record.version + 1
        self.record = replace(self.record, body=body_of(job), version=version, updated=stamp)
        self.job = job.model_copy(update={"version": version})

    def _stop(self, error: VersionConflictError) -> None:
        current = self.scope.ledger.get(KIND, self.record.id)
        if current is None:
            raise JobTaken from error
        job = job_of(current)
        if job.cancel_requested and job.state is JobState.RUNNING:
            self.record, self.job = current, job
            raise JobCancelled from error
        raise JobTaken from error
