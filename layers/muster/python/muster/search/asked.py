"""What searches are asked for: bodies and parameters."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from muster.assets.parameters import Expand
from muster.http.paging import DEFAULT_LIMIT, MAX_LIMIT, ListQuery

Dialect = Literal["muster", "nql", "aql"]
Value = str | bool | int | float
Zone = Annotated[str, StringConstraints(max_length=64)]
Path = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
_EXAMPLE = "type = Laptop AND warranty.end < +30d ORDER BY name"
MAX_MEASURES, MAX_GROUPS, MAX_ROWS = 10, 3, 1_000


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class QueryBody(_Body):
    """A query."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"query": "type = Laptop"}]})

    query: str
    """Its text; see docs/query-language.md. An empty one is every asset."""
    dialect: Dialect = "muster"
    """Whose habits it follows: `nql` is Asset Tracker's, `aql` that of Atlassian Assets."""
    parameters: dict[str, Value | list[Value]] = Field(default_factory=dict, max_length=100)
    """Values of its placeholders: `${owner}` takes `owner`."""
    time_zone: Zone | None = None
    """Whose days it means, an IANA name; by default the organisation's."""


class SearchBody(QueryBody):
    """A query, and how its answer is to look."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"query": _EXAMPLE, "limit": 20, "highlight": True}]}
    )

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    """How many assets a page has."""
    cursor: str | None = None
    """`next_cursor` of the page before."""
    count: Literal["exact", "estimate"] | None = None
    """Also give the total: `estimate` stops to count at 10,000."""
    fields: list[str] = Field(default_factory=list, max_length=500)
    """Give these members only, such as `id`, `tag`, `custom_fields.cpu`."""
    view: Literal["full", "brief"] = "full"
    expand: Expand = Field(default_factory=list)
    highlight: bool = False
    """Say where the texts of an asset have what was looked for."""


class ExplainBody(QueryBody):
    """A query, and how large the page is that is to be explained."""

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)


class SearchParameters(ListQuery):
    """What `GET /v1/search` takes."""

    query: str = ""
    """A query; see docs/query-language.md. An empty one is every asset."""
    dialect: Dialect = "muster"
    """Whose habits it follows: `nql` is Asset Tracker's, `aql` that of Atlassian Assets."""
    parameters: str | None = None
    """Values of the query's placeholders, as a JSON object."""
    time_zone: Zone | None = None
    """Whose days it means, an IANA name; by default the organisation's."""
    view: Literal["full", "brief"] = "full"
    expand: Expand = Field(default_factory=list)
    highlight: bool = False
    """Say where the texts of an asset have what was looked for."""


class SuggestBody(_Body):
    """A query that is being written, and where its writer is."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"query": "type = Lap", "position": 10}]}
    )

    query: str
    position: int | None = Field(default=None, ge=0, le=1_000_000)
    """Characters before the cursor; by default all."""
    dialect: Dialect = "muster"
    time_zone: Zone | None = None


class MeasureBody(_Body):
    """What is told of a group of assets."""

    function: Literal["count", "sum", "min", "max", "avg", "distinct"] = "count"
    """`count` without a field: assets; with one: values. `sum` and `avg`: of numbers, durations
    and amounts, these by currency; `min` and `max`: of days and moments as well."""
    field: Path | None = None
    """A path as in a query."""


class GroupBody(_Body):
    """What assets are told apart by."""

    field: Path
    """A path as in a query. An asset with several values is in several groups."""
    by: Literal["day", "week", "month", "quarter", "year"] | None = None
    """Of days and moments: the span that they are put together by."""


class AggregateBody(QueryBody):
    """What is counted and summed, over which assets, in which groups."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "query": "type = Laptop",
                    "measures": [{"function": "count"}],
                    "group_by": [{"field": "folder"}, {"field": "created", "by": "year"}],
                }
            ]
        }
    )

    query: str = ""
    measures: list[MeasureBody] = Field(
        default_factory=lambda: [MeasureBody()], min_length=1, max_length=MAX_MEASURES
    )
    group_by: list[GroupBody] = Field(default_factory=list, max_length=MAX_GROUPS)
    limit: int = Field(default=100, ge=1, le=MAX_ROWS)
    """How many groups at most; `total_groups` tells how many there are."""
    order: Literal["count", "keys"] = "count"
    """The largest groups first, or by their keys."""
