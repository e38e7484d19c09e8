"""What the head of a run's plan holds. Pure."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

MAX_EXAMPLES = 20


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


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
