"""What a query asks in the small tenant of `query_world`, or how it is refused."""

from __future__ import annotations

from typing import Any

import pytest

from muster.query.check.checking import Checked, check
from muster.query.parse import parse
from muster.query.refusals import InvalidQueryError
from muster.query.tree import Dialect
from muster.replica.condition import Condition
from tests.unit import query_world as world


def checked(text: str, dialect: Dialect = "muster", **changes: Any) -> Checked:
    """Return the checked query; `changes` are members of Context."""
    return check(parse(text, dialect=dialect), world.context(dialect=dialect, **changes))


def where(text: str, dialect: Dialect = "muster", **changes: Any) -> Condition:
    """Return the query's condition."""
    return checked(text, dialect, **changes).where


def refused(text: str, dialect: Dialect = "muster", **changes: Any) -> InvalidQueryError:
    """Return the refusal of a query."""
    with pytest.raises(InvalidQueryError) as caught:
        checked(text, dialect, **changes)
    return caught.value


def refusal_of(text: str, dialect: Dialect = "muster") -> InvalidQueryError | None:
    """Return the refusal of a query, None for one that is right."""
    try:
        checked(text, dialect)
    except InvalidQueryError as error:
        return error
    return None


def marked(text: str, error: InvalidQueryError) -> str:
    """Return the piece of the query that a refusal is about."""
    extra = error.errors[0].extra
    return text[extra["position"] : extra["end"]]
