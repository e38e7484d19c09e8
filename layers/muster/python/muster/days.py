"""Where a week, a month, a quarter and a year begin."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

type Span = Literal["day", "week", "month", "quarter", "year"]


def first_day(day: date, span: Span) -> date:
    """Return the first day of the span that a day is in. Weeks begin on Monday."""
    match span:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return day.replace(month=1, day=1)
