"""Addresses of features that wait for a first request; `make format` writes it."""

from __future__ import annotations

from collections.abc import Mapping

ADDRESSES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "muster.archive.routes": {
        "/v1/archives": ("POST",),
        "/v1/archive-imports": ("POST",),
        "/v1/archive-imports/{archive_import_id}": ("GET", "POST"),
    },
    "muster.attachments.routes": {
        "/v1/uploads": ("POST",),
        "/v1/uploads/{upload_id}": ("GET", "POST"),
        "/v1/assets/{asset_id}/images": ("GET", "POST"),
        "/v1/assets/{asset_id}/images/{file_id}": ("DELETE", "POST"),
        "/v1/assets/{asset_id}/files": ("GET", "POST"),
        "/v1/assets/{asset_id}/files/{attachment_id}/versions": ("POST",),
        "/v1/assets/{asset_id}/files/{attachment_id}": ("DELETE",),
    },
    "muster.attachments.sweep_routes": {"/v1/files:sweep": ("POST",)},
    "muster.bulk.routes": {
        "/v1/bulk": ("GET", "POST"),
        "/v1/bulk/{bulk_id}": ("GET", "POST"),
        "/v1/bulk/{bulk_id}/rows": ("GET",),
    },
    "muster.comments.routes": {
        "/v1/assets/{asset_id}/comments": ("GET", "POST"),
        "/v1/comments/{comment_id}": ("DELETE", "GET", "PATCH"),
    },
    "muster.exports.routes": {"/v1/exports": ("GET", "POST"), "/v1/exports/{export_id}": ("GET",)},
    "muster.files.routes": {
        "/v1/files": ("GET",),
        "/v1/files/{file_id}": ("GET",),
        "/v1/files/{file_id}/content": ("GET",),
        "/v1/asset-types/{asset_type_id}/icon": ("GET",),
    },
    "muster.search.routes": {
        "/v1/search": ("GET", "POST"),
        "/v1/search/validate": ("POST",),
        "/v1/search/suggest": ("POST",),
        "/v1/search/count": ("POST",),
        "/v1/search/explain": ("POST",),
        "/v1/search/aggregate": ("POST",),
    },
    "muster.searches.routes": {
        "/v1/saved-searches": ("GET", "POST"),
        "/v1/saved-searches/{saved_search_id}": ("DELETE", "GET", "PATCH", "POST"),
        "/v1/saved-searches/{saved_search_id}/assets": ("GET",),
        "/v1/me/searches": ("GET",),
        "/v1/preferences": ("GET", "PATCH"),
    },
    "muster.searches.scheduled.routes": {
        "/v1/scheduled-searches": ("GET", "POST"),
        "/v1/scheduled-searches/{scheduled_search_id}": ("DELETE", "GET", "PATCH", "POST"),
        "/v1/scheduled-searches/{scheduled_search_id}/runs": ("GET",),
    },
    "muster.sequences.routes": {
        "/v1/sequences": ("GET", "POST"),
        "/v1/sequences/{sequence_id}": ("DELETE", "GET", "PATCH", "POST"),
    },
    "muster.transfer.routes": {
        "/v1/imports": ("GET", "POST"),
        "/v1/imports/{import_id}": ("GET", "POST"),
        "/v1/imports/{import_id}/rows": ("GET",),
    },
    "muster.views.routes": {
        "/v1/views": ("GET", "POST"),
        "/v1/views/{view_id}": ("DELETE", "GET", "PATCH"),
    },
}
