"""`/v1/assets/{asset_id}/comments` and `/v1/comments`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from muster.access.model import Permission
from muster.assets import refusals as assets
from muster.comments import service
from muster.comments.api import present_comment
from muster.comments.model import CommentDraft, CommentPatch
from muster.comments.refusals import (
    CommentNotFoundError,
    CommentNotYoursError,
    UnknownMemberError,
)
from muster.http.paging import ListQuery, page_response
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.ledger.model import Record
from muster.ledger.port import FenceMovedError, VersionConflictError

routes = Routes("comments")

_COMMENT_VIEW = Shape("muster.comments.api", "CommentView")
_CHANGE_ERRORS = (CommentNotFoundError, CommentNotYoursError, VersionConflictError)


class CommentsQuery(ListQuery):
    """A page of an asset's comments."""


@routes.get(
    "/v1/assets/{asset_id}/comments",
    permission=Permission.ASSET_READ,
    query=CommentsQuery,
    returns=_COMMENT_VIEW.page,
    errors=(assets.AssetNotFoundError,),
)
def list_comments(call: Call) -> Response:
    """List an asset's comments, newest first."""
    asset_id, query = call.path["asset_id"], call.query
    page = service.list_comments(call.scope, asset_id, limit=query.limit, after=query.after)
    names = _names(call, page.items)
    return page_response(call, page, lambda record: present_comment(record, names))


@routes.post(
    "/v1/assets/{asset_id}/comments",
    permission=Permission.ASSET_WRITE,
    body=CommentDraft,
    returns=_COMMENT_VIEW,
    status=201,
    errors=(
        assets.AssetNotFoundError,
        assets.AssetInTrashError,
        UnknownMemberError,
        FenceMovedError,
    ),
)
def create_comment(call: Call) -> Response:
    """Say something about an asset. `mentions` names members by id."""
    record = service.create_comment(
        call.scope, call.path["asset_id"], call.body, lambda: _members(call)
    )
    return _answer(call, record, status=201)


@routes.get(
    "/v1/comments/{comment_id}",
    permission=Permission.ASSET_READ,
    returns=_COMMENT_VIEW,
    errors=(CommentNotFoundError,),
)
def read_comment(call: Call) -> Response:
    """Read a comment."""
    return _answer(call, service.read_comment(call.scope, call.path["comment_id"]))


@routes.patch(
    "/v1/comments/{comment_id}",
    permission=Permission.ASSET_WRITE,
    body=CommentPatch,
    returns=_COMMENT_VIEW,
    errors=(*_CHANGE_ERRORS, UnknownMemberError),
)
def patch_comment(call: Call) -> Response:
    """Change a comment: your own, or anybody's with `catalog:write`."""
    comment_id = call.path["comment_id"]
    record = service.patch_comment(
        call.scope, comment_id, call.body, lambda: _members(call), call.if_match
    )
    return _answer(call, record)


@routes.delete(
    "/v1/comments/{comment_id}",
    permission=Permission.ASSET_WRITE,
    returns=None,
    status=204,
    errors=_CHANGE_ERRORS,
)
def delete_comment(call: Call) -> Response:
    """Remove a comment: your own, or anybody's with `catalog:write`."""
    service.delete_comment(call.scope, call.path["comment_id"], call.if_match)
    return Response(status=204)


def _answer(call: Call, record: Record, status: int = 200) -> Response:
    location = f"/v1/comments/{record.id}" if status == 201 else None  # noqa: PLR2004 - Created
    body = present_comment(record, _names(call, [record]))
    return Response(body, status=status, version=record.version, location=location)


def _members(call: Call) -> Collection[str]:
    return {member.id for member in call.access.members(call.scope.tenant)}


def _names(call: Call, records: Sequence[Record]) -> Mapping[str, str]:
    """Return the members' names where a comment mentions any; that costs a call."""
    if not any("mentions" in record.body for record in records):
        return {}
    return {member.id: member.name for member in call.access.members(call.scope.tenant)}
