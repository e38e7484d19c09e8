"""Values of fields: from JSON or a file's text to what is stored, and back to JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from muster.catalog.model import OPTION_KINDS, FieldKind, FieldType
from muster.catalog.values import choices, documents, moments, numbers, texts
from muster.catalog.values.terms import (
    Handler,
    Names,
    TextDialect,
    ValueContext,
    ValueProblem,
    expected,
)

_MOST_VALUES = 500
_LONGEST_PATTERN = 200
_PATTERN_BYTES = 1 << 20


def _parse_auto_number(field: FieldType, _raw: Any, _context: ValueContext) -> Any:
    raise ValueProblem("read_only", f"{field.label} numbers itself and can't be written.")


HANDLERS: dict[FieldKind, Handler] = {
    **texts.HANDLERS,
    **numbers.HANDLERS,
    **moments.HANDLERS,
    **choices.HANDLERS,
    **documents.HANDLERS,
    FieldKind.AUTO_NUMBER: Handler(_parse_auto_number, key=str),
}


def parse_value(field: FieldType, raw: Any, context: ValueContext) -> Any:
    """Return a value of typed JSON in stored form; None for an empty one. Raises ValueProblem."""
    handler = HANDLERS[field.kind]
    if raw is None:
        return None
    if field.kind is FieldKind.JSON:
        return _checked(field, handler.parse(field, raw, context))
    if not field.many:
        if isinstance(raw, list):
            raise expected(field, "one value", raw)
        return _checked(field, handler.parse(field, raw, context))
    return _list(field, raw, lambda item: handler.parse(field, item, context))


def parse_text(field: FieldType, text: str, dialect: TextDialect, context: ValueContext) -> Any:
    """Return the text of a file's cell in stored form; None for a blank. Raises ValueProblem."""
    if not text.strip():
        return None
    handler = HANDLERS[field.kind]

    def read(part: str) -> Any:
        if handler.read is None:
            return handler.parse(field, part, context)
        return handler.read(field, part, dialect, context)

    if field.many and field.kind is not FieldKind.JSON:
        return _list(field, split(field, text, dialect), read)
    return _checked(field, read(text))


def split(field: FieldType, text: str, dialect: TextDialect) -> list[str]:
    """Return the values that a cell lists; a comma separates only where no option holds one."""
    separators = dialect.list_separators
    if field.kind in OPTION_KINDS and not any("," in option.label for option in field.options):
        separators += ","
    parts = re.split(f"[{re.escape(separators)}]", text)
    return [part.strip() for part in parts if part.strip()]


def present_value(field: FieldType, stored: Any, names: Names) -> Any:
    """Return a stored value as typed JSON, with the names of what it refers to."""
    present = HANDLERS[field.kind].present
    if present is None or stored is None:
        return stored
    if isinstance(stored, list):
        return [present(field, item, names) for item in stored]
    return present(field, stored, names)


def mark_value(field: FieldType, stored: Any) -> str:
    """Return the text by which two values of a unique field are equal."""
    key = HANDLERS[field.kind].key or str
    return key(stored)


def _list(field: FieldType, raw: Any, parse: Callable[[Any], Any]) -> list[Any] | None:
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes):
        raise expected(field, "a list of values", raw)
    most = _MOST_VALUES if field.max_values is None else field.max_values
    if field.kind is FieldKind.MULTI_SELECT and field.max_values == 1:
        most = _MOST_VALUES  # the default of the model; a multi-select is many by its kind
    if len(raw) > most:
        raise ValueProblem("too_many", f"{field.label} takes up to {most} values, not {len(raw)}.")
    kept: list[Any] = []
    for item in raw:
        value = _checked(field, parse(item))
        if value is not None and value not in kept:
            kept.append(value)
    if kept and len(kept) < field.min_values:
        raise ValueProblem("too_few", f"{field.label} takes at least {field.min_values} values.")
    return kept or None


def _checked(field: FieldType, value: Any) -> Any:
    """Check a value against the field's pattern and bounds."""
    fits = not (field.pattern and isinstance(value, str)) or compiled(field.pattern).fullmatch(
        value
    )
    if not fits:
        raise ValueProblem(
            "pattern", f"{field.label}: {value[:60]!r} does not match {field.pattern}."
        )
    measure = value.get("minor") if field.kind is FieldKind.MONEY and value else value
    if isinstance(measure, int | float) and not isinstance(measure, bool):
        _check_bounds(field, measure)
    return value


def _check_bounds(field: FieldType, measure: float) -> None:
    if field.minimum is not None and measure < field.minimum:
        raise ValueProblem("too_small", f"{field.label} is at least {field.minimum:g}.")
    if field.maximum is not None and measure > field.maximum:
        raise ValueProblem("too_large", f"{field.label} is at most {field.maximum:g}.")


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Any:
    """Return the compiled pattern. RE2 matches in time linear in the text, whatever the pattern."""
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _PATTERN_BYTES
    return re2.compile(pattern, options)


def check_pattern(pattern: str) -> str | None:
    """Return what is wrong with a pattern (RE2's syntax, matched as a whole), or None."""
    import re2

    if len(pattern) > _LONGEST_PATTERN:
        return f"A pattern has up to {_LONGEST_PATTERN} characters."
    try:
        compiled(pattern)
    except re2.error as error:
        reason = error.args[0].decode() if error.args else "not understood"
        return f"This is no regular expression that RE2 takes: {reason}."
    return None
