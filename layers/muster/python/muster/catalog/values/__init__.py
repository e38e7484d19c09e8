"""Values of fields: parsed, read from text, shown, compared."""

from muster.catalog.values.check import check_fields, field_marks, value_marks
from muster.catalog.values.convert import (
    HANDLERS,
    check_pattern,
    mark_value,
    parse_text,
    parse_value,
    present_value,
)
from muster.catalog.values.terms import Names, TextDialect, ValueContext, ValueProblem

__all__ = [
    "HANDLERS",
    "Names",
    "TextDialect",
    "ValueContext",
    "ValueProblem",
    "check_fields",
    "check_pattern",
    "field_marks",
    "mark_value",
    "parse_text",
    "parse_value",
    "present_value",
    "value_marks",
]
