"""What the routes of assets give back, for the document."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from muster.files.api import PictureView


class _Output(BaseModel):
    model_config = ConfigDict(defer_build=True)


class PersonView(_Output):
    """Who did something; `name` is null where nothing at hand tells it."""

    id: str
    name: str | None


class StampView(_Output):
    """When (RFC 3339, UTC), and who."""

    at: str
    by: PersonView


class TypeView(_Output):
    """An asset's type."""

    id: str
    name: str | None
    label: str | None


class FolderView(_Output):
    """An asset's folder."""

    id: str
    path: str | None


class BriefView(_Output):
    """An asset in few words."""

    id: str
    key: str | None
    version: int
    name: str
    tag: str | None
    type: TypeView


class LinkTypeView(_Output):
    """A link's type."""

    id: str
    name: str | None


class NeighbourView(_Output):
    """A link as the asset at one end sees it."""

    id: str
    version: int
    type: LinkTypeView
    direction: Literal["outbound", "inbound"]
    name: str | None
    """The link type's words in this direction."""
    asset: BriefView | None
    """What is at the other end."""


class FileBriefView(_Output):
    """One of an asset's files: its newest version."""

    id: str
    name: str
    file: str
    version: str


class AssetView(_Output):
    """An asset. `key` is null only in the answer to a dry run: keys are given at the writing."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "ast_01JW0000000000000000000000",
                    "key": "LAP-42",
                    "version": 3,
                    "type": {
                        "id": "typ_01JW0000000000000000000000",
                        "name": "laptop",
                        "label": "Laptop",
                    },
                    "folder": {"id": "fol_01JW0000000000000000000000", "path": "/Berlin"},
                    "name": "Anna's laptop",
                    "tag": "IT-00042",
                    "serial": "5CG1234XYZ",
                    "description": None,
                    "custom_fields": {"computer.cpu": "Intel Core i7-1365U"},
                    "trashed": None,
                    "created": {
                        "at": "2026-05-01T12:00:00.000Z",
                        "by": {"id": "mem_01JW0000000000000000000000", "name": "Anna"},
                    },
                    "updated": {
                        "at": "2026-05-02T08:30:00.000Z",
                        "by": {"id": "mem_01JW0000000000000000000000", "name": "Anna"},
                    },
                }
            ]
        }
    )

    id: str
    key: str | None
    version: int
    type: TypeView
    folder: FolderView | None
    """Null: at the root."""
    name: str
    tag: str | None
    serial: str | None
    description: str | None
    images: list[str | PictureView] = Field(default_factory=list)
    """Ids of files, the primary image first."""
    files: list[FileBriefView] = Field(default_factory=list)
    custom_fields: dict[str, Any]
    """The values that are set, by the fields' dotted names."""
    other_fields: dict[str, Any] = Field(default_factory=dict)
    """Values that the type has no field for: kept from a type that the asset had before."""
    trashed: StampView | None
    created: StampView
    updated: StampView
    links: list[NeighbourView] = Field(default_factory=list)
    """With `expand=links` only."""


class ReferrerView(BriefView):
    """An asset that is linked with another or names it in a field."""

    via: dict[str, Any]
    """`link` and its `name`, or `field`."""


class ReferrersView(_Output):
    """What links here."""

    count: int
    items: list[ReferrerView]


class TrashedView(AssetView):
    """An asset that was laid in the trash, and what links to it: a warning."""

    linked_from: ReferrersView


class PurgedView(_Output):
    """What went with a purged asset."""

    links_removed: int
    comments_removed: int


class ItemView(_Output):
    """An asset in a list: all of it, or what `view` and `fields` leave."""

    id: str = ""
    key: str | None = None
    version: int = 0
    type: TypeView | None = None
    folder: FolderView | None = None
    name: str = ""
    tag: str | None = None
    serial: str | None = None
    description: str | None = None
    images: list[str | PictureView] = Field(default_factory=list)
    files: list[FileBriefView] = Field(default_factory=list)
    custom_fields: dict[str, Any] = Field(default_factory=dict)
    other_fields: dict[str, Any] = Field(default_factory=dict)
    trashed: StampView | None = None
    created: StampView | None = None
    updated: StampView | None = None
    links: list[NeighbourView] = Field(default_factory=list)


class EndView(_Output):
    """An end of a link."""

    id: str
    key: str | None = None
    name: str | None = None
    tag: str | None = None


class LinkView(_Output):
    """A link: "source `outbound_name` target"."""

    id: str
    version: int
    type: LinkTypeView
    source: EndView
    target: EndView


class NodeView(BriefView):
    """An asset in a graph."""

    level: int
    """How many steps from the root."""
    hidden: int
    """How many neighbours are not shown: beyond the levels or the limit."""
    trashed: bool


class EdgeView(_Output):
    """A link or a reference in a graph."""

    id: str
    kind: Literal["link", "reference"]
    type: str | None
    """The link type's name, or the reference field's dotted name."""
    name: str | None
    inbound_name: str | None
    source: str
    target: str
    cycle: bool
    """True: both ends were reached already on another way."""


class GraphView(_Output):
    """The neighbourhood of an asset."""

    root: str
    nodes: list[NodeView]
    edges: list[EdgeView]
    truncated: bool
    """True: `limit` left assets out."""


class FieldChangeView(_Output):
    """One field's change, in presented values."""

    model_config = ConfigDict(populate_by_name=True)

    field: str
    label: str
    before: Any = Field(alias="from")
    after: Any = Field(alias="to")


class HistoryView(_Output):
    """What one commit did to an asset."""

    seq: int
    at: str
    by: PersonView
    action: str
    version: int
    cause: str
    request_id: str
    job: str | None
    message: str | None
    reverts: int | None
    """The commit that this one takes back."""
    changes: list[FieldChangeView]


class RecordChangeView(_Output):
    """A record in a commit."""

    kind: str
    id: str
    op: Literal["create", "update", "delete"]
    version: int


class CommitView(_Output):
    """A commit of the tenant's log."""

    seq: int
    at: str
    by: PersonView
    cause: str
    request_id: str
    job: str | None
    message: str | None
    changes: list[RecordChangeView]
