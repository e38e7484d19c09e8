"""Many assets at once: lists and batches."""

from __future__ import annotations

from typing import Any

from muster.access.model import Permission
from muster.assets import refusals
from muster.assets.batch.model import (
    Batch,
    BatchRejectedError,
    BatchTooLongError,
    Outcome,
)
from muster.assets.decide import look
from muster.assets.limits import AssetLimitError
from muster.assets.parameters import AssetsQuery
from muster.assets.present import present_asset, present_brief
from muster.assets.query import Filters, asset_query
from muster.assets.resolve import Resolver
from muster.assets.routes.answers import expansion, names_for
from muster.http.conditional import entity_tag
from muster.http.errors import problem, status_of
from muster.http.paging import page_response
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.query.refusals import QUERY_REFUSALS
from muster.replica.port import AssetQuery, Page

routes = Routes("assets")

_ITEM_VIEW = Shape("muster.assets.api", "ItemView")
_BATCH_VIEW = Shape("muster.assets.batch.api", "BatchView")

_CREATED = 201
_OK = 200
_MIXED = 207


@routes.get(
    "/v1/assets",
    permission=Permission.ASSET_READ,
    query=AssetsQuery,
    returns=_ITEM_VIEW.page,
    errors=(
        refusals.UnknownFilterError,
        refusals.InvalidParameterError,
        *QUERY_REFUSALS,
    ),
)
def list_assets(call: Call) -> Response:
    """List and search assets.

    The list holds every change that was answered before it was asked for.
    """
    call.scope.replica.catch_up()
    page = _page(call)
    names = names_for(call, page.items)
    present = present_brief if call.query.view == "brief" else present_asset
    if not call.query.expand:
        return page_response(call, page, lambda record: present(record, names))
    more = expansion(call, page.items, names)
    return page_response(call, page, lambda record: present(record, names) | more[record.id])


@routes.post(
    "/v1/assets:batch",
    permission=Permission.ASSET_WRITE,
    body=Batch,
    returns=_BATCH_VIEW,
    statuses={_MIXED: "Some rows failed: see each row's problem."},
    errors=(BatchRejectedError, BatchTooLongError, AssetLimitError),
)
def run_batch_view(call: Call) -> Response:
    """Carry out many operations: each row alone (`partial`), or all or nothing (`atomic`).

    Rows are answered in their order, each with the status that the single request would have had.
    An atomic batch in which a row fails is refused, with every failing row in `errors`.
    """
    from muster.assets.batch.run import run_batch

    outcomes = run_batch(call.scope, call.body)
    status = _MIXED if any(outcome.error for outcome in outcomes) else _OK
    return Response({"results": [_row(call, outcome) for outcome in outcomes]}, status=status)


def _page(call: Call) -> Page:
    question = _question(call)
    if call.query.query is None:
        return call.scope.replica.find_assets(question)
    from muster.assets.found import Asked, compiled, page_of

    query = call.query
    checked = compiled(
        call.scope, Asked(query.query, dialect=query.dialect, time_zone=query.time_zone)
    )
    return page_of(call.scope, checked, question, sort=question.sort if query.sort else ())


def _question(call: Call) -> AssetQuery:
    query = call.query
    filters = Filters(
        conditions=query.filters,
        text=query.q,
        trashed=query.trashed,
        include_subtypes=query.include_subtypes,
        include_subfolders=query.include_subfolders,
        time_zone=query.time_zone,
    )
    return asset_query(
        Resolver(call.scope, look(call.scope).catalog),
        filters,
        sort=query.sort,
        limit=query.limit,
        after=query.after,
        count=query.count is not None,
    )


def _row(call: Call, outcome: Outcome) -> dict[str, Any]:
    error = outcome.error
    wrong = None
    status = _CREATED if outcome.created else _OK
    if error is not None:
        status = status_of(type(error))
        request_id = call.scope.reason.request_id
        instance = f"{call.route}#/operations/{outcome.index}"
        wrong = problem(error, instance=instance, request_id=request_id)
    version = outcome.version
    return {
        "index": outcome.index,
        "ref": outcome.ref,
        "status": status,
        "changed": outcome.changed,
        "id": outcome.id,
        "key": outcome.key,
        "version": version,
        "etag": entity_tag(version) if version else None,
        "problem": wrong,
    }
