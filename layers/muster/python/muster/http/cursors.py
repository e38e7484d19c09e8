"""Cursors: where a list goes on, signed with the tenant's key, good for a day and for one list."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from muster.errors import FieldError
from muster.http.refusals import InvalidCursorError

MAX_AGE_SECONDS = 24 * 60 * 60
_SIGNATURE_BYTES = 16
_MAX_LENGTH = 4096


def sign_cursor(key: bytes, binding: str, after: Sequence[Any], now: datetime) -> str:
    """Return the cursor of the page after `after`. `binding` says which list: it is not in it."""
    payload = json.dumps([int(now.timestamp()), list(after)], separators=(",", ":")).encode()
    return (
        base64.urlsafe_b64encode(_signature(key, binding, payload) + payload).decode().rstrip("=")
    )


def read_cursor(key: bytes, binding: str, cursor: str, now: datetime) -> tuple[Any, ...]:
    """Return where the list goes on; raises InvalidCursorError."""
    content = _content(cursor)
    signature, payload = content[:_SIGNATURE_BYTES], content[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(key, binding, payload)):
        raise _refused("It was cut or belongs to a list with other filters or another order.")
    made_at, after = json.loads(payload)
    if now.timestamp() - made_at > MAX_AGE_SECONDS:
        raise _refused("It is older than a day.")
    return tuple(after)


def _content(cursor: str) -> bytes:
    if len(cursor) > _MAX_LENGTH or not cursor.isascii():
        raise _refused("It is none of ours.")
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        content = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refused("It was cut.") from error
    # Of several texts that decode alike only the one that was given out counts.
    if base64.urlsafe_b64encode(content).decode().rstrip("=") != cursor:
        raise _refused("It was changed.")
    return content


def _signature(key: bytes, binding: str, payload: bytes) -> bytes:
    message = hashlib.sha256(binding.encode()).digest() + payload
    return hmac.digest(key, message, "sha256")[:_SIGNATURE_BYTES]


def _refused(why: str) -> InvalidCursorError:
    detail = f"The cursor is not valid: {why} Begin again without a cursor."
    return InvalidCursorError(
        detail, errors=[FieldError("invalid_cursor", detail, parameter="cursor")]
    )
