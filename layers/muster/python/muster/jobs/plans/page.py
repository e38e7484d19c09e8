"""The rows of a plan, a page at a time, with what became of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from muster.jobs.plans.planfile import ROWS_OF_A_PART, PlanFile

_PARTS_AT_ONCE = 50


@dataclass(frozen=True)
class RowPage:
    """Rows of a plan with their `position`, and the position at which the next page begins."""

    rows: tuple[Mapping[str, Any], ...]
    next: int | None


def page_of_rows(
    file: PlanFile, parts: int, *, actions: Collection[str], limit: int, after: int = 0
) -> RowPage:
    """Return rows in order, of some actions or of all.

    A page may be short, or empty, and have a next one: a page looks at no more than 100,000 rows.
    """
    found: list[Mapping[str, Any]] = []
    first = after // ROWS_OF_A_PART
    last = min(first + _PARTS_AT_ONCE, parts)
    for number in range(first, last):
        for position, row in file.came_to(number):
            if position < after or (actions and row["action"] not in actions):
                continue
            if len(found) == limit:
                return RowPage(tuple(found), position)
            found.append({**row, "position": position})
    return RowPage(tuple(found), last * ROWS_OF_A_PART if last < parts else None)
