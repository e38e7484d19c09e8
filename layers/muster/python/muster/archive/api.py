"""The shapes of the archives API: what is sent, and what comes back."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from muster.http.forms import FormView
from muster.jobs.present import JobFacts

Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ArchiveImportRequest(_Shape):
    """An archive that will be uploaded to the form given."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "size": 1_048_576,
                    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                }
            ]
        }
    )

    size: int = Field(ge=1, le=2**53)
    """In bytes; 5 GiB at most."""
    sha256: Sha256


class ArchiveImportState(StrEnum):
    """Where the import of an archive stands."""

    WAITING_FOR_FILE = "waiting_for_file"
    READY = "ready"
    """The archive is there, and was not checked yet."""
    PLANNING = "planning"
    PLANNED = "planned"
    APPLYING = "applying"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ArchiveCounts(_Shape):
    """How much is in an archive."""

    commits: int
    files: int
    file_bytes: int
    records: dict[str, int]
    """By kind."""


class ArchivePlan(_Shape):
    """What importing the archive would make."""

    counts: ArchiveCounts
    numbers: dict[str, int]
    """The last number that each sequence gave."""


class ArchiveImportView(JobFacts):
    """The import of an archive, and how far it is."""

    state: ArchiveImportState
    size: int
    sha256: str
    upload: FormView | None = None
    """Given once, when the import is made."""
    plan: ArchivePlan | None = None
