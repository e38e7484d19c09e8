"""What assets and links refuse, and the one place that words it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from muster.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    MalformedRequestError,
    NotFoundError,
)
from muster.ledger.model import Record
from muster.ledger.port import MarkTakenError, VersionConflictError


class AssetNotFoundError(NotFoundError):
    """No asset answers to this id or natural key."""

    code = "asset_not_found"


class LinkNotFoundError(NotFoundError):
    """No link has this id."""

    code = "link_not_found"


class ChangeNotFoundError(NotFoundError):
    """That commit did not change this asset."""

    code = "change_not_found"


class InvalidAssetError(InvalidInputError):
    """Members of the asset break rules; each is in `errors`."""

    code = "invalid_asset"


class InvalidLinkError(InvalidInputError):
    """The link breaks a rule: the same asset at both ends, or types that may not be linked."""

    code = "invalid_link"


class AssetInTrashError(ConflictError):
    """The asset lies in the trash: restore it first."""

    code = "asset_in_trash"


class AssetNotInTrashError(ConflictError):
    """Only what lies in the trash can be restored or purged."""

    code = "asset_not_in_trash"


class AmbiguousMatchError(ConflictError):
    """Several assets answer to the natural key. `extra` has `candidates`."""

    code = "ambiguous_match"


class UniqueValueError(MarkTakenError):
    """A tag or a unique field's value is another asset's. `extra` has the `holder`."""


class LinkExistsError(ConflictError):
    """The two assets have this link already. `extra` has its `link`."""

    code = "link_exists"


class ChangedSinceError(ConflictError):
    """What is to be reverted was changed again. `extra` has the `paths`."""

    code = "changed_since"


class AssetReferencedError(ConflictError):
    """Other assets name this one in a field. `extra` has some of them."""

    code = "asset_referenced"


class UnknownFilterError(MalformedRequestError):
    """The parameter or the field is not one that assets can be asked for."""

    code = "unknown_parameter"


class InvalidParameterError(MalformedRequestError):
    """A query parameter's value has not the form that it needs."""

    code = "invalid_parameter"


def asset_not_found(asset_id: str) -> AssetNotFoundError:
    """Return the refusal for an id that is unknown, purged or another tenant's."""
    return AssetNotFoundError(f"There is no asset {asset_id[:80]!r}.")


def link_not_found(link_id: str) -> LinkNotFoundError:
    """Return the refusal for an id that is unknown, removed or another tenant's."""
    return LinkNotFoundError(f"There is no link {link_id[:80]!r}.")


def in_trash(record: Record) -> AssetInTrashError:
    """Return the refusal to change what lies in the trash."""
    key, since = record.body["key"], record.body["trashed_at"]
    return AssetInTrashError(
        f"{key} lies in the trash since {since}: restore it first.",
        extra={"id": record.id, "trashed_at": since},
    )


def not_in_trash(record: Record) -> AssetNotInTrashError:
    """Return the refusal to restore or purge what does not lie in the trash."""
    return AssetNotInTrashError(
        f"{record.body['key']} does not lie in the trash.", extra={"id": record.id}
    )


def invalid(errors: Sequence[FieldError]) -> InvalidAssetError:
    """Return one refusal for all that is wrong with an asset."""
    count = len(errors)
    detail = errors[0].detail if count == 1 else f"{count} fields are invalid."
    return InvalidAssetError(detail, errors=errors)


def ambiguous(name: str, value: Any, candidates: Iterable[Record]) -> AmbiguousMatchError:
    """Return the refusal to pick one of several assets."""
    brief = [brief_of(record) for record in candidates]
    return AmbiguousMatchError(
        f"{len(brief)} assets have {name} {value!r}: name the one you mean by its id.",
        extra={"candidates": brief},
    )


def brief_of(record: Record) -> dict[str, Any]:
    """Return an asset as a refusal or a reference names it."""
    return {"id": record.id, **{n: record.body.get(n) for n in ("key", "name", "tag")}}


def value_taken(taken: MarkTakenError) -> MarkTakenError:
    """Return the ledger's refusal in the words of assets: which member, and who holds the value."""
    constraint, value = str(taken.extra["constraint"]), str(taken.extra["value"])
    holder = taken.extra["holder"]
    if constraint.startswith("field:"):
        name = constraint.removeprefix("field:")
        pointer = "/custom_fields/" + name.replace("~", "~0").replace("/", "~1")
    else:
        name, pointer = constraint, f"/{constraint}"
    detail = f"{name} {value!r} is held by asset {holder}: it must be unique."
    error = FieldError("not_unique", detail, pointer, extra={"conflicts_with": holder})
    return UniqueValueError(detail, errors=[error], extra=taken.extra)


def stale(record: Record, if_match: int, changed: Sequence[str]) -> VersionConflictError:
    """Return the refusal of an If-Match that names an older version."""
    words = f"; since then changed: {', '.join(changed)}" if changed else ""
    return VersionConflictError(
        f"It is at version {record.version}, not {if_match}{words}.",
        extra={
            "kind": record.kind,
            "id": record.id,
            "current_version": record.version,
            "changed_fields": list(changed),
        },
    )


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` for the known word most like this one, or nothing."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {found[0]!r}?" if found else ""


def unknown_type(reference: str, labels: Mapping[str, str]) -> FieldError:
    """Return what to say about a type that the catalog does not have."""
    hint = nearest(reference, [*labels, *labels.values()])
    return FieldError("unknown_type", f"There is no asset type {reference!r}{hint}", "/type")
