"""What is asked for: operations over a selection, as callers send it and as a job keeps it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from muster.assets.selection import Selection
from muster.operations.model import Operations

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class BulkRequest(_Model):
    """Operations for every selected asset: all of them are done to an asset, or none is.

    What comes of them is planned first; `apply` true applies the plan without waiting for a look.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        json_schema_extra={
            "examples": [
                {
                    "selection": {"all": True},
                    "operations": [{"op": "set", "field": "description", "value": "Lent"}],
                    "title": "Mark all as lent",
                }
            ]
        },
    )

    selection: Selection
    operations: Operations
    title: Title | None = None
    apply: bool = False


class IssueDraft(_Model):
    """The issue that a sequence is run from."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    assignee: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = None
    reporter: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = None


class Run(_Model):
    """A run as its job keeps it, apart from the job's record, which every commit carries."""

    selection: Selection
    operations: Operations
    missing_field: Literal["skip", "fail"] = "skip"
    """What becomes of an asset whose type has not a field that is operated on."""
    ignore_errors: bool = False
    """Whether an operation that fails is left out with a warning, and the others are done."""
    issue: IssueDraft | None = None
    time_zone: str = "UTC"


def words_of(operation: Any) -> str:
    """Return an operation in a few words, for titles: `set computer.cpu`."""
    subject = getattr(operation, "field", None)
    return (
        f"{operation.op.replace('_', ' ')} {subject}" if subject else operation.op.replace("_", " ")
    )
