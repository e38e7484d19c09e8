"""Shows a job as the API gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from muster.jobs.model import JobState, Progress
from muster.jobs.running import job_of
from muster.jobs.service import timestamp
from muster.ledger.model import Record


class JobFacts(BaseModel):
    """What is told of a job of any type."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str
    version: int
    progress: Progress
    error: dict[str, Any] | None = None
    """Code and detail, when it failed."""
    cancel_requested: bool = False
    undone_by: str | None = None
    """The job that took it back."""
    created_at: str
    created_by: str
    started_at: str | None = None
    finished_at: str | None = None


class JobView(JobFacts):
    """A job: what it does, how far it is, and what came of it."""

    type: str
    title: str
    state: JobState
    result: dict[str, Any]
    """For an undo, `skipped` tells what stays, and why: the first 100. `file` is the result file's
    name, media_type and size: `/v1/jobs/{job_id}/results` leads to it."""
    undoes: str | None = None
    wake_at: str | None = None
    """When a job that waits goes on by itself."""


_INNER = {"next", "schema_done", "plan_name"}


def job_view(record: Record) -> JobView:
    """Return a job without what only its worker needs."""
    job = job_of(record)
    return JobView(
        type=job.type,
        title=job.title,
        state=job.state,
        result=_result(job.result),
        undoes=job.undoes,
        wake_at=job.wake_at,
        **job_facts(record),
    )


def job_facts(record: Record) -> dict[str, Any]:
    """Return what is told of a job of any type, by the names of `JobFacts`."""
    job = job_of(record)
    return {
        "id": record.id,
        "version": record.version,
        "progress": job.progress,
        "error": job.error,
        "cancel_requested": job.cancel_requested,
        "undone_by": job.undone_by,
        "created_at": timestamp(record.created.at),
        "created_by": record.created.by.name,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


def _result(result: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in result.items() if name not in _INNER}
    if "file" in shown:
        shown["file"] = {n: v for n, v in shown["file"].items() if n != "object"}
    return shown
