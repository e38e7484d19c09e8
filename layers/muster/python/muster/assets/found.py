"""What a query finds: its text compiled for a caller, and its pages with its own LIMIT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from muster.replica.port import AssetQuery, Page, Sort
from muster.scope import Scope

if TYPE_CHECKING:  # a list without a query does without the language
    from muster.query.check.checking import Checked
    from muster.query.refusals import UnknownTimeZoneError
    from muster.query.tree import Dialect


@dataclass(frozen=True)
class Asked:
    """A query as somebody sent it."""

    text: str
    dialect: Dialect = "muster"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Values of its placeholders."""
    time_zone: str | None = None
    """An IANA name; None: the organisation's."""
    pointer: str | None = None
    """Where the query's text stands in the body; None: it came as the parameter `query`."""


def compiled(scope: Scope, asked: Asked) -> Checked:
    """Return a query checked against the tenant's catalog, as the replica stands.

    Raises InvalidQueryError that names the place in the request and in the text, and
    UnknownTimeZoneError.
    """
    from muster.query.api import compile_query
    from muster.query.refusals import InvalidQueryError, UnknownTimeZoneError

    try:
        return compile_query(
            scope,
            asked.text,
            dialect=asked.dialect,
            parameters=asked.parameters,
            time_zone=asked.time_zone,
        )
    except InvalidQueryError as error:
        if asked.pointer is None:
            raise error.at(parameter="query") from error
        raise error.at(pointer=asked.pointer) from error
    except UnknownTimeZoneError as error:
        raise _at_zone(error, asked.pointer) from error


def page_of(scope: Scope, checked: Checked, base: AssetQuery, *, sort: Sequence[Sort] = ()) -> Page:
    """Return a page of what a query finds among what `base` asks for, of its limit and count.

    `sort` wins over the order of the query. `after` is `next` of the page before: it also tells
    how many came so far, so that the query's LIMIT holds over all pages.
    """
    seen, *place = base.after or (0,)
    left = base.limit if checked.limit is None else min(base.limit, checked.limit - seen)
    asked = question_of(checked, replace(base, limit=max(left, 1), after=place or None))
    if sort:
        asked = replace(asked, sort=tuple(sort), rank=None)
    page = scope.replica.find_assets(asked)
    items = page.items[: max(left, 0)]
    seen += len(items)
    ends = page.next is None or seen == checked.limit or left <= 0
    total = page.total
    if total is not None and checked.limit is not None:
        total = min(total, checked.limit)
    return Page(items, None if ends else (seen, *(page.next or ())), total, page.seq)


def question_of(checked: Checked, base: AssetQuery | None = None) -> AssetQuery:
    """Return what the replica is asked among what `base` asks for; without the query's LIMIT."""
    from muster.query.api import asset_query

    base = base or AssetQuery()
    return asset_query(checked, limit=base.limit, after=base.after, count=base.count, base=base)


def in_order_of_creation(asked: AssetQuery) -> AssetQuery:
    """Return the same question in an order that changes to the assets leave as it is."""
    return replace(asked, sort=(Sort("created_at"),), rank=None)


def _at_zone(error: UnknownTimeZoneError, pointer: str | None) -> UnknownTimeZoneError:
    """Return the refusal of a time zone with the member beside the query that it came in."""
    if pointer is None:
        return error
    place = pointer.rpartition("/")[0] + "/time_zone"
    named = [replace(each, pointer=place, parameter=None) for each in error.errors]
    return type(error)(error.detail, errors=named)
