"""Shows the import of an archive as the API gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.archive.api import (
    ArchiveCounts,
    ArchiveImportState,
    ArchiveImportView,
    ArchivePlan,
)
from muster.http.forms import form_view
from muster.jobs.model import Job, JobState
from muster.jobs.present import job_facts
from muster.jobs.running import job_of
from muster.ledger.model import Record
from muster.ledger.objects import Upload

_STATES = {
    JobState.DONE: ArchiveImportState.DONE,
    JobState.FAILED: ArchiveImportState.FAILED,
    JobState.CANCELLED: ArchiveImportState.CANCELLED,
}


def import_view(
    record: Record, *, upload: Upload | None = None, has_file: bool = True
) -> ArchiveImportView:
    """Return an import as the API gives it."""
    job = job_of(record)
    plan = job.result.get("plan")
    return ArchiveImportView(
        state=_state(job, has_file=has_file),
        size=job.parameters["size"],
        sha256=job.parameters["sha256"],
        upload=form_view(upload),
        plan=_plan(plan) if plan else None,
        **job_facts(record),
    )


def _state(job: Job, *, has_file: bool) -> ArchiveImportState:
    step = job.parameters["step"]
    if job.state in _STATES:
        return _STATES[job.state]
    if job.state is not JobState.WAITING:
        return ArchiveImportState.PLANNING if step == "plan" else ArchiveImportState.APPLYING
    if step == "planned":
        return ArchiveImportState.PLANNED
    return ArchiveImportState.READY if has_file else ArchiveImportState.WAITING_FOR_FILE


def _plan(plan: Mapping[str, Any]) -> ArchivePlan:
    return ArchivePlan(
        counts=ArchiveCounts.model_validate(plan["counts"]),
        numbers=plan["numbers"],
    )
