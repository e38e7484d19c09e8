"""What a query is refused for, and the one place that finds the names that may have been meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from muster.errors import FieldError, InvalidInputError
from muster.replica.refusals import QueryTooDeepError, QueryTooSlowError, TooManyReachedError

if TYPE_CHECKING:  # lists without a query refuse as well, and do without its tree
    from muster.query.tree import Span

_LONGEST_COMPARED = 100
"""Characters of a name that is worth comparing; comparing costs their square."""
_ALIKE = 0.6
_SHOWN = 60
"""Characters of the query that a sentence repeats."""


class InvalidQueryError(InvalidInputError):
    """The query can't be understood, or not answered; `errors` has the place, from `position` to
    `end` in characters from 0, what was `expected` there, and the nearest names (`suggestions`).
    """

    code = "invalid_query"
    title = "The query can't be answered"

    @property
    def position(self) -> int:
        """The first character of what is wrong."""
        return int(self.errors[0].extra["position"])

    def at(self, *, pointer: str | None = None, parameter: str | None = None) -> InvalidQueryError:
        """Return the same refusal with the member, or the parameter, that the query came in."""
        named = [replace(each, pointer=pointer, parameter=parameter) for each in self.errors]
        return InvalidQueryError(self.detail, errors=named, extra=self.extra)


def problem(
    code: str,
    detail: str,
    span: Span,
    *,
    expected: Sequence[str] = (),
    suggestions: Sequence[str] = (),
) -> InvalidQueryError:
    """Return the refusal of what stands at `span`, to be raised.

    `detail` is a sentence for people, without the place. `suggestions` are appended to it as "Did
    you mean …?"; `expected` are what could stand there, in the words of the language.
    """
    if suggestions:
        detail = f"{detail} Did you mean {_either(suggestions)}?"
    extra = {
        "position": span[0],
        "end": span[1],
        "expected": list(expected),
        "suggestions": list(suggestions),
    }
    return InvalidQueryError(detail, errors=[FieldError(code=code, detail=detail, extra=extra)])


def shown(text: str) -> str:
    """Return a piece of the query as a sentence may repeat it: in backticks, and not too long."""
    plain = " ".join(text.split())
    cut = plain if len(plain) <= _SHOWN else f"{plain[: _SHOWN - 1]}…"
    return f"`{cut}`"


def nearest(word: str, known: Iterable[str], n: int = 3) -> list[str]:
    """Return up to `n` of the known names that are most like the word, whatever their case.

    They come as they are spelled in `known`, the likest first.
    """
    if len(word) > _LONGEST_COMPARED:
        return []
    spelled: dict[str, str] = {}
    for name in known:
        spelled.setdefault(name.casefold(), name)
    found = difflib.get_close_matches(word.casefold(), list(spelled), n=n, cutoff=_ALIKE)
    return [spelled[name] for name in found]


def _either(names: Sequence[str]) -> str:
    """Write names as a choice: `a`, `b` or `c`."""
    quoted = [shown(name) for name in names]
    if len(quoted) == 1:
        return quoted[0]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


class UnknownTimeZoneError(InvalidInputError):
    """There is no time zone of this name in the IANA database."""

    code = "unknown_time_zone"


QUERY_REFUSALS = (
    InvalidQueryError,
    UnknownTimeZoneError,
    QueryTooDeepError,
    QueryTooSlowError,
    TooManyReachedError,
)
"""What a route that answers queries refuses, for the document."""
