"""The rules on a scheduled search's body.

A body has `name`, `owner` (a member's id), `visibility` (`private`), `saved_search`, `cron`,
`time_zone`, `deliver`, `when`, `format`, `enabled`, `rotations`, and where there are `parameters`
and `view`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KIND = "scheduled_search"
GRAIN_MINUTES = 5
"""A schedule is due at multiples of it."""
MAX_TRIES = 5
"""How often a delivery is tried; the waits between are 1, 2, 4 and 8 minutes."""
MAX_ROWS = 100_000
"""Assets that one run looks at."""
MAX_ITEMS = 100
"""Assets in a webhook's body."""
MAX_MAIL_ROWS = 50
"""Assets in an e-mail."""


def mail_addresses(body: Mapping[str, Any]) -> list[str]:
    """Return the e-mail addresses that are told."""
    return [each["address"] for each in body.get("deliver", ()) if each["to"] == "email"]


def objects_of(record_id: str) -> str:
    """Return what the names of the objects beside a record begin with."""
    return f"searches/{record_id}/"
