"""What a run of operations is made of: what was asked for, and the head of its plan."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from muster.assets.selection import Selection
from muster.operations.model import Operations

MAX_EXAMPLES = 20

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
                    "selection": {"filter": {"type": "laptop"}},
                    "operations": [{"op": "set", "field": "name", "value": "Laptop"}],
                    "title": "Name the laptops",
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


class Counts(_Model):
    """How many assets a plan changes, leaves as they are, skips and can't change."""

    rows: int = 0
    update: int = 0
    unchanged: int = 0
    skip: int = 0
    fail: int = 0


class Example(_Model):
    """An asset that is left out."""

    row: int
    id: str | None = None
    key: str | None = None
    name: str | None = None


class LeftOut(_Model):
    """Assets that are left out for one reason."""

    action: Literal["skip", "fail"]
    code: str
    detail: str
    """Of the first one."""
    count: int
    examples: tuple[Example, ...] = ()
    """The first 20."""


class PlanHead(_Model):
    """A plan without its rows."""

    seq: int
    """The commit that the tenant stood at."""
    counts: Counts
    left_out: tuple[LeftOut, ...] = ()
    warnings: int = 0
    """How many assets an operation is left out for, while the others are done."""
    parts: int = 0
    """How many objects hold the rows."""


def words_of(operation: Any) -> str:
    """Return an operation in a few words, for titles: `set computer.cpu`."""
    subject = getattr(operation, "field", None)
    return (
        f"{operation.op.replace('_', ' ')} {subject}" if subject else operation.op.replace("_", " ")
    )
