"""Views as callers write them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from muster.assets.model import FolderReference, Name, TypeReference, Word
from muster.http.paging import ListQuery

MAX_COLUMNS = 200

ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Columns = Annotated[list[ColumnName], Field(min_length=1, max_length=MAX_COLUMNS)]
Members = Annotated[list[Word], Field(max_length=500)]
Types = Annotated[list[TypeReference], Field(max_length=100)]
Folders = Annotated[list[FolderReference], Field(max_length=100)]
_EXAMPLE: dict[str, Any] = {
    "name": "For the audit",
    "columns": ["key", "name", "serial", "folder", "updated_at"],
    "visibility": "public",
}


class _Input(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ViewDraft(_Input):
    """Which columns a list shows, in their order."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Name
    columns: Columns
    """`id key name tag serial description type folder links images files created_at created_by
    updated_at updated_by trashed_at`, and fields by dotted name."""
    visibility: Literal["private", "public"] = "private"
    shared_with: Members = Field(default_factory=list)
    """Members' ids: who else uses it while it is private."""
    default_types: Types = Field(default_factory=list)
    """Types whose lists begin with this view."""
    default_folders: Folders = Field(default_factory=list)
    """Folders whose lists begin with this view, what lies below them included."""


class ViewPatch(_Input):
    """What is to change (merge-patch): what is absent stays; lists are replaced as wholes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"columns": ["key", "name"]}]})

    name: Name | None = None
    columns: Columns | None = None
    visibility: Literal["private", "public"] | None = None
    shared_with: Members | None = None
    default_types: Types | None = None
    default_folders: Folders | None = None


class ViewsQuery(ListQuery):
    """Which views."""

    q: str | None = None
    """Those whose name has these letters in it."""
    type: Word | None = None
    """Those with which lists of this type begin, an id, name or label; its parents' count."""
    folder: Word | None = None
    """Those with which lists of this folder begin, an id or a path; folders above it count."""
