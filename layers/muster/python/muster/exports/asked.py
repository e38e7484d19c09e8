"""What an export is asked for."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from muster.assets.model import Word
from muster.assets.selection import Selection

Format = Literal["csv", "xlsx", "jsonl"]
ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Filename = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/\\]+$"),
]

MEDIA_TYPES: dict[str, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
}


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class CsvOptions(_Asked):
    """How the CSV is written."""

    delimiter: Literal[",", ";", "\t", "|"] = ","
    bom: bool = False
    """Begin with a byte order mark, by which Excel knows UTF-8."""
    line_end: Literal["crlf", "lf"] = "crlf"
    decimal: Literal[".", ","] = "."
    """Of numbers and amounts; coordinates always have a point."""
    dates: Literal["iso", "dmy", "mdy"] = "iso"
    """`2026-11-24`, `24.11.2026` or `11/24/2026`. Moments are in UTC."""
    multi_separator: Annotated[
        str, StringConstraints(min_length=1, max_length=5, pattern=r'^[^"\r]+$')
    ] = "; "
    """Between the values of a field that has several. A value that holds it is put in quotes."""
    escape_formulas: bool = True
    """Put an apostrophe before text that a spreadsheet would take for a formula."""


class ExportRequest(_Asked):
    """Which assets, which of their fields, and how they are written."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "selection": {"filter": {"type": "laptop", "folder": "/Berlin"}},
                    "format": "csv",
                    "fields": ["key", "name", "serial", "computer.cpu"],
                    "csv": {"delimiter": ";", "bom": True},
                }
            ]
        }
    )

    selection: Selection
    format: Format = "csv"
    fields: (
        Annotated[list[ColumnName], Field(min_length=1, max_length=600)] | Literal["all", "visible"]
    ) = "visible"
    """Columns in their order: `id key name tag serial description type folder links images files
    created_at created_by updated_at updated_by trashed_at` and fields by dotted name. `all`: every
    field of the types that are selected; `visible`: those of them that are not hidden."""
    view: Word | None = None
    """A view whose columns these are, by id, in place of `fields`."""
    header: Literal["name", "label", "name_label"] = "name"
    """Column heads: `computer.cpu`, `CPU`, or `computer.cpu (CPU)`."""
    money: Literal["joined", "split"] = "joined"
    """`12.58 EUR` in one column, or amount and currency in two."""
    users: Literal["name", "id"] = "name"
    """Members by the name that they had when they last changed one of the assets, or by id."""
    csv: CsvOptions = Field(default_factory=CsvOptions)
    filename: Filename | None = None
    """Of the download; by default `assets` with the day."""
