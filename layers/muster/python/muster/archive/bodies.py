"""What the body of each kind of record has to look like, for what comes from outside."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from muster.assets.model import MAX_CUSTOM_FIELDS
from muster.catalog.model import AssetType, CatalogModel, FieldType, Folder, LinkType
from muster.ids import is_id
from muster.operations.model import Operation

_SHA256 = "^[0-9a-f]{64}$"


class BodyError(Exception):
    """A body is not one of its kind; the message says what is wrong."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class AssetFile(_Shape):
    """A file of an asset, with its versions, the oldest first."""

    model_config = ConfigDict(extra="allow")

    id: str
    name: str
    versions: list[dict[str, Any]]


class AssetBody(_Shape):
    """An asset. Fields are in stored form by dotted name."""

    type: str
    name: str = Field(max_length=255)
    key: str = Field(max_length=200)
    fields: dict[str, Any] = Field(max_length=MAX_CUSTOM_FIELDS)
    folder: str | None = None
    tag: str | None = Field(default=None, max_length=100)
    serial: str | None = Field(default=None, max_length=200)
    description: str | None = Field(default=None, max_length=32_768)
    trashed_at: str | None = None
    trashed_by: str | None = None
    images: list[str] = Field(default_factory=list)
    files: list[AssetFile] = Field(default_factory=list)


class LinkBody(_Shape):
    """A link from one asset to another."""

    type: str
    source: str
    target: str


class CommentBody(_Shape):
    """What somebody said about an asset."""

    asset: str
    text: str = Field(max_length=32_768)
    mentions: list[str] = Field(default_factory=list)


class ImageFacts(_Shape):
    """What is known of a decoded image."""

    model_config = ConfigDict(extra="allow")

    width: int = Field(ge=1)
    height: int = Field(ge=1)
    thumbnails: dict[str, str] = Field(default_factory=dict, max_length=20)


class FileBody(_Shape):
    """A stored content."""

    model_config = ConfigDict(extra="allow")

    name: str
    purpose: str = Field(pattern="^(image|file)$")
    sent_sha256: str = Field(pattern=_SHA256)
    sha256: str = Field(pattern=_SHA256)
    size: int = Field(ge=0)
    media_type: str
    image: ImageFacts = ImageFacts(width=1, height=1)


class SequenceBody(_Shape):
    """Saved operations. What sets them off is looked at when it does."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(max_length=255)
    visibility: str = Field(pattern="^(private|public)$")
    owner: str
    operations: list[Operation]
    triggers: list[dict[str, Any]] = Field(default_factory=list)
    schedules: list[dict[str, Any]] = Field(default_factory=list)


class SavedSearchBody(_Shape):
    """A query with a name. It is checked when it runs."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(max_length=255)
    visibility: str = Field(pattern="^(private|public)$")
    owner: str
    query: str = Field(max_length=10_000)
    dialect: str = Field(pattern="^(muster|nql|aql)$")


class ViewBody(_Shape):
    """A choice of columns. Columns that are not there are passed over."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(max_length=255)
    visibility: str = Field(pattern="^(private|public)$")
    owner: str
    columns: list[str]


def check_body(kind: str, body: Mapping[str, Any]) -> None:
    """Raise BodyError for a body that no record of this kind has."""
    try:
        _MODELS[kind].model_validate(dict(body))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        at = ".".join(map(str, first["loc"])) or "it"
        raise BodyError(f"{at}: {first['msg']}") from error
    for name, wanted in _REFERENCES.get(kind, {}).items():
        _check_id(wanted, name, body.get(name))
    if more := _MORE.get(kind):
        more(body)


def _check_id(kind: str, name: str, value: Any) -> None:
    if value is not None and not is_id(kind, value):
        raise BodyError(f"{name}: no id of {kind.replace('_', ' ')}s")


def _check_catalog(body: Mapping[str, Any]) -> None:
    # Both are the record's own; a body that had one would be taken for another record.
    if {"id", "version"} & body.keys():
        raise BodyError("id and version are not part of it")


def _check_asset(body: Mapping[str, Any]) -> None:
    for each in body.get("images", ()):
        _check_id("file", "images", each)
    for each in body.get("files", ()):
        _check_id("attachment", "files", each["id"])
        for version in each["versions"]:
            _check_id("file", "files", version.get("file"))


def _check_file(body: Mapping[str, Any]) -> None:
    thumbnails = (body.get("image") or {}).get("thumbnails", {})
    for sha256 in thumbnails.values():
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):  # noqa: PLR2004
            raise BodyError("thumbnails: no SHA-256")


_MODELS: Mapping[str, type[BaseModel]] = {
    "asset": AssetBody,
    "asset_type": AssetType,
    "comment": CommentBody,
    "field_type": FieldType,
    "file": FileBody,
    "folder": Folder,
    "link": LinkBody,
    "link_type": LinkType,
    "saved_search": SavedSearchBody,
    "sequence": SequenceBody,
    "view": ViewBody,
}
_REFERENCES: Mapping[str, Mapping[str, str]] = {
    "asset": {"type": "asset_type", "folder": "folder"},
    "asset_type": {"parent": "asset_type"},
    "comment": {"asset": "asset"},
    "folder": {"parent": "folder"},
    "link": {"type": "link_type", "source": "asset", "target": "asset"},
}
_MORE: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "asset": _check_asset,
    "file": _check_file,
    **{k: _check_catalog for k, m in _MODELS.items() if issubclass(m, CatalogModel)},
}
