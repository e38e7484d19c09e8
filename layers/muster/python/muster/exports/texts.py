"""Values as the text of a cell: one function for each field, made once for an export. Pure.

What an import reads of them is what was stored, as far as a cell can tell it (docs/export.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from muster.assets.present import Names
from muster.catalog.model import Catalog, FieldKind, FieldType
from muster.catalog.values.currencies import MINOR_DIGITS
from muster.csvtext import safe_cell
from muster.exports.asked import CsvOptions

type Text = Callable[[Any, Names], str]

OWN_WORDS = frozenset(
    {
        FieldKind.INTEGER,
        FieldKind.NUMBER,
        FieldKind.BOOLEAN,
        FieldKind.DATE,
        FieldKind.TIME,
        FieldKind.DATETIME,
        FieldKind.DURATION,
        FieldKind.MONEY,
        FieldKind.GEO,
        FieldKind.IP,
        FieldKind.CIDR,
        FieldKind.MAC,
    }
)
"""Kinds whose text Muster spells: no user can put a formula there."""
_DATES = {"dmy": "{2}.{1}.{0}", "mdy": "{1}/{2}/{0}"}
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


@dataclass(frozen=True)
class Writing:
    """How values are written."""

    catalog: Catalog
    csv: CsvOptions
    users: str = "name"
    escape: bool = True
    """Make text harmless to spreadsheets that would run it."""

    def safe(self, text: str) -> str:
        """Return text that somebody typed as a cell may hold it."""
        return safe_cell(text) if self.escape else text

    def text(self, field: FieldType, *, currency: bool | None = None) -> Text:
        """Return what writes a stored value of the field, a list of values too.

        `currency` asks for one half of an amount of money: True, its currency.
        """
        one = self._one(field, currency=currency)
        if field.kind is not FieldKind.JSON and field.many:
            one = self._several(one)
        if not self.escape or field.kind in OWN_WORDS:
            return one
        return lambda value, names: safe_cell(one(value, names))

    def moment(self, text: str) -> str:
        """Return a moment that is stored as RFC 3339 in UTC."""
        if self.csv.dates == "iso":
            return text
        return f"{self.date(text[:10])} {text[11:].removesuffix('Z')}"

    def date(self, text: str) -> str:
        """Return a date that is stored as ISO 8601."""
        if self.csv.dates == "iso":
            return text
        return _DATES[self.csv.dates].format(*text.split("-"))

    def type(self, type_id: str) -> str:
        """Return a type's label, or its name where another type has the label as well."""
        found = self.catalog.types.get(type_id)
        if found is None:
            return type_id
        return found.label if self.catalog.type_of(found.label) is found else found.name

    def joined(self, texts: list[str]) -> str:
        """Return several values in one cell; one that holds the separator is put in quotes."""
        return self.csv.multi_separator.join(
            [f'"{text.replace('"', '""')}"' if self._odd(text) else text for text in texts]
        )

    def _odd(self, text: str) -> bool:
        mark = self.csv.multi_separator.strip() or self.csv.multi_separator
        return mark in text or text[:1] == '"' or "\n" in text

    def _several(self, one: Text) -> Text:
        def write(value: Any, names: Names) -> str:
            if not isinstance(value, list):
                return one(value, names)
            return self.joined([one(item, names) for item in value])

        return write

    def _one(self, field: FieldType, *, currency: bool | None) -> Text:
        kind = field.kind
        if kind is FieldKind.MONEY:
            return self._money(currency=currency)
        if field.options:
            labels = _labels(field)
            return lambda value, _names: labels.get(value, str(value))
        decimal = self.csv.decimal
        made: dict[FieldKind, Text] = {
            FieldKind.NUMBER: lambda value, _names: repr(value).replace(".", decimal),
            FieldKind.BOOLEAN: lambda value, _names: "true" if value else "false",
            FieldKind.DATE: lambda value, _names: self.date(value),
            FieldKind.DATETIME: lambda value, _names: self.moment(value),
            FieldKind.DURATION: lambda value, _names: duration(value),
            FieldKind.GEO: lambda value, _names: f"{value['lat']!r},{value['lon']!r}",
            FieldKind.USER: _member if self.users == "name" else _plain,
            FieldKind.REFERENCE: _key,
            FieldKind.ASSET_TYPE: lambda value, _names: self.type(value),
            FieldKind.JSON: _json,
            FieldKind.FILE: _file,
            FieldKind.IMAGE: _file,
        }
        return made.get(kind, _plain)

    def _money(self, *, currency: bool | None) -> Text:
        decimal = self.csv.decimal
        if currency:
            return lambda value, _names: str(value["currency"])

        def amount(value: Any, _names: Names) -> str:
            digits = MINOR_DIGITS.get(value["currency"], 2)
            return f"{Decimal(value['minor']).scaleb(-digits):f}".replace(".", decimal)

        if currency is not None:
            return amount
        return lambda value, names: f"{amount(value, names)} {value['currency']}"


def duration(seconds: int) -> str:
    """Return a duration as ISO 8601 has it, such as `P1DT2H30M`."""
    days, rest = divmod(seconds, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes, left = divmod(rest, _MINUTE)
    clock = [f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (left, "S")) if n]
    if not days and not clock:
        return "PT0S"
    return f"P{f'{days}D' if days else ''}{'T' if clock else ''}{''.join(clock)}"


def _labels(field: FieldType) -> dict[str, str]:
    """Return the options' labels by id; the id itself where a label leads to another option."""
    return {
        option.id: option.label
        if (found := field.option(option.label)) and found.id == option.id
        else option.id
        for option in field.options
    }


def _plain(value: Any, _names: Names) -> str:
    return value if isinstance(value, str) else str(value)


def _member(value: Any, names: Names) -> str:
    return str(names.member(value)["name"] or value) if value.startswith("mem_") else str(value)


def _key(value: Any, names: Names) -> str:
    found = names.asset(value)
    return str((found and found["key"]) or value)


def _json(value: Any, _names: Names) -> str:
    return json.dumps(value, ensure_ascii=False)


def _file(value: Any, _names: Names) -> str:
    return value if isinstance(value, str) else str(value.get("name", ""))
