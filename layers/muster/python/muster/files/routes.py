"""`/v1/files`: contents that are stored once, whatever refers to them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from muster.access.model import Permission
from muster.catalog import change as catalog_change
from muster.catalog.refusals import TypeNotFoundError
from muster.catalog.routes.answers import id_of
from muster.files.imaging import THUMBNAIL_SIZES
from muster.files.model import KIND
from muster.files.records import (
    content_address,
    icon_address,
    present_file,
    read_file,
    thumbnail_addresses,
)
from muster.files.refusals import (
    FileGoneError,
    FileNotFoundInTenantError,
    FileNotReadyError,
    IconNotFoundError,
    ThumbnailMissingError,
)
from muster.http.leads import ADDRESS, lead_to
from muster.http.paging import ListQuery, list_response
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape

routes = Routes("files")

_FILE_VIEW = Shape("muster.files.api", "FileView")


class FilesQuery(ListQuery):
    """What the list of files takes."""


class ContentQuery(BaseModel):
    """Which picture of a file."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    size: Literal["96", "320", "1280"] | None = None
    """The thumbnail of this longest side in pixels, as WebP; default: the content itself."""


@routes.get(
    "/v1/files", permission=Permission.ASSET_READ, query=FilesQuery, returns=_FILE_VIEW.page
)
def list_files(call: Call) -> Response:
    """List the stored contents, newest first, without thumbnails."""
    call.scope.replica.catch_up()
    after = str(call.query.after[0]) if call.query.after else None
    page = call.scope.replica.page_of(KIND, limit=call.query.limit, after=after, descending=True)
    return list_response(call, [present_file(each) for each in page.items], after=page.next)


@routes.get(
    "/v1/files/{file_id}",
    permission=Permission.ASSET_READ,
    returns=_FILE_VIEW,
    errors=(FileNotFoundInTenantError,),
)
def read_file_view(call: Call) -> Response:
    """Read a content's facts, with signed addresses of its thumbnails."""
    record = read_file(call.scope, call.path["file_id"])
    shown = present_file(record) | {"thumbnails": thumbnail_addresses(call.scope, record.body)}
    return Response(shown, version=record.version, headers={"Cache-Control": "no-store"})


@routes.get(
    "/v1/files/{file_id}/content",
    permission=Permission.ASSET_READ,
    query=ContentQuery,
    returns=ADDRESS,
    status=302,
    errors=(FileNotFoundInTenantError, FileNotReadyError, FileGoneError, ThumbnailMissingError),
)
def read_file_content(call: Call) -> Response:
    """Be led to a content or a thumbnail of it.

    Images come as images, since Muster wrote them itself; everything else is a download.
    """
    record = read_file(call.scope, call.path["file_id"])
    size = None if call.query.size is None else int(call.query.size)
    return lead_to(content_address(call.scope, record, size))


@routes.get(
    "/v1/asset-types/{asset_type_id}/icon",
    permission=Permission.CATALOG_READ,
    query=ContentQuery,
    returns=ADDRESS,
    status=302,
    errors=(TypeNotFoundError, IconNotFoundError, FileGoneError, ThumbnailMissingError),
)
def read_asset_type_icon(call: Call) -> Response:
    """Be led to the picture that an asset type has as its icon; 404 where it has none.

    The thumbnail of 96 pixels, unless another one is asked for.
    """
    record = catalog_change.read(call.scope, "asset_type", id_of(call, "asset_type"))
    size = int(call.query.size or THUMBNAIL_SIZES[0])
    return lead_to(icon_address(call.scope, record.body.get("icon"), size))
