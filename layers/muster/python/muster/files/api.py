"""What the routes of files give back, for the document."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class FileView(BaseModel):
    """A stored content. An image is `processing` until it was looked through."""

    model_config = ConfigDict(defer_build=True)

    id: str
    version: int
    name: str
    purpose: str
    media_type: str
    size: int
    """Bytes."""
    sha256: str
    state: str
    width: int | None = None
    """Pixels, once an image was looked through."""
    height: int | None = None
    problem: dict[str, Any] | None = None
    """Why there are no thumbnails, where there are none."""
    thumbnails: dict[str, str] = Field(default_factory=dict)
    """Addresses by size in pixels, good for five minutes."""


class PictureView(BaseModel):
    """An image as a list of assets shows it; `missing` where its file was removed."""

    model_config = ConfigDict(defer_build=True)

    id: str
    name: str | None
    state: Literal["ready", "processing", "missing"]
    width: int | None
    height: int | None
    thumbnails: dict[str, str]
    """Addresses by size in pixels, good for five minutes."""
