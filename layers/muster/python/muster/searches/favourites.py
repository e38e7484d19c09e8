"""Use cases of what a member prefers among searches, and of the primary asset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from muster.assets.decide import look
from muster.assets.model import KIND as ASSET
from muster.assets.model import is_trashed
from muster.assets.refusals import asset_not_found
from muster.assets.resolve import Resolver
from muster.errors import FieldError
from muster.ledger.model import Record
from muster.scope import Scope
from muster.searches.asked import PreferencesPatch
from muster.searches.refusals import (
    FavouriteLimitError,
    InvalidSavedSearchError,
    SavedSearchNotFoundError,
)
from muster.searches.service import SEARCHES
from muster.views.preferences import (
    MOST_FAVOURITES,
    Preferences,
    change_preferences,
    preferences_of,
)


def list_searches(scope: Scope, *, favourite: bool) -> tuple[list[Record], Sequence[str]]:
    """Return the searches that the caller may see, oldest first, and the ids of the favourites.

    With `favourite` only these, in their order.
    """
    records = SEARCHES.every(scope)
    favourites = preferences_of(scope, scope.actor.id)["favourites"]
    if favourite:
        by_id = {record.id: record for record in records}
        records = [by_id[each] for each in favourites if each in by_id]
    return records, favourites


def set_favourite(scope: Scope, search_id: str, *, favourite: bool) -> Record:
    """Make a search a favourite of the caller's, or no longer one; once more changes nothing.

    Raises SavedSearchNotFoundError, FavouriteLimitError.
    """
    record = SEARCHES.read(scope, search_id)

    def change(preferences: Preferences) -> dict[str, Any]:
        others = [each for each in preferences["favourites"] if each != search_id]
        if not favourite:
            return {"favourites": others}
        if search_id in preferences["favourites"]:
            return {}
        if len(others) >= MOST_FAVOURITES:
            raise FavouriteLimitError(f"There are {MOST_FAVOURITES} favourites: remove one first.")
        return {"favourites": [*others, search_id]}

    change_preferences(scope, scope.actor.id, change)
    return record


def read_preferences(scope: Scope) -> tuple[Preferences, list[str]]:
    """Return what the caller prefers, and the ids of the searches that are there."""
    known = [record.id for record in SEARCHES.every(scope)]
    return preferences_of(scope, scope.actor.id), known


def patch_preferences(scope: Scope, patch: PreferencesPatch) -> tuple[Preferences, list[str]]:
    """Change what the caller prefers.

    Raises SavedSearchNotFoundError, AssetNotFoundError, AmbiguousMatchError,
    InvalidSavedSearchError.
    """
    known = [record.id for record in SEARCHES.every(scope)]
    given = patch.model_dump(exclude_unset=True)
    if given.get("favourites") is not None:
        _check_favourites(given["favourites"], known)
    elif "favourites" in given:
        given["favourites"] = []
    if given.get("primary_asset") is not None:
        given["primary_asset"] = _existing(scope, given["primary_asset"])
    return change_preferences(scope, scope.actor.id, lambda _: given), known


def _existing(scope: Scope, words: str) -> str:
    """Return the id of the one asset that answers to this and is not in the trash."""
    asset_id = Resolver(scope, look(scope).catalog).asset_id(words)
    record = scope.replica.get_many(ASSET, [asset_id]).get(asset_id)
    if record is None or is_trashed(record):
        raise asset_not_found(words)
    return asset_id


def _check_favourites(given: Sequence[str], known: Sequence[str]) -> None:
    gone = next((each for each in given if each not in known), None)
    if gone is not None:
        detail = f"There is no saved search {gone[:80]!r}."
        raise SavedSearchNotFoundError(detail)
    if len(set(given)) < len(given):
        detail = "A favourite is named twice."
        error = FieldError("duplicate", detail, "/favourites")
        raise InvalidSavedSearchError(detail, errors=[error])
