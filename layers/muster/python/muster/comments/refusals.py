"""What comments refuse."""

from __future__ import annotations

from muster.errors import ForbiddenError, InvalidInputError, NotFoundError


class CommentNotFoundError(NotFoundError):
    """No comment has this id."""

    code = "comment_not_found"


class CommentNotYoursError(ForbiddenError):
    """Somebody else wrote the comment; only they and admins may change it."""

    code = "comment_not_yours"


class UnknownMemberError(InvalidInputError):
    """A comment mentions somebody who is no member."""

    code = "unknown_member"
