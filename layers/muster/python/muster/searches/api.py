"""What saved searches and preferences look like over HTTP."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from muster.jobs.service import timestamp
from muster.ledger.model import Record


class _View(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class UseView(_View):
    """A record that the query names."""

    kind: Literal["field_type", "asset_type", "folder", "link_type", "saved_search"]
    id: str


class ParameterView(_View):
    """A value that is asked for when the search runs."""

    name: str
    label: str | None = None
    default: str | int | float | bool | list[str]


class SavedSearchView(_View):
    """A query with a name."""

    id: str
    version: int
    name: str
    description: str | None = None
    query: str
    dialect: Literal["muster", "nql", "aql"]
    visibility: Literal["private", "public"]
    owner: str
    """The id of the member who made it."""
    shared_with: list[str]
    parameters: list[ParameterView]
    uses: list[UseView]
    favourite: bool
    """Whether it is one of the caller's favourites."""
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str


class FastView(_View):
    """A search that everybody has: it needs no record."""

    name: str
    label: str
    query: str


class FastViews(_View):
    """The searches that everybody has."""

    items: list[FastView]


class PreferencesView(_View):
    """What the caller prefers."""

    favourites: list[str] = Field(default_factory=list)
    """Ids of saved searches, in the order in which they are shown."""
    primary_asset: str | None = None
    """An asset's id."""


FAST = (
    FastView(name="mine", label="My assets", query="my()"),
    FastView(name="mine_with_linked", label="My assets, with linked", query="my_with_linked()"),
    FastView(name="primary", label="My primary asset", query="my_primary()"),
)


def present_search(record: Record, favourites: Collection[str]) -> dict[str, Any]:
    """Return a saved search as the API gives it."""
    return {
        "id": record.id,
        "version": record.version,
        "shared_with": [],
        "parameters": [],
        **record.body,
        "favourite": record.id in favourites,
        "created_at": timestamp(record.created.at),
        "created_by": record.created.by.name,
        "updated_at": timestamp(record.updated.at),
        "updated_by": record.updated.by.name,
    }


def present_preferences(preferences: dict[str, Any], known: Sequence[str]) -> PreferencesView:
    """Return what the caller prefers, without favourites that are gone."""
    return PreferencesView(
        favourites=[each for each in preferences["favourites"] if each in known],
        primary_asset=preferences.get("primary_asset"),
    )
