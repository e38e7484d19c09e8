"""The rows of an import's plan, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from muster.jobs.running import job_of
from muster.ledger.model import Record
from muster.scope import Scope
from muster.transfer.model import Action
from muster.transfer.planfile import ROWS_OF_A_PART
from muster.transfer.refusals import NotPlannedError
from muster.transfer.service import plan_of

_PARTS_AT_ONCE = 50


@dataclass(frozen=True)
class RowPage:
    """Rows of a plan with what became of them, and where the next page begins."""

    rows: tuple[Mapping[str, Any], ...]
    done: int
    next: int | None


def import_rows(
    scope: Scope, record: Record, *, actions: Collection[Action], limit: int, after: int = 0
) -> RowPage:
    """Return rows of the newest plan, in order, with what was refused when they were applied.

    A page may be short, or empty, and have a next one: a page looks at no more than 100,000 rows.
    """
    plan = plan_of(scope, record)
    if plan is None:
        raise NotPlannedError("The import has no plan: plan it first.")
    file, head = plan
    found: list[Mapping[str, Any]] = []
    first, skipped = divmod(after, ROWS_OF_A_PART)
    last = min(first + _PARTS_AT_ONCE, head.plan.parts)
    done = job_of(record).progress.done if job_of(record).parameters.get("step") == "apply" else 0
    for number in range(first, last):
        refused = file.refused(number) if done else {}
        for index, row in enumerate(file.part(number)):
            position = number * ROWS_OF_A_PART + index
            if number == first and index < skipped:
                continue
            shown = _refused(row, refused[position]) if position in refused else row
            if not actions or shown["action"] in actions:
                if len(found) == limit:
                    return RowPage(tuple(found), done, position)
                found.append({**shown, "position": position})
    more = last * ROWS_OF_A_PART if last < head.plan.parts else None
    return RowPage(tuple(found), done, more)


def _refused(row: Mapping[str, Any], problem: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "action": Action.FAIL.value, "problems": [problem], "changes": []}
