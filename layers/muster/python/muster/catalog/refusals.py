"""What the catalog refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from muster.errors import ConflictError, FieldError, InvalidInputError, NotFoundError


class InvalidCatalogError(InvalidInputError):
    """A type, field, link type or folder that breaks a rule; `errors` has one entry a member."""

    code = "invalid_catalog"


class TypeNotFoundError(NotFoundError):
    """No asset type of this id or name."""

    code = "asset_type_not_found"


class FieldNotFoundError(NotFoundError):
    """No field type of this id or name."""

    code = "field_type_not_found"


class OptionNotFoundError(NotFoundError):
    """The field has no option of this id."""

    code = "option_not_found"


class LinkTypeNotFoundError(NotFoundError):
    """No link type of this id or name."""

    code = "link_type_not_found"


class FolderNotFoundError(NotFoundError):
    """No folder of this id."""

    code = "folder_not_found"


class NameTakenError(ConflictError):
    """Another one has this name already; `extra` has `holder`."""

    code = "name_taken"


class InUseError(ConflictError):
    """Something still uses it; `extra` counts what, and `detail` says what to do."""

    code = "in_use"


class DuplicateValuesError(ConflictError):
    """A field can't become unique while assets share a value; `extra` has the candidates."""

    code = "duplicate_values"


class TooManyToMarkError(ConflictError):
    """A field with this many values can't become unique in one go."""

    code = "too_many_to_mark"


class FolderTooFullError(ConflictError):
    """More assets lie in a folder than can go with it at once; `extra` has how many."""

    code = "folder_too_full"


class FolderCycleError(ConflictError):
    """A folder can't go below itself."""

    code = "folder_cycle"


NOT_FOUND: Mapping[str, type[NotFoundError]] = {
    "asset_type": TypeNotFoundError,
    "field_type": FieldNotFoundError,
    "link_type": LinkTypeNotFoundError,
    "folder": FolderNotFoundError,
}
WORDS: Mapping[str, str] = {
    "asset_type": "asset type",
    "field_type": "field type",
    "link_type": "link type",
    "folder": "folder",
}


def not_found(kind: str, reference: str) -> NotFoundError:
    """Return the refusal of an id or name that is no record's."""
    return NOT_FOUND[kind](f"There is no {WORDS[kind]} {reference[:80]!r}.")


def invalid(errors: list[FieldError]) -> InvalidCatalogError:
    """Return one refusal for all that is wrong."""
    return InvalidCatalogError(" ".join(error.detail for error in errors), errors=errors)


def in_use(detail: str, **counts: Any) -> NoReturn:
    """Refuse what would take away something that is used."""
    raise InUseError(detail, extra={name: count for name, count in counts.items() if count})
