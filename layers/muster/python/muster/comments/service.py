"""Comments on an asset: written, listed newest first, changed and removed by who wrote them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from muster.access.model import Permission
from muster.assets import refusals as assets
from muster.assets.decide import Key, carry_out, look, settle
from muster.assets.links import live_end
from muster.assets.model import KIND as ASSET
from muster.assets.service import asset_key, check_version
from muster.comments.model import KIND, CommentDraft, CommentPatch, comment_body
from muster.comments.refusals import (
    CommentNotFoundError,
    CommentNotYoursError,
    UnknownMemberError,
)
from muster.errors import FieldError
from muster.ids import is_id, new_id
from muster.ledger.model import Delete, Put, Record
from muster.ledger.port import VersionConflictError
from muster.replica.port import Page
from muster.scope import Scope

type Members = Callable[[], Collection[str]]
"""Gives the ids of the tenant's members; asked only where a comment mentions somebody."""


def plan_comment(asset: Record, text: str, mentions: Sequence[str] = ()) -> Put:
    """Return the write that says something about an asset.

    Raises AssetInTrashError. The text is the caller's to check (`comments.model.Text`).
    """
    live_end({(ASSET, asset.id): asset}, asset.id)
    return Put(KIND, new_id(KIND), comment_body(asset.id, text, list(mentions)))


def create_comment(scope: Scope, asset_id: str, draft: CommentDraft, members: Members) -> Record:
    """Say something about an asset.

    Raises AssetNotFoundError, AssetInTrashError, UnknownMemberError.
    """
    check_mentions(draft.mentions, members)

    def decide(scope: Scope) -> Record:
        key = asset_key(asset_id)
        seen = look(scope)
        asset = live_end(scope.ledger.get_for_write([key]), asset_id)
        put = plan_comment(asset, draft.text, draft.mentions)
        # An asset that is purged just now must not leave a comment on nothing.
        return carry_out(scope, [put], {"assets:deleted": seen.seq})[KIND, put.id]

    return settle(scope, decide)


def list_comments(scope: Scope, asset_id: str, *, limit: int, after: Sequence[Any] | None) -> Page:
    """Return a page of an asset's comments, newest first; raises AssetNotFoundError."""
    scope.replica.catch_up()
    if not scope.replica.get_many(ASSET, [asset_id]):
        raise assets.asset_not_found(asset_id)
    at = str(after[0]) if after else None
    return scope.replica.comments_of(asset_id, limit=limit, before=at)


def read_comment(scope: Scope, comment_id: str) -> Record:
    """Return a comment. One call. Raises CommentNotFoundError."""
    record = scope.ledger.get(*comment_key(comment_id))
    if record is None:
        raise _not_found(comment_id)
    return record


def patch_comment(
    scope: Scope,
    comment_id: str,
    patch: CommentPatch,
    members: Members,
    if_match: int | None = None,
) -> Record:
    """Change a comment's text or mentions; one that changes nothing leaves the version alone.

    Raises CommentNotFoundError, CommentNotYoursError, UnknownMemberError, VersionConflictError.
    """
    check_mentions(patch.mentions or [], members)

    def decide(scope: Scope) -> Record:
        record = _own(scope, comment_id, if_match)
        body = record.body
        text = body["text"] if patch.text is None else patch.text
        mentions = body.get("mentions", []) if patch.mentions is None else patch.mentions
        changed = comment_body(body["asset"], text, mentions)
        if changed == body:
            return record
        return carry_out(scope, [Put(KIND, comment_id, changed, before=record)], {})[
            KIND, comment_id
        ]

    return settle(scope, decide, retry=() if if_match else (VersionConflictError,))


def delete_comment(scope: Scope, comment_id: str, if_match: int | None = None) -> None:
    """Remove a comment; its history stays.

    Raises CommentNotFoundError, CommentNotYoursError, VersionConflictError.
    """
    carry_out(scope, [Delete(_own(scope, comment_id, if_match))], {})


def check_mentions(mentions: Sequence[str], members: Members) -> None:
    """Raise UnknownMemberError, naming each of the mentioned who is no member of the tenant."""
    if not mentions:
        return
    known = members()
    errors = [
        FieldError("unknown_member", f"There is no member {each!r} here.", f"/mentions/{index}")
        for index, each in enumerate(mentions)
        if each not in known
    ]
    if errors:
        raise UnknownMemberError("The comment mentions somebody who is no member.", errors=errors)


def comment_key(comment_id: str) -> Key:
    """Return what the ledger knows it by; raises CommentNotFoundError for what is no id."""
    if not is_id(KIND, comment_id):
        raise _not_found(comment_id)
    return KIND, comment_id


def _own(scope: Scope, comment_id: str, if_match: int | None) -> Record:
    key = comment_key(comment_id)
    record = scope.ledger.get_for_write([key]).get(key)
    if not isinstance(record, Record):
        raise _not_found(comment_id)
    if record.created.by.id != scope.actor.id and not scope.may(Permission.CATALOG_WRITE):
        raise CommentNotYoursError(
            f"{record.created.by.name} wrote this comment: only they and admins may change it."
        )
    check_version(scope, record, if_match)
    return record


def _not_found(comment_id: str) -> CommentNotFoundError:
    return CommentNotFoundError(f"There is no comment {comment_id[:80]!r}.")
