"""What views refuse."""

from __future__ import annotations

from muster.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError


class ViewNotFoundError(NotFoundError):
    """No view of this id, or one that is not shared with the caller."""

    code = "view_not_found"


class InvalidViewError(InvalidInputError):
    """A view that breaks a rule; `errors` has one entry for each place."""

    code = "invalid_view"


class ViewNameTakenError(ConflictError):
    """Another view has this name: among one's own, or among the public ones."""

    code = "view_name_taken"


class ViewNotYoursError(ForbiddenError):
    """Public views need `search:share` to be changed; shared ones are their owner's."""

    code = "view_not_yours"
