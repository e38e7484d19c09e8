"""What views look like over HTTP."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from muster.catalog.model import Catalog
from muster.jobs.service import timestamp
from muster.ledger.model import Record
from muster.views.columns import BUILT_IN
from muster.views.service import columns_of


class ColumnView(BaseModel):
    """A column, and what stands above it."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    name: str
    label: str


class ViewView(BaseModel):
    """Which columns a list shows, in their order."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    id: str
    version: int
    name: str
    columns: list[ColumnView]
    dropped: list[str]
    """Columns whose field is gone: they are not shown, and drop out with the next change."""
    visibility: Literal["private", "public"]
    owner: str
    """The id of the member who made it."""
    shared_with: list[str]
    default_types: list[str]
    default_folders: list[str]
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str


def present_view(record: Record, catalog: Catalog) -> dict[str, Any]:
    """Return a view as the API gives it."""
    there, gone = columns_of(catalog, record)
    labels = {**BUILT_IN, **{field.name: field.label for field in catalog.fields.values()}}
    return {
        "id": record.id,
        "version": record.version,
        "shared_with": [],
        "default_types": [],
        "default_folders": [],
        **record.body,
        "columns": [{"name": name, "label": labels[name]} for name in there],
        "dropped": gone,
        "created_at": timestamp(record.created.at),
        "created_by": record.created.by.name,
        "updated_at": timestamp(record.updated.at),
        "updated_by": record.updated.by.name,
    }
