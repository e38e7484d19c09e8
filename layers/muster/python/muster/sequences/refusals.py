"""What sequences refuse."""

from __future__ import annotations

from muster.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError


class SequenceNotFoundError(NotFoundError):
    """No sequence of this id, or a private one of somebody else's."""

    code = "sequence_not_found"


class InvalidSequenceError(InvalidInputError):
    """A sequence that breaks a rule; `errors` has one entry for each place."""

    code = "invalid_sequence"


class SequenceNameTakenError(ConflictError):
    """Another sequence has this name: among one's own private ones, or among the public ones."""

    code = "sequence_name_taken"


class PublicSequenceError(ForbiddenError):
    """Public sequences are made and changed by those who may change the catalog."""

    code = "public_sequence"


class SequenceDisabledError(ConflictError):
    """The sequence is switched off."""

    code = "sequence_disabled"
