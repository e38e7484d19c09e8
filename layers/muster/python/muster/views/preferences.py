"""What a member prefers: favourite searches, and which asset is the member's primary one.

Kind `preference`, one record a member: `{"member", "favourites", "primary_asset"?}`. Favourites are
ids of saved searches; one that is gone stays until the list is changed, and is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from muster.catalog.change import rounds
from muster.ledger.model import Put, Record
from muster.ledger.port import VersionConflictError
from muster.scope import Scope

KIND = "preference"
MOST_FAVOURITES = 200

type Preferences = dict[str, Any]


def preferences_of(scope: Scope, member_id: str) -> Preferences:
    """Return what a member prefers, as the replica stands."""
    record = scope.replica.get_many(KIND, [_id_of(member_id)]).get(_id_of(member_id))
    return _body(member_id, record)


def change_preferences(
    scope: Scope, member_id: str, change: Callable[[Preferences], Mapping[str, Any]]
) -> Preferences:
    """Change what a member prefers, and return it; None takes a member of it away."""

    def decide(scope: Scope) -> Preferences:
        key = (KIND, _id_of(member_id))
        before = scope.ledger.get_for_write([key]).get(key)
        body = _body(member_id, before if isinstance(before, Record) else None)
        after = {n: v for n, v in {**body, **change(body)}.items() if v is not None}
        if after != body:
            scope.commit([Put(KIND, key[1], after, before=before)])
        return after

    return rounds(scope, decide, VersionConflictError)


def _body(member_id: str, record: Record | None) -> Preferences:
    if record is None:
        return {"member": member_id, "favourites": []}
    return dict(record.body)


def _id_of(member_id: str) -> str:
    # One record a member: its id follows from the member's.
    return f"prf_{member_id.partition('_')[2]}"
