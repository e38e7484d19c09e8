"""What an import is made of, from the file's facts to the rows of its plan. Pure."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from muster.catalog.model import FieldKind
from muster.jobs.plans.model import Action

MAX_COLUMNS = 500
ASSUMED_CURRENCY = "USD"
MAX_ROWS = 1_000_000
MAX_CELL_CHARACTERS = 100_000
MAX_INLINE_BYTES = 4 * 1024 * 1024

BUILT_IN = ("name", "tag", "serial", "description", "type", "folder")
"""Targets of a column that are no fields of the catalog."""

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=512)]
DateOrder = Literal["ymd", "dmy", "mdy"]


class TransferModel(BaseModel):
    """Frozen, and nothing in it that has no meaning."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ImportOptions(TransferModel):
    """How to read the file and what to do with its rows; what is absent is found out or default."""

    encoding: Word | None = None
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    sheet: Word | None = None
    """Name of an XLSX sheet; default: the first that has rows."""
    header: bool | None = None
    date_order: DateOrder | None = None
    decimal_comma: bool | None = None
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")] | None = None
    source: Word | None = None
    """Name of a built-in mapping, or `none` to use none."""
    on_match: Literal["update", "skip"] = "update"
    on_new: Literal["create", "skip"] = "create"
    empty_cells: Literal["keep", "clear"] = "keep"
    """Whether an empty cell leaves the asset's value alone or clears it."""
    create_fields: bool = True
    create_options: bool = True
    create_types: bool = True
    create_folders: bool = True


class Target(TransferModel):
    """Where a column goes. `to` None leaves the column out."""

    to: Word | None = None
    """A name of BUILT_IN, or a field's dotted name."""
    kind: FieldKind | None = None
    """The kind that a field gets which has to be made."""
    label: Word | None = None
    unique: bool = False


class Note(TransferModel):
    """Something that the reader of a plan should know."""

    code: str
    detail: str
    column: str | None = None


class ColumnFacts(TransferModel):
    """What was found out about one column."""

    name: str
    """Its header; a number is added where headers are equal and the columns are not."""
    kind: FieldKind
    """What its values look like."""
    filled: int
    distinct: int
    """Counted up to a limit of 1,000."""
    longest: int
    samples: tuple[str, ...] = ()
    date_order: DateOrder | None = None
    assumed: bool = False
    """Whether the order of day and month was assumed, since no value tells."""
    decimal_comma: bool = False
    currency: str | None = None


class FileFacts(TransferModel):
    """What was found out about the file, all of which a plan shows."""

    format: Literal["csv", "xlsx"]
    encoding: str
    encoding_sure: bool = True
    byte_order_mark: bool = False
    delimiter: str | None = None
    line_ends: Literal["LF", "CRLF", "CR", "mixed"] | None = None
    quote: str | None = None
    header: bool = True
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    rows: int = 0
    """Rows below the header, blank ones left out."""
    blank_rows: int = 0
    columns: tuple[ColumnFacts, ...] = ()
    notes: tuple[Note, ...] = ()


class ColumnMapping(TransferModel):
    """Where every column goes, and which target tells a row's asset."""

    source: str = "none"
    """The built-in mapping that the header matched."""
    columns: dict[str, Target]
    key: str
    """A target, or `import.key` for a key made of what identifies a row."""
    identity: tuple[str, ...] = ()
    """The columns that `import.key` is made of."""
    type: str
    """The dotted name of the type that rows have which name none."""


class SchemaChange(TransferModel):
    """Something that the catalog lacks and the plan makes."""

    action: Literal["create_type", "create_field", "place_field", "add_options", "create_folder"]
    name: str
    """Dotted name of the type or field, or a folder's path."""
    label: str
    detail: str
    kind: FieldKind | None = None
    columns: tuple[str, ...] = ()


class Counts(TransferModel):
    """How many rows a plan creates, updates, leaves, skips and fails."""

    rows: int = 0
    create: int = 0
    update: int = 0
    unchanged: int = 0
    skip: int = 0
    fail: int = 0


class RowProblem(TransferModel):
    """Why a row, or a cell of it, can't be imported as it is."""

    code: str
    detail: str
    row: int
    column: str | None = None


class RowChange(TransferModel):
    """One value that a row changes."""

    field: str
    old: Any = None
    new: Any = None


class PlannedRow(TransferModel):
    """A row's line in the plan. `write` is what applying commits; it is no part of the answer."""

    row: int
    action: Action
    key: str | None = None
    id: str | None = None
    name: str | None = None
    changes: tuple[RowChange, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    write: Mapping[str, Any] | None = Field(default=None, repr=False)


class Plan(TransferModel):
    """What an import would do, without its rows."""

    number: int
    """Plans of one import count from 1; applying takes the newest."""
    seq: int
    """The commit that the tenant stood at."""
    facts: FileFacts
    mapping: ColumnMapping
    counts: Counts
    schema_changes: tuple[SchemaChange, ...] = ()
    notes: tuple[Note, ...] = ()
    parts: int = 0
    """How many objects hold the rows."""


def bare_currency(options: ImportOptions, facts: ColumnFacts) -> str:
    """Return the currency of a column's amounts that name none: asked for, found, or assumed."""
    return options.currency or facts.currency or ASSUMED_CURRENCY
