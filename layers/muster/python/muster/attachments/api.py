"""What the routes of uploads and attachments give back, for the document."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from muster.files.api import FileView
from muster.http.forms import FormView


class _View(BaseModel):
    model_config = ConfigDict(defer_build=True)


class UploadView(_View):
    """An upload: waiting for its content, done, or refused."""

    id: str
    version: int
    state: str
    filename: str
    size: int
    media_type: str
    sha256: str
    purpose: str
    asset: str | None = None
    file: str | None = None
    """The file that it became."""
    problem: dict[str, Any] | None = None
    """`code` and `detail` of why it was refused."""
    upload: FormView | None = None


class ImageView(FileView):
    """One of an asset's images. `missing` is true where its content was removed."""

    primary: bool
    missing: bool = False


class VersionView(_View):
    """A version of a file."""

    version: str
    file: str
    at: str
    by: dict[str, str]
    media_type: str | None
    size: int | None
    missing: bool = False


class AttachmentView(_View):
    """One of an asset's files, with its versions, the newest last."""

    id: str
    name: str
    versions: list[VersionView] = Field(default_factory=list)


class ImagesView(_View):
    """An asset's images, the primary one first."""

    items: list[ImageView]


class AttachmentsView(_View):
    """An asset's files."""

    items: list[AttachmentView]
