"""Comments as callers write them, and the pure rules on a comment record's body.

A body has `asset`, `text` (Markdown, kept as it was written) and, where there are any, `mentions`:
ids of members.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from muster.assets.model import Description

KIND = "comment"
MAX_MENTIONS = 50

Text = Description
"""1 to 32,768 characters, of control characters only line breaks and tabs."""
MemberId = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Mentions = Annotated[list[MemberId], Field(max_length=MAX_MENTIONS)]


class CommentDraft(BaseModel):
    """A comment: Markdown as text, and the ids of the members whom it calls."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        json_schema_extra={"examples": [{"text": "The hinge is **loose**: @Bob, can you look?"}]},
    )

    text: Text
    mentions: Mentions = Field(default_factory=list)


class CommentPatch(BaseModel):
    """What is to change of a comment: what is absent stays."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        json_schema_extra={"examples": [{"text": "The hinge is mended."}]},
    )

    text: Text | None = None
    mentions: Mentions | None = None


def comment_body(asset_id: str, text: str, mentions: list[str]) -> dict[str, Any]:
    """Return a comment record's body; a member who is mentioned twice is mentioned once."""
    body: dict[str, Any] = {"asset": asset_id, "text": text}
    named = list(dict.fromkeys(mentions))
    return body | ({"mentions": named} if named else {})
