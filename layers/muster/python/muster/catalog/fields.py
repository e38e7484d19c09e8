"""Use cases of field types and their options."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from muster.catalog import change, refusals
from muster.catalog.fieldrules import KEEP, checked
from muster.catalog.load import load_catalog
from muster.catalog.model import FieldType, Option
from muster.catalog.puts import field_put
from muster.catalog.unique import claim_values
from muster.errors import FieldError
from muster.ids import new_id
from muster.ledger.model import Delete, Put, Record, Write
from muster.scope import Scope
from muster.text import fold

KIND = "field_type"


def create_field(scope: Scope, draft: FieldType, default: Any = None) -> Record:
    """Make a field type. `default` is typed JSON. Touches nothing that is stored.

    Raises InvalidCatalogError, NameTakenError.
    """
    fresh = _with_option_ids(draft.model_copy(update={"id": new_id(KIND)}))

    def plan(scope: Scope) -> Put:
        return field_put(checked(load_catalog(scope), fresh, default))

    return change.create(scope, plan, "catalog")


def replace_field(
    scope: Scope, field_id: str, draft: FieldType, default: Any = None, if_match: int | None = None
) -> Record:
    """Give a field type another definition; name and id stay.

    While assets hold values of it, its kind, and whether it takes several, can't change, and an
    option that is used can be retired only. One that becomes unique has its values claimed first.
    Raises FieldNotFoundError, VersionConflictError, InvalidCatalogError, InUseError,
    DuplicateValuesError, TooManyToMarkError.
    """

    def edit(record: Record) -> tuple[FieldType, Any]:
        return _with_option_ids(draft, _options(record)), default

    return _change(scope, field_id, edit, if_match)


def patch_field(
    scope: Scope, field_id: str, patch: Mapping[str, Any], if_match: int | None = None
) -> Record:
    """Merge a patch into a field type. `default` is typed JSON; `options` is replaced as a whole.

    A default goes with the kind that it was of. Raises what `replace_field` raises.
    """
    others = {n: v for n, v in patch.items() if n not in {"default", "max_values"}}

    def edit(before: Record) -> tuple[FieldType, Any]:
        after = change.merged(FieldType, before.body, others)
        most = patch.get("max_values", before.body.get("max_values", 1))
        default = patch.get("default", KEEP)
        if default is KEEP and after.kind != before.body["kind"]:
            default = None
        after = _with_option_ids(after, _options(before))
        return after.model_copy(update={"max_values": most}), default

    return _change(scope, field_id, edit, if_match)


def _change(
    scope: Scope,
    field_id: str,
    edit: Callable[[Record], tuple[FieldType, Any]],
    if_match: int | None,
) -> Record:
    def plan(scope: Scope, record: Record) -> Put:
        before = FieldType.model_validate(record.body)
        draft, default = edit(record)
        after = draft.model_copy(update={"id": field_id})
        if after.name != before.name:
            detail = "The name of a field never changes: values and searches rest on it."
            raise refusals.invalid([FieldError("name_fixed", detail, "/name")])
        _refuse_in_use(scope, before, after)
        catalog = load_catalog(scope)
        valid = checked(catalog, after, default)
        if valid.unique and not before.unique:
            claim_values(scope, catalog, valid)
        return field_put(valid, record)

    return change.change(scope, (KIND, field_id), plan, fences=_fences, if_match=if_match)


def _fences(before: Record, put: Put) -> Iterable[str]:
    """Return what a change rests on: on the assets only where they could stand in its way."""
    old, new = FieldType.model_validate(before.body), FieldType.model_validate(put.body)
    gone = {option.id for option in old.options} - {option.id for option in new.options}
    rests = gone or _reshaped(old, new) or (new.unique and not old.unique)
    return ("catalog", "assets") if rests else ("catalog",)


def delete_field(
    scope: Scope, field_id: str, if_match: int | None = None, *, ignore_uses: bool = False
) -> None:
    """Remove a field that no type has placed and no asset holds a value of.

    Raises FieldNotFoundError, VersionConflictError, InUseError.
    """

    def plan(scope: Scope, before: Record) -> Sequence[Write]:
        name = before.body["name"]
        catalog = load_catalog(scope)
        users = [t.label for t in catalog.types.values() if any(p.field == name for p in t.fields)]
        if users:
            detail = f"{name} is placed on {', '.join(users)}. Take it off these types first."
            refusals.in_use(detail, types=len(users))
        count = scope.replica.field_in_use(name)
        if count:
            detail = f"{count} assets hold a value of {name}. Clear it on them first."
            refusals.in_use(detail, assets=count)
        return [Delete(before)]

    change.remove(
        scope,
        (KIND, field_id),
        plan,
        *("catalog", "assets"),
        if_match=if_match,
        ignore_uses=ignore_uses,
    )


def change_options(
    scope: Scope,
    field_id: str,
    edit: Callable[[tuple[Option, ...]], tuple[Option, ...]],
    if_match: int | None = None,
) -> Record:
    """Change a field's options; used ones can be retired, renamed and moved, not removed.

    Raises what `replace_field` raises.
    """

    def edit_field(record: Record) -> tuple[FieldType, Any]:
        before = FieldType.model_validate(record.body)
        return before.model_copy(update={"options": edit(before.options)}), KEEP

    return _change(scope, field_id, edit_field, if_match)


def new_options(labels: Sequence[str]) -> tuple[Option, ...]:
    """Return new options with these labels."""
    return tuple(Option(id=new_id("option"), label=label) for label in labels)


def _options(record: Record) -> tuple[Option, ...]:
    return FieldType.model_validate(record.body).options


def _with_option_ids(draft: FieldType, known: Sequence[Option] = ()) -> FieldType:
    """Return the field with an id for each option: that of a known one with its label, or new."""
    ids = {option.id for option in known}
    by_label = {fold(option.label): option.id for option in reversed(known)}
    named = {option.id for option in draft.options}
    options = []
    for at, option in enumerate(draft.options):
        if option.id and option.id not in ids:
            detail = f"The field has no option {option.id[:80]!r}; leave the id of a new one out."
            raise refusals.invalid([FieldError("unknown_option", detail, f"/options/{at}/id")])
        same = by_label.get(fold(option.label))
        free = same if same not in named else None
        option_id = option.id or free or new_id("option")
        named.add(option_id)
        options.append(option.model_copy(update={"id": option_id}))
    return draft.model_copy(update={"options": tuple(options)})


def _reshaped(before: FieldType, after: FieldType) -> str | None:
    """Return what about the shape of stored values a change would alter."""
    if before.kind is not after.kind:
        return "its kind"
    if before.many is not after.many:
        return "whether it takes several values"
    return "its currency" if after.currency not in (None, before.currency) else None


def _refuse_in_use(scope: Scope, before: FieldType, after: FieldType) -> None:
    name, reshaped = before.name, _reshaped(before, after)
    count = scope.replica.field_in_use(name) if reshaped else 0
    if count:
        detail = f"{count} assets hold a value of {name}: {reshaped} can't change."
        refusals.in_use(detail, assets=count)
    kept = {option.id for option in after.options}
    for option in before.options:
        if option.id in kept:
            continue
        count = scope.replica.field_in_use(name, option=option.id)
        if count:
            detail = f"{count} assets have the option {option.label!r}. Retire it instead."
            refusals.in_use(detail, assets=count)
