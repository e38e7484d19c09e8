"""Shows imports and the rows of their plans as the API gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.http.forms import form_view
from muster.jobs.model import Job, JobState
from muster.jobs.present import job_facts
from muster.jobs.running import job_of
from muster.ledger.model import Record
from muster.ledger.objects import Upload
from muster.transfer.api import ImportState, ImportView, PlanView, RowView
from muster.transfer.planfile import PlanHead

_STATES = {
    JobState.DONE: ImportState.DONE,
    JobState.FAILED: ImportState.FAILED,
    JobState.CANCELLED: ImportState.CANCELLED,
}
_WAITING = {"ready": ImportState.READY, "planned": ImportState.PLANNED}


def import_view(
    record: Record,
    *,
    head: PlanHead | None = None,
    upload: Upload | None = None,
    has_file: bool = True,
) -> ImportView:
    """Return an import as the API gives it."""
    job = job_of(record)
    return ImportView(
        filename=job.parameters["filename"],
        size=job.parameters.get("size"),
        state=import_state(job, has_file=has_file),
        upload=form_view(upload),
        plan=_plan(head, job) if head else None,
        **job_facts(record),
    )


def import_state(job: Job, *, has_file: bool) -> ImportState:
    """Return where an import stands, from its job's state and its step."""
    step = job.parameters["step"]
    if job.state in _STATES:
        return _STATES[job.state]
    if job.state is not JobState.WAITING:
        return ImportState.PLANNING if step == "plan" else ImportState.APPLYING
    if step == "upload" and not has_file:
        return ImportState.WAITING_FOR_FILE
    return _WAITING.get(step, ImportState.READY)


def _plan(head: PlanHead, job: Job) -> PlanView:
    plan = head.plan
    return PlanView(
        number=plan.number,
        seq=plan.seq,
        detected=plan.facts.model_copy(update={"notes": ()}),
        mapping=plan.mapping,
        counts=plan.counts,
        schema_changes=plan.schema_changes,
        notes=plan.notes,
        needs=tuple(job.parameters.get("needs", ())),
    )


def row_view(row: Mapping[str, Any], done: int) -> RowView:
    """Return a row as the API gives it; `done` is how many rows have been applied."""
    return RowView(
        row=row["row"],
        action=row["action"],
        applied=row["position"] < done,
        key=row.get("key"),
        asset=row.get("id"),
        name=row.get("name"),
        changes=row.get("changes", ()),
        problems=row.get("problems", ()),
    )
