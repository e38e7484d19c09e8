"""Starts the runs of scheduled searches, and lists them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from muster.jobs.identity import derived_id
from muster.jobs.model import Job, JobState
from muster.jobs.service import queue_job
from muster.ledger.model import Cause, Record
from muster.ledger.port import VersionConflictError
from muster.replica.port import Page
from muster.scope import Scope
from muster.searches.scheduled.service import SCHEDULES

TASK = "deliver"
_JOBS_LOOKED_AT = 2_000
_PAGE = 500


def run_now(scope: Scope, schedule_id: str) -> Record:
    """Start a run, also of one that is switched off, and return its job; it runs as the owner.

    Raises ScheduledSearchNotFoundError.
    """
    return queue_job(scope, _job(SCHEDULES.read(scope, schedule_id)))


def start_due(scope: Scope, record: Record, at: datetime) -> None:
    """Start the run of a moment, once however often it is told."""
    scope = replace(scope, reason=replace(scope.reason, cause=Cause.SEARCH))
    job_id = derived_id("job", at, record.id, at.isoformat())
    with suppress(VersionConflictError):
        # Where it was started before, whoever follows the ledger sends what is queued.
        queue_job(scope, _job(record), job_id=job_id)


def runs_of(
    scope: Scope, schedule_id: str, *, limit: int, after: Sequence[Any] | None = None
) -> Page:
    """Return a page of a scheduled search's runs, newest first.

    One page looks at 2,000 jobs of the organisation at most, and may so be short though more come.
    Raises ScheduledSearchNotFoundError.
    """
    SCHEDULES.read(scope, schedule_id)
    scope.replica.catch_up()
    at = str(after[0]) if after else None
    found: list[Record] = []
    page = Page((), None, None, scope.replica.seq())
    for _ in range(_JOBS_LOOKED_AT // _PAGE):
        page = scope.replica.page_of("job", limit=_PAGE, after=at, descending=True)
        for record in page.items:
            at = record.id
            if _is_run(record, schedule_id):
                found.append(record)
            if len(found) == limit:
                return replace(page, items=tuple(found), next=(at,))
        if page.next is None:
            break
    more = (at,) if page.next is not None else None
    return replace(page, items=tuple(found), next=more)


def _job(record: Record) -> Job:
    return Job(
        type="search_delivery",
        title=f"Scheduled search: {record.body['name']}",
        state=JobState.QUEUED,
        parameters={"scheduled_search": record.id, "task": TASK},
    )


def _is_run(job: Record, schedule_id: str) -> bool:
    told = job.body.get("parameters") or {}
    return told.get("scheduled_search") == schedule_id and told.get("task") == TASK
