"""What a replica refuses to answer."""

from __future__ import annotations

from muster.errors import InvalidInputError


class QueryTooSlowError(InvalidInputError):
    """A question took longer than it may; nothing was changed by it."""

    code = "query_too_slow"
    title = "The query takes too long"


class TooManyReachedError(InvalidInputError):
    """From the assets that a query begins with, more can be reached than are followed."""

    code = "too_many_reached"


class QueryTooDeepError(InvalidInputError):
    """The query asks of neighbours of neighbours, or within brackets, deeper than can be asked."""

    code = "query_too_deep"
