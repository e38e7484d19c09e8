"""Finds out what a column's values are: their kind, date order, decimal sign and spread. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from muster.catalog.model import FieldKind
from muster.transfer.model import ColumnFacts, DateOrder

MOST_DISTINCT = 1_000
_SAMPLES = 3
_LONG_TEXT = 255
_MOST_OPTIONS = 20
_LONGEST_OPTION = 60
_FEWEST_ROWS_OF_A_SELECT = 10
_LAST_MONTH = 12

_CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "zł": "PLN", "₹": "INR"}
_NUMBER = r"(?:\d+|\d{1,3}(?:[, ]\d{3})+)(?:\.\d+)?"
_COMMA_NUMBER = r"(?:\d+|\d{1,3}(?:[. ]\d{3})+)(?:,\d+)?"
_CODES = (
    "USD|EUR|GBP|CHF|JPY|CNY|INR|PLN|CZK|HUF|RON|BGN|SEK|NOK|DKK|ISK|CAD|AUD|NZD|BRL|MXN|ZAR|KRW"
    "|SGD|HKD|TRY|ILS|AED|SAR|UAH|THB|IDR|MYR|PHP"
)
_SIGN = rf"(?:[$€£¥₹]|zł|{_CODES})"
_ANY_NUMBER = rf"[+-]?(?:{_NUMBER}|{_COMMA_NUMBER})"
_SHAPES: dict[str, re.Pattern[str]] = {
    "boolean": re.compile(r"true|false|yes|no|y|n", re.IGNORECASE),
    "integer": re.compile(r"[+-]?(?:0|[1-9]\d{0,14})"),
    "number": re.compile(rf"[+-]?{_NUMBER}"),
    "comma_number": re.compile(rf"[+-]?{_COMMA_NUMBER}"),
    "money": re.compile(rf"{_SIGN}\s?{_ANY_NUMBER}|{_ANY_NUMBER}\s?{_SIGN}"),
    "date": re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2})"),
    "datetime": re.compile(
        r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?"
    ),
    "email": re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+"),
    "url": re.compile(r"https?://\S+", re.IGNORECASE),
    "ip": re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}"),
    "mac": re.compile(r"[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}"),
}
_ORDER = ("boolean", "integer", "mac", "date", "datetime", "email", "url", "ip", "money")
# Digits that name something are no quantity: leading zeros and long numbers are part of the name.
_NAMES_SOMETHING = re.compile(
    r"\b(?:serial|tag|phone|fax|mobile|zip|post(?:al)? ?code|code|sku|isbn|ean|upc|imei"
    r"|order|invoice|model|part|number|no|id)\b",
    re.IGNORECASE,
)
# A time of day is no IPv6 address.
_SHORT_COLONS = re.compile(r"\d{1,2}(?::\d{2}){1,2}")
_SHORTENED = re.compile(r"\d(?:\.\d+)?E\+\d{2,}")
# UTF-8 that was once read as a western code page: "Ã©" for "é", "â€™" for an apostrophe.
_TWICE_DECODED = re.compile("[ÃÂÅÄ][\x80-\xbf¡-¿\u2018-\u201e\u2020-\u2026\u0152-\u0178]|â€")


@dataclass
class ColumnStats:
    """What was seen of one column, value by value."""

    name: str
    filled: int = 0
    longest: int = 0
    several_lines: bool = False
    shortened: int = 0
    first_shortened: str = ""
    twice_decoded: int = 0
    samples: list[str] = field(default_factory=list)
    distinct: set[str] = field(default_factory=set)
    unique: bool = True
    """Whether no value came twice, as far as `distinct` reaches."""
    shapes: dict[str, Callable[[str], object]] = field(
        default_factory=lambda: {name: shape.fullmatch for name, shape in _SHAPES.items()}
    )
    first_above_12: bool = False
    second_above_12: bool = False
    year_first: bool = False
    slashed: bool = False

    def add(self, value: str) -> None:
        """Take one cell into account."""
        text = value.strip()
        if not text:
            return
        self.filled += 1
        if text in self.distinct:
            # What was seen before tells nothing new, and most values of a large file were.
            self.unique = False
            return
        if len(self.distinct) < MOST_DISTINCT:
            self.distinct.add(text)
        self._look_at(text)

    def _look_at(self, text: str) -> None:
        if len(self.samples) < _SAMPLES:
            self.samples.append(text[:80])
        self.longest = max(self.longest, len(text))
        self.several_lines = self.several_lines or "\n" in text or "\r" in text
        if _SHORTENED.fullmatch(text):
            self.shortened += 1
            self.first_shortened = self.first_shortened or text
        self.twice_decoded += not text.isascii() and bool(_TWICE_DECODED.search(text))
        if self.shapes:
            self.shapes = {name: fits for name, fits in self.shapes.items() if fits(text)}
        if "date" in self.shapes:
            self._note_date(text)

    def _note_date(self, text: str) -> None:
        first, second, _ = re.split(r"[-/.]", text)
        if len(first) > 2:  # noqa: PLR2004 - days and months have two digits
            self.year_first = True
            return
        self.slashed = self.slashed or "/" in text
        self.first_above_12 = self.first_above_12 or int(first) > _LAST_MONTH
        self.second_above_12 = self.second_above_12 or int(second) > _LAST_MONTH

    @property
    def order(self) -> DateOrder | None:
        """Return the date order that the values prove."""
        if self.first_above_12 and not self.second_above_12:
            return "dmy"
        if self.second_above_12 and not self.first_above_12:
            return "mdy"
        return "ymd" if self.year_first and not (self.first_above_12 or self.slashed) else None

    @property
    def kind(self) -> FieldKind:
        """Return what the values look like."""
        if not self.filled:
            return FieldKind.TEXT
        for shape in _ORDER:
            if shape in self.shapes and self._may_be(shape):
                return FieldKind(shape)
        if not self._named_something and {"number", "comma_number"} & self.shapes.keys():
            return FieldKind.NUMBER
        return self._text_kind()

    @property
    def decimal_comma(self) -> bool:
        """Tell whether the values are numbers that can only be read with a decimal comma."""
        if "money" in self.shapes:
            return any(re.search(r",\d{1,2}(?:\D|$)", sample) for sample in self.distinct)
        return "comma_number" in self.shapes and "number" not in self.shapes

    @property
    def currency(self) -> str | None:
        """Return the currency, when all values seen have the same one."""
        found = {sign for text in self.distinct for sign in re.findall(_SIGN, text)}
        only = found.pop() if len(found) == 1 else ""
        return _CURRENCIES.get(only, only or None)

    def facts(self, order: DateOrder | None) -> ColumnFacts:
        """Return the facts; `order` is what other columns prove, for one that proves nothing."""
        kind = self.kind
        is_date = kind is FieldKind.DATE
        assumed: DateOrder = order or ("mdy" if self.slashed else "dmy")
        return ColumnFacts(
            name=self.name,
            kind=kind,
            filled=self.filled,
            distinct=len(self.distinct),
            longest=self.longest,
            samples=tuple(self.samples),
            date_order=(self.order or assumed) if is_date else None,
            assumed=is_date and self.order is None,
            decimal_comma=self.decimal_comma,
            currency=self.currency if kind is FieldKind.MONEY else None,
        )

    @property
    def _named_something(self) -> bool:
        return bool(_NAMES_SOMETHING.search(self.name))

    def _may_be(self, shape: str) -> bool:
        if shape in {"integer", "money"}:
            return not self._named_something
        if shape == "date":
            return not (self.first_above_12 and self.second_above_12)
        if shape == "ip":
            return not any(_SHORT_COLONS.fullmatch(text) for text in self.distinct)
        return True

    def _text_kind(self) -> FieldKind:
        if self.several_lines or self.longest > _LONG_TEXT:
            return FieldKind.TEXT_AREA
        few = len(self.distinct) <= min(_MOST_OPTIONS, self.filled // 3)
        if few and self.filled >= _FEWEST_ROWS_OF_A_SELECT and self.longest <= _LONGEST_OPTION:
            return FieldKind.SELECT
        return FieldKind.TEXT
