"""What scheduled searches and their runs look like over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from muster.jobs.cron import next_due
from muster.jobs.model import JobState
from muster.jobs.present import job_view
from muster.jobs.service import timestamp
from muster.ledger.model import Record


class _View(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class ScheduledSearchView(_View):
    """A saved search, when it runs, and who is told what it finds."""

    id: str
    version: int
    name: str
    owner: str
    """The id of the member as whom it runs."""
    saved_search: str
    parameters: dict[str, str | int | float | bool | list[str]]
    cron: str
    time_zone: str
    deliver: list[dict[str, Any]]
    when: Literal["always", "results", "new"]
    format: Literal["csv", "jsonl"]
    view: str | None = None
    enabled: bool
    next_run: str | None = None
    """When it is due next; none where it does not run by itself."""
    secret: str | None = None
    """What webhooks are signed with. Given when the search is made and when the secret is
    changed, and never again."""
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str


class DeliveryView(_View):
    """What became of one delivery."""

    to: Literal["webhook", "email", "file"]
    where: str | None = None
    """The webhook's host, or the e-mail address."""
    outcome: Literal["delivered", "waiting", "failed", "not_confirmed"]
    """`waiting`: it is tried again; `not_confirmed`: the address has not subscribed, or no more."""
    detail: str
    tries: int


class RunView(_View):
    """One run of a scheduled search."""

    job: str
    state: JobState
    found: int | None = None
    """How many assets were found."""
    new: int | None = None
    """How many of them the last delivered run had not; only where new ones are asked for."""
    truncated: bool = False
    """Whether there were more than one run looks at."""
    deliveries: list[DeliveryView] = Field(default_factory=list)
    file: dict[str, Any] | None = None
    """Name, media type and size: `/v1/jobs/{job_id}/results` leads to it."""
    error: dict[str, Any] | None = None
    started_at: str | None = None
    finished_at: str | None = None
    wake_at: str | None = None
    """When what has not been delivered is tried again."""


def present_schedule(record: Record, now: datetime, *, secret: str | None = None) -> dict[str, Any]:
    """Return a scheduled search as the API gives it."""
    body = record.body
    shown = {n: v for n, v in body.items() if n not in {"visibility", "rotations"}}
    due = next_due(body["cron"], body["time_zone"], now) if body["enabled"] else None
    return {
        "id": record.id,
        "version": record.version,
        "parameters": {},
        **shown,
        **({"next_run": timestamp(due)} if due else {}),
        **({"secret": secret} if secret else {}),
        "created_at": timestamp(record.created.at),
        "created_by": record.created.by.name,
        "updated_at": timestamp(record.updated.at),
        "updated_by": record.updated.by.name,
    }


def present_run(record: Record) -> dict[str, Any]:
    """Return a run: a job, with what it found and whom it told."""
    job = job_view(record)
    shown: Mapping[str, Any] = job.result
    told = {name: shown[name] for name in ("found", "new", "file") if name in shown}
    return {
        "job": job.id,
        "state": job.state,
        **told,
        "truncated": bool(shown.get("truncated")),
        "deliveries": shown.get("deliveries", []),
        **({"error": job.error} if job.error else {}),
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "wake_at": job.wake_at,
    }
