"""The rules on a sequence record's body.

A body has `name`, `visibility`, `owner` (a member's id), `operations`, `ignore_errors`, `enabled`,
`time_zone`, `triggers`, `schedules`, and where there is one `description`.
"""

from __future__ import annotations

KIND = "sequence"
MAX_DEPTH = 5
"""How many runs may follow from one change, each from the one before."""
