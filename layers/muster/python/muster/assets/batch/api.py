"""What a batch gives back, for the document."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class _Output(BaseModel):
    model_config = ConfigDict(defer_build=True)


class RowView(_Output):
    """What became of one row of a batch."""

    index: int
    ref: str | None
    status: int
    """As the single request would have answered."""
    changed: bool
    id: str | None
    key: str | None
    version: int | None
    etag: str | None
    problem: dict[str, Any] | None


class BatchView(_Output):
    """What became of a batch, in the order of its rows."""

    results: list[RowView]
