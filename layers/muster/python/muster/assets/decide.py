"""From looking to writing: decide, commit, and decide again when the look was out of date."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from muster.assets import refusals
from muster.assets.limits import require_room
from muster.assets.model import KIND, LINK_KIND
from muster.catalog.load import load_catalog
from muster.catalog.model import Catalog
from muster.errors import ConflictError, InvalidInputError, MusterError, NotFoundError
from muster.ledger.model import Delete, Mark, Put, Record, Stamp, Write
from muster.ledger.plan import plan, result
from muster.ledger.port import (
    FenceMovedError,
    MarkTakenError,
    RequestSeenError,
    TooManyWritesError,
)
from muster.scope import Scope

_ROUNDS = 8
_FINAL = (RequestSeenError, TooManyWritesError, MarkTakenError)

type Key = tuple[str, str]


@dataclass(frozen=True)
class Look:
    """What a decision rests on: the catalog, and the commit at which the replica stood."""

    catalog: Catalog
    seq: int

    @property
    def unmoved(self) -> dict[str, int]:
        """The fences that keep a decision from being written on what is no longer so.

        Assets that come or change don't matter to it; one that is purged may be a link's end or
        a reference's target, and a file that is swept a field's value.
        """
        return {
            "catalog": self.catalog.seq,
            "folders": self.seq,
            "assets:deleted": self.seq,
            "files:deleted": self.seq,
        }


def look(scope: Scope) -> Look:
    """Look at the replica as it stands. No AWS call on a warm one."""
    if scope.replica.seq() == 0:
        scope.replica.catch_up()
    catalog = load_catalog(scope)
    return Look(catalog, scope.replica.seq())


def settle[T](
    scope: Scope,
    decide: Callable[[Scope], T],
    *,
    retry: tuple[type[MusterError], ...] = (),
) -> T:
    """Run `decide` until what it looked at was up to date. It commits at most once.

    It is run again when a fence moved under it, on the errors in `retry`, and when it refused while
    the replica was behind: a type made a second ago through another process is there at the second
    look. A value that another asset holds is refused at once, in the words of assets.
    """
    try:
        return _rounds(scope, decide, retry)
    except MarkTakenError as taken:
        raise refusals.value_taken(taken) from taken


def _rounds[T](
    scope: Scope, decide: Callable[[Scope], T], retry: tuple[type[MusterError], ...]
) -> T:
    again: tuple[type[MusterError], ...] = (FenceMovedError, *retry)
    for _ in range(_ROUNDS - 1):
        try:
            return decide(scope)
        except again:
            scope.replica.catch_up()
        except _FINAL:
            raise
        except (InvalidInputError, NotFoundError, ConflictError):
            stood = scope.replica.seq()
            if scope.replica.catch_up() == stood:
                raise
    return decide(scope)


def carry_out(
    scope: Scope, writes: Sequence[Write], unmoved: Mapping[str, int]
) -> dict[Key, Record]:
    """Commit, and return the records that the writes made. A dry run only foresees them."""
    require_room(scope, writes)
    if scope.dry_run:
        return foresee(scope, writes)
    return scope.carry_out(writes, unmoved=unmoved)


def foresee(
    scope: Scope, writes: Sequence[Write], *, leaving: Collection[str] = ()
) -> dict[Key, Record]:
    """Return the records that the writes would make, refusing values that others hold.

    Numbers are not drawn: a key stays empty. What the records in `leaving` hold does not count.
    """
    bare = [replace(w, numbers=()) if isinstance(w, Put) else w for w in writes]
    planned = plan(bare, {})
    leaving = {*leaving, *(w.before.id for w in bare if isinstance(w, Delete))}
    for mark, (_, record_id) in planned.takes.items():
        if mark not in planned.frees:
            write = next(w for w in bare if isinstance(w, Put) and w.id == record_id)
            _check_free(scope, mark, write, leaving)
    stamp = Stamp(scope.now(), scope.actor, scope.replica.seq())
    made = (result(w, c, stamp) for w, c in zip(bare, planned.changes, strict=True))
    return {(r.kind, r.id): r for r in made if isinstance(r, Record)}


def _check_free(scope: Scope, mark: Mark, write: Put, leaving: set[str]) -> None:
    if write.kind == KIND:
        name = mark.constraint.removeprefix("field:")
        fields = write.body.get("fields", {})
        value = fields[name] if mark.constraint.startswith("field:") else write.body.get(name)
        holders = {record.id for record in scope.replica.match_assets(name, value)}
    elif write.kind == LINK_KIND:
        rows = scope.replica.links_of([write.body["source"]])
        held = {(row.type, frozenset((row.source, row.target))): row.id for row in rows}
        ends = frozenset((write.body["source"], write.body["target"]))
        holders = {held.get((write.body["type"], ends), write.id)}
    else:
        holders = set()
    for holder in sorted(holders - leaving - {write.id}):
        raise MarkTakenError(
            f"{mark.constraint} {mark.value!r} is held by {holder}.",
            extra={"constraint": mark.constraint, "value": mark.value, "holder": holder},
        )
