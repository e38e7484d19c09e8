"""Starts a sequence's runs: asked for, set off by a change, or due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.access.model import Permission
from muster.errors import MusterError, TransientError
from muster.jobs.identity import derived_id
from muster.jobs.model import Job, JobState
from muster.jobs.service import check_permissions, create_job, timestamp
from muster.ledger.model import Actor, Record
from muster.ledger.port import VersionConflictError
from muster.scope import Scope
from muster.sequences.asked import SequenceRun, dumped
from muster.sequences.refusals import SequenceDisabledError
from muster.sequences.service import read_sequence

ACTOR_ID = "system:sequence"


def actor_of(sequence: Record) -> Actor:
    """Return who acts in a run that nobody asked for."""
    return Actor(ACTOR_ID, sequence.body["name"])


@dataclass(frozen=True)
class Cause:
    """What a run goes back to: `key` tells it from all others of its sequence."""

    at: datetime
    key: str
    chain: tuple[str, ...] = ()
    """The sequences whose runs led here, the first one first."""

    def job_id(self, sequence_id: str) -> str:
        """Return the id of the run: the same cause gives the same one."""
        return derived_id("job", self.at, sequence_id, self.key)


def run_sequence(scope: Scope, sequence_id: str, run: SequenceRun) -> Record:
    """Start a run that the caller asks for, and return its job.

    Raises SequenceNotFoundError, SequenceDisabledError, JobForbiddenError, InvalidSelectionError
    and what the operations are refused with.
    """
    record = read_sequence(scope, sequence_id)
    check_permissions(scope, (Permission.ASSET_WRITE,))
    if not record.body["enabled"]:
        raise SequenceDisabledError("The sequence is switched off. Enable it first.")
    return _start(scope, record, run, {"parameters": _parameters(record, ())})


def run_by_itself(scope: Scope, record: Record, selection: Mapping[str, Any], cause: Cause) -> None:
    """Start the run that a cause asks for, once however often it is told.

    One that can't be started is kept as a failed job, where people find it.
    """
    job_id = cause.job_id(record.id)
    parameters = {**_parameters(record, cause.chain), "cause": cause.key}
    try:
        run = SequenceRun.model_validate({"selection": selection})
        _start(scope, record, run, {"parameters": parameters, "job_id": job_id})
    except VersionConflictError:
        return  # it was started before; whoever follows the ledger sends what is queued
    except TransientError:
        raise
    except MusterError as error:
        note_failure(scope, record, cause, {"code": error.code, "detail": error.detail})


def note_failure(scope: Scope, record: Record, cause: Cause, error: Mapping[str, Any]) -> None:
    """Keep a run that was not started as a failed job; telling it twice keeps it once."""
    job = Job(
        type="sequence",
        title=_title(record),
        state=JobState.FAILED,
        parameters={**_parameters(record, cause.chain), "cause": cause.key},
        error=dict(error),
        finished_at=timestamp(scope.now()),
    )
    try:
        create_job(scope, job, job_id=cause.job_id(record.id))
    except VersionConflictError:
        return


def _start(scope: Scope, record: Record, run: SequenceRun, start: Mapping[str, Any]) -> Record:
    from muster.bulk.asked import Run
    from muster.bulk.service import Start, begin_run

    body = record.body
    issue = {"issue": dumped(run.issue)} if run.issue else {}
    wanted = Run.model_validate(
        {
            "selection": dumped(run.selection),
            "operations": body["operations"],
            "missing_field": "fail",
            "ignore_errors": body["ignore_errors"],
            "time_zone": body["time_zone"],
            **issue,
        }
    )
    title = run.title or _title(record)
    begun = Start(job_type="sequence", title=title, apply=True, **start)
    return begin_run(scope, wanted, begun)[0]


def _title(record: Record) -> str:
    return f"Sequence: {record.body['name']}"


def _parameters(record: Record, chain: Sequence[str]) -> dict[str, Any]:
    return {
        "sequence": record.id,
        "sequence_version": record.version,
        "chain": [*chain, record.id],
    }


def run_view(job: Record | None) -> dict[str, Any] | None:
    """Return what a sequence shows of its last run."""
    if job is None:
        return None
    shown = {"job": job.id, "state": job.body["state"], "at": timestamp(job.created.at)}
    return shown | ({"error": job.body["error"]} if job.body.get("error") else {})
