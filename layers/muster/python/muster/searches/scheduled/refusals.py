"""What scheduled searches refuse."""

from __future__ import annotations

from muster.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError


class ScheduledSearchNotFoundError(NotFoundError):
    """No scheduled search of this id, or somebody else's."""

    code = "scheduled_search_not_found"


class InvalidScheduledSearchError(InvalidInputError):
    """A scheduled search that breaks a rule; `errors` has one entry for each place."""

    code = "invalid_scheduled_search"


class ScheduledSearchNameTakenError(ConflictError):
    """Another one of the owner's scheduled searches has this name."""

    code = "scheduled_search_name_taken"


class ScheduledSearchNotYoursError(ForbiddenError):
    """Others' scheduled searches are changed by those who may change members."""

    code = "scheduled_search_not_yours"
