"""Scheduled searches as callers write them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from muster.assets.model import Name, Word
from muster.http.paging import ListQuery
from muster.searches.asked import MAX_PARAMETERS, Default
from muster.searches.scheduled.model import GRAIN_MINUTES

MAX_DELIVERIES = 10

CronText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
ZoneName = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Url = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Email = Annotated[
    str,
    StringConstraints(
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
    ),
]
When = Literal["always", "results", "new"]
FileFormat = Literal["csv", "jsonl"]
_EXAMPLE: dict[str, Any] = {
    "name": "Lent for too long, every Monday",
    "saved_search": "sav_01HZX3J8V2Q4W5R6T7Y8A9B0CD",
    "cron": "0 7 * * MON",
    "time_zone": "Europe/Berlin",
    "deliver": [{"to": "email", "address": "desk@acme.example"}],
    "when": "new",
}


class _Input(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class WebhookDelivery(_Input):
    """A signed POST to an address of the public Internet."""

    to: Literal["webhook"]
    url: Url


class EmailDelivery(_Input):
    """An e-mail; AWS asks the address for its consent, and each e-mail has a link that ends it."""

    to: Literal["email"]
    address: Email


class FileDelivery(_Input):
    """A file: the result of the run's job."""

    to: Literal["file"]


Delivery = Annotated[WebhookDelivery | EmailDelivery | FileDelivery, Field(discriminator="to")]
Deliveries = Annotated[list[Delivery], Field(min_length=1, max_length=MAX_DELIVERIES)]
Parameters = Annotated[dict[str, Default], Field(max_length=MAX_PARAMETERS)]


class ScheduledSearchDraft(_Input):
    """A saved search, when it runs, and who is told what it finds."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Name
    saved_search: Word
    """A saved search's id."""
    parameters: Parameters = Field(default_factory=dict)
    """Values of its parameters; those that are not given have their defaults."""
    cron: CronText = Field(
        description="Minute, hour, day, month, weekday: `0 7 * * MON-FRI`. The minute is a"
        f" multiple of {GRAIN_MINUTES}."
    )
    time_zone: ZoneName | None = None
    """An IANA name; none: the organisation's."""
    deliver: Deliveries
    when: When = "results"
    """`always`; `results`: only when something was found; `new`: only when something was found
    that the last run that was delivered had not, and only that."""
    format: FileFormat = "csv"
    """Of the file."""
    view: Word | None = None
    """A view's id: the columns of the file and of the e-mail."""
    enabled: bool = True
    """False: it does not run by itself."""


class ScheduledSearchPatch(_Input):
    """What is to change (merge-patch): what is absent stays; null takes time zone or view away."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": False}]})

    name: Name | None = None
    saved_search: Word | None = None
    parameters: Parameters | None = None
    cron: CronText | None = None
    time_zone: ZoneName | None = None
    deliver: Deliveries | None = None
    when: When | None = None
    format: FileFormat | None = None
    view: Word | None = None
    enabled: bool | None = None


class ScheduledSearchesQuery(ListQuery):
    """Which scheduled searches."""

    q: str | None = None
    """Those whose name has these letters in it."""
    saved_search: str | None = None
    """Those of this saved search, by id."""
