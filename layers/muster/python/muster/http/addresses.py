"""Addresses of features that wait for a first request; `make format` writes it."""

from __future__ import annotations

from collections.abc import Mapping

ADDRESSES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "muster.comments.routes": {
        "/v1/assets/{asset_id}/comments": ("GET", "POST"),
        "/v1/comments/{comment_id}": ("DELETE", "GET", "PATCH"),
    },
    "muster.transfer.routes": {
        "/v1/imports": ("GET", "POST"),
        "/v1/imports/{import_id}": ("GET", "POST"),
        "/v1/imports/{import_id}/rows": ("GET",),
    },
}
