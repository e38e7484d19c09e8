"""The shapes of what the bulk API gives back."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from muster.assets.selection import Selection
from muster.bulk.model import Counts, LeftOut
from muster.jobs.plans.model import Action
from muster.jobs.present import JobFacts
from muster.operations.model import Operations


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class BulkState(StrEnum):
    """Where bulk work stands."""

    PLANNING = "planning"
    PLANNED = "planned"
    """Waits for `:apply`."""
    APPLYING = "applying"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PlanView(_View):
    """What the operations come to, without the rows."""

    seq: int
    """The commit that the tenant stood at."""
    counts: Counts
    left_out: tuple[LeftOut, ...]
    """Why assets are skipped or can't be changed, most frequent first."""
    warnings: int
    """How many assets an operation is left out for, while the others are done."""


class BulkView(JobFacts):
    """Bulk work: what it does to which assets, its plan, and how far it is."""

    type: str
    title: str
    state: BulkState
    selection: Selection | None = None
    """Null in lists."""
    operations: Operations | None = None
    """Null in lists."""
    plan: PlanView | None = None


class BulkChange(_View):
    """One value that changes, as the API shows values; a link or a comment that comes or goes."""

    field: str
    old: Any = None
    new: Any = None


class BulkProblem(_View):
    """Why an asset is left out, or an operation on it."""

    code: str
    detail: str
    row: int


class BulkRowView(_View):
    """An asset of the plan; once applied, `action` says what was done."""

    row: int
    """Counted from 1, in the order of the selection."""
    action: Action
    applied: bool
    asset: str | None = None
    """Its id; null where the selection's words led to none."""
    key: str | None = None
    name: str | None = None
    """Its name, or the words that led to none."""
    changes: tuple[BulkChange, ...] = ()
    problems: tuple[BulkProblem, ...] = ()
