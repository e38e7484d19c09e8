"""Values that are numbers: counts, measures, amounts of money, durations, places on the earth."""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from muster.catalog.model import FieldKind, FieldType
from muster.catalog.values.currencies import MINOR_DIGITS, SYMBOLS
from muster.catalog.values.terms import (
    Handler,
    Names,
    TextDialect,
    ValueContext,
    ValueProblem,
    expected,
    want_object,
)

_INTEGER = 2**63
_MOST_MINOR = 2**53
_EXACT_FLOAT = 2.0**53
_LARGEST_NUMBER = 1e300
_YES = frozenset({"true", "yes", "y", "1", "x", "on", "ja", "oui", "si", "tak", "✓"})
_NO = frozenset({"false", "no", "n", "0", "off", "nein", "non", "nie", "-"})
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.ASCII,
)
_CLOCK = re.compile(r"(\d{1,6}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_UNIT_SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_WORDS = re.compile(r"(\d+)\s*(weeks?|w|days?|d|hours?|h|minutes?|min|seconds?|s)\b", re.ASCII)
_MONEY_TEXT = re.compile(
    r"(?P<before>[^\d.,+\-\s()]*)\s*(?P<number>[-+(]?[\d.,' \u00a0\u202f]+\)?)"
    r"\s*(?P<after>[^\d.,+\-\s()]*)"
)
_GEO = {"lat": 90, "lon": 180}
_LONGEST_NUMBER = 60


def _parse_integer(field: FieldType, raw: Any, _context: ValueContext) -> int:
    if isinstance(raw, float) and raw.is_integer() and abs(raw) <= _EXACT_FLOAT:
        raw = int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise expected(field, "a whole number", raw)
    if not -_INTEGER <= raw < _INTEGER:
        raise ValueProblem("too_large", f"{field.label} takes whole numbers of up to 64 bits.")
    return raw


def _read_integer(field: FieldType, text: str, dialect: TextDialect, _context: ValueContext) -> int:
    number = decimal_of(field, text, dialect)
    if number != number.to_integral_value() or not -_INTEGER <= number < _INTEGER:
        raise ValueProblem("wrong_type", f"{field.label} takes a whole number, not {text[:60]!r}.")
    return int(number)


def _parse_number(field: FieldType, raw: Any, _context: ValueContext) -> int | float:
    if not isinstance(raw, int | float) or isinstance(raw, bool):
        raise expected(field, "a number", raw)
    if not math.isfinite(raw) or abs(raw) > _LARGEST_NUMBER:
        raise ValueProblem("too_large", f"{field.label} takes a finite number.")
    return raw


def _read_number(
    field: FieldType, text: str, dialect: TextDialect, context: ValueContext
) -> int | float:
    number = decimal_of(field, text, dialect)
    whole = number == number.to_integral_value() and abs(number) < _MOST_MINOR
    return _parse_number(field, int(number) if whole else float(number), context)


def _parse_boolean(field: FieldType, raw: Any, _context: ValueContext) -> bool:
    if not isinstance(raw, bool):
        raise expected(field, "true or false", raw)
    return raw


def _read_boolean(
    field: FieldType, text: str, _dialect: TextDialect, _context: ValueContext
) -> bool:
    word = text.strip().casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueProblem("wrong_type", f"{field.label} takes yes or no, not {text[:60]!r}.")


def _parse_money(field: FieldType, raw: Any, _context: ValueContext) -> dict[str, Any]:
    what = 'an amount such as {"amount": "12.58", "currency": "EUR"}'
    if isinstance(raw, str) and field.currency:
        raw = {"amount": raw, "currency": field.currency}
    given = want_object(field, raw, {"amount": str, "currency": str}, what)
    amount = given["amount"]
    if not re.fullmatch(r"[+-]?\d{1,18}(?:\.\d{1,6})?", amount, re.ASCII):
        raise expected(field, what, amount)
    return money(field, Decimal(amount), given["currency"])


def _read_money(
    field: FieldType, text: str, dialect: TextDialect, _context: ValueContext
) -> dict[str, Any]:
    match = _MONEY_TEXT.fullmatch(text.strip())
    if match is None:
        raise ValueProblem("wrong_type", f"{field.label}: {text[:60]!r} is no amount of money.")
    word = (match["before"] or match["after"]).strip()
    currency = SYMBOLS.get(word, word.upper()) or field.currency or dialect.currency
    if not currency:
        raise ValueProblem("no_currency", f"{field.label}: say in which currency {text[:40]!r} is.")
    return money(field, decimal_of(field, match["number"], dialect), currency)


def money(field: FieldType, amount: Decimal, currency: str) -> dict[str, Any]:
    """Return an amount as minor units (ISO 4217) and a currency; raises ValueProblem."""
    digits = MINOR_DIGITS.get(currency)
    if digits is None:
        raise ValueProblem(
            "unknown_currency", f"{field.label}: {currency[:20]!r} is no currency such as EUR."
        )
    if field.currency and currency != field.currency:
        raise ValueProblem(
            "wrong_currency", f"{field.label} is in {field.currency}, not in {currency}."
        )
    minor = amount.scaleb(digits)
    if minor != minor.to_integral_value():
        raise ValueProblem(
            "too_precise", f"{field.label}: {currency} has {digits} decimals, not more."
        )
    if abs(minor) > _MOST_MINOR:
        raise ValueProblem("too_large", f"{field.label}: the amount is too large.")
    return {"minor": int(minor), "currency": currency}


def _present_money(_field: FieldType, value: Any, _names: Names) -> dict[str, str]:
    amount = Decimal(value["minor"]).scaleb(-MINOR_DIGITS.get(value["currency"], 2))
    return {"amount": f"{amount:f}", "currency": value["currency"]}


def _parse_duration(field: FieldType, raw: Any, context: ValueContext) -> int:
    if isinstance(raw, str):
        return _read_duration(field, raw, TextDialect(), context)
    seconds = _parse_integer(field, raw, context)
    if seconds < 0:
        raise ValueProblem("too_small", f"{field.label} takes a duration of 0 seconds or more.")
    return seconds


def _read_duration(
    field: FieldType, text: str, _dialect: TextDialect, context: ValueContext
) -> int:
    """Read `PT2H30M`, `2h 30min`, `2:30` (hours and minutes) or bare seconds.

    Months and years have no fixed length and are refused.
    """
    text = text.strip()
    if text.isdecimal() and len(text) < _LONGEST_NUMBER:
        return _parse_duration(field, int(text), context)
    clock = _CLOCK.fullmatch(text)
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours * 3_600 + minutes * 60 + seconds
    iso = _DURATION.fullmatch(text.upper())
    if iso and any(iso.groups()):
        return sum(int(n) * _UNIT_SECONDS[unit] for unit, n in iso.groupdict().items() if n)
    words = _WORDS.findall(text.casefold())
    if words and not _WORDS.sub("", text.casefold()).replace(",", "").replace("and", "").strip():
        by_letter = {unit[0]: seconds for unit, seconds in _UNIT_SECONDS.items()}
        return sum(int(number) * by_letter[unit[0]] for number, unit in words)
    raise ValueProblem(
        "invalid_duration",
        f"{field.label}: {text[:40]!r} is no duration such as PT2H30M, 3 days or 90 (seconds).",
    )


def _parse_geo(field: FieldType, raw: Any, context: ValueContext) -> dict[str, Any]:
    what = 'a place such as {"lat": 52.52, "lon": 13.405}'
    if isinstance(raw, str):
        return _read_geo(field, raw, TextDialect(), context)
    given = want_object(field, raw, dict.fromkeys(_GEO, (int | float)), what)  # type: ignore[arg-type]
    for name, most in _GEO.items():
        if not abs(given[name]) <= most:
            raise ValueProblem("out_of_range", f"{field.label}: {name} is from -{most} to {most}.")
    return {"lat": given["lat"], "lon": given["lon"]}


def _read_geo(
    field: FieldType, text: str, _dialect: TextDialect, context: ValueContext
) -> dict[str, Any]:
    match = re.fullmatch(
        r"\s*([-+]?\d+(?:\.\d+)?)\s*[,; ]\s*([-+]?\d+(?:\.\d+)?)\s*", text, re.ASCII
    )
    if match is None:
        raise ValueProblem(
            "wrong_type", f"{field.label}: {text[:60]!r} is no place such as 52.52, 13.405."
        )
    return _parse_geo(field, {"lat": float(match[1]), "lon": float(match[2])}, context)


def decimal_of(field: FieldType, text: str, dialect: TextDialect) -> Decimal:
    """Return the number that a text of a file means; raises ValueProblem.

    Thousands separators are left out, a number in parentheses is negative, as in ledgers.
    """
    bare = re.sub(r"[\s'\u00a0\u202f]", "", text)
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    bare = (
        bare.replace(".", "").replace(",", ".") if dialect.decimal_comma else bare.replace(",", "")
    )
    wrong = ValueProblem("wrong_type", f"{field.label} takes a number, not {text[:60]!r}.")
    if not re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", bare, re.ASCII):
        raise wrong
    if len(bare) > _LONGEST_NUMBER:
        raise wrong
    try:
        return Decimal(bare)
    except InvalidOperation as error:
        raise wrong from error


def _money_key(value: Any) -> str:
    return f"{value['minor']} {value['currency']}"


HANDLERS: dict[FieldKind, Handler] = {
    FieldKind.INTEGER: Handler(_parse_integer, _read_integer, key=str, example=16),
    FieldKind.NUMBER: Handler(
        _parse_number, _read_number, key=lambda v: repr(float(v)), example=13.3
    ),
    FieldKind.BOOLEAN: Handler(_parse_boolean, _read_boolean, key=str, example=True),
    FieldKind.MONEY: Handler(
        _parse_money,
        _read_money,
        _present_money,
        key=_money_key,
        example={"amount": "1249.90", "currency": "EUR"},
    ),
    FieldKind.DURATION: Handler(_parse_duration, _read_duration, key=str, example=7_200),
    FieldKind.GEO: Handler(
        _parse_geo,
        _read_geo,
        key=lambda v: f"{float(v['lat'])!r} {float(v['lon'])!r}",
        example={"lat": 52.52, "lon": 13.405},
    ),
}
