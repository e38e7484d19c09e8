"""Records that a member owns and keeps private, shares with others, or makes public.

Their bodies have `name`, `owner` (a member's id), `visibility` (`private` or `public`) and, where
others are let in, `shared_with`: members' ids. A name is given once among the public ones of a
kind, and once among those that are not and have the same owner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from muster.access.model import Permission
from muster.catalog.change import rounds
from muster.errors import (
    ConflictError,
    FieldError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
)
from muster.ids import is_id
from muster.ledger.model import Delete, Mark, Put, Record
from muster.ledger.port import MarkTakenError, VersionConflictError
from muster.ledger.refusals import version_conflict
from muster.scope import Scope
from muster.text import fold

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

type Plan = Callable[[Scope, Record | None], dict[str, Any]]
"""Makes the body on a replica that has caught up, from the record before, None for a new one."""


@dataclass(frozen=True)
class Owned:
    """One kind of such records, and what refuses about it.

    `shares` is the permission with which public ones are made and changed; who has it sees
    everybody's.
    """

    kind: str
    noun: str
    shares: Permission
    invalid: type[InvalidInputError]
    not_found: type[NotFoundError]
    name_taken: type[ConflictError]
    not_yours: type[ForbiddenError]
    fences: tuple[str, ...] = ("catalog", "folders")
    """What a body rests on: when they move while it is made, it is made again."""

    def marks_of(self, body: Mapping[str, Any]) -> frozenset[Mark]:
        """Return the mark of the name."""
        whose = "public" if body["visibility"] == "public" else body["owner"]
        return frozenset({Mark(f"{self.kind}:{whose}", fold(body["name"]))})

    def may_see(self, scope: Scope, body: Mapping[str, Any]) -> bool:
        """Tell whether the caller may see a record."""
        me = scope.actor.id
        invited = body["owner"] == me or me in body.get("shared_with", ())
        return body["visibility"] == "public" or invited or scope.may(self.shares)

    def read(self, scope: Scope, record_id: str) -> Record:
        """Return a record that the caller may see. One call. Raises `not_found`."""
        record = scope.ledger.get(self.kind, record_id) if is_id(self.kind, record_id) else None
        if record is None or not self.may_see(scope, record.body):
            raise self._missing(record_id)
        return record

    def every(self, scope: Scope) -> list[Record]:
        """Return the records that the caller may see, oldest first."""
        scope.replica.catch_up()
        return [each for each in scope.replica.records(self.kind) if self.may_see(scope, each.body)]

    def create(self, scope: Scope, record_id: str, plan: Plan) -> Record:
        """Make a record. Raises `name_taken`, `not_yours`, and what the plan raises."""

        def decide(scope: Scope) -> Record:
            return self._made(scope, record_id, plan, None)

        return rounds(scope, decide)

    def change(self, scope: Scope, record_id: str, plan: Plan, if_match: int | None) -> Record:
        """Change a record; a plan that changes nothing writes nothing.

        Raises `not_found`, `name_taken`, `not_yours`, VersionConflictError.
        """

        def decide(scope: Scope) -> Record:
            return self._made(scope, record_id, plan, if_match, is_new=False)

        again = () if if_match else (VersionConflictError,)
        return rounds(scope, decide, *again)

    def delete(
        self,
        scope: Scope,
        record_id: str,
        if_match: int | None,
        *,
        check: Callable[[Record], None] | None = None,
    ) -> None:
        """Remove a record, unless `check` refuses.

        Raises `not_found`, `not_yours`, VersionConflictError.
        """
        before = self._to_change(scope, record_id, if_match)
        if check is not None:
            check(before)
        scope.commit([Delete(before)])

    def merged[D: BaseModel](
        self, draft: type[D], before: Mapping[str, Any], patch: Mapping[str, Any]
    ) -> D:
        """Return the draft that a merge-patch makes of a body; raises `invalid`.

        Members of the body that no draft has are left behind.
        """
        from pydantic import ValidationError

        kept = {name: value for name, value in before.items() if name in draft.model_fields}
        members = {name: value for name, value in {**kept, **patch}.items() if value is not None}
        try:
            return draft.model_validate(members)
        except ValidationError as error:
            self._refuse(_errors_of(error))

    def refuse(self, errors: Sequence[FieldError]) -> None:
        """Raise `invalid` for what is wrong with a body, all of it at once; nothing is fine."""
        if errors:
            self._refuse(errors)

    def _refuse(self, errors: Sequence[FieldError]) -> NoReturn:
        raise self.invalid(" ".join(error.detail for error in errors), errors=errors)

    def _made(
        self,
        scope: Scope,
        record_id: str,
        plan: Plan,
        if_match: int | None,
        *,
        is_new: bool = True,
    ) -> Record:
        seq = scope.replica.catch_up()
        before = None if is_new else self._to_change(scope, record_id, if_match)
        body = plan(scope, before)
        self._check_may_write(scope, body)
        if before is not None and body == before.body:
            return before
        put = Put(self.kind, record_id, body, self.marks_of(body), before)
        try:
            made = scope.carry_out([put], unmoved=dict.fromkeys(self.fences, seq))
        except MarkTakenError as taken:
            raise self._taken(body["name"], taken) from taken
        return made[self.kind, record_id]

    def _to_change(self, scope: Scope, record_id: str, if_match: int | None) -> Record:
        key = (self.kind, record_id)
        record = scope.ledger.get_for_write([key]).get(key) if is_id(*key) else None
        if not isinstance(record, Record) or not self.may_see(scope, record.body):
            raise self._missing(record_id)
        self._check_may_write(scope, record.body)
        if if_match is not None and if_match != record.version:
            raise version_conflict(*key, record.version)
        return record

    def _check_may_write(self, scope: Scope, body: Mapping[str, Any]) -> None:
        if scope.may(self.shares):
            return
        missing = {"missing_permissions": [str(self.shares)]}
        if body["visibility"] == "public":
            detail = f"Public ones are made and changed with the permission {self.shares}."
            raise self.not_yours(f"This {self.noun} is public. {detail}", extra=missing)
        if body["owner"] != scope.actor.id:
            detail = f"This {self.noun} is shared with you; its owner changes it."
            raise self.not_yours(detail, extra=missing)

    def _missing(self, record_id: str) -> NotFoundError:
        return self.not_found(f"There is no {self.noun} {record_id[:80]!r}.")

    def _taken(self, name: str, taken: MarkTakenError) -> ConflictError:
        detail = f"There is a {self.noun} {name!r} already. Choose another name."
        holder = {"conflicts_with": taken.extra.get("holder")}
        error = FieldError("name_taken", detail, "/name", extra=holder)
        return self.name_taken(detail, errors=[error])


def _errors_of(error: ValidationError) -> list[FieldError]:
    """Return what is wrong with a draft that a merge-patch made."""
    return [
        FieldError(
            "required" if found["type"] == "missing" else "invalid_value",
            f"{found['msg']}.",
            "".join(f"/{part}" for part in found["loc"]),
        )
        for found in error.errors(include_url=False)
    ]


def sharing_errors(scope: Scope, member_ids: Sequence[str]) -> list[FieldError]:
    """Return what is wrong with `shared_with`. Reads the members where there are any."""
    known = {member.id for member in scope.people()} if member_ids else set()
    return [
        FieldError("unknown_member", f"There is no member {each[:80]!r}.", f"/shared_with/{number}")
        for number, each in enumerate(member_ids)
        if each not in known
    ]
