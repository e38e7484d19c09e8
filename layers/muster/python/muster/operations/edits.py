"""Operations on one field: checked against the catalog once, then carried out on every asset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from muster.assets.model import AssetPatch
from muster.assets.present import Names
from muster.assets.refusals import nearest
from muster.catalog.model import FieldKind, FieldType
from muster.catalog.values import ValueProblem, parse_value, present_value
from muster.operations.draft import Around, Draft
from muster.operations.language import check_text, read_text, shifted
from muster.operations.model import (
    BUILT_IN,
    AddValues,
    AppendText,
    ClearField,
    FieldOperation,
    IncreaseField,
    RemoveValues,
    SetField,
    ShiftDate,
    ToggleField,
)

type Step = Callable[[Draft], None]
"""Carries an operation out on one asset. Raises MusterError, ValueProblem, FieldMissing."""

_TEXTS = frozenset({FieldKind.TEXT, FieldKind.TEXT_AREA})
_NUMBERS = frozenset({FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.MONEY})
_DATES = frozenset({FieldKind.DATE, FieldKind.DATETIME})
_MOST_VALUES = 500
_VALUE_MEMBERS = ("text", "value", "values", "by", "offset", "field")
_MEMBERS = {
    "name": FieldType(name="name", label="Name", kind=FieldKind.TEXT),
    "tag": FieldType(name="tag", label="Tag", kind=FieldKind.TEXT),
    "serial": FieldType(name="serial", label="Serial", kind=FieldKind.TEXT),
    "description": FieldType(name="description", label="Description", kind=FieldKind.TEXT_AREA),
    "folder": FieldType(name="folder", label="Folder", kind=FieldKind.TEXT),
}


class Misfit(Exception):  # noqa: N818 - becomes one of the errors of InvalidOperationError
    """What is wrong with an operation whatever the asset; `at` is the member that it is about."""

    def __init__(self, code: str, detail: str, at: str) -> None:
        super().__init__(detail)
        self.code, self.detail, self.at = code, detail, at


def edit_step(operation: FieldOperation, around: Around) -> Step:
    """Return what the operation does to an asset. Raises Misfit."""
    definition = _definition(operation.field, around)
    if definition.kind is FieldKind.AUTO_NUMBER:
        detail = f"{definition.label} numbers itself and can't be written."
        raise Misfit("read_only", detail, "field")
    try:
        step = _MAKERS[type(operation)](operation, definition, around)
    except ValueProblem as problem:
        at = next(name for name in _VALUE_MEMBERS if _has(operation, name))
        raise Misfit(problem.code, problem.detail, at) from problem
    if operation.field in BUILT_IN or isinstance(operation, ClearField):
        return step

    def checked(draft: Draft) -> None:
        draft.require_field(definition)
        step(draft)

    return checked


def _has(operation: FieldOperation, name: str) -> bool:
    return name in operation.model_fields_set and getattr(operation, name) is not None


def _definition(name: str, around: Around) -> FieldType:
    definition = _MEMBERS.get(name) or around.catalog.fields.get(name)
    if definition is None:
        hint = nearest(name, [*BUILT_IN, *around.catalog.fields])
        raise Misfit("unknown_field", f"There is no field {name[:80]!r}{hint}", "field")
    return definition


def _set(operation: SetField, definition: FieldType, around: Around) -> Step:
    if operation.text is not None:
        return _set_text(operation.text, definition, around)
    name, value = operation.field, operation.value
    if name in BUILT_IN:
        _check_member(name, value, around)
        return lambda draft: draft.set_member(name, value)
    stored = parse_value(definition, value, around.plan.values)
    if definition.kind is FieldKind.REFERENCE and stored is not None:
        # Looked up once, and not for every asset.
        return lambda draft: draft.set_stored(name, stored)
    return lambda draft: draft.set_raw(name, value)


def _check_member(name: str, value: Any, around: Around) -> None:
    try:
        patch = AssetPatch.model_validate({name: value})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise Misfit(str(first["type"]), f"{name}: {first['msg']}.", "value") from error
    if name == "folder" and patch.folder is not None and around.plan.folder(patch.folder) is None:
        raise Misfit("unknown_folder", f"There is no folder {value!r}.", "value")


def _set_text(text: str, definition: FieldType, around: Around) -> Step:
    name, run = definition.name, around.run
    if around.saved:
        check_text(definition, text)
    else:
        first = read_text(definition, text, None, run)
        if not text.lstrip().startswith("+"):
            parse_value(definition, first, around.plan.values)
    if name in BUILT_IN:
        return lambda d: d.set_member(name, read_text(definition, text, d.member(name), run))
    return lambda d: d.set_raw(name, read_text(definition, text, d.value(name), run))


def _clear(operation: ClearField, definition: FieldType, _around: Around) -> Step:
    name = operation.field

    def clear(draft: Draft) -> None:
        if name in BUILT_IN:
            draft.set_member(name, None)
            return
        # What the type has no field for may be cleared all the same, where it is there.
        if not draft.holds(name):
            draft.require_field(definition)
        draft.set_raw(name, None)

    return clear


def _toggle(operation: ToggleField, definition: FieldType, _around: Around) -> Step:
    name = operation.field
    _require(definition, definition.kind is FieldKind.BOOLEAN and not definition.many, "yes or no")
    return lambda draft: draft.set_raw(name, not draft.value(name))


def _add(operation: AddValues, definition: FieldType, around: Around) -> Step:
    new = _values(definition, operation.values, around)

    def add(draft: Draft) -> None:
        current = draft.value(definition.name) or []
        _put_list(draft, definition, [*current, *(v for v in new if v not in current)])

    return add


def _remove(operation: RemoveValues, definition: FieldType, around: Around) -> Step:
    _require_many(definition)
    # An id may be taken away though what it names is gone by now.
    names = [value for value in operation.values if isinstance(value, str)]
    gone = [*_known(definition, operation.values, around), *names]

    def remove(draft: Draft) -> None:
        current = draft.value(definition.name) or []
        _put_list(draft, definition, [value for value in current if value not in gone])

    return remove


def _known(definition: FieldType, values: list[Any], around: Around) -> list[Any]:
    found: list[Any] = []
    for value in values:
        try:
            found += _values(definition, [value], around)
        except ValueProblem:
            if around.saved or definition.kind is not FieldKind.REFERENCE:
                raise
    return found


def _values(definition: FieldType, values: list[Any], around: Around) -> list[Any]:
    _require_many(definition)
    loose = definition.model_copy(update={"min_values": 0})
    return parse_value(loose, values, around.plan.values) or []


def _put_list(draft: Draft, definition: FieldType, values: list[Any]) -> None:
    """Change a field that holds several to these, in stored form."""
    if definition.kind is not FieldKind.REFERENCE or not values:
        # Options, people and texts read as what is stored of them.
        draft.set_raw(definition.name, values or None)
        return
    most = definition.max_values or _MOST_VALUES
    if len(values) > most:
        detail = f"{definition.label} takes up to {most} values, not {len(values)}."
        raise ValueProblem("too_many", detail)
    if len(values) < definition.min_values:
        detail = f"{definition.label} takes at least {definition.min_values} values."
        raise ValueProblem("too_few", detail)
    draft.set_stored(definition.name, values)


def _append(operation: AppendText, definition: FieldType, _around: Around) -> Step:
    name, text = operation.field, operation.text
    fits = definition.kind in _TEXTS and not definition.many and name != "folder"
    _require(definition, fits, "one text")
    if name in BUILT_IN:
        return lambda draft: draft.set_member(name, f"{draft.member(name) or ''}{text}")
    return lambda draft: draft.set_raw(name, f"{draft.value(name) or ''}{text}")


def _increase(operation: IncreaseField, definition: FieldType, around: Around) -> Step:
    fits = definition.kind in _NUMBERS and not definition.many
    _require(definition, fits, "one number or an amount of money")
    bare = definition.model_copy(update={"minimum": None, "maximum": None})
    by = parse_value(bare, operation.by, around.plan.values)
    if by is None:
        raise Misfit("wrong_type", f"{definition.label}: say by how much.", "by")
    name = operation.field
    if definition.kind is FieldKind.MONEY:
        names = Names(around.scope, around.catalog)
        return lambda d: d.set_raw(name, _more_money(definition, d.value(name), by, names))
    return lambda draft: draft.set_raw(name, _sum(draft.value(name) or 0, by))


def _sum(one: float, other: float) -> float:
    """Add as people do: 0.1 and 0.2 are 0.3."""
    if isinstance(one, int) and isinstance(other, int):
        return one + other
    return float(f"{one + other:.15g}")


def _more_money(definition: FieldType, current: Any, by: Mapping[str, Any], names: Names) -> Any:
    if current is not None and current["currency"] != by["currency"]:
        detail = f"{definition.label} is in {current['currency']}, not in {by['currency']}."
        raise ValueProblem("wrong_currency", detail)
    minor = by["minor"] + (current["minor"] if current else 0)
    return present_value(definition, {"minor": minor, "currency": by["currency"]}, names)


def _shift(operation: ShiftDate, definition: FieldType, around: Around) -> Step:
    fits = definition.kind in _DATES and not definition.many
    _require(definition, fits, "one date")
    value = shifted(definition, operation.offset, around.run)
    return lambda draft: draft.set_raw(operation.field, value)


def _require_many(definition: FieldType) -> None:
    _require(
        definition, definition.many and definition.kind is not FieldKind.JSON, "several values"
    )


def _require(definition: FieldType, fits: bool, what: str) -> None:  # noqa: FBT001 - what is required
    if not fits:
        detail = f"{definition.label} ({definition.kind}) does not hold {what}."
        raise Misfit("operation_not_for_field", detail, "field")


_MAKERS: Mapping[type[FieldOperation], Callable[[Any, FieldType, Around], Step]] = {
    SetField: _set,
    ClearField: _clear,
    ToggleField: _toggle,
    AddValues: _add,
    RemoveValues: _remove,
    AppendText: _append,
    IncreaseField: _increase,
    ShiftDate: _shift,
}
