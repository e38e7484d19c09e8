"""What saved searches refuse."""

from __future__ import annotations

from muster.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError


class SavedSearchNotFoundError(NotFoundError):
    """No saved search of this id, or one that is not shared with the caller."""

    code = "saved_search_not_found"


class InvalidSavedSearchError(InvalidInputError):
    """A saved search that breaks a rule; `errors` has one entry for each place."""

    code = "invalid_saved_search"


class SavedSearchNameTakenError(ConflictError):
    """Another saved search has this name: among one's own, or among the public ones."""

    code = "saved_search_name_taken"


class SavedSearchNotYoursError(ForbiddenError):
    """Public saved searches need `search:share` to be changed; shared ones are their owner's."""

    code = "saved_search_not_yours"


class FavouriteLimitError(ConflictError):
    """A member has as many favourites as there can be."""

    code = "favourite_limit"
