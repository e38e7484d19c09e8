"""Shows bulk work and the rows of its plan as the API gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.bulk.api import BulkRowView, BulkState, BulkView, PlanView
from muster.bulk.asked import Run
from muster.bulk.model import PlanHead
from muster.jobs.model import Job, JobState
from muster.jobs.present import job_facts
from muster.jobs.running import job_of
from muster.ledger.model import Record

_STATES = {
    JobState.DONE: BulkState.DONE,
    JobState.FAILED: BulkState.FAILED,
    JobState.CANCELLED: BulkState.CANCELLED,
    JobState.WAITING: BulkState.PLANNED,
}


def bulk_view(record: Record, head: PlanHead | None = None, run: Run | None = None) -> BulkView:
    """Return bulk work as the API gives it."""
    job = job_of(record)
    return BulkView(
        type=job.type,
        title=job.title,
        state=bulk_state(job),
        selection=run.selection if run else None,
        operations=run.operations if run else None,
        plan=_plan(head) if head else None,
        **job_facts(record),
    )


def bulk_state(job: Job) -> BulkState:
    """Return where bulk work stands, from its job's state and its step."""
    planning = job.parameters.get("step") == "plan"
    return _STATES.get(job.state, BulkState.PLANNING if planning else BulkState.APPLYING)


def _plan(head: PlanHead) -> PlanView:
    return PlanView(
        seq=head.seq, counts=head.counts, left_out=head.left_out, warnings=head.warnings
    )


def row_view(row: Mapping[str, Any], done: int) -> BulkRowView:
    """Return a row as the API gives it; `done` is how many rows have been applied."""
    return BulkRowView(
        row=row["row"],
        action=row["action"],
        applied=row["position"] < done,
        asset=row.get("id"),
        key=row.get("key") or None,
        name=row.get("name"),
        changes=row.get("changes", ()),
        problems=row.get("problems", ()),
    )
