"""Create or change by a natural key, so that the same row sent twice is one asset."""

from __future__ import annotations

from typing import Any

from muster.assets import refusals
from muster.assets.decide import Look, carry_out, look, settle
from muster.assets.fields import field_pointer
from muster.assets.model import KIND, AssetPatch, AssetUpsert
from muster.assets.plan import plan_create, plan_patch, usable_type
from muster.assets.resolve import Resolver
from muster.catalog.model import Catalog
from muster.catalog.values import ValueProblem, parse_value
from muster.errors import FieldError
from muster.ledger.model import Put, Record
from muster.ledger.port import FenceMovedError, MarkTakenError, VersionConflictError
from muster.scope import Scope

_BUILT_IN = ("tag", "serial", "key")


class _HeldByNewcomerError(MarkTakenError):
    """The value that the draft matches on was taken since the look: look again."""


def upsert_asset(scope: Scope, match: str, draft: AssetUpsert) -> tuple[Record, bool]:
    """Change the asset that the draft matches, or make it; return it and whether it is new.

    `match` is `tag`, `serial`, `key` or the dotted name of a unique field. Raises
    AmbiguousMatchError; AssetNotFoundError for a key, which only Muster gives out. However many
    callers send one value at once, one asset comes of it.
    """

    def decide(scope: Scope) -> tuple[Record, bool]:
        scope.replica.catch_up()
        seen = look(scope)
        resolver = Resolver(scope, seen.catalog)
        found = matched(resolver, match, draft)
        record = _read(scope, found)
        put = plan_upsert(seen.catalog, record, draft, resolver)
        if put is None:
            assert record is not None
            return record, False
        unmoved = seen.unmoved | match_fence(match, seen, found)
        return _carry_out(scope, match, put, unmoved), found is None

    return settle(scope, decide, retry=(_HeldByNewcomerError, VersionConflictError))


def matched(resolver: Resolver, match: str, draft: AssetUpsert) -> Record | None:
    """Return the one asset that has the draft's value of `match`, None for none."""
    value = match_value(resolver, match, draft)
    found = resolver.matches(match, value)
    if len(found) > 1:
        raise refusals.ambiguous(match, value, found)
    if not found and match == "key":
        raise refusals.AssetNotFoundError(f"There is no asset with key {value!r}.")
    return found[0] if found else None


def match_value(resolver: Resolver, match: str, draft: AssetUpsert) -> Any:
    """Return the draft's value of `match` in stored form; raises InvalidAssetError."""
    if match in _BUILT_IN:
        value = getattr(draft, match)
        if value is None:
            raise _missing(match, f"/{match}")
        return value
    definition = resolver.catalog.fields.get(match)
    if definition is None or not definition.unique:
        unique = [name for name, f in resolver.catalog.fields.items() if f.unique]
        known = [*_BUILT_IN, *unique]
        raise refusals.InvalidParameterError(
            f"There is no unique field {match[:80]!r} to match on{refusals.nearest(match, known)}",
            errors=[FieldError("unknown_match", f"One of {', '.join(known)}.", parameter="match")],
        )
    raw = draft.custom_fields.get(match)
    if raw is None:
        raise _missing(match, field_pointer(match))
    try:
        return parse_value(definition, raw, resolver.context().values)
    except ValueProblem as problem:
        error = FieldError(problem.code, problem.detail, field_pointer(match))
        raise refusals.invalid([error]) from problem


def plan_upsert(
    catalog: Catalog,
    record: Record | None,
    draft: AssetUpsert,
    resolver: Resolver,
    *,
    asset_id: str | None = None,
) -> Put | None:
    """Return the write that makes or changes the asset, None when there is nothing to change."""
    if record is None:
        return plan_create(catalog, draft, resolver.context(), asset_id=asset_id)
    wanted = usable_or_parent(catalog, draft)
    if record.body["type"] not in catalog.subtypes(wanted):
        now = catalog.types[record.body["type"]].label
        detail = f"{record.body['key']} is of type {now}: give it another with :change-type."
        raise refusals.invalid([FieldError("other_type", detail, "/type")])
    return plan_patch(catalog, record, as_patch(draft), resolver.context())


def usable_or_parent(catalog: Catalog, draft: AssetUpsert) -> str:
    """Return the id of the draft's type; for an asset that is there already it may be abstract."""
    words = draft.type if isinstance(draft.type, str) else next(iter(draft.type.given().values()))
    found = catalog.type_of(words)
    return found.id if found else usable_type(catalog, draft.type).id


def match_fence(match: str, seen: Look, found: Record | None) -> dict[str, int]:
    """Return the fence for a match that no unique mark guards: a serial number may repeat."""
    return {"assets": seen.seq} if found is None and match == "serial" else {}


def as_patch(draft: AssetUpsert) -> AssetPatch:
    """Return what a draft sets, as a change of an asset that is there already."""
    given = draft.model_fields_set - {"type", "key"}
    return AssetPatch.model_construct(given, **{name: getattr(draft, name) for name in given})


def _read(scope: Scope, found: Record | None) -> Record | None:
    keys = [(KIND, found.id)] if found else []
    read = scope.ledger.get_for_write(keys)
    if found is None:
        return None
    record = read.get((KIND, found.id))
    if not isinstance(record, Record) or record.version != found.version:
        raise FenceMovedError("The asset that matched was changed meanwhile: try again.")
    return record


def _carry_out(scope: Scope, match: str, put: Put, unmoved: dict[str, int]) -> Record:
    try:
        return carry_out(scope, [put], unmoved)[KIND, put.id]
    except MarkTakenError as taken:
        if taken.extra["constraint"] not in {match, f"field:{match}"}:
            raise
        raise _HeldByNewcomerError(taken.detail, extra=taken.extra) from taken


def _missing(match: str, pointer: str) -> refusals.InvalidAssetError:
    return refusals.invalid([FieldError("required", f"There is no {match} to match on.", pointer)])
