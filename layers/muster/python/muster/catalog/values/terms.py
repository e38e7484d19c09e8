"""What the handlers of field values are given, and how they refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from muster.catalog.model import FieldType


class ValueProblem(Exception):  # noqa: N818 - one value's fault; the caller adds where, and refuses
    """A value breaks a rule of its field. `detail` is a sentence for the user."""

    def __init__(self, code: str, detail: str) -> None:
        """`code` is stable, `detail` says what is wrong and what would be right."""
        super().__init__(detail)
        self.code = code
        self.detail = detail


def _no_file(_: str) -> None:
    """Know no file."""


@dataclass(frozen=True)
class ValueContext:
    """How names in values are found. Each gives an id, or None for none such."""

    resolve_asset: Callable[[FieldType, Any], str | None]
    resolve_member: Callable[[Any], str | None]
    type_id: Callable[[str], str | None]
    purpose_of_file: Callable[[str], str | None] = _no_file
    """Gives what a stored file of this id is for, `image` or `file`, or `processing`; None for none
    such."""


@dataclass(frozen=True)
class TextDialect:
    """How a file writes dates, numbers and lists."""

    date_order: Literal["ymd", "dmy", "mdy"] = "ymd"
    decimal_comma: bool = False
    time_zone: str = "UTC"
    list_separators: str = "|;\n"
    currency: str | None = None
    """Of amounts that name none, where the field has none either."""


class Names(Protocol):
    """Where the names of what values refer to come from."""

    def asset(self, asset_id: str) -> dict[str, Any] | None:
        """Return id, key, name and tag of an asset; None when it is gone."""
        ...

    def member(self, member_id: str) -> dict[str, Any] | None:
        """Return id and name of a member; None when it is unknown."""
        ...

    def type(self, type_id: str) -> dict[str, Any] | None:
        """Return id, name and label of an asset type."""
        ...

    def file(self, file_id: str) -> dict[str, Any] | None:
        """Return id, name, media type and size of a stored file; None when it is gone."""
        ...


@dataclass(frozen=True)
class Handler:
    """What to do with one value of a kind. Lists are taken apart before.

    `parse` takes typed JSON, `read` the text of a file's cell (None: as `parse` takes text);
    `present` gives typed JSON; `key` gives the text by which two values of a unique field are
    equal.
    """

    parse: Callable[[FieldType, Any, ValueContext], Any]
    read: Callable[[FieldType, str, TextDialect, ValueContext], Any] | None = None
    present: Callable[[FieldType, Any, Names], Any] | None = None
    key: Callable[[Any], str] | None = None
    example: Any = None
    """A value that `parse` takes, for the document and for error messages."""


def expected(field: FieldType, what: str, got: Any) -> ValueProblem:
    """Return the problem of a value of the wrong type or form."""
    shown = repr(got) if isinstance(got, str | int | float | bool | None) else _json_type(got)
    return ValueProblem("wrong_type", f"{field.label} takes {what}, not {shown[:80]}.")


def want_text(field: FieldType, raw: Any, longest: int, what: str = "text") -> str:
    """Return a value that has to be a text, trimmed; raises ValueProblem."""
    if not isinstance(raw, str):
        raise expected(field, what, raw)
    text = raw.strip()
    if len(text) > longest:
        raise ValueProblem(
            "too_long", f"{field.label} takes up to {longest:,} characters, not {len(text):,}."
        )
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueProblem("invalid_character", f"{field.label} holds a character that is no text.")
    return text


def want_object(field: FieldType, raw: Any, names: Mapping[str, type], what: str) -> dict[str, Any]:
    """Return a value that has to be an object with just these members; raises ValueProblem."""
    if not isinstance(raw, Mapping) or set(raw) != set(names):
        raise expected(field, what, raw)
    for name, kind in names.items():
        if not isinstance(raw[name], kind) or isinstance(raw[name], bool):
            raise expected(field, what, raw)
    return dict(raw)


def _json_type(value: Any) -> str:
    return "an object" if isinstance(value, Mapping) else "a list"
