"""`/v1/field-types` and their options."""

from __future__ import annotations

from muster.access.model import Permission
from muster.catalog import change, refusals, service
from muster.catalog.drafts import (
    CatalogQuery,
    DeleteQuery,
    FieldDraft,
    FieldPatch,
    NewOption,
    OptionPatch,
)
from muster.catalog.model import FieldType
from muster.catalog.present import present_field, present_option
from muster.catalog.routes.answers import answer, given, id_of, listing
from muster.http.paging import ListQuery, list_response
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.ledger.model import Record
from muster.ledger.port import FenceMovedError, VersionConflictError

routes = Routes("field types")

_FIELD_TYPE_VIEW = Shape("muster.catalog.api", "FieldTypeView")
_OPTION_VIEW = Shape("muster.catalog.api", "OptionView")

_PLACE = "/v1/field-types"
_ONE = _PLACE + "/{field_type_id}"
_OPTIONS = _ONE + "/options"
_OPTION = _OPTIONS + "/{option_id}"
_CHANGE = (
    refusals.FieldNotFoundError,
    refusals.InvalidCatalogError,
    refusals.InUseError,
    refusals.DuplicateValuesError,
    refusals.TooManyToMarkError,
    VersionConflictError,
    FenceMovedError,
)
_CHANGE_OPTION = (
    refusals.FieldNotFoundError,
    refusals.OptionNotFoundError,
    refusals.InvalidCatalogError,
    refusals.InUseError,
    VersionConflictError,
    FenceMovedError,
)


@routes.get(
    _PLACE,
    permission=Permission.CATALOG_READ,
    query=CatalogQuery,
    returns=_FIELD_TYPE_VIEW.page,
)
def list_field_types(call: Call) -> Response:
    """List field types, oldest first."""
    return listing(call, "field_type", present_field)


@routes.post(
    _PLACE,
    permission=Permission.CATALOG_WRITE,
    body=FieldDraft,
    returns=_FIELD_TYPE_VIEW,
    status=201,
    errors=(refusals.InvalidCatalogError, refusals.NameTakenError, FenceMovedError),
)
def create_field_type(call: Call) -> Response:
    """Make a field type. Nothing that is stored is touched; place it on types to use it."""
    record = service.create_field(call.scope, _draft(call), call.body.default)
    return answer(call, record, present_field, place=_PLACE, status=201)


@routes.get(
    _ONE,
    permission=Permission.CATALOG_READ,
    returns=_FIELD_TYPE_VIEW,
    errors=(refusals.FieldNotFoundError,),
)
def read_field_type(call: Call) -> Response:
    """Read a field type by id or dotted name."""
    return answer(call, _record(call), present_field)


@routes.put(
    _ONE,
    permission=Permission.CATALOG_WRITE,
    body=FieldDraft,
    returns=_FIELD_TYPE_VIEW,
    errors=_CHANGE,
)
def replace_field_type(call: Call) -> Response:
    """Give a field type another definition. Its name never changes.

    Its kind can't change while assets hold values of it. When it becomes unique, no two assets may
    share a value: 409 names some that do. Options are known again by their id or label.
    """
    field_id = id_of(call, "field_type")
    record = service.replace_field(
        call.scope, field_id, _draft(call), call.body.default, call.if_match
    )
    return answer(call, record, present_field)


@routes.patch(
    _ONE,
    permission=Permission.CATALOG_WRITE,
    body=FieldPatch,
    returns=_FIELD_TYPE_VIEW,
    errors=_CHANGE,
)
def patch_field_type(call: Call) -> Response:
    """Change a field type by merge-patch: what is absent stays, null clears.

    A `max_values` of null stands for any number.
    """
    field_id = id_of(call, "field_type")
    record = service.patch_field(call.scope, field_id, given(call.body), call.if_match)
    return answer(call, record, present_field)


@routes.delete(
    _ONE,
    permission=Permission.CATALOG_WRITE,
    query=DeleteQuery,
    returns=None,
    status=204,
    errors=(
        refusals.FieldNotFoundError,
        refusals.InUseError,
        VersionConflictError,
        FenceMovedError,
    ),
)
def delete_field_type(call: Call) -> Response:
    """Remove a field type that no type has and of which no asset holds a value."""
    service.delete_field(
        call.scope, id_of(call, "field_type"), call.if_match, ignore_uses=call.query.ignore_uses
    )
    return Response(status=204)


@routes.get(
    _OPTIONS,
    permission=Permission.CATALOG_READ,
    query=ListQuery,
    returns=_OPTION_VIEW.page,
    errors=(refusals.FieldNotFoundError,),
)
def list_field_options(call: Call) -> Response:
    """List a field's options in their order, retired ones included."""
    options = FieldType.model_validate(_record(call).body).options
    start = call.query.after[0] if call.query.after else 0
    end = start + call.query.limit
    items = [present_option(option) for option in options[start:end]]
    after = (end,) if end < len(options) else None
    return list_response(call, items, after=after, total=len(options))


@routes.post(
    _OPTIONS,
    permission=Permission.CATALOG_WRITE,
    body=NewOption,
    returns=_OPTION_VIEW,
    status=201,
    errors=_CHANGE_OPTION,
)
def add_field_option(call: Call) -> Response:
    """Add an option. The ETag is that of the field type."""
    record, option_id = service.add_option(
        call.scope, id_of(call, "field_type"), given(call.body), call.if_match
    )
    location = f"{_PLACE}/{record.id}/options/{option_id}"
    return _option_response(record, option_id, status=201, location=location)


@routes.get(
    _OPTION,
    permission=Permission.CATALOG_READ,
    returns=_OPTION_VIEW,
    errors=(refusals.FieldNotFoundError, refusals.OptionNotFoundError),
)
def read_field_option(call: Call) -> Response:
    """Read an option. The ETag is that of the field type."""
    return _option_response(_record(call), call.path["option_id"])


@routes.patch(
    _OPTION,
    permission=Permission.CATALOG_WRITE,
    body=OptionPatch,
    returns=_OPTION_VIEW,
    errors=_CHANGE_OPTION,
)
def patch_field_option(call: Call) -> Response:
    """Rename, recolour, move, retire or bring back an option. The ETag is the field type's."""
    option_id = call.path["option_id"]
    record = service.patch_option(
        call.scope, id_of(call, "field_type"), option_id, given(call.body), call.if_match
    )
    return _option_response(record, option_id)


@routes.delete(
    _OPTION,
    permission=Permission.CATALOG_WRITE,
    returns=None,
    status=204,
    errors=_CHANGE_OPTION,
)
def delete_field_option(call: Call) -> Response:
    """Remove an option that no asset has; one that is used can be retired.

    If-Match takes the field type's ETag.
    """
    service.delete_option(
        call.scope, id_of(call, "field_type"), call.path["option_id"], call.if_match
    )
    return Response(status=204)


def _record(call: Call) -> Record:
    return change.read(call.scope, "field_type", id_of(call, "field_type"))


def _draft(call: Call) -> FieldType:
    members = {name: value for name, value in given(call.body).items() if name != "default"}
    return FieldType.model_validate(members)


def _option_response(
    record: Record, option_id: str, *, status: int = 200, location: str | None = None
) -> Response:
    option = service.find_option(FieldType.model_validate(record.body).options, option_id)
    body = present_option(option)
    return Response(body, status=status, version=record.version, location=location)
