"""Lists: their common parameters, their pages, and the link to the next one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from muster.http.cursors import sign_cursor
from muster.http.routing import Call, Response
from muster.ledger.model import Record
from muster.replica.port import Page
from muster.text import fold

DEFAULT_LIMIT = 50
MAX_LIMIT = 500
_OPEN = frozenset({"custom_fields"})
"""Members of which `fields` can select parts; of the others it selects all."""
_NOT_BOUND = frozenset({"cursor", "limit", "count", "fields"})


class ListQuery(BaseModel):
    """What every list takes. A route with more parameters derives from it.

    `after` is where the page begins: the cursor's `Page.next`, read before the view runs.
    """

    model_config = ConfigDict(extra="forbid", defer_build=True)

    takes_filters: ClassVar[bool] = False
    """True: parameters that are no fields of the model are gathered in `filters` for the view to
    check, instead of being refused."""

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    """How many items a page has."""
    cursor: str | None = None
    """`next_cursor` of the page before."""
    count: Literal["exact", "estimate"] | None = None
    """Also give the total."""
    fields: list[str] = Field(default_factory=list)
    """Give these members only, such as `id,tag,custom_fields.cpu`; several, joined by commas."""

    _after: tuple[Any, ...] | None = PrivateAttr(default=None)
    _filters: dict[str, list[str]] = PrivateAttr(default_factory=dict)
    _given: tuple[tuple[str, str], ...] = PrivateAttr(default=())
    _binding: str = PrivateAttr(default="")

    @property
    def after(self) -> tuple[Any, ...] | None:
        """Return where the page begins, None for the first one."""
        return self._after

    @property
    def filters(self) -> dict[str, list[str]]:
        """Return the parameters that the model does not name, with their values in order."""
        return self._filters


class SortedQuery(ListQuery):
    """What a list takes that can be sorted."""

    sort: list[str] = Field(default_factory=list)
    """Sort by these, such as `-updated_at,tag`; several, joined by commas."""


def binding_of(method: str, path: str, given: Sequence[tuple[str, str]]) -> str:
    """Return what a cursor is bound to: the list, its filters and its order."""
    bound = sorted((name, value) for name, value in given if name not in _NOT_BOUND)
    return f"{method} {path}?{urlencode(bound)}"


def page_response(call: Call, page: Page, render: Callable[[Record], Any]) -> Response:
    """Answer with a page of the replica, each record rendered to a model or JSON values."""
    items = [render(record) for record in page.items]
    return list_response(call, items, after=page.next, total=page.total)


def list_response(
    call: Call,
    items: Sequence[Any],
    *,
    after: Sequence[Any] | None = None,
    total: int | None = None,
) -> Response:
    """Answer with items that are rendered already; `after` is where the next page begins."""
    query: ListQuery = call.query
    cursor = _next_cursor(call, query, after)
    shown = (
        [selected_members(item, query.fields) for item in items] if query.fields else list(items)
    )
    body: dict[str, Any] = {"items": shown, "next_cursor": cursor}
    if query.count is not None and total is not None:
        body |= {"total": total, "total_is_exact": True}
    headers = {"Link": _link(call, query, cursor)} if cursor else {}
    return Response(body, headers=headers)


def named_response(
    call: Call,
    records: Sequence[Record],
    render: Callable[[Record], Any],
    *,
    in_order: bool = False,
) -> Response:
    """Answer with a page of records at hand, by id: those whose name has the letters of `q` in it.

    With `in_order` they are in an order of their own, which the next page keeps.
    """
    found = records
    if call.query.q is not None:
        letters = fold(call.query.q)
        found = [each for each in records if letters in fold(each.body["name"])]
    places = {record.id: (place if in_order else record.id,) for place, record in enumerate(found)}
    page, more = slice_of(call, found, lambda record: places[record.id])
    return list_response(call, [*map(render, page)], after=more, total=len(found))


def slice_of[Item](
    call: Call, items: Sequence[Item], key: Callable[[Item], Sequence[Any]]
) -> tuple[list[Item], tuple[Any, ...] | None]:
    """Return the page of items, at hand and sorted by `key`, and where the next begins."""
    after = None if call.query.after is None else tuple(call.query.after)
    rest = [item for item in items if after is None or tuple(key(item)) > after]
    page = rest[: call.query.limit]
    return page, tuple(key(page[-1])) if len(rest) > len(page) else None


def _next_cursor(call: Call, query: ListQuery, after: Sequence[Any] | None) -> str | None:
    if after is None:
        return None
    key = call.identity.tenant.signing_key
    return sign_cursor(key, query._binding, after, call.scope.now())  # noqa: SLF001 - same module


def _link(call: Call, query: ListQuery, cursor: str) -> str:
    given = [(name, value) for name, value in query._given if name != "cursor"]  # noqa: SLF001
    path = query._binding.partition(" ")[2].partition("?")[0]  # noqa: SLF001 - same module
    return f'<{call.base_url}{path}?{urlencode([*given, ("cursor", cursor)])}>; rel="next"'


def selected_members(item: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return an item, a model or JSON values, with the members that `fields` names alone."""
    content: dict[str, Any] = item.model_dump(mode="json") if isinstance(item, BaseModel) else item
    chosen: dict[str, Any] = {}
    for name in names:
        outer, _, inner = name.partition(".")
        if outer in _OPEN and inner:
            values: Mapping[str, Any] = content.get(outer) or {}
            chosen.setdefault(outer, {}).update({inner: values[inner]} if inner in values else {})
        elif outer in content:
            chosen[outer] = content[outer]
    return chosen
