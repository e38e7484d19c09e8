"""The in-memory stack that the API's tests speak to, and a tenant beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from muster.access.model import Role
from muster.http.table import RouteTable
from muster.ids import new_id
from muster.ledger.model import Put
from tests.api.notes import routes
from tests.support import Stand

KINDS = {
    "asset_id": "asset",
    "link_id": "link",
    "folder_id": "folder",
    "type_id": "asset_type",
    "asset_type_id": "asset_type",
    "field_id": "field_type",
    "field_type_id": "field_type",
    "link_type_id": "link_type",
    "option_id": "option",
    "job_id": "job",
    "import_id": "job",
    "comment_id": "comment",
    "upload_id": "upload",
    "file_id": "file",
    "attachment_id": "attachment",
    "bulk_id": "job",
    "sequence_id": "sequence",
    "saved_search_id": "saved_search",
    "scheduled_search_id": "scheduled_search",
    "view_id": "view",
    "export_id": "job",
    "archive_import_id": "job",
}


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """Return a stack of its own, empty but for its first tenant."""
    return Stand(tmp_path)


@pytest.fixture
def foreign(stand: Stand) -> Callable[[str], str]:
    """Return what gives the id of something that exists in another tenant, by a route's path."""
    stand.add_tenant("other")

    def make(path: str) -> str:
        parameter = re.findall(r"\{(\w+_id)\}", path)[0]
        if parameter == "member_id":
            return stand.member(Role.VIEWER, "other").id
        if parameter == "token_id":
            return stand.gate.admit(f"Bearer {stand.token(tenant='other')}").token_id
        kind = KINDS[parameter]
        record_id = new_id(kind)
        stand.scope(tenant="other").commit([Put(kind, record_id, {"name": "theirs"})])
        return record_id

    return make


@pytest.fixture
def notes(tmp_path: Path) -> Stand:
    """Return a stack whose API has the routes of tests.api.notes."""
    return Stand(tmp_path, table=RouteTable(routes.routes))


@pytest.fixture
def note(notes: Stand) -> str:
    """Return the path of a note whose text is "first"."""
    path: str = notes.client.post("/v1/notes", {"text": "first"}).headers["location"]
    return path
