"""Why operations are refused as a whole; what one asset refuses is told in its row."""

from __future__ import annotations

from muster.errors import InvalidInputError


class InvalidOperationError(InvalidInputError):
    """An operation names what is not there, or does not suit its field; each is in `errors`."""

    code = "invalid_operation"
