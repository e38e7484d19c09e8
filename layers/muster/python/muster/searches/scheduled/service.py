"""Use cases of scheduled searches: made, looked at, changed, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from muster.access.model import Permission
from muster.errors import FieldError
from muster.ids import new_id
from muster.jobs.cron import check_cron, check_grain, check_zone
from muster.ledger.model import Record
from muster.ownership import Owned
from muster.scope import Scope
from muster.searches.refusals import SavedSearchNotFoundError
from muster.searches.scheduled.asked import ScheduledSearchDraft, ScheduledSearchPatch
from muster.searches.scheduled.model import GRAIN_MINUTES, KIND
from muster.searches.scheduled.refusals import (
    InvalidScheduledSearchError,
    ScheduledSearchNameTakenError,
    ScheduledSearchNotFoundError,
    ScheduledSearchNotYoursError,
)
from muster.searches.service import SEARCHES
from muster.views.refusals import ViewNotFoundError
from muster.views.service import VIEWS

if TYPE_CHECKING:  # a list of schedules does without the language
    from muster.query.check.checking import Checked

SCHEDULES = Owned(
    KIND,
    "scheduled search",
    Permission.MEMBER_WRITE,
    InvalidScheduledSearchError,
    ScheduledSearchNotFoundError,
    ScheduledSearchNameTakenError,
    ScheduledSearchNotYoursError,
    fences=("searches", "views"),
)


def create_schedule(scope: Scope, draft: ScheduledSearchDraft) -> Record:
    """Schedule a search; the caller owns it, and it runs as the caller.

    Raises InvalidScheduledSearchError, InvalidQueryError, ScheduledSearchNameTakenError.
    """
    owner = scope.actor.id
    return SCHEDULES.create(scope, new_id(KIND), lambda scope, _: _body(scope, draft, owner, 1))


def patch_schedule(
    scope: Scope, schedule_id: str, patch: ScheduledSearchPatch, if_match: int | None = None
) -> Record:
    """Change a scheduled search by merge-patch.

    Raises ScheduledSearchNotFoundError, VersionConflictError, and what `create_schedule` raises.
    """
    given = patch.model_dump(mode="json", exclude_unset=True)

    def plan(scope: Scope, before: Record | None) -> dict[str, Any]:
        assert before is not None
        draft = SCHEDULES.merged(ScheduledSearchDraft, before.body, given)
        return _body(scope, draft, before.body["owner"], before.body["rotations"])

    return SCHEDULES.change(scope, schedule_id, plan, if_match)


def rotate_secret(scope: Scope, schedule_id: str, if_match: int | None = None) -> Record:
    """Give a scheduled search another secret; the one before signs nothing from now on."""

    def plan(_: Scope, before: Record | None) -> dict[str, Any]:
        assert before is not None
        return {**before.body, "rotations": before.body["rotations"] + 1}

    return SCHEDULES.change(scope, schedule_id, plan, if_match)


def compile_schedule(scope: Scope, search: Record, schedule: Mapping[str, Any]) -> Checked:
    """Return what a saved search asks on a schedule, as its owner.

    Raises InvalidQueryError.
    """
    from muster.query.api import compile_query

    body = search.body
    defaults = {each["name"]: each["default"] for each in body.get("parameters", ())}
    return compile_query(
        scope,
        body["query"],
        dialect=body["dialect"],
        parameters=defaults | schedule.get("parameters", {}),
        time_zone=schedule["time_zone"],
        me=schedule["owner"],
    )


def _body(scope: Scope, draft: ScheduledSearchDraft, owner: str, rotations: int) -> dict[str, Any]:
    """Return the record's body; raises for what is wrong with it."""
    zone = draft.time_zone or scope.time_zone
    deliver = [each.model_dump() for each in draft.deliver]
    search = _search(scope, draft.saved_search)
    SCHEDULES.refuse(
        [
            *_time_errors(draft.cron, zone),
            *_search_errors(search, draft),
            *_delivery_errors(scope, deliver),
            *_view_errors(scope, draft.view),
        ]
    )
    body: dict[str, Any] = {
        **draft.model_dump(mode="json", exclude={"parameters", "view"}),
        "time_zone": zone,
        "owner": owner,
        "visibility": "private",
        "rotations": rotations,
    }
    optional = {"parameters": draft.parameters, "view": draft.view}
    body |= {name: value for name, value in optional.items() if value}
    if search is not None:
        _check_query(scope, search, body)
    return body


def _search(scope: Scope, search_id: str) -> Record | None:
    try:
        return SEARCHES.read(scope, search_id)
    except SavedSearchNotFoundError:
        return None


def _check_query(scope: Scope, search: Record, body: Mapping[str, Any]) -> None:
    from muster.query.refusals import InvalidQueryError

    try:
        compile_schedule(scope, search, body)
    except InvalidQueryError as error:
        raise error.at(pointer="/saved_search") from error


def _time_errors(cron: str, zone: str) -> list[FieldError]:
    wrong = check_cron(cron)
    grain = None if wrong else check_grain(cron, GRAIN_MINUTES)
    no_zone = check_zone(zone)
    found = [
        ("invalid_cron", wrong, "/cron"),
        ("too_often", grain, "/cron"),
        ("unknown_time_zone", no_zone, "/time_zone"),
    ]
    return [FieldError(code, detail, pointer) for code, detail, pointer in found if detail]


def _search_errors(search: Record | None, draft: ScheduledSearchDraft) -> list[FieldError]:
    if search is None:
        detail = f"There is no saved search {draft.saved_search[:80]!r}."
        return [FieldError("unknown_saved_search", detail, "/saved_search")]
    known = {each["name"]: each["default"] for each in search.body.get("parameters", ())}
    errors = []
    for name, value in draft.parameters.items():
        pointer = f"/parameters/{name.replace('~', '~0').replace('/', '~1')}"
        if name not in known:
            there = ", ".join(known) or "none"
            detail = f"The search has no parameter {name[:80]!r}; there are: {there}."
            errors.append(FieldError("unknown_parameter", detail, pointer))
        elif _sort(value) != _sort(known[name]):
            detail = f"{name} takes {_sort(known[name])}."
            errors.append(FieldError("wrong_type", detail, pointer))
    return errors


def _sort(value: Any) -> str:
    """Return what sort of value a parameter has; whole and other numbers are one."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "text" if isinstance(value, str) else "a list"


def _delivery_errors(scope: Scope, deliver: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    errors = []
    for number, each in enumerate(deliver):
        pointer = f"/deliver/{number}"
        if each in deliver[:number]:
            errors.append(FieldError("duplicate", "This delivery is given twice.", pointer))
        if each["to"] == "webhook" and scope.courier is not None:
            refusal = scope.courier.refusal(each["url"])
            if refusal:
                errors.append(FieldError("invalid_url", refusal, f"{pointer}/url"))
    return errors


def _view_errors(scope: Scope, view_id: str | None) -> list[FieldError]:
    if view_id is None:
        return []
    try:
        VIEWS.read(scope, view_id)
    except ViewNotFoundError as error:
        return [FieldError("unknown_view", error.detail, "/view")]
    return []
