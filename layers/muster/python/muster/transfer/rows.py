"""The rows of an import's plan, and what became of them."""

from __future__ import annotations

from collections.abc import Collection

from muster.jobs.plans.model import Action
from muster.jobs.plans.page import RowPage, page_of_rows
from muster.jobs.running import job_of
from muster.ledger.model import Record
from muster.scope import Scope
from muster.transfer.refusals import NotPlannedError
from muster.transfer.service import plan_of


def import_rows(
    scope: Scope, record: Record, *, actions: Collection[Action], limit: int, after: int = 0
) -> RowPage:
    """Return rows of the newest plan, in order; raises NotPlannedError."""
    plan = plan_of(scope, record)
    if plan is None:
        raise NotPlannedError("The import has no plan: plan it first.")
    file, head = plan
    return page_of_rows(file, head.plan.parts, actions=actions, limit=limit, after=after)


def rows_done(record: Record) -> int:
    """Return how many rows of an import's plan have been applied."""
    job = job_of(record)
    return job.progress.done if job.parameters.get("step") == "apply" else 0
