"""When a schedule is due: cron expressions in a time zone, over changes to summer time."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_FIELDS = 5


def next_due(cron: str, time_zone: str, after: datetime) -> datetime | None:
    """Return the first due minute after a moment, in UTC; None when there is none in 50 years.

    In the hour that a change to summer time leaves out, a fixed time is due right after it; in the
    hour that comes twice it is due once. Raises ValueError for what `check_cron` refuses.
    """
    from cronsim import CronSim, CronSimError

    try:
        found = next(CronSim(cron, after.astimezone(ZoneInfo(time_zone))))
    except StopIteration:
        return None
    except CronSimError as error:
        raise ValueError(str(error)) from error
    return found.astimezone(UTC)


def check_cron(cron: str) -> str | None:
    """Return what is wrong with a cron expression, or None."""
    what = "Write minute, hour, day, month and weekday, such as 0 7 * * MON-FRI."
    if len(cron.split()) != _FIELDS:
        return what
    try:
        due = next_due(cron, "UTC", datetime(2026, 1, 1, tzinfo=UTC))
    except ValueError as error:
        return f"{error}. {what}"
    return None if due else "There is no such day."


def check_grain(cron: str, minutes: int) -> str | None:
    """Return what is wrong with a cron expression that is due between multiples of `minutes`."""
    from cronsim import CronSim

    due = CronSim(cron, datetime(2026, 1, 1, tzinfo=UTC)).minutes
    if all(each % minutes == 0 for each in due):
        return None
    return f"The minute has to be a multiple of {minutes}, such as 0 or */{minutes}."


def check_zone(name: str) -> str | None:
    """Return what is wrong with the name of a time zone, or None."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"There is no time zone {name[:64]!r}. Write an IANA name, such as Europe/Berlin."
    return None
