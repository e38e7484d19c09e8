"""Jobs: long work that a worker carries out in steps, each step one commit."""

from enum import StrEnum
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

JobType = Literal[
    "import",
    "undo",
    "export",
    "archive_export",
    "archive_import",
    "bulk",
    "sequence",
    "sweep",
    "search_delivery",
]


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    """Waits for its file or for the user's word."""
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Progress(BaseModel):
    """How far a job is, in rows. It is part of each step's commit, so it can't lie."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    total: int = 0
    done: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0


class Job(BaseModel):
    """A job record's body; `id` and `version` are the record's own."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str = ""
    version: int = 0
    type: JobType
    title: str
    state: JobState
    progress: Progress = Field(default_factory=Progress)
    parameters: dict[str, Any] = Field(default_factory=dict)
    result: dict[str, Any] = Field(default_factory=dict)
    """What the job found or made, small; per-row results lie in the job's objects."""
    error: dict[str, Any] | None = None
    """code, detail and what to do, when it failed."""
    cancel_requested: bool = False
    wake_at: str | None = None
    """When a job that waits goes on by itself: a whole minute."""
    undone_by: str | None = None
    undoes: str | None = None
    first_seq: int | None = None
    last_seq: int | None = None
    started_at: str | None = None
    finished_at: str | None = None


class JobQueue(Protocol):
    """Where a job waits for a worker. Jobs of one tenant run one after another."""

    def send(self, tenant: str, job_id: str, version: int) -> None:
        """Queue a job as of a version of its record.

        The same version sent again within five minutes is one message; later it runs the job once
        more, which changes nothing.
        """
        ...
