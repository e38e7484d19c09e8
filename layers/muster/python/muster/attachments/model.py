"""What is announced of an upload, and how an asset's body lists its images and files."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from muster.files.model import Purpose
from muster.ids import new_id
from muster.ledger.model import Actor

UPLOAD = "upload"
MAX_IMAGES = 50
MAX_FILES = 100
MAX_VERSIONS = 100

FileName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f/\\]+$"
    ),
]
MediaType = Annotated[
    str, StringConstraints(max_length=120, pattern=r"^[a-z]+/[a-z0-9][a-z0-9.+-]*$")
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_EXAMPLE: dict[str, Any] = {
    "filename": "front.jpg",
    "size": 48213,
    "media_type": "image/jpeg",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}

FileId = Annotated[str, StringConstraints(max_length=64)]


class UploadState(StrEnum):
    """Where an upload stands."""

    WAITING = "waiting"
    """For its content, or to be completed."""
    DONE = "done"
    REFUSED = "refused"


class _Input(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Announcement(_Input):
    """A content that is going to be uploaded: the form takes this one and no other."""

    filename: FileName
    size: int = Field(ge=1, le=5 * 1024**3)
    """Bytes."""
    media_type: MediaType = "application/octet-stream"
    sha256: Sha256
    """In hex, of the content."""


class LibraryUpload(Announcement):
    """A content that no asset has yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE | {"purpose": "file"}]})

    purpose: Purpose = Purpose.FILE


class NewAttachment(_Input):
    """A content to be uploaded, as in `Announcement`, or `file`: one that is stored already."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _EXAMPLE,
                {"file": "fil_01JW0000000000000000000000"},
            ]
        }
    )

    file: FileId | None = None
    filename: FileName | None = None
    size: int | None = Field(default=None, ge=1, le=5 * 1024**3)
    media_type: MediaType = "application/octet-stream"
    sha256: Sha256 | None = None
    primary: bool = False
    """Of images: put it first."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        parts = (self.filename, self.size, self.sha256)
        whole = all(part is not None for part in parts)
        if self.file is None and not whole:
            raise PydanticCustomError("one_of", "Give filename, size and sha256, or file")
        if self.file is not None and any(part is not None for part in (self.size, self.sha256)):
            raise PydanticCustomError("one_of", "Give filename, size and sha256, or file")
        return self

    def announcement(self) -> Announcement:
        """Return what is to be uploaded."""
        given = self.model_dump(include=set(Announcement.model_fields))
        return Announcement.model_validate(given)


def with_image(body: Mapping[str, Any], file_id: str, *, first: bool = False) -> dict[str, Any]:
    """Return the asset's body with the image: last, or first and so the primary one."""
    others = [each for each in body.get("images", ()) if each != file_id]
    if len(others) < len(body.get("images", ())) and not first:
        return dict(body)
    return {**body, "images": [file_id, *others] if first else [*others, file_id]}


def without_image(body: Mapping[str, Any], file_id: str) -> dict[str, Any]:
    """Return the asset's body without the image."""
    left = [each for each in body.get("images", ()) if each != file_id]
    return _with(body, "images", left)


def with_file(
    body: Mapping[str, Any], file_id: str, name: str, actor: Actor, at: datetime
) -> dict[str, Any]:
    """Return the asset's body with a file of its own; its first version is this content."""
    version = _version(1, file_id, actor, at)
    made = {"id": new_id("attachment"), "name": name, "versions": [version]}
    return {**body, "files": [*body.get("files", ()), made]}


def with_version(
    body: Mapping[str, Any], attachment_id: str, file_id: str, actor: Actor, at: datetime
) -> dict[str, Any]:
    """Return the asset's body with a newer version of one of its files."""
    files = []
    for each in body.get("files", ()):
        if each["id"] == attachment_id and each["versions"][-1]["file"] != file_id:
            number = int(each["versions"][-1]["id"]) + 1
            version = _version(number, file_id, actor, at)
            files.append({**each, "versions": [*each["versions"], version]})
        else:
            files.append(each)
    return {**body, "files": files}


def without_file(body: Mapping[str, Any], attachment_id: str) -> dict[str, Any]:
    """Return the asset's body without one of its files."""
    left = [each for each in body.get("files", ()) if each["id"] != attachment_id]
    return _with(body, "files", left)


def file_ids_of(body: Mapping[str, Any]) -> set[str]:
    """Return the ids of all contents that an asset's images and files refer to."""
    found = set(body.get("images", ()))
    for each in body.get("files", ()):
        found.update(version["file"] for version in each["versions"])
    return found


def _version(number: int, file_id: str, actor: Actor, at: datetime) -> dict[str, Any]:
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    by = {"id": actor.id, "name": actor.name}
    return {"id": str(number), "file": file_id, "at": moment, "by": by}


def _with(body: Mapping[str, Any], name: str, values: list[Any]) -> dict[str, Any]:
    rest = {n: v for n, v in body.items() if n != name}
    return {**rest, name: values} if values else rest
