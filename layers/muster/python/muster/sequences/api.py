"""What sequences look like over HTTP."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from muster.jobs.service import timestamp
from muster.ledger.model import Record


class LastRunView(BaseModel):
    """The newest run, or why the last one was not started."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    job: str
    state: str
    at: str
    error: dict[str, Any] | None = None


class SequenceView(BaseModel):
    """A sequence: operations in their order, and what sets them off."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    id: str
    version: int
    name: str
    description: str | None = None
    visibility: Literal["private", "public"]
    owner: str
    """The id of the member who made it."""
    operations: list[dict[str, Any]]
    ignore_errors: bool
    enabled: bool
    time_zone: str
    triggers: list[dict[str, Any]]
    schedules: list[dict[str, Any]]
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str
    last_run: LastRunView | None = None
    """Among the organisation's last 500 jobs; given when one sequence is read."""


def present_sequence(record: Record) -> dict[str, Any]:
    """Return a sequence as the API gives it."""
    return {
        "id": record.id,
        "version": record.version,
        **record.body,
        "created_at": timestamp(record.created.at),
        "created_by": record.created.by.name,
        "updated_at": timestamp(record.updated.at),
        "updated_by": record.updated.by.name,
    }
