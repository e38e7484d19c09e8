"""What the routes of assets take as query parameters."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from muster.http.paging import ListQuery, SortedQuery

Expand = list[Literal["links", "images"]]
"""Show these as what they are and not by their ids alone; several, joined by commas."""


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class AssetsQuery(SortedQuery):
    """Which assets. Further parameters are filters: `type`, `folder`, `tag`, `serial`, `key`,
    `name`, `description`, `created_at`, `created_by`, `updated_at`, `updated_by`, `status`,
    `cf.<dotted name>`, each repeatable (any of the values may match), with `__in=a,b`,
    `__empty=true`, `__not`, `__contains`, `__startswith`, `__endswith`, `__lt`, `__lte`, `__gt`
    and `__gte`.
    """

    takes_filters: ClassVar[bool] = True

    q: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None
    """Words that all occur in the asset's texts; a word that ends in `*` is a prefix."""
    query: str | None = None
    """A query, such as `type = Laptop AND computer.ram >= 16 ORDER BY name`; `sort` wins over its
    order. See docs/query-language.md."""
    dialect: Literal["muster", "nql", "aql"] = "muster"
    """Whose habits the query follows: `nql` is Asset Tracker's, `aql` that of Atlassian Assets."""
    time_zone: Annotated[str, StringConstraints(max_length=64)] | None = None
    """Whose days are meant, an IANA name; by default the organisation's."""
    trashed: Literal["no", "yes", "any"] = "no"
    include_subtypes: bool = False
    include_subfolders: bool = False
    view: Literal["full", "brief"] = "full"
    expand: Expand = Field(default_factory=list)


class AssetQueryParameters(_Query):
    """How an asset is read."""

    at: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    """As it was then: an RFC 3339 time, or a commit's number such as `118` or `seq:118`."""
    expand: Expand = Field(default_factory=list)


class UpsertQuery(_Query):
    """What is matched on."""

    match: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    """`tag`, `serial`, `key`, or the dotted name of a unique field."""


class PurgeQuery(_Query):
    """How a purge goes about what names the asset."""

    force: bool = False
    """Purge although other assets name this one in a field."""


class GraphParameters(_Query):
    """How far the graph goes, and over what."""

    levels: int = Field(default=3, ge=1, le=10)
    limit: int = Field(default=100, ge=1, le=500)
    link_types: list[str] = Field(default_factory=list)
    """Ids or names; repeatable. Reference fields are then left out."""
    types: list[str] = Field(default_factory=list)
    """Asset types, by id, name or label; repeatable."""
    direction: Literal["both", "outbound", "inbound"] = "both"
    references: bool = True
    """Also follow fields that name assets."""


class LinksQuery(ListQuery):
    """A page of an asset's links."""


class HistoryQuery(ListQuery):
    """A page of an asset's history, newest first."""


class ChangesQuery(ListQuery):
    """Which commits: newest first, or with `since` those after that number, oldest first."""

    since: int | None = Field(default=None, ge=0, le=2**53)
    asset: Annotated[str, StringConstraints(max_length=64)] | None = None
    """Only those that changed this asset; newest first."""
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")] | None = None
    """Only those that changed a record of this kind, such as `folder`."""
