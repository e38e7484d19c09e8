"""Use cases of saved searches: made, looked at, changed, removed, run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from muster.access.model import Permission
from muster.catalog.change import searches_naming
from muster.catalog.refusals import in_use
from muster.errors import FieldError
from muster.ids import new_id
from muster.ledger.model import Record
from muster.ownership import Owned, sharing_errors
from muster.scope import Scope
from muster.searches.asked import SavedSearchDraft, SavedSearchPatch
from muster.searches.refusals import (
    InvalidSavedSearchError,
    SavedSearchNameTakenError,
    SavedSearchNotFoundError,
    SavedSearchNotYoursError,
)

if TYPE_CHECKING:  # a list of searches does without the language
    from muster.query.check.checking import Checked

KIND = "saved_search"
SCHEDULED = "scheduled_search"
_FLAGS = {"true": True, "false": False}
_LONGEST_NUMBER = 40
SEARCHES = Owned(
    KIND,
    "saved search",
    Permission.SEARCH_SHARE,
    InvalidSavedSearchError,
    SavedSearchNotFoundError,
    SavedSearchNameTakenError,
    SavedSearchNotYoursError,
)


def create_search(scope: Scope, draft: SavedSearchDraft) -> Record:
    """Save a search; the caller owns it.

    Raises InvalidSavedSearchError, InvalidQueryError, SavedSearchNameTakenError,
    SavedSearchNotYoursError.
    """
    return SEARCHES.create(
        scope, new_id(KIND), lambda scope, _: _body(scope, draft, scope.actor.id)
    )


def patch_search(
    scope: Scope, search_id: str, patch: SavedSearchPatch, if_match: int | None = None
) -> Record:
    """Change a saved search by merge-patch.

    Raises SavedSearchNotFoundError, VersionConflictError, and what `create_search` raises.
    """
    given = patch.model_dump(mode="json", exclude_unset=True)

    def plan(scope: Scope, before: Record | None) -> dict[str, Any]:
        assert before is not None
        draft = SEARCHES.merged(SavedSearchDraft, before.body, given)
        return _body(scope, draft, before.body["owner"])

    return SEARCHES.change(scope, search_id, plan, if_match)


def delete_search(
    scope: Scope, search_id: str, if_match: int | None = None, *, ignore_uses: bool = False
) -> None:
    """Remove a saved search.

    Raises SavedSearchNotFoundError, SavedSearchNotYoursError, VersionConflictError, InUseError.
    """

    def check(search: Record) -> None:
        if not ignore_uses:
            _check_unused(scope, search.id)

    SEARCHES.delete(scope, search_id, if_match, check=check)


def _check_unused(scope: Scope, search_id: str) -> None:
    replica = scope.replica
    replica.catch_up()
    schedules = sum(r.body["saved_search"] == search_id for r in replica.records(SCHEDULED))
    searches = len(searches_naming(replica, (KIND, search_id)))
    if schedules or searches:
        detail = (
            f"{schedules} schedules run it and {searches} other searches name it; they would stop "
            "to work. Change them first, or remove it all the same with ignore_uses=true."
        )
        in_use(detail, schedules=schedules, searches=searches)


def compile_search(
    scope: Scope,
    record: Record,
    given: Sequence[str] = (),
    *,
    time_zone: str | None = None,
    me: str | None = None,
) -> Checked:
    """Return what a saved search asks, with these values (`name=value`) of its parameters.

    Raises InvalidQueryError, InvalidSavedSearchError for a value that fits no parameter,
    UnknownTimeZoneError.
    """
    from muster.query.api import compile_query

    body = record.body
    values = {each["name"]: each["default"] for each in body.get("parameters", ())}
    return compile_query(
        scope,
        body["query"],
        dialect=body["dialect"],
        parameters=values | _values(values, given),
        time_zone=time_zone,
        me=me,
    )


def _body(scope: Scope, draft: SavedSearchDraft, owner: str) -> dict[str, Any]:
    """Return the record's body; raises for what is wrong with it."""
    SEARCHES.refuse([*_parameter_errors(draft), *sharing_errors(scope, draft.shared_with)])
    body: dict[str, Any] = {
        "name": draft.name,
        "owner": owner,
        "visibility": draft.visibility,
        "query": draft.query,
        "dialect": draft.dialect,
        "uses": _uses(scope, draft),
    }
    if draft.description is not None:
        body["description"] = draft.description
    if draft.shared_with:
        body["shared_with"] = list(dict.fromkeys(draft.shared_with))
    if draft.parameters:
        body["parameters"] = [each.model_dump(exclude_none=True) for each in draft.parameters]
    return body


def _uses(scope: Scope, draft: SavedSearchDraft) -> list[dict[str, str]]:
    """Return what the query names, so that nobody takes it away unawares."""
    from muster.query.api import compile_query
    from muster.query.refusals import InvalidQueryError

    defaults = {each.name: each.default for each in draft.parameters}
    try:
        checked = compile_query(scope, draft.query, dialect=draft.dialect, parameters=defaults)
    except InvalidQueryError as error:
        raise error.at(pointer="/query") from error
    return [{"kind": use.kind, "id": use.id} for use in checked.uses]


def _parameter_errors(draft: SavedSearchDraft) -> list[FieldError]:
    from muster.query.placeholders import names_in

    errors = []
    asked, seen = set(names_in(draft.query, draft.dialect)), set()
    for number, each in enumerate(draft.parameters):
        pointer = f"/parameters/{number}/name"
        if each.name in seen:
            detail = f"The parameter {each.name!r} is given twice."
            errors.append(FieldError("duplicate", detail, pointer))
        elif each.name not in asked:
            detail = f"The query has no ${{{each.name}}}."
            errors.append(FieldError("unused_parameter", detail, pointer))
        seen.add(each.name)
    return errors


def _values(defaults: Mapping[str, Any], given: Sequence[str]) -> dict[str, Any]:
    """Return the given values, each of the type of its parameter's default."""
    values: dict[str, Any] = {}
    for words in given:
        name, equals, text = words.partition("=")
        if not equals or name not in defaults:
            known = ", ".join(defaults) or "none"
            detail = f"{words[:80]!r} is no value of a parameter; there are: {known}."
            SEARCHES.refuse([FieldError("unknown_parameter", detail, parameter="p")])
        default = defaults[name]
        if isinstance(default, list):
            values[name] = [*values.get(name, ()), text]
        else:
            values[name] = _typed(name, default, text)
    return values


def _typed(name: str, default: Any, text: str) -> Any:
    if isinstance(default, str):
        return text
    value = _FLAGS.get(text) if isinstance(default, bool) else _number(text)
    if value is None:
        word = "true or false" if isinstance(default, bool) else "a number"
        detail = f"{name} takes {word}, not {text[:80]!r}."
        SEARCHES.refuse([FieldError("wrong_type", detail, parameter="p")])
    return value


def _number(text: str) -> int | float | None:
    if len(text) > _LONGEST_NUMBER or not text.isascii():
        return None
    for read in (int, float):
        try:
            value = read(text)
        except ValueError:
            continue
        return value if math.isfinite(value) else None
    return None
