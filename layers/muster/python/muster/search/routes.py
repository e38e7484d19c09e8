"""`/v1/search`: what the query language finds, counts and sums, and what can be said about it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from muster.access.model import Permission
from muster.assets.api import ItemView
from muster.assets.found import Asked, compiled
from muster.assets.present import present_asset, present_brief
from muster.assets.routes.answers import expansion, names_for
from muster.errors import FieldError
from muster.http.cursors import read_cursor, sign_cursor
from muster.http.paging import list_response, selected_members
from muster.http.refusals import InvalidBodyError, InvalidCursorError, InvalidParameterError
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.query.refusals import QUERY_REFUSALS, UnknownTimeZoneError, nearest
from muster.replica.port import AssetQuery, Page
from muster.search import finding
from muster.search.asked import (
    AggregateBody,
    ExplainBody,
    QueryBody,
    SearchBody,
    SearchParameters,
    SuggestBody,
)

if TYPE_CHECKING:
    from muster.query.check.checking import Checked

routes = Routes("search")


def _shape(name: str) -> Shape:
    return Shape("muster.search.api", name)


@routes.post(
    "/v1/search",
    permission=Permission.ASSET_READ,
    body=SearchBody,
    returns=_shape("FoundPage"),
    errors=(*QUERY_REFUSALS, InvalidCursorError),
    idempotent=False,
)
def search(call: Call) -> Response:
    """Find assets by a query.

    The answer holds every change that was answered before it was asked for. A cursor belongs to its
    query; the query's LIMIT holds over all pages.
    """
    body: SearchBody = call.body
    _check_fields(body.fields)
    key, binding = call.identity.tenant.signing_key, finding.binding(body)
    after = read_cursor(key, binding, body.cursor, call.scope.now()) if body.cursor else None
    call.scope.replica.catch_up()
    checked = compiled(call.scope, finding.asked_by(body))
    base = AssetQuery(limit=body.limit, after=after)
    page, is_exact = finding.find(call.scope, checked, base, body.count)
    items = _items(replace(call, query=body), page, checked)
    more = {} if page.total is None else {"total": page.total, "total_is_exact": is_exact}
    cursor = page.next and sign_cursor(key, binding, page.next, call.scope.now())
    shown = [selected_members(i, body.fields) for i in items] if body.fields else items
    told = {"items": shown, "next_cursor": cursor, **more}
    return Response({**told, "warnings": finding.warnings_of(checked)})


@routes.get(
    "/v1/search",
    permission=Permission.ASSET_READ,
    query=SearchParameters,
    returns=_shape("FoundPage"),
    errors=QUERY_REFUSALS,
)
def search_by_address(call: Call) -> Response:
    """Find assets by a query in the address, so that the search can be linked to."""
    query: SearchParameters = call.query
    call.scope.replica.catch_up()
    asked = Asked(
        query.query,
        dialect=query.dialect,
        parameters=_parameters(query.parameters),
        time_zone=query.time_zone,
    )
    checked = compiled(call.scope, asked)
    base = AssetQuery(limit=query.limit, after=query.after)
    page, is_exact = finding.find(call.scope, checked, base, query.count)
    items = _items(call, page, checked)
    listed = list_response(call, items, after=page.next, total=page.total)
    exact = {} if page.total is None else {"total_is_exact": is_exact}
    warnings = {"warnings": finding.warnings_of(checked)}
    return replace(listed, body={**listed.body, **exact, **warnings})


@routes.post(
    "/v1/search/validate",
    permission=Permission.ASSET_READ,
    body=QueryBody,
    returns=_shape("ValidationView"),
    errors=(UnknownTimeZoneError,),
    idempotent=False,
)
def validate_query(call: Call) -> Response:
    """Tell whether a query can be answered, and how Muster reads it.

    What is wrong with it is told as an answer, in `errors`, with its place and the nearest names.
    """
    call.scope.replica.catch_up()
    return Response(finding.validate(call.scope, finding.asked_by(call.body)))


@routes.post(
    "/v1/search/suggest",
    permission=Permission.ASSET_READ,
    body=SuggestBody,
    returns=_shape("SuggestionsView"),
    errors=(UnknownTimeZoneError,),
    idempotent=False,
)
def suggest_completions(call: Call) -> Response:
    """Complete a query at its cursor: fields, operators, values, functions and keywords."""
    call.scope.replica.catch_up()
    return Response({"items": finding.complete(call.scope, call.body)})


@routes.post(
    "/v1/search/count",
    permission=Permission.ASSET_READ,
    body=QueryBody,
    returns=_shape("CountView"),
    errors=QUERY_REFUSALS,
    idempotent=False,
)
def count_found_assets(call: Call) -> Response:
    """Count what a query finds: exactly up to 100,000, else there are at least so many."""
    call.scope.replica.catch_up()
    checked = compiled(call.scope, finding.asked_by(call.body))
    most = finding.MOST_COUNTED_ALONE
    count, is_exact = finding.count_found(call.scope, checked, most)
    warnings = finding.warnings_of(checked)
    return Response({"count": count, "is_exact": is_exact, "warnings": warnings})


@routes.post(
    "/v1/search/explain",
    permission=Permission.ASSET_READ,
    body=ExplainBody,
    returns=_shape("ExplanationView"),
    errors=QUERY_REFUSALS,
    idempotent=False,
)
def explain_search(call: Call) -> Response:
    """Explain how a query is answered: what each condition lists, what was read, and how long."""
    call.scope.replica.catch_up()
    checked = compiled(call.scope, finding.asked_by(call.body))
    return Response(finding.explain(call.scope, checked, call.body.limit))


@routes.post(
    "/v1/search/aggregate",
    permission=Permission.ASSET_READ,
    body=AggregateBody,
    returns=_shape("AggregateView"),
    errors=QUERY_REFUSALS,
    idempotent=False,
)
def aggregate_assets(call: Call) -> Response:
    """Count, sum and compare what a query finds, in groups by up to three fields.

    An asset with several values of a field is in several groups. Amounts of different currencies
    are never added up.
    """
    from muster.search.aggregates import aggregate

    call.scope.replica.catch_up()
    return Response(aggregate(call.scope, call.body))


def _items(call: Call, page: Page, checked: Checked) -> list[dict[str, Any]]:
    """Return the assets of a page as `view`, `expand` and `highlight` ask for them."""
    names = names_for(call, page.items)
    present = present_brief if call.query.view == "brief" else present_asset
    items = [present(record, names) for record in page.items]
    if call.query.expand:
        more = expansion(call, page.items, names)
        items = [item | more[item["id"]] for item in items]
    if call.query.highlight:
        from muster.search.highlights import highlights, sought_in

        sought = sought_in(checked.where)
        marks = {record.id: highlights(record, sought) for record in page.items}
        items = [item | {"highlights": marks[item["id"]]} for item in items]
    return items


def _check_fields(fields: Sequence[str]) -> None:
    known = [*ItemView.model_fields, "highlights"]
    errors = [
        FieldError("unknown_field", f"There is no field {name[:60]!r}.{_hint(name, known)}", at)
        for name, at in ((name, f"/fields/{n}") for n, name in enumerate(fields))
        if name.partition(".")[0] not in known
    ]
    if errors:
        raise InvalidBodyError(" ".join(error.detail for error in errors), errors=errors)


def _hint(name: str, known: Sequence[str]) -> str:
    near = nearest(name.partition(".")[0], known, 1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _parameters(text: str | None) -> dict[str, Any]:
    """Return the values of placeholders from a parameter's JSON."""
    if text is None:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        _bad('parameters is a JSON object, such as {"owner": "Ann"}.')
    return found


def _bad(detail: str) -> NoReturn:
    error = FieldError("invalid_value", detail, parameter="parameters")
    raise InvalidParameterError(detail, errors=[error])
