"""The shapes of the imports API: what is sent, and what comes back."""

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from muster.http.forms import FormView
from muster.jobs.plans.model import Action
from muster.jobs.present import JobFacts
from muster.transfer.model import (
    ColumnMapping,
    Counts,
    FileFacts,
    ImportOptions,
    Note,
    RowChange,
    RowProblem,
    SchemaChange,
    Target,
    TransferModel,
    Word,
)

Filename = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f/\\]+$"),
]


class ImportRequest(TransferModel):
    """A file to import: sent along in base64 (up to 4 MB), or uploaded to the form given."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "filename": "assets.csv",
                    "content_base64": "TmFtZSxBc3NldCBUYWcKUHJvamVjdG9yLEFWLTAwMQo=",
                }
            ]
        }
    )

    filename: Filename
    size: int | None = Field(default=None, ge=1)
    """In bytes; needed when the file is not sent along."""
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")] | None = None
    """Checked when the file is read."""
    content_base64: Annotated[str, StringConstraints(max_length=6_000_000)] | None = None


class PlanRequest(TransferModel):
    """How to plan; all of it may be left out. Planning again replaces the plan."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"type": "laptop", "key": "serial", "columns": {"Colour": "asset.colour"}}]
        }
    )

    type: Word | None = None
    """Id, dotted name or label of the type of rows that name none."""
    key: Word | None = None
    """The target that tells which asset a row is: `tag`, `serial`, a dotted field name."""
    columns: dict[str, Word | Target | None] = Field(default_factory=dict, max_length=500)
    """Column name to target; null leaves a column out; columns not named are guessed."""
    options: ImportOptions = Field(default_factory=ImportOptions)


class ImportState(StrEnum):
    """Where an import stands."""

    WAITING_FOR_FILE = "waiting_for_file"
    READY = "ready"
    """The file is there, and there is no plan of it yet."""
    PLANNING = "planning"
    PLANNED = "planned"
    APPLYING = "applying"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PlanView(TransferModel):
    """A plan without its rows."""

    number: int
    seq: int
    detected: FileFacts
    mapping: ColumnMapping
    counts: Counts
    schema_changes: tuple[SchemaChange, ...]
    notes: tuple[Note, ...]
    needs: tuple[str, ...] = ()
    """Permissions that applying needs beyond `job:run` and `asset:write`."""


class ImportView(JobFacts):
    """An import: its file, its plan and how far it is."""

    filename: str
    size: int | None
    state: ImportState
    upload: FormView | None = None
    """Given once, when the import is made."""
    plan: PlanView | None = None


class RowView(TransferModel):
    """A row of the plan; once applied, `action` says what was done."""

    row: int
    """The header is row 1."""
    action: Action
    applied: bool
    key: str | None = None
    asset: str | None = None
    """The asset's id; the one that it will get where it is to be created."""
    name: str | None = None
    changes: tuple[RowChange, ...] = ()
    problems: tuple[RowProblem, ...] = ()
