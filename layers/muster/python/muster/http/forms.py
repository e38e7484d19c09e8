"""What callers are told of the object store: forms to send a file with, and signed addresses."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from muster.ledger.objects import Upload


class FormView(BaseModel):
    """Send `fields` and then the file as `file` to `url`, as multipart/form-data."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    url: str
    fields: dict[str, str]
    expires_seconds: int


class AddressView(BaseModel):
    """Where a file can be had."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    url: str
    expires_seconds: int


def form_view(upload: Upload | None) -> FormView | None:
    """Return a form as the API gives it."""
    if upload is None:
        return None
    fields = dict(upload.fields)
    return FormView(url=upload.url, fields=fields, expires_seconds=upload.expires_seconds)
