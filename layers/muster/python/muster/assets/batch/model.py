"""What a batch asks for, and what became of each row."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from muster.assets.model import AssetReference, LinkDraft, Word
from muster.errors import InvalidInputError, MusterError

MAX_ROWS = 500
MAX_ATOMIC_ROWS = 24

Operator = Literal[
    "create",
    "update",
    "upsert",
    "delete",
    "restore",
    "move",
    "change_type",
    "clone",
    "link",
    "unlink",
]


class Operation(BaseModel):
    """One row.

    `id` names the asset (for `unlink`, the link): an id, or `{"tag": …}`, `{"serial": …}`,
    `{"key": …}`, `{"ref": …}`. `ref` is the caller's own name for the row: later rows may use it
    where they name an asset. `body` is that of the single request.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    op: Operator
    ref: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    id: AssetReference | None = None
    match: Word | None = None
    if_match: int | None = Field(default=None, ge=1)
    body: dict[str, Any] = Field(default_factory=dict)


class Batch(BaseModel):
    """Up to 500 rows; `atomic` (up to 24) applies all or nothing, `partial` what it can."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        json_schema_extra={
            "examples": [
                {
                    "mode": "partial",
                    "operations": [
                        {"op": "create", "ref": "a", "body": {"type": "laptop", "tag": "IT-1"}},
                        {
                            "op": "link",
                            "id": {"tag": "IT-7"},
                            "body": {"type": "installed_in", "target": {"ref": "a"}},
                        },
                    ],
                }
            ]
        },
    )

    mode: Literal["partial", "atomic"] = "partial"
    operations: list[Operation] = Field(min_length=1, max_length=MAX_ROWS)
    dry_run: bool = False


class LinkRowDraft(LinkDraft):
    """A link's row may name its source in the body instead of in `id`."""

    source: AssetReference | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a row. `error` is None where it succeeded, `key` where it made no asset."""

    index: int
    ref: str | None
    created: bool = False
    changed: bool = False
    kind: str | None = None
    id: str | None = None
    key: str | None = None
    version: int | None = None
    error: MusterError | None = None


class BatchRejectedError(InvalidInputError):
    """An atomic batch in which a row fails: nothing was applied. `errors` name rows and members."""

    code = "batch_rejected"


class BatchTooLongError(InvalidInputError):
    """An atomic batch has more rows than one transaction holds."""

    code = "batch_too_long"
