"""Shows uploads, and an asset's images and files."""

from __future__ import annotations

from typing import Any

from muster.attachments.model import file_ids_of
from muster.files.model import KIND as FILE_KIND
from muster.files.records import known_files, present_file, thumbnail_addresses
from muster.http.forms import form_view
from muster.ledger.model import Record
from muster.ledger.objects import Upload
from muster.scope import Scope

_TOLD = ("state", "filename", "size", "media_type", "sha256", "purpose", "asset", "file", "problem")


def present_upload(record: Record, form: Upload | None = None) -> dict[str, Any]:
    """Return an upload as JSON, with the form where there is one."""
    shown = {name: record.body.get(name) for name in _TOLD}
    return {"id": record.id, "version": record.version, **shown, "upload": form_view(form)}


def present_images(scope: Scope, asset: Record) -> list[dict[str, Any]]:
    """Return an asset's images, the primary one first, with addresses of their thumbnails."""
    ids = asset.body.get("images", ())
    found = _files(scope, asset)
    shown = []
    for place, file_id in enumerate(ids):
        record = found.get(file_id)
        image = _missing(file_id) if record is None else present_file(record)
        addresses = thumbnail_addresses(scope, record.body) if record else {}
        shown.append({**image, "thumbnails": addresses, "primary": place == 0})
    return shown


def present_files(scope: Scope, asset: Record) -> list[dict[str, Any]]:
    """Return an asset's files with their versions, the newest last."""
    found = _files(scope, asset)
    return [
        {
            "id": each["id"],
            "name": each["name"],
            "versions": [_version(version, found) for version in each["versions"]],
        }
        for each in asset.body.get("files", ())
    ]


def _files(scope: Scope, asset: Record) -> dict[str, Record]:
    wanted = file_ids_of(asset.body)
    if not wanted:
        return {}
    # An image is looked through after it has come to the asset, in a commit of its own.
    scope.replica.catch_up()
    return known_files(scope, wanted)


def _version(version: dict[str, Any], found: dict[str, Record]) -> dict[str, Any]:
    record = found.get(version["file"])
    body = record.body if record else {}
    return {
        "version": version["id"],
        "file": version["file"],
        "at": version["at"],
        "by": version["by"],
        "media_type": body.get("media_type"),
        "size": body.get("size"),
        "missing": record is None,
    }


def _missing(file_id: str) -> dict[str, Any]:
    """Return what is left to say of an image whose file was removed."""
    return {
        "id": file_id,
        "version": 0,
        "name": FILE_KIND,
        "purpose": "image",
        "media_type": "application/octet-stream",
        "size": 0,
        "sha256": "",
        "state": "missing",
        "missing": True,
    }
