"""`/v1/uploads`, and the images and files of assets."""

from __future__ import annotations

from muster.access.model import Permission
from muster.assets import refusals as of_assets
from muster.assets.service import read_asset
from muster.attachments import change, uploads
from muster.attachments.change import Place
from muster.attachments.model import LibraryUpload, NewAttachment
from muster.attachments.present import present_files, present_images, present_upload
from muster.attachments.refusals import (
    AttachmentNotFoundError,
    TooManyAttachmentsError,
    UploadMissingError,
    UploadNotFoundError,
    WrongPurposeError,
)
from muster.files.model import Purpose
from muster.files.refusals import (
    ContentTooLargeError,
    FileNotFoundInTenantError,
    InvalidUploadError,
)
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.ledger.model import Record
from muster.ledger.objects import Upload
from muster.ledger.port import VersionConflictError

routes = Routes("attachments")

_UPLOAD = Shape("muster.attachments.api", "UploadView")
_IMAGES = Shape("muster.attachments.api", "ImagesView")
_FILES = Shape("muster.attachments.api", "AttachmentsView")
_UPLOAD_ERRORS = (InvalidUploadError, ContentTooLargeError)
_ASSET_ERRORS = (of_assets.AssetNotFoundError, of_assets.AssetInTrashError)
_ATTACH_ERRORS = (
    *_UPLOAD_ERRORS,
    *_ASSET_ERRORS,
    TooManyAttachmentsError,
    FileNotFoundInTenantError,
    WrongPurposeError,
)
_CHANGE_ERRORS = (*_ASSET_ERRORS, AttachmentNotFoundError, VersionConflictError)
_ALREADY = {200: "The tenant has these bytes already: nothing is to be uploaded."}


@routes.post(
    "/v1/uploads",
    permission=Permission.ASSET_WRITE,
    body=LibraryUpload,
    returns=_UPLOAD,
    status=201,
    statuses=_ALREADY,
    errors=_UPLOAD_ERRORS,
)
def create_upload(call: Call) -> Response:
    """Announce a content for the library, and get the form to upload it with."""
    return _begun(*uploads.begin_upload(call.scope, call.body, call.body.purpose))


@routes.get(
    "/v1/uploads/{upload_id}",
    permission=Permission.ASSET_READ,
    returns=_UPLOAD,
    errors=(UploadNotFoundError,),
)
def read_upload(call: Call) -> Response:
    """Read what became of an upload."""
    record = uploads.read_upload(call.scope, call.path["upload_id"])
    return Response(present_upload(record), version=record.version)


@routes.post(
    "/v1/uploads/{upload_id}:complete",
    permission=Permission.ASSET_WRITE,
    returns=_UPLOAD,
    errors=(UploadNotFoundError, UploadMissingError),
)
def complete_upload(call: Call) -> Response:
    """Have what was sent looked at: it becomes a file and the asset's, or is refused with a reason.

    It happens by itself, too, soon after the content has come; completing twice does nothing.
    """
    record = uploads.complete_upload(call.scope, call.path["upload_id"])
    return Response(present_upload(record), version=record.version)


@routes.post(
    "/v1/assets/{asset_id}/images",
    permission=Permission.ASSET_WRITE,
    body=NewAttachment,
    returns=_UPLOAD,
    status=201,
    statuses=_ALREADY,
    errors=_ATTACH_ERRORS,
)
def add_image(call: Call) -> Response:
    """Add an image: announce one and get the form to upload it with, or name a stored one."""
    return _add(call, Purpose.IMAGE, Place(call.path["asset_id"], primary=call.body.primary))


@routes.get(
    "/v1/assets/{asset_id}/images",
    permission=Permission.ASSET_READ,
    returns=_IMAGES,
    errors=(of_assets.AssetNotFoundError,),
)
def list_images(call: Call) -> Response:
    """List an asset's images, the primary one first, with signed addresses of thumbnails."""
    asset = read_asset(call.scope, call.path["asset_id"])
    shown = {"items": present_images(call.scope, asset)}
    return Response(shown, version=asset.version, headers={"Cache-Control": "no-store"})


@routes.post(
    "/v1/assets/{asset_id}/images/{file_id}:primary",
    permission=Permission.ASSET_WRITE,
    returns=_IMAGES,
    errors=_CHANGE_ERRORS,
)
def make_image_primary(call: Call) -> Response:
    """Make one of an asset's images its primary one."""
    asset_id, file_id = call.path["asset_id"], call.path["file_id"]
    asset = change.make_primary(call.scope, asset_id, file_id, call.if_match)
    return Response({"items": present_images(call.scope, asset)}, version=asset.version)


@routes.delete(
    "/v1/assets/{asset_id}/images/{file_id}",
    permission=Permission.ASSET_WRITE,
    returns=_IMAGES,
    if_match=False,
    errors=_CHANGE_ERRORS,
)
def remove_image(call: Call) -> Response:
    """Take an image from an asset. If-Match, where given, is the asset's version."""
    asset_id, file_id = call.path["asset_id"], call.path["file_id"]
    asset = change.remove_image(call.scope, asset_id, file_id, call.if_match)
    return Response({"items": present_images(call.scope, asset)}, version=asset.version)


@routes.post(
    "/v1/assets/{asset_id}/files",
    permission=Permission.ASSET_WRITE,
    body=NewAttachment,
    returns=_UPLOAD,
    status=201,
    statuses=_ALREADY,
    errors=_ATTACH_ERRORS,
)
def add_file(call: Call) -> Response:
    """Add a file: announce one and get the form to upload it with, or name a stored one."""
    return _add(call, Purpose.FILE, Place(call.path["asset_id"]))


@routes.get(
    "/v1/assets/{asset_id}/files",
    permission=Permission.ASSET_READ,
    returns=_FILES,
    errors=(of_assets.AssetNotFoundError,),
)
def list_asset_files(call: Call) -> Response:
    """List an asset's files with their versions, the newest last."""
    asset = read_asset(call.scope, call.path["asset_id"])
    return Response({"items": present_files(call.scope, asset)}, version=asset.version)


@routes.post(
    "/v1/assets/{asset_id}/files/{attachment_id}/versions",
    permission=Permission.ASSET_WRITE,
    body=NewAttachment,
    returns=_UPLOAD,
    status=201,
    statuses=_ALREADY,
    errors=(*_ATTACH_ERRORS, AttachmentNotFoundError),
)
def add_file_version(call: Call) -> Response:
    """Add a newer version of one of an asset's files; the older ones stay."""
    place = Place(call.path["asset_id"], call.path["attachment_id"])
    return _add(call, Purpose.FILE, place)


@routes.delete(
    "/v1/assets/{asset_id}/files/{attachment_id}",
    permission=Permission.ASSET_WRITE,
    returns=_FILES,
    if_match=False,
    errors=_CHANGE_ERRORS,
)
def remove_file(call: Call) -> Response:
    """Take a file and its versions from an asset. If-Match, where given, is the asset's version."""
    asset_id, attachment_id = call.path["asset_id"], call.path["attachment_id"]
    asset = change.remove_file(call.scope, asset_id, attachment_id, call.if_match)
    return Response({"items": present_files(call.scope, asset)}, version=asset.version)


def _add(call: Call, purpose: Purpose, place: Place) -> Response:
    if call.body.file is None:
        told = call.body.announcement()
        return _begun(*uploads.begin_upload(call.scope, told, purpose, place))
    return _begun(*uploads.attach_file(call.scope, call.body.file, place, purpose))


def _begun(record: Record, form: Upload | None) -> Response:
    location = f"/v1/uploads/{record.id}"
    status = 200 if form is None else 201
    return Response(present_upload(record, form), status, record.version, location=location)
