"""What the routes of comments give back, and how a comment is presented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from muster.assets.api import PersonView, StampView
from muster.assets.present import present_stamp
from muster.ledger.model import Record


class CommentView(BaseModel):
    """A comment. `text` is Markdown as it was written: whoever shows it as HTML makes it safe."""

    model_config = ConfigDict(defer_build=True)

    id: str
    version: int
    asset: str
    text: str
    mentions: list[PersonView]
    edited: bool
    created: StampView
    updated: StampView


def present_comment(record: Record, names: Mapping[str, str]) -> dict[str, Any]:
    """Return a comment as JSON; `names` are the members' by id."""
    body = record.body
    return {
        "id": record.id,
        "version": record.version,
        "asset": body["asset"],
        "text": body["text"],
        "mentions": [{"id": i, "name": names.get(i)} for i in body.get("mentions", [])],
        "edited": record.version > 1,
        "created": present_stamp(record.created),
        "updated": present_stamp(record.updated),
    }
