"""What a field type has to be: its rules, options and default."""

from __future__ import annotations

from typing import Any

from muster.catalog import names, refusals
from muster.catalog.model import OPTION_KINDS, Catalog, FieldKind, FieldType
from muster.catalog.values import (
    HANDLERS,
    ValueContext,
    ValueProblem,
    check_pattern,
    parse_value,
)
from muster.catalog.values.currencies import MINOR_DIGITS
from muster.errors import FieldError
from muster.text import fold

KEEP: Any = object()
"""Stands for the default that a field has already, in stored form."""

_MOST_OPTIONS = 1_000
_MEASURED = frozenset({FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.MONEY, FieldKind.DURATION})
_PATTERNED = frozenset(
    kind
    for kind, handler in HANDLERS.items()
    if isinstance(handler.example, str) and kind not in (FieldKind.ASSET_TYPE, FieldKind.USER)
)
_NEVER_UNIQUE = OPTION_KINDS | {FieldKind.BOOLEAN, FieldKind.JSON, FieldKind.AUTO_NUMBER}


def checked(catalog: Catalog, draft: FieldType, default: Any) -> FieldType:
    """Return the field type with its references by id and its default in stored form.

    `default` is typed JSON, or KEEP. Raises InvalidCatalogError with all that is wrong.
    """
    types, unknown = _reference_types(catalog, draft)
    errors = [
        *names.dotted_name_errors(draft.name),
        *_rule_errors(draft),
        *_option_errors(draft),
        *unknown,
    ]
    if errors:
        raise refusals.invalid(errors)
    stored = draft.default if default is KEEP else _stored_default(draft, default, catalog)
    _check_default(draft, stored)
    return draft.model_copy(update={"reference_types": types, "default": stored})


def _reference_types(
    catalog: Catalog, draft: FieldType
) -> tuple[tuple[str, ...], list[FieldError]]:
    found = [(words, catalog.type_of(words)) for words in draft.reference_types]
    errors = [
        FieldError(
            "unknown_type", f"There is no asset type {words[:80]!r}.", f"/reference_types/{n}"
        )
        for n, (words, kind) in enumerate(found)
        if kind is None
    ]
    return tuple(kind.id for _, kind in found if kind is not None), errors


def _rule_errors(draft: FieldType) -> list[FieldError]:
    kind, most = draft.kind, draft.max_values
    wrong_pattern = check_pattern(draft.pattern) if draft.pattern else None
    rules = (
        (draft.unique and kind in _NEVER_UNIQUE, "/unique", f"A {kind} field can't be unique."),
        (most is not None and most < 1, "/max_values", "A field takes at least one value."),
        (
            most is not None and draft.min_values > most,
            "/min_values",
            "The least number of values is above the most.",
        ),
        (draft.min_values < 0, "/min_values", "The least number of values is 0 or more."),
        (kind is FieldKind.JSON and draft.many, "/max_values", "A json field takes one value."),
        (
            bool(draft.pattern) and kind not in _PATTERNED,
            "/pattern",
            f"A {kind} field takes no pattern.",
        ),
        (wrong_pattern is not None, "/pattern", wrong_pattern or ""),
        (
            (draft.minimum, draft.maximum) != (None, None) and kind not in _MEASURED,
            "/minimum",
            f"A {kind} field has no bounds.",
        ),
        (
            draft.minimum is not None
            and draft.maximum is not None
            and draft.minimum > draft.maximum,
            "/minimum",
            "The minimum is above the maximum.",
        ),
        (
            draft.currency is not None
            and (kind is not FieldKind.MONEY or draft.currency not in MINOR_DIGITS),
            "/currency",
            "A money field takes an ISO 4217 currency such as EUR; other fields take none.",
        ),
        (
            draft.number_template is not None
            and (kind is not FieldKind.AUTO_NUMBER or "{n}" not in draft.number_template),
            "/number_template",
            "An auto_number field takes a template with {n} in it; other fields take none.",
        ),
        (
            bool(draft.reference_types) and kind is not FieldKind.REFERENCE,
            "/reference_types",
            "Only a reference field names types.",
        ),
    )
    return [
        FieldError("invalid_rule", detail, pointer) for broken, pointer, detail in rules if broken
    ]


def _option_errors(draft: FieldType) -> list[FieldError]:
    if draft.options and draft.kind not in OPTION_KINDS:
        detail = f"A {draft.kind} field has no options."
        return [FieldError("invalid_rule", detail, "/options")]
    if len(draft.options) > _MOST_OPTIONS:
        detail = f"A field has up to {_MOST_OPTIONS} options."
        return [FieldError("too_many_options", detail, "/options")]
    errors: list[FieldError] = []
    labels: set[str] = set()
    ids: set[str] = set()
    for n, option in enumerate(draft.options):
        at = f"/options/{n}"
        errors += names.color_errors(option.color, f"{at}/color")
        if option.id in ids or (fold(option.label) in labels and not option.retired):
            detail = f"The option {option.label!r} is there twice."
            errors.append(FieldError("option_twice", detail, f"{at}/label"))
        ids.add(option.id)
        if not option.retired:
            labels.add(fold(option.label))
    return errors


def _stored_default(draft: FieldType, default: Any, catalog: Catalog) -> Any:
    """Return the default in stored form; it can't name an asset or number itself."""

    def type_id(words: str) -> str | None:
        found = catalog.type_of(words)
        return found.id if found else None

    context = ValueContext(
        resolve_asset=lambda _field, _raw: None,
        resolve_member=lambda raw: raw if isinstance(raw, str) else None,
        type_id=type_id,
    )
    try:
        return parse_value(draft, default, context)
    except ValueProblem as problem:
        error = FieldError(problem.code, problem.detail, "/default")
        raise refusals.invalid([error]) from problem


def _check_default(draft: FieldType, stored: Any) -> None:
    if stored is None:
        return
    detail = None
    if draft.unique:
        detail = "A unique field has no default: only one asset could have it."
    elif draft.kind in OPTION_KINDS:
        usable = {option.id for option in draft.options if not option.retired}
        chosen = stored if isinstance(stored, list) else [stored]
        if not usable.issuperset(chosen):
            detail = "The default is an option that is retired or gone: choose another, or none."
    if detail:
        raise refusals.invalid([FieldError("invalid_default", detail, "/default")])
