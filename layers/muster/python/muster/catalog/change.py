"""How every change to the catalog is made: look, decide, write, under fences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from pydantic import ValidationError

from muster.catalog import refusals
from muster.catalog.model import CatalogModel
from muster.errors import FieldError, MusterError
from muster.ids import is_id
from muster.ledger.model import Put, Record, Write
from muster.ledger.port import FenceMovedError, MarkTakenError, VersionConflictError
from muster.ledger.refusals import version_conflict
from muster.replica.port import Replica
from muster.scope import Scope

type Key = tuple[str, str]
type Plan = Callable[[Scope, Record], Put | None]
type Fences = Callable[[Record, Put], Iterable[str]]
"""Which fences a change rests on. The fewer, the less it contends with those who write assets."""

_ROUNDS = 8


def read(scope: Scope, kind: str, record_id: str) -> Record:
    """Return a record of the catalog, strongly consistent; raises the kind's not-found error."""
    # No text of a caller's gets into a key of the table that has not the form of an id.
    record = scope.ledger.get(kind, record_id) if is_id(kind, record_id) else None
    if record is None:
        raise refusals.not_found(kind, record_id)
    return record


def create(scope: Scope, plan: Callable[[Scope], Put], *fences: str) -> Record:
    """Make a record as planned on a replica that has caught up."""

    def decide(scope: Scope) -> Record:
        seq = scope.replica.catch_up()
        put = plan(scope)
        return write(scope, [put], dict.fromkeys(fences, seq))[put.kind, put.id]

    return _rounds(scope, decide, None)


def change(
    scope: Scope, key: Key, plan: Plan, *, fences: Fences, if_match: int | None = None
) -> Record:
    """Change a record as planned on its newest version; a plan of nothing writes nothing."""

    def decide(scope: Scope) -> Record:
        seq = scope.replica.catch_up()
        before = newest(scope, key, if_match)
        put = plan(scope, before)
        if put is None or (put.body == before.body and put.marks == before.marks):
            return before
        return write(scope, [put], dict.fromkeys(fences(before, put), seq))[key]

    return _rounds(scope, decide, if_match)


def remove(
    scope: Scope,
    key: Key,
    plan: Callable[[Scope, Record], Sequence[Write]],
    *fences: str,
    if_match: int | None = None,
    ignore_uses: bool = False,
) -> None:
    """Remove a record with what the plan says; the plan refuses what is in use.

    What a saved search names goes only with `ignore_uses`: the search would stop to work.
    """

    def decide(scope: Scope) -> None:
        seq = scope.replica.catch_up()
        before = newest(scope, key, if_match)
        if not ignore_uses:
            _check_unused(scope, key)
        write(scope, plan(scope, before), dict.fromkeys(fences, seq))

    _rounds(scope, decide, if_match)


def _check_unused(scope: Scope, key: Key) -> None:
    users = searches_naming(scope.replica, key)
    if users:
        # Private ones of others are counted, not named.
        names = [f"“{r.body['name']}”" for r in users if r.body["visibility"] == "public"][:5]
        some = f" ({', '.join(names)})" if names else ""
        detail = (
            f"{len(users)} saved searches name it{some} and would stop to work. Change "
            "them first, or remove it all the same with ignore_uses=true."
        )
        refusals.in_use(detail, searches=len(users))


def searches_naming(replica: Replica, key: Key) -> list[Record]:
    """Return the saved searches whose query names a record, as the replica stands."""
    use = {"kind": key[0], "id": key[1]}
    return [each for each in replica.records("saved_search") if use in each.body["uses"]]


def newest(scope: Scope, key: Key, if_match: int | None) -> Record:
    """Return the newest version; raises the not-found error, or VersionConflictError."""
    record = scope.ledger.get_for_write([key]).get(key) if is_id(*key) else None
    if not isinstance(record, Record):
        raise refusals.not_found(*key)
    if if_match is not None and if_match != record.version:
        raise version_conflict(*key, record.version)
    return record


def write(scope: Scope, writes: Sequence[Write], unmoved: Mapping[str, int]) -> dict[Key, Record]:
    """Commit, refusing a name that another one has in the words of the catalog."""
    try:
        return scope.carry_out(writes, unmoved=unmoved)
    except MarkTakenError as taken:
        value, holder = taken.extra.get("value"), taken.extra.get("holder")
        detail = f"The name {value!r} is taken already. Choose another."
        error = FieldError("name_taken", detail, "/name", extra={"conflicts_with": holder})
        raise refusals.NameTakenError(detail, errors=[error], extra={"holder": holder}) from taken


def merged[M: CatalogModel](model: type[M], body: Mapping[str, object], patch: object) -> M:
    """Return the model of a body with a merge-patch applied: null takes a member away.

    Raises InvalidCatalogError for a member that can't be taken away.
    """
    assert isinstance(patch, Mapping)
    kept = {**body, **patch}
    try:
        return model.model_validate({n: v for n, v in kept.items() if v is not None})
    except ValidationError as error:
        raise refusals.invalid(
            [
                FieldError(
                    "required" if found["type"] == "missing" else "invalid_value",
                    f"{found['msg']}.",
                    "".join(f"/{part}" for part in found["loc"]),
                )
                for found in error.errors(include_url=False)
            ]
        ) from error


def _rounds[T](scope: Scope, decide: Callable[[Scope], T], if_match: int | None) -> T:
    """Decide again while what was decided on moves.

    A record that was changed between is read and planned upon again, but for a caller who said
    which version is meant.
    """
    again = () if if_match else (VersionConflictError,)
    return rounds(scope, decide, *again)


def rounds[T](scope: Scope, decide: Callable[[Scope], T], *again: type[MusterError]) -> T:
    """Decide again, which begins with catching up, while fences move or these are raised."""
    moved: tuple[type[MusterError], ...] = (FenceMovedError, *again)
    for _ in range(_ROUNDS - 1):
        try:
            return decide(scope)
        except moved:
            continue
    return decide(scope)
