"""Bulk work from start to end: operations over a selection are planned, looked at, applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from muster.access.model import Permission
from muster.assets.selection import check_selection, selected
from muster.bulk.asked import Run, words_of
from muster.bulk.model import PlanHead
from muster.bulk.planning import make_plan, ready
from muster.bulk.refusals import BulkMissingError, BulkNotPlannedError
from muster.ids import new_id
from muster.jobs.model import Job, JobState, Progress
from muster.jobs.plans.planfile import PlanFile, new_plan_name
from muster.jobs.running import KIND, job_of
from muster.jobs.service import (
    check_permissions,
    find_job,
    queue_job,
    send_queued,
    start_job,
    timestamp,
)
from muster.ledger.model import Record
from muster.scope import Scope

PLANNED_AT_ONCE = 200
"""More assets are planned by the worker."""
TYPES = frozenset({"bulk", "sequence"})


@dataclass(frozen=True)
class Start:
    """How a run begins, beside what it does."""

    job_type: Literal["bulk", "sequence"] = "bulk"
    title: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """What the job's record is to keep besides: small, for whoever started the run."""
    apply: bool = False
    """Apply the plan without waiting for a look."""
    job_id: str | None = None
    """One that is given makes the run once, however often it is started: VersionConflictError."""


def begin_run(scope: Scope, run: Run, start: Start) -> tuple[Record, PlanHead | None]:
    """Make a job of operations over a selection, and return its record with the plan.

    A small selection is planned at once, a larger one by the worker. Raises JobForbiddenError,
    InvalidOperationError, and what a selection that can't be raises.
    """
    check_permissions(scope, (Permission.ASSET_WRITE,))
    scope.replica.catch_up()
    kept = check_selection(scope, run.selection, time_zone=run.time_zone)
    run = run.model_copy(update={"selection": kept})
    operating = ready(scope, run)
    job_id = start.job_id or new_id(KIND)
    found = list(islice(selected(scope, run.selection), PLANNED_AT_ONCE + 1))
    scope.objects.put(_request_name(job_id), run.model_dump_json(exclude_unset=True).encode())
    if len(found) > PLANNED_AT_ONCE:
        return queue_job(scope, _job(scope, run, start), job_id=job_id), None
    file = PlanFile(scope.objects, job_id, new_plan_name(1))
    head = make_plan(file, operating, found)
    job = _job(scope, run, start, planned_changes(file, head))
    return queue_job(scope, job, job_id=job_id), head


def _job(scope: Scope, run: Run, start: Start, planned: Mapping[str, Any] | None = None) -> Job:
    words = ", ".join(words_of(each) for each in run.operations)
    job = Job(
        type=start.job_type,
        title=start.title or _short(words[:1].upper() + words[1:]),
        state=JobState.WAITING if planned and not start.apply else JobState.QUEUED,
        parameters={
            **start.parameters,
            "step": "plan",
            "apply": start.apply,
            "by": {"id": scope.actor.id, "name": scope.actor.name},
        },
    )
    if planned is None:
        return job
    parameters = {**job.parameters, **(applying(scope) if start.apply else {"step": "planned"})}
    return job.model_copy(update={**planned, "parameters": parameters})


def _short(title: str, longest: int = 120) -> str:
    return title if len(title) <= longest else f"{title[: longest - 1]}…"


def planned_changes(file: PlanFile, head: PlanHead) -> dict[str, Any]:
    """Return what the job's record keeps of a plan."""
    return {
        "result": {"plan_name": file.name, "counts": head.counts.model_dump()},
        "progress": Progress(total=head.counts.rows),
    }


def applying(scope: Scope) -> dict[str, str]:
    """Return the parameters of a run that begins now: relative dates count from here."""
    return {"step": "apply", "at": timestamp(scope.now())}


def plan_large(scope: Scope, record: Record, run: Run) -> dict[str, Any]:
    """Plan a selection of any size, as the worker does; return what the job's record keeps."""
    scope.replica.catch_up()
    file = PlanFile(scope.objects, record.id, new_plan_name(1))
    found = selected(scope, run.selection)
    return planned_changes(file, make_plan(file, ready(scope, run), found))


def read_run(scope: Scope, job_id: str) -> Record:
    """Return the job of a run. Raises BulkMissingError."""
    record = find_job(scope, job_id, TYPES)
    if record is None:
        raise BulkMissingError("There is no bulk work of this id.")
    return record


def run_of(scope: Scope, job_id: str) -> Run | None:
    """Return what was asked for; None when it has expired."""
    content = scope.objects.get(_request_name(job_id))
    return Run.model_validate_json(content) if content else None


def plan_of(scope: Scope, record: Record) -> tuple[PlanFile, PlanHead] | None:
    """Return a run's plan, None when it is not made yet, or has expired."""
    name = job_of(record).result.get("plan_name")
    file = PlanFile(scope.objects, record.id, name) if name else None
    content = file.read_head() if file else None
    if file is None or content is None:
        return None
    return file, PlanHead.model_validate_json(content)


def apply_run(scope: Scope, job_id: str) -> Record:
    """Start applying a plan, or go on with one that failed; asking again changes nothing.

    Raises BulkMissingError, BulkNotPlannedError, JobForbiddenError.
    """
    record = read_run(scope, job_id)
    job = job_of(record)
    check_permissions(scope, (Permission.ASSET_WRITE,))
    step = job.parameters.get("step")
    if step == "planned" and job.state is JobState.WAITING:
        return start_job(scope, record, parameters=applying(scope))
    if step != "apply" or job.state is JobState.CANCELLED:
        raise BulkNotPlannedError(f"The run is {job.state}, and has no plan to apply.")
    if job.state is JobState.FAILED and job.undone_by is None:
        return start_job(scope, record, finished_at=None)
    return send_queued(scope, record)


def time_of(job: Job) -> datetime:
    """Return the time that a run counts from, once it is applied."""
    return datetime.fromisoformat(job.parameters["at"])


def _request_name(job_id: str) -> str:
    return f"jobs/{job_id}/request.json"
