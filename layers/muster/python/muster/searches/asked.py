"""Saved searches as callers write them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from muster.assets.model import Name, Word
from muster.http.paging import ListQuery

MAX_PARAMETERS = 20
MAX_SHARED = 500

Visibility = Literal["private", "public"]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
QueryText = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
Default = str | int | float | bool | list[str]
_EXAMPLE: dict[str, Any] = {
    "name": "Lent for too long",
    "query": "asset.status = Lent AND updated < ${since}",
    "parameters": [{"name": "since", "label": "Not touched since", "default": "2026-01-01"}],
    "visibility": "public",
}


class _Input(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ParameterDraft(_Input):
    """A value that is asked for when the search runs: `${name}` in the query."""

    name: Word
    label: Name | None = None
    """What the person who runs it is asked for; none: the name."""
    default: Default
    """What it is when nothing is given; its type is the parameter's."""


class SavedSearchDraft(_Input):
    """A query with a name."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Name
    description: Prose | None = None
    query: QueryText
    dialect: Literal["muster", "nql", "aql"] = "muster"
    visibility: Visibility = "private"
    shared_with: list[Word] = Field(default_factory=list, max_length=MAX_SHARED)
    """Members' ids: who else sees and runs it while it is private."""
    parameters: list[ParameterDraft] = Field(default_factory=list, max_length=MAX_PARAMETERS)


class SavedSearchPatch(_Input):
    """What is to change (merge-patch): what is absent stays; lists are replaced as wholes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"visibility": "public"}]})

    name: Name | None = None
    description: Prose | None = None
    query: QueryText | None = None
    dialect: Literal["muster", "nql", "aql"] | None = None
    visibility: Visibility | None = None
    shared_with: list[Word] | None = Field(default=None, max_length=MAX_SHARED)
    parameters: list[ParameterDraft] | None = Field(default=None, max_length=MAX_PARAMETERS)


class PreferencesPatch(_Input):
    """What is to change (merge-patch); null takes the primary asset away."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"primary_asset": "LAP-7"}]})

    favourites: list[Word] | None = Field(default=None, max_length=200)
    """Saved searches, by id, in the order in which they are shown."""
    primary_asset: Word | None = None
    """An id, key, tag or serial number."""


class DeleteSearchQuery(_Input):
    """What stands in the way of removing it."""

    ignore_uses: bool = False
    """Remove it although it is on a schedule, or other searches name it."""


class SavedSearchesQuery(ListQuery):
    """Which saved searches."""

    q: str | None = None
    """Those whose name has these letters in it."""
    favourite: bool = False
    """Only the caller's favourites, in their order."""


class ResultsQuery(ListQuery):
    """What a saved search is run with."""

    p: list[str] = Field(default_factory=list, max_length=MAX_PARAMETERS)
    """A parameter's value, such as `since=2026-05-01`; repeatable, the same one too."""
    time_zone: Annotated[str, StringConstraints(max_length=64)] | None = None
    """Whose days are meant, an IANA name; by default the organisation's."""
