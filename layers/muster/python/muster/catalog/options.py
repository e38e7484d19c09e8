"""Use cases of a field's options, one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from muster.catalog import change, refusals
from muster.catalog.fields import change_options
from muster.catalog.model import Option
from muster.ids import new_id
from muster.ledger.model import Record
from muster.scope import Scope


def add_option(
    scope: Scope, field_id: str, draft: Mapping[str, Any], if_match: int | None = None
) -> tuple[Record, str]:
    """Add an option, at `position` or last; return the field and the option's id.

    Raises what `replace_field` raises.
    """
    members = {name: value for name, value in draft.items() if name != "position"}
    option = change.merged(Option, {"id": new_id("option")}, members)
    position = draft.get("position")

    def edit(options: tuple[Option, ...]) -> tuple[Option, ...]:
        return _inserted(options, option, position)

    return change_options(scope, field_id, edit, if_match), option.id


def patch_option(
    scope: Scope,
    field_id: str,
    option_id: str,
    patch: Mapping[str, Any],
    if_match: int | None = None,
) -> Record:
    """Rename, recolour, move, retire or bring back an option; raises OptionNotFoundError too."""
    members = {name: value for name, value in patch.items() if name != "position"}

    def edit(options: tuple[Option, ...]) -> tuple[Option, ...]:
        option = find_option(options, option_id)
        changed = change.merged(Option, option.body() | {"id": option_id}, members)
        if patch.get("position") is None:
            return tuple(changed if each is option else each for each in options)
        others = tuple(each for each in options if each is not option)
        return _inserted(others, changed, patch["position"])

    return change_options(scope, field_id, edit, if_match)


def delete_option(
    scope: Scope, field_id: str, option_id: str, if_match: int | None = None
) -> Record:
    """Remove an option that no asset has; raises InUseError, OptionNotFoundError."""

    def edit(options: tuple[Option, ...]) -> tuple[Option, ...]:
        option = find_option(options, option_id)
        return tuple(each for each in options if each is not option)

    return change_options(scope, field_id, edit, if_match)


def find_option(options: Sequence[Option], option_id: str) -> Option:
    """Return the option of this id; raises OptionNotFoundError."""
    for option in options:
        if option.id == option_id:
            return option
    raise refusals.OptionNotFoundError(f"The field has no option {option_id[:80]!r}.")


def _inserted(
    options: tuple[Option, ...], option: Option, position: int | None
) -> tuple[Option, ...]:
    at = len(options) if position is None else position
    return (*options[:at], option, *options[at:])
